import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { ClauseSearch } from '#shared/requests/space/clause-search.ts'
import { HeldValues } from '#shared/requests/space/held-values.ts'
import { Solver } from '#shared/requests/space/solver.ts'
import type { Value, Variable } from '#shared/requests/space/variable.ts'
import { evaluateFormula, World, type Atom, type Formula, type Model } from '#shared/requests/space/world.ts'
import { seededRandom, type Random } from '#test/oracle/haproxy/random.ts'

const paths = ['/', '/a', '/a/', '/a/b', '/ab', '/b', '/b/c', '/c']
const headerValues: readonly (readonly string[])[] = [[], ['1'], ['2'], ['1', '2'], ['3']]
const plenty = { maxBranches: 100_000, spent: () => false }

/** A world small enough that every request can be tried. */
function smallWorld(): { readonly world: World; readonly atoms: readonly Formula[]; readonly variables: readonly Variable[]; readonly flags: readonly Formula[] } {
  const world = new World()
  const domain = regexLanguage('^/[a-c/]*\\z', { ignoreCase: false, dialect: 'pcre', match: 'search' })
  assert(domain.ok)
  const path = world.variable('path', () => ({ shape: 'single', optional: false, encoding: 'text', domain: domain.language, preferred: ['/'] }))
  const any = regexLanguage('', { ignoreCase: false, dialect: 'pcre', match: 'search' })
  assert(any.ok)
  const headers = ['x', 'y'].map((name) => world.variable(`header:${name}`, () => ({ shape: 'list', optional: true, encoding: 'text', domain: any.language, preferred: [] })))
  const words = (): string => ''
  const literal = (variable: Variable, kind: 'exact' | 'prefix', value: string): Formula => world.atom({
    kind: 'variable', key: `${variable.key} ${kind} ${value}`, variable, facet: { kind: 'any' }, language: () => literalLanguage(kind, [value], false), samples: () => [value],
    literals: { kind, values: [value], ignoreCase: false }, words,
  })
  const flags = ['f', 'g'].map((name) => world.atom({ kind: 'flag', key: name, words }))
  const atoms = [
    ...['/', '/a', '/b'].map((value) => literal(path, 'exact', value)), ...['/a', '/a/', '/b', '/c'].map((value) => literal(path, 'prefix', value)),
    ...headers.flatMap((header) => ['1', '2'].map((value) => literal(header, 'exact', value))), ...flags,
  ]
  return { world, atoms, variables: [path, ...headers], flags }
}

function randomFormula(random: Random, world: World, atoms: readonly Formula[], depth: number): Formula {
  const sign = random.int(2)
  if (depth === 0 || random.chance(0.2)) return random.pick(atoms) ^ sign
  const parts = Array.from({ length: 2 + random.int(3) }, () => randomFormula(random, world, atoms, depth - 1))
  return world.all(parts) ^ sign
}

function* everyRequest(variables: readonly Variable[]): Iterable<Model> {
  const [path, ...headers] = variables
  for (const value of paths) {
    for (let index = 0; index < headerValues.length ** headers.length; index += 1) {
      const values = new Map<number, Value>([[path?.id ?? -1, value]])
      headers.forEach((header, place) => values.set(header.id, headerValues[Math.floor(index / headerValues.length ** place) % headerValues.length] ?? []))
      yield { valueOf: (variable) => values.get(variable.id) ?? null }
    }
  }
}

test('learning from conflicts finds a request exactly when trying every request does', (context) => {
  const { world, atoms, variables, flags } = smallWorld()
  const models = [...everyRequest(variables)]
  const values = new HeldValues()
  const search = new ClauseSearch(world, values)
  const solver = new Solver(world)
  let empty = 0
  const questions = 400
  for (let seed = 1; seed <= questions; seed += 1) {
    const random = seededRandom(seed)
    const required = Array.from({ length: 2 + random.int(5) }, () => randomFormula(random, world, atoms, 3))
    const holds = (model: Model, flagOf: (atom: Atom) => boolean): boolean => required.every((formula) => evaluateFormula(world, formula, model, flagOf) === true)
    const possible = models.some((model) => [0, 1, 2, 3].some((bits) => holds(model, (atom) => (bits & (atom.id * 2 === flags[0] ? 1 : 2)) !== 0)))
    const learnt = search.solve(required, plenty)
    assert.equal(learnt.kind, possible ? 'sat' : 'unsat', `question ${seed}`)
    if (learnt.kind === 'sat') assert(holds({ valueOf: (variable) => values.valueOf(variable) }, (atom) => learnt.flags.get(atom.id) ?? false), `witness of question ${seed}`)
    const solved = solver.solve(required, plenty)
    assert.equal(solved.kind, learnt.kind, `question ${seed}`)
    if (solved.kind === 'sat') assert(holds(solved.witness, (atom) => solved.witness.flags.get(atom.id) ?? false), `witness of question ${seed}`)
    if (!possible) empty += 1
  }
  context.diagnostic(`${questions} questions, ${empty} without an answer`)
  assert(empty > questions / 20)
})

/** More pigeons than holes: no request, and no short proof. */
function pigeons(count: number): { readonly world: World; readonly required: readonly Formula[] } {
  const world = new World()
  const sits = (pigeon: number, hole: number): Formula => world.atom({ kind: 'flag', key: `${pigeon} in ${hole}`, words: () => '' })
  const numbers = Array.from({ length: count }, (_, index) => index)
  const holes = numbers.slice(1)
  const somewhere = numbers.map((pigeon) => world.any(holes.map((hole) => sits(pigeon, hole))))
  const alone = holes.flatMap((hole) => numbers.flatMap((one) => numbers.slice(one + 1).map((other) => world.not(world.and(sits(one, hole), sits(other, hole))))))
  return { world, required: [...somewhere, ...alone] }
}

test('what is too hard for the budget is given up, never called impossible; what is not is proved', () => {
  const small = pigeons(6)
  assert.equal(new Solver(small.world).solve(small.required, plenty).kind, 'unsat')
  assert.equal(new Solver(small.world).solve(small.required.slice(1), plenty).kind, 'sat')
  const large = pigeons(11)
  const solver = new Solver(large.world)
  assert.equal(solver.solve(large.required, { maxBranches: 200, spent: () => false }).kind, 'gave-up')
  let asked = 0
  assert.equal(solver.solve(large.required, { maxBranches: 1e9, spent: () => (asked += 1) > 50 }).kind, 'gave-up')
  assert.equal(solver.solve(large.required.slice(1), plenty).kind, 'sat')
})
