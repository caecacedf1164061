import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Analysis } from './analysis.ts'
import { compareBehaviour, presentBehaviour, type Judged } from './behaviour-diff/index.ts'
import { presentChecks, runChecks } from './checks/index.ts'
import { expectedDistribution, presentDistribution } from './distribution/index.ts'
import { poolPairsOf, presentPairs } from './equivalence/index.ts'
import { prepareRouter, presentRoute, routeRequest } from './route/index.ts'
import { findShadowing, presentShadowing } from './shadowing/index.ts'
import { diffTopology, presentDifference } from './topology-diff/index.ts'

/** Every analysis this build knows. One entry per folder. */
export const analyses: readonly Analysis[] = [
  {
    id: 'checks', question: 'What in this config does something else than its author meant?', needs: 'one-config',
    present: ({ after }) => presentChecks(runChecks(after)),
  },
  {
    id: 'distribution', question: 'Which share of new requests does each server of a pool get?', needs: 'one-config',
    present({ after }) {
      const parts = expectedDistribution(after).map(presentDistribution)
      const idle = parts.filter((part) => part.headline.tone === 'critical').length
      return {
        headline: { id: 'distribution', tone: idle > 0 ? 'critical' : 'neutral', text: idle === 0 ? `Each of ${parts.length} pools has a usable server.` : `${idle} of ${parts.length} pools have no usable server.`, details: [], highlights: [], before: [], after: [] },
        sentences: parts.map((part) => part.headline), tables: parts.map((part) => part.servers),
      }
    },
  },
  {
    id: 'behaviour-diff', question: 'Which requests go somewhere else?', needs: 'two-configs',
    present({ before, after }) {
      if (before === null) return null
      const side = (model: RoutingModel) => (request: RequestInput): Judged => routeRequest(model, request, { explain: false })
      const pools = diffTopology(before, after).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : []))
      return presentBehaviour(compareBehaviour(before, after, {
        judge: { before: side(before), after: side(after) }, changedPools: pools, poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
      }).diff)
    },
  },
  {
    id: 'equivalence', question: 'Which pool of one config is which pool of the other?', needs: 'two-configs',
    present: ({ before, after }) => (before === null ? null : presentPairs(poolPairsOf(before, after, null))),
  },
  {
    id: 'route', question: 'Where does this request go, and why?', needs: 'one-config-and-request',
    present({ after, request }) {
      if (request === null) return null
      const { headline, doubts, steps } = presentRoute(routeRequest(after, request))
      return { headline, sentences: doubts, tables: [steps] }
    },
  },
  {
    id: 'shadowing', question: 'Which rules get no requests, and which requests match no rule?', needs: 'one-config',
    present: ({ after }) => presentShadowing(findShadowing(after, { judge: (request) => prepareRouter(after).route(request, { explain: false }), budget: { maxBranches: 2000, spent: () => false }, reported: () => false })),
  },
  {
    id: 'topology-diff', question: 'Which listeners, rules, pools and servers differ between two configs?', needs: 'two-configs',
    present: ({ before, after }) => (before === null ? null : presentDifference(diffTopology(before, after))),
  },
]
