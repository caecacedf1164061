import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { plainForwards } from '#shared/model/decision-space/forward-rule.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { RoutingModel, Scope } from '#shared/model/routing-model.ts'
import { pairScopes, twinOf } from '#shared/model/scope-twins.ts'
import { edits, generateRules } from '#test/bench/generate-rules.ts'
import { adversarial } from '#test/bench/generate-adversarial.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { requestNear } from '#test/support/near-requests.ts'

const rulesOf = (name: string): string => {
  const found = adversarial.find((one) => one.name === name)
  assert.ok(found !== undefined)
  return found.make(0.5).before
}

const configs: readonly (readonly [name: string, text: string])[] = [
  ['hosts and paths', generateRules(300, 'none').before],
  ['hosts and paths, more of them', generateRules(900, 'none', 9).before],
  ['patterns, each with a header of its own', rulesOf('regexes and flags, reversed')],
  ['patterns only', rulesOf('regexes, reversed')],
]

/** Patterns tied to the end, on a path that may end in a line end once it is decoded. */
test('a pattern tied to the end meets a value that ends in a line end, in a long list of rules', () => {
  const rules = Array.from({ length: 90 }, (_, index) => `  use_backend b${index % 3} if { path,url_dec -m reg ${['^/a[0-9]+-', '/b.*', 'c'][index % 3]}x${index}\\.png$ }`)
  const text = ['frontend web', '  mode http', '  bind :80', ...rules, '  default_backend b0', ...[0, 1, 2].flatMap((pool) => [`backend b${pool}`, '  mode http', `  server s 127.0.0.1:80${pool}0`])].join('\n')
  const { model } = compileConfig(text, new Map(), {})
  const decided = new Set<number>()
  for (let count = 0; count < 360; count += 1) {
    const index = count % 90
    const path = `${['/a7-', '/bzz', '/c'][index % 3]}x${index}.${count < 270 ? 'png' : 'PNG'}${count % 4 === 0 ? '%0A' : count % 4 === 1 ? '%0Az' : ''}`
    const quick = routeRequest(model, { ...defaultRequest, path }, { explain: false })
    const whole = routeRequest(model, { ...defaultRequest, path }, { explain: true })
    assert.deepEqual([quick.outcome, quick.rule], [whole.outcome, whole.rule], path)
    // The line end leaves open whether the pattern matches; the default pool is b0.
    assert.equal(quick.certain, !(count % 4 === 0 && index % 3 !== 0), path)
    decided.add(quick.rule?.start ?? -1)
  }
  assert.ok(decided.size > 40, `only ${decided.size} rules decided`)
})

for (const [name, text] of configs) {
  test(`a long list of rules decides the same whether every rule is looked at or some are passed over: ${name}`, () => {
    const { model } = compileConfig(text, new Map(), {})
    const random = seededRandom(11)
    const lines = text.split('\n').filter((line) => line.includes('use_backend'))
    const rules = new Set<number>()
    // The first walks look at every step, later ones take an index.
    for (let count = 0; count < 400; count += 1) {
      const request = requestNear(random, lines)
      const quick = routeRequest(model, request, { explain: false })
      const whole = routeRequest(model, request, { explain: true })
      assert.deepEqual([quick.outcome, quick.rule, quick.certain, quick.received], [whole.outcome, whole.rule, whole.certain, whole.received], JSON.stringify(request))
      rules.add(quick.rule?.start ?? -1)
    }
    assert.ok(rules.size > 40, `only ${rules.size} rules decided`)
  })
}

for (const edit of edits) {
  test(`a list of rules that was paired with one of another config decides as if it stood alone: ${edit}`, () => {
    const pair = generateRules(900, edit)
    const [before, after, alone] = [pair.before, pair.after, pair.after].map((text) => compileConfig(text, new Map(), {}).model) as [RoutingModel, RoutingModel, RoutingModel]
    const longest = (model: RoutingModel): Scope => [...model.scopes.values()].reduce((best, scope) => (scope.steps.length > best.steps.length ? scope : best))
    pairScopes(before, after)
    const twin = twinOf(longest(after))
    // Where everything changes, or changes places, there is little to pair.
    assert.equal(twin === null, edit === 'all' || edit === 'reordered')
    assert.equal(twinOf(longest(alone)), null)
    assert.ok(twin === null || [...twin.placeOf].every((place, index) => place === -1 || longest(after).steps[place]?.wording === longest(before).steps[index]?.wording))
    plainForwards(before, longest(before))
    assert.deepEqual(plainForwards(after, longest(after)), plainForwards(alone, longest(alone)))
    const random = seededRandom(5)
    const lines = `${pair.before}\n${pair.after}`.split('\n').filter((line) => line.includes('use_backend'))
    const rules = new Set<number>()
    for (let count = 0; count < 300; count += 1) {
      const request = requestNear(random, lines)
      const quick = routeRequest(after, request, { explain: false })
      const whole = routeRequest(alone, request, { explain: true })
      assert.deepEqual([quick.outcome, quick.rule, quick.certain, quick.received], [whole.outcome, whole.rule, whole.certain, whole.received], JSON.stringify(request))
      rules.add(quick.rule?.start ?? -1)
    }
    assert.ok(rules.size > 40, `only ${rules.size} rules decided`)
  })
}
