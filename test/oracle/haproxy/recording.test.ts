import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { run } from '#test/cli/run-cli.ts'
import { balancersRequired, findHaproxy, freePorts, openWorkshop, ownAddress, releasePorts } from './harness.ts'
import { startProgram, waitForFile } from '../live/lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))

interface Line {
  readonly alerts?: readonly { readonly key: string; readonly since: string; readonly severity: string; readonly at: unknown }[]
}

/** Which alerts a run told, since when, and at which line. */
function told(out: string): readonly string[] {
  const lines = out.trim().split('\n').map((line) => JSON.parse(line) as Line)
  return [...new Set(lines.flatMap((line) => (line.alerts ?? []).map((alert) => `${alert.key} ${alert.severity} since ${alert.since} at ${JSON.stringify(alert.at)}`)))].sort()
}

function configOf(weight: number, port: number, servers: number, socket: string): string {
  return `global
    stats socket ${socket} mode 600 level admin
    hard-stop-after 1s
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind ${ownAddress}:${port}
    default_backend app
backend app
    balance roundrobin
    server a ${ownAddress}:${servers} weight ${weight}
    server b ${ownAddress}:${servers} weight 10
    server c ${ownAddress}:${servers} weight 10
`
}

test('a session with real HAProxy, alerts and a reload, recorded and interrupted: shown again it tells the same alerts at the same times', { skip, timeout: 120_000 }, async () => {
  const workshop = openWorkshop()
  const ports = await freePorts(2) as readonly [number, number]
  const socket = path.join(workshop.folder, 'stats.sock')
  const config = path.join(workshop.folder, 'haproxy.cfg')
  const recording = path.join(workshop.folder, 'session.lbrec')
  const server = http.createServer((_, response) => response.end('ok'))
  await new Promise<void>((resolve) => { server.listen(ports[1], ownAddress, resolve) })
  writeFileSync(config, configOf(10, ports[0], ports[1], socket))
  const master = startProgram('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'], workshop.folder)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const load = setInterval(() => { http.get({ host: ownAddress, port: ports[0], agent }, (response) => response.resume()).on('error', () => undefined) }, 15)
  let live: ChildProcess | null = null
  try {
    await waitForFile(socket, master)
    live = spawn(process.execPath, [main, 'live', socket, '--config', config, '--alerts', '--json', '--interval', '1', '--record', recording], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    live.stdout?.on('data', (chunk: Buffer) => { out += chunk.toString() })
    const lines = async (count: number): Promise<void> => { for (let tries = 0; tries < 3000 && out.split('\n').length <= count; tries += 1) await sleep(20) }
    await lines(4)
    writeFileSync(config, configOf(100, ports[0], ports[1], socket))
    master.process.kill('SIGUSR2')
    await lines(13)
    const code = new Promise<number | null>((resolve) => { live?.once('exit', resolve) })
    live.kill('SIGINT')
    assert.equal(await code, 1, 'it ends by itself, with what fires')
    const before = told(out)
    assert.ok(before.some((one) => /^share:app \S+ since .*"line":1\d/.test(one)), before.join('\n'))
    assert.ok(before.some((one) => one.startsWith('reload:')))
    const again = await run(['live', recording, '--alerts', '--json'])
    assert.deepEqual([again.code, again.err, told(again.out)], [1, '', before])
  } finally {
    clearInterval(load)
    agent.destroy()
    live?.kill('SIGKILL')
    await master.stop()
    server.closeAllConnections()
    server.close()
    releasePorts(ports)
    workshop.dispose()
  }
})
