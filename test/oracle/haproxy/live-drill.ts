import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { freePorts, openWorkshop, releasePorts } from './harness.ts'
import { startProgram, waitForFile } from '../live/lab.ts'

const drills = path.resolve(import.meta.dirname, '../../drills')

/** What is asked for while a drill runs. */
export interface DrillLoad {
  readonly name: string
  /** Requests a second, evenly over these. */
  readonly rate: number
  readonly requests: readonly { readonly host: string; readonly path: string }[]
}

/** The load of each drill. */
export const drillLoads: Readonly<Record<'auth-bottleneck' | 'one-hot-server' | 'stale-servers' | 'coffee-break' | 'routing-rules', DrillLoad>> = {
  'auth-bottleneck': { name: 'auth-bottleneck', rate: 60, requests: [{ host: 'login.bank.example', path: '/auth/login' }, { host: 'login.bank.example', path: '/auth/token' }, { host: 'accounts.bank.example', path: '/' }] },
  'one-hot-server': { name: 'one-hot-server', rate: 60, requests: [{ host: 'api.tickets.example', path: '/v1/book' }, { host: 'api.tickets.example', path: '/v1/seats' }, { host: 'www.tickets.example', path: '/' }] },
  'stale-servers': { name: 'stale-servers', rate: 40, requests: [{ host: 'www.news.example', path: '/' }, { host: 'live.news.example', path: '/ticker' }] },
  'coffee-break': { name: 'coffee-break', rate: 60, requests: [{ host: 'api.cafe.example', path: '/v1/menu' }, { host: 'api.cafe.example', path: '/v1/orders/1' }, { host: 'www.cafe.example', path: '/' }] },
  'routing-rules': {
    name: 'routing-rules', rate: 60,
    requests: [{ host: 'api.shop.example', path: '/v2/checkout' }, { host: 'api.shop.example', path: '/v2/payments' }, { host: 'pay.shop.example', path: '/' }, { host: 'api.shop.example', path: '/v2/items' }, { host: 'www.shop.example', path: '/' }],
  },
}

/** A drill on loopback: real HAProxy on the config of before, servers, and load once it is asked for. */
export interface RunningDrill {
  readonly socket: string
  readonly before: string
  readonly after: string
  readonly startLoad: () => void
  /** Ends the server at this address of the configs. */
  readonly stopServer: (ip: string) => void
  /** The change is applied with a reload. */
  readonly change: () => void
  readonly dispose: () => Promise<void>
}

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

async function startServers(configs: readonly string[], block: number, ports: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, http.Server>> {
  const byIp = new Map<string, http.Server>()
  for (const [, ip, port] of configs.join('\n').matchAll(/^\s*server \S+ (\S+?):(\d+)/gm)) {
    if (byIp.has(ip as string)) continue
    const server = http.createServer((_, response) => response.end('ok'))
    await new Promise<void>((resolve) => { server.listen(ports.get(port as string), loopbackOf(ip as string, block), resolve) })
    byIp.set(ip as string, server)
  }
  return byIp
}

function stopServer(server: http.Server | undefined): void {
  server?.closeAllConnections()
  server?.close()
}

function startLoad({ rate, requests }: DrillLoad, port: number): () => void {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const started = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = Math.floor((performance.now() - started) * rate / 1000); sent < due; sent += 1) {
      const { host, path: target } = requests[sent % requests.length] as DrillLoad['requests'][number]
      http.get({ host: '127.0.0.1', port, agent, path: target, headers: { Host: host }, timeout: 5000 }, (response) => response.resume()).on('error', () => undefined)
    }
  }, 10)
  return () => {
    clearInterval(timer)
    agent.destroy()
  }
}

/** Starts HAProxy and the servers of a drill. `block`: second byte of the loopback addresses that it uses. */
export async function startDrill(load: DrillLoad, block: number): Promise<RunningDrill> {
  const workshop = openWorkshop()
  const texts = ['before', 'after'].map((side) => readFileSync(path.join(drills, load.name, side, 'haproxy.cfg'), 'utf8')) as [string, string]
  const names = ['80', '443', ...new Set([...texts.join('\n').matchAll(/^\s*server \S+ \S+?:(\d+)/gm)].map((match) => match[1] as string))]
  const numbers = await freePorts(names.length)
  const ports = new Map(names.map((name, index) => [name, numbers[index] as number]))
  const socket = path.join(workshop.folder, 'stats.sock')
  const [before, after] = texts.map((text) => onLoopback(text, block, ports, socket)) as [string, string]
  const file = path.join(workshop.folder, 'haproxy.cfg')
  const servers = await startServers(texts, block, ports)
  writeFileSync(file, before)
  // The master ends its workers at once when it is asked to end.
  const master = startProgram('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'], workshop.folder)
  let stopLoad = (): void => undefined
  const dispose = async (): Promise<void> => {
    stopLoad()
    await master.stop()
    for (const server of servers.values()) stopServer(server)
    releasePorts(numbers)
    workshop.dispose()
  }
  try {
    await waitForFile(socket, master)
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    socket, before, after, dispose,
    startLoad: () => { stopLoad = startLoad(load, ports.get('443') as number) },
    stopServer: (ip) => { stopServer(servers.get(ip)) },
    change: () => {
      writeFileSync(file, after)
      master.process.kill('SIGUSR2')
    },
  }
}
