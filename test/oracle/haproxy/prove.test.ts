import assert from 'node:assert/strict'
import { test } from 'node:test'
import { behaviourOf } from '#shared/backend/behaviour.ts'
import { toPair } from '#shared/backend/pairs.ts'
import { provePair, witnessesOf } from '#shared/backend/prove.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'
import { balancersRequired, findHaproxy } from './harness.ts'
import { computed, loadSample, loadText, ports, prove, request, witness } from './prove-support.ts'

const server = findHaproxy()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false
const options = { skip, timeout: 60_000 }

const observedOf = (report: ProofReport): readonly (readonly [string, string | null, string | null])[] => report.witnesses.map((one) => [one.classId, one.before.observed, one.after.observed])

/** One config on both sides; each request has to be answered as the simulator says. */
async function proveRequests(text: string, rows: readonly (readonly [name: string, request: RequestInput, observed: string])[], sideFiles: ReadonlyMap<string, string> = new Map()): Promise<ProofReport> {
  const config = await loadText(text, sideFiles)
  const report = await prove(config, config, rows.map(([name, input]) => witness(config, config, name, input)))
  for (const [index, [name, , observed]] of rows.entries()) {
    const entry = report.witnesses[index]
    assert.equal(entry?.before.observed, observed, `${name}: ${JSON.stringify(entry)}`)
    assert.equal(entry?.agrees, true, `${name}: ${JSON.stringify(entry)}`)
  }
  assert.equal(report.state, 'proved', report.sentence)
  return report
}

const https = (parts: Partial<RequestInput>): RequestInput => request({ scheme: 'https', sni: parts.host ?? 'a.test', alpn: ['http/1.1'], ...parts })
const h2 = (parts: Partial<RequestInput>): RequestInput => https({ httpVersion: '2', alpn: ['h2', 'http/1.1'], ...parts })

test('the sample incident: hand-written witnesses of the login misroute and of what did not change', options, async () => {
  const before = await loadSample('before')
  const after = await loadSample('after')
  const login = https({ host: 'api.shop.example', path: '/v2/auth/login?next=%2Fcart' })
  const report = await prove(before, after, [
    witness(before, after, 'login', login),
    witness(before, after, 'login over HTTP/2', { ...login, httpVersion: '2', alpn: ['h2'] }),
    witness(before, after, 'static', https({ host: 'shop.example', path: '/static/logo.svg' })),
    witness(before, after, 'sticky cookie', https({ host: 'shop.example', path: '/', headers: [['Cookie', 'SHOPSRV=w4']] })),
    witness(before, after, 'hidden file', https({ host: 'shop.example', path: '/.env' })),
    witness(before, after, 'plain', request({ host: 'shop.example', path: '/a?b=c' })),
    witness(before, after, 'alive', request({ path: '/balancer-alive' })),
  ])
  assert.equal(report.state, 'proved', JSON.stringify(report.witnesses.filter((one) => one.agrees !== true)))
  assert.match(report.product ?? '', /^HAProxy 2\./)
  const rows = observedOf(report)
  assert.match(rows[0]?.[1] ?? '', /^pool auth, server auth-[12], path \/v2\/auth\/login\?next=%2Fcart$/)
  assert.match(rows[0]?.[2] ?? '', /^pool api, server api-[123], path \/v2\/auth\/login\?next=%2Fcart$/)
  assert.match(rows[1]?.[2] ?? '', /^pool api/)
  assert.equal(rows[3]?.[1], 'pool web, server web-4, path /')
  assert.equal(rows[4]?.[1], 'status 403')
  assert.equal(rows[5]?.[1], 'status 301 to https://shop.example/a?b=c')
  assert.equal(rows[6]?.[1], 'status 200')
  assert.ok(report.replaced.includes('Health checks are left out: every server counts as up.'))
})

test('the sample incident: every witness of the comparison', options, async () => {
  const pair = toPair(await loadSample('before'), await loadSample('after'))
  const { differs } = behaviourOf(ports, pair)
  assert.ok(differs.length > 0)
  const report = await provePair(ports, pair, witnessesOf(differs), { cancelled: () => false })
  assert.equal(report.ok && report.value.state, 'proved', JSON.stringify(report))
})

test('TLS that the balancer ends: server name, protocol and scheme decide as computed', options, async () => {
  const report = await proveRequests(`defaults
  mode http
frontend web
  bind :80
  bind :443 ssl crt /etc/certs/ strict-sni ca-file /etc/ca.pem verify optional alpn h2,http/1.1 name secure
  http-request redirect scheme https code 308 unless { ssl_fc }
  use_backend b2 if { ssl_fc_sni -i b.test }
  use_backend b3 if { ssl_fc_alpn h2 } { path_beg /two }
  use_backend b4 if { so_name secure } { url_beg https://a.test/q }
  default_backend b1
backend b1
  server s1 10.0.0.1:443 ssl verify required ca-file /etc/ca.pem sni req.hdr(host)
backend b2
  server s2 b.internal:8080
backend b3
  server s3 10.0.0.3:8080 proto h2
backend b4
  server s4 10.0.0.4:8080 send-proxy-v2
`, [
    ['plain is sent to TLS', request({ path: '/x' }), 'status 308 to https://a.test/x'],
    ['name in the handshake', https({ host: 'a.test', sni: 'B.test', path: '/' }), 'pool b2, server s2, path /'],
    ['no name in the handshake', https({ sni: null, path: '/two' }), 'pool b1, server s1, path /two'],
    ['HTTP/2', h2({ path: '/two?x=1' }), 'pool b3, server s3, path /two?x=1'],
    ['HTTP/2 targets are absolute for rules', h2({ path: '/q' }), 'pool b4, server s4, path /q'],
    ['HTTP/1 targets are not', https({ path: '/q' }), 'pool b1, server s1, path /q'],
    ['HTTP/2 with headers that repeat', h2({ path: '/', headers: [['x-a', '1'], ['x-a', '2']] }), 'pool b1, server s1, path /'],
  ])
  for (const start of ['Certificates are replaced', 'Names that no certificate covers', 'Servers are spoken to in plain HTTP/1']) assert.ok(report.replaced.some((one) => one.startsWith(start)), start)
})

test('TLS that is passed through: the server name of the first bytes decides', options, async () => {
  await proveRequests(`defaults
  mode tcp
frontend pass
  bind :443
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content reject
  use_backend p2 if { req.ssl_sni -i b.test }
  use_backend p3 if { req.ssl_alpn h2 }
  default_backend p1
backend p1
  server s1 10.0.0.1:443 check
backend p2
  server s2 10.0.0.2:443 check
backend p3
  server s3 10.0.0.3:443 check
`, [
    ['a name', https({ host: 'a.test', path: '/x' }), 'pool p1, server s1, path /x'],
    ['another name', https({ host: 'a.test', sni: 'B.Test', path: '/x' }), 'pool p2, server s2, path /x'],
    ['no name', https({ sni: null, path: '/x' }), 'pool p1, server s1, path /x'],
    ['protocol', https({ alpn: ['h2', 'http/1.1'], path: '/x' }), 'pool p3, server s3, path /x'],
    ['no TLS at all', request({ listener: ':443', path: '/x' }), 'connection closed without an answer'],
  ])
})

test('source address, destination address and destination port are those of the witness', options, async () => {
  const from = (parts: Partial<RequestInput>): RequestInput => request({ destinationIp: '192.0.2.1', ...parts })
  const rows: readonly (readonly [string, RequestInput, string])[] = [
    ['source', from({ listener: ':80', sourceIp: '10.1.2.3', path: '/s' }), 'pool b2, server s2, path /s'],
    ['source of the other family', from({ listener: ':80', sourceIp: '2001:db8::7', destinationIp: '2001:db8::1', path: '/s' }), 'pool b5, server s5, path /s'],
    ['source in a list', from({ listener: ':80', sourceIp: '198.51.100.4', path: '/s' }), 'status 403'],
    ['turned away when accepted', from({ listener: ':80', sourceIp: '203.0.113.9', path: '/s' }), 'connection closed without an answer'],
    ['destination port', from({ listener: ':8081', path: '/d' }), 'pool b3, server s3, path /d'],
    ['destination port in a range', from({ listener: ':8095', path: '/d' }), 'pool b4, server s4, path /d'],
    ['destination address', from({ listener: '192.0.2.80:80', destinationIp: '192.0.2.80', path: '/d' }), 'pool b6, server s6, path /d'],
    ['listener behind another proxy', from({ listener: ':8443', sourceIp: '10.1.2.3', path: '/s' }), 'pool b2, server s2, path /s'],
    ['number of the listener', from({ listener: ':9000', path: '/n' }), 'pool b4, server s4, path /n'],
  ]
  const pools = [1, 2, 3, 4, 5, 6].map((number) => `backend b${number}\n  server s${number} 10.9.0.${number}:8080 check\n`).join('')
  await proveRequests(`global
  log 192.0.2.250:514 local0
defaults
  mode http
frontend web
  bind :80,:8081
  bind :8090-8099
  bind :8443 accept-proxy
  bind :9000
  tcp-request connection reject if { src 203.0.113.0/24 }
  http-request deny if { src -f /etc/haproxy/blocked.lst }
  use_backend b6 if { dst 192.0.2.80 }
  use_backend b2 if { src 10.0.0.0/8 }
  use_backend b5 if { src 2001:db8::/32 }
  use_backend b3 if { dst_port 8081 }
  use_backend b4 if { dst_port 8090:8099 } || { so_id 14 }
  default_backend b1
${pools}`, rows, new Map([['/etc/haproxy/blocked.lst', '# blocked\n198.51.100.0/24\n']]))
})

test('raw requests: targets, repeated and missing headers arrive as they were written', options, async () => {
  await proveRequests(`defaults
  mode http
frontend web
  bind :80
  http-request set-path /new%[path] if { path_beg /old }
  use_backend b2 if { req.fhdr_cnt(x-a) 2 }
  use_backend b3 unless { req.hdr(host) -m found }
  use_backend b2 if METH_OPTIONS
  use_backend %[path,map_beg(/etc/haproxy/paths.map,b1)]
backend b1
  balance uri
  server s1 10.0.0.1:80
backend b2
  server s1 10.0.0.1:80 disabled
  server s2 10.0.0.1:80 weight 5
backend b3
  server-template web 2 web.internal:80 resolvers dns
  use-server web2 if { path /two }
resolvers dns
  nameserver one 192.0.2.53:53
`, [
    ['odd target', request({ path: '/a/../b//c?x=%41&&y' }), 'pool b1, server s1, path /a/../b//c?x=%41&&y'],
    ['not only ASCII', request({ path: '/é' }), 'status 400'],
    ['not only ASCII in a header', request({ path: '/h', headers: [['x-name', 'é']] }), 'pool b1, server s1, path /h'],
    ['rewritten', request({ path: '/old/1?q' }), 'pool b1, server s1, path /new/old/1?q'],
    ['header twice', request({ headers: [['x-a', '1'], ['X-A', '1']] }), 'pool b2, server s2, path /'],
    ['no Host', request({ host: null, path: '/two', httpVersion: '1.0' }), 'pool b3, server web2, path /two'],
    ['asterisk', request({ method: 'OPTIONS', path: '*' }), 'pool b2, server s2, path *'],
    ['by a map', request({ path: '/m/x' }), 'pool b2, server s2, path /m/x'],
    ['absolute target', request({ path: 'http://a.test/m/y' }), 'pool b2, server s2, path http://a.test/m/y'],
    ['HEAD', request({ method: 'HEAD', path: '/h' }), 'pool b1, server s1, path /h'],
    ['POST', request({ method: 'POST', path: '/h' }), 'pool b1, server s1, path /h'],
  ], new Map([['/etc/haproxy/paths.map', '/m/ b2\n']]))
})

test('a wrong expectation is a disagreement that says what was observed', options, async () => {
  const before = await loadSample('before')
  const after = await loadSample('after')
  const login = https({ host: 'api.shop.example', path: '/v2/auth/login' })
  const right = witness(before, after, 'login', login)
  const good = witness(before, after, 'alive', request({ path: '/balancer-alive' }))
  const report = await prove(before, after, [{ ...right, after: right.before }, good, { ...good, classId: 'status', before: { action: 'respond', status: 204 } }, { ...right, classId: 'path', before: { ...right.before, path: '/v2/auth/logout' } as typeof right.before }])
  assert.equal(report.state, 'disagrees')
  assert.match(report.sentence, /answers 3 of 4 witnesses differently than computed/)
  const [wrong, fine, status, path] = report.witnesses
  assert.deepEqual([wrong?.agrees, wrong?.before.agrees, wrong?.after.agrees, fine?.agrees, status?.agrees, path?.agrees], [false, true, false, true, false, false])
  assert.match(wrong?.after.observed ?? '', /^pool api, server api-/)
  assert.equal(status?.before.observed, 'status 200')
})

test('what is not certain or not known is shown and not counted', options, async () => {
  const config = await loadText('defaults\n mode http\nfrontend f\n bind :80\n use_backend b if { nbsrv(b) gt 3 }\n default_backend c\nbackend b\n server s 10.0.0.1:80\nbackend c\n server s 10.0.0.2:80\n')
  const input = request({})
  const at = { file: 'haproxy.cfg', start: 0, end: 0 }
  const report = await prove(config, config, [witness(config, config, 'state', input), { classId: 'unknown', request: input, before: { action: 'unmodelled', reason: 'a script', at }, after: computed(config, input) }])
  assert.equal(report.state, 'partly')
  assert.equal(report.witnesses[0]?.agrees, null)
  assert.match(report.witnesses[0]?.note ?? '', /not certain/)
  assert.equal(report.witnesses[0]?.before.observed, 'pool c, server s, path /')
  assert.match(report.witnesses[1]?.note ?? '', /a script/)
})

test('a listener that only one side has', options, async () => {
  const before = await loadText('defaults\n mode http\nfrontend f\n bind :80\n default_backend b\nbackend b\n server s 10.0.0.1:80\n')
  const after = await loadText('defaults\n mode http\nfrontend f\n bind :80\n default_backend b\nfrontend g\n bind :81\n default_backend b\nbackend b\n server s 10.0.0.1:80\n')
  const report = await prove(before, after, [witness(before, after, 'new', request({ listener: ':81' }))])
  assert.equal(report.state, 'proved', JSON.stringify(report))
  assert.deepEqual(observedOf(report), [['new', 'no listener takes the connection', 'pool b, server s, path /']])
})

test('rules that every proxy inherits do not keep the run from starting', options, async () => {
  const config = await loadText('defaults all\n mode http\n http-request silent-drop if { path /drop }\n http-request reject unless { path /drop }\nfrontend f from all\n bind :80\n')
  const report = await prove(config, config, [witness(config, config, 'rejected', request({ path: '/' })), witness(config, config, 'dropped', request({ path: '/drop' }))])
  assert.equal(report.state, 'proved', JSON.stringify(report))
})

test('a listener that is switched off does not hold up the others', options, async () => {
  const config = await loadText('defaults\n mode http\nfrontend f\n bind :80\n default_backend b\nfrontend g\n bind :81\n disabled\n default_backend b\nbackend b\n server s 10.0.0.1:80\n')
  const report = await prove(config, config, [witness(config, config, 'on', request({ listener: ':80' })), witness(config, config, 'off', request({ listener: ':81' }))])
  assert.equal(report.state, 'proved', JSON.stringify(report))
  assert.deepEqual(report.witnesses.map((one) => one.after.observed), ['pool b, server s, path /', 'no listener takes the connection'])
})

test('a config that the balancer itself refuses is an answer, not a fault', options, async () => {
  const good = await loadText('defaults\n mode http\nfrontend f\n bind :80\n default_backend b\nbackend b\n server s 10.0.0.1:80\n')
  const bad = await loadText('defaults\n mode http\nfrontend f\n bind :80\n http-request deny if nobody_knows\n default_backend b\nbackend b\n server s 10.0.0.1:80\n')
  const both = await prove(bad, bad, [witness(good, good, 'one', request({}))])
  assert.equal(both.state, 'unavailable')
  assert.match(both.sentence, /could not be replayed: haproxy did not start: .*nobody_knows/)
  const one = await prove(good, bad, [witness(good, good, 'one', request({}))])
  assert.equal(one.state, 'partly')
  assert.deepEqual([one.witnesses[0]?.before.agrees, one.witnesses[0]?.after.agrees], [true, null])
})

test('many servers: those that no expectation names share a socket and are still told apart from the expected ones', options, async () => {
  const pools = Array.from({ length: 50 }, (_, pool) => `backend p${pool}\n${Array.from({ length: 60 }, (_, index) => ` server s${index} 10.0.${pool}.${index + 1}:80 check\n`).join('')}`).join('')
  const config = await loadText(`defaults\n mode http\nfrontend f\n bind :80\n use_backend %[path,field(2,/)]\n default_backend p0\n${pools}`)
  const right = witness(config, config, 'right', request({ path: '/p7/x' }))
  const report = await prove(config, config, [right, { ...witness(config, config, 'wrong', request({ path: '/p9/x' })), before: right.before, after: right.after }])
  assert.deepEqual(report.witnesses.map((one) => one.agrees), [true, false])
  assert.match(report.witnesses[0]?.before.observed ?? '', /^pool p7, server s\d+, path \/p7\/x$/)
  assert.equal(report.witnesses[1]?.before.observed, 'a server of a pool that was not expected, path /p9/x')
})

for (const [name, line, at] of [
  ['Lua', 'global\n lua-load /etc/haproxy/x.lua', 'lua-load /etc/haproxy/x.lua'],
  ['a program', 'program helper\n command /bin/true', 'program helper'],
  ['SPOE', 'backend z\n filter spoe engine e config /etc/spoe.conf', 'filter spoe engine e config /etc/spoe.conf'],
  ['an external check', 'backend z\n option external-check\n external-check command /bin/true', 'option external-check'],
] as const) {
  test(`a config with ${name} is refused with its line, and nothing is started`, options, async () => {
    const plain = 'defaults\n mode http\nfrontend f\n bind :80\n default_backend b\nbackend b\n server s 10.0.0.1:80\n'
    const before = await loadText(plain)
    const after = await loadText(`${plain}${line}\n`)
    const report = await prove(before, after, [witness(before, before, 'one', request({}))])
    assert.equal(report.state, 'refused')
    assert.ok(report.refusals.length > 0 && report.refusals.every((one) => one.side === 'after'))
    const [first] = report.refusals
    assert.equal(`${plain}${line}\n`.slice(first?.at?.start, first?.at?.end), at)
    assert.match(first?.reason ?? '', /^Line \d+ of haproxy\.cfg \(/)
    assert.deepEqual([report.witnesses[0]?.agrees, report.witnesses[0]?.before.observed], [null, null])
  })
}
