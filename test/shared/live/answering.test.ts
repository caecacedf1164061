import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import type { RowInterval } from '#shared/live/intervals.ts'
import type { JoinedPool } from '#shared/live/join.ts'
import { AnsweringBook } from '#shared/live/log/answering.ts'

const interval = (requests: number, failedConnections: number, retries: number): RowInterval => ({ durationMs: 1000, marks: [], leastUnits: requests, deltas: { ...blankCounters, responseMsTotal: null, responsesTimed: null, requests, failedConnections, retries } as RowInterval['deltas'] })

/** A pool with a primary and a backup: all answers, and for each server its answers, tries that failed, and those of them that were tried again. */
function pool(all: number, primary: readonly [number, number, number], backup: readonly [number, number, number]): JoinedPool {
  const row = { owner: 'app', protocol: 'http', counters: blankCounters, gauges: blankGauges } as const
  return {
    name: 'app', pool: null, live: { row: { kind: 'pool', ...row, algorithm: null, up: true, stateSeconds: null }, interval: interval(all, 0, 0) },
    servers: [primary, backup].map((counts, index) => ({ member: null, slot: false, live: { row: { kind: 'server', ...row, name: index === 0 ? 'a' : 'b', state: { ...blankState, health: 'unchecked', backup: index === 1 } }, interval: interval(...counts) } })),
  }
}

type Step = readonly [name: string, pool: JoinedPool, expected: 'backups' | 'nobody' | undefined]
const run = (product: string, steps: readonly Step[]): void => {
  const book = new AnsweringBook()
  for (const [name, given, expected] of steps) assert.equal(book.note([given], product)[0]?.answering, expected, name)
}

test('who answers stands until a server shows otherwise', () => {
  run('nginx', [
    ['nothing yet', pool(0, [0, 0, 0], [0, 0, 0]), undefined],
    ['a primary that fails once and answers else', pool(20, [19, 1, 1], [1, 0, 0]), undefined],
    ['only tries that failed, each answered by the primary itself', pool(5, [5, 5, 0], [0, 0, 0]), undefined],
    ['only the backup answers', pool(20, [0, 2, 2], [20, 0, 0]), 'backups'],
    ['nothing came', pool(0, [0, 0, 0], [0, 0, 0]), 'backups'],
    ['one without a server, and none of a server', pool(1, [0, 0, 0], [0, 0, 0]), 'nobody'],
    ['a try that failed', pool(1, [0, 1, 1], [1, 1, 0]), 'nobody'],
    ['the backup comes back', pool(10, [0, 0, 0], [3, 0, 0]), 'backups'],
    ['the primary comes back', pool(10, [1, 0, 0], [9, 0, 0]), undefined],
  ])
})

test('where the server of a failed try is not logged, it takes many answers without one', () => {
  const unserved = (count: number): JoinedPool => pool(count, [0, 0, 0], [0, 0, 0])
  run('Caddy', [['a few', unserved(15), undefined], ['one answers', pool(2, [1, 0, 0], [0, 0, 0]), undefined], ['a few again', unserved(15), undefined], ['more', unserved(1), 'nobody']])
})
