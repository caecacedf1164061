import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'

/** A rule as it is told to people. */
export interface NamedRule {
  /** Null: the end of the list, which has no line of its own. */
  readonly at: Span | null
  /** `frontend web`, `pool api`. */
  readonly owner: string
  /** `send to pool api`. */
  readonly does: string
  /** `path starts with /api/`; empty: always. */
  readonly when: string
}

/** A request that the simulator sent through the config, and what became of it. */
export interface Example {
  readonly request: RequestInput
  /** False: TLS that passes through unread. */
  readonly readable: boolean
  readonly outcome: Outcome
  /** Line that decided; null: none did. */
  readonly rule: Span | null
}

/** A rule that takes requests before a later one. */
export interface Taker extends NamedRule {
  /** A request that satisfies the later rule and gets here; null: none was found that the simulator confirms. */
  readonly example: Example | null
}

/**
 * A line that no request reaches, through any listener: proved.
 *
 * `taken`: earlier rules take all of its requests, together. `contradiction`: no request that comes in here satisfies its
 * condition. `skipped`: every request that would match leaves its list before.
 */
export interface DeadRule extends NamedRule {
  readonly because: 'taken' | 'contradiction' | 'skipped'
  /** Rules that together take everything, as few as were found; empty where they were not looked for in time. */
  readonly takers: readonly Taker[]
  /** Further takers that are not listed. */
  readonly more: number
  /** Parts of its condition that exclude each other, in words. */
  readonly parts: readonly { readonly words: string; readonly at: Span | null }[]
  /** `rule` of a listener, `entry` of a table, `pool-rule` of a pool, `selector` of a server. */
  readonly kind: 'rule' | 'entry' | 'pool-rule' | 'selector'
  /** True where it only answers, refuses or redirects: often there in case. */
  readonly guard: boolean
  /** True where every taker does the same: nothing changes for traffic. */
  readonly harmless: boolean
  /** Pools that get no requests at all because of dead rules like this one. */
  readonly idle: readonly string[]
}

/** One value or alternative of a rule whose requests an earlier, wider rule takes all, while the rest of the rule lives. */
export interface HiddenPart extends NamedRule {
  /** `path starts with /api/auth/`. */
  readonly part: string
  readonly partAt: Span | null
  readonly taker: Taker
}

/** A later rule that is narrower in one field and loses some of its requests to an earlier rule with conditions on others. */
export interface Overlap extends NamedRule {
  /** Field in which the later rule is narrower: `path`. */
  readonly field: string
  readonly early: Taker
  /** Further later rules that lose requests to the same earlier one in the same way. */
  readonly more: number
}

/** Requests of one listener that no rule decides. */
export interface Unmatched {
  readonly owner: string
  readonly at: Span | null
  readonly example: Example
}

/** Each part is proved; `undecided` rules may be reached or not. */
export interface Shadowing {
  readonly dead: readonly DeadRule[]
  readonly hidden: readonly HiddenPart[]
  readonly overlaps: readonly Overlap[]
  /** Overlaps above the limit of their listener, by owner; at least so many. */
  readonly moreOverlaps: readonly { readonly owner: string; readonly count: number }[]
  readonly unmatched: readonly Unmatched[]
  /** Deciding rules that were not decided, and the most frequent reason. */
  readonly undecided: { readonly count: number; readonly because: string | null }
  readonly work: { readonly listeners: number; readonly rules: number; readonly solverCalls: number }
}
