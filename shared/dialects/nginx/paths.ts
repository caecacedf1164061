import { isGlob, matchesGlob } from '#shared/text/file-glob.ts'

/** Path without `.`, `..` and doubled slashes; `..` above the start stays. */
export function normalPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    const last = parts.at(-1)
    if (part === '..' && last !== undefined && last !== '..') parts.pop()
    else if (part !== '..' || !path.startsWith('/')) parts.push(part)
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/')
}

/** Folder part of a path; empty for a bare name. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : slash === 0 ? '/' : path.slice(0, slash)
}

/** `path` as seen from the folder `prefix`, unless it is absolute. */
export function resolvePath(prefix: string, path: string): string {
  return normalPath(path.startsWith('/') || prefix === '' ? path : `${prefix}/${path}`)
}

/** Whether a whole path matches a pattern, part by part. */
export function pathMatches(path: string, pattern: string): boolean {
  const names = path.split('/')
  const parts = pattern.split('/')
  return names.length === parts.length && parts.every((part, index) => partMatches(names[index] as string, part))
}

function partMatches(name: string, pattern: string): boolean {
  return isGlob(pattern) ? matchesGlob(name, pattern) : name === pattern
}

/**
 * Whether the ends of both paths agree: all parts of the shorter one, folder and name at least unless one is a bare name.
 * Files that were dropped into the window or copied from a server stand under another folder than the config says.
 */
export function tailMatches(path: string, pattern: string): boolean {
  const names = path.split('/').filter((part) => part !== '')
  const parts = pattern.split('/').filter((part) => part !== '')
  const count = Math.min(names.length, parts.length)
  if (count === 0 || (count === 1 && isGlob(parts.at(-1) as string))) return false
  for (let index = 1; index <= count; index += 1) if (!partMatches(names.at(-index) as string, parts.at(-index) as string)) return false
  return true
}
