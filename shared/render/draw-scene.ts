import type { Tone } from '#shared/presentation/presentation.ts'
import { labelSize, labelWidth } from '#shared/layout/edge-labels.ts'
import { box, frameTone, hasBar, stateTone, tagText } from '#shared/layout/box.ts'
import { fitText, textWidth, type Face } from '#shared/layout/measure.ts'
import type { Scene, SceneEdge, SceneNode } from '#shared/layout/scene.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import { plainText, type Drawing, type Mark, type Stroke } from './drawing.ts'
import { toneMarks } from './glyph-marks.ts'
import { drawFlows, drawLiveBox, drawRate } from './draw-live.ts'
import { drawLiveLegend, liveLegendWidth } from './live-legend.ts'
import { drawLegend, legendHeight, legendWidth } from './legend.ts'
import { textMark } from './text-mark.ts'
import { themes, toneColour, type Theme } from './theme.ts'
import { drawTitleBlock, titleBlockHeight, titleBlockWidth, type PictureTexts } from './title-block.ts'

/** The whole scene with title block and legend as marks. Pure; the scene is drawn where it was laid out, below the title. */
export function drawScene(scene: Scene, texts: PictureTexts): Drawing {
  const theme = themes[texts.theme]
  const marks: Mark[] = []
  const width = Math.ceil(Math.max(scene.width, titleBlockWidth(texts), texts.legend ? (scene.live === null ? legendWidth(scene) : liveLegendWidth(scene.live)) : 0))
  const top = titleBlockHeight
  const height = Math.ceil(top + scene.height + (texts.legend ? legendHeight : 0))
  marks.push({ kind: 'rect', x: 0, y: 0, width, height, radius: 0, fill: theme.bg, stroke: null, opacity: 1 })
  if (texts.theme !== 'print') marks.push({ kind: 'dots', width, height, colour: theme.line })
  drawTitleBlock(texts, scene, theme, width, marks)
  drawColumns(scene, theme, top, marks)
  const { live } = scene
  if (live === null) {
    for (const edge of byWeight(scene)) drawEdge(edge, edgeTone(scene, edge), theme, top, marks)
    for (const node of scene.nodes) drawBox(node, boxTone(scene, node), theme, top, marks)
    for (const edge of scene.edges) drawLabel(edge, edgeTone(scene, edge), theme, top, marks)
    if (texts.legend) drawLegend(scene, theme, top + scene.height, marks)
  } else {
    drawFlows(scene.edges, live, theme, top, marks)
    for (const node of scene.nodes) drawLiveBox(node, live, theme, top, marks)
    for (const edge of scene.edges) drawRate(edge, live, theme, top, marks)
    if (texts.legend) drawLiveLegend(live, theme, top + scene.height, marks)
  }
  return { width, height, title: plainText(texts.title), description: plainText(`${texts.source} · ${texts.hash} · ${texts.timeText}`), marks }
}

/** Plain curves first, changed ones over them, then those that changed requests take, so that nothing that matters is covered. */
function byWeight({ edges, traffic }: Scene): readonly SceneEdge[] {
  const weight = (each: SceneEdge): number => (traffic.has(each.edge.id) ? 2 : each.edge.change === 'same' ? 0 : 1)
  return [0, 1, 2].flatMap((wanted) => edges.filter((each) => weight(each) === wanted))
}

/** What requests that are treated differently do there; null: none of them passes. */
function trafficTone(traffic: TrafficMarks, id: string): Tone | null {
  const mark = traffic.get(id)
  return mark === undefined ? null : mark.way === 'was' ? 'removed' : mark.tone
}

function boxTone({ traffic }: Scene, { node }: SceneNode): Tone {
  return trafficTone(traffic, node.id) ?? frameTone(node)
}

function drawColumns(scene: Scene, theme: Theme, top: number, marks: Mark[]): void {
  for (const column of scene.columns) {
    const title = column.title.toUpperCase()
    marks.push(textMark(title, column.x, top + 26, 'ui', 10.5, theme.text3, 'start', 0.9))
    const after = column.x + textWidth(title, 'ui', 10.5) + title.length * 0.9 + 6
    marks.push(textMark(String(column.count), after, top + 26, 'ui', 10.5, theme.text3))
  }
}

function edgeTone({ traffic }: Scene, { edge }: SceneEdge): Tone {
  const change = trafficTone(traffic, edge.id) ?? frameTone(edge)
  return change === 'neutral' ? 'same' : change
}

function drawEdge(each: SceneEdge, tone: Tone, theme: Theme, top: number, marks: Mark[]): void {
  // Round ends lengthen a dash by the width of the line: the gap must be longer than that to be seen.
  const dash = tone === 'removed' ? [3, each.width + 4] : tone === 'unknown' ? [1, each.width + 3] : []
  marks.push({
    kind: 'curve', x1: each.x1, y1: each.y1 + top, x2: each.x2, y2: each.y2 + top,
    stroke: { colour: toneColour(theme, tone), width: each.width, dash }, opacity: 1,
  })
}

function drawLabel(each: SceneEdge, tone: Tone, theme: Theme, top: number, marks: Mark[]): void {
  if (each.labelAt === null) return
  const label = plainText(each.label)
  const width = labelWidth(label)
  const { x } = each.labelAt
  const y = each.labelAt.y + top
  marks.push({ kind: 'rect', x: x - width / 2, y: y - 7, width, height: 14, radius: 4, fill: theme.bg, stroke: null, opacity: 0.88 })
  marks.push(textMark(label, x, y + 3.8, 'uiBold', labelSize, tone === 'same' ? theme.text2 : toneColour(theme, tone), 'middle'))
}

function drawBox(each: SceneNode, tone: Tone, theme: Theme, offset: number, marks: Mark[]): void {
  const { node, x, width, height } = each
  const y = each.y + offset
  const colour = toneColour(theme, tone)
  const isGone = tone === 'removed'
  if (theme !== themes.print) marks.push({ kind: 'rect', x, y: y + 2, width, height, radius: box.radius, fill: '#000000', stroke: null, opacity: theme === themes.dark ? 0.28 : 0.06 })
  const frame: Stroke = { colour, width: tone === 'neutral' ? 1 : 1.3, dash: isGone ? [4, 3] : tone === 'unknown' ? [1.5, 2.5] : [] }
  const isHatched = node.tone === 'unknown'
  if (isHatched) {
    marks.push({ kind: 'rect', x, y, width, height, radius: box.radius, fill: theme.surface, stroke: null, opacity: 1 })
    marks.push({ kind: 'hatch', x, y, width, height, radius: box.radius, colour: theme === themes.print ? themes.light.line : theme.line })
  }
  marks.push({ kind: 'rect', x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, radius: box.radius - 0.5, fill: isHatched ? null : theme.surface, stroke: frame, opacity: 1 })

  const isFlat = node.column === 'server' && node.lines.length === 0
  const baseline = y + (isFlat ? box.serverTop : box.top) + 13
  let left = x + box.padding
  const state = stateTone(node)
  if (state !== null) {
    marks.push(...toneMarks(theme, state, left + 4, baseline - 4.4))
    left += box.statusWidth
  }
  const right = x + width - box.padding
  const tag: Mark[] = []
  const tagLeft = drawTag(plainText(tagText(node)), tone, theme, right, baseline, (right - left) * 0.6, tag)
  // The title comes first, so that copied text reads "api ~ weights".
  pushFitted(node.title, left, baseline, 'uiBold', box.titleSize, isGone ? theme.text2 : theme.text, tagLeft - left, marks)
  marks.push(...tag)
  let line = baseline + 1
  node.lines.forEach((text, index) => {
    line += box.lineHeight
    const isReason = index === node.lines.length - 1 && index > 0 && (node.tone === 'critical' || node.tone === 'warning')
    pushFitted(text, x + box.padding, line, 'mono', box.lineSize, isReason ? toneColour(theme, node.tone) : theme.text2, width - 2 * box.padding, marks)
  })
  if (hasBar(node)) drawBar(each, tone, theme, line + box.barGap + 1, marks)
}

/** The label at the right of the title; returns where the title has to end. */
function drawTag(tag: string, tone: Tone, theme: Theme, right: number, baseline: number, room: number, marks: Mark[]): number {
  if (tag === '') return right
  const text = fitText(tag, 'uiBold', box.tagSize, room - 2 * box.tagPadding)
  const width = textWidth(text, 'uiBold', box.tagSize) + 2 * box.tagPadding
  const colour = tone === 'neutral' ? theme.text2 : toneColour(theme, tone)
  const frame = tone === 'neutral' ? theme.lineStrong : colour
  marks.push({ kind: 'rect', x: right - width, y: baseline - 13, width, height: box.tagHeight, radius: box.tagHeight / 2, fill: null, stroke: { colour: frame, width: 1, dash: [] }, opacity: 1 })
  marks.push({ ...textMark(text, right - box.tagPadding, baseline - 1, 'uiBold', box.tagSize, colour, 'end'), whole: text === tag ? '' : tag })
  return right - width - 8
}

/** Share of the largest member; the tick is where it stood before. */
function drawBar(each: SceneNode, tone: Tone, theme: Theme, y: number, marks: Mark[]): void {
  const { node } = each
  const x = each.x + box.padding
  const width = each.width - 2 * box.padding
  const bar = (from: number, length: number, fill: string): Mark => ({ kind: 'rect', x: from, y, width: length, height: box.barHeight, radius: Math.min(2.5, length / 2), fill, stroke: null, opacity: 1 })
  marks.push(bar(x, width, theme.sunken))
  const share = Math.min(1, Math.max(0, node.share ?? 0))
  if (share > 0) marks.push(bar(x, Math.max(2, width * share), tone === 'neutral' ? theme.flowMid : toneColour(theme, tone)))
  if (node.shareBefore !== null && node.shareBefore !== node.share) {
    marks.push({ kind: 'rect', x: x + Math.min(width - 2, width * Math.min(1, Math.max(0, node.shareBefore))), y: y - 1, width: 2, height: box.barHeight + 2, radius: 0, fill: theme.text, stroke: null, opacity: 1 })
  }
}

function pushFitted(source: string, x: number, y: number, face: Face, size: number, colour: string, room: number, marks: Mark[]): void {
  const whole = plainText(source)
  if (whole === '') return
  const text = fitText(whole, face, size, room)
  marks.push({ ...textMark(text, x, y, face, size, colour), whole: text === whole ? '' : whole })
}
