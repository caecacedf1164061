import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedShares, poolDistribution, presentDistribution } from '#shared/analyses/distribution/index.ts'
import { addressOf } from '#shared/model/expected-shares.ts'
import type { Pool } from '#shared/model/pool.ts'
import { member, pool } from '#test/shared/analyses/route/small-model.ts'

function shares(target: Pool): readonly number[] {
  return expectedShares(target).map(server => server.share)
}

function balanced(name: Pool['algorithm']['name']): Partial<Pool> {
  return { algorithm: { name, text: name, explicit: true, key: null, hash: null, parameters: {}, origin: [] } }
}

test('shares follow weights, and weight 0 gets nothing', () => {
  assert.deepEqual(shares(pool('x', [member('a', { weight: 3 }), member('b', { weight: 1 }), member('c', { weight: 0 }), member('d', { level: 1 })])), [0.75, 0.25, 0, 0])
})

test('backups carry the traffic only when no primary is usable: the first, or all of them', () => {
  const servers = [member('a', { state: 'disabled' }), member('b', { level: 1 }), member('c', { level: 1 })]
  assert.deepEqual(shares(pool('x', servers)), [0, 1, 0])
  assert.deepEqual(shares(pool('x', servers, { allBackups: true })), [0, 0.5, 0.5])
  assert.equal(poolDistribution(pool('x', servers)).onBackups, true)
})

test('first sends everything to the lowest number', () => {
  assert.deepEqual(shares(pool('x', [member('a', { number: 9 }), member('b')], balanced('first'))), [0, 1])
})

test('algorithms that depend on more than weights say what they assume', () => {
  const of = (name: Pool['algorithm']['name']): string => poolDistribution(pool('x', [member('a'), member('b')], balanced(name))).assumption
  assert.equal(of('roundrobin'), 'weights')
  assert.equal(of('leastconn'), 'equal-service-times')
  assert.equal(of('source'), 'many-different-keys')
  assert.equal(of('unknown'), 'unknown-algorithm')
})

test('a pool without usable servers has shares of 0 and says so', () => {
  const empty = pool('x', [member('a', { weight: 0 })])
  assert.deepEqual(shares(empty), [0])
  assert.deepEqual(shares(pool('x', [member('a')], { enabled: false })), [0])
  assert.match(presentDistribution(poolDistribution(empty)).headline.text, /no usable server/)
})

test('a server without a port takes the port the client connected to', () => {
  const follower = { ...member('a'), address: '10.0.0.1', port: null }
  assert.equal(addressOf(follower, 8443), '10.0.0.1:8443')
  assert.equal(addressOf({ ...follower, portOffset: -97 }, 21101), '10.0.0.1:21004')
  assert.equal(addressOf(follower, null), '10.0.0.1')
})
