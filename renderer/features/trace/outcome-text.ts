import type { RouteAnswer } from '#shared/analyses/route/answer.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import { toShare } from '#renderer/features/review/shares.ts'

/** Where the request goes, as a sentence. */
export function toOutcomeText(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return outcome.servers.length === 0 ? `Goes to pool ${outcome.pool}, where no server takes it.` : `Goes to pool ${outcome.pool}.`
    case 'split': return `Is split: ${outcome.pools.map((each) => `${toShare(each.share)} to pool ${each.pool}`).join(', ')}.`
    case 'redirect': return `Is redirected to ${outcome.location} (${outcome.status}).`
    case 'respond': return `Is answered with ${outcome.status} by the balancer itself.`
    case 'deny': return `Is denied with ${outcome.status}.`
    case 'serve': return `Is answered from files: ${outcome.path} under ${outcome.root}.`
    case 'close': return 'The connection is closed without an answer.'
    case 'unmodelled': return `Cannot be told: ${outcome.reason}.`
  }
}

export function toOutcomeTone(answer: RouteAnswer): Tone {
  if (!answer.certain || answer.outcome.action === 'unmodelled') return 'unknown'
  if (answer.outcome.action === 'forward') return answer.outcome.servers.length === 0 ? 'critical' : 'ok'
  if (answer.outcome.action === 'deny' || answer.outcome.action === 'close') return 'warning'
  return answer.outcome.action === 'respond' && answer.outcome.status >= 500 ? 'critical' : 'notice'
}

/** What the two answers have in common, said once. Compared by what the client and the server see, not by the way there. */
export function toTraceVerdict(answers: readonly RouteAnswer[]): { readonly tone: Tone; readonly text: string } | null {
  const [before, after] = answers
  if (before === undefined || after === undefined) return null
  if (!before.certain || !after.certain) return { tone: 'unknown', text: 'It cannot be told whether both sides treat this request alike: something that is not modelled stands in its way.' }
  if (JSON.stringify(before.outcome) !== JSON.stringify(after.outcome)) return { tone: 'changed', text: 'This request is treated differently.' }
  return JSON.stringify(before.received) === JSON.stringify(after.received)
    ? { tone: 'same', text: 'Both sides treat this request alike.' }
    : { tone: 'changed', text: 'It goes to the same place, but the server receives something else.' }
}
