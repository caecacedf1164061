import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkStatusMetric, haproxyExporter } from '#shared/live/metrics/exporters/haproxy.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { MetricsReading } from '#shared/live/metrics/exporter.ts'
import { rowKey, type LiveRow, type ServerRow } from '#shared/live/snapshot.ts'
import { captured, capturedPoll } from '#test/shared/live/fixtures.ts'

const read = (text: string, names: readonly string[] = [...haproxyExporter.metrics, checkStatusMetric]): MetricsReading => {
  const samples = parseExposition(text, (name) => names.includes(name))
  assert.ok(samples.ok)
  return haproxyExporter.read(samples.value)
}
const rowOf = (reading: MetricsReading, key: string): LiveRow => {
  const found = reading.rows.find((row) => rowKey(row) === key)
  assert.ok(found !== undefined, key)
  return found
}
const serverOf = (reading: MetricsReading, key: string): ServerRow => rowOf(reading, `server:${key}`) as ServerRow

test('the exporter in HAProxy 2.6 shows the rows of the socket', () => {
  const reading = read(captured('haproxy/healthy.metrics.txt.gz'))
  const socket = capturedPoll('healthy')
  assert.deepEqual([reading.version, reading.epoch, reading.uptimeSeconds, reading.stopping], ['2.6.12-1+deb12u4', '@1795173132', 56, false])
  assert.deepEqual(reading.rows.map(rowKey).sort(), socket.rows.map(rowKey).sort())
  for (const row of socket.rows) {
    const same = rowOf(reading, rowKey(row))
    assert.equal(same.protocol, row.protocol, rowKey(row))
    // One word for both: the page does not tell an empty slot of a template from a server in maintenance.
    const admin = row.kind === 'server' && row.state.admin === 'unresolved' ? 'maintenance' : row.kind === 'server' ? row.state.admin : null
    if (row.kind === 'server' && same.kind === 'server') assert.deepEqual([same.state.health, same.state.admin, same.state.weight], [row.state.health, admin, row.state.weight], rowKey(row))
  }
  const { counters, gauges, state } = serverOf(reading, 'be_web/s1')
  assert.deepEqual([counters.requests, counters.connections, counters.selections, counters.status2xx, counters.bytesOut, counters.denied], [208, 3, 208, 208, 132704, null])
  assert.deepEqual(gauges, { sessions: 0, queued: 0, sessionLimit: null, responseMs: null })
  assert.deepEqual([state.text, state.check, state.address, state.throttlePercent], ['UP', 'L7OK', null, null])
  const listener = rowOf(reading, 'listener:fe_main')
  assert.deepEqual([listener.counters.requests, listener.counters.connections, listener.counters.denied, listener.counters.status4xx], [8083, 103, 621, 621])
})

test('HAProxy 3.4 counts the requests of servers, and shows backups', () => {
  const reading = read(captured('haproxy-3.4/healthy.metrics.txt.gz'))
  assert.equal(reading.version, '3.4.0-64a335366')
  assert.equal(serverOf(reading, 'be_web/s1').counters.requests, 65)
  assert.equal(read('haproxy_server_http_responses_total{proxy="a",server="b",code="2xx"} 1\nhaproxy_server_backup{proxy="a",server="b"} 1\n').rows.every((row) => row.kind === 'server' && row.state.backup), true)
})

test('the exporter beside HAProxy has other labels, and its start is not that of the balancer', () => {
  const reading = read(captured('metrics/haproxy-exporter.metrics.txt.gz'))
  assert.equal(reading.epoch, null)
  const server = serverOf(reading, 'be_web/s1')
  assert.equal(server.state.health, 'up')
  assert.ok(Number(server.counters.requests) > 0 && server.counters.selections !== null)
  assert.equal(rowOf(reading, 'pool:be_web').kind, 'pool')
})

test('a mean that the exporter divides by more answers than there were is not shown', () => {
  const page = (requests: number): string => `haproxy_server_http_responses_total{proxy="p",server="s",code="2xx"} ${requests}\nhaproxy_server_response_time_average_seconds{proxy="p",server="s"} 0.012000\n`
  assert.deepEqual([511, 512].map((requests) => serverOf(read(page(requests)), 'p/s').gauges.responseMs), [null, 12])
})

test('states are the one that is 1, and nothing is made of what is missing', () => {
  const reading = read(['DOWN', 'UP', 'MAINT', 'DRAIN', 'NOLB'].map((state) => `haproxy_server_status{proxy="p",server="s",state="${state}"} ${state === 'DRAIN' ? 1 : 0}\n`).join('') + 'haproxy_server_weight{proxy="p",server="s"} 7\nhaproxy_server_bytes_in_total{proxy="p",server="s"} NaN\n')
  const { state, counters, protocol } = serverOf(reading, 'p/s')
  assert.deepEqual([state.text, state.health, state.admin, state.weight], ['DRAIN', 'up', 'drain', 7])
  assert.deepEqual([counters.bytesIn, counters.requests, protocol], [null, null, 'tcp'])
  assert.deepEqual(read('go_goroutines 7\n').rows, [])
  assert.deepEqual(read('haproxy_server_bytes_in_total{proxy="<internal>",server="s"} 1\nhaproxy_server_bytes_in_total{server="s"} 1\n').rows, [])
})
