import type { Failure } from '#shared/diagnostics/failure.ts'
import type { CountedRequests, LiveSnapshot } from '#shared/live/snapshot.ts'
import type { SnapshotReader } from './poller.ts'

interface Reading {
  readonly monotonicMs: number
  readonly requests: number
  /** Connections and requests that are open: what was counted is not in the log before it ends. */
  readonly open: number
}

const keptMs = 600_000

/** What a balancer itself counts, asked beside its log, so that both can be compared at one time. */
export class OwnCount {
  readonly #read: SnapshotReader
  readonly #isOwnRequest: boolean
  #readings: Reading[] = []
  #process: string | null = null
  #asked = 0
  #restarts = 0

  /** `isOwnRequest`: each question is a request that the balancer counts as well. */
  constructor(read: SnapshotReader, isOwnRequest: boolean) {
    this.#read = read
    this.#isOwnRequest = isOwnRequest
  }

  /** Null: it was counted. */
  async ask(limitMs: number, limitBytes: number): Promise<Failure | null> {
    this.#asked += 1
    const answer = await this.#read(limitMs, limitBytes)
    if (!answer.ok) return answer.failure
    const { taken, epoch, rows } = answer.value
    const counted = requestsOf(answer.value) - (this.#isOwnRequest ? this.#asked : 0)
    const last = this.#readings.at(-1)
    if (last !== undefined && (epoch !== this.#process || counted < last.requests)) {
      this.#restarts += 1
      this.#readings = []
    }
    this.#process = epoch
    this.#readings.push({ monotonicMs: taken.monotonicMs, requests: counted, open: rows.reduce((sum, row) => sum + (row.kind === 'server' ? 0 : row.gauges.sessions ?? 0), 0) })
    this.#readings = this.#readings.filter((one) => one.monotonicMs >= taken.monotonicMs - keptMs)
    return null
  }

  /** Requests up to a time, of which those of the last `lateMs` may not be in the log yet; null: it was not asked around that time. */
  at(monotonicMs: number, lateMs: number): CountedRequests | null {
    const before = this.#readings.findLast((one) => one.monotonicMs <= monotonicMs - lateMs)
    const after = this.#readings.find((one) => one.monotonicMs >= monotonicMs)
    return before === undefined || after === undefined ? null : { atLeast: Math.max(0, before.requests - before.open), atMost: after.requests, restarts: this.#restarts }
  }
}

/** Requests that came in, and connections where nothing else is counted. */
function requestsOf({ rows }: LiveSnapshot): number {
  return rows.reduce((sum, row) => sum + (row.kind === 'listener' ? Number(row.counters.requests ?? row.counters.connections ?? 0) : 0), 0)
}
