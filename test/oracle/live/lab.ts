import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { freePorts, openWorkshop, releasePorts } from '#test/oracle/haproxy/harness.ts'

/** Length of a run: 60 for the campaign; a few seconds in every run. */
export const seconds = Number(process.env['STEELYARD_LIVE_SECONDS'] ?? '8')
export const pollMs = 500
export const requestsPerSecond = 300

export interface LabOptions {
  /** Free ports for what listens. */
  readonly ports: number
  /** Servers behind the balancer. */
  readonly servers: number
  /** Time that each answer of a server takes. */
  readonly answerMs?: number
  /** Starts the balancer and waits until it serves. */
  readonly begin: (lab: Lab) => Promise<unknown>
}

/**
 * A folder, ports, counting servers and programs around a real balancer on loopback, for the tests of one file: opened
 * before the first and closed after the last. `skip`: why nothing can be started; false: it can.
 */
export function useLab(skip: string | false, options: LabOptions): Lab {
  const lab = new Lab()
  before(async () => { if (skip === false) await lab.open(options) })
  after(() => lab.close())
  return lab
}

export class Lab {
  folder = ''
  ports: readonly number[] = []
  servers: readonly CountingServer[] = []
  readonly #closers: (() => unknown)[] = []

  async open({ ports, servers, answerMs = 0, begin }: LabOptions): Promise<void> {
    const workshop = openWorkshop()
    this.#closers.push(() => { workshop.dispose() })
    this.folder = workshop.folder
    this.ports = await freePorts(ports)
    this.#closers.push(() => { releasePorts(this.ports) })
    this.servers = await Promise.all(Array.from({ length: servers }, () => startCountingServer(answerMs)))
    this.#closers.push(() => { for (const server of this.servers) server.close() })
    await begin(this)
  }

  port(index: number): number {
    return this.ports[index] as number
  }

  /** Ports of the servers. */
  get serverPorts(): readonly number[] {
    return this.servers.map((server) => server.port)
  }

  file(name: string): string {
    return path.join(this.folder, name)
  }

  write(name: string, text: string): void {
    writeFileSync(this.file(name), text)
  }

  /** A program that ends with the lab. */
  start(command: string, args: readonly string[], more: ProgramOptions = {}): Program {
    const program = startProgram(command, args, this.folder, more)
    this.#closers.push(() => program.stop())
    return program
  }

  /** Stands before a socket of the lab under a name of its own, and keeps every byte that is sent to it. */
  async relay(name: string, real: string): Promise<readonly string[]> {
    const sent: string[] = []
    const server = net.createServer((client) => {
      const balancer = net.connect(this.file(real))
      let bytes = ''
      client.on('data', (chunk: Buffer) => { bytes += chunk.toString('latin1') })
      client.on('close', () => { sent.push(bytes); balancer.destroy() })
      balancer.on('close', () => client.end())
      for (const socket of [client, balancer]) socket.on('error', () => { client.destroy(); balancer.destroy() })
      client.pipe(balancer, { end: false }).pipe(client)
    })
    await new Promise<void>((resolve) => { server.listen(this.file(name), resolve) })
    this.#closers.push(() => server.close())
    return sent
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }
}

export interface TwoPools {
  readonly port: number
  /** Ports of the servers a, b, c and d. */
  readonly servers: readonly number[]
  /** Algorithm of the pool `few`. */
  readonly few: 'leastconn' | 'roundrobin'
  /** Lines that sections have besides, and sections that follow. */
  readonly global?: readonly string[]
  readonly defaults?: readonly string[]
  readonly web?: readonly string[]
  readonly more?: string
}

/** HAProxy that sends what begins with /few to the pool `few` (a, d) and everything else to `app` (a, b, c; a gets half). */
export function twoPools({ port, servers, few, global = [], defaults = [], web = [], more = '' }: TwoPools): string {
  const [a, b, c, d] = servers as readonly [number, number, number, number]
  const also = (lines: readonly string[]): string => lines.map((line) => `    ${line}\n`).join('')
  return `global
${also(global)}    hard-stop-after 2s
defaults
    mode http
${also(defaults)}    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${port}
${also(web)}    use_backend few if { path_beg /few }
    default_backend app
backend app
    balance roundrobin
    server a 127.0.0.1:${a} weight 20
    server b 127.0.0.1:${b} weight 10
    server c 127.0.0.1:${c} weight 10
backend few
    balance ${few}
    server a 127.0.0.1:${a}
    server d 127.0.0.1:${d}
${more}`
}

/** A server that counts what it answers, apart for each first part of the path; `?slow=MS` makes an answer wait. */
export interface CountingServer {
  readonly port: number
  readonly counts: ReadonlyMap<string, number>
  close(): void
}

export async function startCountingServer(answerMs = 0): Promise<CountingServer> {
  const counts = new Map<string, number>()
  const server = http.createServer((request, response) => {
    const part = /^\/([^/?]*)/.exec(request.url ?? '')?.[1] ?? ''
    counts.set(part, (counts.get(part) ?? 0) + 1)
    const waitMs = Number(/\?slow=(\d+)$/.exec(request.url ?? '')?.[1] ?? answerMs)
    if (waitMs > 0) setTimeout(() => { response.end('ok') }, waitMs)
    else response.end('ok')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { port: (server.address() as net.AddressInfo).port, counts, close: () => { server.closeAllConnections(); server.close() } }
}

/** Everything that the servers answered. */
export function answersOf(servers: readonly CountingServer[]): number {
  return servers.reduce((sum, { counts }) => sum + [...counts.values()].reduce((total, count) => total + count, 0), 0)
}

export interface Load {
  /** The same result as often as it is asked. */
  stop(): Promise<{ readonly sent: number; readonly failed: number }>
}

/** Requests at a steady rate over kept connections. `pathOf`: the path of the n-th. */
export function startLoad(port: number, rate: number, pathOf: (count: number) => string): Load {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const started = performance.now()
  let sent = 0
  let failed = 0
  let open = 0
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - started) * rate / 1000)
    while (sent < due && open < 64) {
      sent += 1
      open += 1
      const request = http.get({ host: '127.0.0.1', port, agent, path: pathOf(sent) }, (response) => {
        response.resume()
        response.on('close', () => { open -= 1 })
      })
      request.on('error', () => { failed += 1; open -= 1 })
    }
  }, 5)
  let ended: Promise<{ sent: number; failed: number }> | null = null
  const end = async (): Promise<{ sent: number; failed: number }> => {
    clearInterval(timer)
    for (let tries = 0; tries < 100 && open > 0; tries += 1) await sleep(10)
    agent.destroy()
    return { sent, failed }
  }
  return { stop: () => (ended ??= end()) }
}

/** Every eighth request to the second path. */
export function everyEighth(most: string, eighth: string): (count: number) => string {
  return (count) => (count % 8 === 0 ? eighth : most)
}

/** A program in the foreground, with its last words. */
export interface Program {
  readonly process: ChildProcess
  readonly words: () => string
  stop(): Promise<void>
}

interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Open file that takes what the program writes. */
  readonly stdout?: number
}

const stopMs = 5000

export function startProgram(command: string, args: readonly string[], folder: string, { env, stdout }: ProgramOptions = {}): Program {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', stdout ?? 'ignore', 'pipe'], ...(env === undefined ? {} : { env }) })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => { resolve() })
    child.once('error', (error) => { words += error.message; resolve() })
  })
  return {
    process: child,
    words: () => words,
    async stop() {
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(stopMs)])
      child.kill('SIGKILL')
    },
  }
}

/** Waits for a page to answer 200. */
export async function waitForPage(port: number, target: string, program: Program): Promise<void> {
  await waitFor(() => new Promise<boolean>((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: target, agent: false }, (response) => { response.resume(); resolve(response.statusCode === 200) })
    request.on('error', () => { resolve(false) })
  }), `${target} does not answer`, program)
}

/** Waits for a file or socket to be there. */
export async function waitForFile(file: string, program: Program): Promise<void> {
  await waitFor(() => Promise.resolve(existsSync(file)), `${file} is not there`, program)
}

async function waitFor(isThere: () => Promise<boolean>, otherwise: string, program: Program): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isThere()) return
    await sleep(20)
  }
  throw new Error(`${otherwise}:\n${program.words()}`)
}

export function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}
