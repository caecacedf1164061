import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy, freePorts, openWorkshop, releasePorts, type Workshop } from '../haproxy/harness.ts'
import { isClose, measure, seconds, startBackend, startLoad, type Backend, type Watched } from './bench.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

let workshop: Workshop
let ports: readonly number[] = []
let master: ChildProcess | null = null
let config = ''
let log = ''
const backends: Backend[] = []

before(async () => {
  if (skip !== false) return
  workshop = openWorkshop()
  ports = await freePorts(1)
  for (let index = 0; index < 4; index += 1) backends.push(await startBackend(5))
  const [a, b, c, d] = backends.map((one) => one.port) as unknown as readonly [number, number, number, number]
  config = `global
    log stdout format raw local0 info
    hard-stop-after 2s
defaults
    mode http
    log global
    option httplog
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${ports[0] as number}
    use_backend few if { path_beg /few }
    default_backend app
backend app
    balance roundrobin
    server a 127.0.0.1:${a} weight 20
    server b 127.0.0.1:${b} weight 10
    server c 127.0.0.1:${c} weight 10
backend few
    balance leastconn
    server a 127.0.0.1:${a}
    server d 127.0.0.1:${d}
`
  log = path.join(workshop.folder, 'haproxy.log')
  writeFileSync(path.join(workshop.folder, 'haproxy.cfg'), config)
  const written = openSync(log, 'a')
  master = spawn('haproxy', ['-W', '-db', '-f', 'haproxy.cfg', '-p', 'pid'], { cwd: workshop.folder, stdio: ['ignore', written, 'pipe'] })
  closeSync(written)
  let words = ''
  master.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) })
  master.on('error', (error) => { words = error.message })
  for (let tries = 0; tries < 500; tries += 1) {
    if (await fetch(`http://127.0.0.1:${ports[0] as number}/none`).then((response) => response.ok, () => false)) return
    await sleep(20)
  }
  assert.fail(`haproxy did not start:\n${words}`)
})

after(async () => {
  if (skip !== false) return
  const ended = new Promise<void>((resolve) => { master?.once('exit', () => { resolve() }) })
  master?.kill('SIGTERM')
  await Promise.race([ended, sleep(3000)])
  master?.kill('SIGKILL')
  for (const backend of backends) backend.close()
  releasePorts(ports)
  workshop.dispose()
})

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}

test(`haproxy’s log: rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`haproxy-log:${log}`), 1000)
  context.after(() => poller.close())
  const [a, b, c, d] = backends as [Backend, Backend, Backend, Backend]
  const servers: readonly Watched[] = [['app', 'a', a], ['app', 'b', b], ['app', 'c', c], ['few', 'a', a], ['few', 'd', d]].map(([pool, server, backend]) => ({ pool, server, path: pool, backend }) as Watched)
  const load = startLoad(ports[0] as number, ['/app', '/few'])
  context.after(() => load.stop())
  await sleep(500)
  const outcome = await measure(poller, compileConfig(config, new Map()).model, servers, 'requests', () => { master?.kill('SIGUSR2') })
  const { sent, failed } = await load.stop()
  console.log(`haproxy ${found.found ? found.version : ''}, log: ${sent} requests sent, ${failed} failed, ${outcome.failures} polls failed, ${outcome.resets} intervals without a rate\n  ${outcome.lines.join('\n  ')}\n  verdicts: ${outcome.verdicts.join(', ')}`)
  assert.deepEqual([outcome.failures, outcome.resets], [0, 0])
  for (const tally of outcome.tallies) assert.ok(isClose(tally), outcome.lines.join('\n'))
  assert.ok(outcome.verdicts.every((verdict) => /as-expected|few$/.test(verdict)), outcome.verdicts.join())
  assert.deepEqual(outcome.last?.drift, [])
})
