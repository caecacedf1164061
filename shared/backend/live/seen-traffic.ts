import type { LiveSample } from '#shared/view/live-sample.ts'
import type { BytesPort } from '#shared/backend/ports.ts'
import { MarkBook } from './mark-book.ts'
import { SampleStore } from './sample-store.ts'
import { SeriesStore } from './series-store.ts'

const sampleBytes = 48 * 1024 * 1024

/** Everything that was seen of one balancer: samples, values over time, and what happened, within a bound of memory. */
export class SeenTraffic {
  readonly samples: SampleStore
  readonly series: SeriesStore
  readonly marks = new MarkBook()
  #last: LiveSample | null = null

  constructor(bytes: Pick<BytesPort, 'fromText' | 'decode'>, intervalMs: number) {
    this.samples = new SampleStore(bytes, sampleBytes)
    this.series = new SeriesStore(intervalMs)
  }

  add(sample: LiveSample): void {
    this.#last = sample
    this.samples.add(sample)
    this.series.add(sample)
    this.marks.add(sample)
  }

  /** The newest sample; null: nothing came yet. */
  get last(): LiveSample | null {
    return this.#last
  }
}
