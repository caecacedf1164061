import type { Outcome, ServerShare } from '#shared/model/outcome.ts'
import type { ClassKind, Severity } from './answer.ts'
import type { Aspect } from './differences.ts'

const reaches = (outcome: Outcome): boolean => outcome.action === 'forward' || outcome.action === 'split' || outcome.action === 'serve'
const fails = (outcome: Outcome): boolean => outcome.action === 'close' || (outcome.action === 'respond' && outcome.status >= 500) || (outcome.action === 'deny' && outcome.status >= 500)

function poolsOf(outcome: Outcome, alias: (pool: string) => string): string {
  switch (outcome.action) {
    case 'forward': return alias(outcome.pool)
    case 'split': return JSON.stringify(outcome.pools.map((part) => [alias(part.pool), part.share]))
    case 'serve': return outcome.root
    default: return ''
  }
}

const sameName = (pool: string): string => pool

/** What kind of change two outcomes are; `alias`: pool names of the after side as compared. */
export function kindOf(before: Outcome, after: Outcome, alias: (pool: string) => string): ClassKind {
  if (reaches(before) && reaches(after)) {
    if (before.action !== after.action || poolsOf(before, sameName) !== poolsOf(after, alias)) return 'misroute'
    return 'path' in before && 'path' in after && before.path === after.path && !haveSameServers(before, after) ? 'policy' : 'rewrite'
  }
  // The same answer with other contents.
  if (!reaches(before) && !reaches(after) && JSON.stringify(before) === JSON.stringify(after)) return 'policy'
  if (before.action === 'redirect' || after.action === 'redirect') return 'redirect'
  if (reaches(before)) return fails(after) ? 'unreachable' : 'status'
  return reaches(after) ? 'newly-reachable' : 'status'
}

function haveSameServers(before: Outcome, after: Outcome): boolean {
  if (before.action !== 'forward' || after.action !== 'forward') return true
  const [one, other] = namesInCommon(before.servers, after.servers)
  const inOrder = (servers: readonly ServerShare[]): string => JSON.stringify(servers.map(({ name, address, share }) => [name, address, share]).sort())
  return one === before.servers ? JSON.stringify(one) === JSON.stringify(other) : inOrder(one) === inOrder(other)
}

/** Servers of two products, of which one has no names of its own and calls each by its address, both called by that. */
export function namesInCommon(before: readonly ServerShare[], after: readonly ServerShare[]): readonly [readonly ServerShare[], readonly ServerShare[]] {
  const isNameless = (servers: readonly ServerShare[]): boolean => servers.every(({ name, address }) => name === address || name.startsWith(`${address}#`))
  if (isNameless(before) === isNameless(after)) return [before, after]
  const called = (servers: readonly ServerShare[]): readonly ServerShare[] => servers.filter(({ share }) => share > 0).map((server) => ({ ...server, name: server.address }))
  return [called(before), called(after)]
}

/**
 * Critical: other servers, new refusals, or a refusal that is gone. Warning: other answers to the client, other paths
 * and hosts at the server, other shares. Notice: the rest.
 */
export function severityOf(kind: ClassKind, before: Outcome, after: Outcome, aspects: ReadonlySet<Aspect>): Severity {
  switch (kind) {
    case 'misroute': case 'unreachable': return 'critical'
    case 'status': return reaches(before) || (fails(after) && !fails(before)) ? 'critical' : before.action === after.action ? 'notice' : 'warning'
    case 'newly-reachable': return before.action === 'deny' || (before.action === 'respond' && before.status < 500) ? 'critical' : 'warning'
    case 'redirect': return reaches(before) || reaches(after) || fails(after) ? 'critical' : 'warning'
    case 'rewrite': return aspects.has('path') || aspects.has('host') || aspects.has('method') ? 'warning' : 'notice'
    case 'policy': return reaches(before) ? 'warning' : 'notice'
    case 'listener': return reaches(before) || before.action === 'redirect' ? 'critical' : 'warning'
  }
}

const severityOrder: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, notice: 2 }
const kindOrder: Readonly<Record<ClassKind, number>> = { unreachable: 0, misroute: 1, listener: 2, status: 3, 'newly-reachable': 4, redirect: 5, rewrite: 6, policy: 7 }

/** Most severe first, then by kind. */
export function compareSeverity(one: { readonly severity: Severity; readonly kind: ClassKind }, other: { readonly severity: Severity; readonly kind: ClassKind }): number {
  return severityOrder[one.severity] - severityOrder[other.severity] || kindOrder[one.kind] - kindOrder[other.kind]
}
