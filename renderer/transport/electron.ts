import { failed, type Result } from '#shared/diagnostics/failure.ts'
import type { DesktopBridge } from '#shared/rpc/bridge.ts'
import type { Transport } from '#shared/rpc/client.ts'

declare global {
  interface Window {
    readonly steelyard?: DesktopBridge
  }
}

/** The engine behind the desktop preload. */
export function electronTransport(bridge: DesktopBridge): Transport {
  const numbers = new Map<string, number>()
  let next = 0
  return {
    async send(callId, method, params) {
      const number = ++next
      numbers.set(callId, number)
      try {
        return (await bridge.call(method, params, number)) as Result<unknown>
      } catch (error) {
        return failed('io', `The desktop shell did not answer ${method}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        numbers.delete(callId)
      }
    },
    cancel(callId) {
      const number = numbers.get(callId)
      if (number !== undefined) bridge.cancel(number)
    },
    listen: (listener) => bridge.subscribe(listener),
  }
}
