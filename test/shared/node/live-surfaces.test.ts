import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createPoller } from '#shared/backend/live/poller.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { isAllowed } from '#shared/live/reads.ts'
import { rowKey, type LiveRow, type LiveSnapshot } from '#shared/live/snapshot.ts'
import { nodeLive } from '#shared/node/live.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const closers: (() => void)[] = []
after(() => { for (const close of closers) close() })

interface Page { readonly body: string; readonly status?: number; readonly headers?: http.OutgoingHttpHeaders }
interface Fake { readonly address: string; readonly asked: string[] }

/** A server that knows some paths and keeps what it is asked. */
async function fake(pages: Readonly<Record<string, Page | string | (() => Page | string)>>): Promise<Fake> {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const found = pages[request.url ?? ''] ?? { body: 'not here', status: 404 }
    const told = typeof found === 'function' ? found() : found
    const page = typeof told === 'string' ? { body: told } : told
    response.writeHead(page.status ?? 200, page.headers ?? {}).end(page.body)
  })
  closers.push(() => { server.closeAllConnections(); server.close() })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`, asked }
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}
async function poll(written: string): Promise<LiveSnapshot> {
  const polled = await createPoller(nodeLive, sourceOf(written), 4000).poll()
  assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
  return polled.value
}
async function failure(written: string): Promise<string> {
  const polled = await createPoller(nodeLive, sourceOf(written), 4000).poll()
  assert.ok(!polled.ok)
  return polled.failure.message
}
const rowOf = (snapshot: LiveSnapshot, key: string): LiveRow => {
  const found = snapshot.rows.find((row) => rowKey(row) === key)
  assert.ok(found !== undefined, `${key}, not in ${snapshot.rows.map(rowKey).join()}`)
  return found
}
const server = (row: LiveRow): unknown => (row.kind === 'server' ? [row.state.text, row.state.health, row.state.admin, row.state.weight, row.state.backup, row.state.address] : null)
const numbers = (row: LiveRow): unknown => [row.counters.requests, row.counters.status2xx, row.counters.status5xx, row.gauges.sessions, row.gauges.queued]
const fixture = (name: string): string => captured(`constructed/${name}`)

// Envoy

const stats = '/stats?format=prometheus&usedonly&filter=%5E(cluster%7Chttp)%5C.'
const envoyPages = { '/clusters?format=json': fixture('envoy.clusters.json'), '/server_info': fixture('envoy.server_info.json'), [stats]: fixture('envoy.stats.txt') }

test('Envoy: what is left out has its default value, and what is not listed is not known', async () => {
  const { address, asked } = await fake(envoyPages)
  const snapshot = await poll(`envoy:http://${address}/`)
  assert.deepEqual(asked.sort(), ['GET /clusters?format=json', 'GET /server_info', `GET ${stats}`])
  assert.deepEqual([snapshot.product, snapshot.version, snapshot.epoch, snapshot.uptimeSeconds, snapshot.stopping], ['Envoy', '1.30.1', '0.0', 86411, false])
  const first = rowOf(snapshot, 'server:web/10.1.0.11:8080')
  assert.deepEqual([first.counters.requests, first.counters.failedConnections, first.counters.status5xx, first.counters.connections, first.gauges.sessions], [90214, 0, 0, 412, 3])
  const third = rowOf(snapshot, 'server:web/10.1.0.13:8080')
  assert.deepEqual([third.counters.requests, third.counters.connections, third.counters.status5xx], [0, null, null])
  assert.deepEqual([first, rowOf(snapshot, 'server:web/10.1.0.12:8080'), third].map(server), [
    ['HEALTHY', 'up', 'ready', 1, false, '10.1.0.11:8080'], ['failed_active_health_check, failed_outlier_check', 'down', 'ready', 1, false, '10.1.0.12:8080'], ['HEALTHY', 'up', 'ready', 1, true, '10.1.0.13:8080'],
  ])
  const pool = rowOf(snapshot, 'pool:web')
  assert.deepEqual([...numbers(pool) as unknown[], pool.counters.responseMsTotal], [180128, 178921, 1207, null, 0, 1910220])
})

test('Envoy: in panic the checks do not count', async () => {
  let panics = 0
  const { address } = await fake({ ...envoyPages, [stats]: () => fixture('envoy.stats.txt').replace('lb_healthy_panic{envoy_cluster_name="web"} 0', `lb_healthy_panic{envoy_cluster_name="web"} ${panics}`) })
  const poller = createPoller(nodeLive, sourceOf(`envoy:http://${address}`), 4000)
  const health = async (): Promise<unknown> => {
    const polled = await poller.poll()
    assert.ok(polled.ok)
    return [server(rowOf(polled.value, 'server:web/10.1.0.12:8080')), polled.value.notes?.length]
  }
  panics = 7
  assert.deepEqual(await health(), [['failed_active_health_check, failed_outlier_check', 'down', 'ready', 1, false, '10.1.0.12:8080'], 1])
  panics = 9
  assert.deepEqual(await health(), [['failed_active_health_check, failed_outlier_check, gets requests all the same', 'unchecked', 'ready', 1, false, '10.1.0.12:8080'], 2])
  assert.deepEqual((await health() as unknown[])[1], 1)
})

test('Envoy: a shorter uptime is another process, names lose their colons, and one without servers is a pool that is down', async () => {
  let uptime = 100
  const { address } = await fake({
    '/clusters?format=json': '{"cluster_statuses":[{"name":"a::b","host_statuses":[{"address":{"socket_address":{"address":"2001:db8::1","port_value":80}},"health_status":{"eds_health_status":"DRAINING"}},{"address":{"pipe":{"path":"/run/x.sock"}}}]},{"name":"empty"}]}',
    '/server_info': () => `{"version":"x/1.31.0/Clean","state":"DRAINING","uptime_current_epoch":"${uptime}s","command_line_options":{"restart_epoch":2}}`,
    [stats]: 'envoy_cluster_upstream_rq_total{envoy_cluster_name="a__b"} 5\nenvoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="admin"} 3\nenvoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="in"} 5\n',
  })
  const poller = createPoller(nodeLive, sourceOf(`envoy:http://${address}/`), 4000)
  const next = async (): Promise<LiveSnapshot> => { const polled = await poller.poll(); assert.ok(polled.ok, polled.ok ? '' : polled.failure.message); return polled.value }
  const snapshot = await next()
  assert.deepEqual(snapshot.rows.map(rowKey), ['listener:in', 'pool:a::b', 'server:a::b/[2001:db8::1]:80', 'server:a::b//run/x.sock', 'pool:empty'])
  assert.deepEqual([rowOf(snapshot, 'pool:a::b').counters.requests, rowOf(snapshot, 'pool:empty').kind === 'pool' && snapshot.rows.at(-1), snapshot.stopping, snapshot.epoch].filter((one) => typeof one !== 'object'), [5, true, '2.0'])
  assert.deepEqual(server(rowOf(snapshot, 'server:a::b/[2001:db8::1]:80')), ['DRAINING', 'up', 'drain', null, false, '[2001:db8::1]:80'])
  uptime = 3
  assert.equal((await next()).epoch, '2.1')
})

// Traefik

const services = (page: number): string => `/api/http/services?page=${page}&per_page=100`

test('Traefik: pages are followed as the header says, and only services count', async () => {
  const { address, asked } = await fake({
    [services(1)]: { body: fixture('traefik.services.json'), headers: { 'X-Next-Page': '2' } },
    [services(2)]: { body: '[{"name":"late@file","status":"enabled","loadBalancer":{"servers":[{"url":"http://10.1.0.20:80"}]}},{"name":"api@internal","status":"enabled"}]', headers: { 'X-Next-Page': '1' } },
    '/metrics': fixture('traefik.metrics.txt'),
  })
  const snapshot = await poll(`traefik:http://${address}`)
  assert.deepEqual(asked.sort(), [`GET ${services(1)}`, `GET ${services(2)}`, 'GET /metrics'])
  assert.deepEqual(snapshot.rows.map(rowKey), ['listener:web', 'pool:web@docker', 'server:web@docker/http://10.1.0.11:8080', 'server:web@docker/http://10.1.0.12:8080', 'pool:late@file', 'server:late@file/http://10.1.0.20:80'])
  assert.deepEqual(numbers(rowOf(snapshot, 'pool:web@docker')), [9122, 9100, 22, null, null])
  assert.deepEqual([rowOf(snapshot, 'pool:web@docker').counters.responseMsTotal, rowOf(snapshot, 'pool:late@file').counters.requests], [71_200, null])
  assert.deepEqual(['web@docker/http://10.1.0.11:8080', 'web@docker/http://10.1.0.12:8080', 'late@file/http://10.1.0.20:80'].map((key) => server(rowOf(snapshot, `server:${key}`))), [
    ['UP', 'up', 'ready', 1, false, '10.1.0.11:8080'], ['DOWN', 'down', 'ready', 3, false, '10.1.0.12:8080'], ['', 'unchecked', 'ready', 1, false, '10.1.0.20:80'],
  ])
  assert.deepEqual([snapshot.epoch, snapshot.generation], [null, 'reload 4'])
})

test('Traefik: without metrics there are states and no numbers; pages that go round in circles end', async () => {
  const { address, asked } = await fake({ [services(1)]: { body: fixture('traefik.services.json'), headers: { 'X-Next-Page': '1' } } })
  const snapshot = await poll(`traefik:http://${address}/`)
  assert.match(snapshot.notes?.[0] ?? '', /no metrics at \/metrics/)
  assert.equal(rowOf(snapshot, 'pool:web@docker').counters.requests, null)
  assert.equal(asked.length, 2)
  const many = await fake(Object.fromEntries(Array.from({ length: 100 }, (_, page) => [services(page + 1), { body: '[]', headers: { 'X-Next-Page': String(page + 2) } }])))
  assert.match(await failure(`traefik:http://${many.address}/`), /more than 100 pages/)
})

// nginx modules

test('vhost_traffic_status: tries, exact times, and never the control path', async () => {
  const { address, asked } = await fake({ '/status/format/json': fixture('nginx-vts.status.json') })
  const snapshot = await poll(`nginx-vts:http://${address}/status`)
  assert.deepEqual(asked, ['GET /status/format/json'])
  assert.deepEqual([snapshot.version, snapshot.epoch, snapshot.generation], ['1.24.0', null, '@1795173000000'])
  assert.deepEqual(snapshot.rows.map(rowKey), ['listener:shop.example', 'server:web/10.1.0.11:8080', 'pool:web'])
  const row = rowOf(snapshot, 'server:web/10.1.0.11:8080')
  assert.deepEqual([...numbers(row) as unknown[], row.counters.responseMsTotal, row.counters.responsesTimed], [45100, 45050, 25, null, null, 260000, 45100])
  assert.deepEqual(server(row), ['', 'unchecked', 'ready', 1, false, '10.1.0.11:8080'])
  for (const path of ['/status/control', '/status/control?cmd=reset', '/status/format/json?x', '/status']) assert.equal(isAllowed(sourceOf(`nginx-vts:http://${address}/status`), { kind: 'get', path, accept: '*/*' }), false, path)
  assert.match(await failure(`nginx-vts:http://${address}/status/control`), /could change the statistics/)
  assert.equal(asked.length, 1)
  const down = await fake({ '/s/format/json': '{"nginxVersion":"1.26","serverZones":{"*":{}},"sharedZones":{"maxSize":100,"usedSize":99},"upstreamZones":{"web":[{"server":"a:1","down":true,"backup":true},{"weight":1}]}}' })
  const full = await poll(`nginx-vts:http://${down.address}/s/format/json`)
  assert.deepEqual(server(rowOf(full, 'server:web/a:1')), ['down', 'unknown', 'maintenance', null, true, 'a:1'])
  assert.match(full.notes?.join() ?? '', /memory of the module is full/)
})

test('nginx Plus: names of the config, addresses beside them, and which load of the config', async () => {
  const { address, asked } = await fake({
    '/api/9/http/upstreams': fixture('nginx-plus.upstreams.json'),
    '/api/9/http/server_zones': '{"shop":{"processing":2,"requests":706690,"responses":{"1xx":0,"2xx":699482,"5xx":75,"total":706690},"received":172711587,"sent":19415530115}}',
    '/api/9/nginx': '{"version":"1.27.4","build":"nginx-plus-r34","generation":6,"load_timestamp":"2026-11-20T10:00:00.000Z","timestamp":"2026-11-20T10:01:00.500Z","pid":12,"ppid":1}',
  })
  const snapshot = await poll(`nginx-plus:http://${address}/api/9/`)
  assert.deepEqual(asked.sort(), ['GET /api/9/http/server_zones', 'GET /api/9/http/upstreams', 'GET /api/9/nginx'])
  assert.deepEqual([snapshot.version, snapshot.epoch, snapshot.uptimeSeconds], ['1.27.4', '6@2026-11-20T10:00:00.000Z', 60.5])
  assert.deepEqual(snapshot.rows.map(rowKey), ['listener:shop', 'server:web/web-1.internal:8080', 'server:web/web-2.internal:8080', 'pool:web'])
  const row = rowOf(snapshot, 'server:web/web-1.internal:8080')
  assert.deepEqual([...numbers(row) as unknown[], row.gauges.sessionLimit, row.gauges.responseMs], [667231, 666310, 6, 3, null, 100, 36])
  assert.deepEqual([server(row), server(rowOf(snapshot, 'server:web/web-2.internal:8080'))], [['up', 'up', 'ready', 5, false, '10.1.0.11:8080'], ['unhealthy', 'down', 'ready', 1, true, '10.1.0.12:8080']])
  assert.deepEqual(numbers(rowOf(snapshot, 'pool:web')), [667231, 666310, 6, 3, 0])
  assert.match(await failure(`nginx-plus:http://${address}/api`), /ends with the version/)
  const twins = await fake({ '/api/9/http/upstreams': '{"w":{"peers":[{"server":"10.0.0.1:80","name":"app:80","state":"odd"},{"server":"10.0.0.2:80","name":"app:80","state":"down"}]}}', '/api/9/http/server_zones': '{}', '/api/9/nginx': '{"version":"1.27.4"}' })
  const twin = await poll(`nginx-plus:http://${twins.address}/api/9`)
  assert.deepEqual(['10.0.0.1:80', '10.0.0.2:80'].map((name) => server(rowOf(twin, `server:w/${name}`))), [['odd', 'unknown', 'ready', null, false, '10.0.0.1:80'], ['down', 'unknown', 'maintenance', null, false, '10.0.0.2:80']])
})

test('whatever else answers is told, and nothing crashes', async () => {
  const all = ['envoy:', 'traefik:', 'nginx-vts:', 'nginx-plus:', 'haproxy-metrics:', 'prometheus:'] as const
  const written = (surface: string, address: string): string => `${surface}http://${address}${surface === 'nginx-plus:' ? '/api/9' : surface === 'haproxy-metrics:' ? '/metrics' : '/'}`
  const bodies = ['<!DOCTYPE html><html></html>', '{"cluster_statuses":[{"na', '[1,2', '{}', '[]', 'null', '0', '"text"', '\u0000\u0001', 'a 1\nb', '{"web":{"peers":[null,1,"x",{"server":7}]}}', '[{"name":1}]', '{"nginxVersion":"1","serverZones":{"a":null},"upstreamZones":{"w":[null,7,{"server":{}}]}}', '{"cluster_statuses":[null,{"name":5},{"name":"x","host_statuses":[null,{"stats":5}]}]}']
  for (const body of bodies) {
    const server = http.createServer((_, response) => response.end(body))
    closers.push(() => { server.closeAllConnections(); server.close() })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const address = `127.0.0.1:${(server.address() as net.AddressInfo).port}`
    for (const surface of all) {
      const polled = await createPoller(nodeLive, sourceOf(written(surface, address)), 4000).poll()
      if (!polled.ok) assert.match(polled.failure.message, /^http:\/\/127\.0\.0\.1.*\.$/s, `${surface} ${body}`)
      else assert.ok(surface === 'nginx-vts:' && body.startsWith('{"nginxVersion"'), `${surface} took ${body} for an answer`)
    }
  }
})

test('a redirect, a refusal, a cut and a flood have their sentence at every surface', async () => {
  const flood = Buffer.alloc(1024 * 1024, 'a 1\n')
  const kinds: readonly (readonly [RegExp, (response: http.ServerResponse) => void])[] = [
    [/sends on to another address/, (response) => { response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end() }],
    [/asks for a user and a password/, (response) => { response.writeHead(401).end() }],
    [/status 500/, (response) => { response.writeHead(500).end('x') }],
    [/within its answer/, (response) => { response.writeHead(200, { 'Content-Length': '9999' }); response.write('a 1\n'); setTimeout(() => { response.destroy() }, 20) }],
    [/without an answer/, (response) => { response.end() }],
    [/more than 64 MB|completely within/, (response) => { response.on('error', () => undefined); const more = (): void => { while (response.write(flood)) { /* until it is full */ } }; response.on('drain', more); more() }],
  ]
  for (const [expected, act] of kinds) {
    const server = http.createServer((_, response) => { act(response) })
    closers.push(() => { server.closeAllConnections(); server.close() })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const { port } = server.address() as net.AddressInfo
    const surfaces = expected.source.includes('64 MB') ? ['haproxy-metrics:'] : ['envoy:', 'nginx-vts:', 'haproxy-metrics:', 'prometheus:']
    for (const surface of surfaces) assert.match(await failure(`${surface}http://127.0.0.1:${port}/`), expected, surface)
  }
})

test('a source that hangs ends with its time, and one that speaks no TLS says so', async () => {
  const hung = http.createServer(() => undefined)
  closers.push(() => { hung.closeAllConnections(); hung.close() })
  await new Promise<void>((resolve) => { hung.listen(0, '127.0.0.1', resolve) })
  const { port } = hung.address() as net.AddressInfo
  const asked = ['envoy:', 'traefik:', 'nginx-vts:', 'haproxy-metrics:', 'prometheus:'].map(async (surface) => {
    const polled = await createPoller(nodeLive, sourceOf(`${surface}http://127.0.0.1:${port}/`), 1000).poll()
    // A server for many balancers has more to answer.
    assert.match(polled.ok ? '' : polled.failure.message, new RegExp(`did not answer completely within ${surface === 'prometheus:' ? 10 : 1} s`), surface)
  })
  await Promise.all(asked)
  const plain = await fake({})
  for (const surface of ['envoy:', 'prometheus:']) assert.match(await failure(`${surface}https://${plain.address}/`), /could not be asked over TLS/, surface)
})

const openssl = spawnSync('openssl', ['version']).status === 0

/** A certificate that vouches for itself only. */
function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steelyard-certificate-'))
  try {
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'])
    assert.equal(made.status, 0, made.stderr.toString())
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a certificate that nobody vouches for is refused', { skip: openssl ? false : 'NOT RUN: openssl is not installed' }, async () => {
  const { key, cert } = selfSigned()
  const server = https.createServer({ key, cert }, (_, response) => response.end('a 1\n'))
  closers.push(() => { server.closeAllConnections(); server.close() })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  assert.match(await failure(`haproxy-metrics:https://127.0.0.1:${(server.address() as net.AddressInfo).port}/metrics`), /could not be asked over TLS: its certificate comes from an authority that is not known here\. The environment variable NODE_EXTRA_CA_CERTS can name a file with one more\.$/)
})

test('a token goes along as one, and is nowhere else', async () => {
  let sent = ''
  const server = http.createServer((request, response) => { sent = request.headers.authorization ?? ''; response.writeHead(401).end() })
  closers.push(() => server.close())
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const source = sourceOf(`prometheus:http://ops:secret@127.0.0.1:${(server.address() as net.AddressInfo).port}/?job=haproxy`)
  assert.ok(source.kind === 'http')
  const polled = await createPoller(nodeLive, { ...source, token: 'abc123' }, 4000).poll()
  assert.equal(sent, 'Bearer abc123')
  assert.ok(!polled.ok && /refuses the token/.test(polled.failure.message) && !/abc123|secret/.test(polled.failure.message))
  assert.ok(!/secret|abc123/.test(source.title))
})
