import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { behaviourOf } from '#shared/backend/behaviour.ts'
import { accessLogLimitBytes } from '#shared/backend/limits.ts'
import type { Pair } from '#shared/backend/pairs.ts'
import { weighHandlers, weighPair } from '#shared/backend/weigh.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import type { BehaviourClass, TrafficWeights } from '#shared/rpc/payloads.ts'
import { httplog, pairIn, pairOf, ports, testFolder } from './pairs.ts'

const weigh = (pair: Pair, lines: readonly string[] | string): TrafficWeights => weighPair(ports, pair, typeof lines === 'string' ? lines : `${lines.join('\n')}\n`, 'access.log')
const repeat = (count: number, line: string): readonly string[] => Array<string>(count).fill(line)

/** Shares by where a class led and leads: `checkout → catalogue`. */
function shares(pair: Pair, weights: TrafficWeights): Record<string, number> {
  const shown = (side: BehaviourClass['before']): string => (side.outcome.action === 'forward' ? side.outcome.pool : side.outcome.action)
  const found: Record<string, number> = {}
  for (const one of behaviourOf(ports, pair).differs) {
    const name = `${shown(one.before)} → ${shown(one.after)}`
    found[name] = Number(((found[name] ?? 0) + (weights.shares[one.id] ?? NaN)).toFixed(6))
  }
  return found
}

test('HTTP/2 lines of HAProxy name the host: each class gets exactly its share', async () => {
  const pair = await pairIn('drills/routing-rules')
  const weights = weigh(pair, [
    ...repeat(28, httplog('https-in~', 'checkout', 'https://api.shop.example/v2/checkout/1', { version: '2.0' })), ...repeat(2, httplog('https-in~', 'checkout', 'https://api.shop.example/v2/payments?id=2', { version: '2.0' })),
    ...repeat(20, httplog('https-in~', 'catalogue', 'https://api.shop.example/v2/products/1', { version: '2.0' })), ...repeat(10, httplog('https-in~', 'checkout', 'https://pay.shop.example/v2/checkout/1', { version: '2.0' })),
    ...repeat(30, httplog('https-in~', 'web', 'https://shop.example/', { version: '2.0' })), ...repeat(10, httplog('http-in', 'http-in', '/v2/checkout')),
  ])
  assert.deepEqual([weights.format, weights.requests, weights.skipped, weights.unknownShare, weights.assumptions], ['haproxy-httplog', 100, 0, 0, []])
  assert.deepEqual(shares(pair, weights), { 'checkout → catalogue': 0.3 })
})

test('a log without the host: what depends on it counts as unknown, unless the pool in the line leaves one way only', async () => {
  const pair = await pairIn('drills/routing-rules')
  const weights = weigh(pair, [
    // The API or the till: both lead to checkout.
    ...repeat(30, httplog('https-in~', 'checkout', '/v2/checkout/1')),
    // Only the shop's own pages lead to web.
    ...repeat(10, httplog('https-in~', 'web', '/v2/checkout/about')), ...repeat(60, httplog('https-in~', 'media', '/img/1.png')),
  ])
  assert.deepEqual(shares(pair, weights), { 'checkout → catalogue': 0 })
  assert.equal(weights.unknownShare, 0.3)
  assert.deepEqual(weights.assumptions, ['30 % of the requests cannot be placed, because that depends on the Host, which the log does not say.', 'Where the log leaves a request open, the pool that its line names decides; the lines are taken to be from the config before the change.'])
})

test('a log without the host is enough where no rule reads it', async () => {
  const pair = await pairIn('fixtures/diffs/swapped-rules')
  const weights = weigh(pair, [...repeat(1, httplog('web-in', 'auth', '/v2/auth/login')), ...repeat(2, httplog('web-in', 'api', '/v2/x')), httplog('web-in', 'web', '/')])
  assert.deepEqual([shares(pair, weights), weights.unknownShare, weights.assumptions], [{ 'auth → api': 0.25 }, 0, []])
})

test('the host is read from a captured header', async () => {
  const config = (rules: string): string => `frontend web\n    mode http\n    bind 127.0.0.1:8000\n    capture request header Host len 60\n${rules}    default_backend site\n${['site', 'api', 'auth'].map((name) => `backend ${name}\n    mode http\n    server a 192.0.2.1:80\n`).join('')}`
  const [api, auth] = ['    use_backend api if { hdr(host) -i api.shop.example }\n', '    use_backend auth if { path_beg /auth/ }\n']
  const pair = await pairOf(config(`${auth}${api}`), config(`${api}${auth}`))
  const line = (host: string): string => httplog('web', 'auth', '/auth/x', { captures: `{${host}} ` })
  const weights = weigh(pair, [line('api.shop.example'), line('API.shop.example'), line('shop.example'), line('')])
  assert.deepEqual([shares(pair, weights), weights.unknownShare], [{ 'auth → api': 0.5 }, 0])
  const withoutHost = weigh(pair, [httplog('web', 'auth', '/auth/x'), httplog('web', 'site', '/')])
  assert.deepEqual([shares(pair, withoutHost), withoutHost.unknownShare], [{ 'auth → api': 0 }, 0.5], 'a line without the block leaves it open')
})

test('lines of nginx and JSON lines, where one entry has TLS and the other redirects to it', async () => {
  const pair = await pairIn('drills/routing-rules')
  const combined = (host: string, target: string): string => `198.51.100.7 - - [20/Nov/2026:11:12:44 +0000] "GET ${target} HTTP/1.1" 200 5 "-" "agent" host=${host}`
  const named = weigh(pair, [combined('api.shop.example', '/v2/checkout'), combined('shop.example', '/v2/checkout'), combined('api.shop.example', '/'), 'garbage'])
  assert.deepEqual([named.format, named.requests, named.skipped, shares(pair, named), named.unknownShare], ['nginx-combined', 3, 1, { 'checkout → catalogue': 0.333333 }, 0])
  assert.deepEqual(named.assumptions, ['The log does not say where requests came in; they are taken to have come in at https-in.'])
  const json = (scheme: string): string => JSON.stringify({ remote_addr: '198.51.100.7', host: 'api.shop.example', request_method: 'POST', request_uri: '/v2/payments', scheme })
  const both = weigh(pair, [json('https'), json('http')])
  assert.deepEqual([both.format, shares(pair, both), both.unknownShare], ['json', { 'checkout → catalogue': 0.5 }, 0])
})

test('a header that decides and that the log does not tell of leaves the request open', async () => {
  const pair = await pairIn('drills/one-hot-server')
  const json = (more: Readonly<Record<string, string>>, target = '/book'): string => JSON.stringify({ remote_addr: '198.51.100.7', host: 'api.tickets.example', request_method: 'GET', request_uri: target, scheme: 'https', ...more })
  const told = weigh(pair, [json({ http_x_schema: '' }), json({ http_x_schema: '-' }), json({ http_x_schema: 'old' }), json({ http_x_schema: '' }, '/search')])
  const spread = behaviourOf(ports, pair).differs.find((one) => one.before.outcome.action === 'forward' && one.before.outcome.servers.length === 5 && one.after.outcome.action === 'forward' && one.after.outcome.servers.length === 1)
  assert.ok(spread !== undefined)
  assert.equal(told.shares[spread.id], 0.5)
  const untold = weigh(pair, [json({}), json({}, '/search')])
  assert.deepEqual([untold.shares[spread.id], untold.unknownShare], [0, 0.5])
  assert.match(untold.assumptions.join(' '), /depends on headers/)
})

test('a pool whose servers, weights or checks changed gets what goes to it', async () => {
  for (const [drill, host, pool] of [['auth-bottleneck', 'login.bank.example', 'auth'], ['stale-servers', 'news.example', 'web']] as const) {
    const pair = await pairIn(`drills/${drill}`)
    const weights = weigh(pair, [...repeat(3, httplog('https-in~', pool, `https://${host}/`, { version: '2.0' })), httplog('https-in~', 'static', `https://${host}/static/a.css`, { version: '2.0' })])
    assert.deepEqual([shares(pair, weights), weights.unknownShare], [{ [`${pool} → ${pool}`]: 0.75 }, 0], drill)
  }
})

test('entries that neither config has, lines that were cut off, lines that are none', async () => {
  const pair = await pairIn('fixtures/diffs/swapped-rules')
  const cut = httplog('web-in', 'auth', '/v2/auth/login').replace(' HTTP/1.1"', '')
  const weights = weigh(pair, [httplog('web-in', 'auth', '/v2/auth/login'), httplog('elsewhere', 'x', '/'), cut, 'nonsense', '', httplog('web-in', 'web', '/'), '\0'])
  assert.deepEqual([weights.requests, weights.skipped, shares(pair, weights), weights.unknownShare], [4, 2, { 'auth → api': 0.25 }, 0.5])
  assert.deepEqual(weights.assumptions, ['25 % of the requests came in at elsewhere, which neither config has.', '25 % of the requests are cut off in the log and cannot be placed.'])
})

test('an address that nobody listens on any more', async () => {
  const config = (more: string): string => `frontend web\n    mode http\n    bind 127.0.0.1:8000\n    default_backend site\n${more}backend site\n    mode http\n    server a 192.0.2.1:80\n`
  const pair = await pairOf(config('frontend old\n    mode http\n    bind 127.0.0.1:8001\n    use_backend site if { path_beg /a }\n    default_backend site\n'), config(''))
  const weights = weigh(pair, [httplog('old', 'site', '/a'), httplog('old', 'site', '/b'), httplog('web', 'site', '/'), httplog('web', 'site', '/c')])
  assert.deepEqual([shares(pair, weights), weights.unknownShare], [{ 'site → close': 0.5 }, 0])
})

test('a condition that is not modelled leaves what it decides open', async () => {
  const config = (rules: string): string => `frontend web\n    mode http\n    bind 127.0.0.1:8000\n${rules}    default_backend site\n${['site', 'api'].map((name) => `backend ${name}\n    mode http\n    server a 192.0.2.1:80\n`).join('')}`
  const pair = await pairOf(config('    use_backend api if { path_beg /a } { lua.check1 -m found }\n'), config('    use_backend api if { path_beg /a } { lua.check2 -m found }\n'))
  const weights = weigh(pair, [httplog('web', 'site', '/a'), httplog('web', 'site', '/b'), httplog('web', 'site', '/c'), httplog('web', 'site', '/d')])
  assert.equal(weights.unknownShare, 0.25)
})

test('the same bytes in other encodings, and what is no log', async () => {
  const pair = await pairIn('fixtures/diffs/swapped-rules')
  const lines = [httplog('web-in', 'auth', '/v2/auth/'), httplog('web-in', 'web', '/')]
  const handlers = weighHandlers(ports, () => ok(pair))
  const read = async (bytes: Buffer): Promise<TrafficWeights> => {
    const result = await handlers['behaviour.weigh']({ before: 'b', after: 'a', log: { title: 'access.log', base64: bytes.toString('base64') } }, { cancelled: () => false })
    if (!result.ok) assert.fail(result.failure.message)
    return result.value
  }
  const good: readonly (readonly [string, Buffer])[] = [
    ['no final line end', Buffer.from(lines.join('\n'))], ['CR LF', Buffer.from(lines.join('\r\n'))], ['byte order mark', Buffer.from(`\ufeff${lines.join('\n')}\n`)],
    ['UTF-16 with mark', Buffer.from(`\ufeff${lines.join('\n')}\n`, 'utf16le')], ['UTF-16 without', Buffer.from(lines.join('\n'), 'utf16le')], ['a byte that is no UTF-8', Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0xff])])],
  ]
  for (const [name, bytes] of good) {
    const weights = await read(bytes)
    assert.deepEqual([weights.requests, shares(pair, weights)], [2, { 'auth → api': 0.5 }], name)
  }
  const bad: readonly (readonly [string, Buffer, RegExp])[] = [
    ['empty', Buffer.alloc(0), /is empty/], ['blank', Buffer.from(' \n\n\t\n'), /is empty/], ['zeros', Buffer.alloc(5000), /No line/], ['compressed', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xfe]), /compressed/],
    ['a config', readFileSync(path.join(testFolder, 'fixtures/diffs/swapped-rules/before/haproxy.cfg')), /No line/], ['one endless line', Buffer.from('GET / '.repeat(50_000)), /No line/],
  ]
  for (const [name, bytes, words] of bad) {
    const weights = await read(bytes)
    assert.deepEqual([weights.format, weights.requests, weights.unknownShare, Object.values(weights.shares)], ['unrecognised', 0, 0, [0]], name)
    assert.match(weights.assumptions.join(' '), words, name)
  }
})

test('a log above the limit is refused in a sentence, and so is weighing one config', async () => {
  const pair = await pairIn('fixtures/diffs/swapped-rules')
  const large = { ...ports, bytes: { ...ports.bytes, fromBase64: () => new Uint8Array(accessLogLimitBytes + 1) } }
  const call = { before: 'b', after: 'a', log: { title: 'access.log', base64: '' } }
  const refused = await weighHandlers(large, () => ok(pair))['behaviour.weigh'](call, { cancelled: () => false })
  assert.deepEqual(refused, { ok: false, failure: { code: 'too-large', message: 'access.log is 256 MB; at most 256 MB are read.', path: 'access.log' } })
  const single = await weighHandlers(ports, () => ok({ ...pair, before: null }))['behaviour.weigh'](call, { cancelled: () => false })
  assert.equal(single.ok ? 'ok' : single.failure.code, 'bad-params')
})

test('counters give upper bounds', async () => {
  const pair = await pairIn('drills/routing-rules')
  const page = (lines: readonly string[]): string => `# HELP haproxy_backend_http_requests_total Total\n# TYPE haproxy_backend_http_requests_total counter\n${lines.join('\n')}\n`
  const backend = (name: string, count: number): string => `haproxy_backend_http_requests_total{proxy="${name}"} ${count}`
  const frontend = (name: string, count: number): string => `haproxy_frontend_http_requests_total{proxy="${name}"} ${count}`
  const whole = weigh(pair, page([frontend('http-in', 100), frontend('https-in', 900), backend('checkout', 400), backend('web', 500)]))
  assert.deepEqual([whole.format, whole.requests, shares(pair, whole), whole.unknownShare], ['prometheus-text', 1000, { 'checkout → catalogue': 0.4 }, 0])
  assert.match(whole.assumptions.join(' '), /upper bound/)
  assert.deepEqual(shares(pair, weigh(pair, page([backend('checkout', 400), backend('web', 600)]))), { 'checkout → catalogue': 0.4 }, 'without frontends, of what reached pools')
  assert.deepEqual(shares(pair, weigh(pair, page([frontend('http-in', 100), frontend('https-in', 900)]))), { 'checkout → catalogue': 0.9 }, 'a pool that was not counted gives no bound')
  const nothing = weigh(pair, page(['process_open_fds 3']))
  assert.deepEqual([shares(pair, nothing), nothing.assumptions], [{ 'checkout → catalogue': 0 }, ['The counters hold no requests of a frontend or a backend.']])
})
