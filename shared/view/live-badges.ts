import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { JoinedServer } from '#shared/live/join.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import { isEligible, type ListenerRow, type ServerState } from '#shared/live/snapshot.ts'
import type { LiveMark } from './live-marks.ts'
import { countText } from './live-words.ts'

type Badge = LiveMark['badges'][number]
type Health = 'up' | 'down' | 'maintenance' | 'unknown'

const adminWords = { 'drain': 'draining', 'weight-zero': 'weight 0', 'maintenance': 'maintenance', 'stopping': 'stopping', 'unresolved': 'no address' } as const

function healthOf(state: ServerState): Badge & { readonly kind: Health } {
  if (state.admin !== 'ready') return { kind: 'maintenance', text: adminWords[state.admin] }
  switch (state.health) {
    case 'up': return { kind: 'up', text: state.throttlePercent === null ? 'up' : `up, warms up ${state.throttlePercent} %` }
    case 'unchecked': return { kind: 'up', text: 'up, no check' }
    case 'down': return { kind: 'down', text: state.checkDetail === null && state.check === null ? 'down' : `down: ${state.check ?? state.checkDetail ?? ''}` }
    case 'unknown': return { kind: 'unknown', text: state.text === '' ? 'unknown' : state.text }
  }
}

/** The rules that fire, each once, the gravest first. */
function alertBadges(alerts: readonly Alert[]): readonly Badge[] {
  const told = alerts.filter((alert) => alert.severity !== 'info')
  if (told.length === 0) return []
  const rank = (alert: Alert): number => (alert.severity === 'critical' ? 0 : 1)
  const words = [...new Set(told.toSorted((a, b) => rank(a) - rank(b)).map((alert) => alert.rule))]
  return [{ kind: 'alert', text: words.join(', ') }]
}

function queueBadges(waiting: number): readonly Badge[] {
  return waiting > 0 ? [{ kind: 'queue', text: `${countText(waiting)} waiting` }] : []
}

function sessionBadges(sessions: number | null): readonly Badge[] {
  return sessions !== null && sessions > 0 ? [{ kind: 'sessions', text: `${countText(sessions)} sessions` }] : []
}

export function listenerBadges(row: ListenerRow): readonly Badge[] {
  return sessionBadges(row.gauges.sessions)
}

export function serverBadges({ live }: JoinedServer, alerts: readonly Alert[]): readonly Badge[] {
  if (live === null) return [{ kind: 'unknown', text: 'not running' }]
  const health = healthOf(live.row.state)
  const backup: readonly Badge[] = live.row.state.backup && health.kind === 'up' ? [{ kind: 'up', text: 'backup' }] : []
  return [health, ...alertBadges(alerts), ...queueBadges(live.row.gauges.queued ?? 0), ...backup, ...sessionBadges(live.row.gauges.sessions)]
}

/** Health of several servers as counts; empty slots of templates are none of them. */
function healthCounts(servers: readonly JoinedServer[]): readonly Badge[] {
  const counts: Record<Health, number> = { up: 0, down: 0, maintenance: 0, unknown: 0 }
  let all = 0
  for (const { live } of servers) {
    if (live?.row.state.admin === 'unresolved') continue
    all += 1
    counts[live === null ? 'unknown' : isEligible(live.row.state) ? 'up' : healthOf(live.row.state).kind] += 1
  }
  if (all === 0) return []
  const rest = (['down', 'maintenance', 'unknown'] as const).flatMap((kind): readonly Badge[] => (counts[kind] === 0 ? [] : [{ kind, text: kind === 'maintenance' ? `${counts[kind]} out` : `${counts[kind]} ${kind}` }]))
  return [...rest, { kind: counts.up === 0 ? 'down' : 'up', text: `${counts.up}/${all} up` }]
}

export function groupBadges(servers: readonly JoinedServer[], alerts: readonly Alert[]): readonly Badge[] {
  return [...alertBadges(alerts), ...healthCounts(servers), ...queueBadges(servers.reduce((sum, server) => sum + (server.live?.row.gauges.queued ?? 0), 0))]
}

/** Requests wait at the pool or at single servers; both count. */
export function poolBadges(pool: WatchedPool, alerts: readonly Alert[]): readonly Badge[] {
  const waiting = (pool.live?.row.gauges.queued ?? 0) + pool.servers.reduce((sum, server) => sum + (server.live?.row.gauges.queued ?? 0), 0)
  return [...alertBadges(alerts), ...queueBadges(waiting), ...healthCounts(pool.servers), ...sessionBadges(pool.live?.row.gauges.sessions ?? null)]
}
