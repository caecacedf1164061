import type { LiveView } from '#shared/live/live-watch.ts'
import type { LoggedClients } from '#shared/live/snapshot.ts'
import { percentText } from './percent-text.ts'

/** Around the moment when an alert began, and the time before that which counts as usual. */
const aroundMs = 60_000
const usualMs = 600_000
/** At first every client is new. */
const settledMs = 300_000
/** Alerts that began longer ago than this are not told about any more: what was usual then is forgotten. */
const keptMs = 3_600_000
const leastAround = 20
const leastUsual = 100
/** From so many times the usual part, and so much above it, new clients are worth a word. */
const clearlyTimes = 2
const clearlyMore = 0.1

interface Reading extends LoggedClients {
  readonly monotonicMs: number
  readonly wallMs: number
}

/** Whether requests came from client addresses that were not seen before when an alert began, where a log tells them. */
export class NewClients {
  #readings: Reading[] = []
  #firstMs: number | null = null

  /** Every poll. */
  note({ snapshot }: LiveView): void {
    const clients = snapshot.logged?.clients
    const { monotonicMs, wallMs } = snapshot.taken
    if (clients === undefined) {
      this.#readings = []
      return
    }
    this.#firstMs ??= monotonicMs
    if (monotonicMs - this.#firstMs >= settledMs) this.#readings.push({ ...clients, monotonicMs, wallMs })
    if (this.#readings[0] !== undefined && this.#readings[0].monotonicMs < monotonicMs - keptMs) this.#readings.shift()
  }

  /**
   * One sentence; empty: nothing is known, or too little. `sinceMs`: when the alert began, on the wall clock. Clients that came
   * with it count as new however long it lasts, so it is told by the minute around its beginning and never by later ones.
   */
  words(sinceMs: number): readonly string[] {
    const end = this.#readings.findLast((one) => one.wallMs <= sinceMs + aroundMs / 2)
    const border = end === undefined ? undefined : this.#readings.findLast((one) => one.monotonicMs <= end.monotonicMs - aroundMs)
    const first = border === undefined ? undefined : this.#readings.find((one) => one.monotonicMs >= border.monotonicMs - usualMs)
    if (end === undefined || border === undefined || first === undefined || end.wallMs < sinceMs) return []
    const around = between(border, end)
    const usual = between(first, border)
    if (around.requests < leastAround || usual.requests < leastUsual) return []
    const [part, usualPart] = [around.fromNew / around.requests, usual.fromNew / usual.requests]
    const words = `When this began, ${percentText(part)} of the requests came from client addresses first seen within a minute before`
    if (part >= clearlyTimes * usualPart && part >= usualPart + clearlyMore) return [`${words} (${around.addresses} new addresses); usual are ${percentText(usualPart)}.`]
    return [`${words}; usual are ${percentText(usualPart)}: it did not come with new addresses.`]
  }
}

function between(from: LoggedClients, to: LoggedClients): LoggedClients {
  return { requests: to.requests - from.requests, addresses: to.addresses - from.addresses, fromNew: to.fromNew - from.fromNew }
}
