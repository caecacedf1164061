import { cleanText } from '#shared/live/clean-text.ts'
import type { LogFormat, LoggedRequest } from '#shared/live/log/logged-request.ts'

/** Access log of Caddy with the server that answered in a header, or in a field of its own. */
export const caddyLog: LogFormat = {
  product: 'Caddy',
  parse: parseCaddyLine,
  lateMs: 2000,
  tellsSelections: true,
  advice: 'Add to each reverse_proxy: header_down X-Upstream {http.reverse_proxy.upstream.hostport}, header_down X-Up-Latency {http.reverse_proxy.upstream.latency} and header_down X-Pool NAME. '
    + 'Clients see these headers unless something in front takes them off.',
}

type Fields = Readonly<Record<string, unknown>>

/**
 * One line of Caddy's log as JSON. Other lines than those of an access log are passed over. A line without a server may be
 * of a request that no server was asked for; where Caddy itself failed to reach one it is an error of the pool.
 *
 * Errors: none; null for what is no line of Caddy.
 * Source: Caddy documentation, "log" and "reverse_proxy"; `header_down` puts placeholders into the logged headers.
 */
function parseCaddyLine(line: string): LoggedRequest | 'other' | null {
  const fields = parsed(line)
  if (fields === null) return null
  const { logger, ts, status, size, duration } = fields
  if (typeof logger !== 'string') return null
  if (!logger.startsWith('http.log.access')) return 'other'
  const headers = fieldsOf(fields['resp_headers'])
  const server = textOf(fields['upstream']) ?? firstOf(headers?.['X-Upstream'])
  const code = typeof status === 'number' && status > 0 ? status : null
  const responseMs = millisecondsOf(firstOf(headers?.['X-Up-Latency'])) ?? (typeof duration === 'number' ? duration * 1000 : millisecondsOf(textOf(duration)))
  const from = fieldsOf(fields['request'])
  const client = textOf(from?.['client_ip']) ?? textOf(from?.['remote_ip'])
  const failedByItself = server === null && (code === 502 || code === 503 || code === 504)
  return {
    atMs: typeof ts === 'number' ? Math.round(ts * 1000) : typeof ts === 'string' && Number.isFinite(Date.parse(ts)) ? Date.parse(ts) : null, process: null, ...(client === null ? {} : { client: cleanText(client) }),
    listener: cleanText(logger.replace(/^http\.log\.access\.?/, '') || 'access'), pool: clean(textOf(fields['pool']) ?? firstOf(headers?.['X-Pool'])), protocol: 'http', status: code, bytesSent: typeof size === 'number' ? size : null,
    attempts: server === null && !failedByItself ? [] : [{ server: clean(server), address: clean(server), status: code, responseMs: server === null ? null : responseMs, failed: false }],
    ...(server === null ? { silent: true } : {}),
  }
}

function parsed(line: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(line))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function firstOf(value: unknown): string | null {
  return Array.isArray(value) ? textOf(value[0]) : null
}

function clean(text: string | null): string | null {
  return text === null ? null : cleanText(text)
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 0.001, μs: 0.001, us: 0.001, ns: 0.000_001 }

/** A duration as Go writes it: `4.636906ms`, `1m2.5s`. */
function millisecondsOf(text: string | null): number | null {
  if (text === null || !/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|µs|μs|us|ns))+$/.test(text)) return null
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|µs|μs|us|ns|h|m|s)/g)].reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit as string] as number), 0)
}
