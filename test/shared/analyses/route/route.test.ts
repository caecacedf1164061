import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presentRoute, routeRequest } from '#shared/analyses/route/index.ts'
import type { RouteAnswer } from '#shared/analyses/route/index.ts'
import { always } from '#shared/model/predicate.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { host, is, listener, matches, member, model, opaque, path, place, pool, scope, startsWith, step, template, view } from './small-model.ts'

function ask(target: RoutingModel, request: Partial<RequestInput> = {}): RouteAnswer {
  return routeRequest(target, { ...defaultRequest, host: 'a.test', ...request })
}

function poolOf(answer: RouteAnswer): string {
  return answer.outcome.action === 'forward' ? answer.outcome.pool : `${answer.outcome.action} ${'status' in answer.outcome ? answer.outcome.status : ''}`.trim()
}

const two = (): RoutingModel => model({
  scopes: [scope('switching', [step(startsWith(path(), '/api/'), { kind: 'forward', pool: 'api' }), step(always, { kind: 'forward', pool: 'web' })])],
  pools: [pool('api'), pool('web')],
})

test('the first rule that applies decides and says why', () => {
  const answer = ask(two(), { path: '/api/x?y=1' })
  assert.equal(answer.certain, true)
  assert.deepEqual(answer.outcome, { action: 'forward', pool: 'api', path: '/api/x?y=1', servers: [{ name: 'api-1', address: '10.0.0.1:8005', share: 1 }] })
  assert.equal(answer.steps[0]?.reason, 'path /api/x starts with /api/')
  assert.equal(answer.steps[0]?.decides, true)
  assert.equal(answer.rule, answer.steps[0]?.at)
  assert.deepEqual(answer.visited.map(id => id.split(':')[0]), ['listener', 'step', 'pool'])
})

test('a rule that does not apply is listed with its reason', () => {
  const answer = ask(two(), { path: '/x' })
  assert.equal(poolOf(answer), 'web')
  assert.deepEqual(answer.steps.map(one => [one.matched, one.reason]), [[false, 'path /x does not start with /api/'], [true, 'always applies']])
})

test('effects make a new version that later rules and the server see', () => {
  const target = model({
    scopes: [
      scope('http', [step(startsWith(path(), '/old'), { kind: 'set-path', value: template('/new', path()) }), step(is(path(), '/h'), { kind: 'set-header', name: 'Host', value: template('z.test') })], { next: 'switching', otherwise: null }),
      scope('switching', [step(startsWith(path(), '/new'), { kind: 'forward', pool: 'b2' }), step(is(host(), 'z.test'), { kind: 'forward', pool: 'b4' }), step(always, { kind: 'forward', pool: 'b1' })]),
    ],
    pools: [pool('b1'), pool('b2'), pool('b4')],
  })
  const rewritten = ask(target, { path: '/old/1?q=1' })
  assert.equal(poolOf(rewritten), 'b2')
  assert.equal(rewritten.outcome.action === 'forward' && rewritten.outcome.path, '/new/old/1?q=1')
  assert.equal(rewritten.steps[0]?.became, 'the path is now /new/old/1?q=1')
  const hosted = ask(target, { path: '/h' })
  assert.equal(poolOf(hosted), 'b4')
  assert.equal(hosted.received.host, 'z.test')
})

test('an unmodelled condition that can change the outcome makes the answer uncertain and is named', () => {
  const target = model({
    scopes: [scope('switching', [step(opaque('lua.ok'), { kind: 'forward', pool: 'b2' }), step(always, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1'), pool('b2')],
  })
  const answer = ask(target)
  assert.equal(answer.certain, false)
  assert.equal(poolOf(answer), 'b1')
  assert.deepEqual(answer.depends.map(one => one.text), ['lua.ok'])
  assert.equal(answer.steps[0]?.matched, null)
  assert.equal(presentRoute(answer).headline.tone, 'unknown')
})

test('an unmodelled condition that cannot change the outcome leaves the answer certain', () => {
  const same = model({ scopes: [scope('s', [step(opaque('lua.ok'), { kind: 'forward', pool: 'b1' }), step(always, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1')] })
  assert.equal(ask(same).certain, true)
  const masked = model({
    scopes: [scope('s', [step({ kind: 'and', of: [opaque('lua.ok'), is(path(), '/never')] }, { kind: 'deny', status: 403 }), step(always, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1')],
  })
  assert.equal(ask(masked).certain, true)
  const header = model({
    scopes: [scope('s', [step(always, { kind: 'set-header', name: 'x-id', value: template(view({ kind: 'opaque', text: 'uuid', reason: 'it is random' })) }), step(always, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1')],
  })
  assert.equal(ask(header).certain, true)
})

test('two unmodelled conditions that only together change nothing are followed in every combination', () => {
  const target = model({
    scopes: [scope('s', [
      step(opaque('one'), { kind: 'set-variable', name: 'txn.x', value: template('1') }), step(opaque('two'), { kind: 'set-variable', name: 'txn.y', value: template('1') }),
      step({ kind: 'and', of: [is(view({ kind: 'variable', name: 'txn.x' }), '1'), is(view({ kind: 'variable', name: 'txn.y' }), '1')] }, { kind: 'deny', status: 403 }), step(always, { kind: 'forward', pool: 'b1' }),
    ])],
    pools: [pool('b1')],
  })
  assert.equal(ask(target).certain, false)
})

test('absent values match nothing, and their negation holds', () => {
  const target = model({ scopes: [scope('s', [step({ kind: 'not', of: is(host(), 'a.test') }, { kind: 'deny', status: 403 }), step(always, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1')] })
  assert.equal(poolOf(ask(target)), 'b1')
  assert.equal(poolOf(ask(target, { host: null })), 'deny 403')
  assert.equal(poolOf(ask(target, { host: 'a.test:80' })), 'deny 403')
})

test('a computed pool name that names no pool does what the miss says, without later rules', () => {
  const target = model({
    scopes: [scope('s', [
      step(always, { kind: 'dispatch', key: template(view({ kind: 'header', name: 'x-be', split: 'comma', occurrence: null }, { pick: 'last' })), onMiss: { kind: 'forward', pool: 'b1' } }),
      step(always, { kind: 'forward', pool: 'b3' }),
    ])],
    pools: [pool('b1'), pool('b2'), pool('b3')],
  })
  assert.equal(poolOf(ask(target, { headers: [['X-Be', 'b2']] })), 'b2')
  assert.equal(poolOf(ask(target, { headers: [['X-Be', 'b2, b3']] })), 'b3')
  assert.equal(poolOf(ask(target, { headers: [['X-Be', 'nope']] })), 'b1')
})

test('a map file that is missing makes what depends on it uncertain', () => {
  const table = { id: 't', path: 'm.map', lookup: 'exact' as const, entries: [], ignoreCase: false, missing: true, origin: [place()] }
  const key = view({ kind: 'path' }, { transforms: [{ kind: 'map', table: 't', fallback: 'b1' }], pick: 'last' })
  const target = model({ scopes: [scope('s', [step(always, { kind: 'dispatch', key: template(key), onMiss: { kind: 'forward', pool: 'b1' } })])], pools: [pool('b1')], tables: [table] })
  const answer = ask(target)
  assert.equal(answer.certain, false)
  assert.match(answer.depends[0]?.reason ?? '', /m\.map could not be read/)
})

test('requests that the product refuses get 400 before any rule', () => {
  const target = two()
  const rows: readonly Partial<RequestInput>[] = [
    { path: '/a#b' }, { path: '/a b' }, { path: '/é' }, { headers: [['Host', 'b.test']] }, { path: 'http://b.test/' }, { method: 'G T' }, { headers: [['bad name', 'x']] },
  ]
  for (const row of rows) assert.deepEqual(ask(target, row).outcome, { action: 'respond', status: 400 }, JSON.stringify(row))
  assert.equal(poolOf(ask(target, { headers: [['Host', 'a.test']] })), 'web')
  assert.equal(poolOf(ask(target, { path: 'http://a.test:80/' })), 'web')
})

test('the server stage follows use-server, cookie and weights in this order', () => {
  const servers = [member('s1', { cookie: 'a', weight: 3 }), member('s2', { cookie: 'b' }), member('s3', { state: 'disabled', cookie: 'c' }), member('s4', { level: 1 })]
  const target = model({
    scopes: [scope('s', [step(always, { kind: 'forward', pool: 'x' })])],
    pools: [pool('x', servers, {
      selectors: [{ kind: 'use-server', when: is(path(), '/u'), server: 's1', origin: [place()] }],
      persistence: [{ kind: 'cookie', name: 'SRV', mode: 'insert', flags: [], origin: [place()] }, { kind: 'ignore-persist', when: is(path(), '/ig'), origin: [place()] }],
    })],
  })
  const shares = (request: Partial<RequestInput>): string => {
    const { outcome } = ask(target, request)
    return outcome.action === 'forward' ? outcome.servers.map(server => `${server.name}=${server.share}`).join(' ') : outcome.action
  }
  assert.equal(shares({}), 's1=0.75 s2=0.25')
  assert.equal(shares({ path: '/u', headers: [['Cookie', 'SRV=b']] }), 's1=1')
  assert.equal(shares({ headers: [['Cookie', 'o=1; SRV=b']] }), 's2=1')
  assert.equal(shares({ headers: [['Cookie', 'SRV=B']] }), 's1=0.75 s2=0.25')
  assert.equal(shares({ headers: [['Cookie', 'SRV=c']] }), 's1=0.75 s2=0.25')
  assert.equal(shares({ path: '/ig', headers: [['Cookie', 'SRV=b']] }), 's1=0.75 s2=0.25')
})

test('a pool without a usable server answers 503', () => {
  const target = model({ scopes: [scope('s', [step(always, { kind: 'forward', pool: 'x' })])], pools: [pool('x', [member('s1', { weight: 0 })])] })
  assert.deepEqual(ask(target).outcome, { action: 'respond', status: 503 })
})

test('rules of the pool run after it is chosen and can still answer themselves', () => {
  const target = model({
    scopes: [
      scope('s', [step(always, { kind: 'forward', pool: 'x' })]),
      scope('pool', [step(is(path(), '/no'), { kind: 'deny', status: 403 }), step(always, { kind: 'set-path', value: template('/y') })], { otherwise: { kind: 'leave' } }),
    ],
    pools: [pool('x', undefined, { entry: 'pool' })],
  })
  assert.equal(poolOf(ask(target, { path: '/no' })), 'deny 403')
  assert.equal(ask(target, { path: '/a' }).received.path, '/y')
})

test('redirects keep host, port and query as their flags say', () => {
  const redirect = (kind: 'prefix' | 'scheme', value: string, dropQuery = false, appendSlash = false): RoutingModel => model({
    scopes: [scope('s', [step(always, { kind: 'redirect', status: 301, to: { kind, value: template(value), dropQuery, appendSlash, ignoreEmpty: false } })])], pools: [],
  })
  const location = (target: RoutingModel, request: Partial<RequestInput>): string => {
    const { outcome } = ask(target, request)
    return outcome.action === 'redirect' ? outcome.location : outcome.action
  }
  assert.equal(location(redirect('scheme', 'https'), { path: '/s/a?b=1', host: 'h.test:8080' }), 'https://h.test:8080/s/a?b=1')
  assert.equal(location(redirect('scheme', 'https'), { path: '/s', host: null }), 'https:///s')
  assert.equal(location(redirect('prefix', 'http://n.test', true), { path: '/dq/a?b=1' }), 'http://n.test/dq/a')
  assert.equal(location(redirect('prefix', '/', true, true), { path: '/as?b' }), '/as/')
})

test('the listener is found by address, name or scheme, and an address shared by two is left open', () => {
  const scopes = [scope('one', [step(always, { kind: 'forward', pool: 'b1' })]), scope('two', [step(always, { kind: 'forward', pool: 'b2' })])]
  const at = (ip: string, port: number): { addresses: { text: string; ip: string; fromPort: number; toPort: number; socket: null }[] } => ({ addresses: [{ text: `${ip}:${port}`, ip, fromPort: port, toPort: port, socket: null }] })
  const pools = [pool('b1'), pool('b2')]
  const apart = model({ scopes, pools, listeners: [listener('f', 'one', at('', 80)), listener('g', 'two', at('127.0.0.2', 80))] })
  assert.equal(poolOf(ask(apart, { listener: '127.0.0.1:80' })), 'b1')
  assert.equal(poolOf(ask(apart, { listener: '127.0.0.2:80' })), 'b2')
  assert.equal(poolOf(ask(apart, { listener: 'g' })), 'b2')
  assert.equal(poolOf(ask(apart, { listener: null })), 'b1')
  assert.equal(poolOf(ask(apart, { listener: '127.0.0.1:81' })), 'close')
  const shared = model({ scopes, pools, listeners: [listener('f', 'one', at('', 80)), listener('g', 'two', at('', 80))] })
  const answer = ask(shared, { listener: ':80' })
  assert.equal(answer.certain, false)
  assert.match(answer.depends[0]?.reason ?? '', /kernel/)
})

test('a request over TLS is closed to rules where the balancer only passes it through', () => {
  const sni = view({ kind: 'sni', seen: 'peeked' })
  const target = model({
    scopes: [scope('s', [step(is(path(), '/x'), { kind: 'forward', pool: 'b1' }), step(is(sni, 'b.test'), { kind: 'forward', pool: 'b2' })])],
    pools: [pool('b1', undefined, { protocol: 'tcp' }), pool('b2', undefined, { protocol: 'tcp' })], listeners: [listener('f', 's', { protocol: 'tcp' })],
  })
  assert.equal(poolOf(ask(target, { scheme: 'https', path: '/x', sni: 'b.test' })), 'b2')
  assert.equal(poolOf(ask(target, { scheme: 'http', path: '/x' })), 'b1')
})

test('many instances: any of them matches, and patterns of every kind are understood', () => {
  const list = view({ kind: 'header', name: 'x-v', split: 'comma', occurrence: null })
  const target = (predicate: Parameters<typeof step>[0]): RoutingModel => model({ scopes: [scope('s', [step(predicate, { kind: 'forward', pool: 'b1' })])], pools: [pool('b1')] })
  const holds = (predicate: Parameters<typeof step>[0], request: Partial<RequestInput>): boolean => poolOf(ask(target(predicate), request)) === 'b1'
  assert.equal(holds(is(list, 'beta'), { headers: [['X-V', 'alpha, beta']] }), true)
  assert.equal(holds(matches(list, { kind: 'exists' }), { headers: [['X-V', '']] }), true)
  assert.equal(holds(matches(list, { kind: 'exists' }), {}), false)
  assert.equal(holds(matches(view({ kind: 'source-ip' }, { type: 'ip' }), { kind: 'network', networks: ['127.0.0.0/8'] }), {}), true)
  assert.equal(holds(matches(path(), { kind: 'regex', patterns: ['^/v[0-9]+$'], ignoreCase: false, dialect: 'pcre' }), { path: '/v12' }), true)
  assert.equal(holds(matches(path(), { kind: 'length', ranges: [[3, null]] }), { path: '/v' }), false)
  assert.equal(holds(matches(view({ kind: 'query-parameter', name: 'n', delimiter: '?' }, { transforms: [{ kind: 'cast', to: 'integer' }], type: 'integer' }), { kind: 'integer', ranges: [[6, null]] }), { path: '/?n=6' }), true)
})
