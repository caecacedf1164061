import { cleanText } from '#shared/live/clean-text.ts'
import type { LogFormat, LoggedAttempt, LoggedRequest } from '#shared/live/log/logged-request.ts'

/** Log of HAProxy in the formats of `option httplog` and `option tcplog`, behind a syslog header or not. */
export const haproxyLog: LogFormat = {
  product: 'HAProxy',
  parse: parseHaproxyLine,
  // Its times have no zone, and are those at which requests began.
  lateMs: 0,
  // It does not tell new assignments from those that a cookie made.
  tellsSelections: false,
  advice: 'HAProxy logs them with "option httplog", or "option tcplog" in TCP mode.',
}

/** Header of syslog with the program that wrote the line, in either way to write the time. */
const otherProgram = /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ (?!haproxy\b)[\w./-]+(?:\[\d+\])?: /

/** Process; client, date, frontend, backend/server; the timers; then what differs. */
const head = /(?:haproxy\[(\d+)\]: |^|\s)(\S+):\d{1,5} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] (\S+) (\S+?)\/(\S+) /
const httpTail = /^\+?-?\d+\/\+?-?\d+\/\+?-?\d+\/\+?(-?\d+)\/\+?-?\d+ (\d{3}|-1) \+?(\d+) \S+ \S+ (\S{4}) \d+\/\d+\/\d+\/\d+\/(\+?)(\d+) \d+\/\d+(?: |$)/
const tcpTail = /^\+?-?\d+\/\+?-?\d+\/\+?-?\d+ \+?(\d+) (\S\S) \d+\/\d+\/\d+\/\d+\/(\+?)(\d+) \d+\/\d+(?:\s|$)/

/**
 * One line. Lines about states, and those of other programs in the same log, are passed over.
 *
 * Errors: none; null for what is no line of HAProxy.
 * Source: HAProxy configuration manual, 8.2.2, 8.2.3 and 8.5 (termination states).
 */
export function parseHaproxyLine(line: string): LoggedRequest | 'other' | null {
  const start = head.exec(line)
  if (start === null) return /haproxy\[\d+\]: /.test(line) || otherProgram.test(line) ? 'other' : null
  const [whole, process = null, client = '', frontend = '', backend = '', server = ''] = start
  const rest = line.slice(start.index + whole.length)
  const common = { atMs: null, process, client: cleanText(client), listener: cleanText(frontend.replace(/~$/, '')) }
  const http = httpTail.exec(rest)
  if (http !== null) {
    const [, responseMs = '-1', status = '-1', bytes = '0', ending = '', moved = '', retries = '0'] = http
    const code = status === '-1' ? null : Number(status)
    const attempts = attemptsOf(server, ending, moved !== '', Number(retries), { status: code, responseMs: responseMs === '-1' ? null : Number(responseMs) })
    return { ...common, protocol: 'http', status: code, bytesSent: Number(bytes), attempts, pool: attempts.length === 0 ? null : cleanText(backend) }
  }
  const tcp = tcpTail.exec(rest)
  if (tcp === null) return null
  const [, bytes = '0', ending = '', moved = '', retries = '0'] = tcp
  const attempts = attemptsOf(server, ending, moved !== '', Number(retries), { status: null, responseMs: null })
  return { ...common, protocol: 'tcp', status: null, bytesSent: Number(bytes), attempts, pool: attempts.length === 0 ? null : cleanText(backend) }
}

/** `moved`: the last try went to another server than those before, which are not named. */
function attemptsOf(server: string, ending: string, moved: boolean, retries: number, answer: Pick<LoggedAttempt, 'status' | 'responseMs'>): readonly LoggedAttempt[] {
  // Without a server: none could take it, unless a rule or the client ended it before one was looked for.
  if (server.startsWith('<')) return server === '<NOSRV>' && /^[sS]/.test(ending) ? [{ server: null, address: null, ...answer, failed: false }] : []
  const name = cleanText(server)
  const before = Array.from({ length: Math.min(retries, 20) }, (): LoggedAttempt => ({ server: moved ? null : name, address: null, status: null, responseMs: null, failed: true }))
  return [...before, { server: name, address: null, ...answer, failed: /^[sS]C/.test(ending) }]
}
