import type { LiveSource } from '#shared/live/live-source.ts'
import { whyNotComparable } from '#shared/live/same-product.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { InputError } from '#cli/io.ts'

/** A source can be compared with configs of its own product only. `written`: how the config is named. */
export function expectSameProduct(source: LiveSource, model: RoutingModel, written: string): void {
  const refused = whyNotComparable(source, model, written)
  if (refused !== null) throw new InputError(refused)
}
