import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { rowKey, type LiveRow, type LiveSnapshot } from '#shared/live/snapshot.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, findHaproxy } from '#test/oracle/haproxy/harness.ts'
import { sourceOf, startLoad, useLab, waitForPage } from './lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

const lab = useLab(skip, {
  ports: 3, servers: 3,
  async begin() {
    const [web, plain, page] = lab.ports as readonly [number, number, number]
    const [a, b, c] = lab.serverPorts as readonly [number, number, number]
    lab.write('haproxy.cfg', `global
    stats socket ${lab.file('stats.sock')} mode 600 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${web}
    http-request deny if { path_beg /no }
    default_backend app
frontend plain
    mode tcp
    bind 127.0.0.1:${plain}
    default_backend raw
frontend page
    bind 127.0.0.1:${page}
    http-request use-service prometheus-exporter if { path /metrics }
backend app
    balance roundrobin
    server a 127.0.0.1:${a} weight 20 check inter 200ms
    server b 127.0.0.1:${b} weight 10 maxconn 50
    server held 127.0.0.1:${c} disabled
    server gone 127.0.0.1:1 check inter 200ms fall 1
    server spare 127.0.0.1:${c} backup
backend raw
    mode tcp
    server c 127.0.0.1:${c}
`)
    await waitForPage(page, '/metrics', lab.start('haproxy', ['-db', '-f', 'haproxy.cfg']))
  },
})

/** What both sources know. The exporter shows neither addresses nor details of checks, and no backups before 3.0. */
function comparable(row: LiveRow): object {
  const { kind, owner, protocol, counters, gauges } = row
  if (row.kind !== 'server') return { kind, owner, protocol, counters, ...(row.kind === 'pool' ? { up: row.up, gauges, stateSeconds: row.stateSeconds } : { sessionLimit: gauges.sessionLimit }) }
  const { health, admin, weight, throttlePercent } = row.state
  return { kind, owner, name: row.name, protocol, counters, gauges, state: { health, admin, weight, throttlePercent } }
}

test('socket and exporter of one HAProxy agree row by row', { skip }, async () => {
  const [web, plain, page] = lab.ports as readonly [number, number, number]
  const loads = [startLoad(web, 600, (count) => (count % 10 === 0 ? '/no' : '/')), startLoad(plain, 50, () => '/')]
  await sleep(2000)
  for (const load of loads) await load.stop()
  await sleep(100)
  const poll = async (written: string): Promise<LiveSnapshot> => {
    const polled = await createPoller(nodeLive, sourceOf(written), 4000).poll()
    assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
    return polled.value
  }
  const socket = await poll(lab.file('stats.sock'))
  const metrics = await poll(`haproxy-metrics:http://127.0.0.1:${page}/metrics`)
  assert.equal(socket.epoch?.replace(/^\d+/, ''), metrics.epoch)
  assert.equal(socket.version, metrics.version)
  // The page counts its own request; everything else stands still.
  const rows = (snapshot: LiveSnapshot): readonly LiveRow[] => snapshot.rows.filter((row) => row.owner !== 'page')
  assert.deepEqual(rows(metrics).map(rowKey).sort(), rows(socket).map(rowKey).sort())
  let same = 0
  for (const row of rows(socket)) {
    const other = rows(metrics).find((one) => rowKey(one) === rowKey(row)) as LiveRow
    // The first 512 answers: the exporter's mean is too small until then, and left out.
    const known = other.gauges.responseMs !== null ? row : { ...row, gauges: { ...row.gauges, responseMs: null } }
    assert.deepEqual(comparable(other), comparable(known), rowKey(row))
    same += 1
  }
  const requests = rows(socket).reduce((sum, row) => sum + (row.kind === 'listener' ? Number(row.counters.requests ?? row.counters.connections) : 0), 0)
  console.log(`haproxy ${found.found ? found.version : ''}: ${same} rows agree after ${requests} requests and connections; the socket gave ${socket.bytes} bytes, the exporter ${metrics.bytes}`)
  assert.equal(metrics.rows.some((row) => row.kind === 'server' && row.name === 'gone' && row.state.health === 'down'), true)
})
