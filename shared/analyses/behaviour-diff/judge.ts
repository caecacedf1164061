import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'

/** What the simulator says about one request; an implementation of its own, so it checks the solver. */
export interface Judged {
  readonly outcome: Outcome
  readonly rule: Span | null
  readonly certain: boolean
  readonly received: { readonly method: string; readonly host: string | null; readonly headers: readonly (readonly [string, string])[] }
}

export interface Judge {
  readonly before: (request: RequestInput) => Judged
  readonly after: (request: RequestInput) => Judged
}

/** An answer without what a simulator may say besides: very many are kept. */
export function whatCounts({ outcome, rule, certain, received }: Judged): Judged {
  return { outcome, rule, certain, received: { method: received.method, host: received.host, headers: received.headers } }
}

/** Do two answers differ in anything that a client or a server notices? `alias`: pool names of the after side as compared. */
export function differ(before: Judged, after: Judged, alias: (pool: string) => string): boolean {
  const [one, other] = [before.outcome, after.outcome]
  if (one.action !== other.action || (one.action === 'forward' && other.action === 'forward' && one.pool !== alias(other.pool))) return true
  const outcome = (judged: Judged): string => JSON.stringify(judged.outcome, (key, value: unknown) => (key === 'at' || key === 'reason' ? undefined : key === 'pool' && typeof value === 'string' && judged === after ? alias(value) : value))
  if (outcome(before) !== outcome(after)) return true
  const reaches = before.outcome.action === 'forward' || before.outcome.action === 'split' || before.outcome.action === 'serve'
  return reaches && (before.received.method !== after.received.method || before.received.host !== after.received.host || headersOf(before) !== headersOf(after))
}

/** Order between headers of different names says nothing. */
function headersOf({ received }: Judged): string {
  const byName = new Map<string, string[]>()
  for (const [name, value] of received.headers) byName.set(name, [...(byName.get(name) ?? []), value])
  return JSON.stringify([...byName].sort(([a], [b]) => (a < b ? -1 : 1)))
}
