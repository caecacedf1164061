import http2 from 'node:http2'
import net from 'node:net'
import path from 'node:path'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { ReplayOutcome, ReplayRequest } from '#shared/backend/balancer-port.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { proxyHeader } from './proxy-header.ts'

/** What the client itself saw; that a stand-in was asked is known from the stand-in. */
export type Reply = Exclude<ReplayOutcome, { readonly kind: 'server' }>

/** A thread that was busy elsewhere must not make an answer late, so time counts in ticks of the event loop. */
const tickMs = 50
const mostConnectTries = 40
const headLimit = 256 * 1024

/** Sends one request to the socket in `folder` and waits for the head of the answer; a cancelled call ends like one without an answer. */
export async function exchange(folder: string, sent: ReplayRequest, limitMs: number, cancelled: () => boolean): Promise<Reply> {
  const header = sent.proxyHeader ? proxyHeader({ ...sent.request, destinationIp: sent.destinationIp, destinationPort: sent.destinationPort }) : Buffer.alloc(0)
  if (header === null) return { kind: 'not-sent', reason: `${sent.request.sourceIp} and ${sent.destinationIp ?? 'its destination'} are no addresses a connection can have` }
  if (sent.request.sni !== null && net.isIP(sent.request.sni) !== 0) return { kind: 'not-sent', reason: 'a server name that is an address cannot be sent in a TLS handshake' }
  const raw = await connect(path.join(folder, sent.socket))
  if (raw === null) return { kind: 'closed' }
  return new Promise((resolve) => {
    let left = Math.ceil(limitMs / tickMs)
    const finish = (reply: Reply): void => {
      clearInterval(timer)
      raw.destroy()
      resolve(reply)
    }
    const timer = setInterval(() => {
      left -= 1
      if (left <= 0 || cancelled()) finish({ kind: 'silent' })
    }, tickMs)
    raw.on('error', () => { finish({ kind: 'closed' }) })
    raw.on('close', () => { finish({ kind: 'closed' }) })
    if (header.length > 0) raw.write(header)
    const stream = sent.request.scheme === 'https' ? startTls(sent, raw, finish) : raw
    if (sent.request.httpVersion === '2' && sent.speaksHttp) sendHttp2(stream, sent.request, finish)
    else sendHttp1(stream, sent, finish)
  })
}

/** Null: nobody takes the connection. The socket appears in the folder a moment before it is listened on. */
async function connect(file: string): Promise<net.Socket | null> {
  for (let attempt = 0; attempt < mostConnectTries; attempt += 1) {
    const socket = await new Promise<net.Socket | null>((resolve) => {
      const opening = net.connect({ path: file })
      opening.once('connect', () => {
        opening.removeAllListeners('error')
        resolve(opening)
      })
      opening.once('error', () => { resolve(null) })
    })
    if (socket !== null) return socket
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return null
}

/** TLS to a balancer of our own on a socket of our own: its certificate proves nothing and is not looked at. */
function startTls(sent: ReplayRequest, raw: net.Socket, finish: (reply: Reply) => void): tls.TLSSocket {
  const { sni, alpn } = sent.request
  // A listener that does not speak TLS answers in plain text, which would be lost inside the handshake.
  const under = sent.endsTls ? raw : plainAnswers(raw, finish)
  const secure = tls.connect({ socket: under, rejectUnauthorized: false, ...(sni === null ? {} : { servername: sni }), ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}) })
  secure.on('error', () => { finish({ kind: 'closed' }) })
  secure.on('close', () => { finish({ kind: 'closed' }) })
  return secure
}

/** Passes bytes through and ends with the answer when they are plain HTTP. */
function plainAnswers(raw: net.Socket, finish: (reply: Reply) => void): Duplex {
  let head = ''
  let isPlain: boolean | null = null
  const tap = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => { raw.write(chunk, () => { done() }) },
    final: (done) => {
      raw.end()
      done()
    },
  })
  raw.on('data', (chunk: Buffer) => {
    isPlain ??= chunk.toString('latin1').startsWith('HTTP/')
    if (!isPlain) {
      tap.push(chunk)
      return
    }
    head += chunk.toString('latin1')
    const reply = replyOf(head)
    if (reply !== null) finish(reply)
  })
  raw.on('end', () => { tap.push(null) })
  return tap
}

function sendHttp1(stream: net.Socket | tls.TLSSocket, { request, speaksHttp, endsTls }: ReplayRequest, finish: (reply: Reply) => void): void {
  let head = ''
  const send = (): void => {
    // What the handshake settled on is what the balancer reads next.
    if (speaksHttp && endsTls && stream instanceof tls.TLSSocket && stream.alpnProtocol === 'h2') finish({ kind: 'not-sent', reason: 'the listener chose HTTP/2 for a request over HTTP/1' })
    else stream.write(Buffer.from(toWire(request), 'latin1'))
  }
  if (stream instanceof tls.TLSSocket) stream.once('secureConnect', send)
  else send()
  stream.on('data', (chunk: Buffer) => {
    head += chunk.toString('latin1')
    const reply = replyOf(head)
    if (reply !== null) finish(reply)
    else if (head.length > headLimit) finish({ kind: 'closed' })
  })
  stream.on('end', () => { finish({ kind: 'closed' }) })
}

/** The request as bytes on the wire, nothing added: Host first, the rest as given. */
function toWire(request: RequestInput): string {
  const lines = [`${toBytes(request.method)} ${toBytes(request.path)} HTTP/${request.httpVersion === '1.0' ? '1.0' : '1.1'}`]
  if (request.host !== null) lines.push(`Host: ${toBytes(request.host)}`)
  for (const [name, value] of request.headers) lines.push(`${toBytes(name)}: ${toBytes(value)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Answer in the bytes so far, interim answers skipped; null: its head is not complete. */
function replyOf(text: string): Reply | null {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0)
  if (status >= 100 && status < 200 && status !== 101) return replyOf(text.slice(end + 4))
  const location = /^location:[ \t]*(.*)$/im.exec(text.slice(0, end))?.[1]?.trim() ?? null
  return status === 0 ? { kind: 'closed' } : { kind: 'status', status, location }
}

const visible = /^[\x20-\x7e\t]*$/

/** Why the request cannot be sent over HTTP/2 as it is; null: it can. */
function http2Problem(request: RequestInput): string | null {
  if (request.host === null) return 'a request over HTTP/2 without a host cannot be sent by this client'
  if (request.method === 'CONNECT') return 'CONNECT over HTTP/2 cannot be sent by this client'
  const texts = [request.host, request.path, request.method, ...request.headers.flat()]
  return texts.every((text) => visible.test(text)) ? null : 'a request over HTTP/2 with other than ASCII characters cannot be sent by this client'
}

function sendHttp2(stream: net.Socket | tls.TLSSocket, request: RequestInput, finish: (reply: Reply) => void): void {
  const problem = http2Problem(request)
  if (problem !== null) {
    finish({ kind: 'not-sent', reason: problem })
    return
  }
  const send = (): void => {
    const headers: Record<string, string | string[]> = { ':method': request.method, ':scheme': request.scheme, ':authority': request.host ?? '', ':path': request.path }
    for (const [name, value] of request.headers) {
      const key = name.toLowerCase()
      const before = headers[key]
      headers[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
    }
    const session = http2.connect(`${request.scheme}://steelyard-replay.invalid`, { createConnection: () => stream })
    session.on('error', () => { finish({ kind: 'closed' }) })
    try {
      const exchanged = session.request(headers, { endStream: true })
      exchanged.on('error', () => { finish({ kind: 'closed' }) })
      exchanged.on('response', (answer) => {
        const { location } = answer
        finish({ kind: 'status', status: Number(answer[':status']), location: location === undefined ? null : Buffer.from(location, 'utf8').toString('latin1') })
      })
    } catch (error) {
      finish({ kind: 'not-sent', reason: `HTTP/2 has no such request: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  if (stream instanceof tls.TLSSocket) stream.once('secureConnect', send)
  else send()
}
