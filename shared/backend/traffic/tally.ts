import type { AccessLogReader, LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import type { FactsRead } from './facts.ts'
import { linesOf } from './recognise.ts'

export interface Counted {
  readonly request: LoggedRequest
  count: number
}

export interface Tally {
  /** Requests that routing can tell apart, each with how often it stands in the log. */
  readonly distinct: readonly Counted[]
  /** Requests that came after there was no more room for new ones. */
  readonly overflow: number
  readonly requests: number
  readonly skipped: number
  /** Requests whose target the log cut off. */
  readonly truncated: number
}

/** Reads every line once; requests that differ only in what routing does not look at count as one. */
export function tallyOf(text: string, reader: AccessLogReader, facts: FactsRead, maximumDistinct: number): Tally {
  const seen = new Map<string, Counted>()
  let requests = 0
  let skipped = 0
  let truncated = 0
  let overflow = 0
  for (const line of linesOf(text)) {
    const request = line === null ? null : reader.read(line)
    if (request === null) {
      if (line === null || line.trim() !== '') skipped += 1
      continue
    }
    requests += request.weight
    if (request.truncated) {
      truncated += request.weight
      continue
    }
    const key = keyOf(request, facts)
    const known = seen.get(key)
    if (known !== undefined) known.count += request.weight
    else if (seen.size < maximumDistinct) seen.set(key, { request, count: request.weight })
    else overflow += request.weight
  }
  return { distinct: [...seen.values()], overflow, requests, skipped, truncated }
}

function keyOf(request: LoggedRequest, facts: FactsRead): string {
  const { target } = request
  const query = facts.query ? -1 : target.indexOf('?')
  const parts: (string | number | null)[] = [
    request.listenerGroup, request.scheme, request.port, request.pool, request.method, query === -1 ? target : target.slice(0, query),
    facts.headers.has('host') ? request.host : null,
  ]
  if (facts.source) parts.push(request.sourceIp)
  if (facts.sni) parts.push(request.sni)
  if (facts.httpVersion) parts.push(request.httpVersion)
  for (const [name, value] of request.headers) if (facts.headers.has(name)) parts.push(name, value)
  if (request.hiddenHeaders !== null) parts.push(request.hiddenHeaders.join(','))
  return parts.join('\n')
}
