import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { array, boolean, literal, object, optional, record, SchemaError, string, within, type Infer, type Schema } from '#shared/schema/schema.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { ruleOrder, type AlertSeverity, type RuleId } from './evaluation.ts'

/** `2026-12-01` (to the end of that day, UTC) or a moment with its zone. */
const endDate: Schema<string> = {
  parse(value, path = '') {
    if (typeof value !== 'string' || endMs(value) === null) throw new SchemaError(path, 'a date such as "2026-12-01"', value)
    return value
  },
}

const notBlank: Schema<string> = {
  parse(value, path = '') {
    if (typeof value !== 'string' || value.trim() === '') throw new SchemaError(path, 'a sentence that says why', value)
    return value
  },
}

const common = { enabled: optional(boolean), severity: optional(literal('critical', 'warning', 'info')) }
const plain = object(common)

/** What may be set of each rule; the one number is its threshold. */
const ruleShapes = {
  reload: plain, drift: plain, backups: plain, retries: plain, flapping: plain, blind: plain,
  health: object({ ...common, percent: optional(within(1, 100)) }),
  silent: object({ ...common, minimumRate: optional(within(0.001, 1e9)) }),
  mix: object({ ...common, ratio: optional(within(2, 1000)) }),
  share: object({ ...common, ratio: optional(within(1.25, 1000)) }),
  errors: object({ ...common, percent: optional(within(0.1, 100)) }),
  queue: object({ ...common, length: optional(within(1, 1e9)) }),
  latency: object({ ...common, factor: optional(within(1.1, 1000)) }),
  budget: object({ ...common, objective: optional(within(1, 99.9999)) }),
  lingering: object({ ...common, percent: optional(within(0, 100)) }),
  incomplete: object({ ...common, percent: optional(within(0.1, 100)) }),
} satisfies Record<RuleId, Schema<unknown>>

type RuleSettings = { readonly [R in RuleId]?: Infer<(typeof ruleShapes)[R]> }

/** Name and default of the threshold of each rule that has one. Source: shared/live/README.md, "Alerts". */
const thresholds = {
  health: { name: 'percent', usual: 50 }, silent: { name: 'minimumRate', usual: 0.02 }, mix: { name: 'ratio', usual: 2 }, share: { name: 'ratio', usual: 1.25 }, errors: { name: 'percent', usual: 2 },
  queue: { name: 'length', usual: 5 }, latency: { name: 'factor', usual: 2 }, lingering: { name: 'percent', usual: 10 }, incomplete: { name: 'percent', usual: 2 },
} as const

const rulesSchema: Schema<RuleSettings> = object(Object.fromEntries(ruleOrder.map((rule) => [rule, optional(ruleShapes[rule] as Schema<unknown>)])))

const waiverSchema = object({ rule: literal(...ruleOrder), pool: optional(string), server: optional(string), reason: notBlank, from: optional(endDate), until: endDate })

/** An alert that somebody knows about: it is listed, and does not count until the end. Without a pool or server it is meant for all; with a server, for alerts about that one only. `from`: it counts until then, so that a report does not say that it was known from the start. */
export type Waiver = Infer<typeof waiverSchema>

const settingsSchema = object({ rules: optional(rulesSchema), pools: optional(record(rulesSchema)), waivers: optional(array(waiverSchema)) })

/** Settings of the alerts of one balancer, as they stand in a file. What is left out keeps its default. */
export type AlertSettings = Infer<typeof settingsSchema>

/**
 * Settings from the text of a file.
 *
 * Errors: `not-text` for what is no JSON, `bad-params` for what is wrong in it, with the path of the place.
 */
export function parseAlertSettings(text: string): Result<AlertSettings> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return failed('not-text', `it is no JSON: ${(error as Error).message}.`)
  }
  try {
    return ok(settingsSchema.parse(value))
  } catch (error) {
    if (error instanceof SchemaError) return failed('bad-params', `${error.message}.`)
    throw error
  }
}

/** Pools that settings speak of and a config does not have. */
export function unknownPools(settings: AlertSettings, { pools }: Pick<RoutingModel, 'pools'>): readonly string[] {
  const known = new Set(pools.map((pool) => pool.name))
  const named = new Set([...Object.keys(settings.pools ?? {}), ...(settings.waivers ?? []).flatMap((one) => (one.pool === undefined ? [] : [one.pool]))])
  return [...named].filter((name) => !known.has(name))
}

/** What settings say about single pools and alerts. */
export class AlertPolicy {
  readonly #settings: AlertSettings
  #waivers: readonly (Waiver & { readonly startMs: number; readonly endMs: number })[] = []

  constructor(settings: AlertSettings = {}) {
    this.#settings = settings
    this.useWaivers(settings.waivers ?? [])
  }

  /** From here on these count, instead of those before. */
  useWaivers(waivers: readonly Waiver[]): void {
    this.#waivers = waivers.map((one) => ({ ...one, startMs: one.from === undefined ? -Infinity : startMs(one.from) ?? -Infinity, endMs: endMs(one.until) ?? 0 }))
  }

  #value(rule: RuleId, pool: string | null, key: string): unknown {
    const own = pool === null ? undefined : (this.#settings.pools?.[pool]?.[rule] as Readonly<Record<string, unknown>> | undefined)?.[key]
    return own ?? (this.#settings.rules?.[rule] as Readonly<Record<string, unknown>> | undefined)?.[key]
  }

  isEnabled(rule: RuleId, pool: string | null): boolean {
    return this.#value(rule, pool, 'enabled') !== false
  }

  /** Null: that of the rule. */
  severity(rule: RuleId, pool: string | null): AlertSeverity | null {
    return (this.#value(rule, pool, 'severity') as AlertSeverity | undefined) ?? null
  }

  /** The number from which on a rule fires, in its own unit. */
  threshold(rule: keyof typeof thresholds, pool: string | null): number {
    const { name, usual } = thresholds[rule]
    return (this.#value(rule, pool, name) as number | undefined) ?? usual
  }

  /** Percent of the requests that are to be answered without 5xx; null: nobody said. */
  objective(pool: string): number | null {
    return (this.#value('budget', pool, 'objective') as number | undefined) ?? null
  }

  /**
   * What waives an alert at this moment; null: nothing does. Waivers for single servers do it together: each server that
   * the alert is about needs one, and the first that ends takes the others with it.
   */
  waiverFor(alert: { readonly rule: RuleId; readonly pool: string | null; readonly servers: readonly string[] }, wallMs: number): Pick<Waiver, 'reason' | 'until'> | null {
    const holding = this.#waivers.filter((one) => one.rule === alert.rule && (one.pool === undefined || one.pool === alert.pool) && wallMs >= one.startMs && wallMs < one.endMs)
    const whole = holding.find((one) => one.server === undefined)
    if (whole !== undefined) return whole
    const single = alert.servers.flatMap((server) => holding.find((one) => one.server === server) ?? [])
    if (single.length === 0 || single.length < alert.servers.length) return null
    const { until } = single.reduce((first, one) => (one.endMs < first.endMs ? one : first))
    return { reason: [...new Set(single.map((one) => one.reason))].join(' '), until }
  }
}

/** First moment at which a waiver does not count any more; null: its end is no date. */
export function waiverEndMs({ until }: Pick<Waiver, 'until'>): number | null {
  return endMs(until)
}

/** First moment of a date; null: it is no date. */
function startMs(text: string): number | null {
  const end = endMs(text)
  return end !== null && text.length === 'yyyy-mm-dd'.length ? end - dayMs : end
}

const dayMs = 86_400_000

/** First moment after an end date; null: it is no date. */
function endMs(text: string): number | null {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (day === null) {
    const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN
    return Number.isNaN(moment) ? null : moment
  }
  const [year, month, date] = day.slice(1).map(Number) as [number, number, number]
  const start = new Date(Date.UTC(year, month - 1, date))
  return start.getUTCMonth() === month - 1 && start.getUTCDate() === date ? start.getTime() + dayMs : null
}
