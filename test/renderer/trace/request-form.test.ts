import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toOutcomeText, toOutcomeTone, toTraceVerdict } from '#renderer/features/trace/outcome-text.ts'
import { beyondForm, emptyTraceForm, toCurl, toForm, toRequest, type TraceForm } from '#renderer/features/trace/request-form.ts'
import { toTraceLit, toTraceSides } from '#renderer/features/trace/trace-sides.ts'
import type { RouteAnswer } from '#shared/analyses/route/answer.ts'

const parsed = (form: Partial<TraceForm>) => {
  const result = toRequest({ ...emptyTraceForm, ...form })
  assert.ok(result.ok, JSON.stringify(result))
  return result.request
}
const problems = (form: Partial<TraceForm>) => {
  const result = toRequest({ ...emptyTraceForm, ...form })
  return result.ok ? [] : result.problems.map((each) => each.field)
}

test('a URL gives scheme, host and the path exactly as written', () => {
  const request = parsed({ url: 'https://api.shop.example:8443/v2//auth/../x?a=1#top' })
  assert.deepEqual([request.scheme, request.host, request.path, request.sni], ['https', 'api.shop.example:8443', '/v2//auth/../x?a=1', 'api.shop.example'])
})

const forms: readonly [string, Partial<TraceForm>, Partial<ReturnType<typeof parsed>>][] = [
  ['a URL without a path asks for the root', { url: 'http://a.example' }, { path: '/', host: 'a.example', sni: null }],
  ['a query without a path stands behind the root', { url: 'http://a.example?x=1' }, { path: '/?x=1' }],
  ['a path alone has no host', { url: '/x' }, { host: null, path: '/x', scheme: 'http' }],
  ['a Host header wins over the URL', { url: 'http://a.example/', headers: 'Host: b.example' }, { host: 'b.example', headers: [] }],
  ['headers keep their order and may repeat', { url: '/x', headers: 'X-A: 1\n\nx-a: 2:3' }, { headers: [['X-A', '1'], ['x-a', '2:3']] }],
  ['a dash sends no server name', { url: 'https://a.example/', sni: '-' }, { sni: null }],
  ['a typed server name is taken', { url: 'https://a.example/', sni: 'b.example' }, { sni: 'b.example' }],
  ['an IPv6 host loses its brackets in the server name', { url: 'https://[2001:db8::1]:8443/' }, { host: '[2001:db8::1]:8443', sni: '2001:db8::1' }],
  ['a user in the URL is not part of the host', { url: 'http://me:secret@a.example/' }, { host: 'a.example' }],
  ['the method is upper case and the listener is trimmed', { url: '/x', method: 'post', listener: ' web ' }, { method: 'POST', listener: 'web' }],
]
for (const [name, form, wanted] of forms) {
  test(name, () => {
    const request = parsed(form)
    for (const [key, value] of Object.entries(wanted)) assert.deepEqual(request[key as keyof typeof request], value)
  })
}

test('what is missing is named by its field', () => {
  assert.deepEqual(problems({ url: '' }), ['url'])
  assert.deepEqual(problems({ url: 'a.example/x' }), ['url'])
  assert.deepEqual(problems({ url: '/x', method: 'GET POST', headers: 'no colon', sourceIp: '300.1.1.1' }), ['method', 'headers', 'sourceIp'])
  assert.deepEqual(problems({ url: '/x', sourceIp: '2001:db8::7' }), [])
})

test('the curl command quotes what a shell would change and keeps odd paths', () => {
  assert.equal(toCurl(parsed({ url: "https://a.example/x?a=1&b='2'", method: 'POST', headers: 'X-A: one two' })), `curl -sk -o /dev/null -D - -X POST -H 'X-A: one two' 'https://a.example/x?a=1&b='\\''2'\\'''`)
  assert.match(toCurl(parsed({ url: 'http://a.example/a/../b' })), /--path-as-is/)
})

const answer = (parts: Partial<RouteAnswer>): RouteAnswer => ({
  certain: true, outcome: { action: 'forward', pool: 'api', path: '/x', servers: [{ name: 'a', address: '192.0.2.1:80', share: 1 }] }, rule: null, steps: [], depends: [], visited: [],
  received: { method: 'GET', path: '/x', host: null, headers: [] }, ...parts,
})

test('a trace that meets something not modelled never says "alike"', () => {
  assert.equal(toTraceVerdict([answer({}), answer({ certain: false })])?.tone, 'unknown')
  assert.equal(toTraceVerdict([answer({}), answer({})])?.tone, 'same')
  assert.equal(toTraceVerdict([answer({}), answer({ outcome: { action: 'deny', status: 403 } })])?.tone, 'changed')
  assert.equal(toTraceVerdict([answer({}), answer({ received: { method: 'GET', path: '/x', host: 'other', headers: [] } })])?.tone, 'changed')
  assert.equal(toTraceVerdict([answer({})]), null)
})

test('every outcome is a sentence, and a pool without a server is critical', () => {
  assert.equal(toOutcomeText({ action: 'redirect', status: 301, location: 'https://a.example/' }), 'Is redirected to https://a.example/ (301).')
  assert.equal(toOutcomeText({ action: 'split', pools: [{ pool: 'a', share: 0.9 }, { pool: 'b', share: 0.1 }], path: '/' }), 'Is split: 90 % to pool a, 10 % to pool b.')
  const empty = answer({ outcome: { action: 'forward', pool: 'api', path: '/', servers: [] } })
  assert.equal(toOutcomeText(empty.outcome), 'Goes to pool api, where no server takes it.')
  assert.equal(toOutcomeTone(empty), 'critical')
  assert.equal(toOutcomeTone(answer({ certain: false })), 'unknown')
})

test('both sides keep their own path, also when they are the same config', () => {
  const answers = [{ configId: 'b', answer: answer({}), lit: ['x'] }, { configId: 'a', answer: answer({}), lit: ['x', 'y'] }]
  assert.deepEqual(toTraceLit(toTraceSides(answers, 'b', 'a')), { before: ['x'], after: ['x', 'y'], overlay: ['x', 'y'], isPath: true })
  assert.deepEqual(toTraceSides(answers, 'a', 'a').map((each) => each.side), ['before', 'after'])
  assert.deepEqual(toTraceSides(answers, null, 'a').map((each) => each.side), ['after'])
})

test('a request written into the form reads as the same request, and what the form cannot say is named', () => {
  for (const form of [{ url: 'https://api.shop.example:8443/v2//auth/../x?a=1' }, { url: 'https://a.example/', sni: '-' }, { url: 'https://a.example/', sni: 'b.example' }, { url: '/x', headers: 'X-A: 1\nx-a: 2:3', method: 'POST', listener: ':443' }]) {
    const request = parsed(form)
    const again = toRequest(toForm(request))
    assert.deepEqual(again, { ok: true, request })
    assert.deepEqual(beyondForm(request), [])
  }
  assert.deepEqual(beyondForm({ ...parsed({ url: '/x' }), httpVersion: '1.0', destinationIp: '192.0.2.1', sourcePort: 1, alpn: ['h2'] }), ['HTTP/1.0', 'to 192.0.2.1', 'from port 1', 'ALPN h2'])
})
