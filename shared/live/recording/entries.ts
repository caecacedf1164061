import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { FileRole, TextEncodingName } from '#shared/text/source-file.ts'

/** Version of the file format. A reader refuses newer ones, and reads older ones; 2 added `facts`, 3 `fleet` and `zone`. */
export const recordingVersion = 3

/** What a recording says about itself before anything else. */
export interface RecordingHead {
  /** As it is shown; never holds a password. */
  readonly source: string
  readonly product: string
  /** Version of the balancer; null: it was not known when the recording began. */
  readonly version: string | null
  /** When it began, ISO 8601 with zone. */
  readonly startedAt: string
  /** Name of the zone, as in `Europe/Berlin`: its offset may change while it is recorded. Missing in older recordings. */
  readonly zone?: string | undefined
  /** How far apart polls are meant to be. */
  readonly intervalMs: number
  /** What made it, e.g. `Steelyard 0.1.0`. */
  readonly writer: string
  /** Anything a reader has to know about how it came to be; empty: nothing. */
  readonly note: string
}

export type ConfigRole = 'running' | 'known-good'

export interface RecordedFile {
  readonly path: string
  readonly role: FileRole
  readonly encoding: TextEncodingName
  /** Secrets are masked; the number of lines is that of the file. */
  readonly text: string
}

/** A config that polls are judged against from here on, with all it takes to compile it on another machine. */
export interface RecordedConfig {
  readonly role: ConfigRole
  /** SHA-256 over the files as they were, hex. */
  readonly hash: string
  readonly title: string
  readonly source: string
  readonly dialect: string
  readonly product: string
  readonly version: string
  /** Version it was asked to be read as; null: that of the dialect. */
  readonly readAs: string | null
  readonly environment: Readonly<Record<string, string>>
  /** Files that are there and could not be read. */
  readonly unread: readonly string[]
  readonly files: readonly RecordedFile[]
}

/** An alert as it was told. */
export interface RecordedAlert {
  readonly key: string
  readonly rule: string
  readonly pool: string | null
  readonly server: string | null
  readonly severity: 'critical' | 'warning' | 'info'
  readonly sentence: string
  /** One-based line of the config, with its text; null: no line is to blame. */
  readonly line: { readonly file: string; readonly line: number; readonly text: string } | null
}

/** Something that happened between polls. `gap`: polls are missing because they could not be recorded. */
export type RecordedEvent =
  | { readonly type: 'reload' | 'note' | 'gap'; readonly text: string }
  | { readonly type: 'alert-start' | 'alert-end'; readonly alert: RecordedAlert }

/** One thing after another, as it was recorded. Times are those of the wall clock of the machine that recorded. */
export type RecordedEntry =
  | { readonly kind: 'poll'; readonly snapshot: LiveSnapshot }
  | { readonly kind: 'miss'; readonly failure: Failure; readonly wallMs: number }
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly wallMs: number }
  | { readonly kind: 'config'; readonly config: RecordedConfig; readonly wallMs: number }

/** A place of a recording that cannot be read. What stands before and after it is there. */
export interface RecordingProblem {
  /** Where in the file. */
  readonly byte: number
  readonly message: string
}
