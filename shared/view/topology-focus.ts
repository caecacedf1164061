import { chooseChains, type ChainBoxes } from './topology-chains.ts'
import { foldView, serverGroupId, type Fold } from './topology-fold.ts'
import type { TopologyOutline } from './topology.ts'
import { isChanged, viewIndex, type ViewIndex } from './view-index.ts'
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

interface Boxes extends ChainBoxes {
  readonly foldOf: readonly (Fold | undefined)[]
}

function toBoxes(view: TopologyView, kept: Uint8Array | null, foldOf: readonly (Fold | undefined)[], behindOf: (node: TopologyNode) => number): Boxes {
  const first: number[] = []
  const behind: number[] = []
  const boxOf = new Int32Array(view.nodes.length).fill(-1)
  const boxOfFold = new Map<Fold, number>()
  view.nodes.forEach((node, at) => {
    if (kept !== null && kept[at] === 0) return
    const fold = foldOf[at]
    const known = fold === undefined ? undefined : boxOfFold.get(fold)
    if (known !== undefined) {
      boxOf[at] = known
      return
    }
    boxOf[at] = first.length
    if (fold !== undefined) boxOfFold.set(fold, first.length)
    first.push(at)
    behind.push(node.column === 'pool' ? behindOf(node) : 0)
  })
  return { first: Int32Array.from(first), boxOf, behind: Int32Array.from(behind), foldOf }
}

/** Everything that is in `boxes`, each box once. */
function drawBoxes(view: TopologyView, index: ViewIndex, { first, boxOf, foldOf }: Boxes): { readonly view: TopologyView; readonly folded: number } {
  let folded = 0
  const nodes = Array.from(first, (at) => {
    const fold = foldOf[at]
    if (fold === undefined) return view.nodes[at] as TopologyNode
    folded += fold.members.length
    return fold.group()
  })
  const isWhole = folded === 0 && nodes.length === view.nodes.length
  return { view: { title: view.title, isDifference: view.isDifference, nodes, edges: isWhole ? view.edges : shownEdges(view, index, boxOf, nodes) }, folded }
}

/** The chosen part of a view, unfolded, with what was left to be drawn in its place. */
function cutOut(view: TopologyView, index: ViewIndex, shown: Uint8Array, drawLeft: (node: TopologyNode, at: number) => Pick<TopologyView, 'nodes' | 'edges'> | null): TopologyView {
  const nodes: TopologyNode[] = []
  const edges: TopologyEdge[] = []
  const behind: TopologyEdge[] = []
  view.nodes.forEach((node, at) => {
    if (shown[at] === 0) return
    const drawn = drawLeft(node, at)
    if (drawn === null) nodes.push(node)
    else {
      nodes.push(...drawn.nodes)
      behind.push(...drawn.edges)
    }
  })
  view.edges.forEach((edge, at) => {
    const from = index.from[at] as number
    const to = index.to[at] as number
    if (from !== -1 && to !== -1 && shown[from] === 1 && shown[to] === 1) edges.push(edge)
  })
  return { title: view.title, isDifference: view.isDifference, nodes, edges: [...edges, ...behind] }
}

const nothingLeft: TopologyOutline['left'] = new Map()

/**
 * The part of a complete view that one screen shows: filtered, grouped, and no more than `limit` boxes, with counts of
 * everything that is not in it.
 *
 * `hiddenByFilter` counts boxes of the whole view that the filter left out, `folded` boxes that stand inside a shown
 * group, `hiddenByLimit` boxes (groups count once) that had no room, `changed` changed boxes of the whole view.
 * Cost: linear in nodes and edges, n log n when the limit bites; the index of a view is built once.
 */
export function focusTopology(view: TopologyView, options: TopologyOptions): TopologyAnswer {
  return focusOutline({ view, left: nothingLeft }, options)
}

/** The same for an outline. Words are looked for in what it holds, so a search needs the complete view. */
export function focusOutline({ view, left }: TopologyOutline, options: TopologyOptions): TopologyAnswer {
  const index = viewIndex(view)
  const kept = filtered(view, index, options)
  let keptNodes = view.nodes.length
  if (kept !== null) {
    keptNodes = 0
    for (const mark of kept) keptNodes += mark
  }
  let leftNodes = 0
  for (const box of left.values()) leftNodes += box.servers
  // Servers of an unchanged pool did not change.
  const withServers = !options.onlyChanged
  if (withServers) keptNodes += leftNodes
  const grouped = options.grouping === 'grouped' || (options.grouping === 'auto' && keptNodes > groupAbove)
  const expanded = new Set(options.expanded)
  const foldOf: readonly (Fold | undefined)[] = grouped ? foldView(view, index, kept, expanded) : []
  const behindOf = (pool: TopologyNode): number => {
    const servers = withServers ? (left.get(pool.id)?.servers ?? 0) : 0
    return servers > 1 && grouped && !expanded.has(pool.id) && !expanded.has(serverGroupId(pool.id)) ? 1 : servers
  }
  const boxes = toBoxes(view, kept, foldOf, behindOf)
  const total = boxes.behind.reduce((sum, count) => sum + count, boxes.first.length)

  let drawn: ReturnType<typeof drawBoxes>
  let shown = total
  if (total <= options.limit && left.size === 0) drawn = drawBoxes(view, index, boxes)
  else {
    const chosen = total <= options.limit ? null : chooseChains(view, index, boxes, options.limit)
    if (chosen !== null) shown = chosen.amount
    const marks = Uint8Array.from(boxes.boxOf, (box) => (box === -1 || (chosen !== null && chosen.boxes[box] === 0) ? 0 : 1))
    const part = cutOut(view, index, marks, (node, at) => {
      const drawn = left.get(node.id)?.draw()
      if (drawn === undefined) return null
      const cut = chosen?.cut ?? null
      const room = !withServers ? 0 : cut !== null && cut.box === boxes.boxOf[at] ? cut.room : Infinity
      return { nodes: drawn.nodes.slice(0, 1 + room), edges: drawn.edges.slice(0, room) }
    })
    const partIndex = viewIndex(part)
    drawn = drawBoxes(part, partIndex, toBoxes(part, null, grouped ? foldView(part, partIndex, null, expanded) : [], () => 0))
  }
  return {
    view: drawn.view,
    totals: {
      nodes: view.nodes.length + leftNodes, edges: view.edges.length + leftNodes, hiddenByFilter: view.nodes.length + leftNodes - keptNodes, hiddenByLimit: total - shown,
      folded: drawn.folded, changed: index.changed,
    },
    grouped,
  }
}
