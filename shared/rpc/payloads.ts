import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence, Table } from '#shared/presentation/presentation.ts'
import type { BehaviourDiff, RequestClass } from '#shared/analyses/behaviour-diff/answer.ts'
import type { RouteAnswer } from '#shared/analyses/route/answer.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { Span } from '#shared/text/span.ts'
import type { Scene } from '#shared/layout/scene.ts'
import type { Drawing } from '#shared/render/drawing.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { FileRole, TextEncodingName } from '#shared/text/source-file.ts'
import type { WrittenLimits } from './recording-limits.ts'

/** Where a config comes from. */
export type ConfigInput =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'git'; readonly ref: string; readonly path: string }
  | { readonly kind: 'known-good'; readonly source: string }
  | { readonly kind: 'snapshot'; readonly snapshotId: string }
  /** Dropped or pasted: contents travel as base64, so that odd encodings reach the decoder untouched. */
  | { readonly kind: 'files'; readonly title: string; readonly files: readonly { readonly path: string; readonly base64: string }[] }
  /** `product`: whose config the incident is shown on; absent: HAProxy. */
  | { readonly kind: 'sample'; readonly side: 'before' | 'after'; readonly product?: 'haproxy' | 'nginx' | undefined }

export interface LoadOptions {
  readonly dialect: string | null
  /** Folder under which absolute include, map and list paths are looked up first. */
  readonly root: string | null
  readonly environment: Readonly<Record<string, string>>
  readonly version: string | null
}

export interface LoadedFile {
  readonly path: string
  readonly role: FileRole
  readonly encoding: TextEncodingName
  readonly bytes: number
  readonly lineCount: number
}

/** What one load found. `configId` is derived from contents and options: the same input gives the same id. */
export interface ConfigSummary {
  readonly configId: string
  readonly title: string
  /** Name under which history keeps it; e.g. the absolute path, or the title of dropped files. */
  readonly source: string
  readonly input: ConfigInput
  readonly dialect: string
  readonly product: string
  readonly version: string
  /** `detected` with the confidence, or `given`. */
  readonly dialectBy: 'detected' | 'given'
  readonly files: readonly LoadedFile[]
  /** SHA-256 over files in load order, hex. */
  readonly hash: string
  readonly counts: { readonly listeners: number; readonly rules: number; readonly pools: number; readonly servers: number; readonly gaps: number }
  /** From reading, parsing and compiling; checks come separately. */
  readonly diagnostics: readonly Diagnostic[]
  /** True when files on disk can be watched. */
  readonly watchable: boolean
  readonly parseMs: number
}

export type { TopologyAnswer, TopologyOptions } from '#shared/view/topology-view.ts'

export interface TextHunk {
  /** Zero-based, end exclusive. */
  readonly beforeStart: number
  readonly beforeEnd: number
  readonly afterStart: number
  readonly afterEnd: number
}

export interface FilePair {
  /** Null: the file exists on one side only. */
  readonly before: string | null
  readonly after: string | null
  readonly added: number
  readonly removed: number
  readonly hunks: readonly TextHunk[]
}

export interface DistributionRow {
  readonly pool: string
  readonly server: string
  readonly before: number | null
  readonly after: number | null
}

/** Everything that compares two configs except the behavioural diff, which `behaviour.compare` gives. */
export interface Comparison {
  readonly files: readonly FilePair[]
  readonly text: { readonly added: number; readonly removed: number }
  /** In plain English, most important first. */
  readonly sentences: readonly Sentence[]
  readonly distribution: readonly DistributionRow[]
  readonly pools: { readonly added: readonly string[]; readonly removed: readonly string[]; readonly changed: readonly string[]; readonly renamed: readonly { readonly before: string; readonly after: string }[] }
  readonly checks: { readonly introduced: readonly Diagnostic[]; readonly resolved: readonly Diagnostic[] }
  /** What is not modelled on either side, as sentences. */
  readonly notModelled: readonly Sentence[]
  readonly milliseconds: number
}

export type Verdict = 'identical' | 'changed' | 'may-differ'

/** A class with what a screen shows besides. */
export interface BehaviourClass extends RequestClass {
  /** The witness as a command line for people. */
  readonly curl: string
  /** Topology node and edge ids that the witness passes, per side. */
  readonly lit: { readonly before: readonly string[]; readonly after: readonly string[] }
}

/** Which requests go somewhere else, with the verdict over everything that is compared. */
export interface BehaviourAnswer extends Omit<BehaviourDiff, 'differs'> {
  readonly verdict: Verdict
  /** The verdict in one sentence; `details` name what is not known and what the proof takes for granted. */
  readonly headline: Sentence
  readonly differs: readonly BehaviourClass[]
}

/** What the real balancer did with one witness on one side. `agrees` null: it was not asked. */
export interface ProvedSide {
  readonly expected: Outcome
  /** In words: `pool api, server api-1, path /v2/auth/`. Null: not asked. */
  readonly observed: string | null
  readonly agrees: boolean | null
}

/** Replay of witnesses on the installed balancer. */
export interface ProofReport {
  /** `refused`: the config has parts that are never run. `unavailable`: the balancer is not installed or did not start. */
  readonly state: 'proved' | 'disagrees' | 'partly' | 'refused' | 'unavailable'
  /** What came out, in one sentence. */
  readonly sentence: string
  /** Name and version of what was asked; null: nothing was. */
  readonly product: string | null
  /** What was replaced in the started configs, as sentences. */
  readonly replaced: readonly string[]
  readonly refusals: readonly { readonly side: 'before' | 'after'; readonly reason: string; readonly at: Span | null }[]
  readonly witnesses: readonly { readonly classId: string; readonly agrees: boolean | null; readonly before: ProvedSide; readonly after: ProvedSide; readonly note: string | null }[]
  readonly milliseconds: number
}

/** Share of real requests of each class, from an access log. */
export interface TrafficWeights {
  /** `haproxy-httplog`, `nginx-combined`, `json` … as recognised. */
  readonly format: string
  readonly requests: number
  /** Lines that are no request of that format. */
  readonly skipped: number
  /** Class id → share (0–1) of all requests. Classes without a request are 0. */
  readonly shares: Readonly<Record<string, number>>
  /** Share of all requests for which the comparison cannot say. */
  readonly unknownShare: number
  /** What the log does not say and was taken for granted, as sentences. */
  readonly assumptions: readonly string[]
}

/** Decision list of one config: every rule in the order it is evaluated. */
export interface DecisionList {
  readonly table: Table
}

export interface TraceAnswer {
  readonly configId: string
  readonly answer: RouteAnswer
  /** Topology node and edge ids to light up. */
  readonly lit: readonly string[]
}

export interface Snapshot {
  readonly snapshotId: string
  readonly source: string
  /** ISO 8601 with zone. */
  readonly takenAt: string
  readonly author: string
  readonly note: string
  readonly hash: string
  readonly dialect: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly approvals: readonly { readonly at: string; readonly by: string; readonly note: string }[]
  readonly isKnownGood: boolean
  /**
   * Lines changed against the snapshot taken before this one of the same source. Null: it is the first one. Missing:
   * not looked at, because it is one of many or too large.
   */
  readonly sinceBefore?: { readonly added: number; readonly removed: number } | null
}

export interface SourceSummary {
  readonly source: string
  readonly snapshots: number
  readonly knownGood: string | null
  readonly lastChange: string
}

export interface RestorePlan {
  readonly snapshotId: string
  readonly writes: readonly { readonly path: string; readonly action: 'create' | 'replace' | 'unchanged'; readonly added: number; readonly removed: number }[]
  readonly backupFolder: string
  readonly problems: readonly string[]
}

export interface PictureOptions {
  readonly format: 'svg' | 'png' | 'pdf'
  readonly theme: 'light' | 'dark' | 'print'
  readonly scale: number
  readonly title: string
}

/** A picture that the window paints itself; `name` without an ending, fit for a file. */
export interface PictureMarks {
  readonly name: string
  readonly drawing: Drawing
}

export interface Picture {
  readonly name: string
  readonly mime: string
  readonly base64: string
  readonly width: number
  readonly height: number
}

export interface RecentEntry {
  readonly title: string
  readonly before: ConfigInput | null
  readonly after: ConfigInput
  readonly at: string
}

export interface AppSettings {
  readonly theme: 'system' | 'dark' | 'light'
  readonly density: 'comfortable' | 'compact'
  readonly motion: 'system' | 'full' | 'reduced'
  readonly author: string
  readonly root: string | null
  readonly environment: Readonly<Record<string, string>>
  readonly hintDismissed: boolean
  readonly keepSnapshots: number
  /** Balancers that were watched, newest first; an address never holds a password. `config`: path of the config that ran. */
  readonly liveSources: readonly { readonly address: string; readonly config: string | null }[]
  readonly liveIntervalMs: number
  /** Settings of alerts as JSON text, see docs/command-line.md; empty: the usual ones. */
  readonly liveAlerts: string
  /** Tell new alerts through the system while the window is not in front. */
  readonly liveNotify: boolean
  /** Where recordings that begin from now on end by themselves. */
  readonly liveRecordingLimits: WrittenLimits
}

export interface AppInfo {
  readonly version: string
  readonly host: 'desktop' | 'browser'
  readonly platform: string
  /** Whether native file dialogs exist. */
  readonly dialogs: boolean
  readonly dialects: readonly { readonly id: string; readonly product: string; readonly verifiedOn: readonly string[] }[]
  /** Configs named on the command line or by the system. */
  readonly open: readonly ConfigInput[]
  readonly dataFolder: string
}

export interface Events {
  'config.changed': { readonly configId: string; readonly paths: readonly string[] }
  'progress': { readonly task: string; readonly fraction: number | null; readonly text: string }
  'open.requested': { readonly inputs: readonly ConfigInput[] }
  'menu.command': { readonly command: string }
  /** After each poll, and after each that failed. `marks`: how many there are now. */
  'live.sample': { readonly sessionId: string; readonly sample: LiveSample; readonly marks: number }
  /** A session ended by itself. */
  'live.ended': { readonly sessionId: string; readonly reason: string }
}

export type { Scene }
