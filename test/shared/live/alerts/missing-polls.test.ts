import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import type { LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

const model = compileConfig('defaults\n mode http\nbackend hashed\n balance source\n server a 10.0.0.1:80\n server b 10.0.0.2:80\nbackend other\n server c 10.0.0.3:80\n', new Map()).model

/** Requests of a, b and c in one poll, and how long it is after the one before. */
type Step = readonly [a: number, b: number, c: number, seconds: number]
const steps = (count: number, step: Step): readonly Step[] => new Array<Step>(count).fill(step)

/** The last poll, and all keys of alerts that began. */
function after(all: readonly Step[]): { readonly last: LiveMoment; readonly told: readonly string[] } {
  const session = new LiveSession(model, 1000, null)
  const sums = [0, 0, 0]
  let second = 0
  let last: LiveMoment | null = null
  const told = new Set<string>()
  const row = (requests: number): Pick<LiveRow, 'protocol' | 'gauges' | 'counters'> => ({ protocol: 'http', gauges: blankGauges, counters: { ...blankCounters, requests, selections: requests, status5xx: 0 } })
  for (const [a, b, c, seconds] of all) {
    ;[a, b, c].forEach((count, index) => { sums[index] = (sums[index] as number) + count })
    second += seconds
    const [inA, inB, inC] = sums as [number, number, number]
    const server = (owner: string, name: string, requests: number): LiveRow => ({ ...row(requests), kind: 'server', owner, name, state: { ...blankState, health: 'up', weight: 1, initialWeight: 1 } })
    const pool = (owner: string, requests: number): LiveRow => ({ ...row(requests), kind: 'pool', owner, algorithm: null, up: true, stateSeconds: null })
    const snapshot: LiveSnapshot = {
      product: 'HAProxy', version: null, taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, readMs: 0, bytes: 0, epoch: '1@1', uptimeSeconds: second, stopping: false,
      rows: [{ ...row(inA + inB + inC), kind: 'listener', owner: 'f' }, server('hashed', 'a', inA), server('hashed', 'b', inB), pool('hashed', inA + inB), server('other', 'c', inC), pool('other', inC)],
    }
    last = session.add(snapshot)
    for (const alert of last.alerts) told.add(`${alert.key}: ${[alert.sentence, ...alert.evidence].join(' ')}`)
  }
  return { last: last as LiveMoment, told: [...told] }
}

test('what is usual in a pool is not learned from one long interval over polls that are missing', () => {
  const { last } = after([...steps(700, [50, 50, 100, 1]), [54_000, 6000, 60_000, 600], ...steps(120, [50, 50, 100, 1])])
  const shares = last.view.pools.find((pool) => pool.name === 'hashed')?.shares.servers.map((one) => Math.round((one.expected?.low ?? 0) * 1000) / 1000)
  assert.deepEqual(shares, [0.5, 0.5])
})

test('nor is the part of the traffic that a pool gets, nor what the listeners get', () => {
  // Before: half of the traffic to each pool. While nobody looked `other` got nearly all of ten times as much.
  const { told } = after([...steps(700, [50, 50, 100, 1]), [3000, 3000, 1_200_000, 600], ...steps(300, [50, 50, 100, 1]), ...steps(60, [10, 10, 180, 1])])
  const mix = told.find((one) => one.startsWith('mix:hashed'))
  assert.match(mix ?? told.join('\n'), /^mix:hashed: Pool hashed got \d+ % of \d+ requests in the last \d+ s; usual are 50 %\./)
  const silent = after([...steps(700, [50, 50, 100, 1]), [3000, 3000, 1_200_000, 600], ...steps(10, [0, 0, 200, 1])]).told.find((one) => one.startsWith('silent:hashed'))
  assert.match(silent ?? '', /The listeners together get 200 requests\/s; usual are 200\./)
})
