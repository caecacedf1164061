import type { Table } from '#shared/presentation/presentation.ts'
import type { AlertSettings, Waiver } from '#shared/live/alerts/settings.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { Result } from '#shared/diagnostics/failure.ts'
import type { OpenRecording } from './replay.ts'
import type { SeenTraffic } from './seen-traffic.ts'

/** A balancer that is watched, or a recording: what screens ask about is the same. */
export interface KeptSession {
  readonly seen: SeenTraffic
  /** What its alerts are told by. */
  readonly alerts: AlertSettings
  readonly info: () => LiveSessionInfo
  /** Counters of the last poll; null: there was none. */
  readonly raw: () => { readonly atMs: number; readonly table: Table } | null
  /** Someone's remark about a moment. */
  readonly note: (atMs: number, text: string) => void
  /** From here on these waivers count; what they change is noted. Errors: it is a recording. */
  readonly waive: (waivers: readonly Waiver[]) => Result<null>
  /** Its recording, to be read from the start; the caller closes it. Errors: nothing is recorded. */
  readonly recording: () => Promise<Result<OpenRecording>>
  readonly close: () => void
}
