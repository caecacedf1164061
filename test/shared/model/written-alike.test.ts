import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalText } from '#shared/model/canonical.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { smallConfig, textOf } from '#test/support/behaviour-configs.ts'

const options = { bindHost: '127.0.0.1', bindPorts: [8001, 8002, 8003] as const, stubPorts: Array.from({ length: 8 }, (_, index) => 9001 + index), folder: '/maps' }

/** Every condition with all its parts. */
function conditionsOf({ scopes }: RoutingModel): readonly Predicate[] {
  const found: Predicate[] = []
  const visit = (predicate: Predicate): void => {
    found.push(predicate)
    if (predicate.kind === 'and' || predicate.kind === 'or') predicate.of.forEach(visit)
    else if (predicate.kind === 'not' || predicate.kind === 'named') visit(predicate.of)
  }
  for (const scope of scopes.values()) for (const step of scope.steps) visit(step.when)
  return found
}

test('two conditions are written alike exactly where their canonical texts are equal', () => {
  let equal = 0
  for (let seed = 1; seed <= 30; seed += 1) {
    const config = smallConfig(seededRandom(seed), options)
    const read = (): readonly Predicate[] => conditionsOf(compileConfig(textOf(config), config.sideFiles, {}).model)
    const [one, other] = [read(), read()]
    for (const left of one) {
      for (const right of other) {
        const expected = canonicalText(left) === canonicalText(right)
        if (expected) equal += 1
        assert.equal(isWrittenAlike(left, right), expected, `${canonicalText(left)} against ${canonicalText(right)}`)
      }
    }
  }
  assert.ok(equal > 500, `only ${equal} are equal`)
})

const rows: readonly (readonly [name: string, one: string, other: string, alike: boolean])[] = [
  ['values in another order', 'http-request deny if { path /a /b }', 'http-request deny if { path /b /a }', true],
  ['a value twice', 'http-request deny if { path /a /b /a }', 'http-request deny if { path /b /a }', true],
  ['one value more', 'http-request deny if { path /a /b }', 'http-request deny if { path /a }', false],
  ['as many values, others', 'http-request deny if { path /a /b }', 'http-request deny if { path /a /c }', false],
  ['a name instead of what it means', 'acl a path /a\nhttp-request deny if a', 'http-request deny if { path /a }', true],
  ['another name', 'acl a path /a\nhttp-request deny if a', 'acl b path /a\nhttp-request deny if b', true],
  ['the same name with another meaning', 'acl a path /a\nhttp-request deny if a', 'acl a path /b\nhttp-request deny if a', false],
  ['case counts on one side', 'http-request deny if { path -i /a }', 'http-request deny if { path /a }', false],
  ['another header', 'http-request deny if { hdr(a) 1 }', 'http-request deny if { hdr(b) 1 }', false],
  ['negated on one side', 'http-request deny if { path /a }', 'http-request deny if !{ path /a }', false],
  ['patterns in another order', 'http-request deny if { path_reg a b }', 'http-request deny if { path_reg b a }', false],
]

for (const [name, one, other, alike] of rows) {
  test(`${name}: ${alike ? 'written alike' : 'not written alike'}`, () => {
    const conditionOf = (text: string): Predicate => {
      const { model } = compileConfig(`frontend web\n  mode http\n  bind :80\n${text.split('\n').map((line) => `  ${line}`).join('\n')}\n`, new Map(), {})
      const [first] = conditionsOf(model).filter((predicate) => predicate.kind !== 'true')
      assert.ok(first !== undefined)
      return first
    }
    assert.equal(isWrittenAlike(conditionOf(one), conditionOf(other)), alike)
    assert.equal(canonicalText(conditionOf(one)) === canonicalText(conditionOf(other)), alike)
  })
}
