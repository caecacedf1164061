import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'

export type ClassKind = 'misroute' | 'unreachable' | 'newly-reachable' | 'status' | 'redirect' | 'rewrite' | 'policy' | 'listener'
export type Severity = 'critical' | 'warning' | 'notice'

/** What one config does with a request. */
export interface ClassSide {
  readonly outcome: Outcome
  /** The line that decided; null where the product answers by itself. */
  readonly rule: Span | null
}

/** One pair of deciding rules: every request that `before.rule` decided and that `after.rule` decides now. */
export interface ClassMember {
  readonly when: string
  readonly witness: RequestInput
  readonly before: ClassSide
  readonly after: ClassSide
}

/**
 * Requests whose outcome differs in one way that one sentence can say, or that are met differently at the same place.
 * Classes about rules are disjoint; those about pools, listeners and chance may hold requests of others. Every witness was replayed
 * through the simulator on both configs; `before` and `after` are what it answered.
 */
export interface RequestClass {
  /** Stable: made from listener, kind, outcomes and condition, never from places. */
  readonly id: string
  readonly severity: Severity
  readonly kind: ClassKind
  /** Group name of the listener. */
  readonly listener: string
  /** Which requests, in words: `host is api.shop.example and path starts with /v2/auth/`. */
  readonly when: string
  /** One sentence about traffic: `Requests for api.shop.example/v2/auth/… go to pool api instead of auth.` */
  readonly summary: string
  readonly witness: RequestInput
  readonly before: ClassSide
  readonly after: ClassSide
  /** Lines whose change causes it, on each side; at least one side is not empty where a line can be named. */
  readonly cause: { readonly before: readonly Span[]; readonly after: readonly Span[] }
  /** Every line that takes part in the decisions of this class: rules, the tests in their conditions, effects before them. Null: too many to list. */
  readonly lines: { readonly before: readonly Span[]; readonly after: readonly Span[] } | null
  /** What this class stands for, 1 or more: rule pairs, pools or listeners, see `about`. */
  readonly count: number
  /** One example of each, first ones first; at most `memberLimit` of `count`. */
  readonly members: readonly ClassMember[]
  /** What differs: rules, servers and settings of pools, or settings of listeners. */
  readonly about: 'rules' | 'pools' | 'listeners'
  /** Unmodelled conditions that must hold or must not hold for a request to be in this class; empty: none. */
  readonly depends: readonly { readonly text: string; readonly holds: boolean; readonly at: Span }[]
}

/** Requests for which the comparison cannot say whether the outcome differs. */
export interface UnknownRegion {
  readonly listener: string | null
  /** Which requests, in words. */
  readonly when: string
  /** The line or budget that made them so: `Lua action at line 12 is not modelled`. */
  readonly because: string
  readonly side: 'before' | 'after'
  readonly at: Span
}

export interface ListenerChange {
  readonly name: string
  readonly addresses: readonly string[]
  readonly status: 'same' | 'changed' | 'added' | 'removed'
}

/**
 * Which requests go somewhere else or are met differently. Every request is in a class of `differs`, in `unknown`, or
 * proved the same under `assumptions`; it is in one class about rules at most.
 */
export interface BehaviourDiff {
  /** True when `unknown` is empty. */
  readonly complete: boolean
  readonly listeners: readonly ListenerChange[]
  /** Most severe first. */
  readonly differs: readonly RequestClass[]
  readonly unknown: readonly UnknownRegion[]
  /** Lines of rules, conditions and effects that differ, whether or not a class names them. Null: too many to list. */
  readonly changedLines: { readonly before: readonly Span[]; readonly after: readonly Span[] } | null
  /** Pools that some request reached before and none reaches now, and the other way round. */
  readonly pools: { readonly unreachable: readonly string[]; readonly reachable: readonly string[] }
  /** What the proof takes for granted, as sentences: `Every request carries one Host name.` */
  readonly assumptions: readonly string[]
  /** The certificate: how much work the proof took. */
  readonly work: { readonly rules: number; readonly changedRules: number; readonly pairs: number; readonly solverCalls: number; readonly milliseconds: number }
}

/** Lines listed for one class or comparison, per side. */
export const lineLimit = 5000

/** Rule pairs listed for one class. */
export const memberLimit = 50
