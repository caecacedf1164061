import type { Atom, Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import { literalMatching, matchingOf } from './matching.ts'
import type { Term } from './term.ts'
import type { TestGround } from './test-ground.ts'
import type { Words } from './tests.ts'

const nowhere: Span = { file: '', start: 0, end: 0 }

/** Paths that are sent as they are read. */
const plainSpelling = matchingOf({ kind: 'regex', patterns: ["^(?:[A-Za-z0-9/._~!$&'()*+,;=:@-]|\\[|\\])*$"], ignoreCase: false, dialect: 'pcre' })

/** Does a test ask whether a path is sent as it is read? */
export function isPlainPathAtom(atom: Pick<Extract<Atom, { readonly kind: 'variable' }>, 'key' | 'variable'>): boolean {
  return atom.variable.key === 'normalised-path' && atom.key.endsWith(plainSpelling.key)
}

/** The path as it was sent: what it is read as where that is how it is spelled; of other spellings nothing is known, unless the other side looks at them. */
export function sentPath(ground: TestGround): Term {
  const { terms, variables, readsTwice } = ground.space
  return terms.choose(plainPath(ground), terms.read(variables.normalisedPath), readsTwice ? terms.read(variables.otherPath) : terms.unknown('path as sent', 'it may be spelled in many ways', nowhere))
}

/** The path is sent as it is read. */
export function plainPath(ground: TestGround): Formula {
  const { terms, variables, world } = ground.space
  return world.and(isSent(ground, 'path', 'plain'), ground.tests.holds(terms.read(variables.normalisedPath), plainSpelling, (negated) => `the path ${negated ? 'needs' : 'needs no'} percent sequences`))
}

/** The Host as it was sent. */
export function sentHost(ground: TestGround): Term {
  const { terms, variables, readsTwice } = ground.space
  const other = readsTwice ? terms.choose(isSent(ground, 'host', 'other'), terms.read(variables.otherHost), terms.read(variables.strangeHost)) : terms.unknown('Host as sent', 'it may have a port, capitals or a dot at the end', nowhere)
  return terms.choose(plainHost(ground), terms.read(variables.hostName), other)
}

/** The name that is looked up: without capitals and port; what strange ones are read as is not worked out. */
export function lookedUpHost(ground: TestGround): Term {
  const { terms, variables, readsTwice } = ground.space
  const name = terms.read(variables.hostName)
  if (!readsTwice) return name
  return terms.choose(plainHost(ground), name, terms.choose(isSent(ground, 'host', 'other'), terms.apply({ kind: 'lower' }, terms.apply({ kind: 'host-only' }, terms.read(variables.otherHost))), name))
}

function plainHost(ground: TestGround): Formula {
  const { terms, variables, world, readsTwice } = ground.space
  const plain = isSent(ground, 'host', 'plain')
  // A Host that is no name is strange, and not missing.
  return readsTwice ? plain : world.or(plain, world.not(ground.tests.present(terms.read(variables.hostName))))
}

function isSent({ space, tests }: TestGround, part: 'path' | 'host', how: 'plain' | 'other'): Formula {
  const words: Words = (negated) => (how === 'plain' ? `the ${part} is ${negated ? 'not ' : ''}sent as it is read` : `the ${part} has ${negated ? 'no ' : ''}capitals or a port`)
  return tests.holds(space.terms.read(space.variables.spelling(part)), literalMatching('exact', [how], false), words)
}
