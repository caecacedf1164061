import type { ProofListener, ProofServer } from '#shared/dialects/proof.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { fromBytes } from '#shared/requests/bytes.ts'
import type { ReplayOutcome } from './balancer-port.ts'

export interface Judgement {
  /** What happened, in words; null: the request was not sent. */
  readonly observed: string | null
  /** Null: there is nothing to compare. */
  readonly agrees: boolean | null
  /** Why nothing was compared, or what to know about it. */
  readonly note: string | null
}

/**
 * Whether what a balancer did is what was computed.
 *
 * A forward agrees when the pool is the same, the server is one of those with a share, and the server got the same path;
 * an answer when the status (and for redirects the Location, byte for byte) is the same; a close when the connection
 * ended, or was left open, without an answer. `redirects`: what the listener says of redirects that the product completes itself.
 */
export function judge(expected: Outcome, outcome: ReplayOutcome | null, servers: readonly ProofServer[], redirects: NonNullable<ProofListener['redirects']> = 'whole'): Judgement {
  if (outcome === null) return { observed: null, agrees: null, note: 'The time was over before this witness was sent.' }
  if (outcome.kind === 'not-sent') return { observed: null, agrees: null, note: `It was not sent: ${outcome.reason}.` }
  const server = outcome.kind === 'server' ? (servers.find((one) => one.socket === outcome.socket)?.is ?? null) : null
  const path = outcome.kind === 'server' ? fromBytes(outcome.target) : ''
  const observed = inWords(outcome, server, path)
  const said = (agrees: boolean): Judgement => ({ observed, agrees, note: null })
  switch (expected.action) {
    case 'forward': {
      const able = expected.servers.filter((one) => one.share > 0)
      return said(server !== null && server.pool === expected.pool && path === expected.path && able.some((one) => one.name === server.server))
    }
    case 'split': return said(server !== null && path === expected.path && expected.pools.some((one) => one.share > 0 && one.pool === server.pool))
    case 'redirect': return said(outcome.kind === 'status' && outcome.status === expected.status && leadsThere(fromBytes(outcome.location ?? ''), expected.location, redirects))
    case 'respond': case 'deny': return said(outcome.kind === 'status' && outcome.status === expected.status)
    case 'close': return said(outcome.kind === 'closed' || outcome.kind === 'silent')
    case 'serve': return { observed, agrees: null, note: 'Files that the balancer serves itself are not replayed.' }
    case 'unmodelled': return { observed, agrees: null, note: `What was computed is not known: ${expected.reason}.` }
  }
}

/** A socket has no address: where the product names its own, the path behind it is what can be compared. */
function leadsThere(observed: string, location: string, redirects: NonNullable<ProofListener['redirects']>): boolean {
  if (observed === location) return true
  const ofSocket = /^(https?:\/\/)unix:[a-z0-9]+(?=\/|$)/.exec(observed)
  if (ofSocket === null && (redirects === 'whole' || !observed.startsWith('/'))) return false
  const scheme = ofSocket?.[1] ?? ''
  const path = ofSocket === null ? observed : observed.slice(ofSocket[0].length)
  return location.startsWith(scheme) && location.replace(/^https?:\/\/[^/]*/, '') === path
}

function inWords(outcome: ReplayOutcome, server: { readonly pool: string; readonly server: string } | null, path: string): string {
  switch (outcome.kind) {
    case 'server': return server === null ? `a server of a pool that was not expected, path ${path}` : `pool ${server.pool}, server ${server.server}, path ${path}`
    case 'status': return outcome.location === null ? `status ${outcome.status}` : `status ${outcome.status} to ${fromBytes(outcome.location)}`
    case 'closed': return 'connection closed without an answer'
    case 'silent': return 'no answer in time'
    case 'not-sent': return 'not sent'
  }
}

/** What was computed, in the words of `observed`. */
export function expectationInWords(expected: Outcome): string {
  switch (expected.action) {
    case 'forward': {
      const able = expected.servers.filter((one) => one.share > 0).map((one) => one.name)
      return `pool ${expected.pool}, ${able.length === 1 ? `server ${able[0] ?? ''}` : 'one of its servers'}, path ${expected.path}`
    }
    case 'split': return `one of the pools ${expected.pools.map((one) => one.pool).join(', ')}, path ${expected.path}`
    case 'redirect': return `status ${expected.status} to ${expected.location}`
    case 'respond': case 'deny': return `status ${expected.status}`
    case 'serve': return `a file under ${expected.root}`
    case 'close': return 'connection closed without an answer'
    case 'unmodelled': return `not known: ${expected.reason}`
  }
}
