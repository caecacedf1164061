import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import http2 from 'node:http2'
import path from 'node:path'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { balancersRequired, compileConfig, findHaproxy, freePorts, openWorkshop, ownAddress, releasePorts, startHaproxy, toWire, type Workshop } from './harness.ts'
import { exchange, parseReply, startStubs, type Reply, type Seen, type Stubs } from './stubs.ts'

const server = findHaproxy()
const openssl = spawnSync('openssl', ['version']).status === 0
const skip = (server.found && openssl) || balancersRequired ? false : 'NOT RUN: haproxy or openssl is not installed'

let workshop: Workshop
let stubs: Stubs
let secure: { readonly ports: readonly number[]; close(): Promise<void> }
let certificate = ''

before(async () => {
  if (skip !== false) return
  workshop = openWorkshop()
  certificate = path.join(workshop.folder, 'site.pem')
  const key = path.join(workshop.folder, 'key.pem')
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=a.test', '-addext', 'subjectAltName=DNS:a.test,DNS:*.w.test'])
  assert.equal(made.status, 0, made.stderr.toString())
  writeFileSync(certificate, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'))
  stubs = await startStubs(5)
  secure = await startSecureStubs(3, readFileSync(certificate))
})

after(async () => {
  if (skip !== false) return
  await stubs.close()
  await secure.close()
  workshop.dispose()
})

/** Servers that end TLS themselves and answer with their own port. */
async function startSecureStubs(count: number, pem: Buffer): Promise<typeof secure> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<tls.Server>((resolve, reject) => {
    const one = tls.createServer({ key: pem, cert: pem, ALPNProtocols: ['h2', 'http/1.1'] }, socket => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => {
        const seen = { port: (one.address() as { port: number }).port, method: '', target: '', host: null, headers: [] }
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Stub: ${Buffer.from(JSON.stringify(seen)).toString('base64')}\r\n\r\n`)
      })
    })
    one.on('tlsClientError', (_error, socket) => { socket.destroy() })
    one.once('error', reject)
    one.listen(0, '127.0.0.1', () => { resolve(one) })
  })))
  return {
    ports: servers.map(one => (one.address() as { port: number }).port),
    close: async () => { await Promise.all(servers.map(one => new Promise<void>(resolve => { one.close(() => { resolve() }) }))) },
  }
}

function exchangeTls(port: number, request: RequestInput): Promise<Reply> {
  return new Promise(resolve => {
    let text = ''
    const socket = tls.connect({
      host: ownAddress, port, rejectUnauthorized: false, ...(request.sni === null ? {} : { servername: request.sni }), ...(request.alpn.length > 0 ? { ALPNProtocols: [...request.alpn] } : {}),
    })
    const timer = setTimeout(() => { finish({ kind: 'timeout' }) }, 3000)
    const finish = (reply: Reply): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reply)
    }
    socket.on('secureConnect', () => { socket.write(Buffer.from(toWire(request), 'latin1')) })
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      if (text.includes('\r\n\r\n')) finish(parseReply(text))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => { finish({ kind: 'closed', how: error.code ?? '' }) })
    socket.on('close', () => { finish(text === '' ? { kind: 'closed', how: 'end' } : parseReply(text)) })
  })
}

test('TLS that the balancer ends: SNI, ssl_fc and Host decide as in the real server', { skip, timeout: 60_000 }, async () => {
  const [plain = 0, tlsPort = 0] = await freePorts(2)
  const pool = (name: string, index: number): string => `backend ${name}\n  server s 127.0.0.1:${stubs.ports[index] ?? 0}\n`
  const config = `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend web
  bind ${ownAddress}:${plain}
  bind ${ownAddress}:${tlsPort} ssl crt ${certificate} alpn http/1.1 name secure
  http-request redirect scheme https code 301 if !{ ssl_fc } { path_beg /secure }
  use_backend b2 if { ssl_fc_sni b.test }
  use_backend b3 if { ssl_fc_sni -m end .w.test } { ssl_fc_has_sni }
  use_backend b4 if { ssl_fc } { hdr(host) d.test }
  use_backend b5 if { so_name secure } { req.ssl_sni a.test }
  use_backend b5 if { ssl_fc_alpn http/1.1 } { path /alpn }
  default_backend b1
${['b1', 'b2', 'b3', 'b4', 'b5'].map(pool).join('')}`
  const { model } = compileConfig(config, new Map())
  const real = await startHaproxy(workshop, config, [plain, tlsPort].map(port => ({ host: ownAddress, port })))
  try {
    let count = 0
    for (const sni of ['a.test', 'b.test', 'B.TEST', 'x.w.test', 'x.y.w.test', 'nope.test', null]) {
      for (const host of ['a.test', 'd.test', 'b.test', null]) {
        for (const target of ['/', '/secure/x?y', '/alpn']) {
          for (const scheme of ['http', 'https'] as const) {
            const port = scheme === 'http' ? plain : tlsPort
            const request: RequestInput = {
              ...defaultRequest, listener: `${ownAddress}:${port}`, scheme, host, path: target, sni: scheme === 'https' ? sni : null, alpn: scheme === 'https' && target === '/alpn' ? ['http/1.1'] : [],
            }
            const answer = routeRequest(model, request)
            const reply = scheme === 'https'
              ? await exchangeTls(port, request)
              : await exchange({ port, host: ownAddress, localAddress: '127.0.0.1', bytes: toWire(request), timeoutMs: 3000 })
            const about = `${scheme} sni=${sni ?? '(none)'} host=${host ?? '(none)'} ${target}: ${JSON.stringify(answer.outcome)}`
            assert.equal(answer.certain, true, `${about} ${JSON.stringify(answer.depends)}`)
            if (answer.outcome.action === 'forward') {
              assert.equal(reply.kind, 'stub', about)
              assert.equal(`b${stubs.ports.indexOf(reply.kind === 'stub' ? reply.seen.port : 0) + 1}`, answer.outcome.pool, about)
            } else {
              assert.ok(answer.outcome.action === 'redirect' && reply.kind === 'status', about)
              assert.equal(`${reply.status} ${reply.location ?? ''}`, `${answer.outcome.status} ${answer.outcome.location}`, about)
            }
            count += 1
          }
        }
      }
    }
    assert.equal(count, 168)
  } finally {
    await real.stop()
    releasePorts([plain, tlsPort])
  }
})

test('TLS that is passed through: the server name of the first bytes decides once the rules wait for it', { skip, timeout: 60_000 }, async () => {
  const [port = 0] = await freePorts(1)
  const pool = (name: string, index: number): string => `backend ${name}\n  mode tcp\n  server s 127.0.0.1:${secure.ports[index] ?? 0}\n`
  const config = `defaults
  mode tcp
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend pass
  bind ${ownAddress}:${port}
  tcp-request inspect-delay 1s
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content reject
  use_backend p2 if { req.ssl_sni -i b.test }
  use_backend p3 if { req.ssl_sni -m end .w.test }
  use_backend p3 if { req.ssl_alpn h2 }
  default_backend p1
${['p1', 'p2', 'p3'].map(pool).join('')}`
  const { model } = compileConfig(config, new Map())
  const real = await startHaproxy(workshop, config, [{ host: ownAddress, port }])
  try {
    for (const sni of ['a.test', 'b.test', 'B.Test', 'x.w.test', 'X.W.TEST', 'w.test', null]) {
      for (const alpn of [[], ['h2', 'http/1.1'], ['http/1.1']]) {
        const request: RequestInput = { ...defaultRequest, listener: `${ownAddress}:${port}`, scheme: 'https', host: 'a.test', path: '/x', sni, alpn }
        const answer = routeRequest(model, request)
        const reply = await exchangeTls(port, request)
        const about = `sni=${sni ?? '(none)'} alpn=${alpn.join(',')}: ${JSON.stringify(answer.outcome)}`
        assert.equal(answer.certain, true, `${about} ${JSON.stringify(answer.depends)}`)
        assert.ok(answer.outcome.action === 'forward' && reply.kind === 'stub', about)
        assert.equal(`p${secure.ports.indexOf(reply.seen.port) + 1}`, answer.outcome.pool, about)
      }
    }
    const plain: RequestInput = { ...defaultRequest, listener: `${ownAddress}:${port}`, host: 'a.test' }
    assert.deepEqual(routeRequest(model, plain).outcome, { action: 'close' })
    assert.equal((await exchange({ port, host: ownAddress, localAddress: '127.0.0.1', bytes: toWire(plain), timeoutMs: 3000 })).kind, 'closed')
  } finally {
    await real.stop()
    releasePorts([port])
  }
})

function exchangeHttp2(port: number, request: RequestInput): Promise<Seen | number> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`https://${ownAddress}:${port}`, { rejectUnauthorized: false, ...(request.sni === null ? {} : { servername: request.sni }) })
    const timer = setTimeout(() => { session.destroy(new Error('no answer in time')) }, 3000)
    session.on('error', reject)
    const stream = session.request({ ':method': request.method, ':scheme': 'https', ':authority': request.host ?? '', ':path': request.path, ...Object.fromEntries(request.headers) })
    stream.on('error', reject)
    stream.on('response', headers => {
      clearTimeout(timer)
      const echo = headers['x-stub']
      resolve(typeof echo === 'string' ? (JSON.parse(Buffer.from(echo, 'base64').toString('utf8')) as Seen) : Number(headers[':status']))
      session.destroy()
    })
    stream.end()
  })
}

test('HTTP/2: targets are absolute for rules, Host is the authority, servers get the origin form', { skip, timeout: 60_000 }, async () => {
  const [port = 0] = await freePorts(1)
  const pool = (name: string, index: number): string => `backend ${name}\n  server s 127.0.0.1:${stubs.ports[index] ?? 0}\n`
  const config = `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend web
  bind ${ownAddress}:${port} ssl crt ${certificate} alpn h2,http/1.1
  http-request set-path /new%[path] if { path_beg /old }
  http-request set-header Host z.test if { path /host }
  http-request deny deny_status 429 if { path /no }
  use_backend b2 if { url_beg /u }
  use_backend b3 if { path_beg /p }
  use_backend b4 if { hdr(host) a.test }
  use_backend b5 if { url_beg https://b.test/ }
  default_backend b1
${['b1', 'b2', 'b3', 'b4', 'b5'].map(pool).join('')}`
  const { model } = compileConfig(config, new Map())
  const real = await startHaproxy(workshop, config, [{ host: ownAddress, port }])
  try {
    for (const host of ['a.test', 'a.test:443', 'A.test', 'b.test', 'b.test:443', 'b.test:8443', 'c.test']) {
      for (const target of ['/u', '/p?x=1', '/q', '/old/1?y', '/host', '/no', '//z']) {
        const request: RequestInput = { ...defaultRequest, listener: `${ownAddress}:${port}`, scheme: 'https', httpVersion: '2', host, path: target, sni: 'a.test', alpn: ['h2'] }
        const { outcome, received, certain } = routeRequest(model, request)
        const seen = await exchangeHttp2(port, request)
        const about = `${host} ${target}: ${JSON.stringify(outcome)} real ${JSON.stringify(seen)}`
        assert.equal(certain, true, about)
        if (typeof seen === 'number') assert.ok(outcome.action === 'deny' && outcome.status === seen, about)
        else {
          assert.ok(outcome.action === 'forward', about)
          assert.equal(`b${stubs.ports.indexOf(seen.port) + 1}`, outcome.pool, about)
          assert.equal(seen.target, outcome.path, about)
          assert.equal(seen.host, received.host, about)
        }
      }
    }
  } finally {
    await real.stop()
    releasePorts([port])
  }
})
