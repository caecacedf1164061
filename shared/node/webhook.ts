import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { WebhookPort } from '#shared/backend/live-ports.ts'

/** Posts with Node's own client: TLS is verified, no redirect is followed, what comes back is not read. */
export const nodeWebhook: WebhookPort = {
  async post({ secure, host, port, path, title }, body, limitMs) {
    const { request } = secure ? await import('node:https') : await import('node:http')
    return new Promise<Result<null>>((resolve) => {
      const sent = request({
        host, port, path, method: 'POST', agent: false, timeout: limitMs, signal: AbortSignal.timeout(limitMs),
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Connection': 'close' },
      }, (response) => {
        const status = response.statusCode ?? 0
        resolve(status >= 200 && status < 300 ? ok(null) : failed('bad-answer', `${title} answered with status ${status}${status >= 300 && status < 400 ? ', which is not followed' : ''}.`))
        response.destroy()
      })
      // The words of the error could hold the address.
      sent.on('error', (error: NodeJS.ErrnoException) => { resolve(error.name === 'AbortError' || error.name === 'TimeoutError' ? failed('timeout', `${title} did not answer within ${limitMs / 1000} s.`) : failed('unreachable', `${title} could not be reached (${error.code ?? error.name}).`)) })
      sent.end(body)
    })
  },
}
