import type { Pool } from '#shared/model/pool.ts'
import type { Action, Scope, Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Phase, ProxyDraft, RuleDraft, RulePhase } from './proxy.ts'
import type { CompileState } from './state.ts'
import { withTiming } from './timing.ts'
import type { Waits } from './timing.ts'

/** What building needs besides the proxies. */
export interface Building {
  readonly state: CompileState
  readonly proxies: readonly ProxyDraft[]
  readonly pools: ReadonlyMap<string, ProxyDraft>
  readonly entries: ReadonlyMap<string, ProxyDraft>
  readonly scopes: Map<string, Scope>
  /** Some dynamic rule may lead to any pool. */
  dynamic: boolean
  /** Some TCP entry waits for such data, so pools behind it see it. */
  waits: { hello: boolean; request: boolean }
  readonly sourceOf: (at: Span) => string
  /** The last made; neighbours mostly share it. */
  retries: Pool['retries'] | null
}

/** Pools and rules are built in portions: a function that is called often is optimised for good, one long loop again for each file. */
export const portion = 128

const phaseTitles: Readonly<Record<Phase, string>> = {
  'tcp-connection': 'tcp-request connection rules', 'tcp-session': 'tcp-request session rules', 'tcp-content': 'tcp-request content rules', monitor: 'monitor page',
  'http-request': 'http-request rules', stats: 'statistics page', redirect: 'redirect rules', switching: 'use_backend rules',
}

export interface Part {
  readonly phase: Phase
  readonly steps: readonly Step[]
}

/** Rules of the named defaults run first (H-DEF-3b). */
export function withInherited(proxy: ProxyDraft, phase: RulePhase): readonly RuleDraft[] {
  const inherited = proxy.defaults?.rules[phase]
  return inherited === undefined || inherited.length === 0 ? proxy.rules[phase] : [...inherited, ...proxy.rules[phase]]
}

export function toSteps(building: Building, proxy: ProxyDraft, phase: Phase, rules: readonly RuleDraft[], waits: Waits | null): readonly Step[] {
  const ids = new IdList(`step:${proxy.name}/${phase}/`)
  return rules.map((rule) => ({
    id: ids.next(`${rule.keyword} ${rule.text}`),
    when: waits === null ? rule.when : withTiming(building.state, rule.when, waits, building.sourceOf),
    does: rule.does,
    origin: rule.origin,
  }))
}

/** Ids of the steps of one scope: by content, with `#2` for the second of equal ones. */
export class IdList {
  readonly #prefix: string
  readonly #counts = new Map<string, number>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  next(text: string): string {
    const count = (this.#counts.get(text) ?? 0) + 1
    this.#counts.set(text, count)
    return count === 1 ? this.#prefix + text : `${this.#prefix}${text}#${count}`
  }
}

/** Chains the parts that have steps; gives the id of the first. The last one ends with `otherwise`. */
export function chain(building: Building, prefix: string, owner: string, parts: readonly Part[], otherwise: Action): string | null {
  const used = parts.filter((part) => part.steps.length > 0 || part.phase === 'switching')
  used.forEach((part, index) => {
    const id = `${prefix}/${part.phase}`
    const next = used[index + 1]
    building.scopes.set(id, {
      id, title: `${phaseTitles[part.phase]} of ${owner}`, steps: part.steps, next: next === undefined ? null : `${prefix}/${next.phase}`, otherwise: next === undefined ? otherwise : null,
    })
  })
  const first = used[0]
  return first === undefined ? null : `${prefix}/${first.phase}`
}
