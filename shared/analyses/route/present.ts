import type { Outcome, ServerShare } from '#shared/model/outcome.ts'
import type { Sentence, Table, Tone } from '#shared/presentation/presentation.ts'
import type { RouteAnswer } from './answer.ts'

export interface RoutePresentation {
  /** One sentence: where the request goes. */
  readonly headline: Sentence
  /** What could change the answer, one sentence each; empty when the answer is certain. */
  readonly doubts: readonly Sentence[]
  /** Every rule that was looked at. */
  readonly steps: Table
  /** Ids of the nodes and edges to light up. */
  readonly highlights: readonly string[]
}

/** An answer in the building blocks every screen and report shows. */
export function presentRoute(answer: RouteAnswer): RoutePresentation {
  const highlights = highlightsOf(answer)
  return {
    headline: {
      id: 'route', tone: toneOf(answer), text: outcomeSentence(answer.outcome) + (answer.certain ? '' : ' This holds only if no unmodelled condition applies.'),
      details: answer.outcome.action === 'forward' ? answer.outcome.servers.map(serverLine) : [],
      highlights, before: [], after: answer.rule === null ? [] : [answer.rule],
    },
    doubts: answer.depends.map((dependency, index) => ({
      id: `depends-${index}`, tone: 'unknown', text: `${dependency.text} could change the answer: ${dependency.reason}.`, details: [], highlights: [], before: [], after: [dependency.at],
    })),
    steps: {
      columns: [
        { key: 'scope', title: 'Where', numeric: false }, { key: 'matched', title: 'Applies', numeric: false },
        { key: 'reason', title: 'Why', numeric: false }, { key: 'became', title: 'Request becomes', numeric: false },
      ],
      rows: answer.steps.map((step, index) => ({
        id: `${index}-${step.stepId}`,
        cells: { scope: step.scope, matched: step.matched === null ? 'cannot tell' : step.matched ? 'yes' : 'no', reason: step.reason, became: step.became },
        tone: step.decides ? 'ok' : step.matched === null ? 'unknown' : 'neutral',
        highlights: [step.stepId],
      })),
    },
    highlights,
  }
}

function highlightsOf(answer: RouteAnswer): readonly string[] {
  const pool = answer.visited.find(id => id.startsWith('pool:'))
  const servers = answer.outcome.action === 'forward' && pool !== undefined ? answer.outcome.servers.filter(server => server.share > 0).map(server => `${pool}/server:${server.name}`) : []
  return [...answer.visited, ...servers]
}

function toneOf(answer: RouteAnswer): Tone {
  if (!answer.certain) return 'unknown'
  switch (answer.outcome.action) {
    case 'forward': case 'split': case 'serve': return 'ok'
    case 'redirect': return 'notice'
    case 'respond': return answer.outcome.status >= 500 ? 'critical' : answer.outcome.status >= 400 ? 'warning' : 'ok'
    case 'deny': return 'warning'
    case 'close': return 'down'
    case 'unmodelled': return 'unknown'
  }
}

/** What happens to the request, as one plain sentence. */
export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return `The request goes to pool ${outcome.pool} and the server receives ${outcome.path}.`
    case 'split': return `The request goes to ${outcome.pools.map(pool => `pool ${pool.pool} (${percent(pool.share)})`).join(' or ')}.`
    case 'redirect': return `The client is sent to ${outcome.location} with status ${outcome.status}.`
    case 'respond': return `The balancer itself answers with status ${outcome.status}.`
    case 'deny': return `The request is denied with status ${outcome.status}.`
    case 'serve': return `The balancer serves ${outcome.path} from ${outcome.root}.`
    case 'close': return 'The connection is closed without an answer.'
    case 'unmodelled': return `Where the request goes is not modelled: ${outcome.reason}.`
  }
}

function serverLine(server: ServerShare): string {
  return `${server.name} at ${server.address}: ${percent(server.share)}`
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
