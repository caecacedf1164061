import { count } from './names.ts'
import type { TopologyAnswer, TopologyEdge, TopologyNode, TopologyOptions, TopologyView } from './topology-view.ts'

/** Above this many boxes the picture opens grouped. */
const groupAbove = 150
/** Fewer similar routes than this stay open even when grouped. */
const routesPerGroup = 4

function isChanged(node: TopologyNode): boolean {
  return node.change !== 'same'
}

/** Lower is more important: changed, alerting, then the largest share. */
function importance(node: TopologyNode): number {
  const alerting = node.tone === 'critical' ? 0 : node.tone === 'warning' || node.tone === 'unknown' ? 2 : 4
  const column = node.column === 'listener' ? 0 : node.column === 'pool' ? 0.1 : node.column === 'route' ? 0.2 : 0.3
  return (isChanged(node) ? 0 : 10) + alerting + (1 - (node.share ?? 0)) + column
}

interface Links {
  readonly into: ReadonlyMap<string, readonly string[]>
  readonly out: ReadonlyMap<string, readonly string[]>
}

function linksOf(edges: readonly TopologyEdge[]): Links {
  const into = new Map<string, string[]>()
  const out = new Map<string, string[]>()
  const put = (map: Map<string, string[]>, key: string, value: string): void => {
    const row = map.get(key)
    if (row === undefined) map.set(key, [value])
    else row.push(value)
  }
  for (const edge of edges) {
    put(into, edge.to, edge.from)
    put(out, edge.from, edge.to)
  }
  return { into, out }
}

function reach(from: Iterable<string>, links: ReadonlyMap<string, readonly string[]>, kept: Set<string>): void {
  const seen = new Set<string>(from)
  const waiting = [...seen]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const next of links.get(id) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
      kept.add(next)
    }
  }
}

/** What was found, everything that leads to it, and what it leads to. */
function withConnections(found: ReadonlySet<string>, links: Links, downstream: boolean): ReadonlySet<string> {
  const kept = new Set(found)
  reach(found, links.into, kept)
  if (downstream) reach(found, links.out, kept)
  return kept
}

function filtered(view: TopologyView, options: TopologyOptions): ReadonlySet<string> | null {
  const words = options.query.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (!options.onlyChanged && words.length === 0) return null
  let links: Links | null = null
  let kept: ReadonlySet<string> | null = null
  if (options.onlyChanged) {
    const changed = new Set(view.nodes.filter(isChanged).map((node) => node.id))
    for (const edge of view.edges) {
      if (edge.change !== 'same') {
        changed.add(edge.from)
        changed.add(edge.to)
      }
    }
    links = linksOf(view.edges)
    kept = withConnections(changed, links, false)
  }
  if (words.length > 0) {
    const found = new Set(view.nodes.filter((node) => words.every((word) => node.search.includes(word))).map((node) => node.id))
    links ??= linksOf(view.edges)
    const connected = withConnections(found, links, true)
    const former = kept
    kept = former === null ? connected : new Set([...connected].filter((id) => former.has(id)))
  }
  return kept
}

interface Fold {
  readonly group: TopologyNode
  readonly members: readonly TopologyNode[]
}

function worst(members: readonly TopologyNode[]): Pick<TopologyNode, 'tone' | 'change'> {
  const first = members.reduce((best, node) => (importance(node) < importance(best) ? node : best))
  const change = members.every((node) => node.change === first.change) ? first.change : members.some(isChanged) ? 'changed' : 'same'
  return { change, tone: change === 'changed' && first.tone !== 'critical' ? 'changed' : first.tone }
}

/** How many member ids and search words a group carries; the rest is found in the unfolded view. */
const carried = 500

function foldGroup(id: string, members: readonly TopologyNode[], word: string, title: string, parent: string | null): Fold {
  const first = members[0] as TopologyNode
  const shares = members.map((node) => node.share).filter((share) => share !== null)
  const changed = members.filter(isChanged).length
  const group: TopologyNode = {
    id, column: first.column, title, lines: [...(changed > 0 && changed < members.length ? [`${changed} changed`] : [])], tag: '▸', ...worst(members),
    changes: members.flatMap((node) => node.changes.slice(0, 1).map((change) => `${node.title}: ${change}`)).slice(0, 20),
    share: shares.length === 0 ? null : Math.max(...shares), shareBefore: null, members: members.slice(0, carried).map((node) => node.id), parent, kindWord: word,
    before: [], after: [], search: members.slice(0, carried).map((node) => node.search).join(' ').slice(0, 20_000),
  }
  return { group, members }
}

/** Servers into "6 servers" of their pool; routes of one listener for one host, or to one pool, into one box. */
function folds(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[], expanded: ReadonlySet<string>): readonly Fold[] {
  const byPool = new Map<string, TopologyNode[]>()
  const routes: TopologyNode[] = []
  for (const node of nodes) {
    if (node.column === 'server' && node.parent !== null) {
      const row = byPool.get(node.parent)
      if (row === undefined) byPool.set(node.parent, [node])
      else row.push(node)
    } else if (node.column === 'route') routes.push(node)
  }
  const result: Fold[] = []
  for (const [pool, members] of byPool) {
    const id = `group:servers:${pool}`
    if (members.length > 1 && !expanded.has(id) && !expanded.has(pool)) result.push(foldGroup(id, members, 'servers', count(members.length, 'server'), pool))
  }
  if (routes.length <= routesPerGroup) return result
  const listenerOf = new Map<string, string>()
  for (const edge of edges) if (!listenerOf.has(edge.to) && edge.from.startsWith('listener:')) listenerOf.set(edge.to, edge.from)
  const byHost = new Map<string, TopologyNode[]>()
  for (const node of routes) {
    // Changed and alerting rules stay in sight.
    if (node.parent === null || isChanged(node) || node.tone === 'critical') continue
    const key = `${listenerOf.get(node.id) ?? ''}/${node.parent}`
    const row = byHost.get(key)
    if (row === undefined) byHost.set(key, [node])
    else row.push(node)
  }
  for (const [key, members] of byHost) {
    const id = `group:routes:${key}`
    if (members.length >= routesPerGroup && !expanded.has(id)) result.push(foldGroup(id, members, 'rules', `${(members[0] as TopologyNode).parent ?? ''} · ${count(members.length, 'rule')}`, null))
  }
  return result
}

function mergedEdges(edges: readonly TopologyEdge[], representative: (id: string) => string | null): readonly TopologyEdge[] {
  const merged = new Map<string, TopologyEdge>()
  for (const edge of edges) {
    const from = representative(edge.from)
    const to = representative(edge.to)
    if (from === null || to === null || from === to) continue
    if (from === edge.from && to === edge.to) {
      merged.set(edge.id, edge)
      continue
    }
    const id = `edge:${from}→${to}`
    const former = merged.get(id)
    if (former === undefined) merged.set(id, { ...edge, id, from, to, label: '' })
    else {
      const share = former.share === null || edge.share === null ? null : Math.min(1, former.share + edge.share)
      const shareBefore = former.shareBefore === null || edge.shareBefore === null ? null : Math.min(1, former.shareBefore + edge.shareBefore)
      const change = former.change === edge.change ? former.change : 'changed'
      merged.set(id, { ...former, share, shareBefore, change, tone: former.tone === edge.tone ? former.tone : change === 'same' ? 'neutral' : 'changed', before: [...former.before, ...edge.before].slice(0, 50), after: [...former.after, ...edge.after].slice(0, 50) })
    }
  }
  return [...merged.values()]
}

/**
 * The part of a complete view that one screen shows: filtered, grouped, and no more than `limit` boxes, with counts of
 * everything that is not in it.
 *
 * `hiddenByFilter` and `hiddenByLimit` count boxes after folding their servers out of sight is not counted there;
 * `folded` counts boxes that stand inside a group. `changed` counts over the whole view.
 * Cost: linear in nodes and edges, n log n when the limit bites.
 */
export function focusTopology(view: TopologyView, options: TopologyOptions): TopologyAnswer {
  const kept = filtered(view, options)
  const nodes = kept === null ? view.nodes : view.nodes.filter((node) => kept.has(node.id))
  const edges = kept === null ? view.edges : view.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to))
  const grouped = options.grouping === 'grouped' || (options.grouping === 'auto' && nodes.length > groupAbove)
  const groups = grouped ? folds(nodes, edges, new Set(options.expanded)) : []
  const groupOf = new Map<string, Fold>()
  for (const fold of groups) for (const member of fold.members) groupOf.set(member.id, fold)

  const drawn: TopologyNode[] = []
  const placed = new Set<Fold>()
  for (const node of nodes) {
    const fold = groupOf.get(node.id)
    if (fold === undefined) drawn.push(node)
    else if (!placed.has(fold)) {
      placed.add(fold)
      drawn.push(fold.group)
    }
  }
  const shown = drawn.length <= options.limit ? drawn : mostImportant(drawn, edges, groupOf, options.limit)
  const ids = new Set(shown.map((node) => node.id))
  const representative = (id: string): string | null => {
    const target = groupOf.get(id)?.group.id ?? id
    return ids.has(target) ? target : null
  }
  const shownEdges = groups.length === 0 && shown.length === view.nodes.length ? edges : mergedEdges(edges, representative)
  let folded = 0
  for (const fold of groups) if (ids.has(fold.group.id)) folded += fold.members.length
  let changed = 0
  for (const node of view.nodes) if (isChanged(node)) changed += 1
  return {
    view: { title: view.title, isDifference: view.isDifference, nodes: shown, edges: shownEdges },
    totals: { nodes: view.nodes.length, edges: view.edges.length, hiddenByFilter: view.nodes.length - nodes.length, hiddenByLimit: drawn.length - shown.length, folded, changed },
    grouped,
  }
}

/**
 * Keeps the `limit` most important boxes, in their order. A box is only worth showing with what leads to it, so each is
 * taken together with one way from its listener as long as there is room.
 */
function mostImportant(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[], groupOf: ReadonlyMap<string, Fold>, limit: number): readonly TopologyNode[] {
  const parentOf = new Map<string, string>()
  const name = (id: string): string => groupOf.get(id)?.group.id ?? id
  for (const edge of edges) {
    const to = name(edge.to)
    if (!parentOf.has(to) && edge.change !== 'removed') parentOf.set(to, name(edge.from))
  }
  const ranked = nodes.map((node, index) => ({ node, index, rank: importance(node) })).sort((a, b) => a.rank - b.rank || a.index - b.index)
  const chosen = new Set<string>()
  for (const { node } of ranked) {
    if (chosen.size >= limit) break
    const way: string[] = []
    for (let id: string | undefined = node.id; id !== undefined && !chosen.has(id) && way.length < 5; id = parentOf.get(id)) way.push(id)
    if (chosen.size + way.length > limit) {
      if (chosen.size === 0) chosen.add(node.id)
      continue
    }
    for (const id of way) chosen.add(id)
  }
  return nodes.filter((node) => chosen.has(node.id))
}
