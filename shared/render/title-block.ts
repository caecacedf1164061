import { fitText, textWidth } from '#shared/layout/measure.ts'
import type { Scene } from '#shared/layout/scene.ts'
import { plainText, type Mark } from './drawing.ts'
import { textMark } from './text-mark.ts'
import type { Theme, ThemeName } from './theme.ts'

/**
 * What stands around the picture. Every text is given by the caller, so that the same input gives the same bytes.
 *
 * `source`: where the config came from. `hash`: config hash (or "before → after"). `timeText`: time with zone.
 */
export interface PictureTexts {
  readonly theme: ThemeName
  readonly title: string
  readonly source: string
  readonly hash: string
  readonly timeText: string
  readonly legend: boolean
}

export const titleBlockHeight = 76
const side = 40

function factsOf(texts: PictureTexts): string {
  return [texts.source, texts.hash, texts.timeText].map(plainText).filter((text) => text !== '').join('  ·  ')
}

/** Width at which nothing in the block is cut, up to a limit for very long paths. */
export function titleBlockWidth(texts: PictureTexts): number {
  return Math.min(1400, 2 * side + Math.max(textWidth(factsOf(texts), 'mono', 11), textWidth(plainText(texts.title), 'uiBold', 17) + 260))
}

/** Title, source, config hash and time above the picture, and how many boxes are not in it. */
export function drawTitleBlock(texts: PictureTexts, scene: Scene, theme: Theme, width: number, marks: Mark[]): void {
  marks.push({ kind: 'rect', x: 0, y: 0, width, height: titleBlockHeight, radius: 0, fill: theme.surface, stroke: null, opacity: 1 })
  marks.push({ kind: 'rect', x: 0, y: titleBlockHeight - 1, width, height: 1, radius: 0, fill: theme.line, stroke: null, opacity: 1 })
  const counts = countsOf(scene)
  const countsWidth = textWidth(counts, 'ui', 12)
  const title = plainText(texts.title)
  drawSteelyard(side, 17, theme, marks)
  marks.push(textMark(fitText(title, 'uiBold', 17, width - 2 * side - countsWidth - 54), side + 30, 34, 'uiBold', 17, theme.text))
  marks.push(textMark(counts, width - side, 34, 'ui', 12, theme.text2, 'end'))
  const facts = factsOf(texts)
  const text = fitText(facts, 'mono', 11, width - 2 * side)
  marks.push({ ...textMark(text, side, 56, 'mono', 11, theme.text2), whole: text === facts ? '' : facts })
}

function countsOf(scene: Scene): string {
  const changed = scene.nodes.reduce((count, each) => count + (each.node.change === 'same' ? 0 : 1), 0)
  return [
    `${scene.nodes.length} ${scene.nodes.length === 1 ? 'box' : 'boxes'}`,
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(scene.hiddenNodes > 0 ? [`${scene.hiddenNodes} not shown`] : []),
  ].join('  ·  ')
}

/** The product's sign, 20 pixels wide: a beam on its hook, a pan on one side, the weight on the other. */
function drawSteelyard(x: number, y: number, theme: Theme, marks: Mark[]): void {
  const line = (points: readonly number[], closed = false): void => {
    marks.push({
      kind: 'polygon', points: points.map((value, index) => value + (index % 2 === 0 ? x : y)), closed, fill: null, stroke: { colour: theme.brass, width: 1.7, dash: [] },
    })
  }
  line([2, 6.5, 18, 4])
  line([6, 6, 6, 9])
  line([3.4, 13, 6, 9, 8.6, 13, 8.25, 14.3, 7.3, 15.25, 6, 15.6, 4.7, 15.25, 3.75, 14.3], true)
  line([15, 4.5, 15, 9])
  line([13.4, 9, 16.6, 9, 16.6, 12.4, 13.4, 12.4], true)
  line([10, 5.2, 10, 2.5])
}
