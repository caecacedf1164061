import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caddyLog } from '#shared/live/caddy/log-line.ts'
import { haproxyLog } from '#shared/live/haproxy/log-line.ts'
import type { LogFormat } from '#shared/live/log/logged-request.ts'
import { nginxLog } from '#shared/live/nginx/log-line.ts'

const haproxy = (client: string): string => `Nov 29 15:00:00 lb haproxy[7]: ${client}:40000 [29/Nov/2026:15:00:00.001] web app/a 0/0/1/2/3 200 100 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`
const caddy = (request: object): string => JSON.stringify({ level: 'info', ts: 1_700_000_000.5, logger: 'http.log.access.srv0', request, status: 200, size: 3, duration: 0.01, resp_headers: { 'X-Upstream': ['127.0.0.1:8001'] } })

const lines: readonly (readonly [LogFormat, string, string | undefined])[] = [
  [haproxyLog, haproxy('192.0.2.7'), '192.0.2.7'],
  [haproxyLog, haproxy('2001:db8::7'), '2001:db8::7'],
  [nginxLog, '{"msec":1700000000.500,"ra":"192.0.2.7","ua":"127.0.0.1:8001","us":"200","urt":"0.001"}', '192.0.2.7'],
  [nginxLog, '{"msec":1700000000.500,"remote_addr":"2001:db8::7","ua":"127.0.0.1:8001","us":"200","urt":"0.001"}', '2001:db8::7'],
  [nginxLog, '192.0.2.7 - - [29/Nov/2026:15:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl" upstream_addr="127.0.0.1:8001"', '192.0.2.7'],
  [nginxLog, '2001:db8::7 - - [29/Nov/2026:15:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl" upstream_addr="127.0.0.1:8001"', '2001:db8::7'],
  // What the client writes is no address, and a line without one tells none.
  [nginxLog, '[29/Nov/2026:15:00:00 +0000] "192.0.2.7 - - HTTP/1.1" 200 5 upstream_addr="127.0.0.1:8001"', undefined],
  [nginxLog, '{"msec":1700000000.500,"ua":"127.0.0.1:8001","us":"200","urt":"0.001"}', undefined],
  [caddyLog, caddy({ remote_ip: '192.0.2.7', client_ip: '2001:db8::7' }), '2001:db8::7'],
  [caddyLog, caddy({ remote_ip: '192.0.2.7' }), '192.0.2.7'],
  [caddyLog, caddy({}), undefined],
]

for (const [format, line, expected] of lines) {
  test(`the client of a line of ${format.product}: ${line.slice(0, 60)}`, () => {
    const request = format.parse(line)
    assert.ok(request !== null && request !== 'other', line)
    assert.equal(request.client, expected)
  })
}
