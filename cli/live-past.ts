import { readPast, type Past } from '#shared/backend/live/past.ts'
import type { Poller } from '#shared/backend/live/poller.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
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
/** Of answers: who asks for days waits for them, and can interrupt it. */
const mostPastBytes = 4 * 1024 * 1024 * 1024
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function durationOf(written: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(written)
  const ms = match === null ? 0 : Number(match[1]) * (units[match[2] as string] as number)
  if (ms === 0 || ms > longestPastMs) throw new UsageError(`--since takes a time like 90s, 30m or 6h, at most 7d; "${written}" is not one.`)
  return ms
}

/**
 * The newest scrape and what was before it; null: the source keeps no past.
 *
 * Errors: a source that cannot be asked ends the command.
 */
export async function pastOf(poller: Poller, source: LiveSource, args: Parsed, intervalMs: number): Promise<Past | null> {
  const since = args.value('since')
  const pastMs = since === null ? usualPastMs : durationOf(since)
  if (source.surface !== 'prometheus') {
    if (since !== null) throw new UsageError('--since is for a Prometheus server: other sources keep no past.')
    return null
  }
  const past = await readPast(poller, pastMs, intervalMs, mostPastBytes)
  if (!past.ok) throw new InputError(past.failure.message)
  return past.value
}
