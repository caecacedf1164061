import type { RoutingModel } from '#shared/model/routing-model.ts'
import { dialectOf, type LiveSource } from './live-source.ts'

type Model = Pick<RoutingModel, 'dialect' | 'product'>

/** Why what a source shows cannot be compared with a config, as far as it is known before the first poll; null: it can. `written`: how the config is named. */
export function whyNotComparable(source: LiveSource, model: Model, written: string): string | null {
  const dialect = dialectOf(source)
  if (dialect === 'any' || dialect === model.dialect) return null
  return `${written} is a config of ${model.product}; what ${source.title} shows ${dialect === null ? 'cannot be compared with a config' : `is compared with one of ${dialect === 'nginx' ? 'nginx' : 'HAProxy'}`}.`
}

/** The same when the first poll has shown `product`, for sources that may show any. */
export function whyNotShown(source: LiveSource, product: string, model: Model, written: string): string | null {
  return dialectOf(source) !== 'any' || model.product === product ? null : `${source.title} shows ${product}, and ${written} is a config of ${model.product}.`
}
