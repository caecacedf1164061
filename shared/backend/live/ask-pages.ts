import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { HttpSource, LiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LiveAnswer, LivePort } from '#shared/backend/live-ports.ts'

/** Several pages of one source, asked at once; all of them, or the first failure. `accept`: of all. */
export async function askPages(port: LivePort, source: HttpSource, paths: readonly string[], accept: string, limitMs: number, limitBytes: number): Promise<Result<readonly LiveAnswer[]>> {
  const answers = await Promise.all(paths.map((path) => port.ask(source, { kind: 'get', path, accept }, limitMs, limitBytes)))
  const read: LiveAnswer[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    read.push(answer.value)
  }
  return ok(read)
}

/** The cost of all pages together, and the time at which the last one was read. */
export function costOf(answers: readonly LiveAnswer[]): Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'> {
  const last = answers.reduce((latest, one) => (one.taken.monotonicMs > latest.taken.monotonicMs ? one : latest))
  return { taken: last.taken, readMs: Math.max(...answers.map((one) => one.readMs)), bytes: answers.reduce((sum, one) => sum + one.bytes, 0) }
}

/** A snapshot, or the sentence that says why there is none, begun with the source. */
export function snapshotOr(source: Pick<LiveSource, 'title'>, read: LiveSnapshot | string | null, otherwise = ''): Result<LiveSnapshot> {
  if (read === null || typeof read === 'string') return failed('bad-answer', `${source.title} ${read === null ? otherwise : `gave no statistics: ${read}`}`)
  return read.rows.length === 0 ? failed('bad-answer', `${source.title} gave statistics without a single row.`) : ok(read)
}
