import { test } from 'node:test'
import assert from 'node:assert/strict'
import { describePredicate } from '#shared/model/describe.ts'
import type { Predicate, Test } from '#shared/model/predicate.ts'
import { compileFrontend, type CompileInput } from './compile-config.ts'

/** Condition of the last `use_backend b2` rule. */
function conditionOf(lines: readonly string[], input: CompileInput = {}): Predicate {
  const { model } = compileFrontend(lines, input)
  const step = model.scopes.get('scope:f/switching')?.steps.findLast((one) => one.does.kind === 'forward' && one.does.pool === 'b2')
  assert.ok(step !== undefined)
  return step.when
}

function only(predicate: Predicate): Test {
  const part = predicate.kind === 'named' ? predicate.of : predicate
  assert.equal(part.kind, 'test')
  return part as Test
}

const rows: readonly (readonly [name: string, lines: readonly string[], words: string])[] = [
  ['H-ACL-1: lines of one name form one list, also below the rule', ['acl a path_beg /x', 'use_backend b2 if a', 'acl a path_beg /y'], 'path starts with /x or path starts with /y'],
  ['H-ACL-3: and binds tighter than or', ['acl a path_beg /x', 'acl b method POST', 'acl c hdr(x-c) 1', 'use_backend b2 if a b or c'], '(path starts with /x and method is POST) or header x-c is 1'],
  ['H-ACL-3: ! negates one term, || is or', ['acl a path_beg /x', 'acl b method POST', 'use_backend b2 if !a b || ! b'], '(path does not start with /x and method is POST) or method is not POST'],
  ['H-ACL-4: unless negates the whole', ['acl a path_beg /x', 'acl b method POST', 'use_backend b2 unless a b'], 'path does not start with /x or method is not POST'],
  ['H-ACL-5: anonymous tests', ['use_backend b2 if !{ path_beg /x } { method GET }'], 'path does not start with /x and method is GET'],
  ['H-ACL-7: field(1,:) cuts the port', ['use_backend b2 if { hdr(host),field(1,:) -i b.test }'], 'host is b.test'],
  ['H-ACL-8: text without patterns never matches', ['use_backend b2 if { hdr(x-n) }'], 'never'],
  ['H-ACL-8: -m found asks for presence', ['use_backend b2 if { hdr(x-m) -m found }'], 'header x-m is present'],
  ['H-ACL-12: METH_GET holds HEAD too', ['use_backend b2 if METH_GET'], 'method is GET or HEAD'],
  ['H-ACL-13: declaring a known name replaces it', ['acl METH_GET path /q', 'use_backend b2 if METH_GET'], 'path is /q'],
  ['H-ACL-15: a flag after the first pattern is a pattern', ['use_backend b2 if { path_beg /x -i }'], 'path starts with /x or -i'],
  ['H-ACL-15: -- ends the flags', ['use_backend b2 if { path_beg -i -- -dash /y }'], 'path starts with -dash or /y'],
  ['H-ACL-16: integer operators and ranges', ['use_backend b2 if { dst_port gt 20 }'], 'destination port is at least 21'],
  ['H-ACL-16: ranges', ['use_backend b2 if { req.hdr_cnt(x-n) 10:20 }'], 'number of x-n headers is 10 to 20'],
  ['H-ACL-17: the first -m counts for every word', ['use_backend b2 if { path -m beg /one/ -m str /one }'], 'path starts with /one/, -m, str or /one'],
  ['H-ACL-18: a converter takes the matching method of the name away', ['use_backend b2 if { path_beg,url_dec /api }'], 'path (decoded) is /api'],
  ['H-DUP-2: or inside an acl line is a pattern', ['acl a path_beg /a or path_beg /b', 'use_backend b2 if a'], 'path starts with /a, or, path_beg or /b'],
  ['H-DUP-3: a quoted list is one pattern', ['acl a hdr(host) "a.test b.test"', 'use_backend b2 if a'], 'host is a.test b.test'],
  ['H-LEX-1b: # ends the line inside a word', ['acl x path /a#b /c', 'use_backend b2 if x'], 'path is /a'],
  ['H-LEX-14: names differ by case', ['acl A path /a', 'acl a path /b', 'use_backend b2 if A'], 'path is /a'],
  ['H-PDIR: length', ['use_backend b2 if { path_len gt 20 }'], 'length of path is at least 21'],
  ['H-SRC-1: 127.0 is one address', ['use_backend b2 if { src 127.0 }'], 'source address is in 127.0.0.0'],
  ['networks with a dotted mask', ['use_backend b2 if { src 10.0.0.0/255.0.0.0 }'], 'source address is in 10.0.0.0/8'],
  ['H-DYN-2: rand() is a chance', ['use_backend b2 if { rand(100) lt 30 }'], '30% of requests at random'],
]

for (const [name, lines, words] of rows) {
  test(name, () => { assert.equal(describePredicate(conditionOf(lines)), words) })
}

test('H-ACL-6: -i ignores case for what follows it', () => {
  assert.deepEqual(only(conditionOf(['use_backend b2 if { hdr(host) -i b.test }'])).matcher, { kind: 'exact', values: ['b.test'], ignoreCase: true })
  assert.deepEqual(only(conditionOf(['use_backend b2 if { hdr(host) b.test }'])).matcher, { kind: 'exact', values: ['b.test'], ignoreCase: false })
})

test('H-ACL-14: a pattern file keeps trailing blanks and drops comments; -i before it counts, and inline patterns add to it', () => {
  const condition = conditionOf(['acl a path -i -f paths.lst /inline', 'use_backend b2 if a'], { files: { 'paths.lst': '# c\n/one\n\n   /two\n/three \n#/c\n' } })
  assert.equal(describePredicate(condition), 'path is /one, /two or /three  or path is /inline')
})

test('a pattern file that cannot be read is a finding, a gap and an opaque condition', () => {
  const { model, diagnostics } = compileFrontend(['use_backend b2 if { path -f nope.lst }'])
  assert.deepEqual(diagnostics.map((one) => [one.code, one.severity]), [['haproxy/missing-file', 'error']])
  assert.deepEqual(model.gaps.map((gap) => gap.kind), ['missing-file', 'opaque-condition'])
})

test('H-ACL-2: an undeclared name is refused', () => {
  const { diagnostics } = compileFrontend(['use_backend b2 if a', 'acl a path_beg /x'])
  assert.deepEqual(diagnostics.map((one) => one.code), ['haproxy/bad-condition'])
})

test('H-ACL-9: hdr() takes elements, req.fhdr() lines, and the second argument picks one', () => {
  assert.deepEqual(only(conditionOf(['use_backend b2 if { hdr(x-v) beta }'])).view.field, { kind: 'header', name: 'x-v', split: 'comma', occurrence: null })
  assert.deepEqual(only(conditionOf(['use_backend b2 if { req.fhdr(X-W) beta }'])).view.field, { kind: 'header', name: 'x-w', split: 'line', occurrence: null })
  assert.deepEqual(only(conditionOf(['use_backend b2 if { hdr(x-y,-1) beta }'])).view.field, { kind: 'header', name: 'x-y', split: 'comma', occurrence: -1 })
})

test('H-ACL-21: variables need -m from 2.6 on', () => {
  const lines = ['http-request set-var(txn.p) path', 'use_backend b2 if { var(txn.p) /x }']
  assert.deepEqual(compileFrontend(lines).diagnostics.map((one) => one.source), ['H-ACL-21'])
  assert.deepEqual(compileFrontend(lines, { version: '2.4' }).diagnostics, [])
})

test('H-DYN-1: health and counters are opaque and depend on state', () => {
  const condition = conditionOf(['use_backend b2 if { nbsrv(b1) lt 1 }'])
  assert.ok(condition.kind === 'opaque')
  assert.equal(condition.dependsOn, 'state')
})

test('an unknown fetch is opaque, with its line in the gaps', () => {
  const { model } = compileFrontend(['use_backend b2 if { brand.new(x) y }'])
  assert.deepEqual(model.gaps.map((gap) => [gap.kind, gap.text]), [['opaque-condition', 'brand.new(x) y']])
})

test('H-METH-1: -i on a known method changes nothing', () => {
  assert.equal(describePredicate(conditionOf(['use_backend b2 if { method -i POST }'])), 'method is POST')
  assert.equal(describePredicate(conditionOf(['use_backend b2 if { method -i post }'])), 'method is post and method is not POST')
})

test('H-LEX-4: an empty variable ends the words; what that means depends on the version', () => {
  const lines = ['acl a path "$NOPE" /k', 'use_backend b2 if a']
  assert.equal(describePredicate(conditionOf(lines)), 'never')
  assert.ok(compileFrontend(lines, { version: '3.4' }).diagnostics.some((one) => one.code === 'haproxy/empty-word' && one.severity === 'error'))
  assert.deepEqual([...compileFrontend(lines).model.environment], [['NOPE', null]])
})

test('rules that use one name share its node', () => {
  const { model } = compileFrontend(['acl a path /x', 'use_backend b1 if a', 'use_backend b2 if a'])
  const steps = model.scopes.get('scope:f/switching')?.steps ?? []
  assert.equal(steps[0]?.when, steps[1]?.when)
})
