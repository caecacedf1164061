import { formatIp, parseIp } from '#shared/requests/ip.ts'
import type { Directive } from './tree.ts'

/** The address a `listen` names. */
export interface ListenAddress {
  /** Canonical: `0.0.0.0:80`, `[::]:80`, `unix:/run/x.sock`, or host and port as written. Equal texts are one address. */
  readonly key: string
  /** `0.0.0.0` for all; a host name stays as it is written. */
  readonly host: string
  readonly port: number | null
  readonly family: 'ipv4' | 'ipv6' | 'unix' | 'name'
}

/**
 * Address of a `listen` from its first word; null: nginx refuses it.
 *
 * Shape: a port alone and `*` mean every IPv4 address; an address without port means port 80.
 * Source: nginx.org, "listen"; section 3.1 of the notes.
 */
export function listenAddress(text: string): ListenAddress | null {
  if (text.startsWith('unix:')) return text.length > 5 ? { key: text, host: text.slice(5), port: null, family: 'unix' } : null
  if (/^\d+$/.test(text)) return withPort('0.0.0.0', text, 'ipv4')
  const found = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text)
  if (found === null) return null
  const [, host = '', port] = found
  if (host.startsWith('[')) {
    const ip = parseIp(host.slice(1, -1))
    return ip === null ? null : withPort(`[${formatIp(ip)}]`, port ?? '80', 'ipv6')
  }
  if (host === '*') return withPort('0.0.0.0', port ?? '80', 'ipv4')
  const ip = parseIp(host)
  if (host === '') return null
  return ip === null ? withPort(host.toLowerCase(), port ?? '80', 'name') : withPort(formatIp(ip), port ?? '80', 'ipv4')
}

function withPort(host: string, text: string, family: ListenAddress['family']): ListenAddress | null {
  const port = /^\d+$/.test(text) ? Number(text) : 0
  return port < 1 || port > 65_535 ? null : { key: `${host}:${String(port)}`, host, port, family }
}

/** Whether a `listen` has the option, as a word of its own. */
export function hasOption(listen: Directive, option: string): boolean {
  return listen.args.some((word, index) => index > 0 && word.value === option)
}
