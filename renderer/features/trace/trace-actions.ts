import type { ActionTools } from '#renderer/app/actions.ts'
import { loading, settled } from '#renderer/state/remote.ts'
import { toRequest, type TraceForm } from './request-form.ts'

export interface TraceActions {
  setTraceForm(change: Partial<TraceForm>): void
  /** Does nothing while the form is incomplete; the form itself says what is missing. */
  runTrace(): Promise<void>
}

export function createTraceActions({ store, client }: ActionTools): TraceActions {
  let run = 0
  return {
    setTraceForm: (change) => store.update((state) => ({ trace: { ...state.trace, form: { ...state.trace.form, ...change } } })),
    async runTrace() {
      const { before, after, trace } = store.get()
      const parsed = toRequest(trace.form)
      if (!parsed.ok || after.value === null) return
      const mine = ++run
      const configIds = [before.value, after.value].flatMap((config) => (config === null ? [] : [config.summary.configId]))
      store.update((state) => ({ trace: { ...state.trace, result: loading(state.trace.result) } }))
      const result = await client.call('trace.run', { configIds, request: { ...parsed.request, headers: parsed.request.headers.map((pair) => [...pair]) } })
      if (mine === run) store.update((state) => ({ trace: { ...state.trace, result: settled(result, state.trace.result) } }))
    },
  }
}
