import { failed, type Result } from '#shared/diagnostics/failure.ts'
import type { Transport } from '#shared/rpc/client.ts'

/** Characters; browsers allow 64 KiB for all such calls together, and a character may take three bytes. */
const mostKeptAlive = 16_000

const eventNames = ['config.changed', 'progress', 'open.requested', 'menu.command', 'live.sample', 'live.ended'] as const

/** The engine behind the localhost host: one POST per call, one event stream. The session cookie is the host's business. */
export function httpTransport(parse: (bytes: ArrayBuffer) => Promise<unknown>, onConnection: (connected: boolean) => void): Transport {
  const running = new Map<string, AbortController>()
  return {
    async send(callId, method, params) {
      const abort = new AbortController()
      running.set(callId, abort)
      const body = JSON.stringify(params)
      try {
        const response = await fetch(`rpc/${method}`, {
          method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'application/json', 'x-steelyard-call': callId }, body, signal: abort.signal,
          // What is to be kept arrives although the page is left at once. The browser refuses that for large bodies.
          keepalive: /^app\.save/.test(method) && body.length < mostKeptAlive,
        })
        const bytes = await response.arrayBuffer()
        if (!(response.headers.get('content-type') ?? '').startsWith('application/json')) {
          const said = new TextDecoder().decode(bytes.slice(0, 300)).trim()
          return failed(response.status === 401 || response.status === 403 ? 'not-permitted' : 'io', said === '' ? `The Steelyard server answered ${response.status}.` : said)
        }
        onConnection(true)
        return (await parse(bytes)) as Result<unknown>
      } catch (error) {
        if (abort.signal.aborted) return failed('cancelled', 'The call was cancelled.')
        onConnection(false)
        return failed('io', `The Steelyard server does not answer. Is it still running? (${error instanceof Error ? error.message : String(error)})`)
      } finally {
        running.delete(callId)
      }
    },
    cancel: (callId) => running.get(callId)?.abort(),
    listen(listener) {
      const source = new EventSource('events', { withCredentials: true })
      source.onopen = () => onConnection(true)
      source.onerror = () => onConnection(false)
      for (const name of eventNames) {
        source.addEventListener(name, (message) => listener(name, JSON.parse((message as MessageEvent<string>).data) as unknown))
      }
      return () => source.close()
    },
  }
}

/** One event stream for all subscriptions: a browser allows only six connections to one address. */
export function sharedListen(transport: Transport): Transport {
  const listeners = new Set<(event: string, payload: unknown) => void>()
  let stop: (() => void) | null = null
  return {
    ...transport,
    listen(listener) {
      listeners.add(listener)
      stop ??= transport.listen((event, payload) => {
        for (const each of [...listeners]) each(event, payload)
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) {
          stop?.()
          stop = null
        }
      }
    },
  }
}
