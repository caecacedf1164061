import type { Span } from '#shared/text/span.ts'
import type { AlertRule, AlertSeverity, Evaluation, RuleId, TrafficShift } from './evaluation.ts'
import { ruleOrder } from './evaluation.ts'
import type { Trouble } from './trouble.ts'

/** A line that differs between the config that runs and the last known good one, on the side where it stands. */
export interface AlertCause {
  readonly side: 'running' | 'known-good'
  readonly at: Span
}

export interface Alert {
  /** Stays the same while it fires: rule, pool, server, and what of it where there are several. */
  readonly key: string
  readonly rule: RuleId
  readonly pool: string | null
  readonly server: string | null
  /** Servers of the pool that it is about; empty: none in particular. */
  readonly servers: readonly string[]
  /** Whether the pool, or the server where one is named, gets more or less than it should; null: it is not about that. */
  readonly traffic: TrafficShift | null
  readonly severity: AlertSeverity
  readonly sentence: string
  /** What the data says besides, and what it rules out, in short sentences. */
  readonly evidence: readonly string[]
  /** Where requests come to grief, for rules that count it. */
  readonly trouble?: Trouble
  /** Line of the config that runs. */
  readonly at: Span | null
  /** Lines whose change brought it about; empty where nobody compared the configs or none can be named. */
  readonly causes: readonly AlertCause[]
  /** Wall clock of the poll that made it fire. */
  readonly sinceMs: number
  /** Key of an alert that explains this one; then it is listed under it. */
  readonly mutedBy: string | null
  /** Somebody knows about it: until then it does not count. */
  readonly waived: { readonly reason: string; readonly until: string } | null
}

interface Entry {
  shown: number
  gone: number
  fires: boolean
  sinceMs: number
  last: Evaluation
}

type Timing = Pick<AlertRule, 'id' | 'confirm' | 'clear'>

/** Remembers which alerts fire. Polls without data hold everything as it is. */
export class AlertBook {
  readonly #entries = new Map<string, Entry>()

  /** Everything that one rule says about one poll. */
  note(timing: Timing, evaluations: readonly Evaluation[], wallMs: number): void {
    const seen = new Set<string>()
    for (const evaluation of evaluations) {
      const key = keyOf(evaluation)
      seen.add(key)
      this.#take(key, evaluation, timing, wallMs)
    }
    // A pool or server that is gone, or a drift that is over, is not evaluated any more.
    for (const [key, entry] of this.#entries) {
      if (entry.last.rule === timing.id && !seen.has(key)) this.#take(key, { ...entry.last, holds: false }, timing, wallMs)
    }
  }

  #take(key: string, evaluation: Evaluation, timing: Timing, wallMs: number): void {
    if (evaluation.holds === null) return
    const entry = this.#entries.get(key) ?? { shown: 0, gone: 0, fires: false, sinceMs: 0, last: evaluation }
    if (evaluation.holds) {
      entry.shown += 1
      entry.gone = 0
      entry.last = evaluation
      if (!entry.fires && (entry.shown >= timing.confirm || evaluation.atOnce === true)) {
        entry.fires = true
        entry.sinceMs = wallMs
      }
      this.#entries.set(key, entry)
      return
    }
    entry.shown = 0
    entry.gone += 1
    if (!entry.fires || entry.gone >= timing.clear) this.#entries.delete(key)
  }

  /** Ends every alert of one rule whose evaluations stopped altogether. */
  end(rule: RuleId): void {
    for (const [key, entry] of this.#entries) if (entry.last.rule === rule) this.#entries.delete(key)
  }

  /** True while something was shown and does not fire yet: then a closer look is worth it. */
  get pending(): boolean {
    return [...this.#entries.values()].some((entry) => !entry.fires && entry.last.severity !== 'info')
  }

  /** What fires, in the order of reading; a pool without servers explains what its servers show. */
  firing(): readonly Alert[] {
    const alerts = [...this.#entries].filter(([, entry]) => entry.fires).map(([key, { last, sinceMs }]): Alert => ({
      key, rule: last.rule, pool: last.pool, server: last.server, servers: last.servers ?? (last.server === null ? [] : [last.server]), traffic: last.traffic ?? null,
      severity: last.severity, sentence: last.sentence, evidence: last.evidence ?? [], at: last.at, causes: [], sinceMs, mutedBy: null, waived: null,
      ...(last.trouble === undefined ? {} : { trouble: last.trouble }),
    }))
    const down = new Map(alerts.filter((one) => one.rule === 'health' && one.severity === 'critical').map((one) => [one.pool, one.key]))
    const silent = new Map(alerts.filter((one) => one.rule === 'silent').map((one) => [one.pool, one.key]))
    const muted = new Set<RuleId>(['share', 'errors', 'budget', 'queue', 'latency', 'retries'])
    return alerts
      .map((one) => (muted.has(one.rule) ? { ...one, mutedBy: down.get(one.pool) ?? null } : one.rule === 'mix' ? { ...one, mutedBy: silent.get(one.pool) ?? null } : one))
      .sort((a, b) => ruleOrder.indexOf(a.rule) - ruleOrder.indexOf(b.rule) || a.key.localeCompare(b.key, 'en'))
  }
}

function keyOf({ rule, pool, server, aspect }: Evaluation): string {
  return `${rule}:${pool ?? ''}${server === null ? '' : `/${server}`}${aspect === undefined ? '' : `#${aspect}`}`
}
