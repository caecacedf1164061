import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertIds } from '#renderer/features/live/live-selection.ts'
import { toServerTable } from '#renderer/features/live/server-table.ts'
import { valueWords, type TimelineLine } from '#renderer/features/live/timeline-series.ts'
import type { LivePool, LiveRates, LiveSample, LiveServer } from '#shared/view/live-sample.ts'

const none: LiveRates = { requests: null, tries: null, connections: null, bytes: null, errors: null }

function server(name: string, change: Partial<LiveServer> = {}): LiveServer {
  return {
    id: `pool:api/server:${name}`, name, inConfig: true, running: true, address: null, state: 'UP', health: 'up', admin: 'ready', backup: false, weight: 1, configWeight: 1, throttlePercent: null,
    rates: none, responseMs: null, sessions: null, queued: null, share: null, expected: null, knownGood: null, check: null, ...change,
  }
}

function pool(change: Partial<LivePool> = {}): LivePool {
  return {
    id: 'pool:api', name: 'api', inConfig: true, enabled: true, running: true, protocol: 'http', counted: 'requests', algorithm: 'roundrobin', up: true, onBackups: false, rates: { ...none, requests: 12.34, errors: 0.5 },
    ownErrors: null, responseMs: 1240, sessions: null, queued: 3, shares: { verdict: 'as-expected', severity: 'none', sentence: '', class: 'exact', unit: 'requests', units: 1, overMs: 1, misplaced: null },
    knownGood: null, servers: [server('api-1', { rates: { ...none, requests: 17.938 }, share: 0.98 }), server('api-2', { rates: { ...none, requests: 0 } })], ...change,
  }
}

function sampleOf(pools: readonly LivePool[], configId: string | null = 'c'): LiveSample {
  return {
    atMs: 0, dataMs: 0, configId, product: 'HAProxy', version: null, process: null, uptimeSeconds: null, restarted: false, stopping: false, readMs: 1, rows: 1, notes: [], listeners: [], pools, drift: [], alerts: [], missed: null,
  }
}

test('an alert about shares is about its pool and the servers that it names', () => {
  const sample = sampleOf([pool()])
  assert.deepEqual(alertIds({ pool: 'api', server: null, servers: ['api-1'] }, sample, null), ['pool:api', 'pool:api/server:api-1'])
  assert.deepEqual(alertIds({ pool: 'api', server: 'api-2', servers: [] }, sample, null), ['pool:api', 'pool:api/server:api-2'])
  assert.deepEqual(alertIds({ pool: 'elsewhere', server: null, servers: [] }, sample, null), [])
})

const title = (sample: LiveSample): string | undefined => toServerTable(sample).columns.find((column) => column.key === 'rate')?.title

test('the table of servers is headed by what the source counts', () => {
  assert.equal(title(sampleOf([pool()])), 'req/s')
  assert.equal(title(sampleOf([pool({ counted: 'tries' })])), 'tries/s')
  assert.equal(title(sampleOf([pool(), pool({ name: 'db', counted: 'connections' })])), 'per second')
})

test('rates are cut to tenths, and without a config nothing says that it lacks a server', () => {
  const { rows } = toServerTable(sampleOf([pool()]))
  assert.equal(rows[0]?.cells['rate'], 17.9)
  assert.equal(toServerTable(sampleOf([pool()])).columns.at(-1)?.key, 'config')
  assert.equal(toServerTable(sampleOf([pool()], null)).columns.at(-1)?.key, 'weight')
})

const line = (label: string): TimelineLine => ({ key: label, label, isOff: false })
const values: readonly [name: string, got: string, wanted: string][] = [
  ['the share of a server', valueWords(sampleOf([pool()]), 'api', line('api-1'), 'share'), '98.0 %'],
  ['a share that is not known', valueWords(sampleOf([pool()]), 'api', line('api-2'), 'share'), '?'],
  ['the rate of a pool', valueWords(sampleOf([pool()]), 'api', line('pool api'), 'requests'), '12'],
  ['tries of a pool', valueWords(sampleOf([pool({ counted: 'tries', rates: { ...none, tries: 7 } })]), 'api', line('pool api'), 'requests'), '7.0'],
  ['its errors', valueWords(sampleOf([pool()]), 'api', line('pool api'), 'errors'), '0.5'],
  ['its latency', valueWords(sampleOf([pool()]), 'api', line('pool api'), 'response'), '1.2 s'],
  ['what waits', valueWords(sampleOf([pool()]), 'api', line('pool api'), 'queue'), '3'],
  ['what waits where that is not known', valueWords(sampleOf([pool({ queued: null })]), 'api', line('pool api'), 'queue'), '?'],
  ['the whole balancer', valueWords(sampleOf([pool(), pool({ name: 'web' })]), null, line('whole balancer'), 'requests'), '25'],
]
for (const [name, got, wanted] of values) test(`beside a line of the timeline stands ${name}`, () => assert.equal(got, wanted))
