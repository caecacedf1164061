import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBalancerRows } from '#shared/live/apache/balancer.ts'
import { parseManagerXml, type ManagerPage } from '#shared/live/apache/manager-xml.ts'
import { parseServerStatus, toServerStatusSnapshot } from '#shared/live/apache/server-status.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { captured } from './fixtures.ts'

function pageOf(name: string): ManagerPage {
  const page = parseManagerXml(captured(`apache/${name}.balancer-manager.xml`))
  assert.ok(page !== null)
  return page
}

const statesOf = (name: string): readonly string[] => toBalancerRows(pageOf(name).balancers, null).flatMap((row) => (row.kind === 'server' ? [`${row.owner} ${row.state.address ?? ''} ${row.state.text}: ${row.state.health} ${row.state.admin}${row.state.backup ? ' backup' : ''} weight ${String(row.state.weight)}`] : []))

test('words of the state of a worker become health and what an operator wants', () => {
  assert.deepEqual(statesOf('healthy'), [
    'balancer://rr 127.0.0.1:23101 Init Ok: up ready weight 1', 'balancer://rr 127.0.0.1:23102 Init Ok: up ready weight 1', 'balancer://rr 127.0.0.1:23103 Init Ok: up ready weight 1',
    'balancer://typo 127.0.0.1:23101 Init Ok: up ready weight 1', 'balancer://typo 127.0.0.1:23102 Init Ok: up ready weight 1', 'balancer://typo 127.0.0.1:23103 Init Ok: up ready weight 10',
    'balancer://busy 127.0.0.1:23104 Init Ok: up ready weight 1', 'balancer://busy 127.0.0.1:23105 Init Ok: up ready weight 1', 'balancer://busy 127.0.0.1:23106 Init Stby Ok: up ready backup weight 1',
    'balancer://traffic 127.0.0.1:23107 Init Ok: up ready weight 1', 'balancer://traffic 127.0.0.1:23108 Init Ok: up ready backup weight 1',
  ])
  const second = (name: string): string | undefined => statesOf(name)[1]?.replace(/^\S+ \S+ /, '')
  assert.deepEqual([second('server-down'), second('drained'), second('maint-disabled')], ['Init Err: down ready weight 1', 'Init Drn Ok: up drain weight 1', 'Init Dis: up maintenance weight 1'])
  assert.ok(statesOf('hcheck-failed').some((one) => /Init HcFl: down/.test(one)))
})

test('tries are counted, and what nobody tells is not 0', () => {
  const row = toBalancerRows(pageOf('healthy').balancers, null).find((one) => one.kind === 'pool')
  assert.ok(row?.kind === 'pool')
  assert.deepEqual([row.owner, row.algorithm, row.counters.requests, row.counters.status5xx, row.counters.retries, row.gauges.responseMs], ['balancer://rr', 'byrequests', null, null, null, null])
  assert.ok(Number(row.counters.selections) > 100 && Number(row.counters.bytesOut) > 1000)
})

test('a page that is not whole, or none, is refused', () => {
  const whole = captured('apache/healthy.balancer-manager.xml')
  assert.equal(parseManagerXml(captured('apache/healthy.balancer-manager.html')), null)
  for (const part of [0, 0.3, 0.9, 0.99]) assert.equal(parseManagerXml(whole.slice(0, whole.length * part)), null)
  const status = captured('apache/healthy.server-status-auto.txt')
  for (const text of ['', '<html>', status.slice(0, 300)]) assert.equal(parseServerStatus(text), null)
})

const statusAt = (name: string, ms: number): LiveSnapshot => {
  const status = parseServerStatus(captured(`apache/${name}.server-status-auto.txt`))
  assert.ok(status !== null)
  return toServerStatusSnapshot(status, { taken: { monotonicMs: ms, wallMs: ms }, readMs: 1, bytes: 1 })
}

test('a graceful restart keeps the totals and starts the balancers again, a restart both', () => {
  const watch = new LiveWatch(null, 1000)
  const first = watch.add(statusAt('before-graceful', 0))
  assert.deepEqual([first.snapshot.version, first.listeners[0]?.row.owner], ['2.4.71', 'apache'])
  const graceful = watch.add(statusAt('after-graceful', 1000))
  assert.equal(graceful.restarted, true)
  assert.ok((graceful.listeners[0]?.interval?.deltas.requests ?? -1) >= 0)
  assert.ok(graceful.pools.every((pool) => pool.live?.interval?.marks.includes('reset') === true && pool.live.interval.deltas.selections === null))
  const restarted = watch.add(statusAt('after-restart', 2000))
  assert.deepEqual([restarted.restarted, restarted.listeners[0]?.interval?.deltas.requests], [true, null])
})

test('shares of Apache are tested on tries, by the weights that run', () => {
  const watch = new LiveWatch(null, 1000)
  const at = (name: string, ms: number): LiveSnapshot => ({
    product: 'Apache', version: null, taken: { monotonicMs: ms, wallMs: ms }, readMs: 1, bytes: 1, epoch: '#0', uptimeSeconds: null, stopping: false, rows: toBalancerRows(pageOf(name).balancers, null),
  })
  watch.add(at('healthy', 0))
  const view = watch.add(at('server-down', 1000))
  const pool = view.pools.find((one) => one.name === 'balancer://typo')
  assert.deepEqual([pool?.shares.rule.class, pool?.shares.rule.unit], ['exact', 'selections'])
  assert.deepEqual(pool?.shares.servers.map((one) => one.expected?.high.toFixed(2)), ['0.09', '0.00', '0.91'])
})
