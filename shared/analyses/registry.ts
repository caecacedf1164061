import type { Analysis } from './analysis.ts'
import { presentChecks, runChecks } from './checks/index.ts'
import { expectedDistribution, presentDistribution } from './distribution/index.ts'
import { presentRoute, routeRequest } from './route/index.ts'
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
    id: 'route', question: 'Where does this request go, and why?', needs: 'one-config-and-request',
    present({ after, request }) {
      if (request === null) return null
      const { headline, doubts, steps } = presentRoute(routeRequest(after, request))
      return { headline, sentences: doubts, tables: [steps] }
    },
  },
  {
    id: 'topology-diff', question: 'Which listeners, rules, pools and servers differ between two configs?', needs: 'two-configs',
    present: ({ before, after }) => (before === null ? null : presentDifference(diffTopology(before, after))),
  },
]
