import type { Member } from '#shared/model/pool.ts'

/** Host and port of an address in one spelling: lower case, IPv6 compressed without brackets, no trailing dot. Null: no host and port, as for unix sockets. */
export function normalAddress(text: string): { readonly host: string; readonly port: number | null } | null {
  const match = /^(?:ipv[46]@)?(?:\[([0-9a-f:.%]+)\]|([^:/@]+))(?::(\d+))?$/i.exec(text.trim())
  if (match === null) return null
  const host = match[1] === undefined ? (match[2] as string).toLowerCase().replace(/\.$/, '') : compressIpv6(match[1].toLowerCase())
  const port = match[3] === undefined || match[3] === '0' ? null : Number(match[3])
  return { host, port }
}

/** Whether a host is an address by itself and not a name to look up. */
export function isIpAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || (host.includes(':') && /^[0-9a-f:.]+$/i.test(host))
}

function compressIpv6(host: string): string {
  const halves = host.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=[0-9a-f])/, '')))
  const left = groups(halves[0] as string)
  const right = halves.length === 2 ? groups(halves[1] as string) : []
  const full = halves.length === 2 ? [...left, ...new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right] : left
  let best = { start: -1, length: 1 }
  for (let start = 0; start < full.length; start += 1) {
    let length = 0
    while (full[start + length] === '0') length += 1
    if (length > best.length) best = { start, length }
  }
  return best.start === -1 ? full.join(':') : `${full.slice(0, best.start).join(':')}::${full.slice(best.start + best.length).join(':')}`
}

/**
 * Whether the running address of a server is the one of its line. Null: it cannot be told, because the config names a
 * host to look up, a socket, or no port.
 */
export function sameAddress(member: Member, running: string | null, hostName: string | null, serviceRecord: string | null): boolean | null {
  if (running === null) return null
  const live = normalAddress(running)
  const host = normalAddress(member.host.includes(':') ? `[${member.host.replace(/^\[|\]$/g, '')}]` : member.host)?.host
  if (live === null || host === undefined || member.host.startsWith('/')) return null
  if (!isIpAddress(host)) {
    const named = host.startsWith('_') ? serviceRecord : hostName
    return named === null || named.toLowerCase().replace(/\.$/, '') === host ? null : false
  }
  if (live.host !== host) return false
  return member.port === null || live.port === null ? true : live.port === member.port
}
