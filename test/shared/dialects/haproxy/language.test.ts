import { test } from 'node:test'
import assert from 'node:assert/strict'
import { haproxyLanguage } from '#shared/dialects/haproxy/language.ts'
import { haproxySupport } from '#shared/dialects/haproxy/support.ts'

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
  ['  log-format "%{+Q}r %[path,lower]"', '%{+Q}r', 'frontend', 'log-format %r'],
  ['  log-format "%{+Q}r %[path,lower]"', 'lower', 'frontend', 'converter lower'],
  ['  http-request lua.check if x', 'lua.check', 'frontend', 'http-request lua.*'],
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

/** A line in which a word of each kind stands, with `@` for the word, and the section of the line. */
const places: Readonly<Record<string, readonly [line: string, section: string | null]>> = {
  section: ['@ name', null], directive: ['@ 1', null], global: ['  @ 1', 'global'], proxy: ['  @ 1', 'backend'],
  bind: ['  bind :80 @ 1', 'frontend'], server: ['  server s 192.0.2.1:80 @ 1', 'backend'], 'http-check': ['  http-check @ 1', 'backend'], 'tcp-check': ['  tcp-check @ 1', 'backend'],
  service: ['  http-request use-service @ if x', 'frontend'], fetch: ['  acl a @ 1', 'frontend'], converter: ['  acl a str(x),@ 1', 'frontend'], 'acl-flag': ['  acl a path @ 1', 'frontend'],
  match: ['  acl a path -m @ 1', 'frontend'], 'predefined-acl': ['  http-request deny if !@', 'frontend'], predicate: ['.if !@(1)', null], 'log-format': ['  log-format "x @:%ci"', 'frontend'],
}
const secondWords = [
  'option', 'timeout', 'balance', 'mode', 'hash-type', 'cookie', 'redirect', 'stick', 'stats', 'email-alert', 'compression', 'retry-on', 'filter', 'http-request', 'http-response', 'http-after-response',
  'tcp-request', 'tcp-response', 'quic-initial',
]

test('every word of the support table is explained where it stands', () => {
  const silent: string[] = []
  for (const key of haproxySupport.entries.keys()) {
    const kind = key.slice(0, key.indexOf(' '))
    // Options of a crt-list stand in files of their own, and a word that opens a section is nothing else at the start of a line.
    if (kind === 'crt-list' || key === 'global traces') continue
    const word = key.slice(kind.length + 1).replace('*', 'x')
    const [line, section] = places[kind] ?? (secondWords.includes(kind) ? [`  ${kind} @ 1`, 'backend'] : ['  @ 1', kind])
    const text = line.replace('@', word)
    const found = haproxyLanguage.hover(text, line.indexOf('@') + 1, section)
    if (found?.entry?.key !== key) silent.push(`${key} in '${text.trim()}': ${found?.entry?.key ?? String(found?.word)}`)
  }
  assert.deepEqual(silent, [])
})
