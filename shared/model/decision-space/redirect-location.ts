import type { Span } from '#shared/text/span.ts'
import type { RedirectTarget } from '../routing-model.ts'
import { exactly, matchingOf } from './matching.ts'
import type { Reader } from './reader.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'
import { firstOf } from './value-lists.ts'

/** Location as a term; same rules as the simulator (route: `redirect.ts`). */
export function locationOf(reader: Reader, to: RedirectTarget, state: State, at: Span): Term {
  const { terms, world } = reader.space
  const value = reader.template(to.value, state, at)
  if (to.kind === 'location') return value
  const present = reader.tests.present(state.path)
  const path = terms.choose(present, to.dropQuery ? state.path : reader.values.pathAndQuery(state), terms.text('/'))
  const host = to.kind === 'scheme' ? [terms.text('://'), firstOf(reader, reader.values.headerList(state, 'host', 'comma'))] : []
  const start = to.kind === 'prefix' && to.value.parts.length === 1 && value.kind === 'text' && value.text === '/' ? terms.empty : value
  const whole = terms.concat([start, ...host, path])
  if (!to.appendSlash) return whole
  const slashed = reader.tests.holds(whole, matchingOf({ kind: 'suffix', values: ['/'], ignoreCase: false }), (negated) => `the location ${negated ? 'does not end' : 'ends'} with a slash`)
  const empty = reader.tests.holds(whole, exactly(['']), (negated) => `the location is ${negated ? 'not ' : ''}empty`)
  return terms.choose(world.or(slashed, empty), whole, terms.concat([whole, terms.text('/')]))
}
