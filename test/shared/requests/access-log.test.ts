import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createCombinedReader } from '#shared/requests/access-log/combined.ts'
import { createJsonReader } from '#shared/requests/access-log/json-lines.ts'
import type { LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import { isPrometheusText, parseSample } from '#shared/requests/access-log/prometheus-text.ts'
import { parseRequestLine, toHttpVersion } from '#shared/requests/access-log/request-line.ts'

const linesOf = (name: string): readonly string[] => readFileSync(path.resolve(import.meta.dirname, '../../fixtures/access-logs', name), 'utf8').split('\n').filter((line) => line !== '')

/** The facts a row is about; `null` where the line is no request. */
function shown(request: LoggedRequest | null): string | null {
  if (request === null) return null
  const { method, target, host, httpVersion, scheme, sourceIp, port } = request
  return [method, target, host ?? '?', httpVersion ?? '?', scheme ?? '?', sourceIp ?? '?', port ?? '?', ...(request.truncated ? ['cut'] : [])].join(' ')
}

test('request lines', () => {
  const rows: readonly (readonly [string, string | null])[] = [
    ['GET / HTTP/1.1', 'GET / ? 1.1 ?'],
    ['GET http://shop.example/abs HTTP/1.1', 'GET http://shop.example/abs shop.example 1.1 ?'],
    ['GET https://user:pw@shop.example:8443/h2?y=2 HTTP/2.0', 'GET /h2?y=2 shop.example:8443 2 https'],
    ['GET https://shop.example HTTP/3.0', 'GET / shop.example 2 https'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS * ? 1.1 ?'],
    ['CONNECT shop.example:443 HTTP/1.1', 'CONNECT shop.example:443 ? 1.1 ?'],
    ['GET /cut-off', 'GET /cut-off ? ? ? cut'],
    ['GET /cut HTTP/', null],
    ['GET /with blank HTTP/1.1', null],
    ['get / HTTP/1.1', null],
    ['GET  HTTP/1.1', null],
    ['GET', null], ['', null], ['-', null], ['<BADREQ>', null], ['\x16\x03\x01\x02', null], ['GET /\x01 HTTP/1.1', null],
  ]
  for (const [text, expected] of rows) {
    const line = parseRequestLine(text)
    assert.equal(line === null ? null : [line.method, line.target, line.host ?? '?', line.httpVersion ?? '?', line.scheme ?? '?', ...(line.truncated ? ['cut'] : [])].join(' '), expected, text)
  }
  assert.deepEqual(['HTTP/1.0', '1.1', 'HTTP/2.0', 'h2', '3', '0.9', ''].map(toHttpVersion), ['1.0', '1.1', '2', null, '2', '1.0', null])
})

test('text lines of nginx and Apache', () => {
  const plain = ['GET /a?x=1 ? 1.1', 'GET /v2/auth/ ? 1.1', 'GET /v2/ ? 1.1', 'GET /q"uo{te} ? 1.1', 'GET http://shop.example/abs?y shop.example 1.1', 'GET /old ? 1.0', 'GET /h2?z=1 ? 2', null, null]
  const hosts = ['shop.example', 'api.shop.example', 'api.shop.example', 'shop.example', 'shop.example', 'shop.example', 'api.shop.example']
  const withHost = (scheme: (index: number) => string, port: (index: number) => string): readonly (string | null)[] => plain.map((row, index) => (row === null ? null : `${row.split(' ')[0]} ${row.split(' ')[1]} ${hosts[index]} ${row.split(' ')[3]} ${scheme(index)} 127.0.0.1 ${port(index)}`))
  const rows: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['nginx-combined.txt', plain.map((row) => (row === null ? null : `${row} ? 127.0.0.1 ?`))],
    ['nginx-named.txt', withHost((index) => (index === 6 ? 'https' : 'http'), () => '?')],
    ['nginx-front.txt', withHost(() => '?', (index) => (index === 6 ? '19091' : '19090'))],
    ['nginx-behind.txt', withHost(() => '?', () => '?')],
    ['nginx-text.txt', ['GET /zone ? 1.1 ? 127.0.0.1 ?', 'GET / ? 1.1 ? 127.0.0.1 ?', 'GET /static ? 1.1 ? 127.0.0.1 ?', 'GET /lc ? 1.1 ? 127.0.0.1 ?']],
    ['apache.txt', ['GET /server-status?auto ? 1.1 ? 127.0.0.1 ?', 'GET /balancer-manager ? 1.1 ? 127.0.0.1 ?', 'GET /balancer-manager?xml=1 ? 1.1 ? 127.0.0.1 ?', null]],
  ]
  for (const [name, expected] of rows) {
    const lines = linesOf(name)
    const reader = createCombinedReader(lines)
    assert.equal(reader.assumptions.length, name === 'nginx-behind.txt' ? 1 : 0, name)
    const answers = lines.map((line) => shown(reader.read(line)))
    if (name === 'nginx-text.txt' || name === 'apache.txt') assert.deepEqual(answers.slice(0, 3), expected.slice(0, 3), name)
    else assert.deepEqual(answers, expected, name)
  }
})

test('headers of combined lines, escapes undone; a dash is a header that was not sent', () => {
  const reader = createCombinedReader([])
  const lines = linesOf('nginx-combined.txt')
  assert.deepEqual(reader.read(lines[1] as string)?.headers, [['referer', 'http://ref.example/a b'], ['user-agent', 'agent "quoted" \\back']])
  assert.deepEqual(reader.read(lines[2] as string)?.headers, [['referer', null], ['user-agent', null]])
  assert.deepEqual(reader.read('192.0.2.1 - ada [20/Nov/2026:11:12:44 +0000] "GET / HTTP/1.1" 200 5')?.headers, [])
})

test('a host behind the user agent is only believed when every line has one and they differ', () => {
  const line = (host: string): string => `192.0.2.1 - - [20/Nov/2026:11:12:44 +0000] "GET / HTTP/1.1" 200 5 "-" "agent" "${host}"`
  const hostOf = (hosts: readonly string[]): string | null => createCombinedReader(hosts.map(line)).read(line(hosts[0] as string))?.host ?? null
  const rows: readonly (readonly [string, readonly string[], string | null])[] = [
    ['two names', ['a.example', 'b.example'], 'a.example'],
    ['one name may be that of the balancer', ['edge.example', 'edge.example'], null],
    ['addresses are forwarded for somebody', ['192.0.2.7', '192.0.2.8'], null],
    ['a TLS version', ['TLSv1.2', 'TLSv1.3'], null],
    ['times', ['0.003', '1.250'], null],
    ['a dash among them', ['a.example', '-'], null],
  ]
  for (const [name, hosts, expected] of rows) assert.equal(hostOf(hosts), expected, name)
})

test('what is no line of that kind is not read', () => {
  const reader = createCombinedReader([])
  for (const line of ['', ' ', '-', 'plain words', '[20/Nov/2026] "GET / HTTP/1.1" 200', '192.0.2.1 - - [20/Nov/2026:11:12:44 +0000] "GET / HT', '192.0.2.1 - - [20/Nov/2026:11:12:44 +0000] "GET / HTTP/1.1"', '192.0.2.1 - - [20/Nov/2026:11:12:44 +0000] "GET / HTTP/1.1" abc 5',
    'edge haproxy[1]: [x] "GET / HTTP/1.1" 200', '\0\x01\x02', `192.0.2.1 - - [20/Nov/2026:11:12:44 +0000] ${'"'.repeat(5000)}`, '{"request":"GET / HTTP/1.1"}']) assert.equal(reader.read(line), null, JSON.stringify(line.slice(0, 80)))
})

test('JSON lines of nginx, Caddy, Traefik', () => {
  const { read } = createJsonReader()
  const rows: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['nginx-whole.json.txt', [
      'GET /a?x=1 shop.example 1.1 http 127.0.0.1 19090', 'GET /v2/auth/ API.shop.example 1.1 http 127.0.0.1 19090', 'GET /v2/ api.shop.example 1.1 http 127.0.0.1 19090', 'GET /q"uo{te} shop.example 1.1 http 127.0.0.1 19090',
      'GET /abs?y shop.example 1.1 http 127.0.0.1 19090', 'GET /old  1.0 http 127.0.0.1 19090', 'GET /h2?z=1 api.shop.example 2 https 127.0.0.1 19091', null, null,
    ]],
    ['nginx-short-keys.json.txt', ['short', 'short', 'short', 'short', 'short']],
    ['nginx-stream.json.txt', [null, null]],
    ['caddy.json.txt', ['GET /rr 127.0.0.1:23401 1.1 http 127.0.0.1 ?', 'GET /lc 127.0.0.1:23401 1.1 http 127.0.0.1 ?', 'GET /rand 127.0.0.1:23401 1.1 http 127.0.0.1 ?', 'caddy']],
    ['traefik-constructed.json.txt', ['GET / shop.example 1.1 ? 10.0.0.9 ?']],
  ]
  for (const [name, expected] of rows) {
    const answers = linesOf(name).map((line) => shown(read(line)))
    for (const [index, row] of expected.entries()) {
      if (row === 'short') assert.match(answers[index] ?? '', /^GET \/\w* 127\.0\.0\.1 \? \? 127\.0\.0\.1 23300$/, name)
      else if (row === 'caddy') assert.match(answers[index] ?? '', /^GET \/\w* 127\.0\.0\.1:23401 1\.1 http 127\.0\.0\.1 \?$/, name)
      else assert.equal(answers[index], row, `${name} line ${index + 1}`)
    }
  }
  assert.equal(read(linesOf('traefik-constructed.json.txt')[0] as string)?.listenerGroup, 'web')
  assert.equal(read(linesOf('nginx-short-keys.json.txt')[0] as string)?.pool, 'up_rr')
})

test('what a JSON line says of headers', () => {
  const { read } = createJsonReader()
  const nginx = read(linesOf('nginx-whole.json.txt')[2] as string)
  assert.deepEqual([nginx?.headers, nginx?.hiddenHeaders], [[['user-agent', null], ['x-canary', 'on']], null])
  const caddy = read(linesOf('caddy.json.txt')[0] as string)
  assert.deepEqual([caddy?.headers, caddy?.hiddenHeaders], [[['connection', 'keep-alive']], ['cookie', 'authorization', 'proxy-authorization']], 'every header is told but those with credentials')
})

test('other JSON lines', () => {
  const { read } = createJsonReader()
  const rows: readonly (readonly [string, string | null])[] = [
    ['{"method":"GET","path":"/a","args":"x=1","authority":"shop.example","protocol":"HTTP/2","downstream_remote_address":"192.0.2.7:4711"}', 'GET /a?x=1 shop.example 2 ? 192.0.2.7 ?'],
    ['{":authority":"shop.example","method":"get","path":"/a","client_ip":"2001:db8::1"}', 'GET /a shop.example ? ? 2001:db8::1 ?'],
    ['{"httpRequest":{"requestMethod":"POST","requestUrl":"https://shop.example/a?b","remoteIp":"192.0.2.7"}}', 'POST /a?b shop.example ? https 192.0.2.7 ?'],
    ['Nov 20 11:12:44 edge nginx: {"request":"GET /a HTTP/1.1","host":"shop.example"}', 'GET /a shop.example 1.1 ? ? ?'],
    ['{"request":"GET /a HTTP/1.1","host":{"name":"edge-1"},"server_name":"_"}', 'GET /a ? 1.1 ? ? ?'],
    ['{"request":{"method":"GET","uri":"/a","host":"shop.example","tls":{"server_name":"shop.example"},"headers":{}}}', 'GET /a shop.example ? https ? ?'],
    ['{"request":"\\u0016\\u0003"}', null], ['{"message":"started"}', null], ['{"method":"GET"}', null], ['{"method":"GET","uri":"a b"}', null], ['{"method":7,"uri":"/"}', null],
    ['{"request":"GET / HTTP/1.1"', null], ['{}', null], ['[]', null], ['null', null], ['', null], ['{', null], ['\0{}', null],
  ]
  for (const [line, expected] of rows) assert.equal(shown(read(line)), expected, line)
})

test('Prometheus text is told from logs, and its samples are read', () => {
  for (const name of ['haproxy-2.6.prom', 'haproxy-exporter-0.14.prom']) assert.equal(isPrometheusText(linesOf(name)), true, name)
  for (const name of ['haproxy-2.6.txt', 'haproxy-syslog.txt', 'nginx-combined.txt', 'nginx-whole.json.txt', 'caddy.json.txt', 'haproxy-2.6.cfg']) assert.equal(isPrometheusText(linesOf(name)), false, name)
  assert.equal(isPrometheusText([]), false)
  const rows: readonly (readonly [string, unknown])[] = [
    ['a_total{proxy="x",code="2\\"xx\\\\\\n"} 12', ['a_total', [['proxy', 'x'], ['code', '2"xx\\\n']], 12]],
    ['up 1 1795173930931', ['up', [], 1]],
    ['up{} NaN', ['up', [], NaN]],
    ['up{ a="b", } +Inf', ['up', [['a', 'b']], Infinity]],
    ['up 1e3', ['up', [], 1000]],
    ['# TYPE up gauge', null], ['up{a=b} 1', null], ['up{a="b" 1', null], ['up', null], ['up x', null], ['', null], ['192.0.2.1 - -', null],
  ]
  for (const [line, expected] of rows) {
    const sample = parseSample(line)
    assert.deepEqual(sample === null ? null : [sample.name, [...sample.labels], sample.value], expected, line)
  }
})
