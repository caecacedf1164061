import type { Predicate, View } from '#shared/model/predicate.ts'
import type { Scope, Step } from '#shared/model/routing-model.ts'
import { isUnknown, sampleText, type Sample } from './sample.ts'
import { viewSamples, type Surroundings } from './transforms.ts'

/**
 * Indexes of the steps of a scope (`places`: of some of them), from `from` on, that can hold for this version of the request, rising. A step is left
 * out only where a test that it needs compares header or path with texts, and the first bytes that differ show at once
 * that it fails: for a scope that is walked once or twice, this is less work than an index.
 */
export function scannedSteps({ steps }: Scope, places: readonly number[] | null, from: number, around: Surroundings): readonly number[] {
  const samples = new Map<View, readonly Sample[]>()
  const holds = (index: number): boolean => mayHold((steps[index] as Step).when, around, samples)
  if (places !== null) return places.filter((place) => place >= from && holds(place))
  const found: number[] = []
  for (let index = from; index < steps.length; index += 1) if (holds(index)) found.push(index)
  return found
}

function mayHold(predicate: Predicate, around: Surroundings, samples: Map<View, readonly Sample[]>): boolean {
  switch (predicate.kind) {
    case 'named': return mayHold(predicate.of, around, samples)
    case 'and':
      for (const part of predicate.of) if (!mayHold(part, around, samples)) return false
      return true
    case 'or':
      for (const part of predicate.of) if (mayHold(part, around, samples)) return true
      return false
    case 'test': {
      const { view, matcher } = predicate
      if (matcher.kind !== 'exact' && matcher.kind !== 'prefix' && matcher.kind !== 'suffix' && matcher.kind !== 'regex') return true
      if (view.type !== 'string' || view.absentAs !== 'nothing' || (view.field.kind !== 'header' && view.field.kind !== 'path')) return true
      const needed = matcher.kind === 'regex' ? edgeOf(matcher.patterns) : null
      if (matcher.kind === 'regex' && needed === null) return true
      const texts = matcher.kind === 'regex' ? (needed?.values ?? []) : matcher.values
      const comparison = matcher.kind === 'regex' ? (needed?.comparison ?? 'prefix') : matcher.kind
      let values = samples.get(view)
      if (values === undefined) {
        values = viewSamples(view, around)
        samples.set(view, values)
      }
      for (const sample of values) {
        if (isUnknown(sample)) return true
        for (const text of comparison === 'suffix' ? endsOf(sampleText(sample)) : [sampleText(sample)]) {
          for (const value of texts) if (mayMatch(comparison, text, value)) return true
        }
      }
      return false
    }
    default: return true
  }
}

/** The text, and the text without a line end that is its last byte: a pattern may end before that. */
export function endsOf(text: string): readonly string[] {
  return text.endsWith('\n') ? [text, text.slice(0, -1)] : [text]
}

/** `value` is text, not bytes yet, so it is compared up to its first character that takes more than one. Case is passed over. */
function mayMatch(kind: 'exact' | 'prefix' | 'suffix', text: string, value: string): boolean {
  // In bytes a value is never shorter than in characters.
  if (value.length > text.length) return false
  const start = kind === 'suffix' ? text.length - 1 : 0
  for (let offset = 0; offset < value.length; offset += 1) {
    const code = value.charCodeAt(kind === 'suffix' ? value.length - 1 - offset : offset)
    if (code > 127) return true
    if (lower(code) !== lower(text.charCodeAt(kind === 'suffix' ? start - offset : offset))) return false
  }
  return kind !== 'exact' || value.length === text.length
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code
}

/** Patterns of bytes, any bytes and sets of bytes, tied to the start; nothing whose meaning could be in doubt. */
const tiedToStart = /^\^([A-Za-z0-9/_-]+)(?:\.[*+]?|\[[A-Za-z0-9-]+\][*+]?|\\\.|[A-Za-z0-9/_-])*$/
/** The same, tied to the end. `$` also stands before a line end that is the last byte (`endsOf`). */
const tiedToEnd = /^\^?(?:\.[*+]?|\[[A-Za-z0-9-]+\][*+]?|\\\.|[A-Za-z0-9/_-])*?((?:\\\.|[A-Za-z0-9/_-])+)\$$/

export interface NeededEdge {
  readonly comparison: 'prefix' | 'suffix'
  readonly values: readonly string[]
}

/** Longer ones take too long to be seen through. */
const longestPlain = 200

/** What a value has to start with, or end with, to match one of the patterns; null: not seen at once. */
export function edgeOf(patterns: readonly string[]): NeededEdge | null {
  if (patterns.length === 0 || patterns.length > 64 || patterns.some((pattern) => pattern.length > longestPlain)) return null
  return edgesBy('prefix', tiedToStart, patterns) ?? edgesBy('suffix', tiedToEnd, patterns)
}

function edgesBy(comparison: NeededEdge['comparison'], form: RegExp, patterns: readonly string[]): NeededEdge | null {
  const values: string[] = []
  for (const pattern of patterns) {
    const text = form.exec(pattern)?.[1]
    if (text === undefined) return null
    values.push(text.replaceAll('\\.', '.'))
  }
  return { comparison, values }
}
