import type { ConfigInput } from '#shared/rpc/payloads.ts'

/**
 * Configs named by the system: command line arguments, a second instance, a file association, a deep link.
 *
 * Deep link: `steelyard://open?path=/etc/haproxy/haproxy.cfg`, `path` repeatable; only absolute paths, and only reading.
 * Anything else in the arguments (switches, the app's own folder) is ignored.
 */
export function toOpenRequests(argv: readonly string[], isFile: (path: string) => boolean): readonly ConfigInput[] {
  const inputs: ConfigInput[] = []
  for (const argument of argv) {
    if (argument.startsWith('steelyard:')) inputs.push(...fromDeepLink(argument))
    else if (!argument.startsWith('-') && isFile(argument)) inputs.push({ kind: 'path', path: argument })
  }
  return inputs
}

/** A malformed link opens nothing. */
export function fromDeepLink(link: string): readonly ConfigInput[] {
  if (!URL.canParse(link)) return []
  const url = new URL(link)
  if (url.protocol !== 'steelyard:' || (url.hostname !== 'open' && url.pathname.replace(/^\/+/, '') !== 'open')) return []
  return url.searchParams.getAll('path').filter(isAbsolutePath).map((path) => ({ kind: 'path', path }))
}

function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
}
