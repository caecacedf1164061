import type { Field, Transform, ValueType, View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { parseSampleText } from '../samples.ts'
import { buildConverter, mapConverter } from './converters.ts'
import { buildFetch, levelOfUnmodelled, typeOfUnmodelled } from './fetches.ts'
import type { FetchLevel, MatchMethod } from './fetches.ts'
import { mapTable } from './tables.ts'
import type { CompileState } from './state.ts'

/** A sample expression: fetch and converters. */
export interface Expression {
  readonly text: string
  /** For tests: any instance counts. */
  readonly view: View
  /** For use as one value (log formats, maps, hashes). */
  readonly value: View
  readonly implied: MatchMethod | null
  readonly level: FetchLevel
  /** Why it is not modelled; null: it is. */
  readonly opaque: string | null
  /** `rand(n)`: the number of values; null: something else. */
  readonly chanceOf: number | null
  /** Variables and binary samples need an explicit `-m` from 2.6 on (H-ACL-21). */
  readonly needsMethod: boolean
}

/** Compiles `text`, once per text. `at` is used for findings about files it names. */
export function compileExpression(state: CompileState, text: string, at: Span): Expression {
  const known = state.expressions.get(text)
  if (known !== undefined) return known
  const expression = compileFresh(state, text, at)
  state.expressions.set(text, expression)
  return expression
}

function compileFresh(state: CompileState, text: string, at: Span): Expression {
  const sample = parseSampleText(text)
  const fetch = sample.calls[0]
  if (fetch === undefined || sample.problem !== null) return unmodelled(text, fetch?.name ?? text, sample.problem ?? 'The expression cannot be read.')
  if (fetch.name === 'rand' && sample.calls.length === 1) {
    const range = fetch.args[0] === undefined ? 2 ** 32 : Number(fetch.args[0])
    const base = unmodelled(text, 'rand', 'It is drawn at random for each request.')
    return { ...base, chanceOf: Number.isInteger(range) && range > 0 ? range : null }
  }
  if (fetch.name === 'env') return environmentConstant(state, text, fetch.args[0] ?? '', sample.calls.length)
  const start = buildFetch(fetch.name, fetch.args)
  if (start === null) return unmodelled(text, fetch.name, `The fetch '${fetch.name}' is not modelled.`)
  if (fetch.name === 'capture.req.uri') state.usesOriginalTarget = true
  let transforms: readonly Transform[] = start.transforms
  let type: ValueType = start.type
  for (let index = 1; index < sample.calls.length; index += 1) {
    const call = sample.calls[index]
    if (call === undefined) break
    const map = mapConverter(call.name, call.args)
    if (map !== null) {
      transforms = [...transforms, ...castFor(map.lookup, type), { kind: 'map', table: mapTable(state, map.path, map.lookup, at), fallback: map.fallback }]
      if (map.type !== 'string') transforms = [...transforms, { kind: 'cast', to: map.type }]
      type = map.type
      continue
    }
    const converter = buildConverter(call.name, call.args, type, state.release)
    if (converter === null) return unmodelled(text, fetch.name, `The converter '${call.name}' is not modelled.`)
    transforms = converter.transforms.length === 0 ? transforms : [...transforms, ...converter.transforms]
    type = converter.type
  }
  const plainName = sample.calls.length === 1
  return {
    text,
    view: viewOf(start.field, transforms, type, 'any'),
    value: viewOf(start.field, transforms, type, start.single),
    implied: plainName ? start.implied : null,
    level: start.level,
    opaque: null,
    chanceOf: null,
    needsMethod: plainName && fetch.name === 'var' && state.release >= 206,
  }
}

function castFor(lookup: string, type: ValueType): readonly Transform[] {
  if (lookup === 'integer' && type !== 'integer') return [{ kind: 'cast', to: 'integer' }]
  if (lookup === 'network' && type !== 'ip') return [{ kind: 'cast', to: 'ip' }]
  return []
}

function viewOf(field: Field, transforms: readonly Transform[], type: ValueType, pick: View['pick']): View {
  return { field, transforms, type, pick, absentAs: 'nothing' }
}

/** `env()` is read while requests are served, so what `setenv` did anywhere counts; a variable that is not set is no value at all (measured on 2.6.12). */
function environmentConstant(state: CompileState, text: string, name: string, calls: number): Expression {
  const variables = state.variablesAtEnd
  const value = Object.hasOwn(variables, name) ? (variables[name] ?? null) : null
  state.environment.set(name, value)
  if (value === null && name.startsWith('HAPROXY_')) return unmodelled(text, 'str', 'HAProxy sets this variable itself.')
  if (calls > 1) return unmodelled(text, 'str', 'Converters behind env() are not modelled.')
  const field: Field = { kind: 'constant', value }
  const view = viewOf(field, [], 'string', 'any')
  return { text, view, value: { ...view, pick: 'last' }, implied: null, level: 'constant', opaque: null, chanceOf: null, needsMethod: false }
}

function unmodelled(text: string, fetchName: string, reason: string): Expression {
  const level = levelOfUnmodelled(fetchName)
  const field: Field = level === 'state' ? { kind: 'state', name: fetchName, text } : { kind: 'opaque', text, reason }
  const view = viewOf(field, [], typeOfUnmodelled(fetchName), 'any')
  return { text, view, value: { ...view, pick: 'last' }, implied: null, level, opaque: reason, chanceOf: null, needsMethod: false }
}
