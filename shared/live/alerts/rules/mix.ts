import { LearnedShares } from '#shared/live/learned.ts'
import type { Rated } from '#shared/live/join.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { findShareShifts, isBeyond, windows, type SharePoll } from '#shared/live/share-test.ts'
import type { ListenerRow, PoolRow } from '#shared/live/snapshot.ts'
import { chanceWords } from '#shared/live/alerts/evidence.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { unitsIn, unitWord } from './units.ts'

const warmUpMs = 120_000
const longest = Math.max(...windows)

interface Poll {
  readonly counts: readonly number[]
  readonly durationMs: number
}

/** Memory of pools that are compared with each other. */
interface Compared {
  readonly learned: LearnedShares
  history: Poll[]
}

/** A pool gets clearly more or less than it used to of what the listeners that can reach it get: rules send requests elsewhere. */
export function mixRule(policy: AlertPolicy): AlertRule {
  let known = new Map<string, Compared>()
  return {
    id: 'mix', confirm: 2, clear: 10, isState: false,
    look(view) {
      const rows = new Map(view.pools.flatMap(({ name, live }) => (live === null ? [] : [[name, live] as const])))
      const listeners = new Map(view.listeners.map((one) => [one.row.owner, one]))
      const now = new Map<string, Compared>()
      const evaluations = view.reach.flatMap((group) => {
        const isShared = group.related.length > group.pools.length
        // What a pool is compared with is part of what is usual.
        const key = [group.pools, ...(isShared ? [group.related, group.listeners] : [])].map((names) => names.join('\n')).join('\n\n')
        const compared = known.get(key) ?? { learned: new LearnedShares(warmUpMs), history: [] }
        now.set(key, compared)
        const all = (isShared ? group.related : group.pools).flatMap((name) => rows.get(name) ?? [])
        const counts = group.pools.map((name) => unitsOf(rows.get(name)))
        const interval = rows.get(group.pools[0] as string)?.interval ?? null
        const rest = isShared ? restOf(counts, all, group.listeners.flatMap((name) => listeners.get(name) ?? [])) : undefined
        if (interval === null || interval.durationMs === 0 || rest === null || !counts.every((count) => count !== null)) {
          // After a restart the counts begin again; what is usual stays known.
          compared.history = []
          return group.pools.map((name) => quiet('mix', name, null, null))
        }
        // Nothing else gets requests from the same listeners.
        if (counts.length === 1 && rest === undefined) return [quiet('mix', group.pools[0] as string, null, false)]
        // One interval over many polls that are missing outweighs all others.
        if (interval.marks.includes('wide')) {
          compared.history = []
          return group.pools.map((name) => quiet('mix', name, null, null))
        }
        const poll = { counts: rest === undefined ? counts : [...counts, rest], durationMs: interval.durationMs }
        compared.history.push(poll)
        if (compared.history.length > longest) compared.history.shift()
        compared.learned.add(poll.counts, poll.durationMs)
        return judge(view, group.pools, compared, unitWord(all.map((one) => one.row)), policy)
      })
      known = now
      return evaluations
    },
  }
}

const unitsOf = (one: Rated<ListenerRow> | Rated<PoolRow> | undefined): number | null => (one === undefined ? null : unitsIn(one.row, one.interval))

/** What the listeners of some pools got for other ones: no more than they got, and no more than all pools got that they can reach. Null: not known. */
function restOf(counts: readonly (number | null)[], related: readonly Rated<PoolRow>[], listeners: readonly Rated<ListenerRow>[]): number | null {
  const known = [related, listeners].flatMap((rows) => {
    const units = rows.map(unitsOf)
    return units.length > 0 && units.every((count) => count !== null) ? [units.reduce((sum, count) => sum + count, 0)] : []
  })
  return known.length === 0 ? null : Math.max(0, Math.min(...known) - counts.reduce<number>((sum, count) => sum + (count ?? 0), 0))
}

/** The counts of a poll are those of the named pools, then the rest where there is one. */
function judge(view: LiveView, names: readonly string[], { learned, history }: Compared, unit: string, policy: AlertPolicy): readonly Evaluation[] {
  const baseline = learned.baseline()
  if (baseline === null) return names.map((name) => quiet('mix', name, null, null))
  const polls = history.map(({ counts }): SharePoll => ({ counts, low: baseline.shares, high: baseline.shares }))
  const shifts = new Map(findShareShifts(polls, { threshold: 16, ratio: 2, scatter: baseline.scatter }).flatMap((shift) => (shift.server < names.length ? [[names[shift.server] as string, shift] as const] : [])))
  return names.map((name): Evaluation => {
    const shift = shifts.get(name)
    if (shift === undefined || !isBeyond(shift, policy.threshold('mix', name))) return quiet('mix', name, null, false)
    const seconds = Math.max(1, Math.round(history.slice(-shift.polls).reduce((sum, one) => sum + one.durationMs, 0) / 1000))
    const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
    return {
      rule: 'mix', pool: name, server: null, traffic: shift.direction === 'high' ? 'more' : 'less', holds: true, severity: 'warning', evidence: [chanceWords(shift.strength)], at: view.pools.find((pool) => pool.name === name)?.pool?.origin[0] ?? null,
      sentence: `Pool ${name} got ${percent(shift.share)} of ${shift.units} ${unit} in the last ${seconds} s; usual are ${percent(shift.expected)}.`,
    }
  })
}
