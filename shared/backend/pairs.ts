import { diffTopology, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { toTopologyView } from '#shared/view/topology.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import type { ConfigStore } from './config-store.ts'
import type { LoadedConfig } from './load-config.ts'

/** One config, or two to be compared, with what several screens ask about them. Each part is computed when first asked for. */
export interface Pair {
  readonly before: LoadedConfig | null
  readonly after: LoadedConfig
  readonly difference: () => TopologyDifference | null
  /** Complete and unfolded. */
  readonly view: () => TopologyView
}

export type PairStore = (before: string | null, after: string) => Result<Pair>

const kept = 4

/** Pairs by their two config ids; the last few stay, so that opening a group or typing a search does not draw all anew. */
export function createPairStore(store: ConfigStore): PairStore {
  const pairs = new Map<string, Pair>()
  return (beforeId, afterId) => {
    const key = `${beforeId ?? ''}|${afterId}`
    const known = pairs.get(key)
    if (known !== undefined) {
      pairs.delete(key)
      pairs.set(key, known)
      return ok(known)
    }
    const before = beforeId === null ? ok(null) : store.get(beforeId)
    if (!before.ok) return before
    const after = store.get(afterId)
    if (!after.ok) return after
    const pair = toPair(before.value, after.value)
    pairs.set(key, pair)
    const oldest = pairs.keys().next().value
    if (pairs.size > kept && oldest !== undefined) pairs.delete(oldest)
    return ok(pair)
  }
}

export function toPair(before: LoadedConfig | null, after: LoadedConfig): Pair {
  let difference: TopologyDifference | null = null
  let view: TopologyView | null = null
  const getDifference = (): TopologyDifference | null => (before === null ? null : (difference ??= diffTopology(before.model, after.model)))
  return {
    before, after,
    difference: getDifference,
    view: () => (view ??= toTopologyView(after.model, before?.model ?? null, titleOf(before, after), getDifference())),
  }
}

export function titleOf(before: LoadedConfig | null, after: LoadedConfig): string {
  return before === null ? after.summary.title : `${before.summary.title} → ${after.summary.title}`
}
