import { failed, type Result } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from './contract.ts'
import type { RpcClient } from './method.ts'
import type { Events } from './payloads.ts'
import type { Dispatcher } from './dispatcher.ts'

/** What a way of reaching the engine must be able to do: IPC, HTTP, a worker's port, or memory. */
export interface Transport {
  /** Resolves with the answer. A broken connection resolves to a failure; it does not reject. */
  readonly send: (callId: string, method: string, params: unknown) => Promise<Result<unknown>>
  readonly cancel: (callId: string) => void
  /** Every event of the engine; returns a function that ends the subscription. */
  readonly listen: (listener: (event: string, payload: unknown) => void) => () => void
}

export type SteelyardClient = RpcClient<SteelyardContract, Events>

/** Typed calls over `transport`. `prefix` keeps call ids of several clients of one engine apart. */
export function createClient(transport: Transport, prefix = 'call'): SteelyardClient {
  let next = 0
  return {
    async call(method, params, signal) {
      if (signal?.aborted === true) return failed('cancelled', 'The call was cancelled.')
      const callId = `${prefix}-${++next}`
      signal?.addEventListener('abort', () => transport.cancel(callId))
      return (await transport.send(callId, method, params)) as never
    },
    subscribe(event, listener) {
      return transport.listen((name, payload) => {
        if (name === event) listener(payload as never)
      })
    },
  }
}

/** The engine in the same thread, payloads copied through JSON as every other transport does. */
export function memoryTransport(dispatcher: Dispatcher, listen: Transport['listen']): Transport {
  return {
    async send(callId, method, params) {
      const result = await dispatcher.call(callId, method, params === undefined ? undefined : JSON.parse(JSON.stringify(params)))
      return JSON.parse(JSON.stringify(result)) as Result<unknown>
    },
    cancel: dispatcher.cancel,
    listen,
  }
}
