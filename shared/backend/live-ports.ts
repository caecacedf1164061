import type { Result } from '#shared/diagnostics/failure.ts'
import type { Webhook } from '#shared/live/alerts/webhook.ts'
import type { FileSource, LiveSource } from '#shared/live/live-source.ts'
import type { LiveRequest } from '#shared/live/reads.ts'
import type { PollTime } from '#shared/live/snapshot.ts'

/** What a running balancer answered, and what it took. */
export interface LiveAnswer {
  readonly text: string
  readonly bytes: number
  readonly readMs: number
  readonly taken: PollTime
  /** Number of the page that comes next, where an answer has several and says so. */
  readonly nextPage?: number
}

/** What was read of a log since the time before. */
export interface TailRead {
  readonly bytes: number
  /** Still to be read: the time or the bytes that were allowed are used up. */
  readonly behindBytes: number
  /** Lines too long to be kept. */
  readonly dropped: number
  /** The file was emptied in place; lines written just before may never have been read. */
  readonly emptied: boolean
  /** The file is gone, and no other stands in its place yet. */
  readonly missing: boolean
  readonly readMs: number
  readonly taken: PollTime
}

/** A log that is read on as it grows, over renames and files that are emptied in place. */
export interface LogTail {
  /**
   * Hands over every whole line that was written since the time before, in its order. The first time it begins near
   * the end; those lines are `earlier`: they were written before.
   *
   * Errors: `not-found`, `not-permitted`, `not-a-file`, `not-text`, `io`, each a sentence that names the file.
   */
  readonly read: (take: (line: string, earlier: boolean) => void, limitMs: number, limitBytes: number) => Promise<Result<TailRead>>
  readonly close: () => Promise<void>
}

/** Asks running balancers for their statistics. Sends nothing but what `shared/live/reads.ts` allows. */
export interface LivePort {
  /** One connection, one question. `limitMs` and `limitBytes`: for all of it. */
  readonly ask: (source: LiveSource, request: LiveRequest, limitMs: number, limitBytes: number) => Promise<Result<LiveAnswer>>
  /** Only regular files are opened, and only to be read. */
  readonly tail: (source: FileSource) => LogTail
}

/** A recording that is being written: it only ever grows. */
export interface RecordingFile {
  /** Bytes that stand in the file. */
  readonly length: number
  /** All of it or nothing. The bytes are not looked at afterwards. `not-found`: somebody removed the file. */
  readonly append: (bytes: Uint8Array) => Promise<Result<null>>
  /** What was appended is on disk. */
  readonly sync: () => Promise<Result<null>>
  readonly close: () => Promise<void>
}

/** A recording that is read. `pieces`: so many bytes from there on, in the order of the places, fewer at the end of the file; they are read at once, and stand until the next call. */
export interface RecordingSource {
  readonly size: number
  readonly pieces: (places: readonly (readonly [at: number, length: number])[]) => Result<readonly Uint8Array[]>
  readonly close: () => void
}

/** Files of recordings. */
export interface RecordingPort {
  /** A new file that only its owner may read; `exists` when there is one of that name. */
  readonly create: (path: string) => Promise<Result<RecordingFile>>
  readonly open: (path: string) => Promise<Result<RecordingSource>>
}

/** Posts alerts. */
export interface WebhookPort {
  /** One request, no redirect is followed. A failure names the host and never the path, which may be a secret. */
  readonly post: (webhook: Webhook, body: string, limitMs: number) => Promise<Result<null>>
}
