import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Parsed } from '#shared/dialects/dialect.ts'
import { haproxyAccessLogs } from '#shared/dialects/haproxy/access-log.ts'
import { haproxyCounters } from '#shared/dialects/haproxy/counters.ts'
import { haproxy } from '#shared/dialects/haproxy/index.ts'
import type { HaproxyTree } from '#shared/dialects/haproxy/tree.ts'
import type { AccessLogReader, LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import { parseSample, type MetricSample } from '#shared/requests/access-log/prometheus-text.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const fixture = (name: string): string => readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/access-logs', name), 'utf8')
const linesOf = (name: string): readonly string[] => fixture(name).split('\n').filter((line) => line !== '')

function parsed(text: string): Parsed<HaproxyTree> {
  const file: SourceFile = { path: 'haproxy.cfg', text, role: 'config', encoding: 'utf-8' }
  return { file, tree: haproxy.parse(file).tree }
}

function reader(format: string, files: readonly Parsed<HaproxyTree>[] = []): AccessLogReader['read'] {
  const found = haproxyAccessLogs(files).find((one) => one.format === format)
  assert.ok(found !== undefined, format)
  return found.read
}

const facts = (request: LoggedRequest | null): unknown => (request === null ? null : [request.listenerGroup, request.pool, request.scheme, request.method, request.target, request.host, request.httpVersion, request.sourceIp])

test('lines of HAProxy 2.6 with the config that wrote them', () => {
  const read = reader('haproxy-httplog', [parsed(fixture('haproxy-2.6.cfg'))])
  const answers = linesOf('haproxy-2.6.txt').map(read)
  assert.deepEqual(answers.map(facts).filter((_, index) => index !== 6), [
    ['plain', 'a', 'http', 'GET', '/a/1?x=1', null, '1.1', '127.0.0.1'],
    ['plain', 'b', 'http', 'GET', '/q"uote', null, '1.1', '127.0.0.1'],
    ['plain', 'b', 'http', 'GET', '/q"uo{te}|p%20', null, '1.1', '127.0.0.1'],
    ['plain', 'a', 'http', 'GET', 'http://shop.example/abs', 'shop.example', '1.1', '127.0.0.1'],
    ['plain', 'b', 'http', 'OPTIONS', '*', null, '1.1', '127.0.0.1'],
    ['plain', 'b', 'http', 'GET', '/old', null, '1.0', '127.0.0.1'],
    ['captured', 'b', 'http', 'GET', '/v2/auth/', 'api.shop.example', '1.1', '127.0.0.1'],
    ['captured', 'b', 'http', 'GET', '/none', '', '1.1', '127.0.0.1'],
    ['captured', 'b', 'http', 'GET', '/v2/', null, '1.1', '127.0.0.1'],
    ['responses', 'b', 'http', 'GET', '/r', null, '1.1', '127.0.0.1'],
    ['tls', 'b', 'https', 'GET', '/h2?y=2', 'api.shop.example', '2', '127.0.0.1'],
    ['tls', 'b', 'https', 'GET', '/h1', null, '1.1', '127.0.0.1'],
    ['tls-long', 'b', 'https', 'GET', '/h2', 'api.shop.example:19444', '2', '127.0.0.1'],
    ['tls-long', 'b', 'https', 'GET', '/h1', 'api.shop.example:19444', '1.1', '127.0.0.1'],
    ['tls-long', 'b', 'https', 'GET', '/nosni', '127.0.0.1:19444', '1.1', '127.0.0.1'],
    null, null,
    ['six', 'b', 'http', 'GET', '/six', null, '1.1', '::1'],
    null,
  ])
  assert.equal(answers[6]?.truncated, true, 'a target longer than the log keeps')
  assert.ok(answers.every((answer, index) => answer === null || answer.truncated === (index === 6)))
  assert.deepEqual(answers[7]?.headers, [['x-canary', 'on']], 'a value that fills its slot may have been longer')
  assert.deepEqual(answers[8]?.headers, [['user-agent', null], ['x-canary', null]])
})

test('the long TLS format names the server name, CLF names the entry and the pool', () => {
  const lines = linesOf('haproxy-2.6.txt')
  const long = lines.map(reader('haproxy-httpslog')).filter((answer) => answer !== null)
  assert.deepEqual(long.map((answer) => [answer.target, answer.sni]), [['/h2', 'api.shop.example'], ['/h1', 'api.shop.example'], ['/nosni', '']])
  assert.deepEqual(lines.map(reader('haproxy-clf')).filter((answer) => answer !== null).map(facts), [
    ['clf', 'b', 'http', 'GET', '/clf', null, '1.1', '127.0.0.1'],
    ['clf', 'b', 'https', 'GET', '/clf2', 'shop.example', '2', '127.0.0.1'],
  ])
})

test('captured values say nothing without the config that names them, or with one they do not fit', () => {
  const lines = linesOf('haproxy-2.6.txt').slice(7, 11)
  const other = parsed('frontend captured\n    mode http\n    bind 127.0.0.1:1\n    capture request header Host len 40\nfrontend responses\n    mode http\n    bind 127.0.0.1:2\n    capture request header Host len 40\n    capture response header Server len 10\n')
  for (const files of [[], [other]]) assert.deepEqual(lines.map((line) => [reader('haproxy-httplog', files)(line)?.host, reader('haproxy-httplog', files)(line)?.headers]), [[null, []], [null, []], [null, []], [null, []]])
})

test('which slots hold a header', () => {
  const config = parsed([
    'frontend web', '    mode http', '    bind 127.0.0.1:1', '    declare capture request len 10', '    http-request capture req.hdr(Host),lower len 40', '    http-request capture req.fhdr(User-Agent) len 40',
    '    tcp-request content capture req.hdr(X-A) len 5', '    http-request capture hdr(X-B) len 5 if { path / }', '    http-request capture req.hdr(X-C) id 0', '    http-response capture res.hdr(Server) id 0', '    capture response header Server len 9', '',
  ].join('\n'))
  const line = '192.0.2.1:5000 [20/Nov/2026:11:12:44.502] web be/s 0/0/0/3/3 200 638 - - ---- 1/1/0/0/0 0/0 {10|shop.example|agent|a|} {srv} "GET / HTTP/1.1"'
  const request = reader('haproxy-httplog', [config])(line)
  assert.deepEqual([request?.host, request?.headers], [null, [['user-agent', 'agent'], ['x-a', 'a']]])
})

test('requests over syslog, among connections and messages', () => {
  const lines = linesOf('haproxy-syslog.txt')
  const answers = lines.map(reader('haproxy-httplog'))
  for (const [index, line] of lines.entries()) assert.equal(answers[index] !== null, line.includes('HTTP/1.1"'), line)
  assert.deepEqual(facts(answers[0] ?? null), ['fe_main', 'be_web', 'http', 'GET', '/', null, '1.1', '127.0.0.1'])
  const denied = lines.findIndex((line) => line.includes('/deny'))
  assert.equal(answers[denied]?.pool, null, 'a denied request reached no pool')
})

test('lines that are none', () => {
  const good = linesOf('haproxy-2.6.txt')[0] as string
  const read = reader('haproxy-httplog')
  assert.ok(read(good) !== null)
  // The last places cut the request itself: those say what they still hold.
  for (let length = 0; length < good.indexOf('"GET /') + 6; length += 1) assert.equal(read(good.slice(0, length)), null, good.slice(0, length))
  assert.deepEqual([read(good.slice(0, -12))?.target, read(good.slice(0, -12))?.truncated], ['/a/1?x', true])
  assert.deepEqual([read(good.slice(0, -1))?.truncated], [true], 'without its closing quote')
  for (const line of ['', 'x', '\0\x01', good.replaceAll('/', ' '), good.replace('GET /a/1?x=1 HTTP/1.1', '<BADREQ>'), `${':'.repeat(5000)}[`, '{}'.repeat(100)]) assert.equal(read(line), null, line.slice(0, 60))
})

test('requests of frontends and backends from both Prometheus pages', () => {
  const samples = (name: string): readonly MetricSample[] => linesOf(name).map(parseSample).filter((sample) => sample !== null)
  const own = haproxyCounters(samples('haproxy-2.6.prom'))
  assert.deepEqual(own.filter((one) => ['fe_main', 'be_auth', 'be_dyn'].includes(one.name)), [
    { kind: 'entry', name: 'fe_main', requests: 8083 }, { kind: 'pool', name: 'be_auth', requests: 1585 }, { kind: 'pool', name: 'be_dyn', requests: 0 },
  ])
  const older = haproxyCounters(samples('haproxy-exporter-0.14.prom'))
  assert.equal(older.find((one) => one.kind === 'entry' && one.name === 'fe_main')?.requests, 924)
  assert.ok((older.find((one) => one.kind === 'pool' && one.name === 'be_web')?.requests ?? 0) >= 921, 'responses of all codes together')
})
