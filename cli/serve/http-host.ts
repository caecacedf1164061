import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { failed, type Result } from '#shared/diagnostics/failure.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import type { Transport } from '#shared/rpc/client.ts'
import { createRequestHandler, plainPage, securityHeaders } from './static-files.ts'

/** Largest call: dropped files travel as base64 inside it. */
const bodyLimitBytes = 190 * 1024 * 1024
const drainedLimitBytes = 8 * bodyLimitBytes
const heartbeatMs = 15_000

export interface HttpHost {
  readonly port: number
  /** Address with a fresh one-time token; earlier tokens that were not used stay valid until they are. */
  readonly address: () => string
  readonly dispose: () => Promise<void>
}

export interface HttpHostOptions {
  readonly engine: Transport
  /** The built screen. */
  readonly rendererFolder: string
  /** 0: any free port. */
  readonly port: number
}

/**
 * The app on 127.0.0.1.
 *
 * Addresses: `GET /?token=…` exchanges a one-time token for a session cookie; `POST /rpc/<method>` takes the parameters
 * as JSON and answers a `Result`; `POST /rpc-cancel` takes `{"callId"}`; `GET /events` is a stream of server-sent
 * events, named as in the contract, with the payload as JSON; everything else is the built screen. The header `X-Steelyard-Call` names a call so that it can
 * be cancelled; a call whose connection breaks is cancelled as well.
 *
 * Trust: bound to loopback; the Host header must be ours (against DNS rebinding); a POST must carry our Origin and JSON
 * (against forged requests of other sites); everything needs the session cookie (against other users of the machine).
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const statics = createRequestHandler(options.rendererFolder)
  const tokens = new Set<string>()
  const sessions = new Set<string>()
  const streams = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) void send(response, plainPage(500, 'A fault in Steelyard', `${error instanceof Error ? error.message : String(error)}\n\nPlease report this with what you did.`))
      else response.destroy()
    })
  })
  server.headersTimeout = 10_000
  const port = await listen(server, options.port)
  const authorities = [`127.0.0.1:${port}`, `localhost:${port}`]
  const cookieName = `steelyard-${port}`
  const stopListening = options.engine.listen((event, payload) => {
    const line = `event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`
    for (const stream of streams) stream.write(line)
  })
  const heartbeat = setInterval(() => {
    for (const stream of streams) stream.write(': still here\n\n')
  }, heartbeatMs)
  heartbeat.unref()

  function newToken(): string {
    const token = randomBytes(24).toString('base64url')
    tokens.add(token)
    return token
  }

  function hasSession(request: IncomingMessage): string | null {
    for (const part of (request.headers.cookie ?? '').split(';')) {
      const [name, value] = part.trim().split('=')
      if (name === cookieName && value !== undefined && isOneOf(value, sessions)) return value
    }
    return null
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const authority = request.headers.host ?? ''
    if (!authorities.includes(authority)) return send(response, plainPage(403, 'Refused', 'This address is not the one Steelyard printed.'))
    const target = request.url ?? ''
    const url = target.startsWith('/') && !target.startsWith('//') && URL.canParse(target, `http://${authority}`) ? new URL(target, `http://${authority}`) : null
    if (url === null) return send(response, plainPage(400, 'No such page', 'The address is not valid.'))
    const session = hasSession(request)
    const token = url.searchParams.get('token')
    if (token !== null && request.method === 'GET' && url.pathname === '/') return exchange(request, response, url, token, session)
    if (session === null && /^\/(rpc|events)/.test(url.pathname)) return sendJson(response, 403, failed('not-permitted', 'This page has no session. Open the address that Steelyard printed when it started.'))
    if (session === null) return send(response, plainPage(403, 'Refused', 'This page needs the address that Steelyard printed when it started.\n\nEach printed address works once. Start Steelyard again, or press Enter in its terminal, for a new one.'))
    if (request.method === 'POST') {
      const origin = request.headers.origin
      if (origin === undefined || !authorities.some((one) => origin === `http://${one}`)) return sendJson(response, 403, failed('not-permitted', 'The call does not come from Steelyard\'s own page.'))
      if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return sendJson(response, 415, failed('bad-params', 'A call must be JSON.'))
      if (url.pathname.startsWith('/rpc/')) return call(request, response, url.pathname.slice('/rpc/'.length), session)
      if (url.pathname === '/rpc-cancel') return cancel(request, response, session)
      return sendJson(response, 404, failed('bad-method', 'There is nothing to call at this address.'))
    }
    if (url.pathname === '/events' && request.method === 'GET') return stream(request, response)
    return send(response, await statics(new Request(url, { method: request.method ?? 'GET', headers: { 'accept-encoding': String(request.headers['accept-encoding'] ?? '') } })))
  }

  async function exchange(request: IncomingMessage, response: ServerResponse, url: URL, token: string, session: string | null): Promise<void> {
    const valid = isOneOf(token, tokens)
    if (!valid && session === null) return send(response, plainPage(403, 'Refused', 'This address has been used before. Start Steelyard again, or press Enter in its terminal, for a new one.'))
    url.searchParams.delete('token')
    const target = `/${url.search}`
    const headers: Record<string, string> = { ...securityHeaders, 'Cache-Control': 'no-store' }
    if (valid) {
      tokens.delete(token)
      const fresh = randomBytes(24).toString('base64url')
      sessions.add(fresh)
      headers['Set-Cookie'] = `${cookieName}=${fresh}; HttpOnly; SameSite=Strict; Path=/`
    }
    // A strict cookie is not sent along a redirect that another site began (a link in a web terminal); a page of our own
    // that moves on is our own navigation.
    const site = request.headers['sec-fetch-site']
    if (site === undefined || site === 'none' || site === 'same-origin') return send(response, new Response(null, { status: 303, headers: { ...headers, Location: target } }))
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${target.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)}"><title>Steelyard</title></html>`
    return send(response, new Response(page, { status: 200, headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' } }))
  }

  async function call(request: IncomingMessage, response: ServerResponse, method: string, session: string): Promise<void> {
    const body = await readBody(request)
    if (body === null) return sendJson(response, 413, failed('too-large', `This is too large: one config file may have at most ${configLimitBytes / 1024 / 1024} MB, and everything sent at once at most ${bodyLimitBytes / 1024 / 1024} MB.`))
    const params = parseJson(body)
    if (params === undefined) return sendJson(response, 400, failed('bad-params', 'The call is not valid JSON.'))
    const named = request.headers['x-steelyard-call']
    const callId = callIdOf(session, typeof named === 'string' ? named : randomBytes(8).toString('hex'))
    response.on('close', () => {
      if (!response.writableFinished) options.engine.cancel(callId)
    })
    return sendJson(response, 200, await options.engine.send(callId, method, params.value))
  }

  async function cancel(request: IncomingMessage, response: ServerResponse, session: string): Promise<void> {
    const body = await readBody(request)
    const params = body === null ? undefined : parseJson(body)
    const callId = (params?.value as { callId?: unknown } | null | undefined)?.callId
    if (typeof callId !== 'string') return sendJson(response, 400, failed('bad-params', 'A cancellation names its callId.'))
    options.engine.cancel(callIdOf(session, callId))
    return sendJson(response, 200, { ok: true, value: null })
  }

  function stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(200, { ...securityHeaders, 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', Connection: 'keep-alive' })
    response.write('retry: 1000\n\n')
    streams.add(response)
    request.on('close', () => streams.delete(response))
    return Promise.resolve()
  }

  return {
    port,
    address: () => `http://127.0.0.1:${port}/?token=${newToken()}`,
    async dispose() {
      clearInterval(heartbeat)
      stopListening()
      for (const one of streams) one.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Calls of two browser sessions never share an id. */
const callIdOf = (session: string, named: string): string => `${session.slice(0, 8)}/${named.slice(0, 100)}`

/** Membership in constant time per entry, so that timing tells nothing about a token. */
function isOneOf(given: string, known: ReadonlySet<string>): boolean {
  const bytes = Buffer.from(given)
  let found = false
  for (const one of known) {
    const other = Buffer.from(one)
    if (other.length === bytes.length && timingSafeEqual(other, bytes)) found = true
  }
  return found
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/**
 * The whole body as text, or null when it is over the limit. What is over the limit is still read to its end and thrown
 * away, up to a multiple of it: a browser whose upload is cut off never sees the answer that says why.
 */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length <= bodyLimitBytes) chunks.push(chunk as Buffer)
    else chunks.length = 0
    if (length > drainedLimitBytes) return null
  }
  return length > bodyLimitBytes ? null : Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    // The caller answers with a sentence.
    return undefined
  }
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(answer.body === null ? undefined : Buffer.from(await answer.arrayBuffer()))
}

function sendJson(response: ServerResponse, status: number, value: Result<unknown>): Promise<void> {
  if (!response.destroyed) {
    response.writeHead(status, { ...securityHeaders, 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(JSON.stringify(value))
  }
  return Promise.resolve()
}
