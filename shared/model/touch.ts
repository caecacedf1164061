import type { Predicate, View } from './predicate.ts'
import type { Effect } from './routing-model.ts'

/**
 * What a condition reads and what an effect changes, as words that can be compared: `target`, `method`, `source`,
 * `destination`, `header:host`, `variable:txn.x`. `*` stands for anything.
 */
type Touch = string

function viewReads(view: View, found: Set<Touch>): void {
  const { field } = view
  switch (field.kind) {
    case 'target': case 'path': case 'query': case 'path-and-query': case 'query-parameter':
      found.add('target')
      break
    case 'base':
      found.add('target').add('header:host')
      break
    case 'header': case 'header-count':
      found.add(`header:${field.name.toLowerCase()}`)
      break
    case 'cookie':
      found.add('header:cookie')
      break
    case 'method':
      found.add('method')
      break
    case 'variable':
      found.add(`variable:${field.name}`)
      break
    case 'source-ip': case 'source-port':
      found.add('source')
      break
    case 'local-ip': case 'local-port':
      found.add('destination')
      break
    case 'state': case 'opaque':
      found.add('*')
      break
    case 'scheme': case 'http-version': case 'sni': case 'alpn': case 'tls': case 'tls-hello-type': case 'listener-name':
    case 'listener-id': case 'entry-name': case 'constant': case 'normalised-path': case 'host-name':
      break
  }
  for (const transform of view.transforms) {
    if (transform.kind === 'concat' && transform.variable !== null) found.add(`variable:${transform.variable}`)
    else if (transform.kind === 'string-compare') found.add(`variable:${transform.variable}`)
    else if (transform.kind === 'arithmetic' && typeof transform.operand === 'object' && transform.operand !== null) found.add(`variable:${transform.operand.variable}`)
    else if (transform.kind === 'opaque') found.add('*')
  }
}

export function predicateReads(predicate: Predicate, found: Set<Touch> = new Set()): ReadonlySet<Touch> {
  switch (predicate.kind) {
    case 'true': case 'false': break
    case 'test':
      viewReads(predicate.view, found)
      break
    case 'opaque': case 'chance':
      found.add('*')
      break
    case 'not': case 'named':
      predicateReads(predicate.of, found)
      break
    case 'and': case 'or':
      for (const part of predicate.of) predicateReads(part, found)
      break
  }
  return found
}

function effectChanges(effect: Effect): readonly Touch[] {
  switch (effect.kind) {
    case 'set-path': case 'set-path-and-query': case 'set-query': case 'replace': case 'normalize-uri': return ['target']
    case 'set-target': return ['target', 'header:host']
    case 'send-target': return ['target']
    case 'set-header': case 'add-header': case 'replace-header': return [`header:${effect.name.toLowerCase()}`]
    case 'delete-header': return [effect.match === 'exact' ? `header:${effect.name.toLowerCase()}` : 'header:*']
    case 'set-method': return ['method']
    case 'set-variable': case 'unset-variable': return [`variable:${effect.name}`]
    case 'set-source': case 'set-source-port': return ['source']
    case 'set-destination': case 'set-destination-port': return ['destination']
    case 'note': return []
    case 'opaque-effect': return ['*']
  }
}

/** Can `effect` change the answer of a condition that reads `reads`? Errs on the side of yes. */
export function effectTouches(effect: Effect, reads: ReadonlySet<Touch>): boolean {
  return effectChanges(effect).some((touch) => {
    if (touch === '*' || reads.has('*')) return reads.size > 0
    if (touch === 'header:*') return [...reads].some((read) => read.startsWith('header:'))
    return reads.has(touch)
  })
}
