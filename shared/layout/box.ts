import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'
import { textWidth } from './measure.ts'

/** Measures of a box, pixels. Screen, SVG and PDF draw boxes by these. */
export const box = {
  padding: 10, titleSize: 12.5, lineSize: 11, tagSize: 10, tagPadding: 6, tagHeight: 17, radius: 8,
  top: 8, serverTop: 5, titleHeight: 18, lineHeight: 15, barGap: 6, barHeight: 5, statusWidth: 14,
} as const

/** Least and greatest width of the boxes of each column, pixels. */
export const boxWidths = {
  listener: [210, 340], route: [250, 460], pool: [240, 420], server: [180, 340],
} as const satisfies Readonly<Record<TopologyNode['column'], readonly [number, number]>>

const changeGlyph: Readonly<Record<Change, string>> = { same: '', added: '+', removed: '−', changed: '~', moved: '~', renamed: '~' }

/** Tone that decides frame and label: what changed, if anything did, else the state. */
export function frameTone(node: Pick<TopologyNode, 'change' | 'tone'>): Tone {
  switch (node.change) {
    case 'added': return 'added'
    case 'removed': return 'removed'
    case 'changed': case 'moved': case 'renamed': return 'changed'
    case 'same': return node.tone === 'critical' || node.tone === 'warning' || node.tone === 'unknown' ? node.tone : 'neutral'
  }
}

/** Sign in front of the title: state of health or attention; empty when there is nothing to say. */
export function stateTone(node: Pick<TopologyNode, 'tone'>): Tone | null {
  switch (node.tone) {
    case 'ok': case 'down': case 'maintenance': case 'unknown': case 'critical': case 'warning': case 'notice': return node.tone
    default: return null
  }
}

/** Label at the right of the title, its sign included, so that the change never is told by colour alone. */
export function tagText(node: Pick<TopologyNode, 'change' | 'tag'>): string {
  const glyph = changeGlyph[node.change]
  if (glyph === '') return node.tag
  if (node.tag === '') return `${glyph} ${node.change}`
  return node.tag.startsWith(glyph) || node.tag.includes('→') ? node.tag : `${glyph} ${node.tag}`
}

/** Label of an edge with its sign. */
export function edgeLabel(edge: { readonly change: Change; readonly label: string }): string {
  const glyph = changeGlyph[edge.change]
  if (edge.label === '') return edge.change === 'added' || edge.change === 'removed' ? glyph : ''
  return glyph === '' || edge.label.startsWith(glyph) || edge.label.includes('→') ? edge.label : `${glyph} ${edge.label}`
}

export function hasBar(node: TopologyNode): boolean {
  return node.column === 'pool' && (node.share !== null || node.shareBefore !== null)
}

/**
 * What stands under the title of a box while traffic is drawn, as distances from the top of the box; null: not there.
 * It depends on the config only, so new numbers never move a box. `lines`: how many there is room for.
 */
export interface LiveParts {
  readonly top: number
  readonly lines: number
  readonly bar: number | null
  /** Share bars of servers leave the rest of their row to words. */
  readonly barPart: number
  readonly badges: number | null
  readonly spark: { readonly top: number; readonly height: number; readonly part: number } | null
  readonly height: number
}

/** Place for a small curve in a listener, and for the row of badges of a pool, pixels. */
const liveSpark = 24
const liveRow = 15

export function liveParts(node: TopologyNode): LiveParts {
  const after = box.top + box.titleHeight
  switch (node.column) {
    case 'listener': {
      const lines = Math.max(1, node.lines.length)
      const top = after + lines * box.lineHeight + 3
      return { top: box.top, lines, bar: null, barPart: 0, badges: null, spark: { top, height: liveSpark, part: 1 }, height: top + liveSpark + box.top - 2 }
    }
    case 'route': return { top: box.top, lines: node.lines.length, bar: null, barPart: 0, badges: null, spark: null, height: boxHeight(node) }
    case 'pool': {
      const lines = Math.max(1, node.lines.length)
      const bar = after + lines * box.lineHeight + box.barGap - 2
      const badges = bar + box.barHeight + 5
      return { top: box.top, lines, bar, barPart: 1, badges, spark: { top: badges, height: liveRow - 1, part: 0.3 }, height: badges + liveRow + box.top - 3 }
    }
    case 'server': {
      const row = box.serverTop + box.titleHeight + 1
      return { top: box.serverTop, lines: 0, bar: row + 5, barPart: 0.4, badges: row, spark: null, height: row + liveRow + box.serverTop - 1 }
    }
  }
}

export function boxHeight(node: TopologyNode, isLive = false): number {
  if (isLive) return liveParts(node).height
  const top = node.column === 'server' && node.lines.length === 0 ? box.serverTop : box.top
  return top * 2 + box.titleHeight + node.lines.length * box.lineHeight + (hasBar(node) ? box.barGap + box.barHeight : 0)
}

/** Width that shows every text of the box whole. */
export function wishedWidth(node: TopologyNode): number {
  const tag = tagText(node)
  let widest = (stateTone(node) === null ? 0 : box.statusWidth) + textWidth(node.title, 'uiBold', box.titleSize)
  if (tag !== '') widest += 8 + textWidth(tag, 'uiBold', box.tagSize) + 2 * box.tagPadding
  for (const line of node.lines) widest = Math.max(widest, textWidth(line, 'mono', box.lineSize))
  return widest + 2 * box.padding + 2
}
