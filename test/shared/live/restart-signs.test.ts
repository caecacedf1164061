import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { RestartSigns, tellsReloads } from '#shared/live/restart-signs.ts'
import type { LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'

/** Requests of rows, and for pools the seconds since their state began. */
type Rows = Readonly<Record<string, number | readonly [requests: number, seconds: number]>>

const common = { protocol: 'http', gauges: blankGauges } as const

function rowsOf(rows: Rows): readonly LiveRow[] {
  return Object.entries(rows).map(([name, told]): LiveRow => {
    const [requests, stateSeconds] = typeof told === 'number' ? [told, null] : told
    const row = { ...common, counters: { ...blankCounters, requests } }
    if (name.startsWith('f-')) return { ...row, kind: 'listener', owner: name }
    if (name.includes('/')) return { ...row, kind: 'server', owner: name.replace(/\/.*/, ''), name: name.replace(/.*\//, ''), state: blankState }
    return { ...row, kind: 'pool', owner: name, algorithm: null, up: true, stateSeconds }
  })
}

const poll = (second: number, rows: Rows, more: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  product: 'HAProxy', version: null, taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, readMs: 0, bytes: 0, epoch: null, uptimeSeconds: null, stopping: false, rows: rowsOf(rows), ...more,
})

const cases: readonly (readonly [string, readonly LiveSnapshot[], readonly boolean[]])[] = [
  ['another process', [poll(0, {}, { epoch: '1@1' }), poll(1, {}, { epoch: '2@2' }), poll(2, {}, { epoch: '2@2' })], [false, true, false]],
  ['another configuration in the process', [poll(0, {}, { generation: '#0' }), poll(1, {}, { generation: '#1' })], [false, true]],
  ['a process that one poll does not name', [poll(0, {}, { epoch: '1@1' }), poll(1, {}), poll(2, {}, { epoch: '1@1' }), poll(3, {}), poll(4, {}, { epoch: '2@2' })], [false, false, false, false, true]],
  ['a configuration that is named late', [poll(0, {}, { epoch: '1' }), poll(1, {}, { epoch: '1', generation: 'a' })], [false, false]],
  ['states that are all younger, and counters that shrank', [poll(0, { 'f-stats': 9, 'web': [100, 500], 'api': [10, 400] }), poll(1, { 'f-stats': 1, 'web': [20, 1], 'api': [30, 1] })], [false, true]],
  ['a second reload a second later', [poll(0, { 'f-stats': 9, 'web': [100, 1] }), poll(1, { 'f-stats': 1, 'web': [20, 0] }), poll(2, { 'f-stats': 1, 'web': [15, 0] })], [false, true, true]],
  ['a reload in a gap', [poll(0, { web: [100, 500] }), poll(600, { web: [50, 580] })], [false, true]],
  ['one pool that turns', [poll(0, { 'f-stats': 9, 'web': [100, 500] }), poll(1, { 'f-stats': 10, 'web': [110, 0] })], [false, false]],
  ['all pools that turn at once', [poll(0, { 'f-stats': 9, 'web': [100, 500], 'api': [10, 500] }), poll(1, { 'f-stats': 10, 'web': [110, 0], 'api': [10, 0] })], [false, false]],
  ['counters that were cleared', [poll(0, { 'f-stats': 9, 'web': [100, 500] }), poll(1, { 'f-stats': 0, 'web': [0, 501] })], [false, false]],
  ['a pool that turns while another one stays and a server is made anew', [poll(0, { 'web/a': 50, 'web': [100, 500], 'api': [0, 500] }), poll(1, { 'web/a': 0, 'web': [100, 0], 'api': [0, 501] })], [false, false]],
  ['without ages: most rows shrank', [poll(0, { 'f-a': 9, 'web/a': 60, 'web/b': 40, 'web': 100, 'idle': 0 }), poll(1, { 'f-a': 10, 'web/a': 3, 'web/b': 2, 'web': 5, 'idle': 0 })], [false, true]],
  ['without ages: one server that was made anew', [poll(0, { 'web/a': 60, 'web/b': 40, 'web': 100 }), poll(1, { 'web/a': 0, 'web/b': 41, 'web': 101 })], [false, false]],
  ['a process that is named and counters that were cleared', [poll(0, { web: 100 }, { epoch: '1' }), poll(1, { web: 0 }, { epoch: '1' })], [false, false]],
]

for (const [name, polls, restarted] of cases) {
  test(`a restart is told of: ${name}`, () => {
    const signs = new RestartSigns()
    assert.deepEqual(polls.map((one) => signs.add(one).restarted), restarted)
    const watch = new LiveWatch(null, 1000)
    assert.deepEqual(polls.map((one) => watch.add(one).restarted), restarted)
  })
}

test('ages alone leave open what the counters are, and tell nothing', () => {
  const signs = new RestartSigns()
  assert.deepEqual([poll(0, { web: [100, 500] }), poll(1, { web: [400, 1] })].map((one) => signs.add(one)), [{ epoch: '#0', process: '#0', restarted: false, isOpen: false }, { epoch: '#1', process: '#1', restarted: false, isOpen: true }])
  const watch = new LiveWatch(null, 1000)
  const at = (second: number, requests: number, age: number): boolean => watch.add(poll(second, { web: [requests, age] })).tellsReloads
  assert.deepEqual([at(0, 100, 500), at(1, 400, 1), at(500, 500, 500), at(602, 600, 602)], [true, false, false, true], 'for ten minutes nobody says that there was none')
  assert.deepEqual([at(700, 700, 1), at(701, 2, 0)], [false, true], 'a reload that shows ends it')
})

test('a source tells of reloads by its configuration, its process where a reload needs another one, or the ages of states', () => {
  const rows: readonly (readonly [boolean, Partial<LiveSnapshot>])[] = [
    [true, { epoch: '1@1' }], [true, { rows: rowsOf({ web: [1, 1] }) }], [false, { rows: rowsOf({ web: 1 }) }],
    [false, { product: 'nginx', fromTraffic: true, rows: rowsOf({ web: 1 }) }], [true, { product: 'nginx', fromTraffic: true, generation: '#0' }],
    [false, { product: 'Caddy', epoch: '1.7e9' }], [true, { product: 'Caddy', epoch: '1.7e9', generation: '1.7e9' }],
    [true, { product: 'nginx', epoch: '3@1700' }], [false, { product: 'nginx', epoch: 'lb1 lb2', fleet: { processes: { lb1: '', lb2: '' }, lost: [] } }], [true, { epoch: 'lb1@1', fleet: { processes: { lb1: '@1' }, lost: [] } }],
    [true, { product: 'Traefik', epoch: 'lb1@1', fleet: { processes: { lb1: '@1 reload 4' }, lost: [] } }], [false, { product: 'Traefik', epoch: '@1' }], [false, { product: 'IPVS' }], [true, { product: 'Apache', epoch: '#0' }],
  ]
  for (const [told, more] of rows) assert.equal(tellsReloads(poll(0, {}, more)), told, JSON.stringify(more))
})
