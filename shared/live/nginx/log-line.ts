import { cleanText } from '#shared/live/clean-text.ts'
import type { LogFormat, LoggedAttempt, LoggedRequest } from '#shared/live/log/logged-request.ts'
import { parseUpstreamAttempts, type UpstreamAttempt } from './upstream-attempts.ts'

/** Names that the fields go by: nginx's own, and short ones that are common. */
const names = {
  atMs: ['msec'], process: ['pid'], client: ['remote_addr', 'client', 'ra'], pool: ['proxy_host', 'ph', 'pool'], status: ['status', 'st'], bytesSent: ['bytes_sent', 'bs'], addresses: ['upstream_addr', 'ua', 'up'],
  statuses: ['upstream_status', 'us'], responseTimes: ['upstream_response_time', 'urt'], connectTimes: ['upstream_connect_time', 'uct'],
  server: ['server_name', 'srv'], port: ['server_port', 'sport'], protocol: ['protocol', 'proto'],
} as const

/** Log of nginx with `$upstream_addr` in it. */
export const nginxLog: LogFormat = {
  product: 'nginx',
  parse: parseUpstreamLine,
  lateMs: 2000,
  tellsSelections: true,
  advice: 'Servers are only in a log whose log_format has $upstream_addr; combined does not. Add: log_format steelyard escape=json \'{"msec":$msec,"pid":$pid,"ra":"$remote_addr","srv":"$server_name","sport":"$server_port",'
    + '"st":$status,"bs":$bytes_sent,"ph":"$proxy_host","ua":"$upstream_addr","us":"$upstream_status","uct":"$upstream_connect_time","urt":"$upstream_response_time"}\'; and access_log FILE steelyard;',
}

/**
 * One line of a log that holds `$upstream_addr`: a JSON object, or text with `name="value"` or `name=value`. `$proxy_host`
 * is the name of the pool that was asked last; those before an internal redirect have none.
 *
 * Errors: none; null for a line without the address, as `combined` has none: then nothing is known about servers.
 * Source: nginx documentation, ngx_http_upstream_module and ngx_http_log_module.
 */
export function parseUpstreamLine(line: string): LoggedRequest | null {
  const fields = line.startsWith('{') ? jsonFields(line) : textFields(line)
  if (fields === null) return null
  const of = (name: keyof typeof names): string | null => {
    for (const one of names[name]) {
      const value = Object.hasOwn(fields, one) ? fields[one] : undefined
      if (typeof value === 'string') return value
      if (typeof value === 'number') return String(value)
    }
    return null
  }
  const addresses = of('addresses')
  if (addresses === null) return null
  const seconds = of('atMs')
  const protocol = /^(TCP|UDP)$/.test(of('protocol') ?? '') ? 'tcp' : 'http'
  const all = parseUpstreamAttempts({ addresses: cleanText(addresses), statuses: of('statuses') ?? '', responseTimes: of('responseTimes') ?? '', connectTimes: of('connectTimes') ?? '' })
  const toAttempt = ({ address, isAddress, status, responseSeconds, connectSeconds }: UpstreamAttempt): LoggedAttempt => ({
    server: isAddress ? address : null, address: isAddress ? address : null, status: protocol === 'tcp' ? null : status, responseMs: responseSeconds === null ? null : Math.round(responseSeconds * 1e6) / 1000,
    // nginx counts a refused connection as an answer of its own, without a time to connect.
    failed: isAddress && connectSeconds === null && of('connectTimes') !== null,
  })
  const groups = Array.from({ length: (all.at(-1)?.group ?? -1) + 1 }, (_, group) => {
    const tries = all.filter((one) => one.group === group)
    const last = tries.at(-1)
    // Without a live server the address is the name of the pool. Names of pools are the same in any case.
    return { pool: last === undefined || last.isAddress ? null : last.address.toLowerCase(), attempts: tries.map(toAttempt) }
  })
  const answered = groups.pop() ?? { pool: null, attempts: [] }
  const client = namedOrNull(of('client'))
  const server = of('server')
  const port = of('port')
  return {
    atMs: seconds === null || !Number.isFinite(Number(seconds)) ? null : Math.round(Number(seconds) * 1000), process: of('process'), ...(client === null ? {} : { client }),
    listener: server === null && port === null ? null : cleanText([server, port].filter((one) => one !== null && one !== '').join(':')), protocol,
    pool: namedOrNull(of('pool'))?.toLowerCase() ?? answered.pool, status: numberOrNull(of('status')), bytesSent: numberOrNull(of('bytesSent')), attempts: answered.attempts,
    ...(groups.length === 0 ? {} : { earlier: groups }),
  }
}

function namedOrNull(text: string | null): string | null {
  return text === null || text === '' || text === '-' ? null : cleanText(text)
}

type Fields = Readonly<Record<string, unknown>>

function jsonFields(line: string): Fields | null {
  // Without escape=json nginx writes \x22, which JSON does not have.
  const data = parsed(line) ?? (line.includes('\\x') ? parsed(line.replace(/\\x([0-9A-Fa-f]{2})/g, '\\u00$1')) : null)
  return typeof data === 'object' && data !== null ? data as Fields : null
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function textFields(line: string): Fields | null {
  const fields = new Map<string, string>()
  // The request is the quoted part that no name stands before; what it holds must not pass for a field.
  // A value without quotes that is a list goes on behind its separators, unless another field begins there.
  for (const match of line.matchAll(/(?:^|\s)(?:"(?:[^"\\]|\\.)*"|([a-z_]+)=(?:"([^"]*)"|([^\s",]*(?:(?:, | : )(?![a-z_]+=)[^\s",]+)*|\S*)))(?=,?(?:\s|$))/g)) {
    if (match[1] !== undefined) fields.set(match[1], match[2] ?? match[3] ?? '')
  }
  if (fields.size === 0) return null
  // What commonly stands there without a name: seconds with milliseconds before the request, status and bytes behind it.
  const request = /^([^"]*)"(?:[^"\\]|\\.)*" (\d{3}) (\d+)(?=\s|$)/.exec(line)
  const seconds = /(?:^|\s)(\d{10}\.\d{3})(?=\s|$)/.exec(request?.[1] ?? '')?.[1]
  const client = /^(\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:.]+) - /.exec(request?.[1] ?? '')?.[1]
  const plain = [['msec', seconds], ['status', request?.[2]], ['bytes_sent', request?.[3]], ['remote_addr', client]] as const
  for (const [name, value] of plain) if (value !== undefined && !fields.has(name)) fields.set(name, value)
  return Object.fromEntries(fields)
}

function numberOrNull(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}
