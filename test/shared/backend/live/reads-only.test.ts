import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBackend } from '#shared/backend/create-backend.ts'
import { usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import { startFakeBalancer } from '#test/support/fake-balancer.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-reads-'))
const closers: (() => Promise<void> | void)[] = []
after(async () => {
  for (const close of closers) await close()
  rmSync(scratch, { recursive: true, force: true })
})

/** Everything that a source got: request line, and headers that could carry more than a question. */
interface Received { readonly lines: string[]; readonly odd: string[]; bodies: number }

/** An interface that could be changed by what is sent to it, and tries to get that done: it sets cookies, sends on and offers forms. */
async function startTemptation(answer: (target: string) => string | null): Promise<{ readonly address: string; readonly received: Received; tempt: boolean }> {
  const received: Received = { lines: [], odd: [], bodies: 0 }
  const made = { address: '', received, tempt: false }
  const server = http.createServer((request, response) => {
    received.lines.push(`${request.method ?? ''} ${request.url ?? ''}`)
    request.on('data', () => { received.bodies += 1 })
    for (const name of ['cookie', 'origin', 'content-length', 'transfer-encoding', 'upgrade', 'content-type']) if (request.headers[name] !== undefined) received.odd.push(`${name}: ${String(request.headers[name])}`)
    response.setHeader('Set-Cookie', 'session=admin')
    if (made.tempt) response.writeHead(307, { Location: '/control?cmd=reset&group=*' }).end('<form method="post"><button name="s" value="api">Disable</button></form>')
    else {
      const text = answer(request.url ?? '')
      response.writeHead(text === null ? 404 : 200).end(text ?? 'not here')
    }
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  closers.push(() => { server.closeAllConnections(); server.close() })
  made.address = `127.0.0.1:${(server.address() as net.AddressInfo).port}`
  return made
}

const scraped = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: { __name__: 'haproxy_server_http_responses_total', proxy: 'api', server: 'a', code: '2xx', job: 'h', instance: 'lb1' }, values: [[Date.now() / 1000 - 10, '5'], [Date.now() / 1000 - 5, '50'], [Date.now() / 1000, '95']] }] } })

interface Surface { readonly source: (address: string) => string; readonly answers: Readonly<Record<string, string>>; readonly allowed: readonly RegExp[] }
const surfaces: Readonly<Record<string, Surface>> = {
  'haproxy': { source: (address) => `http://ops:secret@${address}/stats`, answers: { '/stats;csv;norefresh': captured('haproxy/healthy.http.csv') }, allowed: [/^GET \/stats;csv;norefresh$/] },
  'haproxy-metrics': { source: (address) => `haproxy-metrics:http://${address}/metrics`, answers: { '/metrics': captured('haproxy/healthy.metrics.txt.gz') }, allowed: [/^GET \/metrics$/] },
  'nginx-status': { source: (address) => `nginx-status:http://${address}/status`, answers: { '/status': 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n' }, allowed: [/^GET \/status$/] },
  'nginx-vts': { source: (address) => `nginx-vts:http://${address}/status`, answers: { '/status/format/json': captured('constructed/nginx-vts.status.json') }, allowed: [/^GET \/status\/format\/json$/] },
  'nginx-plus': {
    source: (address) => `nginx-plus:http://${address}/api/9`, answers: { '/api/9/http/upstreams': captured('constructed/nginx-plus.upstreams.json'), '/api/9/http/server_zones': '{}', '/api/9/nginx': '{"version":"1.25","generation":3,"load_timestamp":"x","pid":1}' },
    allowed: [/^GET \/api\/9\/(?:http\/upstreams|http\/server_zones|nginx)$/],
  },
  'apache': { source: (address) => `apache:http://${address}/balancer-manager`, answers: { '/balancer-manager?xml=1': captured('apache/healthy.balancer-manager.xml') }, allowed: [/^GET \/balancer-manager\?xml=1$/] },
  'apache-status': { source: (address) => `apache-status:http://${address}/server-status`, answers: { '/server-status?auto': captured('apache/healthy.server-status-auto.txt') }, allowed: [/^GET \/server-status\?auto$/] },
  'caddy': { source: (address) => `caddy:http://${address}/`, answers: { '/reverse_proxy/upstreams': captured('caddy/healthy.upstreams.json'), '/metrics': captured('caddy/healthy.metrics.txt') }, allowed: [/^GET \/(?:reverse_proxy\/upstreams|metrics)$/] },
  'envoy': {
    source: (address) => `envoy:http://${address}/`, answers: { '/clusters?format=json': captured('constructed/envoy.clusters.json'), '/server_info': captured('constructed/envoy.server_info.json'), '/stats?format=prometheus&usedonly&filter=%5E(cluster%7Chttp)%5C.': captured('constructed/envoy.stats.txt') },
    allowed: [/^GET \/(?:clusters\?format=json|server_info|stats\?format=prometheus&usedonly&filter=%5E\(cluster%7Chttp\)%5C\.)$/],
  },
  'traefik': { source: (address) => `traefik:http://${address}/`, answers: { '/api/http/services?page=1&per_page=100': captured('constructed/traefik.services.json'), '/metrics': captured('constructed/traefik.metrics.txt') }, allowed: [/^GET \/(?:api\/http\/services\?page=\d+&per_page=100|metrics)$/] },
  'prometheus': { source: (address) => `prometheus:http://${address}/?job=h`, answers: { '/api/v1/': scraped }, allowed: [/^GET \/api\/v1\/(?:query\?query=%7B__name__%3D~[^&]*|query_range\?query=%7B__name__%3D~[^&]*&start=[\d.]+&end=[\d.]+&step=[\d.]+)$/] },
}

const options = { dialect: null, root: null, environment: {}, version: null }

test('in a whole session of the app a balancer gets nothing but questions, whatever it answers', { timeout: 60_000 }, async (context) => {
  const socket = path.join(scratch, 'stats.sock')
  const balancer = await startFakeBalancer(socket, [{ name: 'api', rates: [30, 30] }])
  closers.push(() => balancer.close())
  const backend = createBackend(createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(scratch, 'data') }, () => undefined))
  const call = { cancelled: () => false }
  const loaded = await backend['config.load']({ input: { kind: 'sample', side: 'after' }, options }, call)
  assert.ok(loaded.ok)
  const { configId } = loaded.value
  const session = async (source: string, isHaproxy: boolean, tempt: () => void): Promise<void> => {
    const started = await backend['live.start']({ source, configId: isHaproxy ? configId : null, knownGoodId: isHaproxy ? configId : null, intervalMs: 1000, pastMinutes: 0, options, alerts: '', record: isHaproxy ? { path: path.join(scratch, `${source.replace(/\W/g, '-')}.lbrec`), limits: usualRecordingLimits } : null }, call)
    assert.ok(started.ok, started.ok ? '' : `${source}: ${started.failure.message}`)
    const { sessionId } = started.value as LiveSessionInfo
    await sleep(1500)
    tempt()
    await sleep(2500)
    for (const asked of [backend['live.at']({ sessionId, atMs: null }, call), backend['live.raw']({ sessionId }, call), backend['live.marks']({ sessionId }, call), backend['live.note']({ sessionId, atMs: Date.now(), text: 'disable server api/a; shutdown' }, call), backend['live.stop']({ sessionId }, call)]) assert.ok((await asked).ok)
  }
  const made = await Promise.all(Object.entries(surfaces).map(async ([name, surface]) => {
    const temptation = await startTemptation((target) => Object.entries(surface.answers).find(([known]) => target === known || (name === 'prometheus' && target.startsWith(known)))?.[1] ?? null)
    return { name, surface, temptation }
  }))
  await Promise.all([
    session(socket, true, () => { balancer.restart() }),
    ...made.map(({ name, surface, temptation }) => session(surface.source(temptation.address), name.startsWith('haproxy'), () => { temptation.tempt = true })),
  ])
  assert.ok(balancer.asked.length >= 2)
  assert.deepEqual([...new Set(balancer.asked)], ['user;show info;show stat;show servers state\n'])
  for (const { name, surface, temptation: { received } } of made) {
    assert.ok(received.lines.length >= 2, `${name} was asked ${received.lines.length} times`)
    for (const line of received.lines) assert.ok(surface.allowed.some((one) => one.test(line)), `${name}: ${line}`)
    assert.deepEqual([received.odd, received.bodies], [[], 0], name)
    context.diagnostic(`${name}: ${received.lines.length} requests, ${[...new Set(received.lines.map((line) => line.replace(/\?query.*/, '?query…')))].join(', ')}`)
  }
})
