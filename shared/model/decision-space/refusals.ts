import type { Span } from '#shared/text/span.ts'
import { always, type Formula } from '#shared/requests/space/world.ts'
import { exactly, matchingOf, type Matching } from './matching.ts'
import type { Reader } from './reader.ts'
import { plainPath, sentHost } from './spellings.ts'
import type { State } from './state.ts'

const nowhere: Span = { file: '', start: 0, end: 0 }
const pattern = (text: string): Matching => matchingOf({ kind: 'regex', patterns: [text], ignoreCase: false, dialect: 'pcre' })

const allowedMethod = pattern('^[A-Z_-]+$')
const brokenPercent = pattern('%(?:[^0-9A-Fa-f]|[0-9A-Fa-f](?:[^0-9A-Fa-f]|$)|$)|%00')
/** Nothing but empty and single-dot segments stands before one of two dots. */
const climbsAtOnce = pattern('^/(?:(?:\\.|%2[eE])?(?:/|%2[fF]))*(?:\\.|%2[eE])(?:\\.|%2[eE])(?:/|%2[fF]|$)')
const climbs = pattern('(?:/|%2[fF])(?:\\.|%2[eE])(?:\\.|%2[eE])(?:/|%2[fF]|$)')
const noName = pattern('^(?::.*)?$|^\\.(?::.*)?$|\\.\\.|/')

/**
 * Requests that a product which decodes targets answers itself before any rule sees them, in the order in which it
 * looks; needed only where it is compared with one that sends targets on as they are. Which of two refusals TRACE
 * gets for a path that climbs above the root is left out, as is CONNECT, and that is said.
 *
 * Shape: the requests and the status. Whether a path climbs above the root is known where it does so at once, and else an
 * opaque condition. What no HTTP request may hold is left out, and that is said.
 * Source: `normalisedFault` (route), which the simulator uses. Oracle: test/oracle/nginx.
 */
export function refusals(reader: Reader, { arrival }: State): readonly { readonly when: Formula; readonly status: number }[] {
  if (arrival.listener.protocol !== 'http' || !arrival.readable) return []
  const { space, tests } = reader
  const { world, terms, variables } = space
  const method = terms.read(variables.method)
  const path = terms.read(variables.otherPath)
  const other = (when: Formula): Formula => world.and(world.not(plainPath(reader)), when)
  const old = tests.holds(terms.read(variables.httpVersion), exactly(['1.0']), (negated) => `the request is ${negated ? 'not ' : ''}HTTP/1.0`)
  const above = reader.opaque('path above the root', 'the path climbs above the root', 'how far dots lead up is not worked out', nowhere)
  const rows: readonly (readonly [Formula, number])[] = [
    [world.not(tests.holds(method, allowedMethod, (negated) => `the method is ${negated ? 'not ' : ''}made of capitals`)), 400],
    [other(world.not(tests.present(path))), 400],
    [other(tests.holds(path, brokenPercent, (negated) => `a percent sequence is ${negated ? 'not ' : ''}broken`)), 400],
    [world.and(world.not(old), world.not(tests.present(sentHost(reader)))), 400],
    [tests.holds(sentHost(reader), noName, (negated) => `the Host is ${negated ? '' : 'not '}a name`), 400],
    [tests.holds(method, exactly(['TRACE']), (negated) => `the method is ${negated ? 'not ' : ''}TRACE`), 405],
    [other(tests.holds(path, climbsAtOnce, (negated) => `the path ${negated ? 'does not climb' : 'climbs'} above the root at once`)), 400],
    [other(world.and(tests.holds(path, climbs, (negated) => `the path ${negated ? 'has no' : 'has'} segments of two dots`), above)), 400],
  ]
  return rows.flatMap(([when, status]) => (when === world.not(always) ? [] : [{ when, status }]))
}
