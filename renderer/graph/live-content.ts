import { box, liveParts, type LiveParts } from '#shared/layout/box.ts'
import { badgeRow, sideWords, type PlacedBadge } from '#shared/layout/live-row.ts'
import { fitText, textWidth } from '#shared/layout/measure.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import { badgeTone, stateBadge } from '#shared/view/live-style.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'
import { signOf, type BoxContent } from './box-content.ts'

export interface LiveContent extends BoxContent {
  readonly parts: LiveParts
  readonly badges: readonly PlacedBadge[]
  /** Words at the right of the share bar of a server. */
  readonly side: string
}

/** Tone of frame and label: only what is wrong or not known stands out. */
export function liveTone(mark: LiveMark | undefined): Tone {
  return mark?.tone === 'critical' || mark?.tone === 'warning' || mark?.tone === 'unknown' ? mark.tone : 'neutral'
}

/** Texts of a box while traffic is drawn, cut to its width and to the room that the config gives it. Without a mark: those of the config. */
export function liveContent(node: TopologyNode, mark: LiveMark | undefined, width: number): LiveContent {
  const parts = liveParts(node)
  const state = mark === undefined ? undefined : stateBadge(mark)
  const stateTone = mark === undefined || state === undefined ? 'neutral' : badgeTone(state.kind, mark)
  const sign = node.column === 'pool' || node.column === 'server' || (state !== undefined && state.kind !== 'up') ? signOf(stateTone) : ''
  const titleLeft = box.padding + (sign === '' ? 0 : box.statusWidth)
  const tag = fitText(mark?.label ?? node.tag, 'uiBold', box.tagSize, width * 0.6)
  const tagWidth = tag === '' ? 0 : textWidth(tag, 'uiBold', box.tagSize) + 2 * box.tagPadding
  const title = fitText(node.title, 'uiBold', box.titleSize, width - titleLeft - box.padding - (tag === '' ? 0 : tagWidth + 6))
  const own = mark === undefined || mark.lines.length === 0 ? node.lines : mark.lines
  const lines = own.slice(0, parts.lines).map((line) => fitText(line, 'mono', box.lineSize, width - 2 * box.padding))
  const inner = width - 2 * box.padding
  const isServer = node.column === 'server'
  const side = isServer && mark !== undefined ? sideWords(mark, inner * (1 - parts.barPart) - 8) : ''
  const badges = parts.badges === null || isServer || mark === undefined ? [] : badgeRow(mark, mark.spark.length > 1 ? inner * (1 - (parts.spark?.part ?? 0)) - 6 : inner)
  return { title, titleLeft, tag, tagLeft: width - box.padding - tagWidth, tagWidth, lines, top: parts.top, sign, signTone: stateTone, tagTone: liveTone(mark), parts, badges, side }
}
