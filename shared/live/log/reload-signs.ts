import type { LoggedRequest } from './logged-request.ts'

const leastLines = 20
const leastMs = 2000

/**
 * Tells a reload from the workers that write: all of them are replaced by new ones. One worker that is new beside those
 * that were known is no reload.
 */
export class ReloadSigns {
  #known = new Set<string>()
  #fresh = new Set<string>()
  #freshLines = 0
  #lastKnownMs: number | null = null
  #generation = 0

  /** Changes with a reload; null: the log does not name its workers. */
  get generation(): string | null {
    return this.#known.size === 0 ? null : `#${this.#generation}`
  }

  add({ process, atMs }: Pick<LoggedRequest, 'process' | 'atMs'>): void {
    if (process === null) return
    if (this.#known.size === 0 || this.#known.has(process)) {
      this.#known.add(process)
      if (this.#fresh.size > 0) this.#known = new Set([...this.#known, ...this.#fresh])
      this.#fresh.clear()
      this.#freshLines = 0
      this.#lastKnownMs = atMs
      return
    }
    this.#fresh.add(process)
    this.#freshLines += 1
    if (this.#freshLines < leastLines || (atMs !== null && this.#lastKnownMs !== null && atMs - this.#lastKnownMs < leastMs)) return
    this.#known = this.#fresh
    this.#fresh = new Set()
    this.#freshLines = 0
    this.#lastKnownMs = atMs
    this.#generation += 1
  }
}
