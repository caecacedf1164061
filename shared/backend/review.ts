import { ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import { behaviourOf } from './behaviour.ts'
import { compareMarkdown } from './compare-markdown.ts'
import { comparePair } from './compare.ts'
import type { PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'

/** The whole review as a document, behaviour included. */
export function reviewHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'compare.markdown'> {
  return {
    'compare.markdown'({ before, after }) {
      const pair = pairs(before, after)
      if (!pair.ok) return Promise.resolve(pair)
      const behaviour = pair.value.before === null ? null : behaviourOf(ports, pair.value)
      return Promise.resolve(ok({ text: compareMarkdown(pair.value, comparePair(ports, pair.value), behaviour, ports.clock.now()) }))
    },
  }
}
