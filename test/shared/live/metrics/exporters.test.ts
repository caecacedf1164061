import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exporters } from '#shared/live/metrics/exporters.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { MetricsReading } from '#shared/live/metrics/exporter.ts'
import { rowKey, type LiveRow } from '#shared/live/snapshot.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const read = (product: string, text: string): MetricsReading => {
  const exporter = exporters.find((one) => one.product === product)
  const samples = parseExposition(text, (name) => exporter?.metrics.includes(name) === true)
  assert.ok(exporter !== undefined && samples.ok, samples.ok ? '' : samples.failure.message)
  return exporter.read(samples.value)
}
const rowOf = (reading: MetricsReading, key: string): LiveRow => {
  const found = reading.rows.find((row) => rowKey(row) === key)
  assert.ok(found !== undefined, `${key}, not in ${reading.rows.map(rowKey).join()}`)
  return found
}
const state = (row: LiveRow): unknown => (row.kind === 'server' ? [row.state.text, row.state.health, row.state.admin, row.state.weight, row.state.address] : null)

test('the exporter of nginx tells totals only', () => {
  const reading = read('nginx', captured('metrics/nginx-exporter.metrics.txt'))
  assert.deepEqual(reading.rows.map((row) => [rowKey(row), row.counters.requests, row.counters.connections, row.gauges.sessions]), [['listener:nginx', 5, 4, 1]])
})

test('nginx Plus: numbers for states, and a pool that sums its servers', () => {
  const line = (name: string, server: string, value: number, more = ''): string => `nginxplus_upstream_server_${name}{upstream="web",server="${server}"${more}} ${value}\n`
  const page = [['10.0.0.1:80', 1, 100], ['10.0.0.2:80', 6, 7], ['10.0.0.3:80', 2, 0]].map(([server, word, requests]) =>
    line('requests', String(server), Number(requests)) + line('state', String(server), Number(word)) + line('responses', String(server), Number(requests), ',code="2xx"') + line('response_time', String(server), 36)).join('')
  const reading = read('nginx', page)
  assert.deepEqual(['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'].map((server) => state(rowOf(reading, `server:web/${server}`))), [
    ['up', 'up', 'ready', null, '10.0.0.1:80'], ['unhealthy', 'down', 'ready', null, '10.0.0.2:80'], ['draining', 'up', 'drain', null, '10.0.0.3:80'],
  ])
  const pool = rowOf(reading, 'pool:web')
  assert.deepEqual([pool.counters.requests, pool.counters.status2xx, pool.counters.bytesIn, pool.gauges.responseMs, pool.kind === 'pool' && pool.up], [107, 107, null, null, true])
})

test('the module vhost_traffic_status: one sum is no server, one group is no upstream', () => {
  const reading = read('nginx', 'nginx_vts_start_time_seconds 1700000000.123\nnginx_vts_server_requests_total{host="*",code="2xx"} 9\nnginx_vts_server_requests_total{host="shop",code="2xx"} 9\nnginx_vts_upstream_requests_total{upstream="web",backend="10.0.0.1:80",code="2xx"} 5\nnginx_vts_upstream_requests_total{upstream="web",backend="10.0.0.1:80",code="5xx"} 2\nnginx_vts_upstream_requests_total{upstream="web",backend="10.0.0.1:80",code="total"} 7\nnginx_vts_upstream_requests_total{upstream="::nogroups",backend="10.9.0.1:80",code="2xx"} 3\n')
  assert.deepEqual(reading.rows.map(rowKey), ['listener:shop', 'server:web/10.0.0.1:80', 'pool:web'])
  const { counters } = rowOf(reading, 'server:web/10.0.0.1:80')
  assert.deepEqual([counters.requests, counters.status5xx, counters.bytesIn, reading.epoch], [7, 2, null, '@1700000000.123'])
})

test('the ingress controller: services of several namespaces stay apart', () => {
  const reading = read('nginx', 'nginx_ingress_controller_requests{ingress="i",namespace="shop",service="web",status="200",method="GET"} 3\nnginx_ingress_controller_requests{ingress="i",namespace="shop",service="web",status="503",method="GET"} 1\nnginx_ingress_controller_requests{exported_namespace="blog",namespace="ingress",exported_service="web",service="metrics",status="200"} 5\nnginx_ingress_controller_requests{namespace="shop",service="",status="404"} 5\n')
  assert.deepEqual(reading.rows.map((row) => [rowKey(row), row.counters.requests, row.counters.status5xx]), [['pool:shop/web', 4, 1], ['pool:blog/web', 5, null]])
})

test('Envoy: requests are attempts, answers the last ones', () => {
  const reading = read('Envoy', 'envoy_cluster_upstream_rq_total{envoy_cluster_name="web"} 12\nenvoy_cluster_upstream_rq_xx{envoy_cluster_name="web",envoy_response_code_class="2"} 9\nenvoy_cluster_upstream_rq_xx{envoy_cluster_name="web",envoy_response_code_class="5"} 1\nenvoy_cluster_upstream_rq_retry{envoy_cluster_name="web"} 2\nenvoy_cluster_membership_healthy{envoy_cluster_name="web"} 0\nenvoy_cluster_upstream_rq_time_sum{envoy_cluster_name="web"} 120\nenvoy_cluster_upstream_rq_time_count{envoy_cluster_name="web"} 10\nenvoy_server_uptime 60\nenvoy_server_hot_restart_epoch 1\nenvoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="ingress"} 10\n')
  const pool = rowOf(reading, 'pool:web')
  assert.deepEqual([pool.counters.requests, pool.counters.status2xx, pool.counters.status5xx, pool.counters.retries, pool.counters.responseMsTotal, pool.counters.responsesTimed, pool.kind === 'pool' && pool.up], [12, 9, 1, 2, 120, 10, false])
  assert.deepEqual([reading.uptimeSeconds, reading.epoch, rowOf(reading, 'listener:ingress').counters.requests], [60, '#1', 10])
})

test('Traefik: servers have a state and no counts; a reload is in the process', () => {
  const reading = read('Traefik', 'traefik_config_reloads_total 4\nprocess_start_time_seconds 1.7e+09\ntraefik_entrypoint_requests_total{code="200",entrypoint="web",method="GET",protocol="http"} 7\ntraefik_service_requests_total{code="200",method="GET",protocol="http",service="web@docker"} 5\ntraefik_service_requests_total{code="503",method="GET",protocol="http",service="web@docker"} 2\ntraefik_service_server_up{service="web@docker",url="http://10.1.0.11:8080"} 1\ntraefik_service_server_up{service="web@docker",url="https://10.1.0.12"} 0\n')
  assert.deepEqual([rowOf(reading, 'pool:web@docker').counters.requests, rowOf(reading, 'pool:web@docker').counters.status5xx, rowOf(reading, 'listener:web').counters.requests], [7, 2, 7])
  assert.deepEqual(state(rowOf(reading, 'server:web@docker/https://10.1.0.12')), ['DOWN', 'down', 'ready', null, '10.1.0.12:443'])
  assert.equal(rowOf(reading, 'server:web@docker/http://10.1.0.11:8080').counters.requests, null)
  assert.deepEqual([reading.epoch, reading.generation], ['@1700000000', 'reload 4'])
})

test('Caddy: each request is counted once, whatever it passes', () => {
  const reading = read('Caddy', 'caddy_http_requests_total{handler="subroute",server="srv0"} 598\ncaddy_http_requests_total{handler="reverse_proxy",server="srv0"} 598\ncaddy_http_requests_in_flight{handler="subroute",server="srv0"} 11\n')
  assert.deepEqual(reading.rows.map((row) => [rowKey(row), row.counters.requests, row.gauges.sessions]), [['listener:srv0', 598, 11]])
})

test('IPVS: weight 0 takes a server out, and nothing is counted', () => {
  const line = (name: string, labels: string, value: number): string => `node_ipvs_backend_${name}{${labels}} ${value}\n`
  const tcp = 'local_address="10.0.0.1",local_mark="",local_port="80",proto="TCP",remote_address="10.1.0.1",remote_port="8080"'
  const mark = 'local_address="",local_mark="00000010",local_port="",proto="FWM",remote_address="2001:db8::1",remote_port="80"'
  const reading = read('IPVS', line('connections_active', tcp, 3) + line('weight', tcp, 0) + line('connections_active', mark, 4) + line('weight', mark, 100))
  assert.deepEqual(state(rowOf(reading, 'server:TCP 10.0.0.1:80/10.1.0.1:8080')), ['weight 0', 'unchecked', 'weight-zero', 0, '10.1.0.1:8080'])
  assert.deepEqual(state(rowOf(reading, 'server:FWM 00000010/[2001:db8::1]:80')), ['', 'unchecked', 'ready', 100, '[2001:db8::1]:80'])
  assert.deepEqual([rowOf(reading, 'pool:TCP 10.0.0.1:80').gauges.sessions, rowOf(reading, 'pool:TCP 10.0.0.1:80').counters.connections], [3, null])
})

test('no exporter takes the metrics of another for its own', () => {
  for (const [page, product] of [['haproxy/healthy.metrics.txt.gz', 'HAProxy'], ['haproxy-3.4/healthy.metrics.txt.gz', 'HAProxy'], ['metrics/haproxy-exporter.metrics.txt.gz', 'HAProxy'], ['metrics/nginx-exporter.metrics.txt', 'nginx']] as const) {
    assert.deepEqual(exporters.filter((one) => read(one.product, captured(page)).rows.length > 0).map((one) => one.product), [product], page)
  }
})
