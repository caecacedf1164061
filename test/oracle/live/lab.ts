import { spawn, type ChildProcess } from 'node:child_process'
import http from 'node:http'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import assert from 'node:assert/strict'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'

/** A server that counts what it answers, apart for each first part of the path; `?slow=MS` makes an answer wait. */
export interface CountingServer {
  readonly port: number
  readonly counts: ReadonlyMap<string, number>
  close(): void
}

export async function startCountingServer(): Promise<CountingServer> {
  const counts = new Map<string, number>()
  const server = http.createServer((request, response) => {
    const part = /^\/([^/?]*)/.exec(request.url ?? '')?.[1] ?? ''
    counts.set(part, (counts.get(part) ?? 0) + 1)
    const slowMs = Number(/\?slow=(\d+)$/.exec(request.url ?? '')?.[1] ?? 0)
    if (slowMs > 0) setTimeout(() => { response.end('ok') }, slowMs)
    else response.end('ok')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { port: (server.address() as net.AddressInfo).port, counts, close: () => { server.closeAllConnections(); server.close() } }
}

/** Requests at a steady rate over kept connections. `pathOf`: the path of the n-th. */
export function startLoad(port: number, requestsPerSecond: number, pathOf: (count: number) => string): { stop(): Promise<{ readonly sent: number; readonly failed: number }> } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const started = performance.now()
  let sent = 0
  let failed = 0
  let open = 0
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - started) * requestsPerSecond / 1000)
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
  return {
    async stop() {
      clearInterval(timer)
      for (let tries = 0; tries < 100 && open > 0; tries += 1) await sleep(10)
      agent.destroy()
      return { sent, failed }
    },
  }
}

/** A program in the foreground, with its last words. */
export interface Program {
  readonly process: ChildProcess
  readonly words: () => string
  stop(): Promise<void>
}

export function startProgram(command: string, args: readonly string[], folder: string): Program {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => { resolve() })
    child.once('error', (error) => { words += error.message; resolve() })
  })
  return {
    process: child,
    words: () => words,
    async stop() {
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(3000)])
      child.kill('SIGKILL')
    },
  }
}

/** Waits for a page to answer 200. */
export async function waitForPage(port: number, path: string, program: Program): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const status = await new Promise<number>((resolve) => {
      const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => { response.resume(); resolve(response.statusCode ?? 0) })
      request.on('error', () => { resolve(0) })
    })
    if (status === 200) return
    await sleep(20)
  }
  throw new Error(`${path} does not answer:\n${program.words()}`)
}

export function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}
