import { representatives, joinClasses, type ByteClasses } from './byte-classes.ts'
import { isCaseBlind, withoutCovered } from './covered-values.ts'
import { contains, dead, LanguageTooLarge, walk, type Language, type Literals } from './language.ts'
import { literalLanguage } from './literals.ts'
import { ProductNodes } from './product-nodes.ts'

export interface WordQuery {
  /** The word is in all of these. */
  readonly positive: readonly Language[]
  /** The word is in none of these. */
  readonly negative: readonly Language[]
  /** Words to try first. */
  readonly prefer?: readonly string[]
  /** Steps of all automata together. */
  readonly maxSteps: number
  /** In bytes. */
  readonly maxLength: number
}

export type FoundWord =
  | { readonly kind: 'word'; readonly word: string }
  /** Proved: there is no such word. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'gave-up'; readonly reason: string }

const empty: FoundWord = { kind: 'empty' }
/** Rounds after which negative literals are put together, so that hundreds of them cost as one. */
const roundsAlone = 4
/** Longest list of texts that is tried one by one. */
const listLimit = 100_000

/**
 * A word in every positive and in no negative language, a short and readable one.
 *
 * Method: breadth-first over the product of the positive automata; a negative one joins when a found word violates it.
 * Errors: none; a limit or a too large automaton gives `gave-up`, never `empty`.
 */
export function searchWord(query: WordQuery): FoundWord {
  if (query.prefer !== undefined) for (const word of query.prefer) if (word.length <= query.maxLength && surelyFits(query, word)) return { kind: 'word', word }
  try {
    const left = withoutCovered(query)
    if (left === null) return empty
    for (const one of left.positive) {
      const list = one.literals
      if (list !== undefined && isList(list, one, left)) return searchList(left, one, list.values)
    }
    return searchProduct(left)
  } catch (error) {
    if (error instanceof LanguageTooLarge) return { kind: 'gave-up', reason: error.message }
    throw error
  }
}

/** Every member of `a` is a member of `b`; null: not decided within `maxSteps`. */
export function isSubset(a: Language, b: Language, maxSteps: number): boolean | null {
  const found = searchWord({ positive: [a], negative: [b], maxSteps, maxLength: 1_000_000 })
  return found.kind === 'gave-up' ? null : found.kind === 'empty'
}

/** In any case, one spelling stands for all where nothing else tells letters of the two cases apart. */
function isList(literals: Literals, language: Language, { positive, negative }: WordQuery): boolean {
  if (literals.kind !== 'exact' || literals.values.length > listLimit) return false
  return !literals.ignoreCase || !literals.values.some(value => /[a-z]/.test(value)) || (positive.every(one => one === language || isCaseBlind(one)) && negative.every(isCaseBlind))
}

function fits(query: WordQuery, word: string, except: Language | null): boolean {
  for (const one of query.positive) if (one !== except && !contains(one, word)) return false
  for (const one of query.negative) if (contains(one, word)) return false
  return true
}

/** False also where an automaton is too large to tell. */
function surelyFits(query: WordQuery, word: string): boolean {
  try {
    return fits(query, word, null)
  } catch (error) {
    if (error instanceof LanguageTooLarge) return false
    throw error
  }
}

function searchList(query: WordQuery, list: Language, words: readonly string[]): FoundWord {
  let tooLong = false
  for (const word of words) {
    if (!fits(query, word, list)) continue
    if (word.length <= query.maxLength) return { kind: 'word', word }
    tooLong = true
  }
  return tooLong ? lengthReached(query) : empty
}

function lengthReached(query: WordQuery): FoundWord {
  return { kind: 'gave-up', reason: `no word of up to ${query.maxLength} bytes was found` }
}

function searchProduct(query: WordQuery): FoundWord {
  let negative: readonly Language[] = query.negative
  let active: readonly Language[] = []
  const budget = { left: query.maxSteps }
  for (let round = 1; ; round += 1) {
    const found = walkProduct(query, active, budget)
    if (found.kind !== 'word') return found
    const violated = negative.filter(one => contains(one, found.word))
    if (violated.length === 0) return found
    active = [...active, ...violated]
    if (round === roundsAlone) {
      negative = mergeLiterals(negative)
      active = [...active.filter(one => one.literals === undefined), ...negative.filter(one => one.literals !== undefined)]
    }
  }
}

/** One language for all literals of a kind. */
function mergeLiterals(languages: readonly Language[]): readonly Language[] {
  const groups = new Map<string, { readonly literals: Literals; readonly languages: Language[] }>()
  const merged: Language[] = []
  for (const language of languages) {
    const { literals } = language
    if (literals === undefined) {
      merged.push(language)
      continue
    }
    const key = `${literals.kind} ${literals.ignoreCase}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { literals, languages: [language] })
    else group.languages.push(language)
  }
  for (const { literals, languages: group } of groups.values()) {
    const [first] = group
    if (group.length === 1 && first !== undefined) merged.push(first)
    else merged.push(literalLanguage(literals.kind, group.flatMap(language => language.literals?.values ?? []), literals.ignoreCase))
  }
  return merged
}

const nodes = new ProductNodes()
let following = new Int32Array(8)

/** The shortest word of the positive languages that no language of `negative` accepts. */
function walkProduct(query: WordQuery, negative: readonly Language[], budget: { left: number }): FoundWord {
  const { positive } = query
  const parts = negative.length === 0 ? positive : [...positive, ...negative]
  const width = parts.length
  if (following.length < width) following = new Int32Array(width * 2)
  // Every word starts with the longest prefix that is asked for, so the walk starts behind it.
  const lead = leadOf(positive)
  for (let index = 0; index < width; index += 1) {
    const part = parts[index] as Language
    const state = walk(part, part.start, lead)
    if (state === dead && index < positive.length) return empty
    following[index] = state
  }
  const accepted = (): boolean => {
    for (let index = 0; index < width; index += 1) {
      const state = following[index] as number
      if ((state !== dead && (parts[index] as Language).accepts(state)) !== index < positive.length) return false
    }
    return true
  }
  nodes.reset(width)
  nodes.add(following, -1, 0)
  if (lead.length > query.maxLength) return lengthReached(query)
  if (accepted()) return { kind: 'word', word: lead }
  const bytes = representativesOf(parts)
  let tooLong = false
  // Nodes are met in order of length; `border` is the first node that is longer than those before.
  let length = lead.length
  let border = 1
  for (let node = 0; node < nodes.count; node += 1) {
    if (node === border) {
      length += 1
      border = nodes.count
    }
    if (length >= query.maxLength) {
      tooLong = true
      break
    }
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number
      let alive = true
      let index = 0
      for (; index < width; index += 1) {
        const state = nodes.state(node, index)
        const next = state === dead ? dead : (parts[index] as Language).step(state, byte)
        if (next === dead && index < positive.length) {
          alive = false
          break
        }
        following[index] = next
      }
      budget.left -= index + 1
      if (!alive || !nodes.add(following, node, byte)) continue
      if (accepted()) return { kind: 'word', word: lead + nodes.word(nodes.count - 1) }
    }
    if (budget.left < 0) return { kind: 'gave-up', reason: `more than ${query.maxSteps} steps` }
  }
  return tooLong ? lengthReached(query) : empty
}

function leadOf(positive: readonly Language[]): string {
  let lead = ''
  for (const { literals } of positive) {
    const value = literals?.kind === 'prefix' && literals.values.length === 1 ? literals.values[0] ?? '' : ''
    if (value.length > lead.length && (literals?.ignoreCase === false || !/[a-z]/.test(value))) lead = value
  }
  return lead
}

const joined = new WeakMap<Uint8Array, WeakMap<Uint8Array, ByteClasses>>()
const chosen = new WeakMap<Uint8Array, Uint8Array>()

/** One byte for each way in which the automata tell bytes apart. Kept, since the same few languages meet again and again. */
function representativesOf(parts: readonly Language[]): Uint8Array {
  let classes: ByteClasses | null = null
  for (const part of parts) classes = classes === null ? part : joinTwo(classes, part)
  if (classes === null) return Uint8Array.of(97)
  let bytes = chosen.get(classes.classOf)
  if (bytes === undefined) {
    bytes = representatives(classes)
    chosen.set(classes.classOf, bytes)
  }
  return bytes
}

function joinTwo(left: ByteClasses, right: ByteClasses): ByteClasses {
  if (left.classOf === right.classOf || right.classCount === 1) return left
  if (left.classCount === 1) return right
  let known = joined.get(left.classOf)
  if (known === undefined) {
    known = new WeakMap()
    joined.set(left.classOf, known)
  }
  let classes = known.get(right.classOf)
  if (classes === undefined) {
    classes = joinClasses([left, right])
    known.set(right.classOf, classes)
  }
  return classes
}
