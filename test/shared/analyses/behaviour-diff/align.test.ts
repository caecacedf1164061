import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alignRules } from '#shared/analyses/behaviour-diff/align.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'

const rows: readonly (readonly [name: string, before: readonly number[], after: readonly number[], changed: number])[] = [
  ['equal lists', [1, 2, 3], [1, 2, 3], 0],
  ['a rule inserted', [1, 2], [1, 9, 2], 1],
  ['a rule deleted', [1, 9, 2], [1, 2], 1],
  ['a rule moved counts on both sides', [1, 2, 3, 4], [4, 1, 2, 3], 2],
  ['the same rule twice pairs in order', [1, 1, 2], [1, 2, 1], 2],
  ['nothing in common', [1, 2], [3, 4], 4],
]
for (const [name, before, after, changed] of rows) {
  test(`${name}`, () => assert.equal(alignRules(before, after).changed, changed))
}

test('partners are equal, mutual, and rise on both sides', () => {
  const random = seededRandom(3)
  for (let round = 0; round < 2000; round += 1) {
    const list = (): number[] => Array.from({ length: random.int(12) }, () => random.int(6))
    const [before, after] = [list(), list()]
    const { beforePartner, afterPartner } = alignRules(before, after)
    let last = -1
    for (const [index, partner] of beforePartner.entries()) {
      if (partner === -1) continue
      assert.ok(partner > last)
      last = partner
      assert.equal(before[index], after[partner])
      assert.equal(afterPartner[partner], index)
    }
  }
})
