import { cleanText } from '#shared/live/clean-text.ts'
import { parseUpstreamAttempts, type UpstreamAttempt } from './upstream-attempts.ts'

/** What a log line says about the servers of one request or session. */
export interface UpstreamLine {
  /** Milliseconds of the wall clock; null: the line has no `$msec`. */
  readonly atMs: number | null
  /** Worker that wrote it. */
  readonly process: string | null
  /** Upstream block or `host:port` of the last pool; null: the format does not log it, or nothing was proxied. */
  readonly pool: string | null
  readonly status: number | null
  readonly bytesSent: number | null
  readonly attempts: readonly UpstreamAttempt[]
}

/** Names that the fields go by: nginx's own, and short ones that are common. */
const names = {
  atMs: ['msec'], process: ['pid'], pool: ['proxy_host', 'ph'], status: ['status', 'st'], bytesSent: ['bytes_sent', 'bs'], addresses: ['upstream_addr', 'ua', 'up'],
  statuses: ['upstream_status', 'us'], responseTimes: ['upstream_response_time', 'urt'], connectTimes: ['upstream_connect_time', 'uct'],
} as const

/**
 * One line of a log that holds `$upstream_addr`: a JSON object, or text with `name="value"` or `name=value`.
 *
 * Errors: none; null for a line without the address, as `combined` has none: then nothing is known about servers.
 */
export function parseUpstreamLine(line: string): UpstreamLine | null {
  const fields = line.startsWith('{') ? jsonFields(line) : textFields(line)
  if (fields === null) return null
  const of = (name: keyof typeof names): string | null => names[name].map((one) => fields.get(one)).find((one) => one !== undefined) ?? null
  const addresses = of('addresses')
  if (addresses === null) return null
  const seconds = of('atMs')
  const pool = of('pool')
  return {
    atMs: seconds === null || !Number.isFinite(Number(seconds)) ? null : Math.round(Number(seconds) * 1000), process: of('process'), pool: pool === null || pool === '' || pool === '-' ? null : cleanText(pool),
    status: numberOrNull(of('status')), bytesSent: numberOrNull(of('bytesSent')),
    attempts: parseUpstreamAttempts({ addresses: cleanText(addresses), statuses: of('statuses') ?? '', responseTimes: of('responseTimes') ?? '', connectTimes: of('connectTimes') ?? '' }),
  }
}

function jsonFields(line: string): ReadonlyMap<string, string> | null {
  let data: unknown
  try {
    data = JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  return new Map(Object.entries(data as object).flatMap(([name, value]) => (typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [])))
}

function textFields(line: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>()
  // The request is the quoted part that no name stands before; what it holds must not pass for a field.
  for (const match of line.matchAll(/(?:^|\s)(?:"(?:[^"\\]|\\.)*"|([a-z_]+)=(?:"([^"]*)"|(\S*)))(?=\s|$)/g)) {
    if (match[1] !== undefined) fields.set(match[1], match[2] ?? match[3] ?? '')
  }
  return fields.size === 0 ? null : fields
}

function numberOrNull(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}
