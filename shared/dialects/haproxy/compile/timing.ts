import type { Field, Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { addGap } from './state.ts'
import type { CompileState } from './state.ts'
import type { ProxyDraft, RuleDraft } from './proxy.ts'

/** Data that has to arrive before a condition can be decided. */
export interface Needs {
  hello: boolean
  request: boolean
  /** `WAIT_END` and payload tests: the whole delay passes. */
  end: boolean
}

const requestFields: ReadonlySet<Field['kind']> = new Set([
  'method', 'http-version', 'target', 'path', 'query', 'path-and-query', 'base', 'header', 'header-count', 'cookie', 'query-parameter',
])

function isHello(field: Field): boolean {
  return field.kind === 'tls-hello-type' || ((field.kind === 'sni' || field.kind === 'alpn') && field.seen === 'peeked')
}

export function collectNeeds(predicate: Predicate, needs: Needs): void {
  switch (predicate.kind) {
    case 'and': case 'or':
      for (const part of predicate.of) collectNeeds(part, needs)
      return
    case 'not': collectNeeds(predicate.of, needs); return
    case 'named':
      if (predicate.name === 'WAIT_END') needs.end = true
      collectNeeds(predicate.of, needs)
      return
    case 'test':
      if (isHello(predicate.view.field)) needs.hello = true
      else if (requestFields.has(predicate.view.field.kind)) needs.request = true
      return
    case 'opaque':
      if (predicate.dependsOn === 'timing') needs.end = true
      return
    case 'true': case 'false': case 'chance':
  }
}

/**
 * Whether content rules of the proxy make HAProxy wait for the ClientHello or the request (H-TCP-1, H-SNI-1):
 * both an inspect delay and a rule that looks at such data are needed.
 */
export function settleWaiting(proxy: ProxyDraft, content: readonly RuleDraft[]): void {
  if (proxy.inspectDelayMs <= 0) return
  const needs: Needs = { hello: false, request: false, end: false }
  for (const rule of content) collectNeeds(rule.when, needs)
  proxy.waitsForHello = needs.hello || needs.end
  proxy.waitsForRequest = needs.request || needs.end
}

export interface Waits {
  readonly hello: boolean
  readonly request: boolean
}

/**
 * The predicate as it holds in a TCP proxy: tests of data nobody waits for become opaque, because whether the data has
 * arrived decides. Unchanged predicates are returned as they are.
 */
export function withTiming(state: CompileState, predicate: Predicate, waits: Waits, sourceOf: (at: Span) => string): Predicate {
  const seen = new Map<Predicate, Predicate>()
  const walk = (part: Predicate): Predicate => {
    const known = seen.get(part)
    if (known !== undefined) return known
    const result = step(part)
    seen.set(part, result)
    return result
  }
  const step = (part: Predicate): Predicate => {
    switch (part.kind) {
      case 'and': case 'or': {
        const of = part.of.map(walk)
        return of.every((child, index) => child === part.of[index]) ? part : { kind: part.kind, of }
      }
      case 'not': {
        const of = walk(part.of)
        return of === part.of ? part : { kind: 'not', of }
      }
      case 'named': {
        const of = walk(part.of)
        return of === part.of ? part : { kind: 'named', name: part.name, of }
      }
      case 'test': {
        const hello = isHello(part.view.field)
        if (!((hello && !waits.hello) || (!waits.request && requestFields.has(part.view.field.kind)))) return part
        const text = sourceOf(part.origin)
        const reason = `Whether the ${hello ? 'ClientHello' : 'request'} has arrived when HAProxy decides depends on packet timing, because no content rule waits for it.`
        addGap(state, 'opaque-condition', text, reason, part.origin)
        return { kind: 'opaque', text, reason, dependsOn: 'timing', origin: part.origin }
      }
      // The same words mean something else where nothing waits for data.
      case 'opaque': return part.dependsOn === 'state' || waits.request ? part : { ...part, text: `${part.text} (before all data has arrived)` }
      default: return part
    }
  }
  return walk(predicate)
}
