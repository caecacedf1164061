import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { RequestClass } from '#shared/analyses/behaviour-diff/index.ts'
import { prepareRouter, type RouteAnswer } from '#shared/analyses/route/index.ts'
import { behaviourOf, comparisonOf } from '#shared/backend/behaviour.ts'
import { attribute, classOf } from '#shared/backend/traffic/attribution.ts'
import { factsRead } from '#shared/backend/traffic/facts.ts'
import { sampleOf } from '#shared/backend/traffic/sample.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { loggedRequest } from '#shared/requests/access-log/logged-request.ts'
import type { Span } from '#shared/text/span.ts'
import { pairIn, pairOf, ports, testFolder } from './pairs.ts'

const received = { method: 'GET', path: '/', host: 'a', headers: [] }
const at = (start: number): Span => ({ file: 'haproxy.cfg', start, end: start + 1 })
const to = (pool: string, ...servers: readonly (readonly [string, number])[]): Outcome => ({ action: 'forward', pool, path: '/', servers: servers.map(([name, share]) => ({ name, address: '192.0.2.1:80', share })) })
const answer = (outcome: Outcome, rule: number | null, certain = true): Parameters<typeof attribute>[1] => ({ outcome, rule: rule === null ? null : at(rule), certain, received })

function classFor(id: string, before: readonly [Outcome, number | null], after: readonly [Outcome, number | null], more: Partial<RequestClass> = {}): RequestClass {
  const sides = { before: { outcome: before[0], rule: before[1] === null ? null : at(before[1]) }, after: { outcome: after[0], rule: after[1] === null ? null : at(after[1]) } }
  return {
    id, severity: 'critical', kind: 'misroute', listener: 'web', when: '', summary: '', witness: defaultRequest, ...sides, cause: { before: [], after: [] }, lines: { before: [], after: [] }, count: 1,
    members: [{ when: '', witness: defaultRequest, ...sides }], about: 'rules', depends: [], ...more,
  }
}

test('a class is told by its rules, else by where requests went and go, else not at all', () => {
  const one = classFor('one', [to('a'), 1], [to('b'), 2])
  const wide = classFor('wide', [to('c'), 3], [to('d'), 4], { count: 90 })
  const policy = classFor('policy', [to('p', ['s1', 1]), 5], [to('p', ['s1', 0.5], ['s2', 0.5]), 5], { kind: 'policy', about: 'pools' })
  const checks = classFor('checks', [to('q'), 6], [to('q'), 6], { kind: 'policy', about: 'pools' })
  const gone = classFor('gone', [to('a'), 1], [{ action: 'close' }, null], { kind: 'listener' })
  const rows: readonly (readonly [string, readonly RequestClass[], ReturnType<typeof answer>, ReturnType<typeof answer>, string | null])[] = [
    ['the same rules', [one, wide], answer(to('a'), 1), answer(to('b'), 2), 'one'],
    ['other rules, a class that lists them all', [one, wide], answer(to('a'), 7), answer(to('b'), 2), null],
    ['other rules, a class that stands for more than it lists', [one, wide], answer(to('c'), 7), answer(to('d'), 8), 'wide'],
    ['two such classes', [wide, { ...wide, id: 'twin' }], answer(to('c'), 7), answer(to('d'), 8), null],
    ['two classes of the same rules, one of these pools', [one, classFor('two', [to('x'), 1], [to('b'), 2])], answer(to('a'), 1), answer(to('b'), 2), 'one'],
    ['another listener', [{ ...one, listener: 'other' }], answer(to('a'), 1), answer(to('b'), 2), null],
    ['nothing differs', [one], answer(to('a'), 1), answer(to('a'), 2), null],
    ['a pool with other shares, by another rule', [one, policy], answer(to('p', ['s1', 1]), 9), answer(to('p', ['s1', 0.5], ['s2', 0.5]), 9), 'policy'],
    ['a request that sticks to its server there', [policy], answer(to('p', ['s1', 1]), 5), answer(to('p', ['s1', 1]), 5), null],
    ['a pool with another check', [checks], answer(to('q'), 9), answer(to('q'), 9), 'checks'],
    ['nobody listens', [one, gone], answer(to('z'), 9), answer({ action: 'close' }, null), 'gone'],
    ['no class at all', [], answer(to('a'), 1), answer(to('b'), 2), null],
  ]
  for (const [name, differs, before, after, expected] of rows) assert.equal(classOf({ differs }, before, after, 'web'), expected, name)
})

test('a difference that no class claims is unknown, and so is what an unmodelled condition could move', () => {
  const one = classFor('one', [to('a'), 1], [to('b'), 2])
  const depending = { ...one, depends: [{ text: 'lua.x', holds: true, at: at(1) }] }
  const same = (pool: string): string => pool
  const kind = (differs: readonly RequestClass[], before: ReturnType<typeof answer>, after: ReturnType<typeof answer>, complete = true, alias = same): string => attribute({ differs, complete }, before, after, 'web', alias).kind
  assert.equal(kind([one], answer(to('a'), 1), answer(to('b'), 2)), 'class')
  assert.equal(kind([one], answer(to('x'), 7), answer(to('y'), 8)), 'unknown')
  assert.equal(kind([one], answer(to('x'), 7), answer(to('x'), 8)), 'same')
  assert.equal(kind([one], answer(to('x'), 7), answer(to('new-x'), 8), true, (pool) => pool.replace('new-', '')), 'same', 'a pool that only changed its name')
  assert.equal(kind([one], answer(to('x'), 7, false), answer(to('x'), 8, false)), 'same', 'undecided alike, and all classes are decided')
  assert.equal(kind([depending], answer(to('x'), 7, false), answer(to('x'), 8, false)), 'unknown')
  assert.equal(kind([one], answer(to('x'), 7, false), answer(to('x'), 8, false), false), 'unknown')
  assert.equal(kind([one], answer(to('a'), 1, false), answer(to('b'), 2)), 'unknown')
})

/** A generator that gives the same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
}

test('of many requests through drills and small edits, those that differ are in a class and the others in none', { timeout: 120_000 }, async () => {
  const folders = [...readdirSync(path.join(testFolder, 'drills')).map((name) => `drills/${name}`), ...readdirSync(path.join(testFolder, 'fixtures/diffs')).map((name) => `fixtures/diffs/${name}`)]
  const words = ['v2', 'auth', 'checkout', 'payments', 'api', 'API', 'Shop', 'shop', 'img', 'old', 'pay', 'profile', 'press', 'x.json', 'static', 'v1', 'orders', 'oauth2', 'admin', 'reports', 'search', 'products']
  let placed = 0
  for (const folder of folders) {
    const pair = await pairIn(folder)
    const before = pair.before?.model
    assert.ok(before !== undefined)
    const diff = behaviourOf(ports, pair)
    const alias = comparisonOf(ports, pair)?.comparison.alias ?? ((pool: string): string => pool)
    const hosts = [...factsRead([before, pair.after.model]).hosts, 'other.example', 'tea.cafe.example']
    const listeners = [...new Map(before.listeners.map((one) => [one.group, one])).values()]
    const pick = numbers(folder.length)
    for (let round = 0; round < 400; round += 1) {
      const listener = listeners[pick(listeners.length)]
      assert.ok(listener !== undefined)
      const target = `/${Array.from({ length: pick(4) }, () => words[pick(words.length)]).join('/')}${pick(2) === 0 ? '/' : ''}`
      const host = hosts[pick(hosts.length)] ?? 'a.example'
      const headers: RequestInput['headers'] = pick(3) === 0 ? [['x-schema', ['old', 'next', 'other'][pick(3)] as string]] : []
      const request: RequestInput = { ...defaultRequest, listener: listener.group, scheme: listener.tls === null ? 'http' : 'https', host, path: target, headers, sourceIp: pick(4) === 0 ? '198.51.100.5' : '198.51.100.200' }
      const first: RouteAnswer = prepareRouter(before).route(request, { explain: false })
      const second: RouteAnswer = prepareRouter(pair.after.model).route(request, { explain: false })
      const differs: boolean = JSON.stringify(first.outcome) !== JSON.stringify(second.outcome)
      const where = attribute(diff, first, second, listener.group, alias)
      const what = `${folder}: ${host}${target}`
      if (where.kind === 'class') {
        placed += 1
        const one = diff.differs.find(({ id }) => id === where.id)
        assert.ok(differs || one?.kind === 'policy' || one?.kind === 'rewrite', what)
      } else assert.equal(`${where.kind} ${differs}`, 'same false', what)
    }
  }
  assert.ok(placed > 400, `${placed} requests are in a class`)
})

test('what routing reads, wherever it stands', async () => {
  const config = [
    'frontend web', '    mode http', '    bind 127.0.0.1:8000', '    http-request set-var(txn.host) req.hdr(Host),lower', '    http-request set-header X-Agent %[req.hdr(User-Agent)]',
    '    use_backend a if { var(txn.host) -m str api.shop.example }', '    use_backend a if { hdr_end(host) -i .shop.example } { src 192.0.2.0/24 }', '    use_backend a if { req.cook(v) -m str new } { url_param(a) -m found }', '    default_backend a',
    'backend a', '    mode http', '    use-server s if { req.hdr(X-Server) -m found }', '    server s 192.0.2.1:80', '',
  ].join('\n')
  const pair = await pairOf(config, config)
  const facts = factsRead([pair.after.model])
  assert.deepEqual([[...facts.headers].sort(), [...facts.hosts].sort()], [['cookie', 'host', 'user-agent', 'x-server'], ['any.shop.example', 'api.shop.example']])
  assert.deepEqual([facts.query, facts.source, facts.sni, facts.httpVersion, facts.listener], [true, true, false, false, false])
})

test('a sample keeps what is frequent, lets every k-th of the rest stand for its neighbours, and adds up', () => {
  const distinct = Array.from({ length: 1000 }, (_, index) => ({ request: loggedRequest({ method: 'GET', target: `/${index}` }), count: index < 10 ? 1000 : 1 }))
  const tally = { distinct, overflow: 10, requests: 11_000, skipped: 0, truncated: 0 }
  const sample = sampleOf(tally, () => 2, 200)
  assert.ok(sample.followed <= 100 && sample.followed > 50 && sample.all === 1000, String(sample.followed))
  assert.ok(Math.abs(sample.requests.reduce((sum, { weight }) => sum + weight, 0) - 11_000) < 1e-6)
  assert.deepEqual(sample.requests.filter(({ weight }) => weight === 1000).length, 10)
  assert.deepEqual(sampleOf(tally, () => 2, 200), sample, 'the same each time')
  const whole = sampleOf({ ...tally, overflow: 0 }, () => 2, 2000)
  assert.deepEqual([whole.followed, whole.requests[500]?.weight], [1000, 1])
  assert.deepEqual(sampleOf({ ...tally, distinct: [], overflow: 0 }, () => 1, 1).requests, [])
})
