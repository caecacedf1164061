import assert from 'node:assert/strict'
import { test } from 'node:test'
import { balancersRequired } from '../haproxy/harness.ts'
import { prove, witness } from '../haproxy/prove-support.ts'
import { generateConfig, type Generated } from './generator.ts'
import { findNginx } from './harness.ts'
import { loadNginx } from './prove-support.ts'

const server = findNginx()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false

const configs = 40
const requestsEach = 30

/** The same configs as the other oracle tests start, but moved to sockets and started by the product itself. */
function generate(seed: number): Generated {
  return generateConfig({ seed, requests: requestsEach, bindHost: '127.0.0.1', bindPorts: [11_001, 11_002], stubPorts: Array.from({ length: 12 }, (_, index) => 12_001 + index), count: () => undefined })
}

test('a random config that was made ready to be started answers like the config it was made from', { skip, timeout: 300_000 }, async () => {
  let compared = 0
  let uncertain = 0
  for (let seed = 1; seed <= configs; seed += 2) {
    const [first, second] = [generate(seed), generate(seed + 1)]
    const before = await loadNginx(first.config)
    const after = await loadNginx(second.config)
    const witnesses = [...first.requests, ...second.requests].map((one, index) => witness(before, after, `w${index}`, one))
    const report = await prove(before, after, witnesses)
    assert.deepEqual(report.refusals, [], first.config + second.config)
    for (const [index, entry] of report.witnesses.entries()) {
      for (const side of ['before', 'after'] as const) {
        if (entry[side].agrees === null) uncertain += 1
        else compared += 1
        assert.notEqual(entry[side].agrees, false, `seed ${seed} ${side} ${JSON.stringify(witnesses[index]?.request)}\nexpected ${JSON.stringify(entry[side].expected)}\nobserved ${entry[side].observed ?? ''}\n${side === 'before' ? first.config : second.config}`)
      }
    }
    assert.ok(report.state === 'proved' || report.state === 'partly', report.sentence)
  }
  assert.ok(compared > 0.9 * configs * requestsEach, `${compared} compared, ${uncertain} uncertain`)
  console.log(`# prove: ${configs} random nginx configs, ${compared} answers compared, 0 disagreements, ${uncertain} not certain`)
})
