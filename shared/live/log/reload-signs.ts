import type { LoggedRequest } from './logged-request.ts'

const leastLines = 20
const leastMs = 2000
/** Where the new workers may have been there all the time: what used to write is idle for longer only where few clients keep their connections. */
const doubtfulMs = 30_000
/** Workers of one start have numbers next to each other. */
const sameStart = 64
const mostRetired = 256

/**
 * Tells a reload from the workers that write: all of them are replaced by new ones. One worker that is new beside those
 * that were known is no reload, and none that wrote before is new.
 *
 * Method: workers that are idle cannot be told from workers that are gone. So new ones whose numbers may be from the same
 * start have to stay alone for longer, unless several workers fell silent together and several new ones took over. Lines
 * without a time are those of HAProxy, where one process at a time takes requests.
 */
export class ReloadSigns {
  /** By worker, when it wrote last. */
  readonly #known = new Map<string, number | null>()
  readonly #fresh = new Set<string>()
  /** Workers that a reload replaced, as it seemed, and how many lines they wrote since then. */
  readonly #retired = new Map<string, number>()
  #freshLines = 0
  #lastKnownMs: number | null = null
  #generation = 0

  /** Changes with a reload; null: the log does not name its workers. */
  get generation(): string | null {
    return this.#known.size === 0 ? null : `#${this.#generation}`
  }

  add({ process, atMs }: Pick<LoggedRequest, 'process' | 'atMs'>): void {
    if (process === null) return
    if (this.#known.size === 0 || this.#known.has(process) || this.#isBack(process)) {
      this.#known.set(process, atMs)
      for (const one of this.#fresh) this.#known.set(one, atMs)
      this.#fresh.clear()
      this.#freshLines = 0
      this.#lastKnownMs = atMs
      return
    }
    if (this.#retired.has(process)) return
    this.#fresh.add(process)
    this.#freshLines += 1
    const silentMs = atMs === null || this.#lastKnownMs === null ? null : atMs - this.#lastKnownMs
    if (this.#freshLines < leastLines || (silentMs !== null && silentMs < (this.#isDoubtful() ? doubtfulMs : leastMs))) return
    for (const one of this.#known.keys()) this.#retired.set(one, 0)
    for (const one of this.#retired.keys()) if (this.#retired.size > mostRetired) this.#retired.delete(one)
    this.#known.clear()
    for (const one of this.#fresh) this.#known.set(one, atMs)
    this.#fresh.clear()
    this.#freshLines = 0
    this.#lastKnownMs = atMs
    this.#generation += 1
  }

  /** One that was taken for replaced writes more than what was under way. */
  #isBack(process: string): boolean {
    const lines = this.#retired.get(process)
    if (lines === undefined) return false
    if (lines + 1 >= leastLines) return this.#retired.delete(process)
    this.#retired.set(process, lines + 1)
    return false
  }

  #isDoubtful(): boolean {
    const last = this.#lastKnownMs
    const together = [...this.#known.values()].filter((ms) => ms === null || last === null || last - ms < leastMs).length
    if (together > 1 && this.#fresh.size > 1) return false
    const known = [...this.#known.keys()].map(Number)
    return [...this.#fresh].some((one) => known.some((other) => Math.abs(Number(one) - other) <= sameStart))
  }
}
