import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { RecordingDecoder } from './decoder.ts'
import type { RecordedConfig, RecordedEntry, RecordingHead, RecordingProblem } from './entries.ts'

/** A recording in memory. Long ones are read piece by piece with `RecordingDecoder` instead. */
export interface Recording {
  readonly head: RecordingHead
  /** The config entries among `entries`, in their order. */
  readonly configs: readonly RecordedConfig[]
  readonly entries: readonly RecordedEntry[]
  readonly problems: readonly RecordingProblem[]
}

/** Reads a whole recording. Errors: what is no recording, or was made by a newer version. What is damaged is a problem, and the rest is there. */
export function readRecording(bytes: Uint8Array): Result<Recording> {
  const decoder = new RecordingDecoder()
  const entries = [...decoder.take(bytes), ...decoder.end()]
  if (decoder.failure !== null || decoder.head === null) return { ok: false, failure: decoder.failure ?? { code: 'bad-answer', message: 'The file is no recording.' } }
  return ok({ head: decoder.head, configs: entries.flatMap((entry) => (entry.kind === 'config' ? [entry.config] : [])), entries, problems: decoder.problems })
}
