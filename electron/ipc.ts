import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { bridgeChannels, type WireResult } from '#shared/rpc/bridge.ts'

/** What answers calls: the engine, with the dialogs of this host in front. */
export interface CallTarget {
  readonly methods: ReadonlySet<string>
  call(method: string, params: unknown, callKey: string): Promise<WireResult>
  cancel(callKey: string): void
}

/** Trust is decided per message: the top frame of a window of ours, showing a page of ours. */
export type SenderCheck = (event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>) => boolean

export function isOwnPage(origin: string): SenderCheck {
  return (event) => {
    const frame = event.senderFrame
    return frame !== null && frame.parent === null && (frame.url === origin || frame.url.startsWith(`${origin}/`))
  }
}

const refused = (message: string): WireResult => ({ ok: false, failure: { code: 'bad-method', message } })

/** Binds the two channels of the bridge. A foreign sender or an unknown method is refused with a sentence, and nothing runs. */
export function bindIpc(ipc: Pick<IpcMain, 'handle' | 'on'>, target: CallTarget, trusted: SenderCheck): void {
  ipc.handle(bridgeChannels.call, async (event, method: unknown, params: unknown, callId: unknown): Promise<WireResult> => {
    if (!trusted(event)) return refused('The call did not come from a page of Steelyard.')
    if (typeof method !== 'string' || !target.methods.has(method)) return refused(`There is no method "${String(method).slice(0, 80)}".`)
    return target.call(method, params, `${event.sender.id}:${String(callId)}`)
  })
  ipc.on(bridgeChannels.cancel, (event: IpcMainEvent, callId: unknown) => {
    if (trusted(event)) target.cancel(`${event.sender.id}:${String(callId)}`)
  })
}
