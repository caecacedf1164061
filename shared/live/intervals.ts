import { growth, growthOf, hasShrunk, smoothRate, type Interval, type Reading } from './counter.ts'
import { RestartSigns, type ProcessSeen } from './restart-signs.ts'
import { countsTries, rowKey, type CounterName, type Counters, type LiveRow, type LiveSnapshot, type PollTime } from './snapshot.ts'

/** A row and what happened in it since the poll before. */
export interface RatedRow {
  readonly row: LiveRow
  /** Null: there is no poll before that has this row. */
  readonly interval: RowInterval | null
}

export interface RowInterval extends Omit<Interval, 'delta' | 'leastDelta' | 'rate'> {
  /** Growth of each counter; null where the source has none, and all null after a reset. Connections without tries that were made again. */
  readonly deltas: Readonly<Record<CounterName, number | null>>
  /** Requests at the least (connections where there are no requests), also after a reset. */
  readonly leastUnits: number | null
}

interface Kept {
  readonly counters: Counters
  readonly reading: Reading
  readonly usualRate: number | null
}

const counterNames: readonly CounterName[] = [
  'requests', 'connections', 'selections', 'bytesIn', 'bytesOut', 'status1xx', 'status2xx', 'status3xx', 'status4xx', 'status5xx', 'statusOther',
  'failedConnections', 'failedResponses', 'denied', 'retries', 'redispatches', 'responseMsTotal', 'responsesTimed',
]

/**
 * Turns polls of one source into intervals, row by row: products with shared counters keep some rows over a reload and
 * start others again.
 */
export class IntervalTracker {
  readonly #nominalMs: number
  readonly #kept = new Map<string, Kept>()
  readonly #signs = new RestartSigns()
  #taken: PollTime | null = null
  #seen: ProcessSeen = { epoch: '', process: '', restarted: false, isOpen: false }

  constructor(nominalMs: number) {
    this.#nominalMs = nominalMs
  }

  /** What the last poll told of the process that counts. */
  get seen(): ProcessSeen {
    return this.#seen
  }

  /** Rows in the order of the snapshot. A poll that failed is simply not added: the next interval is longer. */
  add(snapshot: LiveSnapshot): readonly RatedRow[] {
    this.#seen = this.#signs.add(snapshot)
    const { epoch } = this.#seen
    // What got traffic for the first time had none before.
    const started = snapshot.fromTraffic === true ? this.#taken : null
    this.#taken = snapshot.taken
    const seen = new Set<string>()
    const rated = snapshot.rows.map((row): RatedRow => {
      const key = rowKey(row)
      seen.add(key)
      const before = this.#kept.get(key) ?? (started === null ? undefined : fromNothing(row, started, epoch))
      const { requests, connections, selections } = row.counters
      const since = row.epoch === undefined ? { epoch, uptimeSeconds: snapshot.uptimeSeconds } : { epoch: row.epoch, uptimeSeconds: null }
      const reading: Reading = { ...snapshot.taken, ...since, value: requests ?? connections ?? selections ?? 0 }
      const grown = before === undefined ? null : growthOf(before.reading, reading, before.usualRate, this.#nominalMs)
      const interval = before === undefined || grown === null ? null : toRowInterval(before.counters, row, grown)
      const rate = interval !== null && !interval.marks.includes('reset') && !interval.marks.includes('wide') ? grown?.rate ?? null : null
      const usual = before?.usualRate ?? null
      this.#kept.set(key, { counters: row.counters, reading, usualRate: rate === null ? usual : smoothRate(usual, rate) })
      return { row: withMean(row, interval), interval }
    })
    for (const key of this.#kept.keys()) if (!seen.has(key)) this.#kept.delete(key)
    return rated
  }
}

function fromNothing({ counters }: LiveRow, taken: PollTime, epoch: string): Kept {
  const none = Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, value === null ? null : 0])) as unknown as Counters
  return { counters: none, reading: { ...taken, epoch, uptimeSeconds: null, value: 0 }, usualRate: null }
}

function toRowInterval(before: Counters, row: LiveRow, grown: Interval): RowInterval {
  const after = row.counters
  // One counter that shrank tells of the whole row: a row starts again as one.
  const reset = grown.delta === null || counterNames.some((name) => hasShrunk(before[name] ?? null, after[name] ?? null))
  const deltas = {} as Record<CounterName, number | null>
  for (const name of counterNames) {
    const from = before[name] ?? null
    const to = after[name] ?? null
    deltas[name] = reset || from === null || to === null ? null : growth(from, to)
  }
  // Only the difference may be taken of an interval: a try is counted when it begins, and that it failed when it ends.
  if (row.kind === 'server' && countsTries(row) && deltas.connections !== null) deltas.connections = Math.max(0, deltas.connections - (deltas.retries ?? 0) - (deltas.redispatches ?? 0))
  const marks = reset && !grown.marks.includes('reset') ? [...grown.marks.filter((mark) => mark === 'clock'), 'reset' as const] : grown.marks
  return { durationMs: grown.durationMs, marks, deltas, leastUnits: grown.leastDelta }
}

/** With the mean response time of the interval, where the source has a sum of them and no mean of its own. */
function withMean<R extends LiveRow>(row: R, interval: RowInterval | null): R {
  const total = interval?.deltas.responseMsTotal ?? null
  const timed = interval?.deltas.responsesTimed ?? null
  return row.gauges.responseMs !== null || total === null || timed === null || timed === 0 ? row : { ...row, gauges: { ...row.gauges, responseMs: Math.round(total / timed * 100) / 100 } }
}
