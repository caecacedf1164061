import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { defaultRequest } from '#shared/model/request.ts'
import { describeAction, describePredicate } from '#shared/model/describe.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { haproxySupport } from '#shared/dialects/haproxy/support.ts'
import { handlers } from '#shared/dialects/haproxy/compile/keywords.ts'
import { buildFetch } from '#shared/dialects/haproxy/compile/fetches.ts'
import { findIncludes } from '#shared/dialects/haproxy/compile/includes.ts'
import { compileFrontend, compileTexts, httpDefaults, nineBackends } from './compile-config.ts'
import { treeOf } from './tree-of.ts'

function steps(model: RoutingModel, scope: string): readonly string[] {
  return (model.scopes.get(scope)?.steps ?? []).map((step) => `${describePredicate(step.when)}: ${describeAction(step.does)}`)
}

function chain(model: RoutingModel, entry: string | null): readonly string[] {
  const ids: string[] = []
  for (let id = entry; id !== null; id = model.scopes.get(id)?.next ?? null) ids.push(id)
  return ids
}

test('the sample incident compiles without findings and gaps', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../assets/sample-incident/before/haproxy.cfg'), 'utf8')
  const { model, diagnostics } = compileTexts([text])
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(model.gaps, [])
  assert.deepEqual(model.listeners.map((one) => one.id), ['listener:http-in@:80', 'listener:https-in@:443'])
  assert.deepEqual(steps(model, 'scope:https-in/switching'), [
    'path starts with /static/ or /img/: send to pool assets',
    'host is api.shop.example and path starts with /v2/auth/: send to pool auth',
    'host is api.shop.example: send to pool api',
    'always: send to pool web',
  ])
  assert.deepEqual(model.pools.map((pool) => `${pool.name} ${pool.algorithm.text} ${pool.members.length} ${pool.check?.uri ?? ''} ${pool.check?.expect ?? ''}`), [
    'assets roundrobin 2 /up status 200', 'api leastconn 3 /health status 200', 'auth roundrobin 2 /health status 200', 'web roundrobin 6 /health status 200',
  ])
  assert.deepEqual(model.pools[1]?.members[0]?.options.maxConnections, 400)
  assert.deepEqual(model.pools[3]?.retries, { count: 3, redispatch: true, on: [] })
})

test('H-ORD-1: phases have their own scopes, whatever the order of lines', () => {
  const { model } = compileFrontend([
    'use_backend b2 if { path_beg /x }', 'redirect location /r code 302 if { path_beg /x/r }', 'http-request deny deny_status 403 if { path_beg /x/r/d }',
    'stats uri /st', 'monitor-uri /alive', 'tcp-request content reject if { path_beg /rej }', 'tcp-request connection reject if { src 127.0.0.2 }', 'default_backend b1',
  ])
  assert.deepEqual(chain(model, model.listeners[0]?.entry ?? null), [
    'scope:f/tcp-connection', 'scope:f/tcp-content', 'scope:f/monitor', 'scope:f/http-request', 'scope:f/stats', 'scope:f/redirect', 'scope:f/switching',
  ])
  assert.deepEqual(steps(model, 'scope:f/tcp-connection'), ['source address is in 127.0.0.2: close the connection'])
  assert.deepEqual(steps(model, 'scope:f/redirect'), ['path starts with /x/r: redirect 302 to /r'])
})

test('H-ORD-4: a dynamic rule is a dispatch whose miss is the default', () => {
  const { model } = compileFrontend(['use_backend %[req.hdr(host),lower,map_dom(m.map)]', 'default_backend b1'], { files: { 'm.map': 'a.test b2\nb.test   b4 trailing words\n' } })
  const action = model.scopes.get('scope:f/switching')?.steps[0]?.does
  assert.ok(action?.kind === 'dispatch')
  assert.deepEqual(action.onMiss, { kind: 'forward', pool: 'b1' })
  const table = model.tables.get('table:domain-part:m.map')
  assert.deepEqual(table?.entries.map((entry) => [entry.key, entry.value]), [['a.test', 'b2'], ['b.test', 'b4 trailing words']])
})

test('H-MAP-5: a missing map is refused, and its table says so', () => {
  const { model, diagnostics } = compileFrontend(['use_backend %[path,map_beg(nofile.map,b9)]'])
  assert.deepEqual(diagnostics.map((one) => one.code), ['haproxy/missing-file'])
  assert.equal(model.tables.get('table:prefix:nofile.map')?.missing, true)
})

test('H-ORD-6: without a default the last answer is 503', () => {
  const { model } = compileFrontend(['use_backend b2 if { path /x }'])
  assert.deepEqual(model.scopes.get('scope:f/switching')?.otherwise, { kind: 'respond', status: 503, why: 'no rule chooses a backend' })
})

test('H-ORD-7, H-ORD-8b: a backend that does not exist, or is a frontend, is refused', () => {
  assert.deepEqual(compileFrontend(['use_backend nope if { path /x }', 'default_backend f']).diagnostics.map((one) => [one.code, one.severity, one.fingerprint]).toSorted(), [
    ['haproxy/backend-undefined', 'error', 'haproxy/backend-undefined|f|default_backend|f'],
    ['haproxy/backend-undefined', 'error', 'haproxy/backend-undefined|f|use_backend|nope'],
  ])
})

test('H-ORD-9, H-ORD-9b: a listen falls back to its own servers unless it has a default', () => {
  const listen = (line: string): string => `${httpDefaults}listen l\n  bind :80\n  ${line}\n  server s 127.0.0.1:1\n${nineBackends}`
  assert.deepEqual(steps(compileTexts([listen('use_backend b2 if { path /x }')]).model, 'scope:l/switching'), ['path is /x: send to pool b2', 'always: send to pool l'])
  assert.deepEqual(steps(compileTexts([listen('default_backend b2')]).model, 'scope:l/switching'), ['always: send to pool b2'])
})

test('H-ORD-14: rules of a backend hang on its pool', () => {
  const { model } = compileTexts([`${httpDefaults}frontend f\n  bind :80\n  default_backend x\nbackend x\n  http-request set-path /y\n  use-server s2 if { path /y }\n  server s1 127.0.0.1:2\n  server s2 127.0.0.1:3\n`])
  const pool = model.pools[0]
  assert.deepEqual(chain(model, pool?.entry ?? null), ['scope:pool:x/http-request'])
  assert.deepEqual(model.scopes.get('scope:pool:x/http-request')?.otherwise, { kind: 'leave' })
  assert.deepEqual(pool?.selectors.map((selector) => selector.server), ['s2'])
})

test('H-ORD-19: a disabled pool is chosen before 3.4 and passed over from 3.4 on', () => {
  const text = `${httpDefaults}frontend f\n  bind :80\n  use_backend x if { path /x }\n  default_backend b1\nbackend x\n  disabled\n  server s 127.0.0.1:1\n${nineBackends}`
  assert.equal(steps(compileTexts([text]).model, 'scope:f/switching')[0], 'path is /x: send to pool x')
  assert.equal(steps(compileTexts([text], { version: '3.4' }).model, 'scope:f/switching')[0], 'never: send to pool x')
  assert.equal(compileTexts([text]).model.pools[0]?.enabled, false)
})

test('H-ORD-19: a computed name of a disabled pool is passed over from 3.4 on, one that names no pool still ends the search', () => {
  const text = (target: string): string => `${httpDefaults}frontend f\n  bind :80\n  use_backend ${target}\n  use_backend b2 if { path_beg /x }\n  default_backend b1\nbackend pool-x\n  disabled\n  server s 127.0.0.1:1\n${nineBackends}`
  const first = (target: string, version: string): string | undefined => steps(compileTexts([text(target)], { version }).model, 'scope:f/switching')[0]
  assert.equal(first('%[hdr(x-pool)]', '3.3'), 'always: send to the pool named by %[hdr(x-pool)]')
  const wayOf = (target: string, value: string | null, version: string): string | null => {
    const { model } = compileTexts([text(target)], { version })
    const { outcome } = routeRequest(model, { ...defaultRequest, path: '/x/1', host: 'a.test', headers: value === null ? [] : [['x-pool', value]] })
    return outcome.action === 'forward' ? outcome.pool : outcome.action === 'respond' ? String(outcome.status) : null
  }
  for (const [target, value, before, since] of [
    ['%[hdr(x-pool)]', 'pool-x', '503', 'b2'], ['%[hdr(x-pool)]', 'b3', 'b3', 'b3'], ['%[hdr(x-pool)]', 'nowhere', 'b1', 'b1'], ['%[hdr(x-pool)]', null, 'b1', 'b1'],
    ['pool-%[hdr(x-pool)]', 'x', '503', 'b2'], ['pool-x%[hdr(x-pool)]', null, '503', 'b2'], ['b%[hdr(x-pool)]', '3', 'b3', 'b3'],
  ] as const) {
    assert.equal(wayOf(target, value, '3.3'), before, `${target} ${String(value)} before 3.4`)
    assert.equal(wayOf(target, value, '3.4'), since, `${target} ${String(value)} from 3.4 on`)
  }
  assert.ok(compileTexts([text('%[hdr(a)]%[hdr(b)]')], { version: '3.4' }).model.gaps.some((gap) => gap.text === '%[hdr(a)]%[hdr(b)]'))
})

test('H-DEF-1: every anonymous defaults starts from nothing', () => {
  const { model } = compileTexts([`${httpDefaults}  default_backend b2\nfrontend f\n  bind :1\n${httpDefaults}frontend g\n  bind :2\n${nineBackends}`])
  assert.equal(steps(model, 'scope:f/switching').length, 1)
  assert.equal(steps(model, 'scope:g/switching').length, 0)
})

test('H-DEF-2: named defaults with from', () => {
  const { model } = compileTexts([`defaults base\n  mode http\n  default_backend b2\ndefaults over from base\n  default_backend b3\nfrontend f from base\n  bind :1\nfrontend g from over\n  bind :2\nfrontend h\n  bind :3\n${nineBackends}`])
  assert.deepEqual(['f', 'g', 'h'].map((name) => steps(model, `scope:${name}/switching`)[0]), ['always: send to pool b2', 'always: send to pool b3', 'always: send to pool b3'])
})

test('H-DEF-3b: rules of named defaults run first, with acls of their own', () => {
  const { model, diagnostics } = compileTexts([`defaults fe\n  mode http\n  acl isx path_beg /x\n  http-request deny if isx\nfrontend f from fe\n  bind :1\n  http-request allow if { path /a }\n`])
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(steps(model, 'scope:f/http-request'), ['path starts with /x: deny with 403', 'path is /a: skip the rest of this list'])
})

test('H-DEF-4: rules in anonymous defaults are refused', () => {
  assert.deepEqual(compileTexts(['defaults\n  mode http\n  http-request deny\n']).diagnostics.map((one) => one.code), ['haproxy/rule-in-defaults'])
})

test('H-DEF-9, H-DEF-14: default-server counts for the servers below it, negative forms take back', () => {
  const { model } = compileTexts([`defaults\n  mode http\n  default-server weight 10 check inter 100\nbackend x\n  server s1 127.0.0.1:1\n  default-server weight 30\n  server s2 127.0.0.1:2 no-check\n  server s3 127.0.0.1:3 weight 5\n`])
  assert.deepEqual(model.pools[0]?.members.map((member) => [member.options.weight, member.options.check?.intervalMs ?? null]), [[10, 100], [30, null], [5, 100]])
})

test('H-DEF-11, H-TCP-1: content that nobody waits for is opaque in TCP mode', () => {
  const { model } = compileFrontend(['mode tcp', 'use_backend b2 if { path_beg /x }', 'default_backend b1'])
  const when = model.scopes.get('scope:f/switching')?.steps[0]?.when
  assert.ok(when?.kind === 'opaque')
  assert.equal(when.dependsOn, 'timing')
  const waiting = compileFrontend(['mode tcp', 'tcp-request inspect-delay 2s', 'tcp-request content accept if HTTP', 'use_backend b2 if { path_beg /x }', 'default_backend b1'])
  assert.deepEqual(waiting.model.gaps, [])
})

test('H-DEF-12: an HTTP frontend refuses a TCP backend', () => {
  assert.deepEqual(compileTexts([`${httpDefaults}frontend f\n  bind :1\n  default_backend x\nbackend x\n  mode tcp\n  server s 127.0.0.1:1\n`]).diagnostics.map((one) => one.code), ['haproxy/mode-mismatch'])
})

test('H-DEF-13: disabled is inherited', () => {
  assert.equal(compileTexts(['defaults\n  mode http\n  disabled\nfrontend f\n  bind :80\n  default_backend b\nbackend b\n  server s 127.0.0.1:1\n']).model.listeners[0]?.enabled, false)
})

test('H-BND-1, H-BND-2: one address twice is decided by the kernel, a narrower one wins', () => {
  const conflicts = (text: string): unknown => compileTexts([text]).model.conflicts
  assert.deepEqual(conflicts('frontend f\n  bind 127.0.0.1:80\nfrontend g\n  bind 127.0.0.1:79-81\n'), [{ address: '127.0.0.1:80', listeners: ['listener:f@127.0.0.1:80', 'listener:g@127.0.0.1:79-81'], decidedBy: 'kernel' }])
  assert.deepEqual(conflicts('frontend f\n  bind :80\nfrontend g\n  bind 127.0.0.2:80\n'), [{ address: '127.0.0.2:80', listeners: ['listener:g@127.0.0.2:80', 'listener:f@:80'], decidedBy: 'specificity' }])
  assert.deepEqual(conflicts('frontend f\n  bind :80\nfrontend g\n  bind :81\n'), [])
})

test('H-BND-3: servers without port, offsets, sockets', () => {
  const { model } = compileTexts(['backend x\n  server a 127.0.0.1\n  server b 127.0.0.1:-97\n  server c unix@/run/c.sock\n  server d [2001:db8::1]:80\n  server e app.internal:443 ssl verify none\n'])
  assert.deepEqual(model.pools[0]?.members.map((member) => [member.host, member.port, member.portOffset]), [
    ['127.0.0.1', null, 0], ['127.0.0.1', null, -97], ['/run/c.sock', null, 0], ['2001:db8::1', 80, 0], ['app.internal', 443, 0],
  ])
})

test('H-BND-6: names and numbers of listeners', () => {
  const { model } = compileTexts(['frontend f\n  bind :1,:2 name web\n  bind :5-7 accept-proxy\n  bind :9 id 3\n'])
  assert.deepEqual(model.listeners.map((one) => [one.id, one.name, one.number, one.acceptProxy, one.addresses.length]), [
    ['listener:f@:1,:2', 'web', 1, false, 2], ['listener:f@:5-7', null, 4, true, 1], ['listener:f@:9', null, 3, false, 1],
  ])
})

test('H-H2-2: TLS listeners offer HTTP/2 on their own from 2.8 on', () => {
  const text = 'frontend f\n  bind :443 ssl crt a.pem\n'
  assert.deepEqual(compileTexts([text]).model.listeners[0]?.tls?.alpn, [])
  assert.deepEqual(compileTexts([text], { version: '2.8' }).model.listeners[0]?.tls?.alpn, ['h2', 'http/1.1'])
})

test('H-CRT-2: names come from the filters of a crt-list', () => {
  const { model } = compileTexts(['frontend f\n  bind :443 ssl crt-list cl.txt strict-sni\n'], { files: { 'cl.txt': 'd.both\na.both foo.test *.foo.test !no.foo.test\nc.both [alpn h2]\n' } })
  assert.deepEqual(model.listeners[0]?.tls, { names: ['foo.test', '*.foo.test'], certificates: ['cl.txt'], strictSni: true, alpn: [] })
})

test('H-BAL-0: the default algorithm depends on the version', () => {
  const text = 'backend x\n  server s 127.0.0.1:1\n'
  assert.equal(compileTexts([text]).model.pools[0]?.algorithm.name, 'roundrobin')
  assert.equal(compileTexts([text], { version: '3.3' }).model.pools[0]?.algorithm.name, 'random')
})

test('H-BAL-4: hashing algorithms keep their key and hash type', () => {
  const algorithm = compileTexts([`${httpDefaults}backend x\n  balance uri depth 2\n  hash-type consistent\n  server s 127.0.0.1:1\n`]).model.pools[0]?.algorithm
  assert.deepEqual([algorithm?.name, algorithm?.text, algorithm?.parameters, algorithm?.hash?.method, algorithm?.key?.field.kind], ['uri', 'uri depth 2', { depth: '2' }, 'consistent', 'path'])
})

test('H-BAL-1c: a weight above 256 is refused', () => {
  assert.deepEqual(compileTexts(['backend x\n  server s 127.0.0.1:1 weight 257\n']).diagnostics.map((one) => one.code), ['haproxy/weight-out-of-range'])
})

test('H-CK-10: server-template expands', () => {
  assert.deepEqual(compileTexts(['backend x\n  server-template srv 3-5 app.internal:80 check\n']).model.pools[0]?.members.map((member) => member.name), ['srv3', 'srv4', 'srv5'])
})

test('H-DEF-8: two servers of one name are refused', () => {
  const plain = 'backend x\n  server s 127.0.0.1:1\n  server s 127.0.0.1:2\n'
  assert.deepEqual(compileTexts([plain]).diagnostics.map((one) => one.code), ['haproxy/duplicate-server'])
  const many = `backend x\n${Array.from({ length: 40 }, (_, index) => `  server s${index} 127.0.0.1:1 check\n`).join('')}  server s20 127.0.0.1:2 check\n  server s39 127.0.0.1:2 check\n`
  const result = compileTexts([many])
  assert.deepEqual(result.diagnostics.map((one) => one.code), ['haproxy/duplicate-server', 'haproxy/duplicate-server'])
  assert.equal(result.model.pools[0]?.members.length, 40)
})

test('servers share option objects', () => {
  const members = compileTexts(['backend x\n  server a 127.0.0.1:1 check weight 5\n  server b 127.0.0.1:2 check weight 5\nbackend y\n  server c 127.0.0.1:1 check weight 5\n']).model.pools.flatMap((pool) => pool.members)
  assert.equal(members[0]?.options, members[1]?.options)
  assert.equal(members[0]?.id, 'pool:x/server:a')
})

test('H-HC-REQ: the check that is sent', () => {
  const check = (lines: string): unknown => {
    const found = compileTexts([`${httpDefaults}backend x\n${lines}  server s 127.0.0.1:1 check\n`]).model.pools[0]?.check
    return found === null || found === undefined ? null : [found.kind, found.method, found.uri, found.httpVersion, found.host, found.expect]
  }
  assert.deepEqual(check('  option httpchk\n'), ['http', 'OPTIONS', '/', 'HTTP/1.0', null, null])
  assert.deepEqual(check('  option httpchk GET /h\n  option httpchk GET /i\n'), ['http', 'GET', '/i', 'HTTP/1.0', null, null])
  assert.deepEqual(check('  option httpchk\n  http-check send meth GET uri /h ver HTTP/1.1 hdr Host a.test\n  http-check expect status 200\n'), ['http', 'GET', '/h', 'HTTP/1.1', 'a.test', 'status 200'])
  assert.deepEqual(check('  option httpchk GET /h\n  option tcp-check\n'), ['tcp', null, null, null, null, null])
  assert.deepEqual(check('  http-check expect status 404\n'), null)
})

test('H-RT-5: times without a unit are milliseconds; client timeouts stand at the listener', () => {
  const { model } = compileTexts(['defaults\n  mode http\n  timeout server 30\n  timeout client 3s\nfrontend f\n  bind :80\n  default_backend x\nbackend x\n  server s 127.0.0.1:1\n'])
  assert.deepEqual(model.pools[0]?.timeoutsMs, { server: 30 })
  assert.equal(model.listeners[0]?.settings['timeout client'], '3000 ms')
})

test('H-LEX-3, H-LEX-3b: variables expand between double quotes and in addresses', () => {
  const { model } = compileTexts(['defaults\n  mode http\nfrontend f\n  bind ${A}:80\n  use_backend x if { path "/$P" }\nbackend x\n  server s $B:1\n'], { environment: { A: '127.0.0.1', B: '127.0.0.2', P: 'val' } })
  assert.equal(model.listeners[0]?.addresses[0]?.ip, '127.0.0.1')
  assert.equal(model.pools[0]?.members[0]?.host, '127.0.0.2')
  assert.deepEqual([...model.environment].toSorted(), [['A', '127.0.0.1'], ['B', '127.0.0.2'], ['P', 'val']])
})

test('several files: an anonymous defaults of the first counts in the second', () => {
  const { model } = compileTexts(['defaults\n  mode http\n  balance leastconn\n', 'backend x\n  server s 127.0.0.1:1\n'])
  assert.equal(model.pools[0]?.protocol, 'http')
  assert.equal(model.pools[0]?.algorithm.name, 'leastconn')
})

test('two files that name one backend: the second is left out and said so', () => {
  const { model, diagnostics } = compileTexts(['backend x\n  server s 127.0.0.1:1\n', 'backend x\n  server s 127.0.0.1:2\n'])
  assert.equal(model.pools.length, 1)
  assert.deepEqual(diagnostics.map((one) => one.code), ['haproxy/duplicate-proxy'])
})

test('an unknown keyword is a finding and a gap at its line', () => {
  const { model, diagnostics } = compileFrontend(['use_backed b1'])
  assert.deepEqual(diagnostics.map((one) => one.code), ['haproxy/unknown-keyword'])
  assert.deepEqual(model.gaps.map((gap) => gap.kind), ['unknown-keyword'])
})

test('steps are identified by what they say, so moving lines or changing blanks keeps them', () => {
  const ids = (lines: readonly string[]): readonly string[] => (compileFrontend(lines).model.scopes.get('scope:f/switching')?.steps ?? []).map((step) => step.id)
  const before = ids(['use_backend b2 if { path /x }', 'use_backend b2 if { path /x }', 'default_backend b1'])
  assert.deepEqual(before, ['step:f/switching/use_backend b2 if { path /x }', 'step:f/switching/use_backend b2 if { path /x }#2', 'step:f/default'])
  assert.deepEqual(ids(['', '# moved', 'use_backend   b2  if { path /x }', 'use_backend b2 if { path /x }', 'default_backend b1']), before)
})

test('files a config names are listed once, with their role', () => {
  const tree = treeOf('frontend f\n  bind :443 ssl crt /certs/ crt-list cl.txt\n  acl a path -i -f paths.lst\n  use_backend %[req.hdr(host),lower,map(hosts.map,b)] if a\n  use_backend %[path,map_beg(hosts.map)]\n.if 0\n  acl b path -f dropped.lst\n.endif\n')
  assert.deepEqual(findIncludes([{ file: tree.file, tree }], { environment: {}, version: null }).map((one) => [one.path, one.role, one.folder]), [
    ['/certs/', 'certificate', true], ['cl.txt', 'crt-list', false], ['paths.lst', 'pattern-list', false], ['hosts.map', 'map', false],
  ])
})

test('every proxy keyword and fetch of the support table is known to compile', () => {
  const missing: string[] = []
  for (const { key, state } of haproxySupport.entries.values()) {
    const [kind, ...rest] = key.split(' ')
    const word = rest.join(' ')
    if (kind === 'proxy' && !handlers.has(rest[0] ?? '')) missing.push(key)
    if (kind !== 'fetch' || state !== 'modelled' || word === 'env') continue
    if (buildFetch(word, ['x']) === null && buildFetch(word, ['1']) === null && buildFetch(word, []) === null) missing.push(key)
  }
  assert.deepEqual(missing, [])
})
