import { canonicalText } from '#shared/model/canonical.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'
import { lineLimit, type RequestClass } from './answer.ts'
import { aloneOf } from './align.ts'
import type { ListenerDiff } from './listener-diff.ts'
import type { Span } from '#shared/text/span.ts'

const limit = 12

export interface Cause {
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  /** Equal for pairs with the same changed lines. */
  readonly key: string
}

/**
 * Lines whose change lets two rules decide differently: the deciding lines that are new, gone or moved, tests that stand
 * on one side only, and effects that ran on one side only.
 */
export function causeOf(before: DecidingRule, after: DecidingRule, isChanged: { readonly before: boolean; readonly after: boolean }, elsewhere: Elsewhere): Cause {
  const tests = [testsOfRule(before), testsOfRule(after)] as const
  const spans = (rule: DecidingRule, changed: boolean, own: Tests, other: Tests, others: DecidingRule): readonly Span[] => {
    const found: Span[] = []
    if (changed) found.push(...rule.spans.slice(0, 2), ...(rule.spans.length === 0 && rule.at !== null ? [rule.at] : []))
    if (isChanged.before && isChanged.after) for (const [key, test] of own) if (!other.has(key)) found.push(test.origin)
    const ran = new Set(others.state.log.map((entry) => entry.key))
    for (const entry of rule.state.log) if (!ran.has(entry.key)) found.push(entry.at)
    return distinct(found).slice(0, limit)
  }
  const cause = { before: spans(before, isChanged.before, tests[0], tests[1], after), after: spans(after, isChanged.after, tests[1], tests[0], before) }
  // A rule that is gone or moved shows on one side only; the other side is where its requests end up.
  // Where a rule that moved stands now, and where one stood that is here now.
  cause.before = distinct([...elsewhere.tests.before, ...cause.before, ...elsewhere.moved.before])
  cause.after = distinct([...elsewhere.tests.after, ...cause.after, ...elsewhere.moved.after])
  const places = (list: readonly Span[]): string => list.map((span) => `${span.file}:${span.start}`).join(' ')
  return {
    before: cause.before.length > 0 || before.at === null ? cause.before : [before.at], after: cause.after.length > 0 || after.at === null ? cause.after : [after.at],
    key: `${places(cause.before)} > ${places(cause.after)}`,
  }
}

type PlacedTest = Extract<Predicate, { readonly kind: 'test' | 'opaque' | 'chance' }>
type Tests = ReadonlyMap<string, PlacedTest>

const ofRules = new WeakMap<DecidingRule, Tests>()

function testsOfRule(rule: DecidingRule): Tests {
  let tests = ofRules.get(rule)
  if (tests === undefined) {
    tests = testsOf(rule.conditions)
    ofRules.set(rule, tests)
  }
  return tests
}

/** Tests by their text; the first of each. */
function testsOf(conditions: readonly Predicate[]): Tests {
  const found = new Map<string, PlacedTest>()
  const visit = (predicate: Predicate): void => {
    switch (predicate.kind) {
      case 'and': case 'or': predicate.of.forEach(visit); break
      case 'not': case 'named': visit(predicate.of); break
      case 'test': case 'opaque': case 'chance': if (!found.has(canonicalText(predicate))) found.set(canonicalText(predicate), predicate); break
      default: break
    }
  }
  conditions.forEach(visit)
  return found
}

function placesOfTests(rule: DecidingRule): readonly Span[] {
  return [...testsOfRule(rule).values()].map((test) => test.origin)
}

/** What the rest of both lists says about two rules. */
export interface Elsewhere {
  /** Where a rule that only moved stands on the other side. */
  readonly moved: { readonly before: readonly Span[]; readonly after: readonly Span[] }
  /** Tests of a changed rule that nothing on the other side has. */
  readonly tests: { readonly before: readonly Span[]; readonly after: readonly Span[] }
}

/** Rules of one side whose tests are looked at to find those that are new. */
const comparedRules = 3000
/** Changed rules up to which their tests are looked for one by one, without a text for each test of the other side. */
const fewChanged = 4

type Knows = (text: string, test: Predicate) => boolean

interface Known {
  readonly rules: { readonly before: ReadonlyMap<string, DecidingRule>; readonly after: ReadonlyMap<string, DecidingRule> }
  /** Does a rule of that side have the test? */
  readonly has: { readonly before: Knows; readonly after: Knows }
  readonly ofRule: Map<DecidingRule, AboutRule>
}

/** Where the other side has a changed rule, and which of its tests it does not have. */
interface AboutRule {
  readonly stands: readonly Span[]
  readonly onlyHere: readonly Span[]
}

const nothingAbout: AboutRule = { stands: [], onlyHere: [] }

const known = new WeakMap<object, Known>()

/** `key`: equal for rules that are the same but for their place. Null: that rule is not changed. */
export function elsewhereOf({ alignment, lists }: Pick<ListenerDiff, 'alignment' | 'lists'>, key: (side: 'before' | 'after', rule: DecidingRule) => string, before: DecidingRule | null, after: DecidingRule | null): Elsewhere {
  let found = known.get(alignment)
  if (found === undefined) {
    const partners = { before: alignment.beforePartner, after: alignment.afterPartner }
    const changed = { before: withoutPartner(lists.before.rules, partners.before), after: withoutPartner(lists.after.rules, partners.after) }
    const looked = (side: 'before' | 'after'): readonly DecidingRule[] => (lists[side].rules.length <= comparedRules ? lists[side].rules : changed[side])
    const has = (side: 'before' | 'after'): Knows => (alignment.changed <= fewChanged ? oneByOne(looked(side)) : byText(looked(side)))
    const byKey = (side: 'before' | 'after'): ReadonlyMap<string, DecidingRule> => new Map(changed[side].map((rule) => [key(side, rule), rule]))
    found = { rules: { before: byKey('before'), after: byKey('after') }, has: { before: has('before'), after: has('after') }, ofRule: new Map() }
    known.set(alignment, found)
  }
  const { rules, has, ofRule } = found
  const about = (side: 'before' | 'after', rule: DecidingRule | null): AboutRule => {
    if (rule === null) return nothingAbout
    let known = ofRule.get(rule)
    if (known === undefined) {
      const other = side === 'before' ? 'after' : 'before'
      const stands = rules[other].get(key(side, rule))?.at ?? null
      known = { stands: stands === null ? [] : [stands], onlyHere: [...testsOfRule(rule)].flatMap(([text, test]) => (has[other](text, test) ? [] : [test.origin])) }
      ofRule.set(rule, known)
    }
    return known
  }
  const [one, other] = [about('before', before), about('after', after)]
  return { moved: { before: other.stands, after: one.stands }, tests: { before: one.onlyHere, after: other.onlyHere } }
}

function withoutPartner(rules: readonly DecidingRule[], partners: Int32Array): readonly DecidingRule[] {
  const found: DecidingRule[] = []
  for (let index = partners.indexOf(-1); index !== -1; index = partners.indexOf(-1, index + 1)) found.push(rules[index] as DecidingRule)
  return found
}

function byText(rules: readonly DecidingRule[]): Knows {
  let tests: ReadonlyMap<string, readonly Predicate[]> | null = null
  return (_, test) => {
    tests ??= testsByKey(rules)
    return tests.get(keyOf(test))?.some((other) => isWrittenAlike(other, test)) === true
  }
}

/** Tests by something that is equal for those that are written alike, and costs less than their whole text. */
function testsByKey(rules: readonly DecidingRule[]): ReadonlyMap<string, readonly Predicate[]> {
  const found = new Map<string, Predicate[]>()
  const seen = new Set<Predicate>()
  const visit = (predicate: Predicate): void => {
    switch (predicate.kind) {
      case 'and': case 'or': for (const part of predicate.of) visit(part)
        break
      case 'not': visit(predicate.of); break
      case 'named':
        if (!seen.has(predicate)) visit(predicate.of)
        seen.add(predicate)
        break
      case 'test': case 'opaque': case 'chance': {
        const key = keyOf(predicate)
        const known = found.get(key)
        if (known === undefined) found.set(key, [predicate])
        // Long lists say the same again and again; a few of each are told apart.
        else if (known.length >= alikeLimit || !known.some((other) => isWrittenAlike(other, predicate))) known.push(predicate)
        break
      }
      default: break
    }
  }
  for (const rule of rules) for (const condition of rule.conditions) visit(condition)
  return found
}

/** Tests with one key up to which each is kept once. */
const alikeLimit = 8

function keyOf(predicate: Predicate): string {
  if (predicate.kind === 'opaque') return predicate.text
  if (predicate.kind !== 'test') return predicate.kind
  const { matcher } = predicate
  const values = 'values' in matcher ? matcher.values : 'patterns' in matcher ? matcher.patterns : 'networks' in matcher ? matcher.networks : [matcher.kind]
  let least = values[0] ?? ''
  for (const value of values) if (value < least) least = value
  return least
}

function oneByOne(rules: readonly DecidingRule[]): Knows {
  const answers = new Map<string, boolean>()
  return (text, test) => {
    let answer = answers.get(text)
    if (answer === undefined) {
      answer = rules.some((rule) => rule.conditions.some((condition) => hasTest(condition, test)))
      answers.set(text, answer)
    }
    return answer
  }
}

function hasTest(predicate: Predicate, test: Predicate): boolean {
  switch (predicate.kind) {
    case 'and': case 'or':
      for (const part of predicate.of) if (hasTest(part, test)) return true
      return false
    case 'not': case 'named': return hasTest(predicate.of, test)
    case 'test': case 'opaque': case 'chance': return isWrittenAlike(predicate, test)
    default: return false
  }
}

/** Every line that takes part in deciding by `rule`: the rule, the tests in its conditions, the effects before it. */
export function linesOf(rule: DecidingRule): readonly Span[] {
  return [...rule.spans, ...placesOfTests(rule), ...rule.state.log.map((entry) => entry.at)]
}

/** Lines of two lists of spans, each once; null: more than can be listed. */
export function listed(before: readonly Span[], after: readonly Span[]): RequestClass['lines'] {
  const lines = { before: distinct(before), after: distinct(after) }
  return lines.before.length > lineLimit || lines.after.length > lineLimit ? null : lines
}

/** Lines of all rules without a partner, and of effects that only one side has. */
export function changedLinesOf(diffs: readonly ListenerDiff[]): RequestClass['lines'] {
  const found = { before: [] as Span[], after: [] as Span[] }
  for (const { alignment, lists } of diffs) {
    const logs = { before: new Map<string, Span>(), after: new Map<string, Span>() }
    for (const [side, partners] of [['before', alignment.beforePartner], ['after', alignment.afterPartner]] as const) {
      const states = new Set<DecidingRule['state']>()
      const { rules } = lists[side]
      for (const index of aloneOf(partners)) {
        const rule = rules[index] as DecidingRule
        states.add(rule.state)
        if (found[side].length > 4 * lineLimit) return null
        found[side].push(...rule.spans, ...placesOfTests(rule))
      }
      const last = rules[rules.length - 1]
      if (last !== undefined) states.add(last.state)
      for (const state of states) for (const entry of state.log) logs[side].set(entry.key, entry.at)
    }
    for (const [key, at] of logs.before) if (!logs.after.has(key)) found.before.push(at)
    for (const [key, at] of logs.after) if (!logs.before.has(key)) found.after.push(at)
  }
  return listed(found.before, found.after)
}

export function distinct(spans: readonly Span[]): readonly Span[] {
  const seen = new Set<string>()
  return spans.filter((span) => {
    const key = `${span.file} ${span.start} ${span.end}`
    return span.file !== '' && !seen.has(key) && seen.add(key)
  })
}
