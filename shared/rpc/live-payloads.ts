import type { ConfigSummary } from './payloads.ts'

/** A balancer that is watched, or a recording that was opened. */
export interface LiveSessionInfo {
  readonly sessionId: string
  readonly kind: 'live' | 'recording'
  /** Address of the source, or name of the recording; never holds a password. */
  readonly title: string
  readonly product: string
  /** What answers there, for people: `stats socket`. */
  readonly surface: string
  readonly intervalMs: number
  /** Config that is taken for the running one, and the last known good one. */
  readonly running: ConfigSummary | null
  readonly knownGood: ConfigSummary | null
  /** What could not be read or written, as sentences: a config after a reload, parts of a recording. */
  readonly problems: readonly string[]
  /** What to know of the source: that its address could change the balancer, that asking it costs. Sentences. */
  readonly cautions: readonly string[]
  /** What is missing of the time before watching began, as a sentence; null: nothing that the source keeps. */
  readonly pastProblem: string | null
  /** The file that is being written; null: nothing is recorded. */
  readonly recording: { readonly path: string; readonly bytes: number; readonly seconds: number; readonly problem: string | null } | null
  /** Time that is kept, wall clock in milliseconds; null: nothing came yet. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | null
}

/** Something that happened while a balancer was watched. `endMs` null: it goes on, or has no length. */
export interface TimelineMark {
  readonly id: string
  readonly kind: 'reload' | 'config' | 'alert' | 'miss' | 'note'
  readonly severity: 'critical' | 'warning' | 'info'
  readonly atMs: number
  readonly endMs: number | null
  readonly text: string
  /** Of an alert: its key. */
  readonly key: string | null
}
