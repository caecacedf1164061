import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { canonicalText } from '#shared/model/canonical.ts'
import { describeAction, describePredicate } from '#shared/model/describe.ts'
import { isAction, type Action, type RoutingModel, type ScopeId, type Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { DeadRule, NamedRule } from './answer.ts'
import type { WayIn } from './search.ts'

/** One line that decides, wherever it is used. */
export interface Line extends NamedRule {
  readonly at: Span
  readonly kind: DeadRule['kind']
  readonly guard: boolean
  /** Rules that this line takes part in. */
  readonly uses: { readonly way: WayIn; readonly index: number }[]
}

export type Lines = ReadonlyMap<string, Line>

/** From the outermost choice to the innermost: what leads to a line stands before it. */
export const ranks: Readonly<Record<DeadRule['kind'], number>> = { rule: 0, entry: 1, 'pool-rule': 2, selector: 3 }

export const placeKey = (span: Span): string => `${span.file}:${span.start}`

/** Every deciding line that some way in looks at, with the rules it takes part in. */
export function linesOf(model: RoutingModel, ways: readonly WayIn[]): Lines {
  const known = namedLines(model)
  const lines = new Map<string, Line>()
  for (const way of ways) {
    for (const [index, rule] of way.side.rules.entries()) {
      for (const span of rule.spans) {
        const key = placeKey(span)
        let line = lines.get(key)
        if (line === undefined) {
          const named = known.get(key) ?? entryLine(rule, span)
          if (named === null) continue
          line = { ...named, at: span, uses: [] }
          lines.set(key, line)
        }
        if (line.uses[line.uses.length - 1]?.index !== index || line.uses[line.uses.length - 1]?.way !== way) line.uses.push({ way, index })
      }
    }
  }
  return lines
}

type Named = Omit<Line, 'at' | 'uses'>

function namedLines(model: RoutingModel): ReadonlyMap<string, Named> {
  const lines = new Map<string, Named>()
  const add = (step: Step, owner: string, kind: DeadRule['kind']): void => {
    const at = step.origin[0]
    if (at === undefined || step.implied === true || !isAction(step.does) || lines.has(placeKey(at))) return
    lines.set(placeKey(at), { owner, kind, does: describeAction(step.does), when: conditionWords(step), guard: isGuard(step.does) })
  }
  const visit = (entry: ScopeId, owner: string, kind: DeadRule['kind']): void => {
    const open = [entry]
    const seen = new Set<ScopeId>()
    const defaults: Step[] = []
    const misses = new Set<string>()
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const scope = model.scopes.get(id)
      if (scope === undefined || seen.has(id)) continue
      seen.add(id)
      if (scope.next !== null) open.push(scope.next)
      for (const step of scope.steps) {
        if (step.does.kind === 'enter') open.push(step.does.scope)
        else add(step, owner, kind)
        if (step.does.kind === 'dispatch') misses.add(canonicalText(step.does.onMiss))
        if (step.when.kind === 'true') defaults.push(step)
      }
    }
    // A computed name that no pool has leads to the default, whatever stands in front of it.
    for (const step of defaults) if (step.origin[0] !== undefined && misses.has(canonicalText(step.does))) lines.delete(placeKey(step.origin[0]))
  }
  for (const listener of model.listeners) visit(listener.entry, `${listener.kind} ${listener.group}`, 'rule')
  for (const pool of model.pools) {
    if (pool.entry !== null) visit(pool.entry, `pool ${pool.name}`, 'pool-rule')
    for (const selector of pool.selectors) {
      const at = selector.origin[0]
      const server = typeof selector.server === 'string' ? selector.server : selector.server.text
      if (at !== undefined) lines.set(placeKey(at), { owner: `pool ${pool.name}`, kind: 'selector', does: `use server ${server}`, when: selector.when.kind === 'true' ? '' : describePredicate(selector.when), guard: false })
    }
  }
  return lines
}

const conditionWords = (step: Step): string => (step.when.kind === 'true' ? '' : describePredicate(step.when))

function isGuard(does: Action): boolean {
  return does.kind === 'deny' || does.kind === 'redirect' || does.kind === 'respond' || does.kind === 'close'
}

/** An entry of a table that leads to a pool. */
function entryLine(rule: DecidingRule, span: Span): Named | null {
  if (rule.entry === null || rule.spans.indexOf(span) !== 1 || rule.pool === null) return null
  return { owner: `table ${span.file.slice(span.file.lastIndexOf('/') + 1)}`, kind: 'entry', does: `send to pool ${rule.pool}`, when: `the key is ${rule.entry}`, guard: false }
}
