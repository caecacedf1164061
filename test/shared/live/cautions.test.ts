import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cautionsOf, powerOf } from '#shared/live/cautions.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  if (typeof source === 'string') assert.fail(source)
  return source
}

test('addresses that could change the balancer say so, those that only read do not', () => {
  const words = (written: string): string | null => powerOf(sourceOf(written))
  assert.match(words('/run/haproxy/admin.sock') ?? '', /^With "level admin".*"level user" is enough\.$/)
  assert.match(words('10.0.0.5:9999') ?? '', /^A stats socket asks nobody for a password/)
  assert.match(words('https://lb.example/stats') ?? '', /"stats admin"/)
  assert.match(words('caddy:http://127.0.0.1:2019') ?? '', /replace its whole config/)
  assert.match(words('envoy:http://127.0.0.1:9901') ?? '', /drain and end it/)
  assert.match(words('apache:http://lb.example/balancer-manager') ?? '', /switch servers off/)
  assert.match(words('haproxy-master:/run/haproxy-master.sock') ?? '', /reload HAProxy/)
  for (const written of ['haproxy-metrics:http://lb:8405/metrics', 'prometheus:http://prom:9090', 'nginx-log:/var/log/nginx/access.log', 'caddy-log:/var/log/caddy.log', 'haproxy-log:/var/log/haproxy.log', 'nginx-status:http://lb/status', 'apache-status:http://lb/server-status', 'traefik:http://lb:8080']) {
    assert.equal(words(written), null, written)
  }
})

test('asking the balancer itself for very many rows very often is said, and what would spare it', () => {
  const metrics = sourceOf('haproxy-metrics:http://lb:8405/metrics')
  assert.deepEqual(cautionsOf(metrics, 2000, 1000), [])
  assert.deepEqual(cautionsOf(metrics, 5400, 10_000), [])
  assert.match(cautionsOf(metrics, 5400, 1000)[0] ?? '', /^Each poll asks the balancer for 5,400 rows, every second,.*10 seconds between polls spare it/)
  assert.match(cautionsOf(metrics, 5400, 2500)[0] ?? '', /every 2\.5 seconds/)
  assert.deepEqual(cautionsOf(sourceOf('prometheus:http://prom:9090'), 5400, 1000), [])
  assert.deepEqual(cautionsOf(sourceOf('nginx-log:/var/log/nginx/access.log'), 5400, 1000), [])
})
