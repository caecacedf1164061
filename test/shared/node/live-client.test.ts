import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createPoller } from '#shared/backend/live/poller.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { isAllowed, type LiveRequest } from '#shared/live/reads.ts'
import { pollLine, splitAnswers, statPath } from '#shared/live/haproxy/reads.ts'
import { askLive } from '#shared/node/live-client.ts'
import { nodeLive } from '#shared/node/live.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-live-'))
const closers: (() => void)[] = []
after(() => {
  for (const close of closers) close()
  rmSync(scratch, { recursive: true, force: true })
})

const answer = `\n${captured('haproxy/healthy.show-info.txt').trimEnd()}\n\n${captured('haproxy/healthy.show-stat.csv').trimEnd()}\n\n1\n${captured('haproxy/healthy.show-servers-state.txt').replace(/^1\n/, '').trimEnd()}\n\n`

let made = 0

/** A source on a unix socket that does as told with each connection; keeps every byte it gets. */
async function socketThat(act: (socket: net.Socket) => void): Promise<{ readonly source: LiveSource; readonly received: () => string }> {
  let received = ''
  const file = path.join(scratch, `s${made += 1}.sock`)
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      act(socket)
    })
  })
  closers.push(() => server.close())
  await new Promise<void>((resolve) => { server.listen(file, resolve) })
  return { source: sourceOf(file), received: () => received }
}

async function pageThat(act: (request: http.IncomingMessage, response: http.ServerResponse) => void): Promise<string> {
  const server = http.createServer(act)
  closers.push(() => { server.closeAllConnections(); server.close() })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}

const failureOf = async (source: LiveSource, limitMs = 2000, limitBytes = 1_000_000): Promise<string> => {
  const request: LiveRequest = source.kind === 'http' ? { kind: 'get', path: statPath(source.path), accept: 'text/plain' } : { kind: 'line', text: pollLine() }
  const result = await askLive(source, request, limitMs, limitBytes)
  assert.ok(!result.ok)
  return `${result.failure.code}: ${result.failure.message}`
}
const pollFailure = async (source: LiveSource): Promise<string> => {
  const result = await createPoller(nodeLive, source, 4000).poll()
  assert.ok(!result.ok)
  return result.failure.message
}

test('nothing but reads is allowed', async () => {
  const socket = sourceOf('/run/h.sock')
  const page = sourceOf('http://lb.example/stats')
  const status = sourceOf('nginx-status:http://lb.example/status')
  const line = (text: string): LiveRequest => ({ kind: 'line', text })
  const get = (path: string): LiveRequest => ({ kind: 'get', path, accept: 'text/plain' })
  assert.equal(isAllowed(socket, line(pollLine())), true)
  for (const text of ['show stat\n', 'user;disable server a/b\n', `${pollLine()}disable server a/b\n`, '']) assert.equal(isAllowed(socket, line(text)), false, text)
  assert.equal(isAllowed(page, get('/stats;csv;norefresh')), true)
  assert.equal(isAllowed(sourceOf('http://lb.example/haproxy?stats'), get('/haproxy?stats;csv;norefresh')), true)
  assert.equal(isAllowed(sourceOf('http://lb.example/haproxy?stats'), get('/haproxy;csv;norefresh')), false)
  assert.equal(isAllowed(status, get('/status')), true)
  for (const source of [page, status]) for (const path of ['/stats', '/stats;up', '/status?x', '/', '/status/control?cmd=reset']) assert.equal(isAllowed(source, get(path)), false, path)
  assert.equal(isAllowed(page, line(pollLine())), false)
  assert.equal(isAllowed(socket, get('/stats;csv;norefresh')), false)
  const refused = askLive(page, get('/stats;disable'), 1000, 1000)
  await assert.rejects(refused, /not on the list of reads/)
})

test('the balancer manager of Apache is asked for its values only, as from its own page', async () => {
  const manager = sourceOf('apache:http://lb.example/balancer-manager')
  const get = (path: string, ownReferer?: true): LiveRequest => ({ kind: 'get', path, accept: 'text/xml', ...(ownReferer === true ? { ownReferer } : {}) })
  assert.equal(isAllowed(manager, get('/balancer-manager?xml=1', true)), true)
  assert.equal(isAllowed(manager, get('/balancer-manager?xml=1')), false)
  assert.equal(isAllowed(sourceOf('apache-status:http://lb.example/server-status'), get('/server-status?auto')), true)
  assert.equal(isAllowed(sourceOf('apache-status:http://lb.example/server-status'), get('/server-status?auto', true)), false)
  for (const more of ['', '?xml=1&b=app', '?b=app&w=http://10.0.0.1&nonce=x', '?xml=1&nonce=x', '?w_lf=1']) assert.equal(isAllowed(manager, get(`/balancer-manager${more}`, true)), false, more)
  const seen: string[] = []
  const address = await pageThat((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers.referer).replace(String(request.headers.host), 'HOST')} ${Object.keys(request.headers).sort().join()}`)
    response.end(captured(`apache/${seen.length < 3 ? 'before' : 'after'}-graceful.balancer-manager.xml`))
  })
  const poller = createPoller(nodeLive, sourceOf(`apache:http://${address}/balancer-manager`), 4000)
  const epochs: (string | null)[] = []
  for (let poll = 0; poll < 3; poll += 1) {
    const polled = await poller.poll()
    assert.ok(polled.ok)
    epochs.push(polled.value.epoch)
    assert.doesNotMatch(JSON.stringify(polled.value), /01713462|dffe81c3/, 'what would allow to change workers stays inside')
  }
  assert.deepEqual(epochs, ['#0', '#0', '#1'])
  assert.deepEqual([...new Set(seen)], ['GET /balancer-manager?xml=1 http://HOST/balancer-manager?xml=1 accept,connection,host,referer'])
  for (const body of ['<!DOCTYPE HTML><html>', '{}', '\u0000', captured('apache/healthy.balancer-manager.xml').slice(0, 5000)]) {
    assert.match(await pollFailure(sourceOf(`apache:http://${await pageThat((_, response) => response.end(body))}/balancer-manager`)), /is not the balancer manager/)
    assert.match(await pollFailure(sourceOf(`apache-status:http://${await pageThat((_, response) => response.end(body))}/server-status`)), /is not the status page of Apache/)
  }
})

test('the administration of Caddy is asked two things, never for its config', async () => {
  const caddy = sourceOf('caddy:http://127.0.0.1:2019')
  for (const [path, allowed] of [['/reverse_proxy/upstreams', true], ['/metrics', true], ['/config/', false], ['/load', false], ['/stop', false], ['/', false], ['/metrics?x', false]] as const) {
    assert.equal(isAllowed(caddy, { kind: 'get', path, accept: '*/*' }), allowed, path)
  }
  assert.equal(typeof parseLiveSource('caddy:http://127.0.0.1:2019/config/'), 'string')
  const seen: string[] = []
  const pages: Record<string, string> = { '/reverse_proxy/upstreams': captured('caddy/server-down.upstreams.json'), '/metrics': captured('caddy/server-down.metrics.txt') }
  const address = await pageThat((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.end(pages[request.url ?? ''])
  })
  const polled = await createPoller(nodeLive, sourceOf(`caddy:http://${address}`), 4000).poll()
  assert.ok(polled.ok)
  assert.deepEqual(seen, ['GET /reverse_proxy/upstreams', 'GET /metrics'])
  assert.equal(polled.value.rows.length, 7)
  for (const body of ['<html>', '{"a":1}', '[{"address":1}]', '[{"address":"a:1","num_req']) {
    assert.match(await pollFailure(sourceOf(`caddy:http://${await pageThat((_, response) => response.end(body))}`)), /does not list servers/)
  }
  const half = await pageThat((request, response) => response.end(request.url === '/metrics' ? '<html>' : '[]'))
  assert.match(await pollFailure(sourceOf(`caddy:http://${half}`)), /gave no metrics/)
})

test('pages of Apache and Caddy that send elsewhere, too much or only a part harm nothing', async () => {
  for (const surface of ['apache', 'apache-status', 'caddy']) {
    const at = async (act: (response: http.ServerResponse) => void): Promise<LiveSource> => sourceOf(`${surface}:http://${await pageThat((_, response) => { act(response) })}${surface === 'caddy' ? '' : '/page'}`)
    assert.match(await pollFailure(await at((response) => { response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end() })), /not followed/, surface)
    assert.match(await pollFailure(await at((response) => { response.writeHead(200, { 'Content-Length': '9999' }); response.write('<?xml'); setTimeout(() => { response.destroy() }, 20) })), /within its answer/, surface)
    assert.match(await pollFailure(await at((response) => response.writeHead(403).end())), /403/, surface)
    const endless = await at((response) => { response.end(Buffer.alloc(3_000_000, 32)) })
    const request: LiveRequest = { kind: 'get', path: { 'apache': '/page?xml=1', 'apache-status': '/page?auto' }[surface] ?? '/metrics', accept: '*/*', ...(surface === 'apache' ? { ownReferer: true } : {}) }
    const read = await askLive(endless, request, 5000, 1_000_000)
    assert.ok(!read.ok)
    assert.equal(read.failure.code, 'too-large', surface)
  }
})

test('totals of nginx come as one listener', async () => {
  const address = await pageThat((_, response) => response.end('Active connections: 3 \nserver accepts handled requests\n 10 10 40 \nReading: 0 Writing: 1 Waiting: 2 \n'))
  const polled = await createPoller(nodeLive, sourceOf(`nginx-status:http://${address}/status`), 4000).poll()
  assert.ok(polled.ok)
  assert.deepEqual(polled.value.rows.map((row) => [row.kind, row.owner, row.counters.requests, row.counters.connections, row.gauges.sessions]), [['listener', 'nginx', 40, 10, 3]])
  const other = await createPoller(nodeLive, sourceOf(`nginx-status:http://${await pageThat((_, response) => response.end('<html>'))}/status`), 4000).poll()
  assert.ok(!other.ok)
  assert.match(other.failure.message, /is not the page of stub_status/)
})

test('sources are read as people write them', () => {
  assert.deepEqual(parseLiveSource('/run/haproxy.sock'), { kind: 'socket', surface: 'haproxy', path: '/run/haproxy.sock', title: '/run/haproxy.sock' })
  assert.deepEqual(parseLiveSource('unix@/run/h.sock'), { kind: 'socket', surface: 'haproxy', path: '/run/h.sock', title: '/run/h.sock' })
  assert.deepEqual(parseLiveSource('run/h.sock'), { kind: 'socket', surface: 'haproxy', path: 'run/h.sock', title: 'run/h.sock' })
  assert.deepEqual(parseLiveSource('[::1]:9999'), { kind: 'tcp', surface: 'haproxy', host: '::1', port: 9999, title: '[::1]:9999' })
  assert.deepEqual(parseLiveSource('tcp:lb.example:9999'), { kind: 'tcp', surface: 'haproxy', host: 'lb.example', port: 9999, title: 'lb.example:9999' })
  assert.deepEqual(parseLiveSource('http://ops:se%40cret@lb.example:8404/stats;csv'), {
    kind: 'http', surface: 'haproxy', secure: false, host: 'lb.example', port: 8404, path: '/stats', user: 'ops', password: 'se@cret', title: 'http://lb.example:8404/stats',
  })
  // What HAProxy answers at where `stats enable` stands without a path, as it is and as a browser shows it.
  for (const written of ['http://lb.example/haproxy?stats', 'http://lb.example/haproxy?stats;csv', 'http://lb.example/haproxy?stats;st=DONE']) {
    assert.deepEqual(parseLiveSource(written), { kind: 'http', surface: 'haproxy', secure: false, host: 'lb.example', port: 80, path: '/haproxy?stats', user: null, password: '', title: 'http://lb.example/haproxy?stats' })
  }
  for (const wrong of ['', 'haproxy', 'ftp://a/', 'a:0', 'a:70000', 'http://a/stats#top', 'http://a/haproxy?stats#top', 'http://a/haproxy?st\u00e4ts', 'nginx-status:http://a/status?x', 'http://a:99999/', 'http://%zz@a/']) assert.equal(typeof parseLiveSource(wrong), 'string', wrong)
})

test('a poll sends one line of reads that begins with giving up all rights', async () => {
  const { source, received } = await socketThat((socket) => socket.end(answer))
  const poller = createPoller(nodeLive, source, 4000)
  const first = await poller.poll()
  assert.ok(first.ok)
  assert.equal(first.value.rows.length, 59)
  assert.equal(first.value.epoch, '15314@1795173132')
  await poller.poll()
  assert.equal(received(), 'user;show info;show stat;show servers state\n'.repeat(2))
  assert.equal(pollLine(), 'user;show info;show stat;show servers state\n')
})

test('a page is asked with one GET for its values, without keeping the connection', async () => {
  const seen: string[] = []
  const address = await pageThat((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.connection} ${request.headers.authorization ?? '-'} ${Object.keys(request.headers).sort().join()}`)
    response.end(captured('haproxy/healthy.http.csv'))
  })
  const polled = await createPoller(nodeLive, sourceOf(`http://ops:secret@${address}/stats`), 4000).poll()
  assert.ok(polled.ok)
  assert.equal(polled.value.epoch, null)
  assert.deepEqual(seen, [`GET /stats;csv;norefresh close Basic ${Buffer.from('ops:secret').toString('base64')} accept,authorization,connection,host`])
  assert.throws(() => statPath('/stats;up'), /more than statistics/)
})

test('each way a source fails has its own sentence', async () => {
  assert.match(await failureOf(sourceOf(path.join(scratch, 'none.sock'))), /^unreachable: There is no socket/)
  assert.match(await failureOf((await socketThat(() => undefined)).source, 100), /^timeout: .*within 0.1 s/)
  assert.match(await failureOf((await socketThat((socket) => { socket.write('# pxname,') })).source, 100), /^timeout/)
  assert.match(await failureOf((await socketThat((socket) => socket.end())).source), /^bad-answer: .*without an answer/)
  assert.match(await failureOf((await socketThat((socket) => { socket.write(Buffer.alloc(3_000_000)) })).source), /^too-large: .*more than 1 MB/)
  assert.match(await failureOf(sourceOf('127.0.0.1:1')), /^unreachable: Nobody listens/)
})

test('what a socket says instead of statistics is told', async () => {
  assert.match(await pollFailure((await socketThat((socket) => socket.end('<!DOCTYPE html><html></html>'))).source), /a web page/)
  assert.match(await pollFailure((await socketThat((socket) => socket.end('\u0000\u0001garbage'))).source), /something that is not the statistics/)
  assert.match(await pollFailure((await socketThat((socket) => socket.end('Unknown command: help\n\n'))).source), /does not know the command/)
  for (const part of [0.3, 0.6, 0.95]) assert.match(await pollFailure((await socketThat((socket) => socket.end(answer.slice(0, answer.length * part)))).source), /within its answer/)
  assert.match(await pollFailure((await socketThat((socket) => socket.end('\nName: HAProxy\n\n# pxname,svname,type,\n\n1\n# be_id be_name\n\n'))).source), /without a single row/)
})

test('what a page says instead of statistics is told', async () => {
  const say = async (status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Promise<string> => pollFailure(sourceOf(`http://${await pageThat((_, response) => { response.writeHead(status, headers).end(body) })}/stats`))
  assert.match(await say(200, {}, '<html>'), /a web page/)
  assert.match(await say(302, { Location: 'http://127.0.0.1:1/' }), /not followed/)
  assert.match(await say(401), /asks for a user and a password/)
  assert.match(await say(403), /403/)
  assert.match(await say(404), /"stats uri"/)
  assert.match(await say(503), /status 503/)
  assert.match(await pollFailure(sourceOf(`http://${await pageThat((_, response) => { response.writeHead(200, { 'Content-Length': '9999' }); response.write('# pxname,'); setTimeout(() => { response.destroy() }, 20) })}/stats`)), /within its answer/)
  assert.match(await pollFailure(sourceOf(`https://${await pageThat((_, response) => response.end())}/stats`)), /TLS/)
})

test('failures make the pauses longer, an answer ends that', async () => {
  let broken = true
  const { source } = await socketThat((socket) => socket.end(broken ? '' : answer))
  const poller = createPoller(nodeLive, source, 4000)
  const pauses: number[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    pauses.push(poller.pauseMs(0.5))
    await poller.poll()
  }
  assert.deepEqual(pauses, [4000, 8000, 16_000])
  broken = false
  await poller.poll()
  assert.equal(poller.pauseMs(0.5), 4000)
  assert.equal(poller.pauseMs(0.5, true), 1000, 'one more look may confirm or clear what was seen')
})

test('an answer that lost half of its rows is asked for again', async () => {
  const short = answer.replace(/\nbe_[^\n]*(?=\n)/g, '')
  let turn = 0
  const { source, received } = await socketThat((socket) => socket.end([answer, short, answer][turn++] ?? answer))
  const poller = createPoller(nodeLive, source, 4000)
  await poller.poll()
  const second = await poller.poll()
  assert.equal(second.ok && second.value.rows.length, 59)
  assert.equal(received().split('\n').length - 1, 3)
})

test('the answers of one connection are taken apart', () => {
  const parts = splitAnswers(answer)
  assert.ok(parts?.info?.includes('Name: HAProxy') === true && parts.stat.startsWith('# pxname,') && parts.serversState?.startsWith('# be_id ') === true)
  assert.equal(splitAnswers(`${captured('haproxy/healthy.show-stat.csv').trimEnd()}\n\n`)?.serversState, null)
})
