import type { Outcome, ServerShare } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'
import { hopByHop } from './two-products.ts'

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

/** Do two answers differ in anything that a client or a server notices? `alias`: pool names of the after side as compared; `areTwo`: they are those of two products. */
export function differ(before: Judged, after: Judged, alias: (pool: string) => string, areTwo = false): boolean {
  if (areTwo) return differ(betweenProducts(before), betweenProducts(after), alias)
  const [one, other] = [before.outcome, after.outcome]
  if (one.action !== other.action || (one.action === 'forward' && other.action === 'forward' && one.pool !== alias(other.pool))) return true
  const outcome = (judged: Judged): string => JSON.stringify(judged.outcome, (key, value: unknown) => (key === 'at' || key === 'reason' ? undefined : key === 'pool' && typeof value === 'string' && judged === after ? alias(value) : value))
  if (outcome(before) !== outcome(after)) return true
  const reaches = before.outcome.action === 'forward' || before.outcome.action === 'split' || before.outcome.action === 'serve'
  return reaches && (before.received.method !== after.received.method || before.received.host !== after.received.host || headersOf(before) !== headersOf(after))
}

/** Without what two products may say in their own way: names of servers, that an answer is a refusal, headers of one connection. */
function betweenProducts({ outcome, received, ...judged }: Judged): Judged {
  const place = ({ address, share }: ServerShare): ServerShare => ({ name: address, address, share: Math.round(share * 1e9) / 1e9 })
  const same: Outcome = outcome.action === 'deny' ? { action: 'respond', status: outcome.status }
    : outcome.action === 'forward' ? { ...outcome, servers: outcome.servers.filter((server) => server.share > 0).map(place).sort((one, other) => (one.address < other.address ? -1 : 1)) } : outcome
  return { ...judged, outcome: same, received: { ...received, headers: received.headers.filter(([name]) => !hopByHop.has(name.toLowerCase())) } }
}

/** Order between headers of different names says nothing. */
function headersOf({ received }: Judged): string {
  const byName = new Map<string, string[]>()
  for (const [name, value] of received.headers) byName.set(name, [...(byName.get(name) ?? []), value])
  return JSON.stringify([...byName].sort(([a], [b]) => (a < b ? -1 : 1)))
}
