import type { Field, Matcher, Predicate, Transform, View } from './predicate.ts'
import { isAction, type Action, type Effect, type RedirectTarget } from './routing-model.ts'

/** How many values of a long list are written out before "and 12 more". */
const listed = 4

function oneOf(values: readonly string[]): string {
  if (values.length === 0) return 'nothing'
  if (values.length === 1) return values[0] as string
  if (values.length <= listed) return `${values.slice(0, -1).join(', ')} or ${values[values.length - 1] as string}`
  return `${values.slice(0, listed).join(', ')} or ${values.length - listed} more`
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What products call parts of the request that rules may change. */
const productNames: Readonly<Record<string, string>> = { uri: 'path', args: 'query', host: 'host', method: 'method' }

function fieldWords(field: Field): string {
  switch (field.kind) {
    case 'method': return 'method'
    case 'scheme': return 'scheme'
    case 'http-version': return 'HTTP version'
    case 'target': return 'request target'
    case 'path': return 'path'
    case 'query': return 'query'
    case 'path-and-query': return 'path with query'
    case 'normalised-path': return 'path'
    case 'host-name': return 'host'
    case 'base': return 'host followed by path'
    case 'header': return field.name === 'host' ? 'host' : `header ${field.name}`
    case 'header-count': return `number of ${field.name} headers`
    case 'cookie': return `cookie ${field.name}`
    case 'query-parameter': return `query parameter ${field.name}`
    case 'source-ip': return 'source address'
    case 'source-port': return 'source port'
    case 'local-ip': return 'destination address'
    case 'local-port': return 'destination port'
    case 'sni': return 'TLS server name'
    case 'alpn': return 'TLS protocol'
    case 'tls': return 'TLS'
    case 'tls-hello-type': return 'TLS handshake type'
    case 'listener-name': return 'listener name'
    case 'listener-id': return 'listener id'
    case 'entry-name': return 'entry name'
    case 'variable': return productNames[field.name] ?? `variable ${field.name}`
    case 'constant': return field.value === null ? 'nothing' : `"${field.value}"`
    case 'state': return field.text
    case 'opaque': return field.text
  }
}

/** Transformations that a reader takes for granted say nothing. */
function transformWords(transform: Transform): string | null {
  switch (transform.kind) {
    case 'lower': case 'upper': case 'host-only': case 'cast': return null
    case 'field': return transform.index === 1 && transform.delimiters === ':' ? null : `field ${transform.index} split at "${transform.delimiters}"`
    case 'word': return `word ${transform.index} split at "${transform.delimiters}"`
    case 'regsub': return `"${transform.pattern}" replaced by "${transform.replacement}"`
    case 'url-decode': return 'decoded'
    case 'port-only': return 'port only'
    case 'map': return `looked up in ${fileName(transform.table)}`
    case 'concat': return 'joined with text'
    case 'arithmetic': return `${transform.operator}${typeof transform.operand === 'number' ? ` ${transform.operand}` : ''}`
    case 'length': return 'length'
    case 'string-compare': return `compared with ${transform.variable}`
    case 'equals-text': return `equal to ${oneOf(transform.values)}`
    case 'choose': return `"${transform.whenTrue}" or "${transform.whenFalse}"`
    case 'ip-mask': return `first ${transform.bits4} bits`
    case 'substring': return `bytes from ${transform.offset}`
    case 'trim': return 'trimmed'
    case 'capture': return `group ${transform.group} of the pattern ${transform.pattern}`
    case 'argument': return `query parameter ${transform.name}`
    case 'escape-path': return 'percent-encoded'
    case 'hash': return 'hashed'
    case 'opaque': return transform.text
  }
}

/** A value in words: `host`, `header x-canary`, `path (looked up in hosts.map)`. */
export function describeView(view: View): string {
  const steps = view.transforms.map(transformWords).filter((words) => words !== null)
  return steps.length === 0 ? fieldWords(view.field) : `${fieldWords(view.field)} (${steps.join(', ')})`
}

function rangeWords(ranges: readonly (readonly [number | null, number | null])[]): string {
  return oneOf(ranges.map(([from, to]) => {
    if (from === null && to === null) return 'any number'
    if (from === null) return `at most ${to ?? ''}`
    if (to === null) return `at least ${from}`
    return from === to ? String(from) : `${from} to ${to}`
  }))
}

/** Headers whose values are secrets; what leaves the engine as text never shows them. */
const secretHeaders: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token'])

export function isSecretHeader(name: string): boolean {
  return secretHeaders.has(name.toLowerCase())
}

const hidden = '•••'

function masked(matcher: Matcher): Matcher {
  if ('values' in matcher) return { ...matcher, values: [hidden] }
  return 'patterns' in matcher ? { ...matcher, patterns: [hidden] } : matcher
}

function testWords(view: View, given: Matcher, negated: boolean): string {
  const matcher = view.field.kind === 'header' && isSecretHeader(view.field.name) ? masked(given) : given
  const value = describeView(view)
  const is = negated ? 'is not' : 'is'
  switch (matcher.kind) {
    case 'exact': return `${value} ${is} ${oneOf(matcher.values)}`
    case 'prefix': return `${value} ${negated ? 'does not start with' : 'starts with'} ${oneOf(matcher.values)}`
    case 'suffix': return `${value} ${negated ? 'does not end with' : 'ends with'} ${oneOf(matcher.values)}`
    case 'substring': return `${value} ${negated ? 'does not contain' : 'contains'} ${oneOf(matcher.values)}`
    case 'path-part': case 'domain-part': return `${value} ${negated ? 'does not have' : 'has'} the part ${oneOf(matcher.values)}`
    case 'regex': return `${value} ${negated ? 'does not match' : 'matches'} the pattern ${oneOf(matcher.patterns)}`
    case 'integer': return `${value} ${is} ${rangeWords(matcher.ranges)}`
    case 'length': return `length of ${value} ${is} ${rangeWords(matcher.ranges)}`
    case 'network': return `${value} ${negated ? 'is not in' : 'is in'} ${oneOf(matcher.networks)}`
    case 'exists': return `${value} ${negated ? 'is absent' : 'is present'}`
    case 'truthy':
      if (view.field.kind === 'tls' && view.transforms.length === 0) return negated ? 'connection is not TLS' : 'connection is TLS'
      return `${value} ${negated ? 'does not hold' : 'holds'}`
    case 'never': return negated ? 'always' : 'never'
  }
}

function words(predicate: Predicate, negated: boolean, inside: 'and' | 'or' | null): string {
  switch (predicate.kind) {
    case 'true': return negated ? 'never' : 'always'
    case 'false': return negated ? 'always' : 'never'
    case 'not': return words(predicate.of, !negated, inside)
    case 'named': return words(predicate.of, negated, inside)
    case 'test': return testWords(predicate.view, predicate.matcher, negated)
    case 'opaque': return `${negated ? 'not ' : ''}{ ${predicate.text} }`
    case 'chance': return `${negated ? 'not ' : ''}${Math.round(predicate.share * 1000) / 10}% of requests at random`
    case 'and': case 'or': {
      if (predicate.of.length === 0) return (predicate.kind === 'and') === !negated ? 'always' : 'never'
      if (predicate.of.length === 1) return words(predicate.of[0] as Predicate, negated, inside)
      // De Morgan: "not (a or b)" reads better as "not a and not b".
      const joint = (predicate.kind === 'and') === !negated ? 'and' : 'or'
      const text = predicate.of.map((part) => words(part, negated, joint)).join(` ${joint} `)
      return inside !== null && inside !== joint ? `(${text})` : text
    }
  }
}

/**
 * A condition in words: `host is api.shop.example and path starts with /v2/auth/`.
 * Names of conditions are replaced by what they mean; a condition that always holds is `always`.
 */
export function describePredicate(predicate: Predicate): string {
  return words(predicate, false, null)
}

/** A condition by the names its author gave: `host_api !is_auth`; anonymous tests in words within braces. */
export function referenceText(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'true': return ''
    case 'false': return 'never'
    case 'named': return predicate.name
    case 'not': {
      const inner = referenceText(predicate.of)
      return predicate.of.kind === 'and' || predicate.of.kind === 'or' ? `!( ${inner} )` : `!${inner}`
    }
    case 'and': return predicate.of.map((part) => (part.kind === 'or' ? `( ${referenceText(part)} )` : referenceText(part))).join(' ')
    case 'or': return predicate.of.map(referenceText).join(' or ')
    case 'test': case 'chance': return `{ ${describePredicate(predicate)} }`
    case 'opaque': return `{ ${predicate.text} }`
  }
}

function redirectWords(to: RedirectTarget): string {
  switch (to.kind) {
    case 'location': return to.value.text
    case 'prefix': return `${to.value.text}<path>`
    case 'scheme': return `${to.value.text}://<host><path>`
  }
}

function effectWords(effect: Effect): string {
  switch (effect.kind) {
    case 'set-path': return `set path to ${effect.value.text}`
    case 'set-path-and-query': return `set path and query to ${effect.value.text}`
    case 'set-query': return `set query to ${effect.value.text}`
    case 'set-target': return `set request target to ${effect.value.text}`
    case 'send-target': return `send ${effect.value.text}`
    case 'replace': return `in the ${effect.part === 'path-and-query' ? 'path and query' : effect.part}, replace ${effect.pattern} by ${effect.replacement.text}`
    case 'set-header': return `set header ${effect.name} to ${isSecretHeader(effect.name) ? hidden : effect.value.text}`
    case 'add-header': return `add header ${effect.name}: ${isSecretHeader(effect.name) ? hidden : effect.value.text}`
    case 'delete-header': return `remove header ${effect.name}${effect.match === 'exact' ? '' : ` (${effect.match})`}`
    case 'replace-header': return isSecretHeader(effect.name) ? `in header ${effect.name}, replace ${hidden}` : `in header ${effect.name}, replace ${effect.pattern} by ${effect.replacement.text}`
    case 'set-method': return `set method to ${effect.value.text}`
    case 'set-variable': return `set variable ${effect.name} to ${'parts' in effect.value ? effect.value.text : describeView(effect.value)}`
    case 'unset-variable': return `forget variable ${effect.name}`
    case 'normalize-uri': return `normalise the request target (${effect.normalizer})`
    case 'set-source': return `take the source address from ${describeView(effect.value)}`
    case 'set-destination': return `take the destination address from ${describeView(effect.value)}`
    case 'set-source-port': return `take the source port from ${describeView(effect.value)}`
    case 'set-destination-port': return `take the destination port from ${describeView(effect.value)}`
    case 'note': return effect.text
    case 'opaque-effect': return `${effect.text} (not modelled)`
  }
}

/** An action or effect in words: `send to pool api`, `redirect 301 to https://<host><path>`, `remove header x-user`. */
export function describeAction(does: Action | Effect): string {
  if (!isAction(does)) return effectWords(does)
  switch (does.kind) {
    case 'forward': return `send to pool ${poolName(does.pool)}`
    case 'dispatch': return `send to the pool named by ${does.key.text}`
    case 'split': return `split: ${does.shares.map((part) => `${Math.round(part.share * 100)}% to pool ${poolName(part.pool)}`).join(', ')}`
    case 'redirect': return `redirect ${does.status} to ${redirectWords(does.to)}`
    case 'respond': return `answer ${does.status} here${does.why === '' ? '' : ` (${does.why})`}`
    case 'deny': return `deny with ${does.status}`
    case 'close': return 'close the connection'
    case 'serve': return `serve files from ${does.root}`
    case 'leave': return 'skip the rest of this list'
    case 'enter': return `go on in ${does.scope.replace(/^scope:/, '')}`
    case 'one-of': return `one of: ${does.actions.map(describeAction).join('; ')} (${does.why})`
    case 'opaque': return `${does.text} (not modelled)`
  }
}

/** Actions may carry a pool's id or its name; people read the name. */
export function poolName(reference: string): string {
  return reference.startsWith('pool:') ? reference.slice(5) : reference
}
