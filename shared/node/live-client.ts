import net from 'node:net'
import type { Readable } from 'node:stream'
import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { LiveAnswer } from '#shared/backend/live-ports.ts'
import { invariant } from '#shared/diagnostics/invariant.ts'
import type { HttpSource, LiveSource } from '#shared/live/live-source.ts'
import { isAllowed, type LiveRequest } from '#shared/live/reads.ts'

type Failed = { readonly ok: false; readonly failure: Failure }
type Get = Extract<LiveRequest, { readonly kind: 'get' }>

/**
 * Asks a running balancer once and reads its answer to the end.
 *
 * Errors: `unreachable`, `not-permitted`, `timeout`, `too-large`, `bad-answer`, each a sentence that names the source.
 */
export async function askLive(source: LiveSource, request: LiveRequest, limitMs: number, limitBytes: number): Promise<Result<LiveAnswer>> {
  invariant(isAllowed(source, request), 'a question that is not on the list of reads')
  const started = performance.now()
  const seen: Seen = {}
  const read = await send(source, request, limitMs, limitBytes, seen)
  if (!read.ok) return read
  const monotonicMs = performance.now()
  return ok({ text: read.value.toString('utf8'), bytes: read.value.length, readMs: monotonicMs - started, taken: { monotonicMs, wallMs: Date.now() }, ...seen })
}

/** What the head of an answer says. */
interface Seen { nextPage?: number }

function send(source: LiveSource, request: LiveRequest, limitMs: number, limitBytes: number, seen: Seen): Promise<Result<Buffer>> {
  if (source.kind === 'http' && request.kind === 'get') return askPage(source, request, limitMs, limitBytes, seen)
  invariant((source.kind === 'socket' || source.kind === 'tcp') && request.kind === 'line', 'a question in the wrong form')
  return askSocket(source, request, limitMs, limitBytes)
}

function askSocket(source: Extract<LiveSource, { readonly kind: 'socket' | 'tcp' }>, { text, answers }: Extract<LiveRequest, { readonly kind: 'line' }>, limitMs: number, limitBytes: number): Promise<Result<Buffer>> {
  return new Promise((resolve) => {
    const socket = source.kind === 'socket' ? net.connect({ path: source.path }) : net.connect({ host: source.host, port: source.port })
    const end = once(resolve, limitMs, source, () => socket.destroy())
    socket.on('connect', () => { socket.write(text) })
    collect(socket, source, limitBytes, end, answers)
    socket.on('error', (error) => { end(refusal(error, source)) })
  })
}

/** With these, Prometheus says in its answer what is wrong. */
const reasonStatuses: ReadonlySet<number> = new Set([400, 422, 503])

async function askPage(source: HttpSource, { path, accept, ownReferer }: Get, limitMs: number, limitBytes: number, seen: Seen): Promise<Result<Buffer>> {
  const { request } = source.secure ? await import('node:https') : await import('node:http')
  return new Promise((resolve) => {
    const authorization = source.token !== undefined ? `Bearer ${source.token}` : source.user === null ? null : `Basic ${Buffer.from(`${source.user}:${source.password}`).toString('base64')}`
    const credentials = authorization === null ? {} : { Authorization: authorization }
    // The host as the client sends it: Apache compares the two.
    const host = `${source.host.includes(':') ? `[${source.host}]` : source.host}${source.port === (source.secure ? 443 : 80) ? '' : `:${source.port}`}`
    const referer = ownReferer === true ? { Referer: `${source.secure ? 'https' : 'http'}://${host}${path}` } : {}
    // A connection that is kept could stay with a process that a reload has replaced.
    const asked = request({
      host: source.host, port: source.port, path, method: 'GET', agent: false, rejectUnauthorized: true, headers: { Connection: 'close', Accept: accept, ...credentials, ...referer },
    }, (response) => {
      const nextPage = /^\d{1,6}$/.exec(String(response.headers['x-next-page'] ?? ''))?.[0]
      if (nextPage !== undefined) seen.nextPage = Number(nextPage)
      const problem = statusProblem(response.statusCode ?? 0, source)
      if (problem === null) collect(response, source, limitBytes, end)
      else if (source.surface === 'prometheus' && reasonStatuses.has(response.statusCode ?? 0)) collect(response, source, limitBytes, (read) => { end(read.ok && isObjectText(read.value) ? read : problem) })
      else end(problem)
    })
    const end = once(resolve, limitMs, source, () => asked.destroy())
    asked.on('error', (error) => { end(refusal(error, source)) })
    asked.end()
  })
}

/** A reverse proxy before the server answers with nothing, or with a page of its own. */
const isObjectText = (bytes: Buffer): boolean => /^\s*\{/.test(bytes.subarray(0, 64).toString('latin1'))

/** Settles with the first of answer, refusal and the end of the time, and lets go of the connection. */
function once(resolve: (result: Result<Buffer>) => void, limitMs: number, source: LiveSource, release: () => void): (result: Result<Buffer>) => void {
  let settled = false
  const settle = (result: Result<Buffer>): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    release()
    resolve(result)
  }
  const timer = setTimeout(() => { settle(failed('timeout', `${source.title} did not answer completely within ${limitMs / 1000} s.`)) }, limitMs)
  return settle
}

/** `answers`: reading ends with so many empty lines; without it, with the connection. */
function collect(stream: Readable, source: LiveSource, limitBytes: number, end: (result: Result<Buffer>) => void, answers = Infinity): void {
  const chunks: Buffer[] = []
  let length = 0
  let ended = 0
  let lineEnded = false
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > limitBytes) end(failed('too-large', `${source.title} sends more than ${Math.round(limitBytes / 1024 / 1024)} MB; reading was given up.`))
    else chunks.push(chunk)
    if (answers === Infinity) return
    for (const sign of chunk) {
      if (sign === 10 && lineEnded) ended += 1
      lineEnded = sign === 10 && !lineEnded
    }
    if (ended >= answers) end(ok(Buffer.concat(chunks)))
  })
  stream.on('aborted', () => { end(failed('bad-answer', `${source.title} closed the connection within its answer.`)) })
  stream.on('end', () => { end(length === 0 ? failed('bad-answer', `${source.title} closed the connection without an answer.`) : ok(Buffer.concat(chunks))) })
  stream.on('error', (error) => { end(refusal(error, source)) })
}

function statusProblem(status: number, source: HttpSource): Failed | null {
  if (status === 200) return null
  if (status === 401) return failed('not-permitted', source.token !== undefined ? `${source.title} refuses the token.` : source.user === null ? `${source.title} asks for a user and a password.` : `${source.title} refuses the user and password.`)
  if (status === 403) return failed('not-permitted', `${source.title} may not be read from here (403).`)
  if (status >= 300 && status < 400) return failed('bad-answer', `${source.title} sends on to another address, which is not followed.`)
  if (status === 404) return failed('bad-answer', `${source.title} is not there (404)${source.surface === 'haproxy' ? ': the path is the one of "stats uri"' : ''}.`)
  return failed('bad-answer', `${source.title} answers with status ${status} instead of statistics.`)
}

const unknownAuthority = 'its certificate comes from an authority that is not known here. The environment variable NODE_EXTRA_CA_CERTS can name a file with one more.'
/** By the codes of OpenSSL as Node gives them. */
const certificateProblems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired.', CERT_NOT_YET_VALID: 'its certificate is not valid yet.', CERT_REVOKED: 'its certificate was revoked.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name.', DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority, SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority, UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority, UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
}

function refusal(error: Error, source: LiveSource): Failed {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  switch (code) {
    case 'ECONNREFUSED': return failed('unreachable', `Nobody listens at ${source.title}.`)
    case 'ENOENT': return failed('unreachable', `There is no socket ${source.title}.`)
    case 'EACCES': case 'EPERM': return failed('not-permitted', `${source.title} may not be opened by this user.`)
    case 'ENOTFOUND': case 'EAI_AGAIN': return failed('unreachable', `The host name in ${source.title} is not known.`)
    case 'EHOSTUNREACH': case 'ENETUNREACH': return failed('unreachable', `There is no way to ${source.title}.`)
    case 'ECONNRESET': case 'EPIPE': return failed('bad-answer', `${source.title} closed the connection within its answer.`)
    default:
      if (code.startsWith('HPE_')) return failed('bad-answer', `${source.title} does not speak HTTP.`)
      if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return failed('unreachable', `${source.title} could not be asked over TLS: ${certificateProblems[code] ?? `${error.message.replace(/\.$/, '')}.`}`)
      return failed('unreachable', `${source.title} could not be asked: ${error.message}.`)
  }
}
