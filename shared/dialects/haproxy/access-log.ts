import type { Parsed } from '#shared/dialects/dialect.ts'
import { loggedRequest, type AccessLogReader, type LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import { parseRequestLine } from '#shared/requests/access-log/request-line.ts'
import { captureSlots, type CaptureSlots } from './captures.ts'
import type { HaproxyTree } from './tree.ts'

/**
 * Readers of the three formats HAProxy knows by name: `option httpslog`, `option httplog`, `option httplog clf`. A syslog
 * header in front is left out. The more telling one stands first: every httpslog line is an httplog line with more behind.
 *
 * Source: HAProxy configuration manual, 8.2.3 to 8.2.5 and 8.6; lines captured from 2.6.
 */
export function haproxyAccessLogs(files: readonly Parsed<HaproxyTree>[]): readonly AccessLogReader[] {
  const slots = captureSlots(files)
  return [
    { format: 'haproxy-httpslog', assumptions: [], read: (line) => readHttpLog(line, slots, true) },
    { format: 'haproxy-httplog', assumptions: [], read: (line) => readHttpLog(line, slots, false) },
    { format: 'haproxy-clf', assumptions: [], read: readClf },
  ]
}

/** `client:port [date] frontend backend/server`, the timers, and what follows up to the captures. */
const front = /(?:^|\s)(\S+):(\d{1,5}) \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] (\S+) (\S+?)\/(\S+) \+?-?\d+\/\+?-?\d+\/\+?-?\d+\/\+?-?\d+\/\+?-?\d+ (?:\d{3}|-1) \+?\d+ \S+ \S+ \S{4} \d+\/\d+\/\d+\/\d+\/\+?\d+ \d+\/\d+ /
const tlsTail = /^ -?\d+\/[0-9A-Fa-fx]+\/-?\d+\/-?\d+\/-?\d+ (\S+?)\/\S+?\/\S+/
const clf = /(?:^|\s)(\S+) - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}\] "([^"]*)" (?:\d{3}|-1) \d+ "" "" \d+ \d+ "([^"]*)" "([^"]*)" "([^"]*)" /

function readHttpLog(line: string, slots: ReadonlyMap<string, CaptureSlots>, wantsTls: boolean): LoggedRequest | null {
  const start = front.exec(line)
  if (start === null) return null
  const captures: string[] = []
  let at = start.index + start[0].length
  while (line[at] === '{') {
    const end = line.indexOf('}', at)
    if (end === -1 || line[end + 1] !== ' ') return null
    captures.push(line.slice(at + 1, end))
    at = end + 2
  }
  if (line[at] !== '"') return null
  const closing = line.indexOf('"', at + 1)
  const tail = closing === -1 ? null : tlsTail.exec(line.slice(closing + 1))
  if (wantsTls && tail === null) return null
  const entry = entryOf(start[3] as string)
  const said = toRequest(decode(line.slice(at + 1, closing === -1 ? undefined : closing)), entry, closing === -1)
  if (said === null) return null
  const { host, headers } = capturedHeaders(captures, slots.get(entry.name))
  const sni = tail === null ? null : tail[1] === '-' ? '' : (tail[1] as string)
  return { ...said, host: host ?? said.host, headers, sni, sourceIp: sourceOf(start[1] as string), pool: poolOf(start[4] as string, entry.name) }
}

function readClf(line: string): LoggedRequest | null {
  const found = clf.exec(line)
  if (found === null) return null
  const entry = entryOf(found[3] as string)
  const said = toRequest(decode(found[2] as string), entry, false)
  return said === null ? null : { ...said, sourceIp: sourceOf(found[1] as string), pool: poolOf(found[4] as string, entry.name) }
}

interface Entry {
  readonly name: string
  readonly tls: boolean
}

/** `~` behind the name says that the connection was TLS and ended here. */
function entryOf(text: string): Entry {
  return text.endsWith('~') ? { name: text.slice(0, -1), tls: true } : { name: text, tls: false }
}

function toRequest(text: string, entry: Entry, cut: boolean): LoggedRequest | null {
  const request = parseRequestLine(text)
  if (request === null) return null
  return loggedRequest({ ...request, truncated: request.truncated || cut, listenerGroup: entry.name, scheme: entry.tls ? 'https' : 'http' })
}

/** The frontend's own name, or `<NOSRV>`, stands there when no pool was chosen. A `listen` section is both. */
function poolOf(text: string, entry: string): string | null {
  return text === entry || text.startsWith('<') ? null : text
}

/** `unix:1` and the like are no address. */
function sourceOf(text: string): string | null {
  return /^[0-9a-fA-F:.]+$/.test(text) ? text : null
}

/** `#22` and the like: how HAProxy writes bytes that would break the line. */
function decode(text: string): string {
  return text.includes('#') ? text.replace(/#([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text
}

/**
 * The first block holds what the frontend captured of requests, in the order of its slots; with none of those it holds
 * captured response headers. Blocks that do not fit the config say nothing: the log may be of another one.
 */
function capturedHeaders(blocks: readonly string[], slots: CaptureSlots | undefined): Pick<LoggedRequest, 'host' | 'headers'> {
  const first = blocks[0]
  const nothing = { host: null, headers: [] }
  if (first === undefined || slots === undefined || slots.request.length === 0) return nothing
  if (blocks.length !== (slots.response ? 2 : 1)) return nothing
  const values = first.split('|')
  if (values.length !== slots.request.length) return nothing
  let host: string | null = null
  const headers: [string, string | null][] = []
  for (const [index, slot] of slots.request.entries()) {
    const value = decode(values[index] as string)
    // A value that fills its slot may have been longer.
    if (slot.header === null || value.length >= slot.length) continue
    if (slot.header === 'host') host = value
    else headers.push([slot.header, value === '' ? null : value])
  }
  return { host, headers }
}
