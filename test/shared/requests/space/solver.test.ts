import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { always as everything } from '#shared/requests/languages/set-operations.ts'
import { ClauseSearch } from '#shared/requests/space/clause-search.ts'
import { HeldValues } from '#shared/requests/space/held-values.ts'
import { Solver, type Solution } from '#shared/requests/space/solver.ts'
import type { Facet, Variable } from '#shared/requests/space/variable.ts'
import { always, never, World, type Formula } from '#shared/requests/space/world.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'

const unlimited = { maxBranches: 100_000, spent: () => false }

function setUp(): { readonly world: World; readonly solver: Solver; readonly path: Variable; readonly list: Variable; readonly is: (variable: Variable, kind: 'exact' | 'prefix', value: string, facet?: Facet) => Formula; readonly flag: (name: string) => Formula } {
  const world = new World()
  const path = world.variable('path', () => ({ shape: 'single', optional: true, encoding: 'text', domain: literalLanguage('prefix', ['/'], false), preferred: ['/'] }))
  const list = world.variable('header:x', () => ({ shape: 'list', optional: true, encoding: 'text', domain: everything, preferred: [] }))
  const is = (variable: Variable, kind: 'exact' | 'prefix', value: string, facet: Facet = { kind: 'any' }): Formula => {
    const language = literalLanguage(kind, [value], false)
    return world.atom({ kind: 'variable', key: `${variable.key} ${kind} ${value} ${JSON.stringify(facet)}`, variable, facet, language: () => language, samples: () => [value], literals: { kind, values: [value], ignoreCase: false }, words: () => value })
  }
  return { world, solver: new Solver(world), path, list, is, flag: (name) => world.atom({ kind: 'flag', key: `flag ${name}`, words: () => name }) }
}

test('formulas that say the same are the same number', () => {
  const { world, path, is } = setUp()
  const [a, b] = [is(path, 'exact', '/a'), is(path, 'prefix', '/b')]
  assert.equal(world.and(a, world.and(b, a)), world.and(b, a))
  assert.equal(world.not(world.or(world.not(a), world.not(b))), world.and(a, b))
  assert.equal(world.and(a, world.not(a)), never)
  assert.equal(world.or(a, world.not(a)), always)
  assert.equal(world.and(), always)
})

const rows: readonly (readonly [name: string, formulas: (given: ReturnType<typeof setUp>) => readonly Formula[], kind: Solution['kind']])[] = [
  ['nothing required', () => [], 'sat'],
  ['two different values of one path', ({ path, is }) => [is(path, 'exact', '/a'), is(path, 'exact', '/b')], 'unsat'],
  ['a path under a prefix and not the prefix itself', ({ world, path, is }) => [is(path, 'prefix', '/a'), world.not(is(path, 'exact', '/a'))], 'sat'],
  ['a path outside everything that starts with a slash', ({ world, path, is }) => [world.not(is(path, 'prefix', '/'))], 'sat'],
  ['a path that is there and outside everything', ({ world, path, is }) => [world.not(is(path, 'prefix', '/')), world.or(is(path, 'exact', '/x'), is(path, 'prefix', '/'))], 'unsat'],
  ['two values of one list', ({ list, is }) => [is(list, 'exact', '1'), is(list, 'exact', '2')], 'sat'],
  ['a first value that no value may be', ({ world, list, is }) => [is(list, 'exact', '1', { kind: 'nth', index: 1 }), world.not(is(list, 'prefix', '1'))], 'unsat'],
  ['first and last differ', ({ list, is }) => [is(list, 'exact', '1', { kind: 'nth', index: 1 }), is(list, 'exact', '2', { kind: 'nth', index: -1 })], 'sat'],
  ['an alternative that only its second part fits', ({ world, path, is }) => [world.or(is(path, 'exact', '/a'), is(path, 'exact', '/b')), world.not(is(path, 'exact', '/a'))], 'sat'],
  ['a flag and its opposite, deep inside', ({ world, flag }) => [world.or(world.and(flag('f'), flag('g')), world.and(flag('f'), world.not(flag('g')))), world.not(flag('f'))], 'unsat'],
]
for (const [name, formulas, kind] of rows) {
  test(`${name}: ${kind}`, () => {
    const given = setUp()
    assert.equal(given.solver.solve(formulas(given), unlimited).kind, kind)
  })
}

test('spending the budget is never a proof', () => {
  const { world, solver, flag } = setUp()
  const clauses: Formula[] = []
  // Eight pigeons in seven holes: no solution, and no short proof by branching.
  const sits = (pigeon: number, hole: number): Formula => flag(`${pigeon} in ${hole}`)
  for (let pigeon = 0; pigeon < 8; pigeon += 1) clauses.push(world.any(Array.from({ length: 7 }, (_, hole) => sits(pigeon, hole))))
  for (let hole = 0; hole < 7; hole += 1) for (let one = 0; one < 8; one += 1) for (let other = one + 1; other < 8; other += 1) clauses.push(world.not(world.and(sits(one, hole), sits(other, hole))))
  assert.equal(solver.solve(clauses, { maxBranches: 50, spent: () => false }).kind, 'gave-up')
  assert.equal(solver.solve(clauses, { maxBranches: 1_000_000, spent: () => true }).kind, 'gave-up')
})

test('random formulas over few values: the answer is that of trying everything', () => {
  const random = seededRandom(11)
  const values = ['/', '/a', '/a/', '/a/b', '/b', '/b/a'] as const
  const counts = { sat: 0, unsat: 0 }
  for (let round = 0; round < 3000; round += 1) {
    const given = setUp()
    const { world, solver, path, is, flag } = given
    const atoms = [...values.map((value) => is(path, 'exact', value)), is(path, 'prefix', '/a'), is(path, 'prefix', '/a/'), is(path, 'prefix', '/b'), flag('f'), flag('g')]
    const make = (depth: number): Formula => {
      if (depth === 0 || random.chance(0.3)) return random.chance(0.5) ? random.pick(atoms) : world.not(random.pick(atoms))
      const parts = Array.from({ length: 2 + random.int(2) }, () => make(depth - 1))
      return random.chance(0.5) ? world.all(parts) : world.any(parts)
    }
    const required = Array.from({ length: 1 + random.int(4) }, () => make(3))
    const solution = solver.solve(required, unlimited)
    assert.notEqual(solution.kind, 'gave-up')
    // Beyond the listed values, one more under each prefix and one outside tell all cases apart.
    const universe = [null, ...values, '/x', '/ax', '/a/x', '/bx']
    const holds = (formula: Formula, value: string | null, flags: readonly boolean[]): boolean => {
      if (formula === always) return true
      const atom = world.atomOf(formula)
      const plain = atom === null ? world.partsOf(formula).every((part) => holds(part, value, flags))
        : atom.kind === 'flag' ? flags[atom.key === 'flag f' ? 0 : 1] === true
          : value !== null && (atom.key.includes(' exact ') ? value === atom.words(false) : value.startsWith(atom.words(false)))
      return plain !== ((formula & 1) === 1)
    }
    const possible = universe.some((value) => [[false, false], [false, true], [true, false], [true, true]].some((flags) => required.every((formula) => holds(formula, value, flags))))
    assert.equal(solution.kind, possible ? 'sat' : 'unsat', `round ${round}`)
    // The search that learns is only asked when a question is hard; here it is asked each time, twice, so that what it learnt is used.
    const learning = new ClauseSearch(world, new HeldValues())
    for (let again = 0; again < 2; again += 1) assert.equal(learning.solve(required, unlimited).kind, solution.kind, `round ${round}, learning`)
    const more = Array.from({ length: 2 }, () => make(3))
    assert.equal(learning.solve([...required, ...more], unlimited).kind, solver.solve([...required, ...more], unlimited).kind, `round ${round}, another question`)
    counts[possible ? 'sat' : 'unsat'] += 1
    if (solution.kind !== 'sat') continue
    const found = solution.witness.valueOf(path) as string | null
    const flags = ['f', 'g'].map((name) => solution.witness.flags.get(flag(name) >> 1) ?? false)
    assert.ok(required.every((formula) => holds(formula, found, flags)), `the witness of round ${round} satisfies what was required`)
  }
  assert.ok(counts.sat > 500 && counts.unsat > 300, JSON.stringify(counts))
})
