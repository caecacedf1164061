import type { Listener, Scope, Step } from '#shared/model/routing-model.ts'
import type { Member, Pool } from '#shared/model/pool.ts'

/** One setting that differs. Null: not set on that side. */
export interface SettingChange {
  readonly setting: string
  readonly before: string | null
  readonly after: string | null
}

export type ElementChangeKind = 'added' | 'removed' | 'changed' | 'moved' | 'renamed'

/**
 * One element that differs, found by identity. `before` is null for added ones, `after` for removed ones.
 * A renamed element has the same content under another name, and no other element could be meant.
 */
export interface ElementChange<Element> {
  readonly kind: ElementChangeKind
  readonly before: Element | null
  readonly after: Element | null
  readonly settings: readonly SettingChange[]
}

/** All listeners of one frontend, listen or server block. */
export interface ListenerGroup {
  readonly name: string
  readonly listeners: readonly Listener[]
}

export interface PoolChange extends ElementChange<Pool> {
  /** Servers that differ; for added and removed pools empty. */
  readonly members: readonly ElementChange<Member>[]
}

export interface ScopeChange {
  /** Group the scope belongs to (frontend, listen or pool name), as in the after side where it exists. */
  readonly before: Scope | null
  readonly after: Scope | null
  readonly steps: readonly ElementChange<Step>[]
  /** Every step of both sides that has a partner, changed or not, as indexes into `steps` of the two scopes. */
  readonly pairs: readonly (readonly [before: number, after: number])[]
}

/** A named condition whose meaning differs although its name is the same, within one listener or pool. */
export interface ConditionChange {
  readonly name: string
  /** Frontend, listen or pool it belongs to. */
  readonly owner: string
  readonly before: string
  readonly after: string
  /** Steps on both sides that use it and have a partner; same order. */
  readonly beforeSteps: readonly Step[]
  readonly afterSteps: readonly Step[]
}

/** What differs between the topologies of two models. Elements that are the same are not listed. */
export interface TopologyDifference {
  readonly listeners: readonly ElementChange<ListenerGroup>[]
  readonly scopes: readonly ScopeChange[]
  /** Ids of every scope that stands on both sides, changed or not. Steps of unchanged ones pair by index. */
  readonly scopePairs: readonly (readonly [before: string, after: string])[]
  readonly pools: readonly PoolChange[]
  readonly conditions: readonly ConditionChange[]
}
