import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBehaviourCampaign } from './behaviour-campaign.ts'
import { balancersRequired, findHaproxy } from './harness.ts'

const server = findHaproxy()

test('what the comparison says about two configs is what two real HAProxy servers do', { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.found ? '' : server.reason}` : false, timeout: 1_800_000 }, async (context) => {
  assert.ok(server.found, 'haproxy has to be installed where STEELYARD_REQUIRE_BALANCERS=1')
  const pairs = Number(process.env['STEELYARD_PAIRS'] ?? 60)
  const figures = await runBehaviourCampaign({ firstSeed: Number(process.env['STEELYARD_SEED'] ?? 1), pairs, workers: 2, unchangedEach: 200, maximumDisagreements: 5 })
  const { disagreements, ...counts } = figures
  context.diagnostic(`haproxy ${server.version} disagreements=${disagreements.length} ${Object.entries(counts).map(([name, count]) => `${name}=${count}`).join(' ')}`)
  assert.equal(disagreements.length, 0, disagreements.join('\n\n'))
  assert.ok(figures.pairs >= pairs && figures.witnesses > figures.pairs && figures.unchanged > 50 * figures.pairs, 'enough was replayed')
})
