import fc from 'fast-check'
import type { Admin, Counters, Gauges, Health, LiveRow, LiveSnapshot, LogCoverage, OlderProcesses, ServerRow } from '#shared/live/snapshot.ts'
import type { RecordingHead } from '#shared/live/recording/entries.ts'

export const anyHead: RecordingHead = { source: '/run/haproxy.sock', product: 'HAProxy', version: '2.6.12', startedAt: '2026-11-20T14:03:07+01:00', intervalMs: 1000, writer: 'Steelyard test', note: '' }

/** Objects as the product makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>

const noMinusZero = (value: number): number => (Object.is(value, -0) ? 0 : value)
const count = fc.oneof(
  { weight: 8, arbitrary: fc.nat() }, { weight: 2, arbitrary: fc.maxSafeNat() }, { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n }) }, { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
)
const measure = fc.oneof({ weight: 6, arbitrary: fc.nat(1000) }, { weight: 1, arbitrary: fc.double() }, { weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.maxSafeInteger() })
/** Numbers that stand in descriptions, which are JSON. */
const written = fc.oneof(fc.nat(256), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }).map(noMinusZero))
const text = fc.string({ unit: 'binary', maxLength: 8 })
const textOrNull = fc.option(text)

/** Keys that may be missing. */
const maybe = <T extends object>(arbitrary: fc.Arbitrary<Partial<T>>): fc.Arbitrary<Partial<T>> => fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary })

/** Does not compile when rows gain something that recordings do not keep yet. */
type Kept<T> = { readonly [K in keyof Required<T>]: true }
export const keptOfRows: readonly [Kept<Counters>, Kept<Gauges>, Kept<ServerRow['state']>] = [
  {
    requests: true, connections: true, selections: true, bytesIn: true, bytesOut: true, status1xx: true, status2xx: true, status3xx: true, status4xx: true, status5xx: true, statusOther: true,
    failedConnections: true, failedResponses: true, denied: true, retries: true, redispatches: true, responseMsTotal: true, responsesTimed: true,
  },
  { sessions: true, queued: true, sessionLimit: true, responseMs: true },
  {
    text: true, health: true, admin: true, byAgent: true, inherited: true, weight: true, initialWeight: true, throttlePercent: true, backup: true, address: true, hostName: true, serviceRecord: true,
    check: true, checkDetail: true,
  },
]

const plainCounters = record<Omit<Counters, 'responseMsTotal' | 'responsesTimed'>>({
  requests: count, connections: count, selections: count, bytesIn: count, bytesOut: count, status1xx: count, status2xx: count, status3xx: count, status4xx: count, status5xx: count, statusOther: count,
  failedConnections: count, failedResponses: count, denied: count, retries: count, redispatches: count,
})
const counters: fc.Arbitrary<Counters> = fc.tuple(plainCounters, maybe<Counters>(record({ responseMsTotal: count })), maybe<Counters>(record({ responsesTimed: count }))).map((parts) => Object.assign({}, ...parts) as Counters)
const gauges: fc.Arbitrary<Gauges> = record({ sessions: measure, queued: measure, sessionLimit: measure, responseMs: measure })
const protocol = fc.constantFrom<'http' | 'tcp'>('http', 'tcp')
const state: fc.Arbitrary<ServerRow['state']> = record({
  text, health: fc.constantFrom<Health>('up', 'down', 'unchecked', 'unknown'), admin: fc.constantFrom<Admin>('ready', 'drain', 'weight-zero', 'maintenance', 'stopping', 'unresolved'), byAgent: fc.boolean(), inherited: fc.boolean(),
  weight: written, initialWeight: written, throttlePercent: written, backup: fc.boolean(), address: textOrNull, hostName: textOrNull, serviceRecord: textOrNull, check: textOrNull, checkDetail: textOrNull,
})
const plainRow: fc.Arbitrary<LiveRow> = fc.oneof(
  record({ kind: fc.constant('listener' as const), owner: text, protocol, counters, gauges }),
  record({ kind: fc.constant('pool' as const), owner: text, protocol, counters, gauges, algorithm: textOrNull, up: fc.boolean(), stateSeconds: measure }),
  record({ kind: fc.constant('server' as const), owner: text, protocol, counters, gauges, name: text, state }),
)
const row = fc.tuple(plainRow, fc.option(text, { nil: undefined })).map(([one, epoch]): LiveRow => (epoch === undefined ? one : { ...one, epoch }))
const time = fc.oneof(fc.nat(), fc.double({ noNaN: true }))
const plainSnapshot: fc.Arbitrary<LiveSnapshot> = record({
  product: text, version: textOrNull, taken: record({ monotonicMs: time, wallMs: time }), readMs: time.map(noMinusZero), bytes: fc.nat(), epoch: textOrNull, uptimeSeconds: fc.option(fc.oneof(fc.nat(), fc.double({ noNaN: true }))),
  stopping: fc.boolean(), rows: fc.array(row, { maxLength: 40 }),
})

const older: fc.Arbitrary<OlderProcesses> = record({
  processes: fc.array(record({ process: text, uptimeSeconds: fc.option(fc.nat()), sessions: fc.option(fc.nat()) }), { maxLength: 3 }), newestSessions: fc.option(fc.nat()), replacedSeconds: fc.option(fc.nat()),
})
const counted = fc.option(record({ atLeast: fc.nat(), atMost: fc.nat(), restarts: fc.nat() }), { nil: undefined })
const logged: fc.Arbitrary<LogCoverage> = fc.tuple(record({ lines: fc.nat(), unreadable: fc.nat() }), counted).map(([lines, one]) => (one === undefined ? lines : { ...lines, counted: one }))

const snapshot = fc.tuple(plainSnapshot, maybe<LiveSnapshot>(record({ generation: text })), maybe<LiveSnapshot>(record({ older, logged })), maybe<LiveSnapshot>(record({ fleet: record({ processes: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }), lost: fc.array(text, { maxLength: 3 }) }) })), maybe<LiveSnapshot>(record({ fromTraffic: fc.constant(true as const), notes: fc.array(text, { maxLength: 3 }) })))
  .map((parts) => Object.assign({}, ...parts) as LiveSnapshot)

/** What may become of a snapshot until the next poll; some of it happens to any balancer, some to none. */
const step: fc.Arbitrary<(before: LiveSnapshot) => LiveSnapshot> = fc.oneof(
  { weight: 6, arbitrary: record({ grow: fc.nat(300), stride: fc.integer({ min: 1, max: 5 }), ms: fc.nat(5000), load: measure }).map(({ grow, stride, ms, load }) => (before: LiveSnapshot): LiveSnapshot => ({
    ...before, taken: { monotonicMs: before.taken.monotonicMs + ms, wallMs: before.taken.wallMs + ms }, uptimeSeconds: before.uptimeSeconds === null ? null : before.uptimeSeconds + Math.round(ms / 1000),
    rows: before.rows.map((one, index) => (index % stride === 0 ? grown(one, grow, load) : one)),
  })) },
  { weight: 1, arbitrary: record({ at: fc.nat(), one: row }).map(({ at, one }) => (before: LiveSnapshot): LiveSnapshot => ({ ...before, rows: before.rows.map((old, index) => (index === at % before.rows.length ? one : old)) })) },
  { weight: 1, arbitrary: record({ at: fc.nat(), with: state }).map((change) => (before: LiveSnapshot): LiveSnapshot => ({ ...before, rows: before.rows.map((old, index) => (old.kind === 'server' && index === change.at % before.rows.length ? { ...old, state: change.with } : old)) })) },
  { weight: 1, arbitrary: snapshot.map((one) => () => one) },
)

function grown(row: LiveRow, by: number, load: number | null): LiveRow {
  const next = { ...row.counters } as Record<string, number | bigint | null>
  for (const [name, value] of Object.entries(next)) {
    if (typeof value === 'bigint') next[name] = value + BigInt(by)
    else if (value !== null && value + by <= Number.MAX_SAFE_INTEGER) next[name] = value + by
  }
  return { ...row, counters: next as unknown as Counters, gauges: { ...row.gauges, sessions: load } }
}

/** Polls of one source, one after another. */
export const anyPolls: fc.Arbitrary<readonly LiveSnapshot[]> = record({ first: snapshot, steps: fc.array(step, { maxLength: 90 }) })
  .map(({ first, steps }) => steps.reduce<LiveSnapshot[]>((polls, next) => [...polls, next(polls.at(-1) as LiveSnapshot)], [first]))
