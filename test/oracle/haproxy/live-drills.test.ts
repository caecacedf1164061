import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy, freePorts, openWorkshop, releasePorts } from './harness.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
/** With 60 and more every drill runs; else those that need no time to learn what is usual. */
const campaign = Number(process.env['STEELYARD_LIVE_SECONDS'] ?? '8') >= 60
const drills = path.resolve(import.meta.dirname, '../../drills')
const pollMs = 1000

interface Drill {
  readonly name: string
  /** Seconds under the good config before the change. */
  readonly before: number
  /** Requests a second, evenly over these, and what they look like. */
  readonly rate: number
  readonly requests: readonly { readonly host: string; readonly path: string }[]
  /** Servers that go away with the change. */
  readonly gone: readonly string[]
  /** First alert, words of it, and a piece of the line that it names. */
  readonly first: { readonly key: string; readonly words: RegExp; readonly line: RegExp; readonly withinSeconds: number }
  /** Other alerts that are true as well. */
  readonly also: RegExp
}

const all: readonly Drill[] = [
  {
    name: 'auth-bottleneck', before: 5, rate: 60, gone: [],
    requests: [{ host: 'login.bank.example', path: '/auth/login' }, { host: 'login.bank.example', path: '/auth/token' }, { host: 'accounts.bank.example', path: '/' }],
    first: { key: 'share:auth', words: /auth\/auth-1 took 9\d %.*expected 17 %/, line: /server auth-1 .* weight 100/, withinSeconds: 10 }, also: /^$/,
  },
  {
    name: 'one-hot-server', before: 5, rate: 60, gone: [],
    requests: [{ host: 'api.tickets.example', path: '/v1/book' }, { host: 'api.tickets.example', path: '/v1/seats' }, { host: 'www.tickets.example', path: '/' }],
    first: { key: 'share:booking', words: /booking\/booking-3 took 100 %.*expected 20 %.*picks it before/, line: /use-server booking-3 unless/, withinSeconds: 10 }, also: /^$/,
  },
  {
    name: 'stale-servers', before: 5, rate: 40, gone: ['192.0.2.54', '192.0.2.55', '192.0.2.56'],
    requests: [{ host: 'www.news.example', path: '/' }, { host: 'live.news.example', path: '/ticker' }],
    first: { key: 'health:web', words: /3 of 6 servers of pool web can take requests\. 3 are DOWN \(L4CON/, line: /backend web/, withinSeconds: 10 }, also: /^retries:web$/,
  },
  {
    name: 'coffee-break', before: 35, rate: 60, gone: [],
    requests: [{ host: 'api.cafe.example', path: '/v1/menu' }, { host: 'api.cafe.example', path: '/v1/orders/1' }, { host: 'www.cafe.example', path: '/' }],
    first: { key: 'silent:api', words: /Pool api has received nothing/, line: /backend api/, withinSeconds: 15 }, also: /^(silent:orders|mix:(web|api|orders))$/,
  },
  {
    name: 'routing-rules', before: 125, rate: 60, gone: [],
    requests: [{ host: 'api.shop.example', path: '/v2/checkout' }, { host: 'api.shop.example', path: '/v2/payments' }, { host: 'pay.shop.example', path: '/' }, { host: 'api.shop.example', path: '/v2/items' }, { host: 'www.shop.example', path: '/' }],
    first: { key: 'mix:catalogue', words: /Pool catalogue got \d+ %.*usual are 20 %/, line: /backend catalogue/, withinSeconds: 10 }, also: /^mix:(checkout|catalogue)$/,
  },
]

/** The config of a drill on loopback, line by line: addresses of ours, no TLS, no log, no user. */
function onLoopback(text: string, block: number, ports: ReadonlyMap<string, number>, socket: string): string {
  return text.split('\n').map((line) => {
    if (/^\s*(log|user|group|ssl-default-bind-options)\b(?! global)/.test(line)) return '#'
    if (/^\s*stats socket/.test(line)) return `    stats socket ${socket} mode 600 level admin`
    // As many connections as the file limit of a test machine allows.
    if (/^ {4}maxconn \d{5}/.test(line)) return '    maxconn 1000'
    const bind = /^\s*bind \S+:(80|443)\b/.exec(line)
    if (bind !== null) return `    bind 127.0.0.1:${ports.get(bind[1] as string)}`
    return line.replace(/^(\s*server \S+ )(\S+?):(\d+)/, (_, head: string, ip: string, port: string) => `${head}${loopbackOf(ip, block)}:${ports.get(port)}`)
  }).join('\n')
}

function loopbackOf(ip: string, block: number): string {
  const [, , third, fourth] = ip.split('.')
  return `127.${block}.${third}.${fourth}`
}

async function startServers(configs: readonly string[], block: number, ports: ReadonlyMap<string, number>): Promise<{ readonly byIp: ReadonlyMap<string, http.Server>; close(): void }> {
  const byIp = new Map<string, http.Server>()
  for (const [, ip, port] of configs.join('\n').matchAll(/^\s*server \S+ (\S+?):(\d+)/gm)) {
    if (byIp.has(ip as string)) continue
    const server = http.createServer((_, response) => response.end('ok'))
    await new Promise<void>((resolve) => { server.listen(ports.get(port as string), loopbackOf(ip as string, block), resolve) })
    byIp.set(ip as string, server)
  }
  return { byIp, close: () => { for (const server of byIp.values()) stopServer(server) } }
}

function stopServer(server: http.Server | undefined): void {
  server?.closeAllConnections()
  server?.close()
}

function startLoad({ rate, requests }: Drill, port: number): () => void {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const started = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = Math.floor((performance.now() - started) * rate / 1000); sent < due; sent += 1) {
      const { host, path: target } = requests[sent % requests.length] as Drill['requests'][number]
      http.get({ host: '127.0.0.1', port, agent, path: target, headers: { Host: host }, timeout: 5000 }, (response) => response.resume()).on('error', () => undefined)
    }
  }, 10)
  return () => {
    clearInterval(timer)
    agent.destroy()
  }
}

function startMaster(folder: string): ChildProcess {
  return spawn('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Alerts that an operator is woken for. */
const waking = (alerts: readonly Alert[]): readonly Alert[] => alerts.filter((one) => one.severity !== 'info' && one.mutedBy === null && one.rule !== 'reload')

async function runDrill(drill: Drill, block: number): Promise<string> {
  const workshop = openWorkshop()
  const texts = ['before', 'after'].map((side) => readFileSync(path.join(drills, drill.name, side, 'haproxy.cfg'), 'utf8')) as [string, string]
  const names = ['80', '443', ...new Set([...texts.join('\n').matchAll(/^\s*server \S+ \S+?:(\d+)/gm)].map((match) => match[1] as string))]
  const numbers = await freePorts(names.length)
  const ports = new Map(names.map((name, index) => [name, numbers[index] as number]))
  const socket = path.join(workshop.folder, 'stats.sock')
  const [before, after] = texts.map((text) => onLoopback(text, block, ports, socket)) as [string, string]
  const file = path.join(workshop.folder, 'haproxy.cfg')
  const servers = await startServers(texts, block, ports)
  writeFileSync(file, before)
  const master = startMaster(workshop.folder)
  let words = ''
  master.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) })
  let stopLoad = (): void => undefined
  try {
    for (let tries = 0; tries < 500 && !existsSync(socket); tries += 1) await sleep(20)
    assert.ok(existsSync(socket), `haproxy did not start:\n${words}`)
    await sleep(1000)
    stopLoad = startLoad(drill, ports.get('443') as number)
    const good = compileConfig(before, new Map()).model
    const poller = createPoller(nodeLive, { kind: 'socket', surface: 'haproxy', path: socket, title: socket }, 4000)
    const watch = new LiveWatch(good, pollMs, good)
    const alerts = new AlertWatch()
    const look = async (): Promise<readonly Alert[]> => {
      await sleep(pollMs)
      const polled = await poller.poll()
      assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
      return waking(alerts.add(watch.add(polled.value)))
    }
    for (let second = 0; second < drill.before; second += 1) assert.deepEqual((await look()).map((one) => one.sentence), [], `under the good config, second ${second}`)
    for (const ip of drill.gone) stopServer(servers.byIp.get(ip))
    writeFileSync(file, after)
    master.kill('SIGUSR2')
    watch.useConfig(compileConfig(after, new Map()).model, good)
    const changed = performance.now()
    const seen = new Map<string, { readonly alert: Alert; readonly seconds: number }>()
    while ((performance.now() - changed) / 1000 < drill.first.withinSeconds) {
      for (const alert of await look()) if (!seen.has(alert.key)) seen.set(alert.key, { alert, seconds: (performance.now() - changed) / 1000 })
    }
    const told = seen.get(drill.first.key)
    assert.ok(told !== undefined, `${drill.name}: ${[...seen.keys()].join(', ') || 'nothing was told'}`)
    assert.match(told.alert.sentence, drill.first.words)
    assert.match(after.slice(told.alert.at?.start, told.alert.at?.end), drill.first.line)
    for (const key of seen.keys()) if (key !== drill.first.key) assert.match(key, drill.also, `${drill.name}: ${seen.get(key)?.alert.sentence}`)
    return `${drill.name}: after ${told.seconds.toFixed(1)} s at line ${after.slice(0, told.alert.at?.start).split('\n').length}: ${told.alert.sentence}${seen.size > 1 ? ` (also ${[...seen.keys()].filter((key) => key !== drill.first.key).join(', ')})` : ''}`
  } finally {
    stopLoad()
    const ended = new Promise<void>((resolve) => { master.once('exit', () => { resolve() }) })
    // The master ends its workers at once with this one.
    master.kill('SIGTERM')
    await Promise.race([ended, sleep(3000)])
    master.kill('SIGKILL')
    servers.close()
    releasePorts(numbers)
    workshop.dispose()
  }
}

test('the drills, live on real HAProxy: the first alert comes in time, names pool and line, and nothing else is told', { skip, timeout: 300_000 }, async () => {
  const chosen = all.filter((drill) => campaign || drill.before <= 5)
  const settled = await Promise.allSettled(chosen.map((drill, index) => runDrill(drill, 200 + (process.pid % 8) * 5 + index)))
  console.log(settled.map((one) => `  ${one.status === 'fulfilled' ? one.value : String(one.reason)}`).join('\n'))
  for (const one of settled) if (one.status === 'rejected') throw one.reason
})
