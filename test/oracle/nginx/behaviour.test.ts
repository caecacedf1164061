import assert from 'node:assert/strict'
import { test } from 'node:test'
import { balancersRequired } from '../haproxy/harness.ts'
import { runBehaviourCampaign } from './behaviour-campaign.ts'
import { findNginx } from './harness.ts'

const server = findNginx()

test('what the comparison says about edits of nginx configs is what the real server does', { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.found ? '' : server.reason}` : false, timeout: 1_200_000 }, async (context) => {
  const figures = await runBehaviourCampaign({ firstSeed: Number(process.env['STEELYARD_ORACLE_SEED'] ?? 1), pairs: Number(process.env['STEELYARD_ORACLE_PAIRS'] ?? 40), unchangedEach: Number(process.env['STEELYARD_ORACLE_UNCHANGED'] ?? 60), workers: 1 })
  const { disagreements, ...counts } = figures
  context.diagnostic(Object.entries(counts).map(([name, count]) => `${name}=${count}`).join(' '))
  assert.equal(disagreements.length, 0, disagreements.join('\n\n'))
})
