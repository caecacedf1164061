import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'

/** The picture's data: the complete view is kept with its pair, each call cuts out what the screen shows. */
export function topologyHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'topology.view'> {
  return {
    async 'topology.view'({ before, after, options }, context) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      // Each part is kept, so that a call that was given up in between has not worked in vain.
      for (const part of [pair.value.difference, pair.value.sketch]) {
        part()
        await ports.clock.breathe()
        if (context.cancelled()) return failed('cancelled', 'Drawing was cancelled.')
      }
      return ok(pair.value.focus(options))
    },
  }
}
