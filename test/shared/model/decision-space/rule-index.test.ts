import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anchorsOfRule } from '#shared/model/decision-space/anchors.ts'
import { arrivalsAt, portsOf } from '#shared/model/decision-space/arrivals.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { decisionList } from '#shared/model/decision-space/decision-list.ts'
import { Reader } from '#shared/model/decision-space/reader.ts'
import { Space } from '#shared/model/decision-space/space.ts'
import { AnchorTable, RuleIndex } from '#shared/model/decision-space/rule-index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { Solver } from '#shared/requests/space/solver.ts'
import { generateRules } from '#test/bench/generate-rules.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { smallConfig, textOf } from '#test/support/behaviour-configs.ts'

const options = { bindHost: '127.0.0.1', bindPorts: [8001, 8002, 8003] as const, stubPorts: Array.from({ length: 8 }, (_, index) => 9001 + index), folder: '/maps' }
const budget = { maxBranches: 2000, spent: () => false }

function rulesOf(space: Space, model: RoutingModel): readonly DecidingRule[] {
  const reader = new Reader(space, model)
  const [listener] = model.listeners
  const [address] = listener?.addresses ?? []
  assert.ok(listener !== undefined && address !== undefined)
  const [arrival] = arrivalsAt(listener)
  assert.ok(arrival !== undefined)
  return decisionList(reader, model, reader.initialState(arrival, address.ip, portsOf(address))).rules
}

/** Both ways to find rules name every rule that shares a request with the one that is asked about. */
function check(model: RoutingModel): { readonly pairs: number; readonly meeting: number } {
  const space = new Space()
  const solver = new Solver(space.world)
  const rules = rulesOf(space, model)
  const table = new AnchorTable(rules)
  table.expectMany()
  const byTable = new RuleIndex(space, rules, table)
  let meeting = 0
  for (const [index, rule] of rules.entries()) {
    const anchors = anchorsOfRule(space, rule)
    // A new index looks at every rule for its first questions.
    const found = [byTable.meeting(anchors), new RuleIndex(space, rules).meeting(anchors)].map((list) => new Set(list))
    for (const [other, one] of rules.entries()) {
      if (found.every((list) => list.has(other)) || solver.solve([rule.formula, one.formula], budget).kind !== 'sat') continue
      assert.fail(`rules ${index} and ${other} share a request, and are not found`)
    }
    meeting += found[0]?.size ?? 0
    const half = rules.length >> 1
    assert.deepEqual(byTable.meeting(anchors, half), byTable.meeting(anchors).filter((other) => other < half))
  }
  return { pairs: rules.length ** 2, meeting }
}

test('an index of long lists never leaves out a rule that shares a request, and leaves out most others', () => {
  for (const seed of [5, 9]) {
    const { pairs, meeting } = check(compileConfig(generateRules(150, 'none', seed).before, new Map(), {}).model)
    assert.ok(meeting < pairs / 4, `${meeting} of ${pairs} pairs are looked at`)
  }
})

test('an index of rules behind rewrites, variables and tables never leaves out a rule that shares a request', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const config = smallConfig(seededRandom(seed), options)
    check(compileConfig(textOf(config), config.sideFiles, {}).model)
  }
})
