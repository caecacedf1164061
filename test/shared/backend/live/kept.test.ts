import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MarkBook } from '#shared/backend/live/mark-book.ts'
import { SampleStore } from '#shared/backend/live/sample-store.ts'
import { SeriesStore } from '#shared/backend/live/series-store.ts'
import { nodeBytes } from '#shared/node/bytes.ts'
import type { LiveAlert, LiveSample } from '#shared/view/live-sample.ts'

function sampleAt(atMs: number, requests: number | null, change: Partial<LiveSample> = {}): LiveSample {
  return {
    atMs, dataMs: atMs, configId: null, product: 'HAProxy', version: null, process: 'one', uptimeSeconds: null, restarted: false, stopping: false, readMs: 1, rows: 1, notes: [],
    listeners: [{ name: 'web', protocol: 'http', rates: { requests, tries: null, connections: null, bytes: null, errors: null }, sessions: null }], pools: [], drift: [], alerts: [], missed: null, ...change,
  }
}

const alert: LiveAlert = {
  key: 'silent:auth', rule: 'silent', pool: 'auth', server: null, servers: [], traffic: 'less', severity: 'critical', sentence: 'Pool auth has received nothing.', evidence: [], sinceMs: 0, mutedBy: null, waived: null, lines: [],
}

test('the sample that held at a time is found', () => {
  const store = new SampleStore(nodeBytes, 1_000_000)
  for (let second = 0; second < 10; second += 1) store.add(sampleAt(second * 1000, second))
  assert.deepEqual([store.at(3500)?.atMs, store.at(-1)?.atMs, store.at(99_000)?.atMs], [3000, 0, 9000])
  assert.deepEqual(store.range(), { fromMs: 0, toMs: 9000 })
})

test('a full store gets coarser at its old end, and keeps where something began', () => {
  const store = new SampleStore(nodeBytes, 40_000)
  for (let second = 0; second < 2000; second += 1) store.add(sampleAt(second * 1000, second, second === 50 ? { alerts: [alert] } : {}))
  assert.ok(store.sizeBytes <= 40_000)
  assert.equal(store.range()?.fromMs, 0)
  assert.equal(store.at(1_999_000)?.atMs, 1_999_000)
  assert.equal(store.at(50_500)?.alerts[0]?.key, 'silent:auth')
})

test('values over time keep peaks and gaps, whatever is asked for', () => {
  const store = new SeriesStore(1000)
  for (let second = 0; second < 60; second += 1) {
    if (second >= 20 && second < 30) store.add(sampleAt(second * 1000, 5, { missed: { polls: 1, message: 'gone' } }))
    else store.add(sampleAt(second * 1000, second === 45 ? 900 : 5))
  }
  const fine = store.query(['total requests'], 0, 60_000, 100).series[0]
  assert.deepEqual(fine?.high.slice(18, 32), [5, 5, ...new Array<null>(10).fill(null), 5, 5])
  const coarse = store.query(['total requests'], 0, 60_000, 10)
  assert.ok(coarse.times.length <= 10)
  assert.deepEqual([Math.max(...(coarse.series[0]?.high ?? []).map((value) => value ?? 0)), Math.min(...(coarse.series[0]?.low ?? []).map((value) => value ?? 99))], [900, 5])
})

test('a poll that is a little late is no gap, and one that is missing is', () => {
  const store = new SeriesStore(1000)
  for (const atMs of [0, 1050, 2100, 2990, 4020, 6500]) store.add(sampleAt(atMs, 5))
  assert.deepEqual(store.query(['total requests'], 0, 7000, 100).series[0]?.high, [5, 5, 5, 5, 5, null, 5])
})

test('a long time halves its pieces and stays whole', () => {
  const store = new SeriesStore(1000)
  for (let second = 0; second < 50_000; second += 1) store.add(sampleAt(second * 1000, second % 100))
  const { times, series } = store.query(['total requests'], 0, 50_000_000, 500)
  assert.ok(times.length > 200 && times.length <= 500)
  assert.ok((times.at(-1) ?? 0) > 49_000_000)
  assert.ok(series[0]?.high.every((value) => value === 99))
})

test('alerts and misses have a beginning and an end, reloads a moment', () => {
  const book = new MarkBook()
  book.add(sampleAt(0, 5))
  book.add(sampleAt(1000, null, { restarted: true }))
  book.add(sampleAt(2000, 5, { alerts: [alert] }))
  book.add(sampleAt(3000, 5, { alerts: [alert], missed: { polls: 1, message: 'Nobody listens.' } }))
  book.add(sampleAt(4000, 5))
  book.note(2500, 'seen')
  assert.deepEqual(book.list().map(({ kind, atMs, endMs }) => [kind, atMs, endMs]), [['reload', 1000, null], ['alert', 2000, 4000], ['note', 2500, null], ['miss', 3000, 4000]])
})
