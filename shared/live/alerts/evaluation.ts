import type { Span } from '#shared/text/span.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import type { Trouble } from './trouble.ts'

/** Alert rules in the order in which an incident is read: what changed, what is gone, where traffic goes, what it suffers. */
export const ruleOrder = ['reload', 'drift', 'health', 'backups', 'silent', 'mix', 'share', 'errors', 'budget', 'queue', 'latency', 'retries', 'flapping', 'lingering', 'incomplete', 'blind'] as const
export type RuleId = (typeof ruleOrder)[number]

export type AlertSeverity = 'critical' | 'warning' | 'info'
export type TrafficShift = 'more' | 'less'

/** What one rule says about one pool or server in one poll. */
export interface Evaluation {
  readonly rule: RuleId
  /** Null: the whole balancer. */
  readonly pool: string | null
  readonly server: string | null
  /** Servers of the pool that it is about, where the key names none. */
  readonly servers?: readonly string[]
  /** Whether the pool, or the server where one is named, gets more or less traffic than it should. */
  readonly traffic?: TrafficShift
  /** Tells several evaluations of one server apart. */
  readonly aspect?: string
  /** Null: this poll has no data for it. Then nothing begins and nothing ends. */
  readonly holds: boolean | null
  readonly severity: AlertSeverity
  /** Numbers and evidence, in one or two plain sentences. */
  readonly sentence: string
  /** What the rule itself knows besides, in short sentences. */
  readonly evidence?: readonly string[]
  /** Where requests come to grief, for rules that count it. */
  readonly trouble?: Trouble
  /** Line of the config that has to do with it. */
  readonly at: Span | null
  /** Fires in the first poll that shows it. */
  readonly atOnce?: boolean
}

/** One rule with its memory. Looks at every poll in turn. */
export interface AlertRule {
  readonly id: RuleId
  /** Polls running that have to show it before it fires, and that have to be without it before it ends. */
  readonly confirm: number
  readonly clear: number
  /** True for states, which are told right after a reload, too. */
  readonly isState: boolean
  look(view: LiveView): readonly Evaluation[]
}

/** An evaluation that does not hold: it needs no sentence. */
export function quiet(rule: RuleId, pool: string | null, server: string | null, holds: false | null): Evaluation {
  return { rule, pool, server, holds, severity: 'info', sentence: '', at: null }
}
