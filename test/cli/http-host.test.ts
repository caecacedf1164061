import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { ok } from '#shared/diagnostics/failure.ts'
import type { Transport } from '#shared/rpc/client.ts'
import { createEventHub } from '#shared/rpc/events.ts'
import { startHttpHost, type HttpHost } from '#cli/serve/http-host.ts'
import { createRequestHandler } from '#cli/serve/static-files.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-host-'))
const site = path.join(scratch, 'renderer')
const script = `/* ${'x'.repeat(20_000)} */`
mkdirSync(path.join(site, 'assets'), { recursive: true })
writeFileSync(path.join(site, 'index.html'), '<!doctype html><title>app</title>')
writeFileSync(path.join(site, 'assets', 'app-1a2b.js'), script)
writeFileSync(path.join(site, 'assets', 'font.woff2'), 'font')
writeFileSync(path.join(site, '.secret'), 'hidden')
writeFileSync(path.join(scratch, 'outside.txt'), 'outside')
symlinkSync(path.join(scratch, 'outside.txt'), path.join(site, 'leak.txt'))

const hub = createEventHub()
const calls: { readonly callId: string; readonly method: string; readonly params: unknown }[] = []
const cancelled: string[] = []
const waiting: (() => void)[] = []
const engine: Transport = {
  async send(callId, method, params) {
    calls.push({ callId, method, params })
    if (method === 'slow') await new Promise<void>((resolve) => waiting.push(resolve))
    return ok({ method })
  },
  cancel: (callId) => { cancelled.push(callId) },
  listen: hub.listen,
}

let host: HttpHost
let origin = ''
let cookie = ''
before(async () => {
  host = await startHttpHost({ engine, rendererFolder: site, port: 0 })
  origin = `http://127.0.0.1:${host.port}`
  const entered = await fetch(host.address(), { redirect: 'manual' })
  cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
})
after(async () => {
  for (const release of waiting) release()
  await host.dispose()
  rmSync(scratch, { recursive: true, force: true })
})

/** A request whose path and headers go out exactly as given. */
function raw(target: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<{ readonly status: number; readonly body: string; readonly headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: host.port, path: target, method, headers: { cookie, ...headers }, setHost: headers['host'] === undefined }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
const post = (target: string, body: string, headers: Record<string, string> = {}): ReturnType<typeof raw> => raw(target, { origin, 'content-type': 'application/json', ...headers }, 'POST', body)

test('the printed address works once: the token becomes a cookie that scripts and other sites cannot use', async () => {
  const address = host.address()
  const first = await fetch(address, { redirect: 'manual' })
  assert.equal(first.status, 303)
  assert.equal(first.headers.get('location'), '/')
  assert.match(first.headers.get('set-cookie') ?? '', /^steelyard-\d+=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/)
  const second = await fetch(address, { redirect: 'manual' })
  assert.equal(second.status, 403)
  assert.equal(second.headers.get('set-cookie'), null)
})

test('opened from a link on another site, a page of our own moves on, so that the strict cookie is sent', async () => {
  const entered = await raw(host.address().slice(origin.length), { cookie: '', 'sec-fetch-site': 'cross-site' })
  assert.equal(entered.status, 200)
  assert.match(entered.body, /http-equiv="refresh" content="0;url=\/"/)
})

test('a wrong token is refused', async () => assert.equal((await raw('/?token=guess', { cookie: '' })).status, 403))

test('without the cookie nothing is served and nothing is called', async () => {
  const before = calls.length
  for (const target of ['/', '/assets/app-1a2b.js', '/events']) assert.equal((await raw(target, { cookie: '' })).status, 403, target)
  assert.equal((await post('/rpc/app.info', '{}', { cookie: '' })).status, 403)
  assert.equal((await post('/rpc/app.info', '{}', { cookie: `${cookie}x` })).status, 403)
  assert.equal(calls.length, before)
})

test('a name that only points to this machine is refused, so that rebinding a domain gains nothing', async () => {
  for (const name of ['attacker.example', `attacker.example:${host.port}`, '127.0.0.1', `127.0.0.1:${host.port + 1}`, '']) assert.equal((await raw('/', { host: name })).status, 403, name)
  assert.equal((await raw('/', { host: `localhost:${host.port}` })).status, 200)
})

test('a call of another origin, or without one, or that is not JSON, is refused and not made', async () => {
  const before = calls.length
  for (const foreign of ['http://attacker.example', 'null', `http://127.0.0.1:${host.port + 1}`, `https://127.0.0.1:${host.port}`]) assert.equal((await post('/rpc/app.info', '{}', { origin: foreign })).status, 403, foreign)
  assert.equal((await raw('/rpc/app.info', { 'content-type': 'application/json' }, 'POST', '{}')).status, 403)
  assert.equal((await post('/rpc/app.info', '{}', { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await post('/rpc/app.info', '{nope')).status, 400)
  assert.equal((await raw('/rpc/app.info')).status, 404, 'reading an address never calls')
  assert.equal(calls.length, before)
})

test('a call of our own page is answered, and its id is kept apart from other sessions', async () => {
  const answer = await post('/rpc/app.info', '{"a":1}', { 'x-steelyard-call': 'call-7' })
  assert.equal(answer.status, 200)
  assert.deepEqual(JSON.parse(answer.body), { ok: true, value: { method: 'app.info' } })
  const call = calls.at(-1)
  assert.deepEqual(call?.params, { a: 1 })
  assert.match(call?.callId ?? '', /^[\w-]{8}\/call-7$/)
  await post('/rpc-cancel', '{"callId":"call-7"}')
  assert.equal(cancelled.at(-1), call?.callId)
})

test('a call that is too large gets a sentence, not a broken connection', async () => {
  const before = calls.length
  const megabyte = 'x'.repeat(1024 * 1024)
  const answer = await new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: host.port, path: '/rpc/config.load', method: 'POST', headers: { cookie, origin, 'content-type': 'application/json' } }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => { body += chunk.toString() })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    let left = 195
    const more = (): void => {
      while (left > 0) {
        left -= 1
        if (!sent.write(megabyte)) {
          sent.once('drain', more)
          return
        }
      }
      sent.end()
    }
    more()
  })
  assert.equal(answer.status, 413)
  assert.match(answer.body, /at most 190 MB/)
  assert.equal(calls.length, before)
})

test('a call whose connection breaks is cancelled', async () => {
  const sent = httpRequest({ host: '127.0.0.1', port: host.port, path: '/rpc/slow', method: 'POST', headers: { cookie, origin, 'content-type': 'application/json', 'x-steelyard-call': 'slow-1' } })
  sent.on('error', () => undefined)
  sent.end('{}')
  while (!calls.some((call) => call.method === 'slow')) await new Promise((resolve) => setTimeout(resolve, 5))
  sent.destroy()
  for (let tries = 0; tries < 200 && !cancelled.some((id) => id.endsWith('/slow-1')); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(cancelled.some((id) => id.endsWith('/slow-1')))
})

test('events reach the page under their names', async () => {
  const abort = new AbortController()
  const response = await fetch(`${origin}/events`, { headers: { cookie }, signal: abort.signal })
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  const receive = async (): Promise<void> => { while (!text.includes('data:')) text += Buffer.from((await reader.read()).value ?? []).toString() }
  const receiving = receive()
  await new Promise((resolve) => setTimeout(resolve, 20))
  hub.emit('config.changed', { configId: 'c', paths: ['/a'] })
  await receiving
  abort.abort()
  assert.match(text, /event: config\.changed\ndata: \{"configId":"c","paths":\["\/a"\]\}\n\n/)
})

test('the screen is served with its types, caching, compression and a policy that allows nothing from elsewhere', async () => {
  const start = await raw('/')
  assert.equal(start.body, '<!doctype html><title>app</title>')
  assert.match(String(start.headers['content-type']), /^text\/html/)
  const policy = String(start.headers['content-security-policy'])
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"]) assert.ok(policy.includes(part), part)
  assert.ok(!/script-src[^;]*unsafe/.test(policy))
  assert.equal(start.headers['x-content-type-options'], 'nosniff')
  assert.equal(start.headers['cache-control'], 'no-cache')
  const code = await raw('/assets/app-1a2b.js')
  assert.equal(code.body, script)
  assert.match(String(code.headers['cache-control']), /immutable/)
  assert.equal((await raw('/assets/font.woff2')).headers['content-type'], 'font/woff2')
  const packed = await createRequestHandler(site)(new Request('http://x/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip, br' } }))
  assert.equal(packed.headers.get('content-encoding'), 'gzip')
  assert.equal(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString(), script)
})

test('nothing outside the folder of the screen is ever served', async () => {
  const targets = ['/../outside.txt', '/..%2foutside.txt', '/%2e%2e/outside.txt', '/assets/..%2f..%2foutside.txt', '/assets/%2e%2e/%2e%2e/outside.txt', '/..%5coutside.txt', '/leak.txt', '/.secret', '/%00', '/%zz', '//etc/passwd', '/assets']
  for (const target of targets) {
    const answer = await raw(target)
    assert.ok(answer.status === 404 || answer.status === 400, `${target}: ${answer.status}`)
    assert.ok(!answer.body.includes('outside') && !answer.body.includes('hidden'), target)
  }
  assert.equal((await raw('/', {}, 'PUT')).status, 405)
})

test('until the screen is built, the start page says how to build it', async () => {
  const answer = await createRequestHandler(path.join(scratch, 'nothing'))(new Request('http://x/'))
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /npm run build/)
})

test('it listens on 127.0.0.1 and on no other address of this machine', async () => {
  const others = Object.values(os.networkInterfaces()).flat().filter((one) => one !== undefined && one.family === 'IPv4' && one.address !== '127.0.0.1').map((one) => one?.address as string)
  for (const address of [...others, '::1']) {
    const reached = await new Promise((resolve) => {
      const socket = net.connect({ host: address, port: host.port, timeout: 500 }, () => { socket.destroy(); resolve(true) })
      for (const event of ['error', 'timeout'] as const) socket.on(event, () => { socket.destroy(); resolve(false) })
    })
    assert.equal(reached, false, address)
  }
})
