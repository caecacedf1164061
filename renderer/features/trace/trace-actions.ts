import type { ActionTools } from '#renderer/app/actions.ts'
import { loading, settled } from '#renderer/state/remote.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { toForm, toRequest, type TraceForm } from './request-form.ts'

export interface TraceActions {
  setTraceForm(change: Partial<TraceForm>): void
  /** Does nothing while the form is incomplete; the form itself says what is missing. */
  runTrace(): Promise<void>
  /** Fills in a request that is known already, and runs it exactly as it is. */
  traceRequest(request: RequestInput): Promise<void>
}

export function createTraceActions({ store, client }: ActionTools): TraceActions {
  let run = 0
  const actions: TraceActions = {
    setTraceForm: (change) => store.update(({ trace }) => ({ trace: { ...trace, exact: null, form: { ...trace.form, ...change } } })),
    async runTrace() {
      const { before, after, trace } = store.get()
      const parsed = trace.exact === null ? toRequest(trace.form) : { ok: true as const, request: trace.exact }
      if (!parsed.ok || after.value === null) return
      const mine = ++run
      const configIds = [before.value, after.value].flatMap((config) => (config === null ? [] : [config.summary.configId]))
      store.update((state) => ({ trace: { ...state.trace, result: loading(state.trace.result) } }))
      const result = await client.call('trace.run', { configIds, request: { ...parsed.request, headers: parsed.request.headers.map((pair) => [...pair]), alpn: [...parsed.request.alpn] } })
      if (mine === run) store.update((state) => ({ trace: { ...state.trace, result: settled(result, state.trace.result) } }))
    },
    async traceRequest(request) {
      store.update((state) => ({ trace: { form: toForm(request), exact: request, result: loading(state.trace.result) } }))
      await actions.runTrace()
    },
  }
  return actions
}
