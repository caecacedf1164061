import type { LiveView } from '#shared/live/live-watch.ts'
import type { LoggedClients } from '#shared/live/snapshot.ts'

const recentMs = 60_000
const usualMs = 600_000
/** At first every client is new. */
const settledMs = 300_000
const leastRecent = 20
const leastUsual = 100
/** From so many times the usual part, and so much above it, new clients are worth a word. */
const clearlyTimes = 2
const clearlyMore = 0.1

interface Reading extends LoggedClients {
  readonly monotonicMs: number
}

/** Whether requests come from client addresses that were not seen before, where a log tells them. */
export class NewClients {
  #readings: Reading[] = []
  #firstMs: number | null = null

  /** Every poll. */
  note({ snapshot }: LiveView): void {
    const clients = snapshot.logged?.clients
    const { monotonicMs } = snapshot.taken
    if (clients === undefined) {
      this.#readings = []
      return
    }
    this.#firstMs ??= monotonicMs
    if (monotonicMs - this.#firstMs >= settledMs) this.#readings.push({ ...clients, monotonicMs })
    this.#readings = this.#readings.filter((one) => one.monotonicMs >= monotonicMs - usualMs - recentMs)
  }

  /** One sentence; empty: nothing is known, or too little. */
  words(): readonly string[] {
    const now = this.#readings.at(-1)
    const [first] = this.#readings
    const border = now === undefined ? undefined : this.#readings.findLast((one) => one.monotonicMs <= now.monotonicMs - recentMs)
    if (now === undefined || first === undefined || border === undefined) return []
    const recent = between(border, now)
    const usual = between(first, border)
    if (recent.requests < leastRecent || usual.requests < leastUsual) return []
    const [part, usualPart] = [recent.fromFresh / recent.requests, usual.fromFresh / usual.requests]
    const words = `${percent(part)} of the requests of the last minute come from client addresses that were not seen before`
    if (part >= clearlyTimes * usualPart && part >= usualPart + clearlyMore) return [`${words} (${recent.fresh} of them new); usual are ${percent(usualPart)}.`]
    return [`${words}; usual are ${percent(usualPart)}: it is not new clients.`]
  }
}

function between(from: LoggedClients, to: LoggedClients): LoggedClients {
  return { requests: to.requests - from.requests, fresh: to.fresh - from.fresh, fromFresh: to.fromFresh - from.fromFresh }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`
}
