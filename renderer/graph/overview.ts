import { drawLines } from './draw-edges.ts'
import { drawFlowLines } from './draw-flow.ts'
import { drawTiles } from './draw-tiles.ts'
import type { Look } from './look.ts'
import type { Picture } from './picture.ts'
import type { Projection } from './projection.ts'
import { visibleEdges, visibleNodes } from './visible.ts'

const mostWidth = 1024
const mostHeight = 3072

/** The same look without anything that passes: hover, selection and search are drawn crisply afterwards. */
export function plainLook(look: Look): Look {
  return { ...look, reach: null, selectedNodes: new Set(), selectedEdges: new Set(), found: new Set(), foundNow: -1, hoverEdge: -1 }
}

/** Size of the coarse image of a picture, pixels, and how the picture lies in it. Squeezed as needed: until a gesture ends it only has to carry colour. */
export function overviewSize(picture: Picture): { readonly width: number; readonly height: number; readonly lies: Projection } {
  const width = Math.max(1, Math.round(Math.min(mostWidth, picture.width)))
  const height = Math.max(1, Math.round(Math.min(mostHeight, picture.height)))
  return { width, height, lies: { sx: width / picture.width, sy: height / picture.height, tx: 0, ty: 0 } }
}

/** The whole picture coarsely, drawn once for each look that lasts. */
export class Overview {
  private canvas: HTMLCanvasElement | null = null
  private of: Look | null = null

  forget(): void {
    this.of = null
  }

  dispose(): void {
    this.canvas = null
    this.of = null
  }

  /** Takes over an image of the whole picture that was drawn elsewhere, and gives the one before away. */
  replace(look: Look, drawn: HTMLCanvasElement): HTMLCanvasElement | null {
    const before = this.canvas
    this.canvas = drawn
    this.of = look
    return before
  }

  /** New numbers of a running balancer do not make it old: they are brought by `replace`. */
  imageOf(look: Look): HTMLCanvasElement {
    const { canvas: known, of } = this
    if (known !== null && of?.picture === look.picture && of.palette === look.palette && of.mode === look.mode && of.traffic === look.traffic && (of.live === null) === (look.live === null)) return known
    const { picture } = look
    const canvas = known ?? document.createElement('canvas')
    const { width, height, lies } = overviewSize(picture)
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (context !== null) {
      const nodes = visibleNodes(picture, look.mode, { x: 0, y: 0, zoom: 1 }, picture.width, picture.height)
      const plain = plainLook(look)
      const edges = visibleEdges(picture, look.mode, nodes)
      if (plain.live === null) drawLines(context, plain, edges, lies)
      else drawFlowLines(context, plain, plain.live, edges, lies)
      drawTiles(context, plain, nodes, lies)
    }
    this.canvas = canvas
    this.of = look
    return canvas
  }
}
