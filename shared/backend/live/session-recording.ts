import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import { toLineLookup, type LineLookup } from '#shared/text/line-lookup.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import { toRecordedConfig } from './recorded-config.ts'
import { LiveRecorder, type RecordingLimits } from './recorder.ts'

const shownLineCharacters = 200

/** The file of one session, from `begin` on. Whatever happens to it, watching goes on, and `status` says what. */
export class SessionRecording {
  readonly #ports: Ports
  readonly #path: string
  readonly #about: { readonly source: string; readonly intervalMs: number }
  readonly #limits: RecordingLimits
  #recorder: LiveRecorder | null = null
  #lines: LineLookup | null = null

  constructor(ports: Ports, path: string, about: { readonly source: string; readonly intervalMs: number }, limits: RecordingLimits) {
    this.#ports = ports
    this.#path = path
    this.#about = about
    this.#limits = limits
  }

  /** Creates the file. Errors: it exists, or cannot be written. */
  async begin(first: LiveSnapshot, running: LoadedConfig | null, knownGood: LoadedConfig | null): Promise<Result<null>> {
    const started = await LiveRecorder.start(this.#ports.recordings, this.#path, {
      ...this.#about, product: first.product, version: first.version, startedAt: this.#ports.clock.now(), zone: this.#ports.clock.zone(), writer: `Steelyard ${this.#ports.host.version}`, note: '',
    }, this.#limits)
    if (!started.ok) return started
    this.#recorder = started.value
    this.useConfigs(running, knownGood, first.taken.wallMs)
    return { ok: true, value: null }
  }

  useConfigs(running: LoadedConfig | null, knownGood: LoadedConfig | null, wallMs: number): void {
    this.#lines = running === null ? null : toLineLookup(running.files.map((file) => file.source))
    if (knownGood !== null) this.#recorder?.config(toRecordedConfig(knownGood, 'known-good'), wallMs)
    if (running !== null) this.#recorder?.config(toRecordedConfig(running, 'running'), wallMs)
  }

  poll({ view, alerts }: LiveMoment): void {
    const { snapshot } = view
    this.#recorder?.poll(snapshot)
    if (view.restarted) this.#recorder?.event({ type: 'reload', text: `${snapshot.product} was reloaded or restarted.` }, snapshot.taken.wallMs)
    this.#alerts(alerts, snapshot.taken.wallMs)
  }

  miss(failure: Failure, wallMs: number, alerts: readonly Alert[]): void {
    this.#recorder?.miss(failure, wallMs)
    this.#alerts(alerts, wallMs)
  }

  note(wallMs: number, text: string): void {
    this.#recorder?.event({ type: 'note', text }, wallMs)
  }

  status(): LiveSessionInfo['recording'] {
    const status = this.#recorder?.status()
    return status === undefined ? null : { path: this.#path, bytes: status.bytes, seconds: Math.round(status.seconds), problem: status.problem?.message ?? null }
  }

  /** Ends when everything that was seen so far is in the file. */
  async drained(): Promise<void> {
    await this.#recorder?.drained()
  }

  async close(): Promise<void> {
    await this.#recorder?.close()
  }

  #alerts(alerts: readonly Alert[], wallMs: number): void {
    this.#recorder?.alerts(alerts, ({ at }) => {
      const place = at === null ? null : (this.#lines?.(at) ?? null)
      return place === null ? null : { ...place, text: maskSecrets(place.text).slice(0, shownLineCharacters) }
    }, wallMs)
  }
}
