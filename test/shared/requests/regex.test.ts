import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileRegex, expandReplacement, substitute, type Regex } from '#shared/requests/regex.ts'

function pcre(pattern: string, ignoreCase = false): Regex {
  const compiled = compileRegex(pattern, { ignoreCase, dialect: 'pcre' })
  assert.ok(compiled.ok, `${pattern}: ${compiled.ok ? '' : compiled.reason}`)
  return compiled.regex
}

const matching: readonly (readonly [pattern: string, subject: string, ignoreCase: boolean, matches: boolean])[] = [
  ['^/a\\.html$', '/a.html', false, true],
  ['^/a\\.html$', '/axhtml', false, false],
  ['^/e\\x2ehtml$', '/e.html', false, true],
  ['^/e\\x2ehtml$', '/exhtml', false, false],
  ['/rx', '/a/rx', false, true],
  ['^/(?:q|r)$', '/Q', true, true],
  ['^/(?:q|r)$', '/q/', true, false],
  ['(?i)ABC', 'xabc', false, true],
  ['a(?i)b', 'aB', false, true],
  ['a(?i)b', 'AB', false, false],
  ['\\s', '\v', false, true],
  ['[\\s]', '\v', false, true],
  ['\\S', '\v', false, false],
  ['[]x]', ']', false, true],
  ['[^]x]', ']', false, false],
  ['[a\\-z]', '-', false, true],
  ['[a\\-z]', 'b', false, false],
  ['[.-]', '-', false, true],
  ['[[:upper:]_]+$', 'ab_C_', false, true],
  ['x{2,3}y', 'xxy', false, true],
  ['x{2,3}y', 'xy', false, false],
  ['a{', 'a{', false, true],
  ['\\/\\_\\-', '/_-', false, true],
  ['^a|b', 'xb', false, true],
  ['^(a|b)', 'xb', false, false],
  ['^ab?', 'ac', false, true],
  ['^ab*c', 'ac', false, true],
  ['\\Aab\\z', 'ab', false, true],
  ['\\bfoo\\b', 'a foo b', false, true],
  ['\\bfoo\\b', 'afoo b', false, false],
  ['', '', false, true],
]

test('patterns of PCRE2 syntax match as the product matches them', () => {
  for (const [pattern, subject, ignoreCase, matches] of matching) assert.equal(pcre(pattern, ignoreCase).test(subject), matches, `${pattern} on ${JSON.stringify(subject)}`)
})

const refused = [
  '(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\1', 'a++', 'a*+', 'a?+', 'a{1,2}+', '(?>a)', '(?|a|b)', '(?(1)a|b)', '(?R)', '(?1)', '(?&n)', '(?#x)', '(*COMMIT)a', '\\h', '\\H', '\\v', '\\V', '\\R',
  '\\K', '\\G', '\\X', '\\N', '\\C', '\\pL', '\\p{L}', '\\g1', '\\k<n>', '\\Qa\\E', '\\x{100}', '(?x)a b', '(?U)a+', '*a', 'a**', '^*', '\\b+', '[a', '[[:nope:]]', '[\\d-z]', '[a-\\d]', '[\\S]', '(a', 'a)', 'a\\', '{,3}a{,3}',
  'a{1001}', '\\y',
]

test('syntax that PCRE2 and RE2 read differently is refused with a reason', () => {
  for (const pattern of refused) {
    const compiled = compileRegex(pattern, { ignoreCase: false, dialect: 'pcre' })
    assert.equal(compiled.ok, false, pattern)
    if (!compiled.ok) assert.ok(compiled.reason.length > 3, pattern)
  }
})

test('case folding of bytes beyond ASCII is refused', () => {
  assert.equal(compileRegex('\u00e9', { ignoreCase: true, dialect: 'pcre' }).ok, false)
  assert.equal(compileRegex('(?i)\\xe9', { ignoreCase: false, dialect: 'pcre' }).ok, false)
  assert.equal(pcre('\u00c3\u00a9').test('x\u00c3\u00a9'), true)
})

test('a subject with a line end is left open when the pattern ends in $', () => {
  assert.equal(pcre('a$').decides('a\n'), false)
  assert.equal(pcre('a$').decides('a'), true)
  assert.equal(pcre('a').decides('a\n'), true)
})

test('captures of repeated groups that can be empty are not relied on', () => {
  assert.equal(pcre('(a*)*').capturesReliable, false)
  assert.equal(pcre('(a+)*').capturesReliable, true)
  assert.equal(pcre('(a*)b').capturesReliable, true)
})

test('a hostile pattern answers in linear time', () => {
  const started = performance.now()
  assert.equal(pcre('^(a+)+$').test(`${'a'.repeat(20_000)}b`), false)
  assert.ok(performance.now() - started < 2000)
})

test('replacements know groups, bytes and escaped characters', () => {
  const match = pcre('^/(v[0-9])/(x)?').exec('/v1/y')
  assert.deepEqual(match?.groups, ['/v1/', 'v1', null])
  assert.equal(expandReplacement('<\\0|\\1|\\2|\\x41|\\.|\\\\>', match?.groups ?? []), '</v1/|v1||A|.|\\>')
})

test('regsub replaces the first match or every match', () => {
  assert.equal(substitute(pcre('/'), '/a/b', '-', false), '-a/b')
  assert.equal(substitute(pcre('/'), '/a/b', '-', true), '-a-b')
  assert.equal(substitute(pcre('x*'), 'abc', '-', true), '-a-b-c')
  assert.equal(substitute(pcre('^/v[0-9]+/'), '/v12/z', '/', false), '/z')
  assert.equal(substitute(pcre('z'), 'abc', '-', true), 'abc')
})
