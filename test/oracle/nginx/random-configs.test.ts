import assert from 'node:assert/strict'
import { test } from 'node:test'
import { balancersRequired } from '../haproxy/harness.ts'
import { runCampaign } from './campaign.ts'
import { findNginx } from './harness.ts'

const server = findNginx()

test('random nginx configs route requests in the simulator as in the real server', { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.found ? '' : server.reason}` : false, timeout: 1_200_000 }, async (context) => {
  assert.ok(server.found, 'nginx has to be installed where STEELYARD_REQUIRE_BALANCERS=1')
  const configs = Number(process.env['STEELYARD_ORACLE_CONFIGS'] ?? 150)
  const result = await runCampaign({ firstSeed: Number(process.env['STEELYARD_ORACLE_SEED'] ?? 1), configs, requestsEach: 60, workers: 2, concurrency: 12, maximumDisagreements: 5 })
  const share = result.requests === 0 ? 0 : (100 * result.uncertain) / result.requests
  context.diagnostic(`nginx ${server.version} configs=${result.configs} requests=${result.requests} disagreements=${result.disagreements.length} uncertain=${share.toFixed(2)}%`)
  context.diagnostic(`outcomes: ${[...result.outcomes].map(([name, count]) => `${name}=${count}`).join(' ')}`)
  context.diagnostic(`constructs: ${[...result.constructs].map(([name, count]) => `${name}=${count}`).join(', ')}`)
  context.diagnostic(`doubts: ${[...result.doubts].sort((one, other) => other[1] - one[1]).slice(0, 12).map(([text, count]) => `${count} × ${text}`).join('; ')}`)
  assert.equal(result.disagreements.length, 0, result.disagreements.join('\n\n'))
  assert.ok(share < 1, `less than 1 % of the answers may be uncertain, ${share.toFixed(2)} % are`)
  assert.equal(result.configs, configs)
})
