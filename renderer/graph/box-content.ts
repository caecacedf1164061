import { box, frameTone, hasBar, stateTone, tagText } from '#shared/layout/box.ts'
import { fitText, textWidth } from '#shared/layout/measure.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'

/** Fonts of a box at zoom 1; canvas and document read the same sizes. */
export const boxFonts = {
  title: (ui: string): string => `600 ${box.titleSize}px ${ui}`,
  tag: (ui: string): string => `600 ${box.tagSize}px ${ui}`,
  line: (mono: string): string => `${box.lineSize}px ${mono}`,
  label: (ui: string): string => `600 10.5px ${ui}`,
}

/** Texts of one box, cut to its width: boxes carry no clipping style, because every clip costs a layer. */
export interface BoxContent {
  readonly title: string
  readonly titleLeft: number
  readonly tag: string
  readonly tagLeft: number
  readonly tagWidth: number
  readonly lines: readonly string[]
  /** Distance from the top of the box to the top of the title row. */
  readonly top: number
  readonly sign: StateSign
  readonly signTone: Tone
  readonly tagTone: Tone
}

/** Drawn before the title; `dot` is a filled circle. */
export type StateSign = '' | 'dot' | '▲' | '✕' | '◐' | '?' | 'i'

export function stateSign(node: Pick<TopologyNode, 'tone'>): StateSign {
  const tone = stateTone(node)
  return tone === null ? '' : signOf(tone)
}

export function signOf(tone: Tone): StateSign {
  return signs[tone] ?? ''
}

const signs: Readonly<Partial<Record<Tone, StateSign>>> = {
  ok: 'dot', critical: '▲', warning: '▲', down: '✕', maintenance: '◐', unknown: '?', notice: 'i',
}

export function boxContent(node: TopologyNode, width: number): BoxContent {
  const sign = stateSign(node)
  const titleLeft = box.padding + (sign === '' ? 0 : box.statusWidth)
  const tag = fitText(tagText(node), 'uiBold', box.tagSize, width * 0.6)
  const tagWidth = tag === '' ? 0 : textWidth(tag, 'uiBold', box.tagSize) + 2 * box.tagPadding
  const title = fitText(node.title, 'uiBold', box.titleSize, width - titleLeft - box.padding - (tag === '' ? 0 : tagWidth + 6))
  const lines = node.lines.map((line) => fitText(line, 'mono', box.lineSize, width - 2 * box.padding))
  const top = node.column === 'server' && node.lines.length === 0 ? box.serverTop : box.top
  return { title, titleLeft, tag, tagLeft: width - box.padding - tagWidth, tagWidth, lines, top, sign, signTone: node.tone, tagTone: frameTone(node) }
}

/** Top of the share bar inside the box; null: it has none. */
export function barTop(node: TopologyNode): number | null {
  return hasBar(node) ? box.top + box.titleHeight + node.lines.length * box.lineHeight + box.barGap : null
}
