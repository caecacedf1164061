import { canonicalText } from '#shared/model/canonical.ts'
import { describeAction, describePredicate, referenceText } from '#shared/model/describe.ts'
import { otherwiseStep } from '#shared/model/decision-order.ts'
import { inStep } from '#shared/model/in-step.ts'
import type { Scope, Step } from '#shared/model/routing-model.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'
import type { ElementChange, ScopeChange, SettingChange } from './answer.ts'
import { longestIncreasing } from './order.ts'

/** Action as text, with pools under their new names, so that renaming a pool does not change every rule that uses it. */
function actionText(step: Step, newPoolName: ReadonlyMap<string, string>): string {
  const { does } = step
  if (newPoolName.size === 0) return canonicalText(does)
  if (does.kind === 'forward') return canonicalText({ kind: 'forward', pool: newPoolName.get(does.pool) ?? does.pool })
  if (does.kind === 'split') return canonicalText({ ...does, shares: does.shares.map((part) => ({ ...part, pool: newPoolName.get(part.pool) ?? part.pool })) })
  return canonicalText(does)
}

/** Equal actions, pools of `before` under their new names; makes no text for the plain rules of long lists. */
function isSameAction(before: Step, after: Step, newPoolName: ReadonlyMap<string, string>): boolean {
  const [one, other] = [before.does, after.does]
  if (one.kind !== other.kind) return false
  if (one.kind === 'forward' && other.kind === 'forward') return (newPoolName.get(one.pool) ?? one.pool) === other.pool
  return actionText(before, newPoolName) === canonicalText(other)
}

const noNames: ReadonlyMap<string, string> = new Map()

type Key = (step: Step, names: ReadonlyMap<string, string>) => string

/** Exact pairs first, then what shares most. The last two only where nothing else could be meant. */
const passes: readonly { readonly key: Key; readonly onlyUnique: boolean }[] = [
  { key: (step, names) => `${actionText(step, names)}|${canonicalText(step.when)}`, onlyUnique: false },
  { key: (step, names) => `${actionText(step, names)}|${referenceText(step.when)}`, onlyUnique: false },
  { key: (step) => `${step.does.kind}|${canonicalText(step.when)}`, onlyUnique: true },
  { key: (step) => `${step.does.kind}|${referenceText(step.when)}`, onlyUnique: true },
  { key: (step) => canonicalText(step.when), onlyUnique: true },
  { key: (step, names) => actionText(step, names), onlyUnique: true },
]

function pairSteps(before: readonly Step[], after: readonly Step[], newPoolName: ReadonlyMap<string, string>): Int32Array {
  // Most rules stand where they stood: what goes on in step is paired first, so that only what lies between is looked up.
  const steady = inStep(before.length, after.length, (index, at) => {
    const [one, other] = [before[index] as Step, after[at] as Step]
    return isSameAction(one, other, newPoolName) && isWrittenAlike(one.when, other.when)
  })
  const partner = steady.after
  if (steady.alone === 0) return partner
  const taken = steady.before.map((at) => (at === -1 ? 0 : 1))
  for (const { key, onlyUnique } of passes) {
    const waiting = new Map<string, number[]>()
    before.forEach((step, index) => {
      if (taken[index] === 1) return
      const text = key(step, newPoolName)
      const row = waiting.get(text)
      if (row === undefined) waiting.set(text, [index])
      else row.push(index)
    })
    if (waiting.size === 0) break
    const wanted = new Map<string, number[]>()
    after.forEach((step, index) => {
      if (partner[index] !== -1) return
      const text = key(step, noNames)
      const row = wanted.get(text)
      if (row === undefined) wanted.set(text, [index])
      else row.push(index)
    })
    for (const [text, indexes] of wanted) {
      const candidates = waiting.get(text)
      if (candidates === undefined || (onlyUnique && (candidates.length > 1 || indexes.length > 1))) continue
      for (let at = 0; at < Math.min(candidates.length, indexes.length); at += 1) {
        partner[indexes[at] as number] = candidates[at] as number
        taken[candidates[at] as number] = 1
      }
    }
  }
  return partner
}

function stepSettings(before: Step, after: Step, newPoolName: ReadonlyMap<string, string>): readonly SettingChange[] {
  const changes: SettingChange[] = []
  if (!isWrittenAlike(before.when, after.when)) {
    changes.push({ setting: 'condition', before: describePredicate(before.when), after: describePredicate(after.when) })
  }
  if (!isSameAction(before, after, newPoolName)) {
    changes.push({ setting: 'action', before: describeAction(before.does), after: describeAction(after.does) })
  }
  return changes
}

/** Steps of one scope on both sides; a null side has none. `newPoolName`: old pool name or id to the new one. */
export function changedSteps(before: Scope | null, after: Scope | null, newPoolName: ReadonlyMap<string, string>): ScopeChange {
  const old = before?.steps ?? []
  const now = after?.steps ?? []
  const partner = pairSteps(old, now, newPoolName)
  const pairs: [number, number][] = []
  partner.forEach((index, at) => { if (index !== -1) pairs.push([index, at]) })
  const kept = longestIncreasing(pairs.map(([index]) => index))
  const changes: ElementChange<Step>[] = []
  let pair = 0
  now.forEach((step, at) => {
    const index = partner[at] as number
    if (index === -1) {
      changes.push({ kind: 'added', before: null, after: step, settings: [] })
      return
    }
    const one = old[index] as Step
    const settings = stepSettings(one, step, newPoolName)
    if (settings.length > 0) changes.push({ kind: 'changed', before: one, after: step, settings })
    else if (!kept.has(pair)) changes.push({ kind: 'moved', before: one, after: step, settings: [{ setting: 'position', before: String(index + 1), after: String(at + 1) }] })
    pair += 1
  })
  const used = new Set(pairs.map(([index]) => index))
  old.forEach((step, index) => { if (!used.has(index)) changes.push({ kind: 'removed', before: step, after: null, settings: [] }) })
  if (before !== null && after !== null) {
    const otherwiseBefore = before.otherwise === null ? null : canonicalText(before.otherwise)
    const otherwiseAfter = after.otherwise === null ? null : canonicalText(after.otherwise)
    if (otherwiseBefore !== otherwiseAfter && before.otherwise !== null && after.otherwise !== null) {
      changes.push({
        kind: 'changed', before: otherwiseStep(before), after: otherwiseStep(after),
        settings: [{ setting: 'when nothing matched', before: describeAction(before.otherwise), after: describeAction(after.otherwise) }],
      })
    }
  }
  // What follows from rules by itself changes with them; the rules say it.
  return { before, after, steps: changes.filter((change) => (change.after ?? change.before)?.implied !== true), pairs }
}
