import type { Table } from '#shared/presentation/presentation.ts'
import type { LiveSessionInfo } from '#shared/rpc/payloads.ts'
import type { SeenTraffic } from './seen-traffic.ts'

/** A balancer that is watched, or a recording: what screens ask about is the same. */
export interface KeptSession {
  readonly seen: SeenTraffic
  readonly info: () => LiveSessionInfo
  /** Counters of the last poll; null: there was none. */
  readonly raw: () => { readonly atMs: number; readonly table: Table } | null
  /** Someone's remark about a moment. */
  readonly note: (atMs: number, text: string) => void
  readonly close: () => void
}
