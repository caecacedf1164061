import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import type { BehaviourDiff } from '#shared/analyses/behaviour-diff/answer.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { judgeOf } from '#shared/backend/behaviour.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Budget } from '#shared/requests/space/solver.ts'
import { adversarial } from '#test/bench/generate-adversarial.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

/** Share of the sizes of the bench: large enough that every input takes the way that hurts, small enough for every run of the tests. */
const size = 0.12
const generous = 20_000

type Pair = readonly [before: RoutingModel, after: RoutingModel]

function compare([before, after]: Pair, budget: Budget): BehaviourDiff {
  const changedPools = diffTopology(before, after).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : []))
  return compareBehaviour(before, after, { judge: judgeOf(before, after), changedPools, poolNames: new Map(), budget, milliseconds: () => 0 }).diff
}

const pairsIn = (diff: BehaviourDiff): number => diff.differs.reduce((sum, one) => sum + one.count, 0)
const told = (diff: BehaviourDiff): readonly string[] => diff.differs.map((one) => `${one.kind} ${one.count} ${one.summary}`).sort()

/** Complete, or every region that is not says which requests and why. */
function assertHonest(diff: BehaviourDiff, what: string): void {
  assert.equal(diff.complete, diff.unknown.length === 0, `${what}: an answer is complete exactly where nothing is unknown`)
  for (const region of diff.unknown) assert.ok(region.when !== '' && region.because !== '', `${what}: every unknown region says which requests, and why`)
}

/** What is missing against the whole answer is covered by an unknown region. */
function assertNoShorter(diff: BehaviourDiff, whole: BehaviourDiff, what: string): void {
  assertHonest(diff, what)
  if (diff.complete && whole.complete) assert.deepEqual(told(diff), told(whole), `${what}: an answer without unknown regions is the whole one`)
  if (whole.complete) assert.ok(pairsIn(diff) <= pairsIn(whole), `${what}: less work finds no more`)
}

/** Inputs for which so little work was not enough: without any, nothing was tried here. */
const cut = { branches: 0, deadline: 0 }

for (const { name, make } of adversarial) {
  test(`an input made to hurt ends with an honest answer: ${name}`, () => {
    const { before, after, sides } = make(size)
    const read = (text: string): RoutingModel => compileConfig(text, sides, {}).model
    const pair: Pair = [read(before), read(after)]
    const whole = compare(pair, { maxBranches: generous, spent: () => false })
    assertHonest(whole, 'with a generous budget')
    assert.ok(!whole.unknown.some((region) => region.because.includes('time')), 'nothing is given up for lack of time where there is no deadline')
    for (const maxBranches of [1, 0]) {
      const little = compare(pair, { maxBranches, spent: () => false })
      assertNoShorter(little, whole, `with ${maxBranches} branches for each question`)
      if (!little.complete) cut.branches += 1
    }
    for (const questions of [3, 40]) {
      let asked = 0
      const early = compare(pair, { maxBranches: generous, spent: () => (asked += 1) > questions })
      assertNoShorter(early, whole, `with a deadline after ${questions} questions`)
      if (!early.complete) cut.deadline += 1
    }
  })
}

test('some inputs made to hurt run out of branches and of time', () => {
  assert.ok(cut.branches > 3, `${cut.branches} ran out of branches`)
  assert.ok(cut.deadline > 20, `${cut.deadline} ran out of time`)
})
