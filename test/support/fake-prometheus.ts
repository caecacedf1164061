import http from 'node:http'
import type net from 'node:net'

export interface ScrapedServer {
  readonly pool: string
  readonly server: string
  /** Requests that it had answered at a time, in seconds since 1970. */
  readonly answered: (atS: number) => number
}

/** An HTTP API that answers like Prometheus behind the exporter of one HAProxy, of which it has scraped any time up to now. */
export interface FakePrometheus {
  /** Address of a source, with its label. */
  readonly source: string
  /** Everything that was asked, decoded. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** `refuses`: questions that get status 503 (`refuse`), or nothing at all (`hang`); null: they are answered. */
export async function startFakePrometheus(servers: readonly ScrapedServer[], scrapeS: number, refuses: (path: string) => 'refuse' | 'hang' | null = () => null): Promise<FakePrometheus> {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    asked.push(path)
    const refusal = refuses(path)
    if (refusal !== null) {
      response.statusCode = 503
      if (refusal === 'refuse') response.end()
      return
    }
    const range = /&start=([\d.]+)&end=([\d.]+)&step=([\d.]+)$/.exec(path)
    const window = /\[(\d+)s\]$/.exec(path)
    const nowS = Date.now() / 1000
    if (range !== null) {
      const [from, to, step] = range.slice(1).map(Number) as [number, number, number]
      response.end(matrix(servers, Array.from({ length: Math.floor((to - from) / step + 1.0001) }, (_, index) => from + index * step), scrapeS))
    } else {
      const last = Math.floor(nowS / scrapeS) * scrapeS
      const times = Array.from({ length: Math.ceil(Number(window?.[1] ?? 0) / scrapeS) }, (_, index) => last - index * scrapeS).filter((time) => time > nowS - Number(window?.[1])).reverse()
      response.end(matrix(servers, times, scrapeS))
    }
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    source: `prometheus:http://127.0.0.1:${(server.address() as net.AddressInfo).port}/?job=haproxy`, asked,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  }
}

/** Each time has the value of the scrape before it. */
function matrix(servers: readonly ScrapedServer[], times: readonly number[], scrapeS: number): string {
  const common = { job: 'haproxy', instance: 'lb1' }
  const series = (name: string, labels: Readonly<Record<string, string>>, value: (atS: number) => number): object => ({
    metric: { __name__: name, ...common, ...labels }, values: times.map((time) => [time, String(Math.floor(value(Math.floor(time / scrapeS) * scrapeS)))]),
  })
  const pools = [...new Set(servers.map((one) => one.pool))]
  const answeredBy = (pool: string, atS: number): number => servers.reduce((sum, one) => (one.pool === pool ? sum + Math.floor(one.answered(atS)) : sum), 0)
  const result = [
    series('haproxy_process_start_time_seconds', {}, () => 1_700_000_000),
    ...pools.map((pool) => series('haproxy_backend_http_responses_total', { proxy: pool, code: '2xx' }, (atS) => answeredBy(pool, atS))),
    ...servers.flatMap(({ pool, server, answered }) => [
      series('haproxy_server_http_responses_total', { proxy: pool, server, code: '2xx' }, answered),
      series('haproxy_server_status', { proxy: pool, server, state: 'UP' }, () => 1),
      series('haproxy_server_weight', { proxy: pool, server }, () => 100),
    ]),
  ]
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}
