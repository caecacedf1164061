import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { AlertBook, type Alert } from './alert-book.ts'
import { EvidenceBook } from './evidence.ts'
import type { AlertRule, RuleId } from './evaluation.ts'
import { healthRule } from './rules/health.ts'
import { budgetRule } from './rules/budget.ts'
import { driftRule } from './rules/drift.ts'
import { backupsRule, flappingRule, reloadRule } from './rules/states.ts'
import { latencyRule } from './rules/latency.ts'
import { errorsRule, queueRule, retriesRule } from './rules/suffering.ts'
import { AlertPolicy, type AlertSettings, type Waiver } from './settings.ts'
import { mixRule } from './rules/mix.ts'
import { incompleteRule, lingeringRule } from './rules/partial.ts'
import { shareRule, silentRule } from './rules/traffic.ts'

const settlePolls = 2
const missesBeforeBlind = 3
const stoppingBeforeBlind = 2
/** Rules that look for what a reload did to the traffic. */
const survivesReload: ReadonlySet<RuleId> = new Set(['silent', 'mix'])

/** Every rule over the polls of one balancer, with what fires. The same polls give the same alerts. */
export class AlertWatch {
  readonly #rules: readonly AlertRule[]
  readonly #policy: AlertPolicy
  readonly #book = new AlertBook()
  readonly #evidence = new EvidenceBook()
  #last: LiveView | null = null
  #settling = 0
  #misses = 0

  constructor(settings: AlertSettings = {}) {
    const policy = new AlertPolicy(settings)
    this.#policy = policy
    this.#rules = [
      reloadRule(), driftRule(policy), healthRule(policy), backupsRule(), silentRule(policy), mixRule(policy), shareRule(policy), errorsRule(policy), budgetRule(policy), queueRule(policy), latencyRule(policy), retriesRule(), flappingRule(), lingeringRule(policy), incompleteRule(policy),
    ]
  }

  /** Alerts that fire after this poll, in the order of reading. */
  add(view: LiveView): readonly Alert[] {
    const wallMs = view.snapshot.taken.wallMs
    this.#misses = 0
    if (!view.snapshot.stopping) this.#book.end('blind')
    else if (this.#policy.isEnabled('blind', null)) {
      this.#book.note({ id: 'blind', confirm: stoppingBeforeBlind, clear: 1 }, [{
        rule: 'blind', pool: null, server: null, holds: true, severity: 'warning', at: null, sentence: 'These numbers come from a process that is ending; new connections go to another one, which they leave out.',
      }], wallMs)
    }
    // After a reload counts and connections start again: what they show at first is not told.
    if (view.restarted) this.#settling = settlePolls
    else if (this.#settling > 0) this.#settling -= 1
    // An interval over many polls that are missing says nothing about any of them: it neither begins nor ends what is counted.
    const isWide = [...view.listeners, ...view.pools.flatMap((pool) => pool.live ?? [])].some(({ interval }) => interval?.marks.includes('wide') === true)
    for (const rule of this.#rules) {
      const evaluations = rule.look(view).filter((one) => this.#policy.isEnabled(rule.id, one.pool))
      const held = !rule.isState && (isWide || (this.#settling > 0 && !survivesReload.has(rule.id)))
      this.#book.note(rule, held ? evaluations.map((one) => ({ ...one, holds: null })) : evaluations, wallMs)
    }
    this.#evidence.note(view)
    this.#last = view
    return this.#firing(wallMs)
  }

  /** A poll that failed. Everything else stays as it was. */
  miss(failure: Failure, wallMs: number): readonly Alert[] {
    this.#misses += 1
    if (this.#policy.isEnabled('blind', null)) this.#book.note({ id: 'blind', confirm: missesBeforeBlind, clear: 1 }, [{
      rule: 'blind', pool: null, server: null, holds: true, severity: 'warning', at: null, sentence: `The balancer cannot be watched; the last ${this.#misses} polls failed. ${failure.message}`,
    }], wallMs)
    return this.#firing(wallMs)
  }

  #firing(wallMs: number): readonly Alert[] {
    const view = this.#last
    return this.#book.firing().map((alert) => {
      const waiver = this.#policy.waiverFor(alert, wallMs)
      return {
        ...alert, severity: this.#policy.severity(alert.rule, alert.pool) ?? alert.severity, evidence: view === null ? alert.evidence : [...alert.evidence, ...this.#evidence.about(alert, view)],
        waived: waiver === null ? null : { reason: waiver.reason, until: waiver.until },
      }
    })
  }

  /** Known from here on; what is set otherwise stays as it is. */
  useWaivers(waivers: readonly Waiver[]): void {
    this.#policy.useWaivers(waivers)
  }

  /** Something was seen that does not fire yet: polls may come closer together. */
  get pending(): boolean {
    return this.#book.pending
  }
}
