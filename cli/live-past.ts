import type { Poller } from '#shared/backend/live/poller.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { Parsed } from '#cli/args.ts'
import { InputError, UsageError, type Io } from '#cli/io.ts'

/** The source with the token that an environment variable holds; the token itself stands on no command line and in no output. */
export function withToken(source: LiveSource, variable: string | null, io: Io): LiveSource {
  if (variable === null) return source
  if (source.kind !== 'http') throw new UsageError('--token-from is for sources at an http or https address.')
  const token = io.environment[variable]?.trim() ?? ''
  if (!/^[\u0021-\u007e]+$/.test(token)) throw new UsageError(`The environment variable ${variable} holds no token.`)
  return { ...source, token }
}

/** Without --since: enough for rates at once. */
const usualPastMs = 120_000
const longestPastMs = 7 * 24 * 3_600_000
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function durationOf(written: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(written)
  const ms = match === null ? 0 : Number(match[1]) * (units[match[2] as string] as number)
  if (ms === 0 || ms > longestPastMs) throw new UsageError(`--since takes a time like 90s, 30m or 6h, at most 7d; "${written}" is not one.`)
  return ms
}

/** What a source knew when the watching began. */
export interface Past {
  readonly before: readonly LiveSnapshot[]
  readonly newest: LiveSnapshot
}

/**
 * The newest scrape and what was before it, in steps of whole scrapes; null: the source keeps no past.
 *
 * Errors: a source that cannot be asked ends the command.
 */
export async function readPast(poller: Poller, source: LiveSource, args: Parsed, intervalMs: number): Promise<Past | null> {
  const since = args.value('since')
  const pastMs = since === null ? usualPastMs : durationOf(since)
  if (source.surface !== 'prometheus') {
    if (since !== null) throw new UsageError('--since is for a Prometheus server: other sources keep no past.')
    return null
  }
  const newest = await poller.poll()
  if (!newest.ok) throw new InputError(newest.failure.message)
  const scrapeMs = poller.sourceIntervalMs
  if (scrapeMs === null) return { before: [], newest: newest.value }
  const stepMs = Math.ceil(Math.max(intervalMs, scrapeMs) / scrapeMs) * scrapeMs
  const before = await poller.history(Math.max(pastMs, 2 * stepMs), newest.value.taken.wallMs - stepMs, stepMs)
  if (!before.ok) throw new InputError(before.failure.message)
  return { before: before.value, newest: newest.value }
}
