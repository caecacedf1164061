import { stateTone, tagText } from '#shared/layout/box.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import { shareWords, wayShort } from './describe.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'

/** Columns of the table twin. `routed to` names where the edges of a box lead, in rule order. */
export const tableColumns = [
  { key: 'kind', title: 'Kind', isNumeric: false },
  { key: 'name', title: 'Name', isNumeric: false },
  { key: 'change', title: 'Change', isNumeric: false },
  { key: 'traffic', title: 'Changed requests', isNumeric: false },
  { key: 'state', title: 'State', isNumeric: false },
  { key: 'label', title: 'Label', isNumeric: false },
  { key: 'share', title: 'Expected share', isNumeric: true },
  { key: 'details', title: 'Details', isNumeric: false },
  { key: 'to', title: 'Leads to', isNumeric: false },
] as const

export type TableKey = (typeof tableColumns)[number]['key']

/** The columns that say something: marks of changed requests only where there are some. */
export function columnsFor(traffic: TrafficMarks): readonly (typeof tableColumns)[number][] {
  return traffic.size === 0 ? tableColumns.filter((column) => column.key !== 'traffic') : tableColumns
}

const none: TrafficMarks = new Map()

export interface TopologyRow {
  readonly id: string
  readonly cells: Readonly<Record<TableKey, string>>
  /** Numbers to sort shares by; −1 where none is known. */
  readonly share: number
}

/** One row per box, in the order of the view; `traffic`: where requests that are treated differently pass. */
export function tableRows(view: TopologyView, traffic: TrafficMarks = none): readonly TopologyRow[] {
  const titleOf = new Map(view.nodes.map((node) => [node.id, node.title]))
  const leads = new Map<string, { readonly order: number; readonly words: string }[]>()
  for (const edge of view.edges) {
    const list = leads.get(edge.from) ?? []
    if (list.length === 0) leads.set(edge.from, list)
    const sign = edge.change === 'added' ? '+ ' : edge.change === 'removed' ? '− ' : edge.change === 'same' ? '' : '~ '
    const mark = traffic.get(edge.id)
    list.push({ order: edge.order, words: `${sign}${titleOf.get(edge.to) ?? edge.to}${mark === undefined ? '' : ` (requests ${wayShort[mark.way]})`}` })
  }
  return view.nodes.map((node) => ({
    id: node.id,
    share: node.share ?? -1,
    cells: {
      kind: node.kindWord,
      name: node.title,
      change: node.change === 'same' ? '' : node.change,
      traffic: wayShort[traffic.get(node.id)?.way ?? 'none'],
      state: stateTone(node) ?? '',
      label: tagText(node),
      share: shareWords(node.shareBefore, node.share),
      details: detailsOf(node),
      to: (leads.get(node.id) ?? []).sort((a, b) => a.order - b.order).map((each) => each.words).join(', '),
    },
  }))
}

function detailsOf(node: TopologyNode): string {
  const folded = node.members.length > 0 ? [`${node.members.length} folded`] : []
  return [...node.lines, ...node.changes.filter((change) => !node.lines.includes(change)), ...folded].join(' · ')
}

/** Sorted copy; equal rows keep their order, names compare with their numbers as numbers. */
export function sortRows(rows: readonly TopologyRow[], key: TableKey, isDescending: boolean): readonly TopologyRow[] {
  const compare = new Intl.Collator('en', { numeric: true }).compare
  const sign = isDescending ? -1 : 1
  return rows.toSorted((a, b) => sign * (key === 'share' ? a.share - b.share : compare(a.cells[key], b.cells[key])))
}

/** Tab separated, with a head row; tabs and line ends inside cells become spaces. */
export function toTsv(rows: readonly TopologyRow[], columns = columnsFor(none)): string {
  const clean = (text: string): string => text.replace(/[\t\r\n]+/g, ' ')
  const lines = rows.map((row) => columns.map((column) => clean(row.cells[column.key])).join('\t'))
  return [columns.map((column) => column.title).join('\t'), ...lines].join('\n') + '\n'
}
