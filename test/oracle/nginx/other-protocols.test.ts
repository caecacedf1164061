import assert from 'node:assert/strict'
import http2 from 'node:http2'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { balancersRequired, freePorts, openWorkshop, ownAddress, releasePorts, toWire, type Running, type Workshop } from '../haproxy/harness.ts'
import { exchange, startStubs, type Stubs } from '../haproxy/stubs.ts'
import { compileConfig, findNginx, startNginx, withFrame } from './harness.ts'

const server = findNginx()
const options = { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false, timeout: 60_000 }

type Protocol = 'fastcgi' | 'uwsgi' | 'scgi' | 'grpc'
const protocols: readonly Protocol[] = ['fastcgi', 'uwsgi', 'scgi', 'grpc']

let workshop: Workshop | null = null
let running: Running | null = null
let stubs: Stubs | null = null
let port = 0
let config = ''
const closers: (() => void)[] = []

before(async () => {
  if (options.skip !== false) return
  workshop = openWorkshop()
  stubs = await startStubs(3)
  ;[port = 0] = await freePorts(1)
  const places = new Map<Protocol, readonly number[]>()
  for (const protocol of protocols) places.set(protocol, [await startSpeaking(protocol), await startSpeaking(protocol)])
  config = withFrame(configOf(places, stubs.ports))
  running = await startNginx(workshop, config, [{ host: ownAddress, port }])
})
after(async () => {
  await running?.stop()
  await stubs?.close()
  for (const close of closers) close()
  releasePorts([port])
  workshop?.dispose()
})

function configOf(places: ReadonlyMap<Protocol, readonly number[]>, [plain = 0, failing = 0, second = 0]: readonly number[]): string {
  const groups = protocols.map((protocol) => `upstream ${protocol}s { server 127.0.0.1:${places.get(protocol)?.[0] ?? 0} weight=2; server 127.0.0.1:${places.get(protocol)?.[1] ?? 0} backup; }`)
  const locations = protocols.flatMap((protocol) => {
    const scheme = protocol === 'grpc' ? 'grpc://' : ''
    return [
      `location /${protocol}/ { ${protocol}_pass ${scheme}${protocol}s; }`,
      `location = /${protocol}/alone { ${protocol}_pass ${scheme}127.0.0.1:${places.get(protocol)?.[1] ?? 0}; }`,
      `location /${protocol}/if/ { if ($arg_k) { ${protocol}_pass ${scheme}127.0.0.1:${places.get(protocol)?.[1] ?? 0}; } proxy_pass http://plain; }`,
      `location ~ ^/${protocol}/re/(\\w+)\\.x$ { rewrite ^ /${protocol}/$1 break; ${protocol}_pass ${scheme}${protocol}s; }`,
    ]
  })
  return `${groups.join('\n')}
upstream plain { server 127.0.0.1:${plain}; }
upstream second { server 127.0.0.1:${second}; }
server { listen ${ownAddress}:${port}; server_name a.test; ${locations.join('\n')}
location / { proxy_pass http://plain; }
location /wrong { error_page 418 = @second; return 418; }
location /gone { error_page 404 502 = @second; proxy_intercept_errors on; proxy_pass http://127.0.0.1:${failing}; }
location @second { proxy_pass http://second; } }
server { listen ${ownAddress}:${port}; server_name real.test; set_real_ip_from 127.0.0.0/8; real_ip_header X-Real;
location / { deny 10.0.0.0/8; proxy_pass http://plain; } location /allow { allow 192.0.2.0/24; deny all; proxy_pass http://second; } location /if { if ($remote_addr = 10.1.1.1) { return 293; } proxy_pass http://plain; } }
`
}

/** A server that answers anything in the words of one protocol, and says who it is as the plain stubs do. */
async function startSpeaking(protocol: Protocol): Promise<number> {
  let own = 0
  const card = (): string => Buffer.from(JSON.stringify({ port: own, method: '', target: '', host: null, headers: [] }), 'utf8').toString('base64')
  const made = protocol === 'grpc' ? http2.createServer() : net.createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => { socket.end(inWords(protocol, `Status: 200 OK\r\nX-Stub: ${card()}\r\n\r\n`)) })
  })
  if (protocol === 'grpc') made.on('stream', (stream: http2.ServerHttp2Stream) => { stream.respond({ ':status': 200, 'x-stub': card() }); stream.end() })
  await new Promise<void>((resolve) => { made.listen(0, '127.0.0.1', () => { resolve() }) })
  closers.push(() => made.close())
  own = (made.address() as net.AddressInfo).port
  return own
}

/** A FastCGI answer is records: output, its end, and the end of the request. uwsgi and SCGI answer as plain text. */
function inWords(protocol: Protocol, text: string): Buffer {
  if (protocol !== 'fastcgi') return Buffer.from(text)
  const record = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]), body])
  return Buffer.concat([record(6, Buffer.from(text)), record(6, Buffer.alloc(0)), record(3, Buffer.alloc(8))])
}

const at = (host: string, path: string, rest: Partial<RequestInput> = {}): RequestInput => ({ ...defaultRequest, listener: `${ownAddress}:${port}`, destinationIp: ownAddress, host, path, ...rest })

/** Asks both; the server by port, or the status. Null: the simulator is not certain. */
async function compare(requests: readonly RequestInput[]): Promise<{ readonly asked: number; readonly open: number; readonly reached: ReadonlySet<string> }> {
  const router = prepareRouter(compileConfig(config).model)
  const reached = new Set<string>()
  let open = 0
  for (const request of requests) {
    const answer = router.route(request, { explain: false })
    const reply = await exchange({ port, host: ownAddress, localAddress: request.sourceIp, bytes: Buffer.from(toWire(request), 'utf8').toString('latin1'), timeoutMs: 3000 })
    if (!answer.certain) {
      open += 1
      continue
    }
    const { outcome } = answer
    const real = reply.kind === 'stub' ? `127.0.0.1:${reply.seen.port}` : reply.kind === 'status' ? String(reply.status) : reply.kind
    const simulated = outcome.action === 'forward' ? outcome.servers.filter((one) => one.share > 0).map((one) => one.address) : 'status' in outcome ? [String(outcome.status)] : [outcome.action]
    assert.ok(simulated.includes(real), `${request.host} ${request.path} ${JSON.stringify(request.headers)}: ${JSON.stringify(outcome)}, real ${real}`)
    reached.add(real)
  }
  return { asked: requests.length, open, reached }
}

test('FastCGI, uwsgi, SCGI and gRPC go where the simulator says', options, async () => {
  const paths = protocols.flatMap((one) => [`/${one}/`, `/${one}/a/b?c=1`, `/${one}/alone`, `/${one}/alone?k=1`, `/${one}/if/`, `/${one}/if/?k=1`, `/${one}/re/u1.x`, `/${one}/re/u1.y`, `/${one}`, `//${one}//a`, `/x/../${one}/a`, `/${one}/%61lone`])
  const { asked, open, reached } = await compare(paths.flatMap((path) => ['GET', 'POST'].map((method) => at('a.test', path, { method }))))
  console.log(`other protocols: asked=${asked} open=${open} servers reached=${reached.size}`)
  assert.equal(open, 0)
  // Both servers of four groups, the plain one, and the redirect to a path that ends in a slash.
  assert.equal(reached.size, 10)
})

test('answers that are intercepted lead to their error page, and whose address comes from a header is never certain', options, async () => {
  const intercepted = await compare(['/wrong', '/wrong/x?k=1', '/gone', '/gone/x', '/other'].map((path) => at('a.test', path)))
  const headers: readonly RequestInput['headers'][] = [[], [['X-Real', '10.1.1.1']], [['X-Real', '192.0.2.7']], [['X-Real', 'nobody']], [['X-Real', '10.1.1.1, 192.0.2.7']]]
  const real = await compare(['/', '/allow', '/if'].flatMap((path) => headers.map((one) => at('real.test', path, { headers: one }))))
  console.log(`intercepted: asked=${intercepted.asked} open=${intercepted.open}; addresses from a header: asked=${real.asked} open=${real.open}`)
  assert.deepEqual([intercepted.open, real.open], [0, real.asked])
  assert.equal(intercepted.reached.size, 3)
})
