import type { TopologyView } from './topology-view.ts'

/**
 * What requests that are treated differently do at a box or an edge: pass it only before (`was`, dashed), only after
 * (`now`), or on both sides, with the tone of the gravest of them.
 */
export interface TrafficMark {
  readonly way: 'was' | 'now' | 'both'
  readonly tone: 'critical' | 'warning'
}

/** Marks by node and edge id. */
export type TrafficMarks = ReadonlyMap<string, TrafficMark>

export const noTraffic: TrafficMarks = new Map()

/** What marks need of a class: how grave it is, and the ids that its example passes on both sides. */
interface MarkingClass {
  readonly severity: 'critical' | 'warning' | 'notice'
  readonly lit: { readonly before: readonly string[]; readonly after: readonly string[] }
}

const rank = { critical: 0, warning: 1 } as const

/**
 * Boxes and edges that requests of changed classes pass, with the side on which they do.
 *
 * What both paths share is marked only where the whole path is the same, as when only the shares of a pool change: else
 * the listener of every class would be marked. Notices are left out. Members of a folded group mark the group.
 */
export function toTrafficMarks(answer: { readonly differs: readonly MarkingClass[] }, view: Pick<TopologyView, 'nodes'>): TrafficMarks {
  const groupOf = new Map(view.nodes.flatMap((node) => node.members.map((member) => [member, node.id] as const)))
  const marks = new Map<string, TrafficMark>()
  const mark = (id: string, way: TrafficMark['way'], tone: TrafficMark['tone']): void => {
    const shown = groupOf.get(id) ?? id
    const known = marks.get(shown)
    marks.set(shown, known === undefined ? { way, tone } : { way: known.way === way ? way : 'both', tone: rank[known.tone] <= rank[tone] ? known.tone : tone })
  }
  for (const { severity, lit } of answer.differs) {
    if (severity === 'notice') continue
    const before = new Set(lit.before)
    const after = new Set(lit.after)
    const was = lit.before.filter((id) => !after.has(id))
    const now = lit.after.filter((id) => !before.has(id))
    for (const id of was) mark(id, 'was', severity)
    for (const id of now) mark(id, 'now', severity)
    if (was.length + now.length === 0) for (const id of lit.after) if (!id.startsWith('listener:')) mark(id, 'both', severity)
  }
  return marks
}
