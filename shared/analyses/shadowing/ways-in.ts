import { arrivalsAt, at, kindOfListener, portsOf, readsListener } from '#shared/model/decision-space/arrivals.ts'
import { decisionList } from '#shared/model/decision-space/decision-list.ts'
import { sideOf } from '#shared/model/decision-space/rule-side.ts'
import type { Search, WayIn } from './search.ts'

/** Listeners with the rules that decide there; those whose requests no rule can tell apart stand once. Null: not all could be read in time. */
export function waysIn({ model, space, reader, budget }: Search): readonly WayIn[] | null {
  const found: WayIn[] = []
  const seen = new Set<string>()
  const distinguished = readsListener(model)
  for (const listener of model.listeners) {
    if (!listener.enabled) continue
    for (const address of listener.addresses) {
      const kind = kindOfListener(listener)
      if (seen.has(kind) && !distinguished) continue
      seen.add(kind)
      for (const arrival of arrivalsAt(at(listener, address))) {
        const { rules } = decisionList(reader, model, reader.initialState(arrival, address.ip, portsOf(address)))
        found.push({ arrival, side: sideOf(space, rules) })
        if (budget.spent()) return null
      }
    }
  }
  return found
}
