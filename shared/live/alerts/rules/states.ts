import type { Drift, DriftKind } from '#shared/live/drift.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { Health } from '#shared/live/snapshot.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { unitsIn } from './units.ts'

/** Backups carry a pool, or some of it where a log shows that. */
export function backupsRule(): AlertRule {
  return {
    id: 'backups', confirm: 2, clear: 2, isState: true,
    look: (view) => view.pools.filter((pool) => pool.live !== null).map((pool): Evaluation => {
      const holds = { rule: 'backups', pool: pool.name, server: null, holds: true, severity: 'warning', at: pool.pool?.origin[0] ?? null } as const
      if (view.snapshot.fromTraffic === true) {
        const some = answersOfBackups(pool)
        const all = pool.live === null ? null : unitsIn(pool.live.row, pool.live.interval)
        // Without an answer nothing is seen of who gives them.
        if (some === null || all === null || all === 0) return quiet('backups', pool.name, null, null)
        if (some.count === 0) return quiet('backups', pool.name, null, false)
        if (!pool.shares.onBackups) return { ...holds, servers: some.servers, sentence: `Backups of pool ${pool.name} gave ${some.count} of its ${all} answers since the poll before: at times no primary server can take requests.` }
        return { ...holds, servers: some.servers, sentence: `Pool ${pool.name} runs on its backups: no primary server answered, and backups gave ${some.count} of ${all} answers since the poll before.` }
      }
      return pool.shares.onBackups ? { ...holds, sentence: `Pool ${pool.name} runs on its backups: no primary server can take requests.` } : quiet('backups', pool.name, null, false)
    }),
  }
}

/** What backups got in the newest interval, and which ones; null: not known. Where there is nothing but backups, they are the pool. */
function answersOfBackups({ servers }: WatchedPool): { readonly count: number; readonly servers: readonly string[] } | null {
  let count = 0
  const names: string[] = []
  if (servers.every(({ live }) => live?.row.state.backup === true)) return { count, servers: names }
  for (const { member, live } of servers) {
    if (live?.row.state.backup !== true) continue
    const own = unitsIn(live.row, live.interval)
    if (own === null) return null
    count += own
    if (own > 0) names.push(member?.name ?? live.row.name)
  }
  return { count, servers: names }
}

/** Drift that somebody brought about at run time, or may have. */
const byHand: ReadonlySet<DriftKind> = new Set(['weight', 'state', 'address', 'server-only-live'])

/** A reload or restart, and what it took back that was set by hand. */
export function reloadRule(): AlertRule {
  let before: readonly Drift[] = []
  // Servers that ran elsewhere from the first poll on, or as soon as a config was read again: nobody need have moved them.
  let elsewhere: readonly Drift[] = []
  let settled = false
  return {
    id: 'reload', confirm: 1, clear: 10, isState: true,
    look(view) {
      const gone = before.filter((one) => !one.byAgent && byHand.has(one.kind) && !view.drift.some((other) => isSame(one, other)))
      const changed = gone.filter((one) => elsewhere.some((other) => isSame(one, other)))
      const lost = gone.filter((one) => !changed.includes(one))
      before = view.drift
      if (!settled || view.restarted) elsewhere = view.drift.filter((one) => one.kind === 'address')
      settled = !view.restarted
      if (!view.restarted) return [quiet('reload', null, null, false)]
      return [{
        rule: 'reload', pool: null, server: null, holds: true, severity: lost.length > 0 ? 'warning' : 'info', at: null,
        sentence: ['The balancer was reloaded or restarted.', ...(lost.length === 0 ? [] : [`That took back what was set by hand: ${listOf(lost)}.`]), ...(changed.length === 0 ? [] : [`What ran otherwise runs as the config says: ${listOf(changed)}.`])].join(' '),
      }]
    },
  }
}

const isSame = (one: Drift, other: Drift): boolean => one.kind === other.kind && one.pool === other.pool && one.server === other.server

const listedAtMost = 5

function listOf(gone: readonly Drift[]): string {
  return `${gone.slice(0, listedAtMost).map(lostWords).join('; ')}${gone.length > listedAtMost ? `; and ${gone.length - listedAtMost} more` : ''}`
}

/** What a reload did to something that was set at run time. */
function lostWords({ kind, pool, server, config, running }: Drift): string {
  const name = `${pool}/${server ?? ''}`
  if (kind === 'server-only-live') return `${name} (${running ?? ''}) is gone`
  if (kind === 'address') return `${name} is at ${config ?? ''} again instead of ${running ?? ''}`
  if (kind === 'weight') return `${name} has weight ${config ?? ''} again instead of ${running ?? ''}`
  return config === 'enabled' ? `${name} (${running ?? ''}) is back in rotation` : `${name} (${running ?? ''}) is ${config ?? ''} again`
}

const flapWindowMs = 600_000
const flaps = 3

/** A server goes up and down again and again. */
export function flappingRule(): AlertRule {
  const seen = new Map<string, { health: Health; turns: number[] }>()
  return {
    id: 'flapping', confirm: 1, clear: 2, isState: true,
    look: (view) => view.pools.flatMap((pool) => pool.servers.flatMap(({ live, member }): readonly Evaluation[] => {
      if (live === null) return []
      const name = member?.name ?? live.row.name
      const key = `${pool.name}/${name}`
      const now = view.snapshot.taken.monotonicMs
      const health = live.row.state.health
      const known = seen.get(key) ?? { health, turns: [] }
      if (health !== known.health && health !== 'unknown' && known.health !== 'unknown') known.turns.push(now)
      if (health !== 'unknown') known.health = health
      known.turns = known.turns.filter((turn) => turn > now - flapWindowMs)
      seen.set(key, known)
      if (known.turns.length < flaps) return [quiet('flapping', pool.name, name, false)]
      return [{ rule: 'flapping', pool: pool.name, server: name, holds: true, severity: 'warning', at: member?.origin[0] ?? null, sentence: `Server ${name} of pool ${pool.name} went up or down ${known.turns.length} times in the last 10 minutes.` }]
    })),
  }
}
