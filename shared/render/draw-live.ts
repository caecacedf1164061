import type { Tone } from '#shared/presentation/presentation.ts'
import { box, liveParts } from '#shared/layout/box.ts'
import { labelSize, labelWidth } from '#shared/layout/edge-labels.ts'
import { badgeRow, badgeSize, sideWords, sparkLines } from '#shared/layout/live-row.ts'
import { fitText, textWidth } from '#shared/layout/measure.ts'
import type { SceneEdge, SceneNode } from '#shared/layout/scene.ts'
import type { LiveMark, LiveMarks } from '#shared/view/live-marks.ts'
import { badgeTone, flowColour, flowWidths, stateBadge, type FlowColour } from '#shared/view/live-style.ts'
import { plainText, type Mark, type Stroke } from './drawing.ts'
import { toneMarks } from './glyph-marks.ts'
import { textMark } from './text-mark.ts'
import { themes, toneColour, type Theme } from './theme.ts'

const staleOpacity = 0.5

function colourOf(theme: Theme, colour: FlowColour): string {
  switch (colour) {
    case 'none': return theme.same
    case 'low': return theme.flowLow
    case 'mid': return theme.flowMid
    case 'high': return theme.flowHigh
    case 'warning': case 'critical': return toneColour(theme, colour)
    case 'unknown': return theme.text3
  }
}

const layers: readonly FlowColour[] = ['none', 'unknown', 'low', 'mid', 'high', 'warning', 'critical']

/** Edges from those without traffic to those with trouble, widths by the rate, stripes between two bounds, dots where nothing is known. */
export function drawFlows(edges: readonly SceneEdge[], live: LiveMarks, theme: Theme, top: number, marks: Mark[]): void {
  const coloured = edges.map((each) => ({ each, mark: live.byId.get(each.edge.id), colour: flowColour(live.byId.get(each.edge.id), live.highest) }))
  for (const layer of layers) {
    for (const { each, mark, colour } of coloured) {
      if (colour !== layer) continue
      const { inner, outer } = flowWidths(mark, live.highest)
      const opacity = (layer === 'none' ? 0.6 : 1) * (live.stale ? staleOpacity : 1)
      const curve = (stroke: Stroke): void => {
        marks.push({ kind: 'curve', x1: each.x1, y1: each.y1 + top, x2: each.x2, y2: each.y2 + top, stroke, opacity })
      }
      const paint = colourOf(theme, colour)
      if (mark !== undefined && mark.bounds !== null) {
        curve({ colour: paint, width: outer, dash: [2, 2.6], flat: true })
        if (mark.bounds.low <= 0) continue
      }
      curve({ colour: paint, width: inner, dash: layer === 'unknown' ? [2, 4] : [], flat: true })
    }
  }
}

/** The rate at an edge; it stands where the layout kept room, and wider words are left out. */
export function drawRate(each: SceneEdge, live: LiveMarks, theme: Theme, top: number, marks: Mark[]): void {
  const mark = live.byId.get(each.edge.id)
  const label = plainText(mark === undefined || mark.label === '' ? each.edge.label : mark.label)
  if (label === '' || each.labelAt === null || labelWidth(label) > labelWidth(each.label)) return
  const width = labelWidth(label)
  const { x } = each.labelAt
  const y = each.labelAt.y + top
  const colour = flowColour(mark, live.highest)
  marks.push({ kind: 'rect', x: x - width / 2, y: y - 7, width, height: 14, radius: 4, fill: theme.bg, stroke: null, opacity: 0.88 })
  marks.push(textMark(label, x, y + 3.8, 'uiBold', labelSize, colour === 'critical' || colour === 'warning' ? colourOf(theme, colour) : theme.text2, 'middle'))
}

/** A box with its rate, state, share and badges. */
export function drawLiveBox(each: SceneNode, live: LiveMarks, theme: Theme, offset: number, marks: Mark[]): void {
  const { node, x, width, height } = each
  const y = each.y + offset
  const mark = live.byId.get(node.id)
  const parts = liveParts(node)
  const tone: Tone = mark?.tone === 'critical' || mark?.tone === 'warning' || mark?.tone === 'unknown' ? mark.tone : 'neutral'
  const isPale = live.stale || mark === undefined || mark.tone === 'quiet'
  const text = isPale ? theme.text2 : theme.text
  const frame = tone === 'neutral' ? theme.lineStrong : toneColour(theme, tone)
  if (theme !== themes.print) marks.push({ kind: 'rect', x, y: y + 2, width, height, radius: box.radius, fill: '#000000', stroke: null, opacity: theme === themes.dark ? 0.28 : 0.06 })
  if (node.members.length > 0) marks.push({ kind: 'rect', x: x + 3.5, y: y + 3.5, width: width - 1, height: height - 1, radius: box.radius - 0.5, fill: theme.surface, stroke: { colour: theme.lineStrong, width: 1, dash: [] }, opacity: 1 })
  marks.push({ kind: 'rect', x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, radius: box.radius - 0.5, fill: theme.surface, stroke: { colour: frame, width: tone === 'neutral' ? 1 : 1.3, dash: tone === 'unknown' ? [1.5, 2.5] : [] }, opacity: 1 })

  const baseline = y + parts.top + 13
  const inner = width - 2 * box.padding
  let left = x + box.padding
  const state = mark === undefined ? undefined : stateBadge(mark)
  if (mark !== undefined && state !== undefined && (node.column === 'pool' || node.column === 'server' || state.kind !== 'up')) {
    marks.push(...toneMarks(theme, badgeTone(state.kind, mark), left + 4, baseline - 4.4))
    left += box.statusWidth
  }
  const right = x + width - box.padding
  const tag = fitText(plainText(mark?.label ?? node.tag), 'uiBold', box.tagSize, inner * 0.6)
  const tagWidth = tag === '' ? 0 : textWidth(tag, 'uiBold', box.tagSize) + 2 * box.tagPadding
  const title = plainText(node.title)
  const shown = fitText(title, 'uiBold', box.titleSize, right - tagWidth - 8 - left)
  marks.push({ ...textMark(shown, left, baseline, 'uiBold', box.titleSize, text), whole: shown === title ? '' : title })
  if (tag !== '') {
    marks.push({ kind: 'rect', x: right - tagWidth, y: baseline - 13, width: tagWidth, height: box.tagHeight, radius: box.tagHeight / 2, fill: null, stroke: { colour: frame, width: 1, dash: [] }, opacity: 1 })
    marks.push(textMark(tag, right - box.tagPadding, baseline - 1, 'uiBold', box.tagSize, tone === 'neutral' ? theme.text2 : toneColour(theme, tone), 'end'))
  }
  const lines = mark === undefined || mark.lines.length === 0 ? node.lines : mark.lines
  lines.slice(0, parts.lines).forEach((line, index) => {
    marks.push(textMark(fitText(plainText(line), 'mono', box.lineSize, inner), x + box.padding, baseline + 1 + (index + 1) * box.lineHeight, 'mono', box.lineSize, theme.text2))
  })
  if (mark === undefined) return
  if (parts.bar !== null) drawShare(mark, theme, x + box.padding, y + parts.bar, inner * parts.barPart, marks)
  const hasSpark = parts.spark !== null && mark.spark.length > 1
  if (parts.spark !== null && hasSpark) drawSpark(mark, theme, right - inner * parts.spark.part, y + parts.spark.top, inner * parts.spark.part, parts.spark.height, marks)
  if (parts.badges === null) return
  const row = y + parts.badges + 11
  if (node.column === 'server') {
    const side = sideWords(mark, inner * (1 - parts.barPart) - 8)
    if (side !== '') marks.push(textMark(side, right, row, 'mono', badgeSize, mark.tone === 'critical' || mark.tone === 'warning' ? toneColour(theme, mark.tone) : theme.text2, 'end'))
    return
  }
  for (const badge of badgeRow(mark, hasSpark ? inner * (1 - (parts.spark?.part ?? 0)) - 6 : inner)) {
    if (badge.hasSign) marks.push(...toneMarks(theme, badge.tone, x + box.padding + badge.x + 4, row - 3.6))
    marks.push(textMark(plainText(badge.text), x + box.padding + badge.textX, row, 'ui', badgeSize, badge.tone === 'neutral' || badge.tone === 'ok' ? theme.text2 : toneColour(theme, badge.tone)))
  }
}

/** Observed share as a bar, the expected one as a tick across it; two ticks where it is a range. */
function drawShare(mark: LiveMark, theme: Theme, x: number, y: number, width: number, marks: Mark[]): void {
  if (mark.share === null && mark.expected === null) return
  const rect = (from: number, at: number, wide: number, high: number, fill: string, radius = 0): void => {
    marks.push({ kind: 'rect', x: from, y: at, width: wide, height: high, radius, fill, stroke: null, opacity: 1 })
  }
  rect(x, y, width, box.barHeight, theme === themes.dark ? theme.sunken : theme.line, box.barHeight / 2)
  const share = Math.min(1, Math.max(0, mark.share ?? 0))
  if (share > 0) rect(x, y, Math.max(2, width * share), box.barHeight, mark.tone === 'critical' || mark.tone === 'warning' ? toneColour(theme, mark.tone) : theme.flowMid, Math.min(box.barHeight, Math.max(2, width * share)) / 2)
  if (mark.expected === null) return
  const low = x + (width - 2) * Math.min(1, Math.max(0, mark.expected.low))
  const high = x + (width - 2) * Math.min(1, Math.max(0, mark.expected.high))
  rect(low, y - 1.5, 2, box.barHeight + 3, theme.text)
  if (high - low < 3) return
  rect(high, y - 1.5, 2, box.barHeight + 3, theme.text)
  rect(low, y + box.barHeight + 0.5, high - low, 1, theme.text)
}

function drawSpark(mark: LiveMark, theme: Theme, x: number, y: number, width: number, height: number, marks: Mark[]): void {
  marks.push({ kind: 'rect', x, y: y + height - 1, width, height: 1, radius: 0, fill: theme.line, stroke: null, opacity: 1 })
  const colour = mark.tone === 'critical' || mark.tone === 'warning' ? toneColour(theme, mark.tone) : theme.flowMid
  for (const points of sparkLines(mark.spark, x, y, width, height)) marks.push({ kind: 'polygon', points, closed: false, fill: null, stroke: { colour, width: 1.4, dash: [] } })
}
