import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { MetricSamples } from './samples.ts'

/** What the metrics of one process say: a snapshot without the time at which they were read. */
export type MetricsReading = Pick<LiveSnapshot, 'version' | 'epoch' | 'generation' | 'uptimeSeconds' | 'stopping' | 'rows'>

/** A program that shows a balancer as metrics: which ones are read, and what they mean. */
export interface Exporter {
  /** As the balancer is called. */
  readonly product: string
  readonly metrics: readonly string[]
  /** Rows are empty where the samples are none of this exporter. */
  readonly read: (samples: MetricSamples) => MetricsReading
}
