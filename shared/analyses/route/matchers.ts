import type { Matcher, View } from '#shared/model/predicate.ts'
import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import { containsPart, domainDelimiters, pathDelimiters } from '#shared/requests/http-values.ts'
import { inNetwork, otherFamily, parseNetwork, unmapped, type IpNetwork } from '#shared/requests/ip.ts'
import { compileRegex, type Regex } from '#shared/requests/regex.ts'
import { knownMethods } from './methods.ts'
import { isIp, sampleInteger, sampleIp, sampleText, type Known } from './sample.ts'

/** Null: cannot be decided; the text says why. */
export type Match = { readonly holds: boolean } | { readonly holds: null; readonly reason: string }

type Test = (sample: Known) => Match

const yes: Match = { holds: true }
const no: Match = { holds: false }
const prepared = new WeakMap<Matcher, Test>()

/** One instance against all patterns of a matcher; patterns are compiled once. */
export function matchSample(matcher: Matcher, view: View, sample: Known, firstMethod: string): Match {
  if (view.type === 'method' && matcher.kind === 'exact' && view.transforms.length === 0) return matchMethod(matcher, sample, firstMethod)
  let test = prepared.get(matcher)
  if (test === undefined) {
    test = prepare(matcher)
    prepared.set(matcher, test)
  }
  return test(sample)
}

/** Methods the product knows are compared as what they are, so case never counts for them; `-i` works on other names only (H-METH-1). */
function matchMethod(matcher: Extract<Matcher, { readonly kind: 'exact' | 'prefix' | 'suffix' | 'substring' }>, sample: Known, firstMethod: string): Match {
  const method = sampleText(sample)
  return matcher.values.some(value => {
    // A method that arrived unknown stays unknown, even after a rule gave it a known name.
    if (knownMethods.has(value) || knownMethods.has(firstMethod)) return value === firstMethod
    return matcher.ignoreCase ? asciiLower(value) === asciiLower(method) : value === method
  }) ? yes : no
}

function prepare(matcher: Matcher): Test {
  switch (matcher.kind) {
    case 'exact': case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part': return textTest(matcher)
    case 'regex': return regexTest(matcher)
    case 'integer': return sample => {
      const value = sampleInteger(sample)
      return value !== null && inRanges(value, matcher.ranges) ? yes : no
    }
    case 'length': return sample => (inRanges(sampleText(sample).length, matcher.ranges) ? yes : no)
    case 'network': return networkTest(matcher.networks, matcher.isStrict === true)
    case 'exists': return () => yes
    case 'truthy': return sample => {
      const value = sampleInteger(sample)
      return value !== null && value !== 0 ? yes : no
    }
    case 'never': return () => no
  }
}

type TextMatcher = Extract<Matcher, { readonly ignoreCase: boolean; readonly values: readonly string[] }>

let lastText = ''
let lastLower = ''

/** Lower case of the value that many tests in a row look at. */
function lowered(text: string): string {
  if (text !== lastText) {
    lastText = text
    lastLower = asciiLower(text)
  }
  return lastLower
}

function textTest(matcher: TextMatcher): Test {
  const fold = matcher.ignoreCase ? lowered : (text: string): string => text
  const values = matcher.values.map(value => fold(toBytes(value)))
  if (matcher.kind === 'exact' && values.length === 1) {
    const only = values[0]
    return sample => (fold(sampleText(sample)) === only ? yes : no)
  }
  if (matcher.kind === 'exact') {
    const set = new Set(values)
    return sample => (set.has(fold(sampleText(sample))) ? yes : no)
  }
  if (matcher.kind === 'prefix' && values.length > 8) {
    const set = new Set(values)
    const lengths = [...new Set(values.map(value => value.length))]
    return sample => {
      const text = fold(sampleText(sample))
      return lengths.some(length => length <= text.length && set.has(text.slice(0, length))) ? yes : no
    }
  }
  const holds = ((): (text: string, value: string) => boolean => {
    switch (matcher.kind) {
      case 'prefix': return (text, value) => text.startsWith(value)
      case 'suffix': return (text, value) => text.endsWith(value)
      case 'substring': return (text, value) => text.includes(value)
      case 'path-part': return (text, value) => containsPart(text, value, pathDelimiters)
      case 'domain-part': return (text, value) => containsPart(text, value, domainDelimiters)
    }
  })()
  return sample => {
    const text = fold(sampleText(sample))
    for (const value of values) if (holds(text, value)) return yes
    return no
  }
}

function regexTest(matcher: Extract<Matcher, { readonly kind: 'regex' }>): Test {
  const regexes: Regex[] = []
  let refused: string | null = null
  for (const pattern of matcher.patterns) {
    const compiled = compileRegex(toBytes(pattern), { ignoreCase: matcher.ignoreCase, dialect: matcher.dialect })
    if (compiled.ok) regexes.push(compiled.regex)
    else refused ??= `the pattern ${pattern} cannot be modelled: ${compiled.reason}`
  }
  return sample => {
    const text = sampleText(sample)
    let undecided = refused
    for (const regex of regexes) {
      if (!regex.decides(text)) undecided ??= 'the value has a line end and the pattern ends in $'
      else if (regex.test(text)) return yes
    }
    return undecided === null ? no : { holds: null, reason: undecided }
  }
}

function networkTest(texts: readonly string[], isStrict: boolean): Test {
  const networks = texts.map(parseNetwork).filter((network): network is IpNetwork => network !== null)
  return sample => {
    const ip = isIp(sample) ? sample : sampleIp(sample)
    if (ip === null) return no
    if (isStrict) return networks.some(network => inNetwork(unmapped(ip), network)) ? yes : no
    const other = otherFamily(ip)
    return networks.some(network => inNetwork(ip, network) || (other !== null && inNetwork(other, network))) ? yes : no
  }
}

function inRanges(value: number, ranges: readonly (readonly [from: number | null, to: number | null])[]): boolean {
  return ranges.some(([from, to]) => (from === null || value >= from) && (to === null || value <= to))
}
