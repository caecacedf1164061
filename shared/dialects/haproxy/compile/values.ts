const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a time such as `5s`, `250`, `1h`; null: not a time. Without a unit it is milliseconds (H-RT-5). */
export function parseTimeMs(text: string): number | null {
  const match = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * (units[match[2] ?? 'ms'] as number)
}

/** Whole number of at most 15 digits; null: something else. */
export function parseInteger(text: string | undefined): number | null {
  return text !== undefined && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null
}

/** Host and port of an address as written on a `server` or `bind` line. */
export interface AddressParts {
  /** Path of a unix socket or name of an abstract one, else null. */
  readonly socket: string | null
  readonly host: string
  /** Null: none written. */
  readonly port: number | null
  /** Last port of a range; equals `port` without one. */
  readonly lastPort: number | null
  /** Of `+N` and `-N`; then `port` is null. */
  readonly offset: number
}

const families = /^(?:ipv4|ipv6|udp|udp4|udp6|tcp|tcp4|tcp6|quic4|quic6|mptcp|mptcp4|mptcp6|stream\+ipv4|stream\+ipv6|dgram\+ipv4|dgram\+ipv6|rhttp|rev)@/
const sockets = /^(?:unix|abns|abnsz|uxst|uxdg|stream\+unix|dgram\+unix|uxst)@/

/**
 * Takes an address apart: family prefix, brackets, port, port range, port offset.
 * Source: HAProxy configuration manual, section 11; H-BND-3, H-MODE-5.
 */
export function parseAddress(text: string): AddressParts {
  const socketPrefix = sockets.exec(text)
  if (socketPrefix !== null || text.startsWith('/')) {
    const path = text.slice(socketPrefix?.[0].length ?? 0)
    return { socket: path, host: path, port: null, lastPort: null, offset: 0 }
  }
  if (/^(?:fd|sockpair)@/.test(text)) return { socket: text, host: text, port: null, lastPort: null, offset: 0 }
  const rest = text.replace(families, '')
  const colon = rest.lastIndexOf(':')
  // Without brackets the text after the last colon is the port, for IPv6 too.
  const closing = rest.lastIndexOf(']')
  if (colon === -1 || colon < closing) return { socket: null, host: unbracketed(rest), port: null, lastPort: null, offset: 0 }
  const host = unbracketed(rest.slice(0, colon))
  const port = rest.slice(colon + 1)
  const offset = /^[+-]\d+$/.test(port)
  if (offset) return { socket: null, host, port: null, lastPort: null, offset: Number(port) }
  const range = /^(\d+)(?:-(\d+))?$/.exec(port)
  if (range === null) return { socket: null, host: port === '' ? host : unbracketed(rest), port: null, lastPort: null, offset: 0 }
  const from = Number(range[1])
  return { socket: null, host, port: from, lastPort: range[2] === undefined ? from : Number(range[2]), offset: 0 }
}

function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

/** Every word after the keyword, joined with single blanks. */
export function restOf(values: readonly string[], from: number): string {
  return values.length === from + 1 ? (values[from] as string) : values.slice(from).join(' ')
}
