import { stateTone, tagText } from '#shared/layout/box.ts'
import type { LiveMark, LiveMarks } from '#shared/view/live-marks.ts'
import { unitWords } from '#shared/view/live-style.ts'
import { expectedText, percentText, rangeText, rateText } from '#shared/view/live-words.ts'
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
  { key: 'rate', title: 'Rate', isNumeric: true },
  { key: 'observed', title: 'Share', isNumeric: true },
  { key: 'label', title: 'Label', isNumeric: false },
  { key: 'share', title: 'Expected share', isNumeric: true },
  { key: 'details', title: 'Details', isNumeric: false },
  { key: 'to', title: 'Leads to', isNumeric: false },
] as const

export type TableKey = (typeof tableColumns)[number]['key']

interface TableColumn {
  readonly key: TableKey
  readonly title: string
  readonly isNumeric: boolean
}

/** The columns that say something: marks of changed requests only where there are some, numbers of a running balancer only with one. */
export function columnsFor(traffic: TrafficMarks, live: LiveMarks | null = null): readonly TableColumn[] {
  const left: ReadonlySet<TableKey> = new Set([...(traffic.size === 0 ? ['traffic'] as const : []), ...(live === null ? ['rate', 'observed'] as const : ['change'] as const)])
  return tableColumns.filter((column) => !left.has(column.key)).map((column) => (column.key === 'rate' && live !== null ? { ...column, title: capital(unitWords[live.unit]) } : column))
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

const none: TrafficMarks = new Map()

export interface TopologyRow {
  readonly id: string
  readonly cells: Readonly<Record<TableKey, string>>
  /** Numbers to sort by; −1 where none is known. */
  readonly numbers: Readonly<Record<'share' | 'rate' | 'observed', number>>
}

/** One row per box, in the order of the view; `traffic`: where requests that are treated differently pass; `live`: what runs. */
export function tableRows(view: TopologyView, traffic: TrafficMarks = none, live: LiveMarks | null = null): readonly TopologyRow[] {
  const titleOf = new Map(view.nodes.map((node) => [node.id, node.title]))
  const leads = new Map<string, { readonly order: number; readonly words: string }[]>()
  for (const edge of view.edges) {
    const list = leads.get(edge.from) ?? []
    if (list.length === 0) leads.set(edge.from, list)
    const sign = edge.change === 'added' ? '+ ' : edge.change === 'removed' ? '− ' : edge.change === 'same' ? '' : '~ '
    const mark = traffic.get(edge.id)
    const flow = live === null ? '' : rateWords(live.byId.get(edge.id), live.unit)
    list.push({ order: edge.order, words: `${sign}${titleOf.get(edge.to) ?? edge.to}${mark === undefined ? '' : ` (requests ${wayShort[mark.way]})`}${flow === '' ? '' : ` ${flow}`}` })
  }
  return view.nodes.map((node) => {
    const mark = live?.byId.get(node.id)
    return {
      id: node.id,
      numbers: {
        share: live === null ? node.share ?? -1 : mark?.expected?.high ?? -1,
        rate: mark?.rate ?? mark?.bounds?.high ?? -1, observed: mark?.share ?? -1,
      },
      cells: {
        kind: node.kindWord,
        name: node.title,
        change: node.change === 'same' ? '' : node.change,
        traffic: wayShort[traffic.get(node.id)?.way ?? 'none'],
        state: mark === undefined ? stateTone(node) ?? '' : stateWords(mark),
        rate: live === null ? '' : rateWords(mark, live.unit),
        observed: mark === undefined || mark.share === null ? '' : percentText(mark.share),
        // Beside what is measured the share of the config would read like it.
        label: live !== null && node.column === 'server' ? '' : tagText(node),
        share: live === null ? shareWords(node.shareBefore, node.share) : mark === undefined || mark.expected === null ? '' : expectedText(mark.expected),
        details: detailsOf(node, mark),
        to: (leads.get(node.id) ?? []).sort((a, b) => a.order - b.order).map((each) => each.words).join(', '),
      },
    }
  })
}

function rateWords(mark: LiveMark | undefined, unit: LiveMarks['unit']): string {
  if (mark === undefined) return ''
  if (mark.bounds !== null) return rangeText(mark.bounds.low, mark.bounds.high, unit)
  return mark.rate === null ? '?' : rateText(mark.rate, unit)
}

function stateWords(mark: LiveMark): string {
  return mark.badges.map((badge) => (badge.kind === 'alert' ? `alert: ${badge.text}` : badge.text)).join(', ')
}

function detailsOf(node: TopologyNode, mark: LiveMark | undefined): string {
  const folded = node.members.length > 0 ? [`${node.members.length} folded`] : []
  const lines = mark === undefined || mark.lines.length === 0 || node.column === 'server' ? node.lines : mark.lines
  return [...lines, ...node.changes.filter((change) => !node.lines.includes(change)), ...folded].join(' · ')
}

/** Sorted copy; equal rows keep their order, names compare with their numbers as numbers. */
export function sortRows(rows: readonly TopologyRow[], key: TableKey, isDescending: boolean): readonly TopologyRow[] {
  const compare = new Intl.Collator('en', { numeric: true }).compare
  const sign = isDescending ? -1 : 1
  return rows.toSorted((a, b) => sign * (key === 'share' || key === 'rate' || key === 'observed' ? a.numbers[key] - b.numbers[key] : compare(a.cells[key], b.cells[key])))
}

/** Tab separated, with a head row; tabs and line ends inside cells become spaces. */
export function toTsv(rows: readonly TopologyRow[], columns = columnsFor(none)): string {
  const clean = (text: string): string => text.replace(/[\t\r\n]+/g, ' ')
  const lines = rows.map((row) => columns.map((column) => clean(row.cells[column.key])).join('\t'))
  return [columns.map((column) => column.title).join('\t'), ...lines].join('\n') + '\n'
}
