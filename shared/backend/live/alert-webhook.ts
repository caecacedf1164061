import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { Webhook } from '#shared/live/alerts/webhook.ts'
import type { WebhookPort } from '#shared/backend/live-ports.ts'

const limitMs = 5000
const waitingAtMost = 100

/**
 * Posts one object for each alert that begins or ends, one after the other. Watching never waits for it: what cannot be
 * posted is said once and dropped, and so is what waits behind a hundred others.
 */
export class AlertWebhook {
  readonly #port: WebhookPort
  readonly #webhook: Webhook
  readonly #failed: (failure: Failure) => void
  #firing = new Map<string, Alert>()
  #queue: Promise<void> = Promise.resolve()
  #waiting = 0
  #said: string | null = null

  /** `failed` is called when posting begins to fail, and again when it fails otherwise. */
  constructor(port: WebhookPort, webhook: Webhook, failed: (failure: Failure) => void) {
    this.#port = port
    this.#webhook = webhook
    this.#failed = failed
  }

  /** What fires after a poll. Alerts that only inform, that are waived or that follow from another are left out. */
  tell(alerts: readonly Alert[], toBody: (event: 'start' | 'end', alert: Alert) => object): void {
    const now = new Map(alerts.filter((one) => one.severity !== 'info' && one.waived === null && one.mutedBy === null).map((one) => [one.key, one]))
    for (const [key, alert] of now) if (!this.#firing.has(key)) this.#post(toBody('start', alert))
    for (const [key, alert] of this.#firing) if (!now.has(key)) this.#post(toBody('end', alert))
    this.#firing = now
  }

  /** Ends when everything that waits was posted or given up. */
  flush(): Promise<void> {
    return this.#queue
  }

  #post(body: object): void {
    if (this.#waiting >= waitingAtMost) return
    this.#waiting += 1
    this.#queue = this.#queue.then(async () => {
      const posted = await this.#port.post(this.#webhook, JSON.stringify(body), limitMs)
      this.#waiting -= 1
      const problem = posted.ok ? null : posted.failure.message
      if (!posted.ok && problem !== this.#said) this.#failed(posted.failure)
      this.#said = problem
    })
  }
}
