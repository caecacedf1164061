import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { compared, small } from './support.ts'

/** One config twice, with other contents in the files that it names: equal words mean something else. */
const files = (text: string): ReadonlyMap<string, string> => new Map([['/l', text], ['/m.map', text]])
const rows: readonly (readonly [name: string, text: string, before: string, after: string])[] = [
  ['a list in a condition that is not modelled', 'use_backend api if { ssl_fc_cipher -f /l }', 'a\n', 'b\n'],
  ['a map in a condition that is not modelled', 'use_backend api if { ssl_fc_cipher,map(/m.map) -m str x }', 'a x\n', 'b x\n'],
  ['a map in a value that is not modelled', 'http-request set-header X %[ssl_fc_cipher,map(/m.map)]\ndefault_backend site', 'a x\n', 'b x\n'],
  ['a list in a rule on answers', 'http-response deny if { res.hdr(x) -f /l }\ndefault_backend site', 'a\n', 'b\n'],
  ['a list in a named condition of a rule on answers', 'acl bad res.hdr(x) -f /l\nhttp-response deny if bad\ndefault_backend site', 'a\n', 'b\n'],
  ['a map in a rule on answers', 'http-response set-status 500 if { res.hdr(x),map(/m.map) -m str x }\ndefault_backend site', 'a x\n', 'b x\n'],
  ['a map in the body of an answer', 'http-request return content-type text/plain lf-string "%[path,map(/m.map)]" if { path /x }', '/x 1\n', '/x 2\n'],
]
for (const [name, text, before, after] of rows) {
  test(`${name} that holds something else is not the same`, () => {
    const { summaries, reasons } = compared(text, text, [files(before), files(after)])
    assert.notDeepEqual([...summaries, ...reasons], [])
    const unchanged = compared(text, text, [files(before), files(before)])
    assert.deepEqual([...unchanged.summaries, ...unchanged.reasons], [])
  })
}

test('a list of certificates that holds something else is a class', () => {
  const text = 'frontend web\n mode http\n bind :443 ssl crt-list /l\n default_backend site\n'
  assert.deepEqual(compared(text, text, [files('a.pem [ssl-min-ver TLSv1.2] a.example\n'), files('a.pem [ssl-min-ver TLSv1.3] a.example\n')]).summaries, ['warning policy: Requests through web: the list of certificates /l holds something else.'])
})

test('an environment variable that differs makes conditions on it another question', () => {
  const text = small('use_backend api if { env(X),lower a }')
  const [one, other] = ['a', 'b'].map((value) => compileConfig(text, new Map(), { X: value }).model)
  assert(one !== undefined && other !== undefined)
  const judge = { before: (request: Parameters<typeof routeRequest>[1]) => routeRequest(one, request), after: (request: Parameters<typeof routeRequest>[1]) => routeRequest(other, request) }
  const { diff } = compareBehaviour(one, other, { judge, changedPools: [], poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0 })
  assert.notDeepEqual([...diff.differs, ...diff.unknown], [])
})

test('what two products say outside their rules is said to be not compared', () => {
  const one = compileConfig(small('default_backend site'), new Map()).model
  const other = { ...one, dialect: 'another' }
  const { diff } = compareBehaviour(one, other, { judge: { before: (request) => routeRequest(one, request), after: (request) => routeRequest(other, request) }, changedPools: [], poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0 })
  assert(diff.assumptions.some((text) => text.includes('between two products')))
})
