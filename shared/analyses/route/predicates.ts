import type { Predicate } from '#shared/model/predicate.ts'
import type { RouteDependency } from './answer.ts'
import { matchSample } from './matchers.ts'
import { isUnknown } from './sample.ts'
import { viewSamples, type Surroundings } from './transforms.ts'

/** Null: an unmodelled condition decides. */
export type Truth = boolean | null

export interface Verdict {
  readonly truth: Truth
  /** What the walk goes on with: every unmodelled condition taken as not holding. */
  readonly assumed: boolean
  /** What left it open; empty when `truth` is known. */
  readonly depends: readonly RouteDependency[]
}

const certainTrue: Verdict = { truth: true, assumed: true, depends: [] }
const certainFalse: Verdict = { truth: false, assumed: false, depends: [] }

/** Three-valued truth of a predicate on this version of the request. */
export function evaluate(predicate: Predicate, around: Surroundings): Verdict {
  const depends: RouteDependency[] = []
  const truth = truthOf(predicate, around, depends)
  if (truth === true) return certainTrue
  if (truth === false) return certainFalse
  return { truth: null, assumed: assume(predicate, around), depends }
}

export function truthOf(predicate: Predicate, around: Surroundings, depends: RouteDependency[]): Truth {
  switch (predicate.kind) {
    case 'true': return true
    case 'false': return false
    case 'not': {
      const inner = truthOf(predicate.of, around, depends)
      return inner === null ? null : !inner
    }
    case 'named': return truthOf(predicate.of, around, depends)
    case 'and': case 'or': {
      const decisive = predicate.kind === 'or'
      let open = false
      const before = depends.length
      for (const part of predicate.of) {
        const truth = truthOf(part, around, depends)
        if (truth === decisive) {
          // What was open before does not matter any more.
          depends.length = before
          return decisive
        }
        open ||= truth === null
      }
      return open ? null : !decisive
    }
    case 'test': {
      let open: RouteDependency | null = null
      for (const sample of viewSamples(predicate.view, { model: around.model, state: around.state, at: predicate.origin })) {
        if (isUnknown(sample)) {
          open ??= sample.unknown
          continue
        }
        const match = matchSample(predicate.matcher, predicate.view, sample, around.state.firstMethod)
        if (match.holds === true) return true
        if (match.holds === null) open ??= { text: regexText(predicate), reason: match.reason, at: predicate.origin }
      }
      if (open === null) return false
      depends.push(open)
      return null
    }
    case 'opaque':
      depends.push({ text: predicate.text, reason: predicate.reason, at: predicate.origin })
      return null
    case 'chance':
      if (predicate.share <= 0) return false
      if (predicate.share >= 1) return true
      depends.push({ text: `chance of ${Math.round(predicate.share * 1000) / 10} %`, reason: 'it is drawn anew for each request', at: predicate.origin })
      return null
  }
}

function regexText(predicate: Extract<Predicate, { readonly kind: 'test' }>): string {
  return predicate.matcher.kind === 'regex' ? predicate.matcher.patterns.join(' ') : predicate.matcher.kind
}

/** Truth when no unmodelled condition holds. */
function assume(predicate: Predicate, around: Surroundings): boolean {
  switch (predicate.kind) {
    case 'not': return !assume(predicate.of, around)
    case 'named': return assume(predicate.of, around)
    case 'and': return predicate.of.every(part => assume(part, around))
    case 'or': return predicate.of.some(part => assume(part, around))
    default: return truthOf(predicate, around, []) ?? false
  }
}
