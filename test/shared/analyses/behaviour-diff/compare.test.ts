import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './support.ts'

type Row = readonly [name: string, before: string, after: string, summaries: readonly string[]]

const differing: readonly Row[] = [
  ['a rule that moved above another', 'use_backend api if { path_beg /v2/ }\nuse_backend img if { path_beg /v2/img/ }', 'use_backend img if { path_beg /v2/img/ }\nuse_backend api if { path_beg /v2/ }',
    ['critical misroute: Requests for /v2/img/… go to pool img instead of api.']],
  ['a rule that is gone', 'use_backend api if { hdr(host) -i api.example }', 'default_backend site', ['critical misroute: Requests for api.example go to pool site instead of api.']],
  ['a new refusal', 'default_backend site', 'http-request deny if { path_beg /admin }', ['critical status: Requests for /admin… are denied with 403 instead of going to pool site.']],
  ['a refusal that is gone', 'http-request deny if { path_beg /admin }', 'default_backend site', ['critical newly-reachable: Requests for /admin… go to pool site instead of a denial (403).']],
  ['another status', 'http-request deny deny_status 403 if { path /x }', 'http-request deny deny_status 429 if { path /x }', ['notice status: Requests for /x are denied with 429 instead of a denial (403).']],
  ['a redirect to another place', 'http-request redirect location /a if { path /x }', 'http-request redirect location /b if { path /x }', ['warning redirect: Requests for /x are redirected (302) to /b instead of a redirect (302) to /a.']],
  ['a redirect instead of a pool', 'default_backend site', 'http-request redirect scheme https if { hdr(host) -i a.example }', ['critical redirect: Requests for a.example are redirected (302) to https://a.example/ instead of going to pool site.']],
  ['another path at the server', 'http-request set-path /v1%[path] if { path_beg /api/ }', 'http-request set-path /v2%[path] if { path_beg /api/ }', ['warning rewrite: Requests for /api/… reach pool site as /v2/api/ instead of /v1/api/ (for the example).']],
  ['another header at the server', 'http-request set-header X-Env blue', 'http-request set-header X-Env green', ['notice rewrite: Requests that no other rule takes reach pool site with another header x-env.']],
  ['a header that is no longer taken away', 'http-request del-header X-User', 'default_backend site', ['notice rewrite: Requests where header x-user is present reach pool site with another header x-user.']],
  ['a rule for requests with very many values of a header', 'use_backend api if { hdr_cnt(x) ge 60 }', 'use_backend img if { hdr_cnt(x) ge 60 }', ['critical misroute: Requests where number of x headers is at least 60 go to pool img instead of api.']],
  ['another host in a whole URL whose Host header is taken away', 'http-request set-header Host b.test if { path /a }\nhttp-request del-header Host', 'http-request set-header Host b.test if { path /x }\nhttp-request del-header Host', ['warning rewrite: Requests where the target is a whole URL and the request is not HTTP/2 and ((path is /a and the value is not b.test) or (path is /x and the value is not b.test)) reach pool site as http://any.example/a instead of http://b.test/a (for the example).']],
  ['a path that is set takes the place of a URL without one', 'use_backend api if { url_reg ^http://[^/]*$ }\nhttp-request set-path /new', 'use_backend img if { url_reg ^http://[^/]*$ }\nhttp-request set-path /new', []],
  ['a rule below one that a lower-case path never satisfies', 'http-request set-path /a%[path]\nuse_backend api if { path,lower -m beg /A }\nuse_backend img if { path_beg /a/q }', 'http-request set-path /a%[path]\nuse_backend api if { path,lower -m beg /A }\nuse_backend site if { path_beg /a/q }', ['critical misroute: Requests for /q… go to pool site instead of img.']],
  ['a rule below one that looks at the first part of a path', 'http-request set-path /a%[path]\nuse_backend api if { path,field(2,/) -m str a }\nuse_backend img if { path_beg /ab }', 'http-request set-path /ab%[path]\nuse_backend api if { path,field(2,/) -m str a }\nuse_backend img if { path_beg /ab }', ['critical misroute: Requests where path is absent or path (field 2 split at "/") is a after rewriting go to pool img instead of api.']],
  ['no pool for what no rule takes', 'default_backend site', `frontend web\n  mode http\n  bind :80\nbackend site\n  mode http\n  server site-1 10.0.0.1:80\n`, ['critical unreachable: Requests that no other rule takes are answered with 503 instead of going to pool site.']],
]
for (const [name, before, after, summaries] of differing) {
  test(`${name} is named, and nothing else`, () => {
    const result = compared(before, after)
    assert.deepEqual(result.summaries, summaries)
    assert.deepEqual(result.reasons, [])
  })
}

const same: readonly (readonly [name: string, before: string, after: string])[] = [
  ['a condition with another name', 'acl a path_beg /a\nuse_backend api if a', 'acl b path_beg /a\nuse_backend api if b'],
  ['a condition without a name', 'acl a path_beg /a\nuse_backend api if a', 'use_backend api if { path_beg /a }'],
  ['two values in one test or in two', 'use_backend api if { path /a /b }', 'use_backend api if { path /a } or { path /b }'],
  ['rules that cannot meet in another order', 'use_backend api if { hdr(host) -i a.example }\nuse_backend img if { hdr(host) -i b.example }', 'use_backend img if { hdr(host) -i b.example }\nuse_backend api if { hdr(host) -i a.example }'],
  ['a rule that nothing reaches', 'use_backend api if { path_beg /a }', 'use_backend api if { path_beg /a }\nuse_backend img if { path_beg /a/b }'],
  ['a rule that two others leave nothing for', 'use_backend api if { path_beg /a } { method GET }\nuse_backend api if { path_beg /a } !{ method GET }', 'use_backend api if { path_beg /a } { method GET }\nuse_backend api if { path_beg /a } !{ method GET }\nuse_backend img if { path_beg /a/b }'],
  ['a prefix as a pattern', 'use_backend api if { path_beg /a }', 'use_backend api if { path_reg ^/a }'],
  ['a double negation', 'use_backend api if { path_beg /a }', 'use_backend api unless !{ path_beg /a }'],
  ['alternatives turned around', 'use_backend api if { path_beg /a } { method GET } or { path_beg /b } { method GET }', 'use_backend api if { method GET } { path_beg /a /b }'],
  ['a rewrite below the rule that it comes before anyway', 'use_backend api if { path_beg /x/a }\nhttp-request set-path /x%[path]', 'http-request set-path /x%[path]\nuse_backend api if { path_beg /x/a }'],
  ['conditions that are not modelled but written alike', 'use_backend api if { nbsrv(site) lt 1 }', 'use_backend api if { nbsrv(site) lt 1 } # comment'],
]
for (const [name, before, after] of same) {
  test(`${name}: no request is treated differently`, () => {
    const result = compared(before, after)
    assert.deepEqual([result.summaries, result.reasons, result.diff.complete], [[], [], true])
  })
}

const unknown: readonly (readonly [name: string, before: string, after: string, reason: RegExp])[] = [
  ['a script on both sides', 'http-request lua.pick', 'http-request lua.pick', /^Not modelled: lua\.pick/],
  ['another limit of a counter', 'http-request deny if { sc_http_req_rate(0) gt 10 }', 'http-request deny if { sc_http_req_rate(0) gt 20 }', /sc_http_req_rate/],
  ['a counter over another table', 'stick-table type ip size 1m store http_req_rate(10s)\nhttp-request deny if { sc_http_req_rate(0) gt 10 }', 'stick-table type ip size 1m store http_req_rate(60s)\nhttp-request deny if { sc_http_req_rate(0) gt 10 }', /sc_http_req_rate/],
  ['a variable that an unmodelled action may set', 'http-request do-resolve(txn.ip,dns) hdr(host)\nuse_backend api if { var(txn.ip) -m found }', 'http-request do-resolve(txn.ip,dns) hdr(host)\nuse_backend img if { var(txn.ip) -m found }', /do-resolve/],
  ['a map that cannot be read', 'use_backend %[path,map(missing.map)]', 'use_backend %[path,map(missing.map)]', /could not be read/],
]
for (const [name, before, after, reason] of unknown) {
  test(`${name}: it is said that it cannot be told, with the line`, () => {
    const result = compared(before, after)
    assert.equal(result.diff.complete, false)
    assert.ok(result.reasons.some((text) => reason.test(text)), result.reasons.join('\n'))
    for (const region of result.diff.unknown) assert.ok(region.at.file !== '' && region.at.end > region.at.start, `${region.because} has a line`)
  })
}

test('a changed entry of a map is a class of its own', () => {
  const rule = 'use_backend %[path,map_beg(p.map,site)]'
  const result = compared(rule, rule, [new Map([['p.map', '/img img\n/img/x api\n']]), new Map([['p.map', '/img img\n/img/y api\n']])])
  assert.deepEqual(result.summaries, ['critical misroute: Requests for /img/x… go to pool img instead of api.', 'critical misroute: Requests for /img/y… go to pool api instead of img.'])
})

test('addresses that only one side listens on are classes of kind listener, and the list of listeners says so', () => {
  const on = (ports: readonly number[]): string => `frontend web\n  mode http\n${ports.map((port) => `  bind :${port}\n`).join('')}  default_backend site\nbackend site\n  mode http\n  server s 10.0.0.1:80\n`
  const result = compared(on([80, 81]), on([80, 82]))
  assert.deepEqual(result.summaries, [
    'critical listener: Nothing listens on :81 any more: requests there no longer go to pool site.', 'warning listener: web listens on :82, where nothing listened: requests there go to pool site.',
  ])
  assert.deepEqual(result.diff.listeners, [{ name: 'web', addresses: [':80', ':82'], status: 'changed' }])
})

test('the plain and the TLS address of one frontend are both compared', () => {
  const both = (pool: string): string => `frontend web\n  mode http\n  bind :80\n  bind :443 ssl crt /etc/haproxy/site.pem\n  use_backend ${pool} if { ssl_fc }\n  default_backend site\n${['site', 'api', 'img'].map((name) => `backend ${name}\n  mode http\n  server s 10.0.0.1:80\n`).join('')}`
  const result = compared(both('api'), both('img'))
  assert.deepEqual(result.summaries, ['critical misroute: Requests that no other rule takes go to pool img instead of api.'])
  assert.deepEqual([result.diff.differs[0]?.witness.scheme, result.diff.differs[0]?.witness.listener], ['https', ':443'])
})

test('connections that are passed through by server name are compared, too', () => {
  const tls = (rule: string): string => `defaults\n  mode tcp\nfrontend tls\n  bind :443\n  tcp-request inspect-delay 5s\n  tcp-request content accept if { req.ssl_hello_type 1 }\n  ${rule}\n  default_backend c\nbackend a\n  server s 10.0.0.1:1\nbackend c\n  server s 10.0.0.3:3\n`
  const result = compared(tls('use_backend a if { req.ssl_sni -i a.example }'), tls('use_backend a if { req.ssl_sni -i -m end .example }'))
  assert.deepEqual(result.summaries, ['critical misroute: Requests where TLS server name ends with .example, except where TLS server name is a.example go to pool a instead of c.'])
  assert.equal(result.diff.differs[0]?.witness.scheme, 'https')
})

test('a pool without a server that takes requests answers 503, wherever it is named', () => {
  const pool = (state: string): string => `frontend web\n  mode http\n  bind :80\n  use_backend api if { path_beg /api }\n  default_backend site\nbackend site\n  mode http\n  server s 10.0.0.1:80\nbackend api\n  mode http\n  server a 10.0.0.2:80 ${state}\n`
  assert.deepEqual(compared(pool(''), pool('weight 0')).summaries, ['critical unreachable: Requests for pool api: no server takes new requests any more, so they are answered with 503.'])
})

test('many pools behind one new rule are one class with a count and its pairs', () => {
  const rules = Array.from({ length: 12 }, (_, index) => `use_backend p${index} if { hdr(host) -i h${index}.example }`)
  const text = (extra: readonly string[]): string => `frontend web\n  mode http\n  bind :80\n${[...extra, ...rules].map((line) => `  ${line}\n`).join('')}  default_backend p0\n${rules.map((_, index) => `backend p${index}\n  mode http\n  server s 10.0.0.${index + 1}:80\n`).join('')}`
  const [only, ...more] = compared(text([]), text(['use_backend p3 if { path_beg /x }'])).diff.differs
  assert.equal(more.length, 0)
  assert.deepEqual([only?.count, only?.members.length, only?.summary], [12, 12, 'Requests for /x… go to pool p3 instead of pools p0, p1, p2 and 8 more.'])
})
