import { count } from './names.ts'
import { importance, isChanged, type ViewIndex } from './view-index.ts'
import type { TopologyNode, TopologyView } from './topology-view.ts'

/** Boxes that stand as one. `group` writes the box on first use. */
export interface Fold {
  readonly members: readonly TopologyNode[]
  readonly group: () => TopologyNode
}

/** Fewer similar routes than this stay open even when grouped. */
const routesPerGroup = 4
/** How many member ids and search words a group carries; the rest is found in the unfolded view. */
const carried = 500

export function serverGroupId(poolId: string): string {
  return `group:servers:${poolId}`
}

function worst(members: readonly TopologyNode[]): Pick<TopologyNode, 'tone' | 'change'> {
  const first = members.reduce((best, node) => (importance(node) < importance(best) ? node : best))
  const change = members.every((node) => node.change === first.change) ? first.change : members.some(isChanged) ? 'changed' : 'same'
  return { change, tone: change === 'changed' && first.tone !== 'critical' ? 'changed' : first.tone }
}

function toFold(id: string, members: readonly TopologyNode[], word: string, title: string, parent: string | null): Fold {
  const group = (): TopologyNode => {
    const first = members[0] as TopologyNode
    let share: number | null = null
    let changed = 0
    for (const node of members) {
      if (node.share !== null && (share === null || node.share > share)) share = node.share
      if (isChanged(node)) changed += 1
    }
    return {
      id, column: first.column, title, lines: changed > 0 && changed < members.length ? [`${changed} changed`] : [], tag: '▸', ...worst(members),
      changes: changed === 0 ? [] : members.flatMap((node) => node.changes.slice(0, 1).map((change) => `${node.title}: ${change}`)).slice(0, 20),
      share, shareBefore: null, members: members.slice(0, carried).map((node) => node.id), parent, kindWord: word,
      before: [], after: [], search: members.slice(0, carried).map((node) => node.search).join(' ').slice(0, 20_000),
    }
  }
  return { members, group }
}

function groupBy(nodes: Iterable<readonly [key: string, at: number]>): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [key, at] of nodes) {
    const row = groups.get(key)
    if (row === undefined) groups.set(key, [at])
    else row.push(at)
  }
  return groups
}

/**
 * What is folded, by position of the node: servers into "6 servers" of their pool, similar routes of one listener (for
 * one host) into one box. Changed and alerting routes stay in sight; `expanded` names groups or pools to leave open.
 */
export function foldView(view: TopologyView, index: ViewIndex, kept: Uint8Array | null, expanded: ReadonlySet<string>): readonly (Fold | undefined)[] {
  const foldOf: (Fold | undefined)[] = []
  foldOf.length = view.nodes.length
  const servers: [string, number][] = []
  const routes: [string, number][] = []
  view.nodes.forEach((node, at) => {
    if (node.parent === null || (kept !== null && kept[at] === 0)) return
    if (node.column === 'server') servers.push([node.parent, at])
    else if (node.column === 'route' && !isChanged(node) && node.tone !== 'critical') {
      const edge = index.into[index.firstInto[at] as number]
      const listener = edge === undefined || (index.firstInto[at] as number) === (index.firstInto[at + 1] as number) ? '' : (view.edges[edge]?.from ?? '')
      routes.push([`${listener}/${node.parent}`, at])
    }
  })
  const put = (id: string, members: readonly number[], word: string, title: string, parent: string | null): void => {
    const fold = toFold(id, members.map((at) => view.nodes[at] as TopologyNode), word, title, parent)
    for (const at of members) foldOf[at] = fold
  }
  for (const [pool, members] of groupBy(servers)) {
    const id = serverGroupId(pool)
    if (members.length > 1 && !expanded.has(id) && !expanded.has(pool)) put(id, members, 'servers', count(members.length, 'server'), pool)
  }
  for (const [key, members] of groupBy(routes)) {
    const id = `group:routes:${key}`
    const host = view.nodes[members[0] as number]?.parent ?? ''
    if (members.length >= routesPerGroup && !expanded.has(id)) put(id, members, 'rules', `${host} · ${count(members.length, 'rule')}`, null)
  }
  return foldOf
}
