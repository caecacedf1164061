import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { routeRequest } from '#shared/analyses/route/index.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { Action, Effect, RoutingModel } from '#shared/model/routing-model.ts'
import { is, model, opaque, path, pool, scope, startsWith, step, template, view } from '#test/shared/analyses/route/small-model.ts'

const opaqueNames = ['one', 'two', 'three'] as const

const condition: fc.Arbitrary<Predicate> = fc.letrec<{ leaf: Predicate; node: Predicate }>(tie => ({
  leaf: fc.oneof(
    fc.constantFrom(...opaqueNames).map(opaque),
    fc.constantFrom('/a', '/b', '/new').map(text => startsWith(path(), text)),
    fc.constantFrom('1', '2').map(text => is(view({ kind: 'variable', name: 'txn.x' }), text)),
    fc.constant<Predicate>({ kind: 'true' }),
  ),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('node').map((of): Predicate => ({ kind: 'not', of })),
    fc.tuple(tie('node'), tie('node')).map((of): Predicate => ({ kind: 'and', of })),
    fc.tuple(tie('node'), tie('node')).map((of): Predicate => ({ kind: 'or', of })),
  ),
})).node

const does: fc.Arbitrary<Effect | Action> = fc.oneof(
  fc.constantFrom<Effect | Action>(
    { kind: 'forward', pool: 'p1' }, { kind: 'forward', pool: 'p2' }, { kind: 'deny', status: 403 }, { kind: 'leave' },
    { kind: 'set-path', value: template('/new') }, { kind: 'set-variable', name: 'txn.x', value: template('1') }, { kind: 'set-variable', name: 'txn.x', value: template('2') },
  ),
)

const rules = fc.array(fc.tuple(condition, does), { minLength: 1, maxLength: 7 })

/** The model with every opaque condition decided. */
function decided(predicate: Predicate, holds: ReadonlySet<string>): Predicate {
  switch (predicate.kind) {
    case 'opaque': return { kind: holds.has(predicate.text) ? 'true' : 'false' }
    case 'not': return { kind: 'not', of: decided(predicate.of, holds) }
    case 'and': case 'or': return { kind: predicate.kind, of: predicate.of.map(part => decided(part, holds)) }
    default: return predicate
  }
}

function build(list: readonly (readonly [Predicate, Effect | Action])[], holds: ReadonlySet<string> | null): RoutingModel {
  const steps = list.map(([when, action]) => step(holds === null ? when : decided(when, holds), action))
  return model({ scopes: [scope('first', steps.slice(0, 3), { next: 'second', otherwise: null }), scope('second', steps.slice(3))], pools: [pool('p1'), pool('p2')] })
}

test('a certain answer holds whatever the unmodelled conditions are, and an uncertain one is the answer when none holds', () => {
  let uncertain = 0
  let certainDespiteOpaque = 0
  fc.assert(fc.property(rules, fc.constantFrom('/a', '/b/x', '/c'), (list, target) => {
    const request = { ...defaultRequest, path: target }
    const answer = routeRequest(build(list, null), request)
    const outcomes = Array.from({ length: 8 }, (_, bits) => {
      const holds = new Set(opaqueNames.filter((_name, index) => (bits >> index) % 2 === 1))
      return JSON.stringify(routeRequest(build(list, holds), request).outcome)
    })
    assert.equal(JSON.stringify(answer.outcome), outcomes[0], 'the outcome is the one when no unmodelled condition holds')
    if (answer.certain) {
      assert.ok(outcomes.every(outcome => outcome === outcomes[0]), 'a certain answer may not depend on unmodelled conditions')
      if (answer.steps.some(one => one.matched === null)) certainDespiteOpaque += 1
    } else {
      uncertain += 1
      assert.ok(answer.depends.length > 0)
    }
    assert.deepEqual(routeRequest(build(list, null), request, { explain: false }).outcome, answer.outcome)
  }), { numRuns: 600, seed: 7 })
  assert.ok(uncertain > 20 && certainDespiteOpaque > 5, `both kinds have to occur: ${uncertain} ${certainDespiteOpaque}`)
})
