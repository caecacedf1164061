import { labelWidth } from '#shared/layout/edge-labels.ts'
import { flowColour } from '#shared/view/live-style.ts'
import { boxFonts } from './box-content.ts'
import { pointAt } from './curve.ts'
import type { LiveLook } from './live-look.ts'
import { trafficOf, type Look } from './look.ts'
import { toneOfChange } from './palette.ts'

/** What is said at an edge that requests left or take now, where it has no words of its own. */
const wayWords = { was: '− was', now: '+ now', both: '' } as const

interface LabelOnEdge {
  readonly text: string
  readonly colour: string
  readonly place: { readonly x: number; readonly y: number }
  readonly alpha: number
}

/** Words at the edges, in picture coordinates; the caller has set the transform. */
export function drawLabels(context: CanvasRenderingContext2D, look: Look, edges: readonly number[]): void {
  const { palette, live } = look
  context.font = boxFonts.label(palette.fontUi)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.lineJoin = 'round'
  for (const e of edges) {
    const label = live === null ? configLabel(look, e) : liveLabel(look, live, e)
    if (label === null) continue
    context.globalAlpha = label.alpha
    // A halo in the colour of the ground keeps the words readable on a thick edge.
    context.strokeStyle = palette.bg
    context.lineWidth = 4
    context.strokeText(label.text, label.place.x, label.place.y)
    context.fillStyle = label.colour
    context.fillText(label.text, label.place.x, label.place.y)
  }
  context.textAlign = 'left'
  context.globalAlpha = 1
}

function alphaOf(look: Look, edge: number): number {
  return look.reach !== null && look.reach.edges[edge] === 0 ? 0.25 : 1
}

/** Without a free place the words appear while the edge is pointed at or chosen. */
function isAsked(look: Look, edge: number): boolean {
  return look.hoverEdge === edge || look.selectedEdges.has(edge)
}

function middleOf({ picture }: Look, e: number): LabelOnEdge['place'] {
  return pointAt(picture.x1[e] as number, picture.y1[e] as number, picture.x2[e] as number, picture.y2[e] as number, 0.5)
}

function configLabel(look: Look, e: number): LabelOnEdge | null {
  const { picture, palette } = look
  const edge = picture.edges[e]
  const words = picture.labels[e]
  if (edge === undefined || words === undefined) return null
  const mark = trafficOf(look, edge.id)
  const isPath = mark !== undefined && look.reach?.edges[e] === 1 && picture.nodes[picture.target[e] as number]?.column !== 'server'
  const text = words.label === '' && isPath ? wayWords[mark.way] : words.label
  // A bare minus says no more than the dashes do.
  if (text === '' || text === '−') return null
  const place = words.labelAt ?? (isAsked(look, e) || isPath ? middleOf(look, e) : null)
  if (place === null) return null
  const changed = toneOfChange(edge.change)
  const tone = mark === undefined ? changed : mark.way === 'was' ? 'removed' : mark.tone
  return { text, place, colour: tone === 'same' ? palette.text2 : palette.tone[tone], alpha: alphaOf(look, e) }
}

/** The place was found for words of a fixed width; wider ones would reach into a box. */
function liveLabel(look: Look, live: LiveLook, e: number): LabelOnEdge | null {
  const { picture, palette } = look
  const mark = live.edges[e]
  const slot = picture.labels[e]
  const text = mark === undefined || mark.label === '' ? (picture.edges[e]?.label ?? '') : mark.label
  if (text === '' || slot === undefined) return null
  const fits = slot.labelAt !== null && labelWidth(text) <= labelWidth(slot.label)
  const place = fits ? slot.labelAt : isAsked(look, e) ? middleOf(look, e) : null
  if (place === null) return null
  const colour = flowColour(mark, live.marks.highest)
  return {
    text, place, alpha: alphaOf(look, e) * (live.marks.stale ? 0.6 : 1),
    colour: colour === 'critical' || colour === 'warning' ? palette.tone[colour] : colour === 'high' ? palette.flowHigh : palette.text2,
  }
}
