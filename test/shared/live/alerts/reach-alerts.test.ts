import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { toBalancerRows } from '#shared/live/apache/balancer.ts'
import { blankCounters, blankGauges } from '#shared/live/blank-rows.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveRow } from '#shared/live/snapshot.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

const model = (text: string): RoutingModel => compileConfig(`defaults\n mode http\n${text}${['app', 'shared', 'extra'].map((name) => `backend ${name}\n server a 10.0.0.1:80\n`).join('')}`, new Map()).model
const apart = model('frontend web\n bind :80\n default_backend app\nfrontend other\n bind :81\n default_backend extra\n')
const crossed = model('frontend web\n bind :80\n use_backend shared if { path_beg /s }\n default_backend app\nfrontend other\n bind :81\n use_backend shared if { path_beg /s }\n default_backend extra\n')

type Growth = Readonly<Record<string, number>>

/** Polls a second apart; listeners are `web` and `other`, all other names are pools. Every alert about where traffic goes that was seen, by its key. */
function watch(session: LiveSession, steps: readonly (readonly [seconds: number, growth: Growth, first?: () => void])[]): ReadonlyMap<string, Alert> {
  const sums: Record<string, number> = {}
  const seen = new Map<string, Alert>()
  let second = 0
  for (const [seconds, growth, first] of steps) {
    first?.()
    for (let step = 0; step < seconds; step += 1) {
      second += 1
      for (const [name, count] of Object.entries(growth)) sums[name] = (sums[name] ?? 0) + count
      const rows = Object.entries(sums).map(([owner, requests]): LiveRow => {
        const row = { owner, protocol: 'http', counters: { ...blankCounters, requests }, gauges: blankGauges } as const
        return owner === 'web' || owner === 'other' ? { kind: 'listener', ...row } : { kind: 'pool', ...row, algorithm: null, up: true, stateSeconds: null }
      })
      const taken = { monotonicMs: second * 1000, wallMs: second * 1000 }
      for (const alert of session.add({ product: 'HAProxy', version: null, taken, readMs: 1, bytes: 1, epoch: 'p', uptimeSeconds: second, stopping: false, rows }).alerts) {
        if (alert.rule === 'silent' || alert.rule === 'mix') seen.set(alert.key, alert)
      }
    }
  }
  return seen
}

const usual = { web: 40, other: 20, app: 40, shared: 0, extra: 20 }

test('more traffic at one listener, or none any more, says nothing of a pool that only another one reaches', () => {
  const busy = { ...usual, web: 200, app: 200 }
  assert.deepEqual([...watch(new LiveSession(apart, 1000, null), [[130, usual], [60, busy], [60, { ...busy, other: 0, extra: 0 }]]).keys()], [])
  // Without a config nobody knows.
  assert.deepEqual([...watch(new LiveSession(null, 1000, null), [[130, usual], [60, busy], [60, { ...busy, other: 0, extra: 0 }]]).keys()].sort(), ['mix:extra', 'silent:extra'])
})

test('a pool that gets nothing from its own listener is told, whatever others get', () => {
  const seen = watch(new LiveSession(apart, 1000, null), [[130, usual], [5, { web: 2, other: 20, app: 2, extra: 0 }]])
  assert.deepEqual([...seen.keys()], ['silent:extra'])
  const { sentence, evidence } = seen.get('silent:extra') as Alert
  assert.match(sentence, /^Pool extra has received nothing for \d s \(usual: 20 requests\/s\), while its listener other still gets traffic\.$/)
  assert.ok(evidence.includes('Its listener other gets 20 requests/s; usual are 20.'), evidence.join('\n'))
})

test('a rule that is lost in a reload does not hide the pool that misses it', () => {
  const session = new LiveSession(apart, 1000, null)
  const lost = model('frontend web\n bind :80\n default_backend app\nfrontend other\n bind :81\n default_backend app\n')
  const seen = watch(session, [[60, usual], [5, { web: 2, other: 20, app: 22, extra: 0 }, () => { session.useConfig(lost, null) }]])
  assert.deepEqual([...seen.keys()], ['silent:extra'])
  assert.match(seen.get('silent:extra')?.sentence ?? '', /while its listener other still gets traffic/)
})

test('where listeners share some of their pools, each pool is compared with what its own listeners get', () => {
  const before = { web: 100, other: 20, app: 80, shared: 24, extra: 16 }
  const grown = { web: 500, other: 20, app: 400, shared: 104, extra: 16 }
  assert.deepEqual([...watch(new LiveSession(crossed, 1000, null), [[130, before], [60, grown]]).keys()], [])
  // The rule of the listener `other` takes all of its requests now: the others do not move by half.
  const moved = watch(new LiveSession(crossed, 1000, null), [[130, before], [30, { web: 100, other: 20, app: 80, shared: 38, extra: 2 }]])
  assert.deepEqual([...moved.keys()], ['mix:extra'])
  assert.match(moved.get('mix:extra')?.sentence ?? '', /^Pool extra got 1\d % of \d+ requests in the last \d+ s; usual are 80 %\.$/)
})

/** Tries of two balancers of Apache, one worker each, as its manager counts them. */
function apache(steps: readonly (readonly [seconds: number, app: number, few: number])[]): ReadonlyMap<string, Alert> {
  const session = new LiveSession(null, 1000, null)
  const seen = new Map<string, Alert>()
  const elected = [0, 0]
  let second = 0
  for (const [seconds, ...growth] of steps) {
    for (let step = 0; step < seconds; step += 1) {
      second += 1
      growth.forEach((count, index) => { elected[index] = (elected[index] as number) + count })
      const rows = toBalancerRows(['app', 'few'].map((name, index) => ({
        name: `balancer://${name}`, method: 'byrequests', workers: [{ name: `http://10.0.0.${index}:80`, status: 'Init Ok ', elected: elected[index] as number, busy: 0, sent: 0, received: 0, loadFactor: 1, set: 0 }],
      })), null)
      const taken = { monotonicMs: second * 1000, wallMs: second * 1000 }
      for (const alert of session.add({ product: 'Apache', version: null, taken, readMs: 1, bytes: 1, epoch: '#0', uptimeSeconds: null, stopping: false, rows }).alerts) seen.set(alert.key, alert)
    }
  }
  return seen
}

test('where only tries are counted and no listeners, pools are compared with each other', () => {
  assert.deepEqual([...apache([[200, 60, 20]]).keys()], [])
  const silent = apache([[60, 60, 20], [5, 0, 20]])
  assert.deepEqual([...silent.keys()], ['silent:balancer://app'], 'also where the silent one had the most of the traffic')
  assert.match(silent.get('silent:balancer://app')?.sentence ?? '', /^Pool balancer:\/\/app has received nothing for \d s \(usual: 60 tries\/s\), while the other pool still gets traffic\.$/)
  assert.ok(silent.get('silent:balancer://app')?.evidence.includes('The other pool gets 20 tries/s; usual are 20.'))
  const mixed = apache([[130, 60, 20], [30, 75, 5]])
  assert.deepEqual([...mixed.keys()], ['mix:balancer://few'])
  assert.match(mixed.get('mix:balancer://few')?.sentence ?? '', /^Pool balancer:\/\/few got \d+(\.\d)? % of \d+ tries in the last \d+ s; usual are 25 %\.$/)
  assert.deepEqual([...apache([[130, 60, 20], [60, 0, 0]]).keys()], [], 'clients that stop altogether are no fault')
})
