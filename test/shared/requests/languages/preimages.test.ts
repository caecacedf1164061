import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiLower, asciiUpper } from '#shared/requests/bytes.ts'
import { fieldOf, hostOnly, urlDecode, wordOf } from '#shared/requests/http-values.ts'
import { maskBytes, parseNetwork, type IpNetwork } from '#shared/requests/ip.ts'
import { addressLanguage, addressWord } from '#shared/requests/languages/addresses.ts'
import { contains, type Language } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { integerLanguage } from '#shared/requests/languages/numbers.ts'
import { afterPrefix, always, beforeSuffix, complement, intersection, nothing, preimage, splitAt, suffixFrom, union, withinDomain, type TransformSpec } from '#shared/requests/languages/preimages.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { normalizeUri } from '#shared/requests/normalize-uri.ts'
import { brokenPromise, seededRandom, type Random } from './samples.ts'

function randomLanguage(random: Random, alphabet: string): Language {
  const values = Array.from({ length: 1 + random.int(3) }, () => random.text(alphabet, 3))
  switch (random.int(4)) {
    case 0: return literalLanguage(random.pick(['exact', 'prefix', 'suffix', 'substring']), values, random.chance(0.3))
    case 1: return complement(literalLanguage(random.pick(['exact', 'prefix', 'suffix', 'substring']), values, false))
    case 2: return literalLanguage('exact', ['', ...values], false)
    default: {
      const made = regexLanguage(random.pick(['^[a-c]*$', 'a.b', '^(a|bb)*\\z', '[^a]$', '^.{0,3}\\z', 'a$|^b', '^\\W', 'a/+b']), { ignoreCase: false, dialect: 'pcre', match: 'search' })
      assert.ok(made.ok)
      return made.language
    }
  }
}

/** The transformation as it is computed on one text; null: the value is absent. */
function compute(transform: TransformSpec, text: string): string | null {
  switch (transform.kind) {
    case 'lower': return asciiLower(text)
    case 'upper': return asciiUpper(text)
    case 'field': return fieldOf(text, transform.index, transform.delimiters, transform.count)
    case 'word': return wordOf(text, transform.index, transform.delimiters, transform.count)
    case 'url-decode': return urlDecode(text, transform.inForm)
    case 'host-only': return hostOnly(text)
    case 'concat': return text + transform.before + transform.after
    case 'length': return String(text.length)
    case 'substring': return transform.offset >= text.length ? '' : text.slice(transform.offset, transform.length === null ? undefined : transform.offset + transform.length)
    case 'trim': {
      let start = 0
      let end = text.length
      if (transform.side === 'left') while (start < end && transform.characters.includes(text[start] as string)) start += 1
      else while (end > start && transform.characters.includes(text[end - 1] as string)) end -= 1
      return text.slice(start, end)
    }
    case 'normalize-uri': {
      const normalized = normalizeUri(text, transform.normalizer, transform.argument)
      assert.notEqual(normalized.kind, 'unknown')
      return normalized.kind === 'ok' ? normalized.text : null
    }
    default: throw new Error(transform.kind)
  }
}

const transforms: readonly (readonly [name: string, alphabet: string, make: (random: Random) => TransformSpec])[] = [
  ['lower', 'aAbB\xc4', () => ({ kind: 'lower' })],
  ['upper', 'aAbB\xe4', () => ({ kind: 'upper' })],
  ['field', 'ab/-', random => ({ kind: 'field', index: random.int(9) - 4, delimiters: random.pick(['/', '-/', '', 'b']), count: random.int(4) })],
  ['word', 'ab/-', random => ({ kind: 'word', index: random.int(9) - 4, delimiters: random.pick(['/', '-/', '', 'b']), count: random.int(4) })],
  ['url-decode', 'a%62+? f', random => ({ kind: 'url-decode', inForm: random.chance(0.5) })],
  ['host-only', 'aA:]b', () => ({ kind: 'host-only' })],
  ['substring', 'ab/', random => ({ kind: 'substring', offset: random.int(5), length: random.chance(0.3) ? null : random.int(4) })],
  ['trim', 'ab/ ', random => ({ kind: 'trim', side: random.pick(['left', 'right']), characters: random.pick(['a', ' /', '', 'ab/ ']) })],
  ['concat', 'ab/', random => ({ kind: 'concat', before: random.text('ab', 2), variable: null, after: random.text('b/', 2) })],
  ['path-merge-slashes', '/a?b', () => ({ kind: 'normalize-uri', normalizer: 'path-merge-slashes', argument: null })],
  ['path-strip-dot', '/.?a', () => ({ kind: 'normalize-uri', normalizer: 'path-strip-dot', argument: null })],
  ['percent-to-uppercase', '%4aEf/', random => ({ kind: 'normalize-uri', normalizer: 'percent-to-uppercase', argument: random.pick([null, 'strict']) })],
  ['percent-decode-unreserved', '%642aF/', random => ({ kind: 'normalize-uri', normalizer: 'percent-decode-unreserved', argument: random.pick([null, 'strict']) })],
  ['fragment-strip', '#ab', () => ({ kind: 'normalize-uri', normalizer: 'fragment-strip', argument: null })],
  ['fragment-encode', '#ab23%', () => ({ kind: 'normalize-uri', normalizer: 'fragment-encode', argument: null })],
]

for (const [name, alphabet, make] of transforms) {
  test(`the texts that ${name} turns into a member are exactly the preimage`, context => {
    const random = seededRandom(name.length * 7)
    let members = 0
    for (let round = 0; round < 2500; round += 1) {
      const transform = make(random)
      const language = randomLanguage(random, alphabet)
      const before = preimage(transform, language)
      assert.ok(before !== null)
      if (round % 50 === 0) assert.equal(brokenPromise(before, 30), null)
      for (let count = 0; count < 20; count += 1) {
        const text = random.text(alphabet, 9)
        const value = compute(transform, text)
        const expected = value !== null && contains(language, value)
        if (expected) members += 1
        assert.equal(contains(before, text), expected, `${JSON.stringify(transform)} of ${JSON.stringify(text)} is ${JSON.stringify(value)}`)
      }
    }
    context.diagnostic(`${name}: 50 000 texts, ${members} in the preimage`)
    assert.ok(members > 1000)
  })
}

test('masked addresses are looked up as the router masks them', () => {
  const random = seededRandom(3)
  const networks = ['10.0.0.0/8', '10.1.0.0/16', '192.168.4.0/22', '2001:db8::/32', '::/0', '::ffff:0:0/96'].map(parseNetwork).filter((network): network is IpNetwork => network !== null)
  for (let round = 0; round < 2000; round += 1) {
    const language = addressLanguage(networks.filter(() => random.chance(0.4)))
    const [bits4, bits6] = [random.int(33), random.int(129)]
    const before = preimage({ kind: 'ip-mask', bits4, bits6 }, language)
    assert.ok(before !== null)
    if (round % 100 === 0) assert.equal(brokenPromise(before, 30), null)
    for (let count = 0; count < 10; count += 1) {
      const network = random.pick(networks)
      const bytes = network.bytes.map(byte => (random.chance(0.3) ? random.int(256) : byte))
      const masked = { family: network.family, bytes: maskBytes(bytes, network.family === 4 ? bits4 : bits6) }
      assert.equal(contains(before, addressWord({ family: network.family, bytes })), contains(language, addressWord(masked)))
    }
    for (const word of ['', 'abcde', '\x04ab', '\x04abcdef']) assert.equal(contains(before, word), false)
  }
})

test('lengths are looked up as decimal numbers where large ones are alike', () => {
  const language = integerLanguage([[3, 12], [100, null]])
  const before = preimage({ kind: 'length' }, language)
  assert.ok(before !== null)
  for (let length = 0; length < 1200; length += 1) assert.equal(contains(before, 'x'.repeat(length)), (length >= 3 && length <= 12) || length >= 100)
  assert.equal(preimage({ kind: 'length' }, literalLanguage('suffix', ['7'], false)), null)
})

test('what is not modelled has no preimage', () => {
  const rows: readonly TransformSpec[] = [
    { kind: 'normalize-uri', normalizer: 'path-strip-dotdot', argument: null }, { kind: 'normalize-uri', normalizer: 'query-sort-by-name', argument: null },
    { kind: 'concat', before: '', variable: 'txn.x', after: '' }, { kind: 'regsub' }, { kind: 'map' }, { kind: 'opaque' }, { kind: 'substring', offset: -1, length: 2 },
  ]
  for (const row of rows) assert.equal(preimage(row, always), null, JSON.stringify(row))
})

test('sets combine and come apart as sets do', () => {
  const random = seededRandom(9)
  const alphabet = 'abB/'
  for (let round = 0; round < 1500; round += 1) {
    const parts = Array.from({ length: random.int(4) }, () => randomLanguage(random, alphabet))
    const [a = always, b = nothing] = parts
    const cut = random.text(alphabet, 2)
    const count = random.int(4)
    const any = union(parts)
    const all = intersection(parts)
    const pieces = splitAt(a)
    const [behind, ahead, after] = [afterPrefix(a, cut), beforeSuffix(a, cut), suffixFrom(a, count)]
    const inside = withinDomain(a, b)
    for (const language of [any, all, behind, ahead, after, inside, complement(a)]) if (round % 30 === 0) assert.equal(brokenPromise(language, 20), null)
    for (let time = 0; time < 10; time += 1) {
      const text = random.text(alphabet, 6)
      const where = JSON.stringify(text)
      assert.equal(contains(any, text), parts.some(part => contains(part, text)), where)
      assert.equal(contains(all, text), parts.every(part => contains(part, text)), where)
      assert.equal(contains(inside, text), contains(a, text) && contains(b, text), where)
      assert.equal(contains(complement(a), text), !contains(a, text), where)
      assert.equal(contains(behind, text), contains(a, cut + text), where)
      assert.equal(contains(ahead, text), contains(a, text + cut), where)
      assert.equal(contains(after, text), text.length >= count && contains(a, text.slice(count)), where)
      if (pieces === null) continue
      const at = random.int(text.length + 1)
      assert.equal(pieces.some(({ head, tail }) => contains(head, text.slice(0, at)) && contains(tail, text.slice(at))), contains(a, text), where)
    }
  }
})
