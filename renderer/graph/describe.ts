import type { Change } from '#shared/presentation/presentation.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import type { Picture } from './picture.ts'
import type { TrafficMark } from '#shared/view/traffic-marks.ts'

const changeWord: Readonly<Record<Change, string>> = {
  same: '', added: 'added', removed: 'removed', changed: 'changed', moved: 'moved in the order', renamed: 'renamed',
}

/** Share as people write it: whole percent, `< 1 %` for a little, never more digits than are known. */
export function percent(share: number): string {
  if (share <= 0) return '0%'
  if (share < 0.005) return '<1%'
  return `${Math.round(share * 100)}%`
}

/** Two shares, or one when they agree: `33 → 98%`. */
export function shareWords(before: number | null, after: number | null): string {
  if (after === null) return before === null ? '' : `${percent(before)} before`
  if (before === null || percent(before) === percent(after)) return percent(after)
  return `${percent(before).replace('%', '')} → ${percent(after)}`
}

/** What a screen reader says about a box, in the words of the picture. */
export function describeNode(node: TopologyNode, into: number, out: number): string {
  const share = shareWords(node.shareBefore, node.share)
  const parts = [
    `${node.kindWord} ${node.title}`,
    changeWord[node.change],
    node.tag === '' ? '' : node.tag,
    ...node.lines,
    ...node.changes,
    share === '' ? '' : `share ${share}`,
    node.members.length > 0 ? `${node.members.length} folded` : '',
    into > 0 ? `${into} in` : '',
    out > 0 ? `${out} out` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

const wayWords: Readonly<Record<TrafficMark['way'], string>> = { was: 'requests that change went here before', now: 'requests that change go here now', both: 'requests that change pass here' }

/** The same for a cell of a table. */
export const wayShort: Readonly<Record<TrafficMark['way'] | 'none', string>> = { was: 'before', now: 'now', both: 'before and now', none: '' }

/** The same about an edge, and what requests that are treated differently do there; an unknown one: nothing. */
export function describeEdge(picture: Picture, index: number, mark?: TrafficMark): string {
  const edge = picture.edges[index]
  if (edge === undefined) return ''
  const from = picture.nodes[picture.source[index] as number]?.title ?? ''
  const to = picture.nodes[picture.target[index] as number]?.title ?? ''
  const share = shareWords(edge.shareBefore, edge.share)
  return [`${from} to ${to}`, changeWord[edge.change], edge.label, share === '' ? '' : `share ${share}`, mark === undefined ? '' : wayWords[mark.way]].filter((part) => part !== '').join(', ')
}

/** One sentence for the whole picture. */
export function describeView(view: TopologyView): string {
  const count = (column: TopologyNode['column']): number => view.nodes.filter((node) => node.column === column).length
  const word = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`
  const changed = view.nodes.filter((node) => node.change !== 'same').length
  return `${word(count('listener'), 'listener')}, ${word(count('route'), 'route')}, ${word(count('pool'), 'pool')}, ${word(count('server'), 'server')}${view.isDifference ? `; ${changed} of them changed` : ''}.`
}
