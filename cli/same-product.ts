import { dialectOf, type LiveSource } from '#shared/live/live-source.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { InputError } from '#cli/io.ts'

/** A source can be compared with configs of its own product only. `written`: how the config is named. */
export function expectSameProduct(source: LiveSource, model: RoutingModel, written: string): void {
  const dialect = dialectOf(source)
  if (dialect !== 'any' && dialect !== model.dialect) throw new InputError(`${written} is a config of ${model.product}; what ${source.title} shows ${dialect === null ? 'cannot be compared with a config' : `is compared with one of ${dialect === 'nginx' ? 'nginx' : 'HAProxy'}`}.`)
}
