import { failed, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import { SchemaError } from '#shared/schema/schema.ts'
import type { Contract, Handlers } from './method.ts'

/**
 * The receiving end of every transport: looks the method up, validates its parameters, runs the handler, and turns
 * whatever happens into a `Result`. It never throws and never rejects.
 */
export interface Dispatcher {
  /** `callId` is the caller's own; two calls in flight must not share one. */
  readonly call: (callId: string, method: string, params: unknown) => Promise<Result<unknown>>
  /** Marks a call in flight as given up. Unknown ids are ignored: the call may just have ended. */
  readonly cancel: (callId: string) => void
}

export interface DispatcherOptions {
  /** Told about every throw of a handler: that is our fault, never the user's. */
  readonly report: (error: unknown, method: string) => void
  /** Also validate what handlers answer (tests and development). */
  readonly validateResults?: boolean
  /** Cancellations that arrived while a handler kept its thread busy; asked each time a handler looks. */
  readonly arrivedCancellations?: () => readonly string[]
}

export const ourFault = (error: unknown): { readonly ok: false; readonly failure: Failure } =>
  failed('our-fault', `This is a fault in Steelyard, not in your config: ${error instanceof Error ? error.message : String(error)}. Please report it with what you did.`)

const cancelledResult = failed('cancelled', 'The call was cancelled.')

export function createDispatcher<C extends Contract>(contract: C, handlers: Handlers<C>, options: DispatcherOptions): Dispatcher {
  const running = new Map<string, { cancelled: boolean }>()
  const cancel = (callId: string): void => {
    const call = running.get(callId)
    if (call !== undefined) call.cancelled = true
  }

  return {
    cancel,
    async call(callId, name, params) {
      const method = Object.hasOwn(contract, name) ? contract[name] : undefined
      if (method === undefined) return failed('bad-method', `There is no method ${JSON.stringify(name)}.`)
      if (running.has(callId)) return failed('bad-params', `A call ${JSON.stringify(callId)} is already running.`)
      let checked: unknown
      try {
        checked = method.params.parse(params, 'params')
      } catch (error) {
        if (error instanceof SchemaError) return failed('bad-params', `${name}: ${error.message}.`)
        throw error
      }
      const state = { cancelled: false }
      running.set(callId, state)
      const cancelled = (): boolean => {
        for (const id of options.arrivedCancellations?.() ?? []) cancel(id)
        return state.cancelled
      }
      try {
        const handler = handlers[name as keyof C] as (params: unknown, context: { cancelled: () => boolean }) => Promise<Result<unknown>>
        const result = await handler(checked, { cancelled })
        if (cancelled()) return cancelledResult
        if (result.ok && options.validateResults === true) method.result.parse(result.value, `result of ${name}`)
        return result
      } catch (error) {
        if (cancelled()) return cancelledResult
        options.report(error, name)
        return ourFault(error)
      } finally {
        running.delete(callId)
      }
    },
  }
}

/**
 * Answers some methods in the host itself (native dialogs) and passes the rest on. Used where the engine runs in a
 * thread that has no window.
 */
export function preferLocal(local: Dispatcher, localMethods: readonly string[], rest: Dispatcher): Dispatcher {
  return {
    call: (callId, method, params) => (localMethods.includes(method) ? local : rest).call(callId, method, params),
    cancel(callId) {
      local.cancel(callId)
      rest.cancel(callId)
    },
  }
}
