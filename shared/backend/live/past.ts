import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { Poller } from './poller.ts'

/** What a source knew when the watching began. */
export interface Past {
  /** Oldest first; empty where the source keeps no past. */
  readonly before: readonly LiveSnapshot[]
  readonly newest: LiveSnapshot
}

/**
 * The first poll, and where the source is a server that keeps what it scraped, what was before it, in steps of whole
 * scrapes. `pastMs`: how far back.
 */
export async function readPast(poller: Poller, pastMs: number, intervalMs: number): Promise<Result<Past>> {
  const newest = await poller.poll()
  if (!newest.ok) return newest
  const scrapeMs = poller.sourceIntervalMs
  if (scrapeMs === null) return ok({ before: [], newest: newest.value })
  const stepMs = Math.ceil(Math.max(intervalMs, scrapeMs) / scrapeMs) * scrapeMs
  const before = await poller.history(Math.max(pastMs, 2 * stepMs), newest.value.taken.wallMs - stepMs, stepMs)
  return before.ok ? ok({ before: before.value, newest: newest.value }) : before
}
