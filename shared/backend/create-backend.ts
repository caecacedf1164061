import { ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { toDecisionTable } from '#shared/view/decisions.ts'
import { behaviourHandlers } from './behaviour.ts'
import { checkHandlers } from './checks.ts'
import { compareHandlers } from './compare.ts'
import { createConfigStore } from './config-store.ts'
import { exportHandlers } from './export.ts'
import { findConfigs } from './find-configs.ts'
import { historyHandlers } from './history.ts'
import { liveHandlers } from './live/handlers.ts'
import { loadConfig } from './load-config.ts'
import { createPairStore } from './pairs.ts'
import type { Ports } from './ports.ts'
import { proveHandlers } from './prove.ts'
import { reviewHandlers } from './review.ts'
import { appHandlers } from './settings.ts'
import { textHandlers } from './text.ts'
import { topologyHandlers } from './topology.ts'
import { traceHandlers } from './trace.ts'
import { watchHandlers } from './watch.ts'
import { weighHandlers } from './weigh.ts'

/** The engine behind every host: all methods of the contract over the given ports. Loaded configs live as long as it does. */
export function createBackend(ports: Ports): Handlers<SteelyardContract> {
  const store = createConfigStore()
  const pairs = createPairStore(store)
  return {
    ...appHandlers(ports),
    async 'config.load'({ input, options }, context) {
      const loaded = await loadConfig(ports, input, options, context)
      if (!loaded.ok) return loaded
      store.put(loaded.value)
      return ok(loaded.value.summary)
    },
    ...textHandlers(store),
    ...checkHandlers(ports, store),
    async 'config.decisions'({ configId }) {
      const config = store.get(configId)
      return config.ok ? ok({ table: toDecisionTable(config.value.model, toLineLookup(config.value.files.map((file) => file.source))) }) : config
    },
    ...watchHandlers(ports, store),
    'config.find': ({ folder }, context) => findConfigs(ports, folder, context),
    ...compareHandlers(ports, pairs),
    ...reviewHandlers(ports, pairs),
    ...behaviourHandlers(ports, pairs),
    ...proveHandlers(ports, pairs),
    ...weighHandlers(ports, pairs),
    ...topologyHandlers(ports, pairs),
    ...traceHandlers(pairs),
    ...historyHandlers(ports, store),
    ...exportHandlers(ports, pairs),
    ...liveHandlers(ports, store, pairs),
  }
}
