import type { Result } from '#shared/diagnostics/failure.ts'
import type { HostFacts } from '#shared/backend/ports.ts'

/** What travels between a host's thread and the engine's. All of it survives structured cloning. */
export type ToEngine =
  | { readonly kind: 'call'; readonly callId: string; readonly method: string; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly callId: string }

export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly callId: string; readonly result: Result<unknown> }
  | { readonly kind: 'event'; readonly event: string; readonly payload: unknown }
  | { readonly kind: 'fault'; readonly method: string; readonly text: string }

export interface EngineOptions {
  readonly host: Pick<HostFacts, 'host' | 'dialogs' | 'open'>
  /** Null: the platform's place. */
  readonly dataFolder: string | null
  readonly validateResults: boolean
}
