import type { Field, Matcher, Predicate, Transform, View } from '#shared/model/predicate.ts'
import { fromBytes } from '#shared/requests/bytes.ts'
import { evaluate, truthOf } from './predicates.ts'
import { isUnknown, sampleText, type Sample } from './sample.ts'
import { viewSamples, type Surroundings } from './transforms.ts'

/** Why a predicate holds, does not hold, or cannot be decided, in words: `path /x does not start with /api/`. */
export function reasonOf(predicate: Predicate, around: Surroundings): string {
  return explain(predicate, around, 3)
}

function explain(predicate: Predicate, around: Surroundings, limit: number): string {
  const truth = truthOf(predicate, around, [])
  switch (predicate.kind) {
    case 'true': return 'always applies'
    case 'false': return 'never applies'
    case 'not': {
      const inner = explain(predicate.of, around, limit)
      return predicate.of.kind === 'named' ? `not ${inner}` : inner
    }
    case 'named': return `${predicate.name}: ${explain(predicate.of, around, limit)}`
    case 'and': case 'or': {
      // One part is enough to decide; otherwise every part counts.
      const decisive = predicate.kind === 'or'
      const single = truth === null ? predicate.of.find(part => truthOf(part, around, []) === null) : truth === decisive ? predicate.of.find(part => truthOf(part, around, []) === decisive) : undefined
      if (single !== undefined) return explain(single, around, limit)
      const shown = predicate.of.slice(0, limit).map(part => explain(part, around, 1))
      const rest = predicate.of.length - shown.length
      return shown.join(decisive ? '; ' : ' and ') + (rest > 0 ? ` and ${rest} more` : '')
    }
    case 'opaque': return `cannot be decided: ${predicate.reason}`
    case 'chance': return truth === null ? `is drawn with a chance of ${Math.round(predicate.share * 1000) / 10} %` : `has a chance of ${predicate.share * 100} %`
    case 'test': {
      const verdict = evaluate(predicate, around)
      if (verdict.truth === null) return `cannot be decided: ${verdict.depends[0]?.reason ?? 'an unmodelled value'}`
      const samples = viewSamples(predicate.view, { ...around, at: predicate.origin })
      return `${subject(predicate.view, around)}${shownValue(samples, predicate)} ${verb(predicate.matcher, verdict.truth, samples.length)}`
    }
  }
}

function shownValue(samples: readonly Sample[], predicate: Extract<Predicate, { readonly kind: 'test' }>): string {
  if (predicate.view.type === 'boolean' || samples.length === 0) return ''
  const texts = samples.slice(0, 2).map(sample => (isUnknown(sample) ? '?' : clip(fromBytes(sampleText(sample)))))
  return ` ${texts.join(', ')}${samples.length > 2 ? ', …' : ''}`
}

function clip(text: string): string {
  if (text === '') return '(empty)'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function subject(view: View, around: Surroundings): string {
  const name = fieldName(view.field)
  // A substitution right before a conversion of type only prepares it.
  const shown = view.transforms.filter((transform, index) => !(transform.kind === 'regsub' && view.transforms[index + 1]?.kind === 'cast'))
  return shown.length === 0 ? name : `${name} (${shown.map(transform => transformName(transform, around)).join(', ')})`
}

export function fieldName(field: Field): string {
  switch (field.kind) {
    case 'header': return field.name === 'host' ? 'host' : `header ${field.name}`
    case 'header-count': return `number of ${field.name} headers`
    case 'cookie': return `cookie ${field.name}`
    case 'query-parameter': return `query parameter ${field.name}`
    case 'path-and-query': return 'path and query'
    case 'normalised-path': return 'path'
    case 'host-name': return 'host'
    case 'source-ip': return 'source address'
    case 'source-port': return 'source port'
    case 'local-ip': return 'destination address'
    case 'local-port': return 'destination port'
    case 'http-version': return 'HTTP version'
    case 'sni': return 'SNI'
    case 'alpn': return 'ALPN'
    case 'tls': return 'TLS'
    case 'tls-hello-type': return 'TLS hello type'
    case 'listener-name': return 'listener name'
    case 'listener-id': return 'listener id'
    case 'entry-name': return 'frontend'
    case 'variable': return `variable ${field.name}`
    case 'constant': return 'constant'
    case 'state': case 'opaque': return field.text
    case 'base': return 'host and path'
    case 'method': case 'scheme': case 'target': case 'path': case 'query': return field.kind
  }
}

function transformName(transform: Transform, around: Surroundings): string {
  switch (transform.kind) {
    case 'lower': return 'lower case'
    case 'upper': return 'upper case'
    case 'field': return `field ${transform.index} by ${transform.delimiters}`
    case 'word': return `word ${transform.index} by ${transform.delimiters}`
    case 'regsub': return `with ${transform.pattern} replaced`
    case 'url-decode': return 'decoded'
    case 'host-only': return 'without port'
    case 'port-only': return 'port only'
    case 'map': return `looked up in ${around.model.tables.get(transform.table)?.path ?? transform.table}`
    case 'arithmetic': return `${transform.operator}${transform.operand === null ? '' : ` ${typeof transform.operand === 'number' ? transform.operand : transform.operand.variable}`}`
    case 'cast': return `as ${transform.to}`
    default: return transform.kind.replaceAll('-', ' ')
  }
}

function verb(matcher: Matcher, holds: boolean, instances: number): string {
  if (matcher.kind === 'exists') return holds ? 'is there' : 'is absent'
  if (matcher.kind === 'truthy') return holds ? 'is true' : 'is not true'
  if (matcher.kind === 'never') return 'is compared with nothing'
  if (instances === 0) return 'is absent'
  const list = (values: readonly string[]): string => values.slice(0, 3).map(clip).join(' or ') + (values.length > 3 ? ` or ${values.length - 3} more` : '')
  switch (matcher.kind) {
    case 'exact': return `${holds ? 'is' : 'is not'} ${list(matcher.values)}`
    case 'prefix': return `${holds ? 'starts' : 'does not start'} with ${list(matcher.values)}`
    case 'suffix': return `${holds ? 'ends' : 'does not end'} with ${list(matcher.values)}`
    case 'substring': return `${holds ? 'contains' : 'does not contain'} ${list(matcher.values)}`
    case 'path-part': return `${holds ? 'has' : 'does not have'} the segment ${list(matcher.values)}`
    case 'domain-part': return `${holds ? 'has' : 'does not have'} the part ${list(matcher.values)}`
    case 'regex': return `${holds ? 'matches' : 'does not match'} ${list(matcher.patterns)}`
    case 'network': return `${holds ? 'is in' : 'is not in'} ${list(matcher.networks)}`
    case 'integer': return `${holds ? 'is' : 'is not'} ${list(matcher.ranges.map(range))}`
    case 'length': return `${holds ? 'has' : 'does not have'} a length of ${list(matcher.ranges.map(range))}`
  }
}

function range([from, to]: readonly [from: number | null, to: number | null]): string {
  if (from === to) return String(from)
  if (from === null) return `at most ${to ?? 0}`
  return to === null ? `at least ${from}` : `${from} to ${to}`
}
