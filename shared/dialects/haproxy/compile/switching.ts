import { always, never } from '#shared/model/predicate.ts'
import type { Action, Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { unlessDisabled } from './disabled-pools.ts'
import type { ProxyDraft, SwitchDraft } from './proxy.ts'
import { memberCount } from './member-sink.ts'
import { report } from './state.ts'
import type { CompileState } from './state.ts'
import { IdList, portion } from './steps.ts'
import type { Building } from './steps.ts'
import { withTiming } from './timing.ts'
import type { Waits } from './timing.ts'

/** What happens to requests that no rule sends anywhere. */
export const noPool: Action = { kind: 'respond', status: 503, why: 'no rule chooses a backend' }

/** The `use_backend` rules of an entry, and what holds after them. */
export function switchingSteps(building: Building, proxy: ProxyDraft, waits: Waits | null): readonly Step[] {
  const steps: Step[] = []
  const fallback = fallbackOf(building, proxy)
  const ids = new SwitchIds(proxy)
  for (let at = 0; at < proxy.switching.length; at += portion) addSomeSwitches(building, proxy, at, ids, waits, fallback, steps)
  if (fallback !== null) steps.push({ id: `step:${proxy.name}/default`, when: always, does: fallback.action, origin: [fallback.at] })
  return steps
}

/** Ids of `use_backend` lines. Lines that name different pools differ, so most lists need no count of equal texts. */
class SwitchIds {
  readonly #proxy: ProxyDraft
  readonly #prefix: string
  #counted: IdList | null = null

  constructor(proxy: ProxyDraft) {
    this.#proxy = proxy
    this.#prefix = `step:${proxy.name}/switching/use_backend `
  }

  /** Id of rule `index`, which names `pool`; to be asked in order. */
  next(index: number, pool: ProxyDraft | undefined): string {
    const { switching } = this.#proxy
    const { text } = switching[index] as SwitchDraft
    if (this.#counted === null && pool !== undefined && pool.namedBy !== this.#proxy) {
      pool.namedBy = this.#proxy
      return this.#prefix + text
    }
    if (this.#counted === null) {
      this.#counted = new IdList(this.#prefix)
      for (let earlier = 0; earlier < index; earlier += 1) this.#counted.next((switching[earlier] as SwitchDraft).text)
    }
    return this.#counted.next(text)
  }
}

function addSomeSwitches(building: Building, proxy: ProxyDraft, from: number, ids: SwitchIds, waits: Waits | null, fallback: Fallback | null, steps: Step[]): void {
  const to = Math.min(proxy.switching.length, from + portion)
  for (let index = from; index < to; index += 1) {
    const rule = proxy.switching[index] as SwitchDraft
    const pool = typeof rule.target === 'string' ? building.pools.get(rule.target) : undefined
    steps.push(switchStep(building, proxy, rule, pool, ids.next(index, pool), waits, fallback))
  }
}

/** `pool`: what the name of the target stands for. */
function switchStep(building: Building, proxy: ProxyDraft, rule: SwitchDraft, pool: ProxyDraft | undefined, id: string, waits: Waits | null, fallback: Fallback | null): Step {
  const when = waits === null ? rule.when : withTiming(building.state, rule.when, waits, building.sourceOf)
  const { target } = rule
  if (typeof target !== 'string') {
    building.dynamic = true
    return { id, when: unlessDisabled(building.state, building.pools, when, target, targetSpan(rule)), does: { kind: 'dispatch', key: target, onMiss: fallback?.action ?? noPool }, origin: [rule.origin] }
  }
  if (pool === undefined) return { id, when, does: undefinedPool(building, proxy, target, targetSpan(rule), 'use_backend'), origin: [rule.origin] }
  if (pool !== proxy) pool.isReached = true
  if (proxy.settings.mode !== pool.settings.mode) checkModes(building.state, proxy, pool, targetSpan(rule))
  // From 3.4 on a rule whose pool is disabled is passed over (H-ORD-19).
  const skipped = building.state.release >= 304 && !pool.settings.enabled
  // The pool's own text, not the equal one of this line: whoever looks it up finds it by its address.
  const wording = rule.standsAlone && waits === null && !skipped ? rule.text : null
  return { id, when: skipped ? never : when, does: { kind: 'forward', pool: pool.name }, origin: [rule.origin], wording }
}

function targetSpan(rule: SwitchDraft): Span {
  return { file: rule.origin.file, start: rule.targetStart, end: rule.targetEnd }
}

interface Fallback {
  readonly action: Action
  readonly at: Span
}

/** `default_backend`, else the servers of the same listen (H-ORD-9, H-ORD-9b); null: nothing. */
function fallbackOf(building: Building, proxy: ProxyDraft): Fallback | null {
  const written = proxy.settings.defaultBackend
  if (written !== null) {
    const pool = building.pools.get(written.name)
    if (pool === undefined) return { action: undefinedPool(building, proxy, written.name, written.at, 'default_backend'), at: written.at }
    checkModes(building.state, proxy, pool, written.at)
    if (pool !== proxy) pool.isReached = true
    if (building.state.release < 304 || pool.settings.enabled) return { action: { kind: 'forward', pool: written.name }, at: written.at }
  }
  if (proxy.kind !== 'listen') return null
  if (memberCount(proxy) > 0 || proxy.dispatchAt !== null) return { action: { kind: 'forward', pool: proxy.name }, at: proxy.at }
  return null
}

function undefinedPool(building: Building, proxy: ProxyDraft, name: string, at: Span, keyword: string): Action {
  const other = building.entries.get(name)
  report(building.state, {
    code: 'haproxy/backend-undefined', severity: 'error', at, source: other === undefined ? 'H-ORD-7' : 'H-ORD-8b', names: [proxy.name, keyword, name],
    message: other === undefined
      ? `HAProxy refuses to start because ${keyword} of '${proxy.name}' names the backend '${name}', which does not exist.`
      : `HAProxy refuses to start because ${keyword} of '${proxy.name}' names '${name}', which is a frontend without servers.`,
    related: other === undefined ? [] : [{ at: other.at, message: `'${name}' is a frontend.` }],
  })
  return { kind: 'respond', status: 503, why: `backend '${name}' does not exist` }
}

function checkModes(state: CompileState, proxy: ProxyDraft, pool: ProxyDraft, at: Span): void {
  if (proxy.settings.mode !== 'http' || pool.settings.mode === 'http') return
  report(state, {
    code: 'haproxy/mode-mismatch', severity: 'error', at, source: 'H-DEF-12', names: [proxy.name, pool.name],
    message: `HAProxy refuses to start because '${proxy.name}' is in HTTP mode and its backend '${pool.name}' is in TCP mode.`,
    related: [{ at: pool.modeAt ?? pool.at, message: `The mode of '${pool.name}' comes from here.` }],
  })
}
