import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import type { SelfSigned } from './self-signed.ts'

/** What a stand-in saw of one request; byte strings. */
export interface Seen {
  readonly socket: string
  readonly method: string
  readonly target: string
}

/** Servers that answer everything and remember who was asked. Requests are sent one at a time, so the last one counts. */
export interface StandIns {
  /** Forgets what was seen; `throughTls`: the next connection begins with a TLS handshake that the balancer passes on. */
  readonly expect: (throughTls: boolean) => void
  readonly seen: () => Seen | null
  readonly dispose: () => Promise<void>
}

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
const headLimit = 256 * 1024

/** One stand-in on each of `sockets` in `folder`. */
export async function startStandIns(folder: string, sockets: readonly string[], certificate: SelfSigned): Promise<StandIns> {
  const context = tls.createSecureContext({ cert: certificate.certificate, key: certificate.key })
  const open = new Set<net.Socket>()
  let throughTls = false
  let seen: Seen | null = null
  const serve = (socket: string, raw: net.Socket): void => {
    open.add(raw)
    raw.on('close', () => open.delete(raw))
    raw.on('error', () => { raw.destroy() })
    const stream = throughTls ? new tls.TLSSocket(raw, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1', 'h2'] }) : raw
    let head = ''
    stream.on('error', () => { raw.destroy() })
    stream.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (head.length > headLimit) raw.destroy()
      if (!head.includes('\r\n\r\n')) return
      const line = head.slice(0, head.indexOf('\r\n'))
      seen = { socket, method: line.slice(0, line.indexOf(' ')), target: line.slice(line.indexOf(' ') + 1, line.lastIndexOf(' ')) }
      head = ''
      stream.end(answer)
    })
  }
  const servers: net.Server[] = []
  const dispose = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => { server.close(() => { resolve() }) })))
  }
  try {
    for (const socket of sockets) {
      const server = net.createServer((raw) => { serve(socket, raw) })
      servers.push(server)
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        // The folder lets nobody else in; the balancer may run as another user than this process.
        server.listen({ path: path.join(folder, socket), readableAll: true, writableAll: true }, resolve)
      })
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    expect(next) {
      throughTls = next
      seen = null
    },
    seen: () => seen,
    dispose,
  }
}
