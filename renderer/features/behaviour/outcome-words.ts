import type { Outcome, ServerShare } from '#shared/model/outcome.ts'
import { toShare } from '#renderer/features/review/shares.ts'

/** An outcome as a few words that stand on one side of an arrow: `pool api`, `denied with 403`. */
export function toOutcomeWords(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return outcome.servers.length === 0 ? `pool ${outcome.pool}, no server` : `pool ${outcome.pool}`
    case 'split': return outcome.pools.map((each) => `${toShare(each.share)} pool ${each.pool}`).join(', ')
    case 'redirect': return `redirect ${outcome.status} to ${outcome.location}`
    case 'respond': return `answer ${outcome.status} of the balancer`
    case 'deny': return `denied with ${outcome.status}`
    case 'serve': return `file ${outcome.path} under ${outcome.root}`
    case 'close': return 'closed without an answer'
    case 'unmodelled': return `cannot be told: ${outcome.reason}`
  }
}

const mostServers = 3

function pathOf(outcome: Outcome): string | null {
  return outcome.action === 'forward' || outcome.action === 'split' ? outcome.path : null
}

/** Servers whose share differs, as the side of a move; every server where none does. */
function toServerWords(servers: readonly ServerShare[], others: readonly ServerShare[]): string {
  const shareOf = new Map(others.map((server) => [server.name, server.share]))
  const changed = servers.filter((server) => Math.abs((shareOf.get(server.name) ?? -1) - server.share) > 1e-9)
  const shown = changed.slice(0, mostServers).map((server) => `${server.name} ${toShare(server.share)}`).join(', ')
  return `${shown === '' ? 'no server more' : shown}${changed.length > mostServers ? `, ${changed.length - mostServers} more` : ''}`
}

/** Was and now as words that differ: pools first, then what the server receives, then the shares of its servers. */
export function toMoveWords(before: Outcome, after: Outcome): { readonly was: string; readonly now: string } {
  const was = toOutcomeWords(before)
  const now = toOutcomeWords(after)
  if (was !== now) return { was, now }
  const [wasPath, nowPath] = [pathOf(before), pathOf(after)]
  if (wasPath !== null && nowPath !== null && wasPath !== nowPath) return { was: `${was}, path ${wasPath}`, now: `${now}, path ${nowPath}` }
  if (before.action === 'forward' && after.action === 'forward') {
    const [wasServers, nowServers] = [toServerWords(before.servers, after.servers), toServerWords(after.servers, before.servers)]
    if (wasServers !== nowServers) return { was: wasServers, now: nowServers }
  }
  return { was, now }
}
