import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { chanceWords, EvidenceBook } from '#shared/live/alerts/evidence.ts'
import type { LiveView } from '#shared/live/live-watch.ts'

interface Pool { readonly errors: number; readonly requests: number; readonly queued?: number; readonly servers?: readonly (readonly [name: string, text: string, check: string | null])[] }

/** One poll: answers of each pool since the one before. */
function view(second: number, pools: Readonly<Record<string, Pool>>, restarted = false, tellsReloads = true): LiveView {
  return {
    restarted, tellsReloads, snapshot: { taken: { monotonicMs: second * 1000, wallMs: second * 1000 } },
    pools: Object.entries(pools).map(([name, { errors, requests, queued = 0, servers = [] }]) => ({
      name, live: { row: { gauges: { queued } }, interval: { deltas: { status5xx: errors, requests } } },
      servers: servers.map(([server, text, check]) => ({ member: null, live: { row: { name: server, gauges: { queued: 0 }, state: { text, check, health: text.startsWith('DOWN') ? 'down' : 'up', admin: 'ready', weight: 1 } } } })),
    })),
  } as unknown as LiveView
}

const alert = (more: Partial<Alert> = {}): Alert => ({
  key: 'x', rule: 'share', pool: 'web', server: null, servers: [], traffic: null, severity: 'warning', sentence: '', evidence: [], at: null, causes: [], sinceMs: 10_000, mutedBy: null, waived: null, ...more,
})

/** Evidence about `web` after these polls, a second apart. */
function after(polls: readonly LiveView[], more: Partial<Alert> = {}): readonly string[] {
  const book = new EvidenceBook()
  for (const one of polls) book.note(one)
  return book.about(alert(more), polls.at(-1) as LiveView)
}

const quiet = 'Nothing waits in its queue.'
const calm = 'The balancer was not reloaded since watching began, 10 s before.'
const up = [['a', 'UP', 'L7OK'], ['b', 'UP', 'L7OK']] as const

const rows: readonly (readonly [string, readonly LiveView[], Partial<Alert>, readonly string[]])[] = [
  ['no errors anywhere', [view(0, { web: { errors: 0, requests: 50, servers: up }, api: { errors: 0, requests: 50 } })], {}, [calm, 'Hardly any answer is a 5xx, in this pool or another: the servers that are asked do their work.', 'Both servers can take requests.', quiet]],
  ['errors here only', [view(0, { web: { errors: 10, requests: 50 }, api: { errors: 0, requests: 50 } })], {}, [calm, 'Only this pool answers with 5xx (20 %); the others do not (0 %).', quiet]],
  ['errors everywhere', [view(0, { web: { errors: 10, requests: 50 }, api: { errors: 10, requests: 50 } })], {}, [calm, 'Other pools answer with 5xx as well (20 %; this one 20 %): it is not this pool alone.', quiet]],
  ['more errors here', [view(0, { web: { errors: 25, requests: 50 }, api: { errors: 1, requests: 50 } })], {}, [calm, 'This pool answers with 5xx more than others (50 %; the others 2.0 %).', quiet]],
  ['errors elsewhere', [view(0, { web: { errors: 0, requests: 50 }, api: { errors: 5, requests: 50 } })], {}, [calm, 'Other pools answer with 5xx (10 %); this one does not.', quiet]],
  ['a single pool', [view(0, { web: { errors: 5, requests: 50 } })], {}, [calm, '10 % of its answers are 5xx; no other pool has traffic to compare with.', quiet]],
  ['too few requests to say anything of errors', [view(0, { web: { errors: 1, requests: 2 } })], {}, [calm, quiet]],
  ['errors of more than a minute ago', [view(0, { web: { errors: 50, requests: 50 } }), view(70, { web: { errors: 0, requests: 50 } })], { sinceMs: 70_000 }, ['The balancer was not reloaded since watching began, 70 s before.', 'Hardly any answer is a 5xx, in this pool or another: the servers that are asked do their work.', quiet]],
  ['a reload shortly before', [view(0, { web: { errors: 0, requests: 0 } }), view(4, { web: { errors: 0, requests: 0 } }, true)], {}, ['The balancer was reloaded or restarted 6 s before this began.', quiet]],
  ['a reload long before', [view(0, { web: { errors: 0, requests: 0 } }, true)], { sinceMs: 700_000 }, ['The balancer was not reloaded in the 10 minutes before.', quiet]],
  ['a source that does not tell of reloads', [view(0, { web: { errors: 0, requests: 0 } }, false, false)], {}, ['Whether the balancer was reloaded is not known from this source.', quiet]],
  ['a source that tells of some restarts only', [view(0, { web: { errors: 0, requests: 0 } }), view(4, { web: { errors: 0, requests: 0 } }, true, false)], {}, ['The balancer was reloaded or restarted 6 s before this began.', quiet]],
  ['a reload after it began', [view(0, { web: { errors: 0, requests: 0 } }), view(20, { web: { errors: 0, requests: 0 } }, true)], {}, [calm, quiet]],
  ['one server', [view(0, { web: { errors: 0, requests: 0, servers: up } })], { servers: ['b'] }, [calm, 'Server b is UP; its check says L7OK.', quiet]],
  ['servers that are out, and a queue', [view(0, { web: { errors: 0, requests: 0, queued: 3, servers: [['a', 'UP', null], ['b', 'DOWN', 'L4CON']] } })], {}, [calm, '1 of 2 servers can take requests.', '3 requests wait in its queue.']],
  ['what the alert says itself', [view(0, { web: { errors: 0, requests: 0, queued: 3, servers: up } })], { rule: 'queue' }, [calm, 'Both servers can take requests.']],
  ['a rule that is about no traffic', [view(0, { web: { errors: 0, requests: 50 } })], { rule: 'drift' }, []],
]

for (const [name, polls, more, expected] of rows) test(`evidence: ${name}`, () => { assert.deepEqual(after(polls, more), expected) })

test('evidence: servers can take requests only where the source tells their states', () => {
  const log = view(0, { web: { errors: 0, requests: 0, servers: up } })
  assert.deepEqual(after([{ ...log, snapshot: { ...log.snapshot, fromTraffic: true } }]), [calm, quiet])
  assert.deepEqual(after([{ ...log, snapshot: { ...log.snapshot, fromTraffic: true } }], { servers: ['b'] }), [calm, quiet])
  const unknown = log.pools.map((pool) => ({ ...pool, servers: pool.servers.map((one) => ({ ...one, live: one.live === null ? null : { ...one.live, row: { ...one.live.row, state: { ...one.live.row.state, health: 'unknown' as const } } } })) }))
  assert.deepEqual(after([{ ...log, pools: unknown }]), [calm, quiet])
})

test('chance is told as a power of ten', () => {
  assert.deepEqual([1, 16, 18.5, 1e6].map(chanceWords), [
    'Chance that it is random: below 1 in 10.', 'Chance that it is random: below 1 in 1,000,000.', 'Chance that it is random: below 1 in 100,000,000.', 'Chance that it is random: practically none, below 1 in 1,000,000,000.',
  ])
})
