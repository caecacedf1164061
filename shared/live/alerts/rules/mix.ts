import { LearnedShares } from '#shared/live/learned.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { findShareShifts, isBeyond, windows, type SharePoll } from '#shared/live/share-test.ts'
import { chanceWords } from '#shared/live/alerts/evidence.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'

const warmUpMs = 120_000
const longest = Math.max(...windows)

/** A pool gets clearly more or less of the traffic than it used to: rules send requests elsewhere. */
export function mixRule(policy: AlertPolicy): AlertRule {
  let learned = new LearnedShares(warmUpMs)
  let names = ''
  let history: { readonly counts: readonly number[]; readonly durationMs: number }[] = []
  return {
    id: 'mix', confirm: 2, clear: 10, isState: false,
    look(view) {
      const pools = view.pools.filter((pool) => pool.live !== null)
      const now = pools.map((pool) => pool.name).join('\n')
      if (now !== names) {
        learned = new LearnedShares(warmUpMs)
        history = []
        names = now
      }
      const counts = pools.map((pool) => pool.live?.interval?.deltas[pool.live.row.protocol === 'tcp' ? 'connections' : 'requests'] ?? null)
      const durationMs = pools[0]?.live?.interval?.durationMs ?? 0
      if (pools.length < 2 || durationMs === 0 || !counts.every((count) => count !== null)) {
        // After a restart the counts begin again; what is usual stays known.
        history = []
        return pools.map((pool) => quiet('mix', pool.name, null, null))
      }
      // One interval over many polls that are missing outweighs all others.
      if (pools.some((pool) => pool.live?.interval?.marks.includes('wide') === true)) {
        history = []
        return pools.map((pool) => quiet('mix', pool.name, null, null))
      }
      history.push({ counts, durationMs })
      if (history.length > longest) history.shift()
      learned.add(counts, durationMs)
      return judge(view, pools.map((pool) => pool.name), learned, history, policy)
    },
  }
}

function judge(view: LiveView, names: readonly string[], learned: LearnedShares, history: readonly { readonly counts: readonly number[]; readonly durationMs: number }[], policy: AlertPolicy): readonly Evaluation[] {
  const baseline = learned.baseline()
  if (baseline === null) return names.map((name) => quiet('mix', name, null, null))
  const polls = history.map(({ counts }): SharePoll => ({ counts, low: baseline.shares, high: baseline.shares }))
  const shifts = new Map(findShareShifts(polls, { threshold: 16, ratio: 2, scatter: baseline.scatter }).map((shift) => [names[shift.server] as string, shift]))
  return names.map((name): Evaluation => {
    const shift = shifts.get(name)
    if (shift === undefined || !isBeyond(shift, policy.threshold('mix', name))) return quiet('mix', name, null, false)
    const seconds = Math.max(1, Math.round(history.slice(-shift.polls).reduce((sum, one) => sum + one.durationMs, 0) / 1000))
    const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
    return {
      rule: 'mix', pool: name, server: null, traffic: shift.direction === 'high' ? 'more' : 'less', holds: true, severity: 'warning', evidence: [chanceWords(shift.strength)], at: view.pools.find((pool) => pool.name === name)?.pool?.origin[0] ?? null,
      sentence: `Pool ${name} got ${percent(shift.share)} of ${shift.units} requests in the last ${seconds} s; usual are ${percent(shift.expected)}.`,
    }
  })
}
