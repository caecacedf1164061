import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contains, type Language } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { lengthLanguage } from '#shared/requests/languages/numbers.ts'
import { always, complement, nothing } from '#shared/requests/languages/preimages.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { isSubset, searchWord, type FoundWord } from '#shared/requests/languages/search-word.ts'
import { allWords, seededRandom, type Random } from './samples.ts'

function regex(pattern: string): Language {
  const made = regexLanguage(pattern, { ignoreCase: false, dialect: 'pcre', match: 'search' })
  assert.ok(made.ok, pattern)
  return made.language
}

function search(positive: readonly Language[], negative: readonly Language[], prefer: readonly string[] = []): FoundWord {
  return searchWord({ positive, negative, prefer, maxSteps: 2_000_000, maxLength: 1000 })
}

const small = regex('^[ab]{0,5}\\z')
const words = allWords('ab', 5)

function randomLanguage(random: Random): Language {
  const values = Array.from({ length: 1 + random.int(3) }, () => random.text('ab', 4))
  switch (random.int(5)) {
    case 0: return regex(random.pick(['^a', 'b$', 'ab+a', '^(?:ab|b)*\\z', 'aa|bb', '^.{2,4}\\z', 'a.b', '\\Ba\\B', '^(?:..)*\\z']))
    case 1: return lengthLanguage([[random.int(4), random.chance(0.5) ? null : random.int(6)]])
    case 2: return complement(literalLanguage('substring', values, false))
    default: return literalLanguage(random.pick(['exact', 'prefix', 'suffix', 'substring']), values, random.chance(0.2))
  }
}

test('a word is found exactly when trying every word finds one', context => {
  const random = seededRandom(21)
  let empty = 0
  for (let round = 0; round < 20_000; round += 1) {
    const positive = [small, ...Array.from({ length: random.int(4) }, () => randomLanguage(random))]
    const negative = Array.from({ length: random.int(random.chance(0.3) ? 12 : 4) }, () => randomLanguage(random))
    const fits = (word: string): boolean => positive.every(one => contains(one, word)) && negative.every(one => !contains(one, word))
    const prefer = random.chance(0.3) ? [random.text('ab', 5)] : []
    const found = search(positive, negative, prefer)
    const expected = words.filter(fits)
    if (found.kind === 'word') {
      assert.ok(fits(found.word), found.word)
      if (prefer.some(fits)) assert.ok(prefer.includes(found.word))
    } else {
      assert.equal(found.kind, 'empty')
      assert.deepEqual(expected, [])
      empty += 1
    }
  }
  context.diagnostic(`20 000 queries, ${empty} of them empty`)
  assert.ok(empty > 2000 && empty < 18_000)
})

test('words without constraints on their bytes are readable', () => {
  assert.deepEqual(search([], []), { kind: 'word', word: '' })
  assert.deepEqual(search([lengthLanguage([[3, null]])], []), { kind: 'word', word: 'aaa' })
  assert.deepEqual(search([literalLanguage('prefix', ['/api'], false), regex('[0-9]$')], [literalLanguage('exact', ['/api0'], false)]), { kind: 'word', word: '/api1' })
  assert.deepEqual(search([regex('^[^a-z]$')], []), { kind: 'word', word: '0' })
})

test('nothing is left of what is taken away whole', () => {
  assert.deepEqual(search([nothing], []), { kind: 'empty' })
  assert.deepEqual(search([], [always]), { kind: 'empty' })
  assert.deepEqual(search([regex('^/(?:a|b)\\z')], [literalLanguage('exact', ['/a'], false), literalLanguage('exact', ['/b'], false)]), { kind: 'empty' })
  assert.deepEqual(search([literalLanguage('prefix', ['/api'], false)], [literalLanguage('prefix', ['/a'], false)]), { kind: 'empty' })
})

test('hundreds of exact texts are taken away at once', context => {
  const started = process.hrtime.bigint()
  const values = Array.from({ length: 500 }, (_, index) => `/item-${index}`)
  const one = regex('^/item-[0-9]{1,3}\\z')
  const negative = values.map(value => literalLanguage('exact', [value], false))
  const found = search([one], negative)
  assert.equal(found.kind, 'word')
  const rest = Array.from({ length: 1000 }, (_, index) => `/item-${index}`).filter(value => !values.includes(value))
  const left = search([one], [...negative, literalLanguage('exact', rest, false), regex('-0.'), regex('^/item-0..')])
  assert.deepEqual(left, { kind: 'empty' })
  context.diagnostic(`${(Number(process.hrtime.bigint() - started) / 1e6).toFixed(1)} ms`)
})

test('a limit never makes a set empty', () => {
  // The second tells cases apart, so the first is no list of texts to be tried.
  const long = [literalLanguage('exact', ['abcdef'], true), regex('^[a-f]+\\z')]
  assert.equal(searchWord({ positive: long, negative: [], maxSteps: 10, maxLength: 100 }).kind, 'gave-up')
  assert.equal(searchWord({ positive: long, negative: [], maxSteps: 1000, maxLength: 5 }).kind, 'gave-up')
  assert.equal(searchWord({ positive: long, negative: [], maxSteps: 1000, maxLength: 6 }).kind, 'word')
  assert.equal(searchWord({ positive: [literalLanguage('exact', ['abcdef'], false)], negative: [], maxSteps: 10, maxLength: 5 }).kind, 'gave-up')
  const large = regex('^[ab]*a[ab]{20}c[ab]*a[ab]{20}\\z')
  assert.equal(search([large, regex('^[ab]*\\z')], []).kind, 'gave-up')
  assert.equal(searchWord({ positive: [large], negative: [], prefer: ['ab'.repeat(40)], maxSteps: 1e9, maxLength: 1000 }).kind, 'gave-up')
})

test('long lists are compared value by value, whatever the case and the way they compare', () => {
  const values = Array.from({ length: 3000 }, (_, index) => `Item-${index}.Example`)
  const without = (gone: number): readonly string[] => values.filter((_, index) => index !== gone)
  for (const kind of ['exact', 'prefix', 'suffix', 'substring'] as const) {
    for (const ignoreCase of [false, true]) {
      const all = literalLanguage(kind, values, ignoreCase)
      const found = searchWord({ positive: [all], negative: [literalLanguage(kind, without(1234), ignoreCase)], maxSteps: 20_000, maxLength: 100 })
      assert.equal(found.kind === 'word' ? found.word.toLowerCase() : found.kind, 'item-1234.example', kind)
      assert.equal(searchWord({ positive: [literalLanguage(kind, without(1234), ignoreCase)], negative: [all], maxSteps: 20_000, maxLength: 100 }).kind, 'empty', kind)
    }
    // A list that counts case takes only one spelling of each value away.
    const spelled = searchWord({ positive: [literalLanguage(kind, values, true)], negative: [literalLanguage(kind, values, false)], maxSteps: 2_000_000, maxLength: 100 })
    assert.equal(spelled.kind, 'word', kind)
  }
  assert.equal(searchWord({ positive: [literalLanguage('prefix', values, false)], negative: [literalLanguage('exact', values, false)], maxSteps: 2_000_000, maxLength: 100 }).kind, 'word')
})

test('subsets are told from sets that only overlap', () => {
  assert.equal(isSubset(regex('^/api/v[12]'), literalLanguage('prefix', ['/api/'], false), 10_000), true)
  assert.equal(isSubset(literalLanguage('prefix', ['/api/'], false), regex('^/api/v[12]'), 10_000), false)
  assert.equal(isSubset(literalLanguage('exact', ['/a'], false), literalLanguage('exact', ['/A'], true), 10_000), true)
  assert.equal(isSubset(regex('^(?:ab|cd){3}'), regex('^(?:ab|cd){3}x*'), 3), null)
})

test('simple questions take microseconds', context => {
  const exact = Array.from({ length: 100 }, (_, index) => literalLanguage('exact', [`/service-${index}/index`], false))
  const prefix = Array.from({ length: 100 }, (_, index) => literalLanguage('prefix', [`/service-${index}`], false))
  const suffix = literalLanguage('suffix', ['.php', '.html'], true)
  const api = regex('^/service-[0-9]+/(?:index|api)')
  const rows: readonly (readonly [string, (round: number) => FoundWord])[] = [
    ['prefix and exact', round => search([prefix[round % 100] as Language, exact[round * 7 % 100] as Language], [])],
    ['prefix and suffix', round => search([prefix[round % 100] as Language, suffix], [])],
    ['prefix and regex without exact', round => search([prefix[round % 100] as Language, api], [exact[round % 100] as Language])],
  ]
  for (const [name, ask] of rows) {
    for (let round = 0; round < 2000; round += 1) ask(round)
    const started = process.hrtime.bigint()
    for (let round = 0; round < 10_000; round += 1) ask(round)
    context.diagnostic(`${name}: ${(Number(process.hrtime.bigint() - started) / 1e7).toFixed(2)} µs`)
  }
})
