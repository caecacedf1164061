import type { Failure } from '#shared/diagnostics/failure.ts'

/** What a call answers on the wire, whatever the transport. */
export type WireResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure }

/**
 * What the preload puts at `window.steelyard`, and nothing else: calls by method name of the contract, cancel, events,
 * and the path of a dropped file (known to the desktop only).
 * `callId` is chosen by the caller and unique per window.
 */
export interface DesktopBridge {
  readonly call: (method: string, params: unknown, callId: number) => Promise<WireResult>
  readonly cancel: (callId: number) => void
  /** Returns a function that ends the subscription. */
  readonly subscribe: (listener: (event: string, payload: unknown) => void) => () => void
  readonly pathOfFile: (file: object) => string
}

/** Channels between preload and main. */
export const bridgeChannels = { call: 'steelyard:call', cancel: 'steelyard:cancel', event: 'steelyard:event' } as const
