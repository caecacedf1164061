// Records the bundled incident: real HAProxy on loopback under bounded load, 150 s with the config before the change, a
// reload, 120 s with the one after it. Writes assets/sample-incident/incident.lbrec anew; run it when the format changes.
//   node tools/with-node.mjs tools/record-sample-incident.ts [FILE]
// Addresses and the path of the socket are those of the sample configs again, and the wall clock is moved so that the
// change is at 09:00 as the story says. Counters, states and the time between polls are as they were.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { toRecordedConfig } from '#shared/backend/live/recorded-config.ts'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { freePorts } from '#test/oracle/haproxy/harness.ts'

const [goodSeconds, badSeconds, pollMs, requestsPerSecond] = [150, 120, 1000, 40]
const assets = path.resolve(import.meta.dirname, '../assets/sample-incident')
const output = process.argv[2] ?? path.join(assets, 'incident.lbrec')
const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-incident-'))
const socket = path.join(folder, 'stats.sock')
const block = 40 + (process.pid % 20)

const texts = { before: readFileSync(path.join(assets, 'before/haproxy.cfg'), 'utf8'), after: readFileSync(path.join(assets, 'after/haproxy.cfg'), 'utf8') }
const serverIps = [...new Set([...texts.before.matchAll(/^\s*server \S+ (192\.0\.2\.\d+):8080/gm)].map((match) => match[1] as string))]
const [httpPort, httpsPort, serverPort] = await freePorts(3) as unknown as [number, number, number]

/** A documentation address on loopback, and back. */
const onLoopback = (ip: string): string => ip.replace('192.0.2.', `127.${block}.2.`)
const asWritten = (address: string): string => (address === `${address.split(':')[0] ?? ''}:${serverPort}` && address.startsWith(`127.${block}.2.`) ? `192.0.2.${(address.split(':')[0] as string).split('.')[3] ?? ''}:8080` : address)

function loopbackConfig(text: string): string {
  return text.split('\n').map((line) => {
    if (/^\s*(log|user|group|ssl-default-bind-options)\b/.test(line)) return '#'
    if (/^\s*stats socket/.test(line)) return `    stats socket ${socket} mode 600 level admin\n    hard-stop-after 2s`
    if (/^ {4}maxconn \d{5}/.test(line)) return '    maxconn 1000'
    return line.replace(/bind :80$/, `bind 127.0.0.1:${httpPort}`).replace(/bind :443 .*/, `bind 127.0.0.1:${httpsPort}`).replace(/(192\.0\.2\.\d+):8080/, (_, ip: string) => `${onLoopback(ip)}:${serverPort}`)
  }).join('\n')
}

/** A stub for one server: slower the more it works on at once; the API has no logins and says so. */
async function startServer(ip: string): Promise<http.Server> {
  let busy = 0
  const isApi = /\.1\d$/.test(ip)
  const server = http.createServer((request, response) => {
    busy += 1
    setTimeout(() => {
      busy -= 1
      response.statusCode = isApi && request.url?.startsWith('/v2/auth/') === true ? 404 : 200
      response.end('x'.repeat(request.url === '/' ? 20_000 : 900))
    }, 5 + 5 * busy)
  })
  await new Promise<void>((resolve) => { server.listen(serverPort, onLoopback(ip), resolve) })
  return server
}

const visits = [
  ['www.shop.example', '/'], ['api.shop.example', '/v1/cart'], ['www.shop.example', '/static/site.css'], ['www.shop.example', '/checkout'], ['api.shop.example', '/v2/auth/login'],
  ['api.shop.example', '/v2/items?page=2'], ['www.shop.example', '/search?q=tea'], ['www.shop.example', '/img/logo.svg'], ['api.shop.example', '/v1/stock'], ['www.shop.example', '/'],
  ['api.shop.example', '/v2/auth/token'], ['api.shop.example', '/v1/cart'], ['www.shop.example', '/offers'],
] as const

function startLoad(): () => void {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const started = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = Math.floor((performance.now() - started) * requestsPerSecond / 1000); sent < due; sent += 1) {
      const [host, target] = visits[sent % visits.length] as (typeof visits)[number]
      http.get({ host: '127.0.0.1', port: httpsPort, agent, path: target, headers: { Host: host }, timeout: 5000 }, (response) => response.resume()).on('error', () => undefined)
    }
  }, 10)
  return () => {
    clearInterval(timer)
    agent.destroy()
  }
}

const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: folder }, () => undefined)
async function load(side: 'before' | 'after'): Promise<LoadedConfig> {
  const loaded = await loadConfig(ports, { kind: 'files', title: `${side}/haproxy.cfg`, files: [{ path: 'haproxy.cfg', base64: Buffer.from(texts[side]).toString('base64') }] }, { dialect: 'haproxy', root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) throw new Error(loaded.failure.message)
  return loaded.value
}

const started = new Date()
const changeAt = Date.UTC(started.getUTCFullYear(), started.getUTCMonth(), started.getUTCDate(), 9)
let shiftMs = 0

function retold(snapshot: LiveSnapshot): LiveSnapshot {
  return {
    ...snapshot, taken: { ...snapshot.taken, wallMs: snapshot.taken.wallMs + shiftMs },
    rows: snapshot.rows.map((row) => (row.kind === 'server' && row.state.address !== null ? { ...row, state: { ...row.state, address: asWritten(row.state.address) } } : row)),
  }
}

const configs = { before: await load('before'), after: await load('after') }
const servers = await Promise.all(serverIps.map(startServer))
writeFileSync(path.join(folder, 'haproxy.cfg'), loopbackConfig(texts.before))
const master = spawn('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
let stopLoad = (): void => undefined
try {
  for (let tries = 0; tries < 500 && !existsSync(socket); tries += 1) await sleep(20)
  await sleep(1500)
  stopLoad = startLoad()
  await sleep(2000)
  const poller = createPoller(ports.live, { kind: 'socket', surface: 'haproxy', path: socket, title: socket }, 4000)
  const session = new LiveSession(configs.before.model, pollMs, null)
  let running = configs.before
  const begin = performance.now()
  shiftMs = changeAt - (Date.now() + goodSeconds * 1000)
  if (existsSync(output)) rmSync(output)
  const recorded = await LiveRecorder.start(ports.recordings, output, {
    source: '/run/haproxy/admin.sock', product: 'HAProxy', version: null, startedAt: new Date(Date.now() + shiftMs).toISOString().replace(/\.\d+Z$/, '+00:00'), intervalMs: pollMs, writer: `Steelyard ${ports.host.version}`,
    note: 'Real HAProxy on loopback under load from tools/record-sample-incident.ts. Addresses and the path of the socket are those of the sample configs, and the wall clock is moved so that the change is at 09:00; nothing else was changed.',
  })
  if (!recorded.ok) throw new Error(recorded.failure.message)
  const recorder = recorded.value
  recorder.config(toRecordedConfig(running, 'running'), Date.now() + shiftMs)
  for (let poll = 0; poll < goodSeconds + badSeconds; poll += 1) {
    await sleep(Math.max(0, begin + poll * pollMs - performance.now()))
    if (poll === goodSeconds) {
      writeFileSync(path.join(folder, 'haproxy.cfg'), loopbackConfig(texts.after))
      master.kill('SIGUSR2')
    }
    const polled = await poller.poll()
    if (!polled.ok) {
      recorder.miss({ ...polled.failure, message: polled.failure.message.replaceAll(socket, '/run/haproxy/admin.sock') }, Date.now() + shiftMs)
      continue
    }
    const snapshot = retold(polled.value)
    const { wallMs } = snapshot.taken
    const moment = session.add(snapshot)
    recorder.poll(snapshot)
    if (moment.view.restarted) recorder.event({ type: 'reload', text: 'HAProxy was reloaded.' }, wallMs)
    const lines = toLineLookup(running.files.map((file) => file.source))
    recorder.alerts(moment.alerts, ({ at }) => (at === null ? null : lines(at)), wallMs)
    if (moment.view.restarted) {
      running = configs.after
      session.useConfig(running.model, configs.before.model)
      recorder.config(toRecordedConfig(configs.before, 'known-good'), wallMs)
      recorder.config(toRecordedConfig(running, 'running'), wallMs)
    }
    if (poll % 30 === 0) console.log(`${poll} s: ${moment.alerts.filter((alert) => alert.severity !== 'info').map((alert) => alert.sentence).join(' | ') || 'no alert'}`)
  }
  await recorder.close()
  console.log(`${output}: ${recorder.status().bytes} bytes, ${recorder.status().seconds} s${recorder.status().problem === null ? '' : `, ${recorder.status().problem?.message ?? ''}`}`)
} finally {
  stopLoad()
  const ended = new Promise<void>((resolve) => { master.once('exit', () => { resolve() }) })
  master.kill('SIGTERM')
  await Promise.race([ended, sleep(3000)])
  master.kill('SIGKILL')
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
}
