import assert from 'node:assert/strict'
import http from 'node:http'
import type net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-prometheus-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
const servers: http.Server[] = []
after(() => {
  for (const server of servers) { server.closeAllConnections(); server.close() }
  rmSync(scratch, { recursive: true, force: true })
})

const nowS = Math.floor(Date.now() / 1000)

/** The last scrape before a time: one every five seconds. */
const scrapedBefore = (time: number): number => nowS - Math.ceil((nowS - time) / 5) * 5

/** What a HAProxy had counted at these times: server a gets 30 requests a second, server b 10. */
function series(times: readonly number[]): string {
  const result = [['a', 30], ['b', 10]].flatMap(([name, rate]) => {
    const labels = { job: 'haproxy', instance: 'lb1', proxy: 'api', server: String(name) }
    const at = (value: (time: number) => string): readonly (readonly [number, string])[] => times.map((time) => [time, value(time)])
    return [
      { metric: { __name__: 'haproxy_server_http_responses_total', code: '2xx', ...labels }, values: at((time) => String(Number(rate) * (scrapedBefore(time) - nowS + 100_000))) },
      { metric: { __name__: 'haproxy_server_status', state: 'UP', ...labels }, values: at(() => '1') },
      { metric: { __name__: 'haproxy_server_weight', ...labels }, values: at(() => '10') },
      { metric: { __name__: 'haproxy_backend_http_responses_total', code: '2xx', job: 'haproxy', instance: 'lb1', proxy: 'api' }, values: at((time) => String(40 * (scrapedBefore(time) - nowS + 100_000))) },
      { metric: { __name__: 'haproxy_process_start_time_seconds', job: 'haproxy', instance: 'lb1' }, values: at(() => '1700000000') },
    ]
  })
  const unique = [...new Map(result.map((one) => [JSON.stringify(one.metric), one])).values()]
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: unique } })
}

async function prometheus(): Promise<{ readonly source: string; readonly seen: { readonly authorization: string; readonly url: string }[] }> {
  const seen: { authorization: string; url: string }[] = []
  let turn = 0
  const server = http.createServer((request, response) => {
    seen.push({ authorization: request.headers.authorization ?? '', url: decodeURIComponent(request.url ?? '') })
    const range = /start=([\d.]+)&end=([\d.]+)&step=([\d.]+)$/.exec(request.url ?? '')
    if (range !== null) {
      const [from, to, step] = range.slice(1).map(Number) as [number, number, number]
      response.end(series(Array.from({ length: Math.floor((to - from) / step + 1.001) }, (_, index) => from + index * step)))
      return
    }
    turn += 1
    response.end(series([nowS - 10, nowS - 5, ...(turn > 2 ? [nowS] : [])]))
  })
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { source: `prometheus:http://ops:secret@127.0.0.1:${(server.address() as net.AddressInfo).port}/?job=haproxy`, seen }
}

interface Line { readonly at: string; readonly source: string; readonly pools: readonly { readonly requestsPerSecond: number | null; readonly shares: { readonly verdict: string }; readonly servers: readonly { readonly server: string; readonly requestsPerSecond: number | null }[] }[] }
const lines = (out: string): readonly Line[] => out.trim().split('\n').map((line) => JSON.parse(line) as Line)

test('live --once has rates at once, from what the server knows of the time before', async () => {
  const config = path.join(scratch, 'haproxy.cfg')
  writeFileSync(config, 'defaults\n  mode http\nbackend api\n  balance roundrobin\n  server a 10.0.0.1:80 weight 10\n  server b 10.0.0.2:80 weight 10\n')
  const { source, seen } = await prometheus()
  const { code, out, err } = await run(['live', source, '--config', config, '--once', '--json'])
  assert.deepEqual([code, err, seen.length], [0, '', 2])
  const [line] = lines(out) as readonly [Line]
  assert.deepEqual(line.pools[0]?.servers.map((one) => [one.server, one.requestsPerSecond === null ? null : Math.round(one.requestsPerSecond)]), [['a', 30], ['b', 10]])
  assert.equal(line.pools[0]?.shares.verdict, 'shifted')
  assert.ok(!out.includes('secret'))
  assert.match(seen[1]?.url ?? '', /^\/api\/v1\/query_range\?query=\{__name__=~"[a-z_|]+",job="haproxy"\}&start=/)
})

test('live --since shows the past first, one line a step, and only new scrapes after it', async () => {
  const { source } = await prometheus()
  const { code, out } = await run(['live', source, '--since', '60s', '--json', '--interval', '1', '--count', '2'])
  assert.equal(code, 0)
  const told = lines(out)
  assert.deepEqual(told.map((line) => (Date.parse(line.at) - nowS * 1000) / 1000).slice(0, -2), Array.from({ length: 13 }, (_, index) => -70 + index * 5))
  assert.equal(told.length, 15)
  assert.equal(Math.round(told[5]?.pools[0]?.requestsPerSecond ?? 0), 40)
})

test('a token comes from the environment, and is told nowhere', async () => {
  const { source, seen } = await prometheus()
  const { code, out } = await run(['live', source, '--token-from', 'PROMETHEUS_TOKEN', '--once', '--json'], { environment: { PROMETHEUS_TOKEN: 'abc.def' } })
  assert.deepEqual([code, seen[0]?.authorization, out.includes('abc.def')], [0, 'Bearer abc.def', false])
  const missing = await run(['live', source, '--token-from', 'NO_TOKEN', '--once'])
  assert.deepEqual([missing.code, missing.err.includes('NO_TOKEN holds no token')], [2, true])
  const socket = await run(['live', '/run/none.sock', '--token-from', 'PROMETHEUS_TOKEN'])
  assert.equal(socket.code, 2)
})

test('what does not fit is said', async () => {
  const { source } = await prometheus()
  const code = async (...args: readonly string[]): Promise<string> => { const { code, err } = await run(['live', ...args]); return `${code} ${err}` }
  assert.match(await code(source, '--since', '1 hour', '--once'), /^2 .*--since takes a time/s)
  assert.match(await code(source, '--since', '8d', '--once'), /^2 .*at most 7d/s)
  assert.match(await code('/run/none.sock', '--since', '5m'), /^2 .*other sources keep no past/s)
  assert.match(await code('prometheus:http://127.0.0.1:1/', '--once'), /^3 .*Nobody listens/s)
  const nginx = path.join(scratch, 'nginx.conf')
  writeFileSync(nginx, 'events {}\nhttp { upstream api { server 127.0.0.1:81; } server { listen 127.0.0.1:80; location / { proxy_pass http://api; } } }\n')
  assert.match(await code(source, '--config', nginx, '--once'), /^3 .*shows HAProxy, and .*nginx.conf is a config of nginx/s)
})
