import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'
import { reachablePools, toRoutes, type ListenerRoutes, type Reachability } from './routes.ts'
import { changeTone } from './topology-nodes.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

/** Everything about one side that the picture needs more than once. */
export interface DrawnSide {
  readonly model: RoutingModel
  readonly routes: readonly ListenerRoutes[]
  readonly reached: Reachability
}

export function toSide(model: RoutingModel): DrawnSide {
  const routes = toRoutes(model)
  return { model, routes, reached: reachablePools(routes.filter((one) => one.group.listeners.some((listener) => listener.enabled))) }
}

/** What changed in rules that the picture does not show, by the box that tells it. */
export type RuleChanges = ReadonlyMap<string, readonly string[]>

/** The picture while it is drawn. */
export interface Drawing {
  readonly nodes: TopologyNode[]
  readonly edges: TopologyEdge[]
  /** Ids of routes. */
  readonly ids: Set<string>
  readonly isDifference: boolean
}

export const noSpans: readonly Span[] = []
export const noEdges: readonly TopologyEdge[] = []

/** Puts a box into the picture. */
export function addNode(drawing: Drawing, node: TopologyNode): TopologyNode {
  // Listeners, pools and servers pair by name, so no two of them share an id.
  if (node.column !== 'route') {
    drawing.nodes.push(node)
    return node
  }
  let { id } = node
  // A rule that is gone and a new one may be called the same; both keep their place under an id of their own.
  while (drawing.ids.has(id)) id = `${id} (before)`
  drawing.ids.add(id)
  const placed = id === node.id ? node : { ...node, id }
  drawing.nodes.push(placed)
  return placed
}

interface EdgeParts {
  readonly from: string
  readonly to: string
  readonly order: number
  readonly change: Change
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  readonly tone?: Tone
  readonly label?: string
  readonly share?: number | null
  readonly shareBefore?: number | null
}

/** An edge with everything that its parts leave out. */
export function toEdge(parts: EdgeParts): TopologyEdge {
  return {
    id: `edge:${parts.from}→${parts.to}`, from: parts.from, to: parts.to, share: parts.share ?? null, shareBefore: parts.shareBefore ?? null,
    label: parts.label ?? '', change: parts.change, tone: parts.tone ?? changeTone(parts.change), order: parts.order, before: parts.before, after: parts.after,
  }
}

/** An unchanged rule or pool that an outline only names. `draw` gives its box, then those of a pool's servers, and the edges between them. */
export interface LeftBox {
  readonly servers: number
  readonly draw: () => Pick<TopologyView, 'nodes' | 'edges'>
}
