import net from 'node:net'

/** What a stub server saw of one request; byte strings. */
export interface Seen {
  readonly port: number
  readonly method: string
  readonly target: string
  readonly host: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export interface Stubs {
  readonly ports: readonly number[]
  close(): Promise<void>
}

/** Starts `count` plain servers on loopback that answer every request with what they saw, in a header. */
export async function startStubs(count: number): Promise<Stubs> {
  const servers = await Promise.all(Array.from({ length: count }, startStub))
  return {
    ports: servers.map(server => (server.address() as net.AddressInfo).port),
    close: async () => { await Promise.all(servers.map(server => new Promise<void>(resolve => { server.close(() => { resolve() }) }))) },
  }
}

function startStub(): Promise<net.Server> {
  // A closed server has no address any more, while its last connections still end.
  let port = 0
  const server = net.createServer(socket => {
    let text = ''
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end === -1) return
      const seen = parseSeen(text.slice(0, end), port)
      const echo = Buffer.from(JSON.stringify(seen), 'utf8').toString('base64')
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nX-Stub: ${echo}\r\n\r\n`)
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      port = (server.address() as net.AddressInfo).port
      resolve(server)
    })
  })
}

function parseSeen(head: string, port: number): Seen {
  const [start = '', ...lines] = head.split('\r\n')
  const first = start.indexOf(' ')
  const last = start.lastIndexOf(' ')
  const headers = lines.map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return { port, method: start.slice(0, first), target: start.slice(first + 1, last), host: headers.find(([name]) => name === 'host')?.[1] ?? null, headers }
}

/** What a client got back. */
export type Reply =
  | { readonly kind: 'stub'; readonly seen: Seen }
  | { readonly kind: 'status'; readonly status: number; readonly location: string | null }
  | { readonly kind: 'closed'; readonly how: string }
  | { readonly kind: 'timeout' }

/** Bytes of a reply made readable. */
export function parseReply(text: string): Reply {
  const match = /^HTTP\/1\.[01] (\d{3})/.exec(text)
  if (match === null) return { kind: 'closed', how: 'no HTTP answer' }
  const head = text.slice(0, Math.max(0, text.indexOf('\r\n\r\n')))
  const header = (name: string): string | null => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? null
  const echo = header('x-stub')
  if (echo !== null) return { kind: 'stub', seen: JSON.parse(Buffer.from(echo, 'base64').toString('utf8')) as Seen }
  return { kind: 'status', status: Number(match[1]), location: header('location') }
}

/** Sends raw bytes and reads until the connection ends. */
export function exchange(options: { readonly port: number; readonly host: string; readonly localAddress: string; readonly bytes: string; readonly timeoutMs: number }): Promise<Reply> {
  return new Promise(resolve => {
    let text = ''
    let settled = false
    // Without an explicit local address the kernel may reuse local ports that still wait, as long as the four addresses differ.
    const local = options.localAddress === '127.0.0.1' ? {} : { localAddress: options.localAddress }
    const socket = net.connect({ port: options.port, host: options.host, ...local })
    const finish = (reply: Reply): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      // A reset leaves no connection waiting, so that thousands of requests do not use up the local ports.
      socket.resetAndDestroy()
      resolve(reply)
    }
    const timer = setTimeout(() => { finish(text === '' ? { kind: 'timeout' } : parseReply(text)) }, options.timeoutMs)
    socket.on('connect', () => { socket.write(Buffer.from(options.bytes, 'latin1')) })
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      // Everything that counts stands in the head; bodies are not waited for.
      if (text.includes('\r\n\r\n')) finish(parseReply(text))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => { finish(text === '' ? { kind: 'closed', how: error.code ?? error.message } : parseReply(text)) })
    socket.on('close', () => { finish(text === '' ? { kind: 'closed', how: 'end' } : parseReply(text)) })
  })
}
