import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { UsageError } from './io.ts'

export interface UrlOptions {
  readonly method: string
  /** Lines as curl takes them: `name: value`. */
  readonly headers: readonly string[]
  readonly sourceIp: string
  readonly sni: string | null
  readonly listener: string | null
  readonly httpVersion: RequestInput['httpVersion']
}

/**
 * The request that a client sends for `url`.
 *
 * The path is sent as written, not normalised as a browser would: dot segments, double slashes and escapes reach the
 * rules unchanged. A `Host` header replaces the one that follows from the URL.
 */
export function requestFromUrl(url: string, options: UrlOptions): RequestInput {
  const parts = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url)
  if (parts === null) throw new UsageError(`"${url}" is not an http or https address.`)
  const scheme = (parts[1] as string).toLowerCase() as 'http' | 'https'
  const authority = (parts[2] as string).replace(/^[^@]*@/, '')
  const rest = parts[3] as string
  const path = rest === '' ? '/' : rest.startsWith('?') ? `/${rest}` : rest
  let host: string | null = authority
  const headers: (readonly [string, string])[] = []
  for (const line of options.headers) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new UsageError(`"${line}" is not a header; write "name: value".`)
    const name = line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'host') host = value
    else headers.push([name, value])
  }
  const name = authority.replace(/:\d+$/, '')
  const isAddress = /^[\d.]+$/.test(name) || name.startsWith('[')
  return {
    ...defaultRequest, listener: options.listener, scheme, method: options.method, host, path, headers, httpVersion: options.httpVersion, sourceIp: options.sourceIp,
    sni: options.sni ?? (scheme === 'https' && !isAddress && name !== '' ? name : null),
    alpn: scheme === 'https' ? (options.httpVersion === '2' ? ['h2', 'http/1.1'] : ['http/1.1']) : [],
  }
}

/**
 * One line of `route --requests`, or a sentence about what is wrong with it.
 *
 * Shape: the published request object. What is left out: listener null, scheme http, method GET, host null (none sent),
 * path /, no headers, client 127.0.0.1, no server name. A header may be a string or, sent more than once, an array.
 */
export function requestFromLine(line: string): RequestInput | string {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch (error) {
    return `not JSON (${(error as Error).message}).`
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return 'a request is a JSON object.'
  const given = raw as Readonly<Record<string, unknown>>
  const problems: string[] = []
  const text = (key: string, fallback: string): string => {
    const value = given[key]
    if (value === undefined) return fallback
    if (typeof value === 'string') return value
    problems.push(`${key} must be a string`)
    return fallback
  }
  const textOrNull = (key: string): string | null => {
    const value = given[key]
    if (value === undefined || value === null || typeof value === 'string') return value ?? null
    problems.push(`${key} must be a string or null`)
    return null
  }
  const choice = <const T extends string>(key: string, known: readonly T[], fallback: NoInfer<T>): T => {
    const value = given[key]
    if (value === undefined || value === null) return fallback
    const found = known.find((one) => one === value)
    if (found === undefined) problems.push(`${key} must be ${known.join(' or ')}`)
    return found ?? fallback
  }
  const headers: (readonly [string, string])[] = []
  let host = textOrNull('host')
  const rawHeaders = given['headers'] ?? {}
  const pairs: readonly (readonly [string, unknown])[] = Array.isArray(rawHeaders)
    ? rawHeaders.map((pair: unknown) => (Array.isArray(pair) ? [String(pair[0]), pair[1]] : ['', pair]))
    : typeof rawHeaders === 'object' ? Object.entries(rawHeaders as object) : [['', null]]
  for (const [name, value] of pairs) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (name === '' || !values.every((one) => typeof one === 'string')) {
      problems.push('headers must map names to strings')
      continue
    }
    for (const one of values as readonly string[]) {
      if (name.toLowerCase() === 'host' && given['host'] === undefined) host = one
      else headers.push([name, one])
    }
  }
  const port = given['sourcePort'] ?? defaultRequest.sourcePort
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535) problems.push('sourcePort must be a port number')
  const alpn = given['alpn'] ?? []
  if (!Array.isArray(alpn) || !alpn.every((one) => typeof one === 'string')) problems.push('alpn must be an array of strings')
  const request: RequestInput = {
    listener: textOrNull('listener'), scheme: choice('scheme', ['http', 'https'], 'http'), method: text('method', 'GET'), host, path: text('path', '/'),
    httpVersion: choice('httpVersion', ['1.0', '1.1', '2'], '1.1'), headers, sourceIp: text('sourceIp', defaultRequest.sourceIp), sourcePort: port as number,
    destinationIp: textOrNull('destinationIp'), sni: textOrNull('sni'), alpn: alpn as readonly string[],
  }
  return problems.length > 0 ? `${problems.join('; ')}.` : request
}
