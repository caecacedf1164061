import { test } from 'node:test'
import assert from 'node:assert/strict'
import { haproxyLanguage } from '#shared/dialects/haproxy/language.ts'

function classes(line: string, state: string | null): readonly string[] {
  const { tokens } = haproxyLanguage.tokenizeLine(line, state)
  return tokens.map((token, index) => `${line.slice(token.start, tokens[index + 1]?.start ?? line.length).trim()}=${token.class}`)
}

test('words get the colour of what they are', () => {
  assert.deepEqual(classes('frontend www # in', null), ['frontend=section', 'www=name', '# in=comment'])
  assert.deepEqual(classes('  use_backend api if { path_beg /x } !b', 'frontend'), ['use_backend=keyword', 'api=name', 'if=operator', '{=operator', 'path_beg=text', '/x=text', '}=operator', '!b=text'])
  assert.deepEqual(classes('  timeout client 30s', 'defaults'), ['timeout=keyword', 'client=keyword', '30s=number'])
  assert.deepEqual(classes('  http-request set-header X "a b" if { hdr(host) -i x }', 'frontend').slice(0, 4), ['http-request=keyword', 'set-header=keyword', 'X=text', '"a b"=string'])
  assert.deepEqual(classes('  no option httpclose', 'defaults'), ['no=keyword', 'option=keyword', 'httpclose=keyword'])
  assert.deepEqual(classes('  whatever 1', 'global'), ['whatever=invalid', '1=number'])
  assert.deepEqual(classes("  acl a path 'x", 'frontend').at(-1), "'x=invalid")
})

test('the section is carried from line to line', () => {
  const opened = haproxyLanguage.tokenizeLine('backend b', null)
  assert.equal(opened.state, 'backend')
  assert.equal(haproxyLanguage.tokenizeLine('  server s 192.0.2.1', opened.state).state, 'backend')
})

const hovers: readonly (readonly [line: string, word: string, section: string | null, key: string | null])[] = [
  ['  use_backend b if x', 'use_backend', 'frontend', 'proxy use_backend'],
  ['  maxconn 10', 'maxconn', 'global', 'global maxconn'],
  ['  maxconn 10', 'maxconn', 'frontend', 'proxy maxconn'],
  ['  server s 192.0.2.1 weight 5', 'weight', 'backend', 'server weight'],
  ['  bind :443 ssl crt /x', 'ssl', 'frontend', 'bind ssl'],
  ['  http-request set-path /x', 'set-path', 'frontend', 'http-request set-path'],
  ['  acl a req.hdr(host),lower -m beg x', 'lower', 'frontend', 'converter lower'],
  ['  acl a req.hdr(host),lower -m beg x', 'req.hdr', 'frontend', 'fetch req.hdr'],
  ['  acl a req.hdr(host),lower -m beg x', 'beg', 'frontend', 'match beg'],
  ['  redirect prefix / if METH_GET', 'METH_GET', 'frontend', 'predefined-acl METH_GET'],
  ['  no option httpchk', 'httpchk', 'backend', 'option httpchk'],
  ['backend b', 'backend', null, 'section backend'],
  ['  nameserver n 192.0.2.53:53', 'nameserver', 'resolvers', 'resolvers nameserver'],
  ['.if defined(X)', 'defined', null, 'predicate defined'],
  ['  unheard-of x', 'unheard-of', 'frontend', null],
]
for (const [line, word, section, key] of hovers) {
  test(`hover over ${word} in '${line.trim()}' explains ${String(key)}`, () => {
    const found = haproxyLanguage.hover(line, line.indexOf(word) + 1, section)
    assert.equal(line.slice(found?.start, found?.end), word)
    assert.equal(found?.entry?.key ?? null, key)
  })
}

test('blanks and comments have no hover', () => {
  assert.equal(haproxyLanguage.hover('  maxconn 10 # maxconn', 0, 'global'), null)
  assert.equal(haproxyLanguage.hover('  maxconn 10 # maxconn', 18, 'global'), null)
})

test('completions are the keywords of the section', () => {
  const keys = (section: string | null): readonly string[] => haproxyLanguage.completions(section).map((entry) => entry.key)
  assert.ok(keys('backend').includes('proxy server') && !keys('backend').includes('global daemon'))
  assert.ok(keys('global').includes('global daemon'))
  assert.ok(keys(null).includes('section frontend') && !keys(null).includes('proxy server'))
  assert.ok(keys('userlist').includes('userlist user'))
})
