import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Compiled } from '#shared/dialects/dialect.ts'
import { haproxy } from '#shared/dialects/haproxy/index.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

/** The real server, or why it cannot be asked. */
export function findHaproxy(): { readonly found: true; readonly version: string } | { readonly found: false; readonly reason: string } {
  const answer = spawnSync('haproxy', ['-v'], { encoding: 'utf8' })
  if (answer.error !== undefined || answer.status !== 0) return { found: false, reason: 'haproxy is not installed' }
  return { found: true, version: /version (\S+)/.exec(answer.stdout)?.[1] ?? 'unknown' }
}

/** CI sets this, so that a missing balancer is a failure there and a loud skip elsewhere. */
export const balancersRequired = process.env['STEELYARD_REQUIRE_BALANCERS'] === '1'

/** A folder for one config and its side files. */
export interface Workshop {
  readonly folder: string
  dispose(): void
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-oracle-'))
  return { folder, dispose: () => { rmSync(folder, { recursive: true, force: true }) } }
}

/** A loopback address of this process alone, so that servers of other test runs never share a port with ours. */
export const ownAddress = `127.${64 + (process.pid % 64)}.${(process.pid >> 6) % 256}.${1 + Math.floor(Math.random() * 250)}`

const taken = new Set<number>()

/** Ports nobody listens on, below the range the kernel hands out, so that no outgoing connection takes them meanwhile. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = 11_000 + Math.floor(Math.random() * 20_000)
    if (taken.has(port)) continue
    taken.add(port)
    if (await canListen(port)) ports.push(port)
  }
  return ports
}

export function releasePorts(ports: readonly number[]): void {
  for (const port of ports) taken.delete(port)
}

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = net.createServer()
    server.once('error', () => { resolve(false) })
    server.listen(port, '0.0.0.0', () => { server.close(() => { resolve(true) }) })
  })
}

/** A running server that was started for one config. */
export interface Running {
  stop(): Promise<void>
}

/**
 * Starts the real server in the foreground and waits until every probe accepts connections: listeners open one by one.
 *
 * Errors: throws with the server's own words when it refuses the config or does not come up within 2000 tries, about 20 s.
 */
export async function startHaproxy(workshop: Workshop, config: string, probes: readonly { readonly host: string; readonly port: number }[], environment: Readonly<Record<string, string>> = {}): Promise<Running> {
  const file = path.join(workshop.folder, 'haproxy.cfg')
  writeFileSync(file, Buffer.from(config, 'utf8'))
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'], cwd: workshop.folder, env: { ...process.env, ...environment } })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => { words = (words + chunk.toString('utf8')).slice(-8000) })
  let exited = false
  const exit = new Promise<void>(resolve => {
    child.once('exit', () => { exited = true; resolve() })
    child.once('error', () => { exited = true; resolve() })
  })
  // Tries are counted, not time: a long comparison in this process keeps everything else waiting.
  for (let tries = 0; !exited && tries < 2000; tries += 1) {
    if ((await Promise.all(probes.map(accepts))).every(open => open)) return { stop: () => stop(child, exit) }
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await stop(child, exit)
  throw new Error(`haproxy did not start:\n${words}`)
}

async function stop(child: ChildProcess, exit: Promise<void>): Promise<void> {
  child.kill('SIGKILL')
  await exit
}

function accepts(probe: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect({ ...probe })
    socket.setTimeout(500, () => { socket.destroy(); resolve(false) })
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}

/** Parses and compiles a config as a host would. `sideFiles`: path as the config writes it → text. */
export function compileConfig(config: string, sideFiles: ReadonlyMap<string, string>, environment: Readonly<Record<string, string>> = {}): Compiled {
  const file: SourceFile = { path: 'haproxy.cfg', text: config, role: 'config', encoding: 'utf-8' }
  const { tree } = haproxy.parse(file)
  const sides = new Map<string, SourceFile>()
  for (const [name, text] of sideFiles) sides.set(name, { path: name, text, role: name.endsWith('.map') ? 'map' : 'pattern-list', encoding: 'utf-8' })
  return haproxy.compile([{ file, tree }], { environment, version: '2.6', sideFiles: sides })
}

/** The request as bytes on the wire. Header order: Host first, the rest as given. */
export function toWire(request: RequestInput): string {
  const lines = [`${request.method} ${request.path} HTTP/${request.httpVersion === '1.0' ? '1.0' : '1.1'}`]
  if (request.host !== null) lines.push(`Host: ${request.host}`)
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`)
  lines.push('Connection: close')
  if (request.method === 'POST' || request.method === 'PUT') lines.push('Content-Length: 0')
  return `${lines.join('\r\n')}\r\n\r\n`
}
