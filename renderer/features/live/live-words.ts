import type { LiveAlert, LivePool, LiveRange, LiveSample, LiveServer } from '#shared/view/live-sample.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { TimelineMetric } from './live-state.ts'

/** A rate as people read it: `2.9k`, `412`, `0.4`; unknown is `?`. */
export function rateWords(rate: number | null): string {
  if (rate === null) return '?'
  if (rate >= 1_000_000) return `${(rate / 1_000_000).toFixed(1)}M`
  if (rate >= 10_000) return `${Math.round(rate / 1000)}k`
  if (rate >= 1000) return `${(rate / 1000).toFixed(1)}k`
  return rate === 0 || rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)
}

/** Bytes per second: `3.1 MB`. */
export function bytesWords(bytes: number | null): string {
  if (bytes === null) return '?'
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] as string}`
}

export function shareWords(share: number | null): string {
  return share === null ? '?' : `${(share * 100).toFixed(1)} %`
}

export function rangeWords(range: LiveRange | null): string {
  if (range === null) return 'not foretold'
  return range.low === range.high ? shareWords(range.low) : `${(range.low * 100).toFixed(0)}–${(range.high * 100).toFixed(0)} %`
}

export function milliseconds(value: number | null): string {
  return value === null ? '?' : value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`
}

/** How long something lasts: `8 s`, `13 min 23 s`, `2 h 5 min`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
  return `${Math.floor(seconds / 86_400)} days`
}

/** Local time of day; with the date where it is another day than `nowMs`. */
export function clockWords(atMs: number, nowMs: number = atMs): string {
  const at = new Date(atMs)
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')} ${time}`
}

export function utcWords(atMs: number): string {
  return `UTC ${new Date(atMs).toISOString().slice(11, 19)}`
}

/** State of a server with the tone that gives its sign. A server that is not running, or whose state is not known, is unknown and never shown as up. */
export function serverState(server: LiveServer): { readonly tone: Tone; readonly word: string } {
  if (!server.running) return { tone: 'unknown', word: 'not running' }
  const word = server.throttlePercent === null ? (server.state ?? 'unknown') : `${server.state ?? ''}, warming up ${server.throttlePercent} %`
  if (server.admin === 'maintenance' || server.admin === 'drain' || server.admin === 'weight-zero' || server.admin === 'stopping') return { tone: 'maintenance', word }
  if (server.admin === 'unresolved') return { tone: 'unknown', word: 'no address yet' }
  switch (server.health) {
    case 'up': return { tone: 'ok', word }
    case 'down': return { tone: 'down', word }
    case 'unchecked': return { tone: 'ok', word: 'up, not checked' }
    case 'unknown': return { tone: 'unknown', word }
  }
}

const graveness = { critical: 2, warning: 1, info: 0 } as const

/** Alerts that ask for something, those that follow from another one last. */
export function firingAlerts(sample: Pick<LiveSample, 'alerts'> | null): readonly LiveAlert[] {
  return sample === null ? [] : sample.alerts.filter((alert) => alert.severity !== 'info' && alert.mutedBy === null && alert.waived === null)
}

/** The pool to look at when nobody chose one: of the gravest alert, else one whose shares are wrong, else the first with several servers. */
export function worstPool(sample: LiveSample): string | null {
  const alerts = firingAlerts(sample).filter((alert) => alert.pool !== null)
  const gravest = alerts.reduce<LiveAlert | null>((worst, alert) => (worst === null || graveness[alert.severity] > graveness[worst.severity] ? alert : worst), null)
  if (gravest !== null) return gravest.pool
  const off = sample.pools.filter((pool) => judgedShares(pool).severity !== 'none')
  // In the order of the config, so that pools that are much alike do not take turns.
  return (off[0] ?? sample.pools.find((pool) => pool.servers.length > 1) ?? sample.pools[0])?.name ?? null
}

/** Head of a column of rates; `null`: several pools that are counted differently. */
export function workTitle(counted: LivePool['counted'] | null): string {
  switch (counted) {
    case 'requests': return 'req/s'
    case 'tries': return 'tries/s'
    case 'connections': return 'conn/s'
    case null: return 'per second'
  }
}

/** The last poll gave no answer: what stands on the screen is older than it should be. */
export function isStale(sample: LiveSample): boolean {
  return sample.missed !== null
}

/** Whether the running config and the last known good one are the same; null: one of them is not known. */
export function differsFromGood(session: { readonly running: { readonly hash: string } | null; readonly knownGood: { readonly hash: string } | null }): boolean | null {
  return session.running === null || session.knownGood === null ? null : session.running.hash !== session.knownGood.hash
}

/** What an alert says first, and what it says besides. */
export function splitSentence(text: string): readonly [title: string, rest: string] {
  const end = /[.!?] (?=[A-Z])/.exec(text)
  return end === null ? [text, ''] : [text.slice(0, end.index + 1), text.slice(end.index + 2)]
}

const metricOfRule: Partial<Readonly<Record<LiveAlert['rule'], TimelineMetric>>> = { share: 'share', silent: 'requests', mix: 'requests', errors: 'errors', latency: 'response', queue: 'queue', backups: 'share', health: 'errors', retries: 'errors' }

/** The values that show what an alert is about; shares where there is none. */
export function metricOf(sample: LiveSample | null, pool: string | null): TimelineMetric {
  const alert = firingAlerts(sample).find((one) => one.pool === pool)
  return (alert === undefined ? undefined : metricOfRule[alert.rule]) ?? 'share'
}

/** What the shares of a pool are judged by: the last known good config where they are wrong against it, else the one that runs. */
export function judgedShares(pool: LivePool): LivePool['shares'] {
  return pool.shares.severity === 'none' && pool.knownGood !== null && pool.knownGood.severity !== 'none' ? pool.knownGood : pool.shares
}
