import { toBytes } from '#shared/requests/bytes.ts'
import { covers } from '#shared/requests/languages/covers.ts'
import { contains, type Language } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { always as everything, afterPrefix, beforeSuffix, complement, intersection, nothing, preimage, splitAt, suffixFrom, union } from '#shared/requests/languages/preimages.ts'
import type { Facet } from '#shared/requests/space/variable.ts'
import { always, evaluateFormula, never, type Formula, type Literals, type Model, type World } from '#shared/requests/space/world.ts'
import type { LookupTable } from '../routing-model.ts'
import { valueOfTerm } from './concrete.ts'
import { noteBounds } from './hash-bounds.ts'
import { lookupOrder } from './lookups.ts'
import { addressMatching, existsMatching, integerMatching, literalTexts, matchingOf, nonZero, type Matching } from './matching.ts'
import type { Term, TermList, TermTransform } from './term.ts'
import { isAddress, isComputable, isEachOf, isExactThrough, literalsBehind, literalsThrough, mayDrop, variableWords } from './term-kinds.ts'

/** Words for a test, plain and negated. */
export type Words = (negated: boolean, detailed?: boolean) => string

/** Tables above this size are not unfolded inside a condition. */
const unfoldLimit = 400

/** Turns tests of terms into formulas over the request as it arrived. */
export class Tests {
  readonly world: World
  private readonly known = new Map<string, Formula>()
  private readonly tableOf: (id: string) => LookupTable | undefined

  constructor(world: World, tableOf: (id: string) => LookupTable | undefined) {
    this.world = world
    this.tableOf = tableOf
  }

  /** The value exists and is one of `matching`. */
  holds(term: Term, matching: Matching, words: Words): Formula {
    if (term.kind === 'absent') return never
    if (term.kind === 'read') return this.onRead(term, matching, words)
    // Terms share parts: without this, each rewrite would double the work.
    const key = `${term.id} ${matching.key}`
    let formula = this.known.get(key)
    if (formula === undefined) {
      formula = this.fresh(term, matching, words)
      this.known.set(key, formula)
    }
    return formula
  }

  private fresh(term: Exclude<Term, { readonly kind: 'absent' | 'read' }>, matching: Matching, words: Words): Formula {
    switch (term.kind) {
      case 'text': return this.onText(term.text, term, matching, words)
      case 'choose': return this.chosen(term.when, this.holds(term.then, matching, words), this.holds(term.otherwise, matching, words))
      case 'unknown': return this.flag(`${term.text} ${matching.key}`, words)
      case 'concat': return this.onConcat(term, matching, words)
      case 'apply': return this.onApply(term, matching, words)
    }
  }

  /** The value exists. */
  present(term: Term): Formula {
    switch (term.kind) {
      case 'absent': return never
      case 'text': case 'concat': return always
      case 'read': return term.variable.shape === 'single' && !term.variable.optional ? always : this.holds(term, existsMatching, (negated) => `${variableWords(term.variable.key)} is ${negated ? 'absent' : 'present'}`)
      case 'choose': return this.chosen(term.when, this.present(term.then), this.present(term.otherwise))
      case 'apply': return this.holds(term, existsMatching, (negated) => `the value is ${negated ? 'absent' : 'present'}`)
      case 'unknown': return this.flag(`${term.text} exists`, (negated) => `the rewritten value is ${negated ? 'absent' : 'present'}`)
    }
  }

  /** Some value of the list, transformed, is one of `matching`. */
  anyHolds(list: TermList, transforms: readonly TermTransform[], matching: Matching, words: Words, wrap: (variable: TermList & { readonly kind: 'base' }) => Term, apply: (transforms: readonly TermTransform[], term: Term) => Term): Formula {
    const { world } = this
    switch (list.kind) {
      case 'base': return this.holds(apply(transforms, wrap(list)), matching, words)
      case 'items': return world.any(list.items.map((item) => this.holds(apply(transforms, item), matching, words)))
      case 'append': return world.or(this.anyHolds(list.list, transforms, matching, words, wrap, apply), this.holds(apply(transforms, list.item), matching, words))
      case 'choose-list': return this.chosen(list.when, this.anyHolds(list.then, transforms, matching, words, wrap, apply), this.anyHolds(list.otherwise, transforms, matching, words, wrap, apply))
      case 'unknown-list': return this.flag(`${list.text} ${JSON.stringify(transforms)} ${matching.key}`, words)
    }
  }

  private chosen(when: Formula, then: Formula, otherwise: Formula): Formula {
    const { world } = this
    if (then === otherwise) return then
    if (then === always) return world.or(when, otherwise)
    if (otherwise === always) return world.or(world.not(when), then)
    return world.or(world.and(when, then), world.and(world.not(when), otherwise))
  }

  /** A condition that a request does not decide as far as we can tell; equal text is the same condition. */
  flag(text: string, words: Words): Formula {
    return this.world.atom({ kind: 'flag', key: `flag ${text}`, words })
  }

  private onText(text: string, term: Term, matching: Matching, words: Words): Formula {
    const language = matching.language()
    return language === null ? this.flag(`${term.id} ${matching.key}`, words) : contains(language, text) ? always : never
  }

  private onRead(term: Extract<Term, { readonly kind: 'read' }>, matching: Matching, words: Words): Formula {
    const { variable, facet } = term
    if (variable.derived !== undefined) noteBounds(variable.derived, matching)
    if (variable.encoding === 'address') {
      if (matching.key === 'exists') return always
      return matching.networks === null ? this.joint(term, matching, words) : this.atom(term, facet, `address ${matching.key}`, addressMatching(matching.networks), () => [], null, words)
    }
    if (matching.regular !== true && matching.language() === null) return this.flag(`${term.id} ${matching.key}`, words)
    return this.atom(term, facet, matching.key, matching.language as () => Language, matching.samples, matching.literals, words)
  }

  private atom(term: Extract<Term, { readonly kind: 'read' }>, facet: Facet, key: string, language: () => Language, samples: () => readonly string[], literals: Literals | null, words: Words): Formula {
    const full = `${term.id} ${key}`
    return this.world.knownAtom(full) ?? this.world.atom({ kind: 'variable', key: full, variable: term.variable, facet, language, samples, literals, words })
  }

  /** Several variables together, or a function without an exact inverse: decided on finished requests only. */
  private joint(term: Term, matching: Matching, words: Words): Formula {
    const language = matching.language()
    if (language === null || !isComputable(term)) return this.flag(`${term.id} ${matching.key}`, words)
    const { world } = this
    const truth = (model: Model) => (when: Formula): boolean | null => evaluateFormula(world, when, model, () => null)
    return world.atom({
      kind: 'joint', key: `joint ${term.id} ${matching.key}`, words, variables: [],
      holds(model) {
        const value = valueOfTerm(term, model, truth(model))
        return value === undefined ? null : value !== null && contains(language, value)
      },
    })
  }

  private onConcat(term: Extract<Term, { readonly kind: 'concat' }>, matching: Matching, words: Words): Formula {
    const language = matching.language()
    if (language === null || (matching.networks !== null && term.parts.some(isAddress))) return this.joint(term, matching, words)
    const [first] = term.parts
    // What is left of a literal behind a text is one, too.
    const rest = first?.kind === 'text' && matching.literals !== null && matching.onlyNarrows !== true ? literalsBehind(first.text, matching.literals) : null
    if (rest === 'any') return always
    const found = rest === null ? this.inSequence(term.parts, language, matching.key, words) : this.onRest(term.parts.slice(1), rest, words)
    return found ?? this.joint(term, matching, words)
  }

  private onRest(parts: readonly Term[], { kind, values, ignoreCase }: Literals, words: Words): Formula | null {
    if (values.length === 0) return never
    const matching = literalTexts(kind, values, ignoreCase)
    const [only] = parts
    if (parts.length !== 1 || only === undefined) return this.inSequence(parts, literalLanguage(kind, values, ignoreCase), `text ${matching.key}`, words)
    const holds = this.holds(only, matching, words)
    // In a text, an absent value is an empty one.
    return values.includes('') ? this.world.or(holds, this.world.not(this.present(only))) : holds
  }

  /** Text before and after is taken off the set; two values in a row are split at every state between them. */
  private inSequence(parts: readonly Term[], language: Language, key: string, words: Words): Formula | null {
    const { world } = this
    let rest = parts
    let left = language
    let name = key
    while (rest[0]?.kind === 'text') {
      left = afterPrefix(left, rest[0].text)
      name += ` after ${rest[0].text}`
      rest = rest.slice(1)
    }
    for (let last = rest[rest.length - 1]; last?.kind === 'text'; last = rest[rest.length - 1]) {
      left = beforeSuffix(left, last.text)
      name += ` before ${last.text}`
      rest = rest.slice(0, -1)
    }
    if (left === nothing) return never
    const first = rest[0]
    if (first === undefined) return contains(left, '') ? always : never
    if (rest.length === 1) return this.orEmpty(first, left, name, words)
    const pieces = splitAt(left)
    if (pieces === null) return null
    const found: Formula[] = []
    for (const [index, piece] of pieces.entries()) {
      const head = this.orEmpty(first, piece.head, `${name} head ${index}`, words)
      if (head === never) continue
      const tail = this.inSequence(rest.slice(1), piece.tail, `${name} tail ${index}`, words)
      if (tail === null) return null
      found.push(world.and(head, tail))
    }
    return world.any(found)
  }

  /** In a text, an absent value is an empty one. */
  private orEmpty(term: Term, language: Language, key: string, words: Words): Formula {
    // Decoded paths go through many rules; what is left of a test is often true or false of all of them.
    const domain = term.kind === 'read' && term.variable.key === 'normalised-path' ? term.variable.domain : term.kind === 'apply' && term.transform.kind === 'capture' ? everything : null
    if (domain !== null && covers(language, domain)) return always
    if (domain !== null && covers(complement(language), domain)) return never
    const matching: Matching = { key: `text ${key}`, language: () => language, ranges: null, networks: null, samples: () => [], literals: null }
    const holds = this.holds(term, matching, words)
    return contains(language, '') ? this.world.or(holds, this.world.not(this.present(term))) : holds
  }

  private onApply(term: Extract<Term, { readonly kind: 'apply' }>, matching: Matching, words: Words): Formula {
    const { transform, of } = term
    const { world } = this
    if (mayDrop(transform) && isEachOf(of)) return this.flag(`${term.id} ${matching.key}`, words)
    switch (transform.kind) {
      case 'map': return this.onLookup(term, transform, matching, words)
      case 'cast': return this.onCast(term, transform.to, matching, words)
      case 'length': if (matching.ranges !== null) return this.holds(of, matchingOf({ kind: 'length', ranges: matching.ranges }), words)
        break
      case 'equals-text': case 'choose': return this.twoValued(term, transform, matching, words)
      case 'arithmetic': {
        const twoValued = transform.operator === 'bool' || transform.operator === 'not'
        return twoValued ? this.twoValued(term, transform, matching, words) : this.flag(`${term.id} ${matching.key}`, words)
      }
      case 'opaque': case 'string-compare': return this.flag(`${term.id} ${matching.key}`, words)
      case 'regsub': {
        const special = this.onSubstitution(of, transform, matching, words)
        if (special !== null) return special
        break
      }
      default: break
    }
    const language = matching.networks !== null && isAddress(of) ? addressMatching(matching.networks)() : matching.language()
    if (language === null) return this.flag(`${term.id} ${matching.key}`, words)
    const inverse = preimage(transform, language)
    if (inverse === null) return this.joint(term, matching, words)
    const samples = (): readonly string[] => (transform.kind === 'lower' || transform.kind === 'host-only' || transform.kind === 'field' || transform.kind === 'url-decode' ? matching.samples() : [])
    const through: Matching = { key: `${JSON.stringify(transform)} ${matching.key}`, language: () => inverse, ranges: null, networks: isAddress(of) ? matching.networks : null, samples, literals: literalsThrough(transform, matching), ...(isExactThrough(transform, matching) ? {} : { onlyNarrows: true as const }) }
    if (isAddress(of) && of.kind === 'read') return this.atom(of, of.facet, through.key, () => inverse, () => [], null, words)
    return world.knownAtom(`${of.id} ${through.key}`) ?? this.holds(of, through, words)
  }

  private onCast(term: Extract<Term, { readonly kind: 'apply' }>, to: string, matching: Matching, words: Words): Formula {
    const { of } = term
    if (to === 'string' || to === 'method' || to === 'binary') return isAddress(of) ? this.joint(term, matching, words) : this.holds(of, matching, words)
    if (to === 'integer' || to === 'boolean') {
      if (matching.key === 'exists') return this.holds(of, integerMatching([[null, null]]), words)
      if (matching.ranges !== null && to === 'integer') return this.holds(of, matching, words)
      if (to === 'boolean') return this.twoValued(term, { kind: 'arithmetic', operator: 'bool', operand: null }, matching, words)
      return this.joint(term, matching, words)
    }
    if (isAddress(of) || matching.networks !== null) return this.holds(of, matching, words)
    return this.flag(`${term.id} ${matching.key}`, words)
  }

  /** Transformations with two results, decided by whether a number is zero or a text is listed. */
  private twoValued(term: Extract<Term, { readonly kind: 'apply' }>, transform: TermTransform, matching: Matching, words: Words): Formula {
    const { world } = this
    const language = matching.language()
    if (language === null) return this.flag(`${term.id} ${matching.key}`, words)
    const nonzero = this.holds(term.of, integerMatching(nonZero), words)
    const zero = this.holds(term.of, integerMatching([[0, 0]]), words)
    const choose = (whenTrue: string, whenFalse: string, yes: Formula, no: Formula): Formula =>
      world.or(contains(language, whenTrue) ? yes : never, contains(language, whenFalse) ? no : never)
    switch (transform.kind) {
      case 'choose': return choose(toBytes(transform.whenTrue), toBytes(transform.whenFalse), nonzero, zero)
      case 'equals-text': {
        const exact = matchingOf({ kind: 'exact', values: transform.values, ignoreCase: false })
        const listed = literalLanguage('exact', transform.values.map(toBytes), false)
        const other: Matching = { ...existsMatching, key: `other than ${exact.key}`, language: () => complement(listed) }
        return choose('1', '0', this.holds(term.of, exact, words), this.holds(term.of, other, words))
      }
      default: return transform.kind === 'arithmetic' && transform.operator === 'not' ? choose('1', '0', zero, nonzero) : choose('1', '0', nonzero, zero)
    }
  }

  /** Substitutions whose inverse is plain: a number for an empty text, a literal prefix replaced. */
  private onSubstitution(of: Term, transform: Extract<TermTransform, { readonly kind: 'regsub' }>, matching: Matching, words: Words): Formula | null {
    const language = matching.language()
    if (language === null) return null
    const whole = /^\^([A-Za-z0-9/_-]*)\$$/.exec(transform.pattern)
    const prefix = /^\^((?:[A-Za-z0-9/_-]|\\[./])+)$/.exec(transform.pattern)
    const plain = !transform.replacement.includes('\\') && !transform.ignoreCase
    // Set by set, so that it is right for lists of values, too: some value may be the empty one while another matches.
    const through = (inverse: Language): Formula =>
      this.holds(of, { key: `${JSON.stringify(transform)} ${matching.key}`, language: () => inverse, ranges: null, networks: null, samples: matching.samples, literals: null }, words)
    if (whole !== null && plain) {
      const same = literalLanguage('exact', [whole[1] ?? ''], false)
      return through(union([intersection([complement(same), language]), contains(language, toBytes(transform.replacement)) ? same : nothing]))
    }
    if (prefix !== null && plain) {
      const text = (prefix[1] ?? '').replaceAll('\\', '')
      const starts = literalLanguage('prefix', [text], false)
      return through(union([intersection([starts, suffixFrom(afterPrefix(language, toBytes(transform.replacement)), text.length)]), intersection([complement(starts), language])]))
    }
    if (matching.networks !== null && transform.pattern.startsWith('^([0-9]{1,3}(?:[.][0-9]{1,3}){3}):')) return this.holds(of, matching, words)
    return null
  }

  /** A test of what a table gives: the keys that lead to a value of `matching`, each without those found before it. */
  private onLookup(term: Extract<Term, { readonly kind: 'apply' }>, transform: Extract<TermTransform, { readonly kind: 'map' }>, matching: Matching, words: Words): Formula {
    const { world } = this
    const table = this.tableOf(transform.table)
    const language = matching.language()
    if (table === undefined || table.missing || language === null || table.entries.length > unfoldLimit) return this.flag(`${term.id} ${matching.key}`, words)
    const order = lookupOrder(table)
    // A list of values ends where a key is not found; which values count then depends on their order.
    if (order === null || isEachOf(term.of)) return this.flag(`${term.id} ${matching.key}`, words)
    let otherwise = transform.fallback !== null && contains(language, toBytes(transform.fallback)) ? this.present(term.of) : never
    for (const entry of [...order].reverse()) {
      const key = this.holds(term.of, entry.matching, (negated) => `the key ${negated ? 'does not match' : 'matches'} ${entry.key} of ${table.path}`)
      const hit = contains(language, toBytes(entry.value)) ? always : never
      otherwise = world.or(world.and(key, hit), world.and(world.not(key), otherwise))
    }
    return otherwise
  }
}
