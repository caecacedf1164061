import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { splitAnswers, type SocketAnswers } from '#shared/live/haproxy/reads.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LivePort } from '#shared/backend/ports.ts'

const answerLimitBytes = 64 * 1024 * 1024
const longestPollMs = 2000
const shortestPollMs = 1000
const longestPauseMs = 60_000

/**
 * Polls one HAProxy, one question at a time. Takes only whole answers, and pauses longer and longer while there are
 * none, so that a balancer in trouble is not asked more.
 */
export class HaproxyPoller {
  readonly #port: LivePort
  readonly #source: LiveSource
  readonly #intervalMs: number
  #failures = 0
  #last: { readonly epoch: string | null; readonly rows: number } | null = null

  constructor(port: LivePort, source: LiveSource, intervalMs: number) {
    this.#port = port
    this.#source = source
    this.#intervalMs = intervalMs
  }

  /** Time to wait before the next poll. `draw`: 0–1, so that many watchers do not ask in step. */
  pauseMs(draw: number): number {
    const pause = Math.min(longestPauseMs, this.#intervalMs * 2 ** Math.min(this.#failures, 10))
    return Math.max(this.#intervalMs, pause) * (0.95 + 0.1 * draw)
  }

  async poll(): Promise<Result<LiveSnapshot>> {
    const first = await this.#ask()
    // Half of the rows gone under the same process is more likely an answer cut short than the truth: one more look.
    const cut = first.ok && this.#last !== null && first.value.epoch === this.#last.epoch && first.value.rows.length * 2 < this.#last.rows
    const result = cut ? await this.#ask() : first
    if (result.ok) {
      this.#failures = 0
      this.#last = { epoch: result.value.epoch, rows: result.value.rows.length }
    } else this.#failures += 1
    return result
  }

  async #ask(): Promise<Result<LiveSnapshot>> {
    const limitMs = Math.max(shortestPollMs, Math.min(longestPollMs, this.#intervalMs / 2))
    const answer = await this.#port.ask(this.#source, limitMs, answerLimitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const parts: SocketAnswers | null = this.#source.kind === 'http' ? { info: null, stat: text, serversState: null } : splitAnswers(text)
    if (parts === null) return failed('bad-answer', `${this.#source.title} closed the connection within its answer.`)
    const stat = parseStatCsv(parts.stat)
    if (!stat.ok) return failed(stat.failure.code, `${this.#source.title} gave no statistics. ${stat.failure.message}`)
    if (stat.value.rows.length === 0) return failed('bad-answer', `${this.#source.title} gave statistics without a single row.`)
    return ok(toHaproxySnapshot({ ...parts, stat: stat.value }, poll))
  }
}
