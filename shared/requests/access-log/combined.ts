import { parseIp } from '../ip.ts'
import { loggedRequest, type AccessLogReader, type LoggedRequest } from './logged-request.ts'
import { parseRequestLine } from './request-line.ts'
import { hostField, isHostName, trailingFields, type TrailingField } from './trailing-fields.ts'

/** `[vhost[:port]] address … [time] … "request" status …`; what stands between is not looked at. */
interface CombinedLine {
  readonly before: readonly string[]
  readonly request: string
  readonly rest: readonly TrailingField[]
}

/**
 * Text lines in the manner of Apache's and nginx's `combined`, with or without a virtual host in front and fields behind.
 *
 * The format says neither Host nor scheme nor where the request came in. A host is taken from a first field that is a
 * host name in front of the address, from a field that says what it is (`host=shop.example`), or from a field behind the
 * user agent that holds a host name in every line of `sample` and not always the same one.
 */
export function createCombinedReader(sample: readonly string[]): AccessLogReader {
  const column = hostColumn(sample)
  return {
    format: 'nginx-combined',
    assumptions: column === null ? [] : [`Field ${column + 1} behind the user agent of each line is taken as the Host of the request.`],
    read: (line) => toRequest(line, column),
  }
}

function toRequest(line: string, column: number | null): LoggedRequest | null {
  const found = takeApart(line)
  if (found === null) return null
  const at = found.before.findIndex((word, index) => index < 2 && isAddress(word))
  const front = at === 1 ? (found.before[0] as string) : null
  // Something that is neither a client nor a virtual host: another format.
  if (at === -1 || (front !== null && !isHostName(front))) return null
  const request = parseRequestLine(found.request)
  if (request === null || !/^\d{3}$/.test(found.rest[0]?.value ?? '')) return null
  const headers: [string, string | null][] = []
  const [, , referer, agent] = found.rest
  if (isCombined(found.rest) && referer !== undefined && agent !== undefined) headers.push(['referer', orNull(referer.value)], ['user-agent', orNull(agent.value)])
  const more = headers.length === 0 ? found.rest.slice(2) : found.rest.slice(4)
  const [name, port] = front === null ? [null, null] : splitPort(front)
  const host = request.host ?? name ?? hostField(more) ?? (column === null ? null : (more[column]?.value ?? null))
  const scheme = request.scheme ?? schemeOf(more)
  return loggedRequest({ ...request, host: host === '-' ? null : host, port, scheme, sourceIp: found.before[at] ?? null, headers })
}

/** A virtual host in front is the name of the server and the port it listens on. */
function splitPort(text: string): readonly [name: string, port: number | null] {
  const colon = text.indexOf(':')
  return colon === -1 ? [text, null] : [text.slice(0, colon), Number(text.slice(colon + 1))]
}

const orNull = (value: string): string | null => (value === '-' ? null : value)
const isAddress = (word: string): boolean => parseIp(word) !== null
const isCombined = (rest: readonly TrailingField[]): boolean => rest[2]?.quoted === true && rest[3]?.quoted === true && /^(\d+|-)$/.test(rest[1]?.value ?? '')

function schemeOf(fields: readonly TrailingField[]): 'http' | 'https' | null {
  for (const { key, value } of fields) {
    if ((key === 'scheme' || key === 'proto') && (value === 'http' || value === 'https')) return value
    // `$ssl_protocol`; a dash there may mean anything else.
    if (/^TLSv1(\.[0-3])?$/.test(value)) return 'https'
  }
  return null
}

function takeApart(line: string): CombinedLine | null {
  const opens = line.indexOf('[')
  const closes = opens === -1 ? -1 : line.indexOf(']', opens)
  if (closes === -1 || !/^\[\d{1,4}[-/]/.test(line.slice(opens, opens + 6))) return null
  const quote = line.indexOf('"', closes)
  if (quote === -1) return null
  const fields = trailingFields(line, quote)
  const first = fields?.[0]
  return fields === null || first === undefined ? null : { before: line.slice(0, opens).split(' ').filter((word) => word !== ''), request: first.value, rest: fields.slice(1) }
}

/** Field behind the user agent (from 0) that holds the host, judging by many lines. Null: none surely does. */
function hostColumn(sample: readonly string[]): number | null {
  const values: Set<string>[] = []
  let columns = Infinity
  for (const line of sample) {
    const found = takeApart(line)
    if (found === null || parseRequestLine(found.request) === null || !isCombined(found.rest)) continue
    const more = found.rest.slice(4)
    columns = Math.min(columns, more.length)
    for (let index = 0; index < columns; index += 1) (values[index] ??= new Set()).add(more[index]?.key === null ? (more[index]?.value ?? '') : '')
  }
  if (columns === Infinity) return null
  for (let index = 0; index < columns; index += 1) {
    const seen = [...(values[index] ?? [])]
    // Always the same name may be the name of the balancer itself.
    if (seen.length > 1 && seen.every(isHostName)) return index
  }
  return null
}
