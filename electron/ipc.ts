import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { bridgeChannels, type WireResult } from '#shared/rpc/bridge.ts'
import type { Dispatcher } from '#shared/rpc/dispatcher.ts'

/** Trust is decided per message: the top frame of a window of ours, showing a page of ours. */
export type SenderCheck = (event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>) => boolean

export function isOwnPage(origin: string): SenderCheck {
  return (event) => {
    const frame = event.senderFrame
    return frame !== null && frame.parent === null && (frame.url === origin || frame.url.startsWith(`${origin}/`))
  }
}

const refused: WireResult = { ok: false, failure: { code: 'not-permitted', message: 'The call did not come from a page of Steelyard.' } }

/**
 * Binds the two channels of the bridge. A foreign sender is refused with a sentence and nothing runs; an unknown method
 * or bad parameters are refused by the dispatcher.
 */
export function bindIpc(ipc: Pick<IpcMain, 'handle' | 'on'>, dispatcher: Dispatcher, trusted: SenderCheck): void {
  const keyOf = (event: IpcMainInvokeEvent | IpcMainEvent, callId: unknown): string => `${event.sender.id}:${String(callId)}`
  ipc.handle(bridgeChannels.call, async (event, method: unknown, params: unknown, callId: unknown): Promise<WireResult> => {
    if (!trusted(event)) return refused
    return dispatcher.call(keyOf(event, callId), String(method), params)
  })
  ipc.on(bridgeChannels.cancel, (event, callId: unknown) => {
    if (trusted(event)) dispatcher.cancel(keyOf(event, callId))
  })
}
