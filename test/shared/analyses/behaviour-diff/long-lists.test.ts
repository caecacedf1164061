import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { standingOf } from '#shared/analyses/behaviour-diff/membership.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { edits, generateRules } from '#test/bench/generate-rules.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { requestNear } from '#test/support/near-requests.ts'

/** Requests of each pair of configs. */
const asked = 300

for (const edit of edits) {
  test(`long lists that are aligned and looked up by each other differ exactly where two walks over every rule do: ${edit}`, () => {
    const pair = generateRules(500, edit, 3)
    const read = (text: string): RoutingModel => compileConfig(text, new Map(), {}).model
    const [before, after] = [read(pair.before), read(pair.after)]
    // Models of their own, and every rule looked at: nothing is shared with the comparison.
    const apart = [read(pair.before), read(pair.after)].map((model) => (request: RequestInput) => routeRequest(model, request, { explain: true }))
    const [was, is] = apart as [(typeof apart)[number], (typeof apart)[number]]
    const { comparison, listeners } = compareBehaviour(before, after, {
      judge: { before: (request) => routeRequest(before, request, { explain: false }), after: (request) => routeRequest(after, request, { explain: false }) },
      changedPools: [], poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
    })
    const [diff] = listeners
    assert.ok(diff !== undefined && listeners.length === 1)
    const { beforePartner, afterPartner } = diff.alignment
    let last = -1
    for (const [one, other] of beforePartner.entries()) {
      if (other === -1) continue
      assert.ok(other > last, 'pairs rise on both sides')
      last = other
      assert.equal(afterPartner[other], one)
      assert.equal((diff.lists.before.rules[one] as DecidingRule).formula, (diff.lists.after.rules[other] as DecidingRule).formula)
    }
    assert.equal([...beforePartner, ...afterPartner].filter((partner) => partner === -1).length, diff.alignment.changed)
    const old = new Set(pair.before.split('\n'))
    const lines = [...pair.before.split('\n'), ...pair.after.split('\n')].filter((line) => line.includes('use_backend'))
    const fresh = lines.filter((line) => !old.has(line))
    const random = seededRandom(8)
    let differ = 0
    for (let count = 0; count < asked; count += 1) {
      const request = requestNear(random, fresh.length > 0 && count % 2 === 0 ? fresh : lines)
      const changes = JSON.stringify(was(request).outcome) !== JSON.stringify(is(request).outcome)
      assert.equal(standingOf(comparison.space.world, diff, request, 18080).pair !== null, changes, JSON.stringify(request))
      if (changes) differ += 1
    }
    assert.equal(differ > 0, !['none', 'reformatted', 'reordered'].includes(edit), `${differ} requests differ`)
  })
}
