/**
 * HAProxy's `http-request normalize-uri` on the path and query of a target. Texts are byte strings.
 * Source: HAProxy configuration manual, "http-request normalize-uri"; H-H1-3; oracle test/oracle/haproxy.
 */

export type NormalizerName =
  | 'path-merge-slashes' | 'path-strip-dot' | 'path-strip-dotdot' | 'percent-decode-unreserved' | 'percent-to-uppercase'
  | 'fragment-strip' | 'fragment-encode' | 'query-sort-by-name'

/** `invalid`: strict mode met a broken percent sequence, the request is refused. `unknown`: no such normalizer. */
export type Normalized = { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'invalid' } | { readonly kind: 'unknown' }

/** `pathAndQuery` starts with `/`; `argument` is `full`, `strict` or null. */
export function normalizeUri(pathAndQuery: string, normalizer: string, argument: string | null): Normalized {
  const mark = pathAndQuery.indexOf('?')
  const path = mark === -1 ? pathAndQuery : pathAndQuery.slice(0, mark)
  const query = mark === -1 ? '' : pathAndQuery.slice(mark)
  switch (normalizer as NormalizerName) {
    case 'path-merge-slashes': return { kind: 'ok', text: path.replace(/\/{2,}/g, '/') + query }
    case 'path-strip-dot': return { kind: 'ok', text: stripDots(path) + query }
    case 'path-strip-dotdot': return { kind: 'ok', text: stripDotDots(path, argument === 'full') + query }
    case 'percent-decode-unreserved': return percent(pathAndQuery, argument === 'strict', pair => {
      const character = String.fromCharCode(Number.parseInt(pair.slice(1), 16))
      return /^[A-Za-z0-9._~-]$/.test(character) ? character : pair
    })
    case 'percent-to-uppercase': return percent(pathAndQuery, argument === 'strict', pair => pair.toUpperCase())
    case 'fragment-strip': return { kind: 'ok', text: pathAndQuery.split('#', 1)[0] ?? '' }
    case 'fragment-encode': return { kind: 'ok', text: pathAndQuery.replaceAll('#', '%23') }
    case 'query-sort-by-name': return { kind: 'ok', text: mark === -1 ? path : `${path}?${sortQuery(query.slice(1))}` }
    default: return { kind: 'unknown' }
  }
}

function percent(text: string, strict: boolean, replace: (pair: string) => string): Normalized {
  if (strict && /%(?![0-9a-fA-F]{2})/.test(text)) return { kind: 'invalid' }
  return { kind: 'ok', text: text.replace(/%[0-9a-fA-F]{2}/g, replace) }
}

/** `/./` becomes `/`, a last `/.` becomes `/`. */
function stripDots(path: string): string {
  const segments = path.split('/')
  const last = segments.length - 1
  return segments.flatMap((segment, index) => (segment !== '.' || index === 0 ? [segment] : index === last ? [''] : [])).join('/')
}

/** Removes each `/../` with the segment before it; what climbs above the root stays in front unless `full`. */
function stripDotDots(path: string, full: boolean): string {
  const segments = path.split('/').slice(1)
  const kept: string[] = []
  let above = 0
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment !== '..') {
      kept.push(segment)
      continue
    }
    if (kept.length > 0) kept.pop()
    else above += 1
    if (last) kept.push('')
  }
  return `${full ? '' : '/..'.repeat(above)}/${kept.join('/')}`
}

/** By name as bytes, shorter first; equal names keep their order. */
function sortQuery(query: string): string {
  const name = (parameter: string): string => parameter.split('=', 1)[0] ?? ''
  const parameters = query.split('&')
  // A trailing delimiter gives no last empty parameter.
  if (parameters[parameters.length - 1] === '') parameters.pop()
  return parameters
    .map((text, index) => ({ text, index, name: name(text) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index))
    .map(parameter => parameter.text).join('&')
}
