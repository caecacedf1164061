import { importance, isChanged, viewIndex, type ViewIndex } from './view-index.ts'
import { foldView, type Fold } from './topology-fold.ts'
import type { TopologyAnswer, TopologyEdge, TopologyNode, TopologyOptions, TopologyView } from './topology-view.ts'

/** Above this many boxes the picture opens grouped. */
const groupAbove = 150

/** Marks everything that `next` leads to from what is marked already. */
function spread(marked: Uint8Array, first: Int32Array, list: Int32Array, targets: Int32Array): void {
  const waiting: number[] = []
  marked.forEach((mark, node) => { if (mark === 1) waiting.push(node) })
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (let at = first[node] as number; at < (first[node + 1] as number); at += 1) {
      const next = targets[list[at] as number] as number
      if (marked[next] === 1) continue
      marked[next] = 1
      waiting.push(next)
    }
  }
}

/** What changed and everything that leads to it; what matches the words, what leads to it and what it leads to. */
function filtered(view: TopologyView, index: ViewIndex, options: TopologyOptions): Uint8Array | null {
  const words = options.query.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (!options.onlyChanged && words.length === 0) return null
  let kept: Uint8Array | null = null
  if (options.onlyChanged) {
    const changed = new Uint8Array(view.nodes.length)
    view.nodes.forEach((node, at) => { if (isChanged(node)) changed[at] = 1 })
    view.edges.forEach((edge, at) => {
      const from = index.from[at] as number
      const to = index.to[at] as number
      if (edge.change === 'same' || from === -1 || to === -1) return
      changed[from] = 1
      changed[to] = 1
    })
    spread(changed, index.firstInto, index.into, index.from)
    kept = changed
  }
  if (words.length > 0) {
    const found = new Uint8Array(view.nodes.length)
    view.nodes.forEach((node, at) => { if (words.every((word) => node.search.includes(word))) found[at] = 1 })
    const below = Uint8Array.from(found)
    spread(found, index.firstInto, index.into, index.from)
    spread(below, index.firstOut, index.out, index.to)
    const former: Uint8Array | null = kept
    kept = found.map((mark, at) => ((mark === 1 || below[at] === 1) && (former === null || former[at] === 1) ? 1 : 0))
  }
  return kept
}

function mergeEdges(former: TopologyEdge, edge: TopologyEdge): TopologyEdge {
  const share = former.share === null || edge.share === null ? null : Math.min(1, former.share + edge.share)
  const shareBefore = former.shareBefore === null || edge.shareBefore === null ? null : Math.min(1, former.shareBefore + edge.shareBefore)
  const change = former.change === edge.change ? former.change : 'changed'
  return {
    ...former, share, shareBefore, change, tone: former.tone === edge.tone ? former.tone : change === 'same' ? 'neutral' : 'changed',
    before: former.before.length < 20 ? [...former.before, ...edge.before] : former.before, after: former.after.length < 20 ? [...former.after, ...edge.after] : former.after,
  }
}

/** Edges between what is shown; several that lead from one box to another become one. `shownAs`: node → its box, or -1. */
function shownEdges(view: TopologyView, index: ViewIndex, shownAs: Int32Array, shown: readonly TopologyNode[]): readonly TopologyEdge[] {
  const merged = new Map<string | number, TopologyEdge>()
  view.edges.forEach((edge, at) => {
    const source = index.from[at] as number
    const target = index.to[at] as number
    if (source === -1 || target === -1) return
    const from = shownAs[source] as number
    const to = shownAs[target] as number
    if (from === -1 || to === -1 || from === to) return
    const fromId = (shown[from] as TopologyNode).id
    const toId = (shown[to] as TopologyNode).id
    if (fromId === edge.from && toId === edge.to) {
      merged.set(edge.id, edge)
      return
    }
    const key = from * shown.length + to
    const former = merged.get(key)
    merged.set(key, former === undefined ? { ...edge, id: `edge:${fromId}→${toId}`, from: fromId, to: toId, label: '' } : mergeEdges(former, edge))
  })
  return [...merged.values()]
}

interface Box {
  /** Position of the node, or of the first member of a fold. */
  readonly at: number
  readonly fold: Fold | null
}

/**
 * Keeps the `limit` most important boxes, in their order. A box is only worth showing with what leads to it, so each is
 * taken together with one way from its listener as long as there is room.
 */
function mostImportant(boxes: readonly Box[], boxOf: Int32Array, view: TopologyView, index: ViewIndex, limit: number): readonly Box[] {
  const parent = new Int32Array(boxes.length).fill(-1)
  view.edges.forEach((edge, at) => {
    const source = index.from[at] as number
    const target = index.to[at] as number
    if (source === -1 || target === -1 || edge.change === 'removed') return
    const to = boxOf[target] as number
    if (to !== -1 && parent[to] === -1 && boxOf[source] !== to) parent[to] = boxOf[source] as number
  })
  const rank = Float64Array.from(boxes, (box) => {
    if (box.fold === null) return importance(view.nodes[box.at] as TopologyNode)
    let best = Infinity
    for (const node of box.fold.members) best = Math.min(best, importance(node))
    return best
  })
  const order = Int32Array.from(boxes, (_, at) => at).sort((a, b) => (rank[a] as number) - (rank[b] as number) || a - b)
  const chosen = new Uint8Array(boxes.length)
  let amount = 0
  for (const box of order) {
    if (amount >= limit) break
    const way: number[] = []
    for (let at = box; at !== -1 && chosen[at] === 0 && way.length < 5; at = parent[at] as number) way.push(at)
    if (amount + way.length > limit && amount > 0) continue
    for (const at of amount + way.length > limit ? [box] : way) chosen[at] = 1
    amount += way.length
  }
  return boxes.filter((_, at) => chosen[at] === 1)
}

/**
 * The part of a complete view that one screen shows: filtered, grouped, and no more than `limit` boxes, with counts of
 * everything that is not in it.
 *
 * `hiddenByFilter` counts boxes of the whole view that the filter left out, `folded` boxes that stand inside a shown
 * group, `hiddenByLimit` boxes (groups count once) that had no room, `changed` changed boxes of the whole view.
 * Cost: linear in nodes and edges, n log n when the limit bites; the index of a view is built once.
 */
export function focusTopology(view: TopologyView, options: TopologyOptions): TopologyAnswer {
  const index = viewIndex(view)
  const kept = filtered(view, index, options)
  let keptNodes = view.nodes.length
  if (kept !== null) {
    keptNodes = 0
    for (const mark of kept) keptNodes += mark
  }
  const grouped = options.grouping === 'grouped' || (options.grouping === 'auto' && keptNodes > groupAbove)
  const foldOf: readonly (Fold | undefined)[] = grouped ? foldView(view, index, kept, new Set(options.expanded)) : []

  const boxes: Box[] = []
  const boxOf = new Int32Array(view.nodes.length).fill(-1)
  const boxOfFold = new Map<Fold, number>()
  view.nodes.forEach((_, at) => {
    if (kept !== null && kept[at] === 0) return
    const fold = foldOf[at]
    const known = fold === undefined ? undefined : boxOfFold.get(fold)
    if (known !== undefined) {
      boxOf[at] = known
      return
    }
    boxOf[at] = boxes.length
    if (fold !== undefined) boxOfFold.set(fold, boxes.length)
    boxes.push({ at, fold: fold ?? null })
  })

  const shown = boxes.length <= options.limit ? boxes : mostImportant(boxes, boxOf, view, index, options.limit)
  const shownAt = new Int32Array(boxes.length).fill(-1)
  if (shown === boxes) for (let at = 0; at < boxes.length; at += 1) shownAt[at] = at
  else {
    const position = new Map(shown.map((box, at) => [box, at]))
    boxes.forEach((box, at) => { shownAt[at] = position.get(box) ?? -1 })
  }
  const nodes = shown.map((box) => box.fold?.group() ?? (view.nodes[box.at] as TopologyNode))
  const shownAs = boxOf.map((box) => (box === -1 ? -1 : (shownAt[box] as number)))
  const whole = kept === null && nodes.length === view.nodes.length
  return {
    view: { title: view.title, isDifference: view.isDifference, nodes, edges: whole ? view.edges : shownEdges(view, index, shownAs, nodes) },
    totals: {
      nodes: view.nodes.length, edges: view.edges.length, hiddenByFilter: view.nodes.length - keptNodes, hiddenByLimit: boxes.length - shown.length,
      folded: shown.reduce((sum, box) => sum + (box.fold?.members.length ?? 0), 0), changed: index.changed,
    },
    grouped,
  }
}
