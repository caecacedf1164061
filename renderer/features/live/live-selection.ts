import type { LiveAlert, LiveSample } from '#shared/view/live-sample.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import type { LiveState } from './live-state.ts'

/** Boxes that an alert is about: its pool, and the servers that it names. A folded group stands for its members. */
export function alertIds(alert: Pick<LiveAlert, 'pool' | 'server' | 'servers'>, sample: LiveSample | null, view: TopologyView | null): readonly string[] {
  const pool = sample?.pools.find((one) => one.name === alert.pool)
  if (pool === undefined || pool.id === null) return []
  const wanted = [pool.id, ...pool.servers.flatMap((one) => (one.id !== null && (one.name === alert.server || alert.servers.includes(one.name)) ? [one.id] : []))]
  if (view === null) return wanted
  const shown = new Set(view.nodes.map((node) => node.id))
  return [...new Set(wanted.flatMap((id) => {
    if (shown.has(id)) return [id]
    const group = view.nodes.find((node) => node.column === 'server' && node.parent === pool.id && node.members.length > 0)
    return group === undefined ? [] : [group.id]
  }))]
}

/** The pool that a selection in the picture is about; null: none. */
export function poolOfIds(sample: LiveSample | null, view: TopologyView | null, ids: readonly string[]): string | null {
  for (const id of ids) {
    const edge = view?.edges.find((one) => one.id === id)
    const ends = edge === undefined ? [id] : [edge.from, edge.to]
    for (const end of ends) {
      const parent = view?.nodes.find((node) => node.id === end)?.parent ?? null
      const pool = sample?.pools.find((one) => one.id !== null && (one.id === end || one.id === parent || one.servers.some((server) => server.id === end)))
      if (pool !== undefined) return pool.name
    }
  }
  return null
}

/** The alert that is chosen, by the moment shown where it is there. */
export function chosenAlert({ shown, alert }: Pick<LiveState, 'shown' | 'alert'>): LiveAlert | null {
  return shown?.alerts.find((one) => one.key === alert?.key) ?? alert
}

/** The first alert about one of these boxes; null: none is. */
export function alertOfIds(sample: LiveSample | null, ids: readonly string[]): LiveAlert | null {
  if (sample === null || ids.length === 0) return null
  const wanted = new Set(ids)
  return sample.alerts.find((alert) => {
    const pool = sample.pools.find((one) => one.name === alert.pool)
    if (pool === undefined || pool.id === null) return false
    return wanted.has(pool.id) || pool.servers.some((server) => server.name === alert.server && server.id !== null && wanted.has(server.id))
  }) ?? null
}

/** What is lit while only trouble is shown: boxes of alerts, and every way to and from them. */
export function troubleIds(sample: LiveSample | null, view: TopologyView): readonly string[] {
  if (sample === null) return []
  const seeds = sample.alerts.filter((alert) => alert.severity !== 'info').flatMap((alert) => alertIds(alert, sample, view))
  const lit = new Set(seeds)
  const pools = new Set(view.nodes.filter((node) => node.column === 'pool' && lit.has(node.id)).map((node) => node.id))
  // Upstream of a pool all the way to the listeners.
  let grew = true
  const upstream = new Set(pools)
  while (grew) {
    grew = false
    for (const edge of view.edges) {
      if (!upstream.has(edge.to) || lit.has(edge.id)) continue
      lit.add(edge.id)
      lit.add(edge.from)
      upstream.add(edge.from)
      grew = true
    }
  }
  for (const edge of view.edges) if (lit.has(edge.from) && lit.has(edge.to)) lit.add(edge.id)
  return [...lit]
}
