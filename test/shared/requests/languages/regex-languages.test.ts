import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { toBytes } from '#shared/requests/bytes.ts'
import { contains, LanguageTooLarge } from '#shared/requests/languages/language.ts'
import { parseRegex } from '#shared/requests/languages/parse-regex.ts'
import { regexesLanguage, regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { compileRegex } from '#shared/requests/regex.ts'
import { brokenPromise, seededRandom, type Random } from './samples.ts'

function matches(pattern: string, subject: string, { ignoreCase = false, dialect = 'pcre', match = 'search' }: { ignoreCase?: boolean; dialect?: 'pcre' | 're2'; match?: 'search' | 'full' } = {}): boolean {
  const made = regexLanguage(pattern, { ignoreCase, dialect, match })
  assert.ok(made.ok, `${pattern}: ${made.ok ? '' : made.reason}`)
  return contains(made.language, subject)
}

const pcreRows: readonly (readonly [pattern: string, subject: string, expected: boolean])[] = [
  ['^/a$', '/a', true], ['^/a$', '/a\n', true], ['^/a$', '/a\n\n', false], ['^/a\\z', '/a\n', false], ['^/a\\Z', '/a\n', true], ['a$\\n', 'a\n', true], ['a$\\nb', 'a\nb', false], ['(?m)a$\\nb', 'a\nb', true],
  ['(?m)^b', 'a\nb', true], ['(?m)a\\n^', 'a\n', false], ['(?m)a\\n^', 'a\nb', true], ['^', '', true], ['$^', '', true], ['a^', 'a', false], ['.', '\n', false], ['(?s).', '\n', true], ['\\N', '\n', false], ['[^a]', '\n', true],
  ['\\bfoo\\b', 'a foo', true], ['\\bfoo\\b', 'afoo', false], ['o\\B.', 'foo', true], ['\\Boo', 'foo', true], ['a\\b\\Bb', 'ab', false], ['\\b', '', false], ['\\B', '', true], ['(?i)AB', 'xab', true], ['a(?i)b|c', 'C', true], ['(a(?i)b)c', 'aBC', false],
  ['(?i:a)b', 'Ab', true], ['(?i:a)b', 'AB', false], ['(?i)[^a]', 'A', false], ['(?i)[[:upper:]]', 'a', true], ['(?i)[[:^upper:]]', 'a', false], ['(?i)\xe4', '\xc4', false], ['(?x) a b # no\n c', 'abc', true], ['(?x)[a ]b', ' b', true],
  ['(?xx)[a ]b', ' b', false], ['\\Qa.b\\E+', 'a.bb', true], ['\\Qa.b', 'axb', false], ['[\\Qa-c\\E]', 'b', false], ['[a\\-c]', 'b', false], ['[+--]', ',', true], ['[]a]', ']', true], ['[^]a]', ']', false], ['[a-]', '-', true],
  ['[a-c-e]', 'd', false], ['[a-c-e]', '-', true], ['[\\1]', '\x01', true], ['[\\b]', '\b', true], ['\\h', '\xa0', true], ['\\v', '\x85', true], ['\\s', '\v', true], ['\\d', '\xb2', false], ['\\w', '\xe4', false], ['\\cJ', '\n', true], ['\\x', '\0', true],
  ['\\012', '\n', true], ['\\o{12}', '\n', true], ['a{', 'a{', true], ['a{,}', 'a{,}', true], ['a{2}', 'aa', true], ['^a{2}$', 'aaa', false], ['a{0}b', 'b', true], ['^(?:a{2,3}){2}$', 'aaaa', true], ['(|a)+b', 'aab', true], ['^(a|)*$', 'aaa', true],
  ['a|', '', true], ['()', '', true], ['(?#x)a', 'a', true], ['a(?#x)*b', 'b', true], ['(?<n>a)', 'a', true], ["(?P<n>a)(?'m'b)", 'ab', true], ['(?^i:A)', 'a', true], ['(?i-i)A', 'a', false], ['[[:alpha:][:digit:]]', '7', true], ['[[a:]]', ':]', true],
]

test('patterns of PCRE2 syntax describe the texts that PCRE2 matches', () => {
  for (const [pattern, subject, expected] of pcreRows) assert.equal(matches(pattern, subject), expected, `${pattern} on ${JSON.stringify(subject)}`)
})

const re2Rows: readonly (readonly [pattern: string, subject: string, expected: boolean])[] = [
  ['^/a$', '/a\n', false], ['^/a$', '/a', true], ['(?m)a$', 'a\nb', true], ['(?m)b^', 'b\n', false], ['(?m)\\n^', 'b\n', true], ['^.$', 'ä', true], ['^.$', '€', true], ['^.$', '😀', true], ['^..$', 'ä', false], ['^[^a]$', 'ä', true],
  ['^[ä-ü]$', 'ö', true], ['^[ä-ü]$', 'a', false], ['ä+', 'ää', true], ['^ä{2}$', 'ää', true], ['\\s', '\v', false], ['[\\s\\v]', '\v', true], ['(?i)K', '\u212a', true], ['(?i)s', 'ſ', true], ['(?i)[^k]', '\u212a', false], ['(?i)\\w', '\u212a', true],
  ['\\x{e4}', 'ä', true], ['\\344', 'ä', true], ['\\Qa.b\\E', 'a.b', true], ['(?s)^.$', '\n', true], ['^.$', '\n', false], ['[\\d-z]', '-', true], ['^*a', 'a', true], ['a{,2}', 'a{,2}', true], ['[[:^alpha:]]', 'é', true],
]

test('patterns of RE2 syntax describe UTF-8 texts', () => {
  for (const [pattern, subject, expected] of re2Rows) assert.equal(matches(toBytes(pattern), toBytes(subject), { dialect: 're2' }), expected, `${pattern} on ${JSON.stringify(subject)}`)
})

test('a full match leaves nothing over', () => {
  assert.equal(matches('a|ab', 'ab', { match: 'full' }), true)
  assert.equal(matches('a', 'ab', { match: 'full' }), false)
  assert.equal(matches('a$', 'a\n', { match: 'full' }), false)
  assert.equal(matches('a$\\n', 'a\n', { match: 'full' }), true)
})

const refused = [
  '(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\1', 'a++', 'a*+', 'a?+', 'a{1,2}+', '(?>a)', '(?|a|b)', '(?(1)a|b)', '(?R)', '(?1)', '(?&n)', '(*COMMIT)a', '\\R', '\\K', '\\G', '\\X', '\\C', '\\pL', '\\p{L}', '\\g1', '\\k<n>', '\\x{100}',
  '*a', 'a**', '^*', '\\b+', '$?', '[a', '[[:nope:]]', '[[.a.]]', '[:alpha:]', '[[:<:]]a', '[\\d-z]', '[a-\\d]', '[b-a]', '[\\B]', '(a', 'a)', 'a\\', 'a{,3}', 'a{ 1}', 'a{2,1}', 'a{1001}', '\\y', '(?J)a', '(?a)b', '(?#x', '\0', '(?<n>a)(?<n>b)',
  '\\N{U+41}', '((((a{1000}){1000}){1000}){1000})', '\\777', `${'('.repeat(300)}a${')'.repeat(300)}`,
]

test('what is not regular or not surely read alike is refused with a reason', () => {
  for (const pattern of refused) {
    const made = regexLanguage(pattern, { ignoreCase: false, dialect: 'pcre', match: 'search' })
    assert.equal(made.ok, false, pattern)
    if (!made.ok) assert.ok(made.reason.length > 3, pattern)
  }
  for (const pattern of ['a++', '(?=a)', '\\pL', '\\Z', '\\1', 'a**', '(?x)a', '\xff', '[a', 'a{1001}', '(?i)ä', '\\C', '(?)', '\\_', '[[:nope:]]', '\\B']) assert.equal(parseRegex(pattern, { ignoreCase: false, dialect: 're2' }).ok, false, pattern)
})

test('groups are counted as they are numbered', () => {
  const rows: readonly (readonly [string, number])[] = [['(a)(?:b)(?<n>c)', 2], ['(?n)(a)(?<m>b)', 1], ['\\(a', 0], ['[(]', 0], ['\\Q(\\E(x)', 1], ['(((a)))', 3]]
  for (const [pattern, count] of rows) {
    const parsed = parseRegex(pattern, { ignoreCase: false, dialect: 'pcre' })
    assert.equal(parsed.ok && parsed.groupCount, count, pattern)
  }
})

test('an automaton that grows too large says so instead of answering', () => {
  const made = regexLanguage('[ab]*a[ab]{20}c', { ignoreCase: false, dialect: 'pcre', match: 'search' })
  assert.ok(made.ok)
  const random = seededRandom(1)
  assert.throws(() => { for (let round = 0; round < 10_000; round += 1) contains(made.language, random.text('ab', 60)) }, LanguageTooLarge)
})

test('several patterns are one set', () => {
  const made = regexesLanguage(['^/a', 'b$', '(?i)c'], { ignoreCase: false, dialect: 'pcre', match: 'search' })
  assert.ok(made.ok)
  for (const [text, expected] of [['/a', true], ['xb', true], ['xCx', true], ['A', false], ['', false]] as const) assert.equal(contains(made.language, text), expected)
  assert.equal(regexesLanguage(['a', '(?=b)'], { ignoreCase: false, dialect: 'pcre', match: 'search' }).ok, false)
})

/** A random pattern of the syntax that all engines share. */
function sharedPattern(random: Random, depth: number): string {
  const parts: string[] = []
  for (let count = 1 + random.int(4); count > 0; count -= 1) {
    const kind = random.int(depth > 0 ? 12 : 8)
    let text = random.pick(['a', 'b', 'A', '/', '\\.', '1', '_', '-'])
    if (kind === 0) text = '.'
    else if (kind === 1) text = random.pick(['\\w', '\\d', '\\W', '\\D'])
    else if (kind === 2) text = `[${random.chance(0.3) ? '^' : ''}${Array.from({ length: 1 + random.int(3) }, () => random.pick(['a-b', 'A', '/', '.', '1', '_', '\\d', '\\w', '\\-'])).join('')}]`
    else if (kind === 3) {
      parts.push(random.pick(['\\b', '\\B', '^', '$']))
      continue
    } else if (kind >= 8) text = `(${random.chance(0.3) ? '?:' : ''}${sharedPattern(random, depth - 1)}${random.chance(0.3) ? `|${sharedPattern(random, depth - 1)}` : ''})`
    parts.push(text + (random.chance(0.35) ? random.pick(['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}', '{0,1}?']) : ''))
  }
  return (random.chance(0.2) ? '^' : '') + parts.join('') + (random.chance(0.2) ? '$' : '')
}

test('random patterns hold the texts that JavaScript, RE2 and the router match', context => {
  const random = seededRandom(42)
  let compared = 0
  let members = 0
  let routed = 0
  for (let round = 0; round < 5000; round += 1) {
    const pattern = sharedPattern(random, 2)
    const ignoreCase = random.chance(0.3)
    // A fixed alphabet and short subjects keep the backtracking engine fast.
    const javascript = new RegExp(pattern, ignoreCase ? 'i' : '')
    const router = compileRegex(pattern, { ignoreCase, dialect: 'pcre' })
    const re2 = regexLanguage(pattern.replaceAll('\\B', '\\b'), { ignoreCase, dialect: 're2', match: 'search' })
    const pcre = regexLanguage(pattern, { ignoreCase, dialect: 'pcre', match: 'search' })
    const full = regexLanguage(pattern, { ignoreCase, dialect: 'pcre', match: 'full' })
    // PCRE2 reads brackets from [. to .] as a collating element, which it then refuses.
    if (!pcre.ok && /\[\.[^\]]*\.\]/.test(pattern)) continue
    assert.ok(re2.ok && pcre.ok && full.ok, pattern)
    if (router.ok) routed += 1
    if (round % 100 === 0) assert.equal(brokenPromise(pcre.language, 20), null)
    for (let count = 0; count < 20; count += 1) {
      const subject = random.text('abA/.1_-', 8)
      const expected = javascript.test(subject)
      compared += 1
      if (expected) members += 1
      const where = `${pattern} on ${JSON.stringify(subject)} ignoring case ${ignoreCase}`
      assert.equal(contains(pcre.language, subject), expected, where)
      if (!pattern.includes('\\B')) assert.equal(contains(re2.language, subject), expected, where)
      if (router.ok) assert.equal(router.regex.test(subject), expected, where)
      assert.equal(contains(full.language, subject), new RegExp(`^(?:${pattern})$`, ignoreCase ? 'i' : '').test(subject), where)
    }
  }
  context.diagnostic(`5 000 patterns, ${routed} of them read by the router; ${compared} subjects, ${members} matches`)
  assert.ok(routed > 4000)
  assert.ok(members > compared / 5)
})

/** Patterns with flags, classes and characters beyond ASCII, all of which RE2 reads. */
function re2Pattern(random: Random, depth: number): string {
  const parts: string[] = []
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const kind = random.int(depth > 0 ? 14 : 9)
    let text = random.pick(['a', 'k', 's', 'K', 'ä', '€', '\n', '\\x{e4}', '\\n'])
    if (kind === 0) text = '.'
    else if (kind === 1) text = random.pick(['\\w', '\\d', '\\s', '\\W', '\\D', '\\S', '\\v', '[[:alpha:]]', '[[:^upper:]]', '[[:space:]]', '[^[:print:]]'])
    else if (kind <= 3) text = `[${random.chance(0.4) ? '^' : ''}${Array.from({ length: 1 + random.int(3) }, () => random.pick(['a-k', 'S', 'ä-ü', '€', '\\s', '\\W', '[:lower:]', '[:^alnum:]', '\n', '\\-', '-'])).join('')}]`
    else if (kind === 4) text = random.pick(['^', '$', '\\b', '\\A', '\\z'])
    else if (kind === 9) text = `(?${random.pick(['i', 'm', 's', '-i', 'im', 's-m', 'U'])})`
    else if (kind >= 10) text = `(${random.pick(['', '?:', '?i:', '?m:', '?s:', '?-i:', '?P<n1>'])}${re2Pattern(random, depth - 1)}${random.chance(0.3) ? `|${re2Pattern(random, depth - 1)}` : ''})`
    parts.push(text + (kind !== 9 && random.chance(0.3) ? random.pick(['*', '+', '?', '{2}', '{1,2}', '{0}', '+?']) : ''))
  }
  return parts.join('')
}

test('random patterns with flags and wide characters hold the texts that RE2 matches', context => {
  const random = seededRandom(77)
  let compared = 0
  let refusals = 0
  for (let round = 0; round < 6000; round += 1) {
    const pattern = re2Pattern(random, 2)
    let expected: RE2JS
    try {
      expected = RE2JS.compile(pattern)
    } catch (error) {
      assert.ok(error instanceof Error)
      assert.equal(parseRegex(toBytes(pattern), { ignoreCase: false, dialect: 're2' }).ok, false, pattern)
      continue
    }
    const made = regexLanguage(toBytes(pattern), { ignoreCase: false, dialect: 're2', match: 'search' })
    if (!made.ok) {
      refusals += 1
      assert.match(made.reason, /beyond ASCII/, pattern)
      continue
    }
    for (let count = 0; count < 15; count += 1) {
      const subject = random.text('akKsSäÄ€\n 1\u212aſ', 6)
      compared += 1
      assert.equal(contains(made.language, toBytes(subject)), expected.test(subject), `${JSON.stringify(pattern)} on ${JSON.stringify(subject)}`)
    }
  }
  context.diagnostic(`${compared} subjects compared, ${refusals} patterns refused`)
  assert.ok(compared > 50_000)
})
