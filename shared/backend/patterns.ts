import { compareBytes, isGlob, matchesGlob } from '#shared/text/file-glob.ts'
import { fileCountLimit } from './limits.ts'

interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
}

/**
 * What matches a glob(3) pattern, as the config would write it, in byte order; at most one more than may be read. Folders and links
 * that lead nowhere match as well: a balancer that reads all it finds stops at them.
 *
 * `list`: entries of a folder, given as the config would write it (`.` for the folder of the config); links count as what they
 * lead to, so one that leads in a circle is no folder to go into for ever: the pattern has only so many parts.
 */
export async function filesMatching(pattern: string, list: (folder: string) => Promise<readonly Entry[]>): Promise<readonly string[]> {
  const parts = pattern.split('/')
  let bases: readonly string[] = ['']
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1
    if (!isGlob(part) && !last) {
      bases = bases.map((base) => `${base}${part}/`)
      continue
    }
    const found: string[] = []
    for (const base of bases) {
      for (const entry of await list(base === '' ? '.' : base === '/' ? '/' : base.slice(0, -1))) {
        const fits = isGlob(part) ? matchesGlob(entry.name, part) : entry.name === part
        if (fits && (last || entry.kind === 'folder')) found.push(`${base}${entry.name}${last ? '' : '/'}`)
      }
      if (found.length > fileCountLimit) break
    }
    bases = found
  }
  return [...bases].sort(compareBytes)
}

/** Those of `names` that match the pattern part by part, in byte order. A name may lack folders at its front, or have more than the pattern. */
export function namesMatching(pattern: string, names: readonly string[]): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '')
  const exact = names.filter((name) => fits(name.split('/').filter((part) => part !== ''), parts, true))
  const found = exact.length > 0 ? exact : names.filter((name) => fits(name.split('/').filter((part) => part !== ''), parts, false))
  return [...found].sort(compareBytes)
}

function fits(name: readonly string[], parts: readonly string[], whole: boolean): boolean {
  const count = Math.min(name.length, parts.length)
  // A bare name fits nearly every pattern; only with its folder it tells enough.
  if (whole ? name.length !== parts.length : count < 2) return false
  for (let index = 1; index <= count; index += 1) {
    const part = parts.at(-index) as string
    if (isGlob(part) ? !matchesGlob(name.at(-index) as string, part) : name.at(-index) !== part) return false
  }
  return true
}
