import type { Transform, View } from '#shared/model/predicate.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { asciiLower, asciiUpper, toBytes } from '#shared/requests/bytes.ts'
import { fieldOf, hostOnly, portOnly, urlDecode, wordOf } from '#shared/requests/http-values.ts'
import { maskBytes } from '#shared/requests/ip.ts'
import { murmurHash2 } from '#shared/requests/murmur-hash.ts'
import { argumentValue, escapedPath } from '#shared/requests/normalised-target.ts'
import { compileRegex, substitute } from '#shared/requests/regex.ts'
import { fieldSamples } from './fields.ts'
import type { RequestState } from './request-state.ts'
import { convertSample, isIp, isUnknown, sampleInteger, sampleIp, sampleText, type Known, type Sample } from './sample.ts'
import { lookUp } from './tables.ts'

export interface Surroundings {
  readonly model: RoutingModel
  readonly state: RequestState
  /** Where the view stands, for naming what could not be decided. */
  readonly at: Span
}

/**
 * Every instance of the view, transformed, in order. An instance that a conversion of type drops is left out; one that
 * another transformation drops ends the list, later instances are not looked at (measured on HAProxy 2.6).
 */
export function viewSamples(view: View, around: Surroundings): readonly Sample[] {
  const seen = samplesOf(around.state)
  const known = seen.get(view)
  if (known !== undefined) return known
  const samples = freshSamples(view, around)
  // What is unknown names the place of the test that asked, so it is not shared.
  if (!samples.some(isUnknown)) seen.set(view, samples)
  return samples
}

/** Views of one version of the request: long rule lists ask for the same few again and again. */
const samplesByVersion = new WeakMap<RequestState, Map<View, readonly Sample[]>>()
let lastVersion: { readonly state: RequestState; readonly seen: Map<View, readonly Sample[]> } | null = null

function samplesOf(state: RequestState): Map<View, readonly Sample[]> {
  if (lastVersion?.state === state) return lastVersion.seen
  let seen = samplesByVersion.get(state)
  if (seen === undefined) {
    seen = new Map()
    samplesByVersion.set(state, seen)
  }
  lastVersion = { state, seen }
  return seen
}

function freshSamples(view: View, around: Surroundings): readonly Sample[] {
  let samples = fieldSamples(view.field, around.state, around.at)
  if (view.transforms.length > 0) {
    const output: Sample[] = []
    for (const sample of samples) {
      const value = transformed(view, sample, around)
      if (value === 'ends') break
      if (value !== null) output.push(value)
    }
    samples = output
  }
  return samples.length === 0 && view.absentAs === 'empty' ? [''] : samples
}

function transformed(view: View, sample: Sample, around: Surroundings): Sample | null | 'ends' {
  let value: Sample = sample
  for (const transform of view.transforms) {
    if (isUnknown(value)) return value
    const next = applyTransform(transform, value, around)
    if (next === null) return transform.kind === 'cast' ? null : 'ends'
    value = next
  }
  return value
}

/** The one instance that counts when the view is used as a single value; null: absent. */
export function viewValue(view: View, around: Surroundings): Sample | null {
  const wantsLast = view.pick !== 'first'
  const samples = fieldSamples(view.field, around.state, around.at)
  let value: Sample | null = (wantsLast ? samples[samples.length - 1] : samples[0]) ?? null
  for (const transform of view.transforms) {
    if (value === null || isUnknown(value)) break
    value = applyTransform(transform, value, around)
  }
  return value === null && view.absentAs === 'empty' ? '' : value
}

/** Null: the value is absent afterwards. */
export function applyTransform(transform: Transform, value: Known, around: Surroundings): Sample | null {
  const unknown = (text: string, reason: string): Sample => ({ unknown: { text, reason, at: around.at } })
  switch (transform.kind) {
    case 'lower': return asciiLower(sampleText(value))
    case 'upper': return asciiUpper(sampleText(value))
    case 'field': return fieldOf(sampleText(value), transform.index, transform.delimiters, transform.count)
    case 'word': return wordOf(sampleText(value), transform.index, transform.delimiters, transform.count)
    case 'regsub': {
      const compiled = compileRegex(toBytes(transform.pattern), { ignoreCase: transform.ignoreCase, dialect: 'pcre' })
      if (!compiled.ok) return unknown(`regsub(${transform.pattern})`, `the pattern cannot be modelled: ${compiled.reason}`)
      const text = sampleText(value)
      const usesGroups = /\\[1-9]/.test(transform.replacement)
      if (!compiled.regex.decides(text) || (usesGroups && !compiled.regex.capturesReliable) || (transform.global && !compiled.regex.continues)) {
        return unknown(`regsub(${transform.pattern})`, 'the engines may differ on this pattern')
      }
      return substitute(compiled.regex, text, toBytes(transform.replacement), transform.global)
    }
    case 'url-decode': return urlDecode(sampleText(value), transform.inForm)
    case 'host-only': return hostOnly(sampleText(value))
    case 'port-only': return portOnly(sampleText(value))
    case 'map': {
      const table = around.model.tables.get(transform.table)
      if (table === undefined) return unknown(`map ${transform.table}`, 'the table is not part of the model')
      const found = lookUp(table, value)
      switch (found.kind) {
        case 'hit': return found.value
        case 'absent': return null
        case 'miss': return transform.fallback === null ? null : toBytes(transform.fallback)
        case 'unknown': return { unknown: { text: `map ${table.path}`, reason: found.reason, at: table.missing ? around.at : (table.origin[0] ?? around.at) } }
      }
      break
    }
    case 'concat': {
      const variable = transform.variable === null ? null : around.state.variables.get(transform.variable)
      if (variable !== null && variable !== undefined && isUnknown(variable)) return variable
      const middle = variable === null || variable === undefined ? '' : sampleText(variable)
      return sampleText(value) + toBytes(transform.before) + middle + toBytes(transform.after)
    }
    case 'arithmetic': return arithmetic(transform, value, around)
    case 'length': return sampleText(value).length
    case 'string-compare': {
      const other = around.state.variables.get(transform.variable)
      if (other === undefined) return null
      if (isUnknown(other)) return other
      const left = sampleText(value)
      const right = sampleText(other)
      return left < right ? -1 : left > right ? 1 : 0
    }
    case 'equals-text': return transform.values.some(text => toBytes(text) === sampleText(value))
    case 'choose': {
      const truth = sampleInteger(value)
      return truth === null ? null : toBytes(truth !== 0 ? transform.whenTrue : transform.whenFalse)
    }
    case 'ip-mask': {
      const ip = isIp(value) ? value : sampleIp(value)
      if (ip === null) return null
      return { family: ip.family, bytes: maskBytes(ip.bytes, ip.family === 4 ? transform.bits4 : transform.bits6) }
    }
    case 'substring': {
      const text = sampleText(value)
      if (transform.offset >= text.length) return ''
      return text.slice(transform.offset, transform.length === null ? undefined : transform.offset + transform.length)
    }
    case 'trim': {
      const text = sampleText(value)
      let start = 0
      let end = text.length
      if (transform.side === 'left') while (start < end && transform.characters.includes(text[start] as string)) start += 1
      else while (end > start && transform.characters.includes(text[end - 1] as string)) end -= 1
      return text.slice(start, end)
    }
    case 'cast': return convertSample(value, transform.to)
    case 'capture': {
      const compiled = compileRegex(toBytes(transform.pattern), { ignoreCase: transform.ignoreCase, dialect: 'pcre' })
      if (!compiled.ok) return unknown(transform.pattern, `the pattern cannot be modelled: ${compiled.reason}`)
      const text = sampleText(value)
      if (!compiled.regex.decides(text) || !compiled.regex.capturesReliable) return unknown(transform.pattern, 'the engines may differ on what the pattern captures')
      const match = compiled.regex.exec(text)
      return match === null ? null : (match.groups[transform.group] ?? '')
    }
    case 'argument': return argumentValue(sampleText(value), toBytes(transform.name), transform.delimiter)
    case 'escape-path': return escapedPath(sampleText(value))
    case 'hash': return murmurHash2(sampleText(value))
    case 'opaque': return unknown(transform.text, transform.reason)
  }
}

type Arithmetic = Extract<Transform, { readonly kind: 'arithmetic' }>

/** 64-bit signed integers; results beyond the safe range of a double are unknown rather than wrong. */
function arithmetic(transform: Arithmetic, value: Known, around: Surroundings): Sample | null {
  const left = sampleInteger(value)
  if (left === null) return null
  let right = 0
  if (typeof transform.operand === 'number') right = transform.operand
  else if (transform.operand !== null) {
    const variable = around.state.variables.get(transform.operand.variable)
    if (variable === undefined) return null
    if (isUnknown(variable)) return variable
    const integer = sampleInteger(variable)
    if (integer === null) return null
    right = integer
  }
  if (transform.operator === 'sub' && left < 0 && right > 0) {
    // Version 2.6.12 answers with the largest integer here, against its manual; other versions were not measured.
    return { unknown: { text: `sub(${right})`, reason: 'subtracting from a negative number differs between versions', at: around.at } }
  }
  const a = BigInt(left)
  const b = BigInt(right)
  const result = ((): bigint | boolean => {
    switch (transform.operator) {
      case 'add': return a + b
      case 'sub': return a - b
      case 'mul': return a * b
      // Division by zero gives the largest integer, the remainder is then 0.
      case 'div': return b === 0n ? 9223372036854775807n : a / b
      case 'mod': return b === 0n ? 0n : a % b
      case 'neg': return -a
      case 'cpl': return ~a
      case 'and': return a & b
      case 'or': return a | b
      case 'xor': return a ^ b
      case 'not': return a === 0n
      case 'bool': return a !== 0n
      case 'odd': return (a & 1n) === 1n
      case 'even': return (a & 1n) === 0n
    }
  })()
  if (typeof result === 'boolean') return result
  const number = Number(result)
  return Number.isSafeInteger(number) ? number : { unknown: { text: transform.operator, reason: 'the number is too large to be exact', at: around.at } }
}
