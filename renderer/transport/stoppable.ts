import type { SteelyardClient } from '#shared/rpc/client.ts'

/** Calls that only read and compute. One that writes is never stopped half way. */
const stoppableMethods: ReadonlySet<string> = new Set(['config.load', 'config.text', 'config.textPart', 'config.checks', 'config.decisions', 'compare.run', 'compare.markdown', 'behaviour.compare', 'behaviour.weigh', 'topology.view', 'trace.run', 'export.picture'])

export interface Stoppable {
  readonly client: SteelyardClient
  /** Ends every reading call that runs; each resolves with a `cancelled` failure. */
  readonly stop: () => void
}

/** The same client, whose running calls can be stopped together: a person who waits stops the work, not one call of it. */
export function toStoppable(client: SteelyardClient): Stoppable {
  const running = new Set<AbortController>()
  return {
    client: {
      call(method, params, signal) {
        if (!stoppableMethods.has(method)) return client.call(method, params, signal)
        const abort = new AbortController()
        if (signal?.aborted === true) abort.abort()
        signal?.addEventListener('abort', () => abort.abort())
        running.add(abort)
        return client.call(method, params, abort.signal).finally(() => running.delete(abort))
      },
      subscribe: client.subscribe,
    },
    stop() {
      for (const abort of [...running]) abort.abort()
    },
  }
}
