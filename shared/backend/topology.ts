import { ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { PairStore } from './pairs.ts'

/** The picture's data: the complete view is kept with its pair, each call cuts out what the screen shows. */
export function topologyHandlers(pairs: PairStore): Pick<Handlers<SteelyardContract>, 'topology.view'> {
  return {
    'topology.view'({ before, after, options }) {
      const pair = pairs(before, after)
      return Promise.resolve(pair.ok ? ok(pair.value.focus(options)) : pair)
    },
  }
}
