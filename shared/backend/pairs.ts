import { poolPairsOf, type PoolPairs } from '#shared/analyses/equivalence/index.ts'
import { diffTopology, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { toTopologyOutline, toTopologyView, type TopologyOutline } from '#shared/view/topology.ts'
import { focusOutline, focusTopology } from '#shared/view/topology-focus.ts'
import type { TopologyAnswer, TopologyOptions, TopologyView } from '#shared/view/topology-view.ts'
import type { ConfigStore } from './config-store.ts'
import type { LoadedConfig } from './load-config.ts'

/** One config, or two to be compared, with what several screens ask about them. Each part is computed when first asked for. */
export interface Pair {
  readonly before: LoadedConfig | null
  readonly after: LoadedConfig
  readonly poolNames: PoolPairs
  readonly difference: () => TopologyDifference | null
  /** Complete and unfolded. */
  readonly view: () => TopologyView
  /** The same, but servers of unchanged pools may be missing. */
  readonly sketch: () => TopologyView
  /** What a screen shows of it; of a large config only that much is drawn. */
  readonly focus: (options: TopologyOptions) => TopologyAnswer
}

export type PairStore = (before: string | null, after: string) => Result<Pair>

const kept = 4
/** From this many servers on they are drawn when they are shown. */
const outlineFrom = 2000

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

/** `poolNames`: which pools stand for which under other names; left out: found by their addresses where products differ. */
export function toPair(before: LoadedConfig | null, after: LoadedConfig, poolNames: PoolPairs = before === null ? new Map() : poolPairsOf(before.model, after.model, null)): Pair {
  let difference: TopologyDifference | null = null
  let view: TopologyView | null = null
  let outline: TopologyOutline | null = null
  const getDifference = (): TopologyDifference | null => (before === null ? null : (difference ??= diffTopology(before.model, after.model)))
  const getView = (): TopologyView => (view ??= toTopologyView(after.model, before?.model ?? null, titleOf(before, after), getDifference()))
  const getOutline = (): TopologyOutline => (outline ??= toTopologyOutline(after.model, before?.model ?? null, titleOf(before, after), getDifference()))
  const isSmall = after.summary.counts.servers + (before?.summary.counts.servers ?? 0) < outlineFrom
  return {
    before, after, poolNames,
    difference: getDifference,
    view: getView,
    sketch: () => (isSmall ? getView() : getOutline().view),
    focus: (options) => (isSmall || options.query.trim() !== '' ? focusTopology(getView(), options) : focusOutline(getOutline(), options)),
  }
}

export function titleOf(before: LoadedConfig | null, after: LoadedConfig): string {
  return before === null ? after.summary.title : `${before.summary.title} → ${after.summary.title}`
}
