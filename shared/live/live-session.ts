import type { Failure } from '#shared/diagnostics/failure.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Alert } from './alerts/alert-book.ts'
import { AlertWatch } from './alerts/alert-watch.ts'
import type { AlertSettings, Waiver } from './alerts/settings.ts'
import { LiveWatch, type LiveView } from './live-watch.ts'
import type { LiveSnapshot } from './snapshot.ts'

/** What one poll showed, and what fires after it. */
export interface LiveMoment {
  readonly view: LiveView
  readonly alerts: readonly Alert[]
}

/**
 * One balancer that is watched: shares, drift and alerts over its polls. The same polls, misses and configs give the
 * same moments, live and from a recording.
 */
export class LiveSession {
  readonly #watch: LiveWatch
  readonly #alerts: AlertWatch

  /** `model`: the config that is believed to run. `nominalMs`: how far apart polls are meant to be. */
  constructor(model: RoutingModel | null, nominalMs: number, knownGood: RoutingModel | null, settings: AlertSettings = {}) {
    this.#alerts = new AlertWatch(settings)
    this.#watch = new LiveWatch(model, nominalMs, knownGood)
  }

  add(snapshot: LiveSnapshot): LiveMoment {
    const view = this.#watch.add(snapshot)
    return { view, alerts: this.#alerts.add(view) }
  }

  /** A poll that failed: what fires after it. */
  miss(failure: Failure, wallMs: number): readonly Alert[] {
    return this.#alerts.miss(failure, wallMs)
  }

  /** Goes on with another config, as after a reload. */
  useConfig(model: RoutingModel, knownGood: RoutingModel | null): void {
    this.#watch.useConfig(model, knownGood)
  }

  /** What is known of alerts from here on. */
  useWaivers(waivers: readonly Waiver[]): void {
    this.#alerts.useWaivers(waivers)
  }

  /** Something was seen that does not fire yet: polls may come closer together. */
  get pending(): boolean {
    return this.#alerts.pending
  }
}
