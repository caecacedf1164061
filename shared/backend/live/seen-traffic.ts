import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import { toLineLookup, type LineLookup } from '#shared/text/line-lookup.ts'
import { toLiveAlert, toLiveSample, type LiveSample, type SampleContext } from '#shared/view/live-sample.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { BytesPort, ClockPort } from '#shared/backend/ports.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import { AlertCauses } from './causes.ts'
import { MarkBook } from './mark-book.ts'
import { SampleStore } from './sample-store.ts'
import { SeriesStore } from './series-store.ts'

const sampleBytes = 48 * 1024 * 1024

/** Everything that was seen of one balancer: samples, values over time, and what happened, within a bound of memory. */
export class SeenTraffic {
  readonly samples: SampleStore
  readonly series: SeriesStore
  readonly marks = new MarkBook()
  readonly #causes: AlertCauses
  #context: SampleContext = { configId: null, running: null, knownGood: null }
  #last: LiveSample | null = null
  #misses = 0

  constructor(ports: { readonly bytes: Pick<BytesPort, 'fromText' | 'decode'>; readonly clock: ClockPort }, intervalMs: number) {
    this.#causes = new AlertCauses(ports.clock)
    this.samples = new SampleStore(ports.bytes, sampleBytes)
    this.series = new SeriesStore(intervalMs)
  }

  /** Configs that what comes is judged against. Ends when they are compared; samples need not wait for that. */
  async useConfigs(running: LoadedConfig | null, knownGood: LoadedConfig | null): Promise<void> {
    this.#context = { configId: running?.configId ?? null, running: linesOf(running), knownGood: linesOf(knownGood) }
    await this.#causes.use(knownGood, running)
  }

  add(moment: LiveMoment): LiveSample {
    this.#misses = 0
    return this.#keep(toLiveSample({ ...moment, alerts: this.#causes.explain(moment.alerts, moment.view) }, this.#context))
  }

  /** A poll that failed: what was known stays, with its age. Null: nothing was known yet. */
  miss(message: string, alerts: readonly Alert[], wallMs: number): LiveSample | null {
    this.#misses += 1
    const last = this.#last
    if (last === null) return null
    const known = new Map(last.alerts.map((alert) => [alert.key, alert]))
    // The lines of what fires already were found with the data of then.
    const firing = alerts.map((alert) => known.get(alert.key) ?? toLiveAlert(alert, this.#context))
    return this.#keep({ ...last, atMs: wallMs, restarted: false, alerts: firing, missed: { polls: this.#misses, message } })
  }

  /** The newest sample; null: nothing came yet. */
  get last(): LiveSample | null {
    return this.#last
  }

  #keep(sample: LiveSample): LiveSample {
    this.#last = sample
    this.samples.add(sample)
    this.series.add(sample)
    this.marks.add(sample)
    return sample
  }
}

function linesOf(config: LoadedConfig | null): LineLookup | null {
  if (config === null) return null
  const lookup = toLineLookup(config.files.map((file) => file.source))
  return (at) => {
    const place = lookup(at)
    return place === null ? null : { ...place, text: maskSecrets(place.text) }
  }
}
