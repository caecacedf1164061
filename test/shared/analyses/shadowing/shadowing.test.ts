import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { findShadowing, presentShadowing, shadowingFindings } from '#shared/analyses/shadowing/index.ts'
import type { Shadowing } from '#shared/analyses/shadowing/answer.ts'
import { runAllChecks } from '#shared/backend/checks.ts'
import { dialectById } from '#shared/dialects/registry.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const path = 'haproxy.cfg'

function read(text: string, maps: Readonly<Record<string, string>> = {}) {
  const dialect = dialectById('haproxy')
  assert.ok(dialect)
  const file: SourceFile = { path, text, role: 'config', encoding: 'utf-8' }
  const sideFiles = new Map(Object.entries(maps).map(([name, content]): [string, SourceFile] => [name, { path: name, text: content, role: 'map', encoding: 'utf-8' }]))
  const parsed = { file, tree: dialect.parse(file).tree }
  const options = { environment: {}, version: null, sideFiles }
  return { dialect, context: { files: [parsed], model: dialect.compile([parsed], options).model, options } }
}

function analyse(text: string, maps: Readonly<Record<string, string>> = {}, spent = (): boolean => false): Shadowing {
  const { model } = read(text, maps).context
  const router = prepareRouter(model)
  return findShadowing(model, { judge: (request) => router.route(request, { explain: false }), budget: { maxBranches: 2000, spent }, reported: () => false })
}

const lineOf = (text: string, finding: Diagnostic): string => (finding.at.file === path ? text : '').slice(finding.at.start, finding.at.end).trim()

const pools = 'backend a\n    server s1 192.0.2.1:80\nbackend b\n    server s1 192.0.2.2:80\nbackend c\n    server s1 192.0.2.3:80\n'
const frontend = (rules: string, binds = '    bind :8080\n'): string => `defaults\n    mode http\nfrontend web\n${binds}${rules}${pools}`

/** `code: line`, in the order of the lines. */
function told(text: string, maps: Readonly<Record<string, string>> = {}): readonly string[] {
  return [...shadowingFindings(analyse(text, maps))].sort((x, y) => x.at.start - y.at.start).map((one) => `${one.severity} ${one.code.replace('routing/', '')}: ${lineOf(text, one)}`)
}

const rows: readonly [name: string, text: string, expected: readonly string[]][] = [
  ['two rules that cover a third one only together', frontend('    use_backend a if { path_beg /x/a }\n    use_backend b if { path_beg /x } !{ path_beg /x/a }\n    use_backend c if { path_beg /x/ }\n    default_backend a\n'),
    ['error rule-never-matches: use_backend c if { path_beg /x/ }']],
  ['one of the two is missing', frontend('    use_backend a if { path_beg /x/a }\n    use_backend b if { path_beg /x } { method POST }\n    use_backend c if { path_beg /x/ }\n    default_backend a\n'), ['info rule-partly-hidden: use_backend c if { path_beg /x/ }']],
  ['a set of addresses split over two rules', frontend('    use_backend a if { src 10.0.0.0/9 }\n    use_backend b if { src 10.128.0.0/9 }\n    use_backend c if { src 10.0.0.0/8 }\n    default_backend a\n'),
    ['error rule-never-matches: use_backend c if { src 10.0.0.0/8 }']],
  ['a prefix within a regex', frontend('    use_backend a if { path_reg ^/x }\n    use_backend b if { path_beg /x/y }\n    default_backend a\n'), ['error rule-never-matches: use_backend b if { path_beg /x/y }']],
  ['an earlier rewrite takes the path away', frontend('    http-request set-path /z\n    use_backend b if { path_beg /x }\n    default_backend a\n'), ['error rule-contradicts-itself: use_backend b if { path_beg /x }']],
  ['two hosts at once', frontend('    use_backend b if { hdr(host) -i a.example } { hdr(host) -i b.example }\n    default_backend a\n'), ['error rule-contradicts-itself: use_backend b if { hdr(host) -i a.example } { hdr(host) -i b.example }']],
  ['a rule that is switched off on purpose', frontend('    use_backend b if FALSE\n    use_backend c if { always_false } { path_beg /x }\n    default_backend a\n'), []],
  ['an allow in front lets everything past a deny', frontend('    http-request allow if { path_beg / } or { path_beg * } or !{ path -m found }\n    http-request deny if { path_beg /x }\n    default_backend a\n'), ['warning rule-never-matches: http-request deny if { path_beg /x }']],
  ['chance may come out otherwise the second time', frontend('    acl half rand(2) 0\n    use_backend a if half\n    use_backend b if half\n    default_backend c\n'), []],
  ['live state may change between two rules', frontend('    use_backend a if { nbsrv(a) gt 0 }\n    use_backend b unless { nbsrv(a) gt 0 }\n    default_backend c\n'), []],
  ['what is not modelled takes nothing for certain', frontend('    http-request use-service lua.x if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    default_backend a\n'), []],
  ['a dead rule to the same place changes nothing', frontend('    use_backend b if { path_beg /x/a }\n    use_backend b if { path_beg /x }\n    use_backend b if { path_beg /x/a/b }\n    default_backend a\n'), []],
  ['every way in counts: TLS keeps the rule alive', frontend('    use_backend b if { ssl_fc } { path_beg /x }\n    default_backend a\n', '    bind :8080\n    bind :8443 ssl crt /x.pem\n'), []],
  ['without TLS it is dead', frontend('    use_backend b if { ssl_fc } { path_beg /x }\n    default_backend a\n'), ['error rule-contradicts-itself: use_backend b if { ssl_fc } { path_beg /x }']],
  ['HTTP/3 is not looked at, so a test of it is not called dead', frontend('    use_backend b if { req.ver 3.0 }\n    default_backend a\n'), []],
  ['a default behind rules that cover everything is there in case', frontend('    use_backend a if { method GET }\n    use_backend b unless { method GET }\n    default_backend c\n'), ['info rule-never-matches: default_backend c']],
  ['a default that a missing map entry leads to', frontend('    use_backend %[path,map_beg(/p.map)]\n    default_backend a\n'), []],
  ['a value that a wider prefix takes', frontend('    use_backend a if { path_beg /x }\n    use_backend b if { path_beg /y /x/y }\n    default_backend a\n'), ['warning value-never-matches: use_backend b if { path_beg /y /x/y }']],
  ['an alternative on another line of the same name', frontend('    acl is_b path_beg /y\n    acl is_b hdr(host) -i b.example\n    use_backend a if { hdr_end(host) -i .example }\n    use_backend b if is_b\n    default_backend a\n'), ['warning value-never-matches: use_backend b if is_b']],
  ['a special case in front of a list of hosts is no mistake', frontend('    acl all hdr(host) -i a.example b.example\n    use_backend b if { hdr(host) -i a.example }\n    use_backend c if all\n    default_backend a\n'), []],
  ['a narrower rule behind one with another condition', frontend('    use_backend b if { path_beg /x } { req.hdr(x-k) 1 }\n    use_backend c if { path_beg /x/y }\n    default_backend a\n'), ['info rule-partly-hidden: use_backend c if { path_beg /x/y }']],
  ['a deny in front is meant to take requests', frontend('    http-request deny if { path_beg /x } { req.hdr(x-k) 1 }\n    use_backend c if { path_beg /x/y }\n    default_backend a\n'), []],
  ['rules on different fields overlap everywhere', frontend('    use_backend b if { path_end .png }\n    use_backend c if { hdr(host) -i c.example }\n    default_backend a\n'), []],
  ['a gap between the methods', frontend('    use_backend a if { method GET HEAD }\n    use_backend b if { method POST PUT }\n'), ['warning unmatched-requests: bind :8080']],
  ['only requests without a path are left over', frontend('    use_backend a if { path_beg / }\n'), []],
  ['a pool rule that its only way in never needs', frontend('    use_backend b if { path_beg /x }\n    default_backend a\n') + 'backend d\n    server s1 192.0.2.9:80\n', []],
]
for (const [name, text, expected] of rows) test(`shadowing: ${name}`, () => assert.deepEqual(told(text), expected))

test('a dead rule names the rules that take its requests, none too many, with a request for each', () => {
  const text = frontend('    use_backend a if { hdr(host) -i other.example }\n    use_backend a if { path_beg /x/a }\n    use_backend b if { path_beg /x } !{ path_beg /x/a }\n    use_backend c if { path_beg /x/ }\n    default_backend a\n')
  const [dead] = analyse(text).dead
  assert.deepEqual(dead?.takers.map((taker) => [taker.when, taker.example?.outcome.action === 'forward' ? taker.example.outcome.pool : null]), [
    ['path starts with /x/a', 'a'], ['path starts with /x and path does not start with /x/a', 'b'],
  ])
  assert.deepEqual([dead?.because, dead?.idle, dead?.more], ['taken', ['c'], 0])
  assert.equal(shadowingFindings(analyse(text))[0]?.message,
    'This rule of frontend web (send to pool c if path starts with /x/) can never match: 2 earlier rules together take all of its requests: "send to pool a if path starts with /x/a" and "send to pool b if path starts with /x and path does not start with /x/a". For example, GET http://any.example/x/a goes to pool a. Nothing else leads to pool c. Move the more specific rule up, or delete it.')
})

test('entries of a map that a rule in front takes are told once, at the map', () => {
  const text = frontend('    http-request deny if { hdr_end(host) -i .old.example }\n    use_backend %[hdr(host),lower,map(/h.map,a)]\n    default_backend a\n')
  const found = shadowingFindings(analyse(text, { '/h.map': 'x.old.example b\nnew.example c\ny.old.example c\n' }))
  assert.deepEqual(found.map((one) => [one.at.file, one.severity, one.message]), [
    ['/h.map', 'warning', 'The entry of table h.map where the key is x.old.example (send to pool b) and 1 more of its entries can never match: an earlier rule, "deny with 403 if host ends with .old.example", takes all of its requests. For example, GET http://x.old.example/ is denied with 403. Nothing else leads to pool b. Move the more specific rule up, or delete it.'],
  ])
})

test('a rule of a pool that none of the ways to it needs is told, one that another way needs is not', () => {
  const text = (second: string): string => `${frontend(`    use_backend b if { path_beg /x }\n${second}    default_backend a\n`).replace('backend b\n', 'backend b\n    http-request deny if !{ path_beg /x }\n')}`
  assert.deepEqual(told(text('')), ['info rule-contradicts-itself: http-request deny if !{ path_beg /x }'])
  assert.deepEqual(told(text('    use_backend b if { path_beg /y }\n')), [])
})

test('what lies behind a dead rule is not told again', () => {
  const text = frontend('    use_backend a if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    default_backend a\n').replace('backend b\n', 'backend b\n    http-request deny if { method POST }\n    http-request return status 200 if { path /x/y/z }\n')
  assert.deepEqual(told(text), ['error rule-never-matches: use_backend b if { path_beg /x/y }'])
})

test('no line is reported twice under one code, and a test that can never hold is told once', () => {
  const text = frontend('    use_backend a if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    use_backend c if { hdr(host) -i *.example }\n    use_backend c if { path_beg /z } { method GET } { method POST }\n    default_backend a\n')
  const { dialect, context } = read(text)
  const found = runAllChecks(dialect, context, { milliseconds: () => 0 }).filter((one) => /never|contradicts/.test(one.code))
  assert.deepEqual(found.map((one) => [one.code, lineOf(text, one)]), [
    ['routing/rule-never-matches', 'use_backend b if { path_beg /x/y }'], ['routing/test-never-true', 'use_backend c if { hdr(host) -i *.example }'],
    ['routing/rule-contradicts-itself', 'use_backend c if { path_beg /z } { method GET } { method POST }'],
  ])
})

test('values of secret headers are not written out', () => {
  const text = frontend('    use_backend b if { req.hdr(authorization) secret1 } { path_beg /x }\n    use_backend c if { path_beg /x/y }\n    default_backend a\n')
  const messages = shadowingFindings(analyse(text)).flatMap((one) => [one.message, ...one.related.map((place) => place.message)])
  assert.equal(messages.length, 2)
  for (const message of messages) assert.doesNotMatch(message, /secret1/)
})

test('a budget that is spent leaves rules undecided and calls none of them dead', () => {
  const text = rows[0]?.[1] ?? ''
  const none = analyse(text, {}, () => true)
  assert.deepEqual([none.dead, none.undecided], [[], { count: 0, because: 'the time for this analysis is used up' }])
  let left = 2
  const some = analyse(text, {}, () => (left -= 1) < 0)
  assert.deepEqual([some.dead, some.undecided.count > 0], [[], true])
  for (const answer of [none, some]) assert.match(presentShadowing(answer).headline.text, /used up\.$/)
  assert.equal(presentShadowing(analyse(text)).headline.text, '1 place has rules that lose requests or leave some out.')
})
