import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { smallConfig, textOf } from '#test/support/behaviour-configs.ts'
import { filesOf, rewritten } from '#test/support/behaviour-neutral-edits.ts'
import { compareTexts } from '#test/support/behaviour-pair.ts'

const wanted = Number(process.env['STEELYARD_PAIRS'] ?? 600)
const firstSeed = Number(process.env['STEELYARD_SEED'] ?? 1)
const options = { bindHost: '127.0.0.1', bindPorts: [8001, 8002, 8003] as const, stubPorts: Array.from({ length: 8 }, (_, index) => 9001 + index), folder: '/maps' }

test('a config that was only written in another way is identical, whatever the mixture of edits that mean nothing', { timeout: 3_600_000 }, (context) => {
  const kinds = new Map<string, number>()
  const alarms: string[] = []
  let pairs = 0
  let changedRules = 0
  for (let seed = firstSeed; seed < firstSeed + wanted && alarms.length < 5; seed += 1) {
    const random = seededRandom(seed * 13 + 5)
    const before = smallConfig(random, options)
    const after = rewritten(random, before)
    for (const name of after.names) kinds.set(name, (kinds.get(name) ?? 0) + 1)
    const { diff } = compareTexts({ main: [textOf(before)], sideFiles: before.sideFiles }, { main: filesOf(after), sideFiles: before.sideFiles }).result
    pairs += 1
    changedRules += diff.work.changedRules
    if (diff.differs.length > 0 || diff.unknown.length > 0) {
      const said = [...diff.differs.map((one) => `${one.kind}: ${one.summary} ${JSON.stringify(one.witness)}`), ...diff.unknown.map((one) => `unknown: ${one.because}`)]
      alarms.push(`seed ${seed} after ${after.names.join(', ')}:\n${said.join('\n')}\n${textOf(before)}${[...before.sideFiles].flat().join('\n')}\nAFTER\n${filesOf(after).join('=== second file\n')}`)
    }
  }
  context.diagnostic(`pairs=${pairs} alarms=${alarms.length} changedRules=${changedRules}`)
  context.diagnostic([...kinds].sort().map(([name, count]) => `${name}=${count}`).join(', '))
  assert.equal(alarms.length, 0, alarms.join('\n\n'))
  assert.equal(pairs, wanted)
  assert.ok(kinds.size >= 13, 'every kind of edit was made')
})
