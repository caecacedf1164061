/**
 * Request targets and Host values as nginx reads them. Texts are byte strings.
 * Source: nginx 1.22 src/http/ngx_http_parse.c (complex URI), ngx_http_request.c (validate_host); N-URI-1..3, N-SRV-2.
 * Oracle: test/oracle/nginx.
 */

export interface NormalisedTarget {
  readonly ok: true
  /** The target as sent, in origin form: what `$request_uri` holds and what is passed on unchanged. */
  readonly sent: string
  /** Percent-decoded once, dot segments resolved, slashes merged, without query and fragment. */
  readonly path: string
  /** After the first `?`, without a fragment; empty: none or nothing behind the `?`. */
  readonly query: string
  /** Name of a target that is a whole URL, with its port; null: it is none. */
  readonly authority: string | null
}

export type ParsedTarget = NormalisedTarget | { readonly ok: false; readonly reason: string }

const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/((?:[A-Za-z0-9.-]*|\[[0-9A-Za-z:._~!$&'()*+,;=-]*\])(?::[0-9]*)?)(?=[/? ]|$)/
const control = /[\x00-\x20\x7f]/

/** `target` as it stands on the request line. */
export function parseNormalisedTarget(target: string): ParsedTarget {
  if (control.test(target)) return { ok: false, reason: 'the request target has a control character or a blank' }
  let sent = target
  let authority: string | null = null
  if (!target.startsWith('/')) {
    const match = absolute.exec(target)
    if (match === null) return { ok: false, reason: 'the request target is neither a path nor a URL' }
    authority = match[2] ?? ''
    const rest = target.slice(match[0].length)
    sent = rest === '' ? '/' : rest.startsWith('/') ? rest : `/${rest}`
  }
  const path = normalisePath(sent)
  if (path === null) return { ok: false, reason: 'the request target climbs above the root or has a broken percent sequence' }
  const mark = queryStart(sent)
  const query = mark === -1 ? '' : (sent.slice(mark + 1).split('#', 1)[0] ?? '')
  return { ok: true, sent, path, query, authority }
}

/** Position of the `?` that ends the path; -1: none, or a fragment comes first. */
function queryStart(sent: string): number {
  const end = /[?#]/.exec(sent)
  return end !== null && end[0] === '?' ? end.index : -1
}

/** Null: the target is refused. `sent` starts with a slash. */
function normalisePath(sent: string): string | null {
  const raw = /^[^?#]*/.exec(sent)?.[0] ?? ''
  if (/%(?![0-9A-Fa-f]{2})/.test(raw) || /%00/.test(raw)) return null
  const decoded = raw.replace(/%([0-9A-Fa-f]{2})/g, (_, pair: string) => String.fromCharCode(Number.parseInt(pair, 16)))
  const kept: string[] = []
  const segments = decoded.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '.' || (segment === '' && !last)) {
      if (last) kept.push('')
      continue
    }
    if (segment === '..') {
      if (kept.length === 0) return null
      kept.pop()
      if (last) kept.push('')
      continue
    }
    kept.push(segment)
  }
  return `/${kept.join('/')}`
}

/**
 * The name nginx looks up for a Host value: lower case, without port and one trailing dot.
 *
 * Errors: null where the request is refused with 400.
 */
export function normalisedHost(host: string): string | null {
  let state: 'usual' | 'literal' | 'rest' = 'usual'
  let length = host.length
  let dot = host.length
  for (let at = 0; at < host.length; at += 1) {
    const code = host.charCodeAt(at)
    const character = host[at]
    if (character === '.') {
      if (dot === at - 1) return null
      dot = at
    } else if (character === ':') {
      if (state === 'usual') {
        length = at
        state = 'rest'
      }
    } else if (character === '[') {
      if (at === 0) state = 'literal'
    } else if (character === ']') {
      if (state === 'literal') {
        length = at + 1
        state = 'rest'
      }
    } else if (character === '/' || code <= 0x20 || code === 0x7f) return null
  }
  if (dot === length - 1) length -= 1
  return length === 0 ? null : host.slice(0, length).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Bytes that nginx writes as percent sequences when it makes a target out of a decoded path; quotes and the like since 1.21.1. */
const escaped = /[\x00-\x20"#%<>?\\^`{|}\x7f-\xff]/g

/** A decoded path as it is sent on. */
export function escapedPath(path: string): string {
  return path.replace(escaped, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** First value of `name=` in a query (`&`) or Cookie header (`;`), names in any case; null: it is not there. */
export function argumentValue(text: string, name: string, delimiter: '&' | ';'): string | null {
  const wanted = name.toLowerCase()
  for (const part of text.split(delimiter)) {
    const pair = delimiter === ';' ? part.replace(/^ +/, '') : part
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).toLowerCase() === wanted) return pair.slice(equals + 1)
  }
  return null
}
