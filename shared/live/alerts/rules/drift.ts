import type { Drift } from '#shared/live/drift.ts'
import type { LiveView, WatchedPool } from '#shared/live/live-watch.ts'
import { isEligible } from '#shared/live/snapshot.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import type { AlertRule, Evaluation } from '#shared/live/alerts/evaluation.ts'
import { isCritical, serversOf, weightOf } from './health.ts'

/**
 * The balancer runs otherwise than the config says. Critical where that, and not a failure, leaves a pool with too few
 * servers: what was taken out by hand or removed at run time.
 */
export function driftRule(policy: AlertPolicy): AlertRule {
  /** Servers that this process ran. One that the config has and that never ran waits for a reload. */
  const ran = new Map<string, ReadonlySet<string>>()
  return {
    id: 'drift', confirm: 2, clear: 2, isState: true,
    look(view) {
      if (view.restarted) ran.clear()
      const left = new Map(view.pools.flatMap((pool) => {
        const known = new Set([...ran.get(pool.name) ?? [], ...pool.servers.flatMap(({ member, live }) => (member === null || live === null ? [] : [member.name]))])
        ran.set(pool.name, known)
        const taken = view.drift.filter((one) => one.pool === pool.name && takesAway(one, known))
        const words = taken.length === 0 ? null : leftWords(pool, taken, policy.threshold('health', pool.name) / 100)
        return words === null ? [] : [[pool.name, { words, taken }] as const]
      }))
      return view.drift.map((one): Evaluation => {
        const few = left.get(one.pool)
        const raised = few?.taken.includes(one) === true
        return {
          rule: 'drift', pool: one.pool, server: one.server, aspect: one.kind, holds: true, severity: raised ? 'critical' : one.severity, at: one.at,
          sentence: raised ? `${one.sentence} ${few.words}` : one.sentence,
        }
      })
    },
  }
}

/** Somebody took a server out of use that the config has in use. */
function takesAway({ kind, server, config, running, byAgent }: LiveView['drift'][number], ran: ReadonlySet<string>): boolean {
  if (byAgent || server === null) return false
  return (kind === 'state' && config === 'enabled') || (kind === 'weight' && running === '0') || (kind === 'server-only-config' && ran.has(server))
}

/** Sentence on what is left, where it would be enough with the servers that were taken out; null: it is enough, or would not be. */
function leftWords(pool: WatchedPool, taken: readonly Drift[], least: number): string | null {
  const names = new Set(taken.map((one) => one.server))
  const running = serversOf(pool).filter((one) => !one.state.backup)
  const gone = pool.servers.flatMap(({ member, live }) => (live === null && member !== null && member.options.level === 0 && member.options.weight > 0 && names.has(member.name) ? [{ state: { initialWeight: member.options.weight, weight: null } }] : []))
  const able = running.filter((one) => isEligible(one.state))
  // Backups that take over are told by a rule of their own.
  if (able.length === 0 && serversOf(pool).some((one) => isEligible(one.state))) return null
  // A server that is down besides was not there to be taken away.
  const healthy = running.filter((one) => names.has(one.name) && one.state.health !== 'down' && !isEligible(one.state))
  if (healthy.length + gone.length === 0) return null
  const all = running.length + gone.length
  const whole = weightOf(running) + weightOf(gone)
  const shortage = (weight: number, count: number): number => (weight / whole >= least ? 0 : isCritical(count, all) ? 2 : 1)
  if (shortage(weightOf(able), able.length) <= shortage(weightOf(able) + weightOf(healthy) + weightOf(gone), able.length + healthy.length + gone.length)) return null
  return `${able.length} of ${all} servers of the pool ${able.length === 1 ? 'is' : 'are'} left to take requests.`
}
