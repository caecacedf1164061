import { boxContent, type BoxContent } from './box-content.ts'
import { drawBoxes } from './draw-boxes.ts'
import { drawCurves, drawLines } from './draw-edges.ts'
import { drawFlowCurves, drawFlowLines } from './draw-flow.ts'
import { drawLabels } from './draw-labels.ts'
import { drawLiveParts } from './draw-live-boxes.ts'
import { drawTiles } from './draw-tiles.ts'
import { liveContent, type LiveContent } from './live-content.ts'
import type { LiveLook } from './live-look.ts'
import { alphaOfBox, type Look, type LookStore } from './look.ts'
import { Overview, overviewSize, plainLook } from './overview.ts'
import type { Picture } from './picture.ts'
import { projectionOf } from './projection.ts'
import { Refresh } from './refresh.ts'
import { TitleRow } from './title-row.ts'
import { countRows, visibleEdges, visibleNodes } from './visible.ts'
import { blitFrom, curvesUpTo, farZoom, straightUnder, type Viewport } from './viewport.ts'

function onlyNumbersChanged(before: Look, after: Look): boolean {
  return before.picture === after.picture && before.palette === after.palette && before.mode === after.mode && before.reach === after.reach && before.selectedNodes === after.selectedNodes &&
    before.selectedEdges === after.selectedEdges && before.found === after.found && before.foundNow === after.foundNow && before.hoverEdge === after.hoverEdge && before.topInset === after.topInset
}

/** Draws the one canvas under the picture, at most once a frame. Owns the canvas, its cached images and the label places. */
export class Painter {
  private readonly canvas: HTMLCanvasElement
  private readonly context: CanvasRenderingContext2D
  private readonly titles: TitleRow
  private readonly store: LookStore
  private readonly unsubscribe: () => void
  private viewport: Viewport = { x: 0, y: 0, zoom: 1 }
  private width = 0
  private height = 0
  private ratio = 1
  private frame = 0
  private isMoving = false
  private readonly refresh = new Refresh()
  private lookBefore: Look | null = null
  /** Window whose crisp drawing the canvas holds; null when it holds something else. */
  private drawnAt: Viewport | null = null
  private isShifted = false
  private idle = 0
  private still: HTMLCanvasElement | null = null
  private stillAt: Viewport | null = null
  private readonly overview = new Overview()
  private contents = new WeakMap<object, BoxContent>()
  private liveContents = new WeakMap<object, LiveContent>()
  /** After each drawing, in the same frame: the minimap and titles follow. */
  onDrawn: ((viewport: Viewport) => void) | null = null
  /** A gesture begins or ends. */
  onMoving: ((isMoving: boolean) => void) | null = null

  constructor(canvas: HTMLCanvasElement, titles: HTMLCanvasElement, store: LookStore) {
    this.canvas = canvas
    this.titles = new TitleRow(titles)
    const context = canvas.getContext('2d', { alpha: true })
    if (context === null) throw new Error('A 2D canvas is needed to draw the picture.')
    this.context = context
    this.store = store
    this.unsubscribe = store.subscribe(() => {
      const look = store.get()
      const before = this.lookBefore
      this.lookBefore = look
      if (look !== null && look.live !== null && before !== null && onlyNumbersChanged(before, look) && this.isFar(look)) {
        if (!this.refresh.isBusy) this.renew(look, look.live)
        return
      }
      this.refresh.cancel()
      this.drawnAt = null
      this.schedule()
    })
  }

  dispose(): void {
    this.unsubscribe()
    cancelAnimationFrame(this.frame)
    cancelIdleCallback(this.idle)
    this.refresh.cancel()
    this.frame = 0
    this.onDrawn = null
    this.still = null
    this.overview.dispose()
  }

  resize(width: number, height: number, ratio: number): void {
    if (width === this.width && height === this.height && ratio === this.ratio) return
    this.width = width
    this.height = height
    this.ratio = ratio
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
    this.titles.resize(width, ratio)
    this.still = null
    this.drawnAt = null
    this.draw()
  }

  /** Draws again although nothing moved, e.g. when a font has arrived. */
  redraw(): void {
    this.drawnAt = null
    this.overview.forget()
    this.titles.forget()
    this.schedule()
  }

  moveTo(viewport: Viewport): void {
    this.viewport = viewport
    this.schedule()
  }

  /** A gesture begins: what is on the screen is moved from now on instead of drawn again, if it is much. */
  startMoving(): void {
    this.isMoving = true
    this.onMoving?.(true)
  }

  /** The gesture is over: draw crisply. */
  stopMoving(): void {
    this.isMoving = false
    this.onMoving?.(false)
    this.still = null
    this.schedule()
  }

  schedule(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      this.draw()
    })
  }

  contentOf(look: Look, node: number): BoxContent {
    const box = look.picture.nodes[node]
    if (box === undefined) throw new Error(`No box ${node} in this picture.`)
    if (look.live !== null) return this.liveContentOf(look, look.live, node)
    const known = this.contents.get(box)
    if (known !== undefined) return known
    const content = boxContent(box, look.picture.w[node] as number)
    this.contents.set(box, content)
    return content
  }

  /** Texts of marks that stay the same from poll to poll are kept with them. */
  private liveContentOf(look: Look, live: LiveLook, node: number): LiveContent {
    const box = look.picture.nodes[node]
    if (box === undefined) throw new Error(`No box ${node} in this picture.`)
    const mark = live.nodes[node]
    const key = mark ?? box
    const known = this.liveContents.get(key)
    if (known !== undefined) return known
    const content = liveContent(box, mark, look.picture.w[node] as number)
    this.liveContents.set(key, content)
    return content
  }

  private keepStill(): void {
    if (this.drawnAt === null) return
    const copy = this.still ?? document.createElement('canvas')
    copy.width = this.canvas.width
    copy.height = this.canvas.height
    copy.getContext('2d')?.drawImage(this.canvas, 0, 0)
    this.still = copy
    this.stillAt = this.drawnAt
  }

  /** So far out and with so many boxes that drawing them takes longer than a frame. */
  private isFar({ picture }: Look): boolean {
    return this.viewport.zoom < farZoom && countRows(picture, this.viewport, this.height) > blitFrom
  }

  /** New numbers for many boxes: drawn aside over a few frames, while what is on the screen goes on being moved. */
  private renew(look: Look, live: LiveLook): void {
    const { viewport, width, height, ratio } = this
    const { picture } = look
    const isWindow = !this.isMoving || this.covers(picture, viewport)
    const at = isWindow ? viewport : { x: 0, y: 0, zoom: 1 }
    const place = isWindow ? { width, height, lies: projectionOf(picture, viewport, width) } : overviewSize(picture)
    const nodes = visibleNodes(picture, look.mode, at, isWindow ? width : picture.width, isWindow ? height : picture.height)
    this.refresh.start({
      look: isWindow ? look : plainLook(look), live, nodes, edges: visibleEdges(picture, look.mode, nodes), ratio: isWindow ? ratio : 1, ...place,
      done: (canvas) => {
        let free: HTMLCanvasElement | null = canvas
        if (isWindow) {
          this.unshift()
          this.context.setTransform(1, 0, 0, 1, 0, 0)
          this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
          this.context.drawImage(canvas, 0, 0)
          this.drawnAt = viewport
        } else {
          free = this.overview.replace(look, canvas)
          this.still = null
          this.drawnAt = null
        }
        if (this.isMoving) this.schedule()
        else this.showTitles(look)
        const latest = this.store.get()
        if (latest !== null && latest !== look && latest.live !== null && this.isFar(latest)) this.renew(latest, latest.live)
        return free
      },
    })
  }

  private draw(): void {
    const look = this.store.get()
    if (look === null || this.width === 0) {
      this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
      return
    }
    if (!this.isMoving || countRows(look.picture, this.viewport, this.height) <= blitFrom) {
      this.refresh.cancel()
      this.paint(look)
    } else if (this.drawnAt !== null && this.covers(look.picture, this.drawnAt)) this.shift(look.picture, this.drawnAt)
    else this.blit(look)
    this.showTitles(look)
  }

  private showTitles(look: Look): void {
    this.titles.show(look, this.viewport)
    this.onDrawn?.(this.viewport)
  }

  /** Everything is on the canvas already: the compositor moves it, nothing is drawn. */
  private shift(picture: Picture, from: Viewport): void {
    const then = projectionOf(picture, from, this.width)
    const now = projectionOf(picture, this.viewport, this.width)
    const a = now.sx / then.sx
    const d = now.sy / then.sy
    this.canvas.style.transform = `matrix(${a}, 0, 0, ${d}, ${now.tx - then.tx * a}, ${now.ty - then.ty * d})`
    this.isShifted = true
  }

  private unshift(): void {
    if (!this.isShifted) return
    this.canvas.style.transform = ''
    this.isShifted = false
  }

  /** Cached images under the current transform: the whole picture coarsely, and over it the last crisp window. */
  private blit(look: Look): void {
    const { context, ratio, viewport } = this
    if (this.drawnAt !== null) this.keepStill()
    this.unshift()
    this.drawnAt = null
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    context.imageSmoothingEnabled = false
    const lies = projectionOf(look.picture, viewport, this.width)
    context.drawImage(this.overview.imageOf(look), lies.tx * ratio, lies.ty * ratio, look.picture.width * lies.sx * ratio, look.picture.height * lies.sy * ratio)
    if (this.still !== null && this.stillAt !== null) {
      const then = projectionOf(look.picture, this.stillAt, this.width)
      const x = (lies.tx - then.tx * (lies.sx / then.sx)) * ratio
      const y = (lies.ty - then.ty * (lies.sy / then.sy)) * ratio
      const w = this.still.width * (lies.sx / then.sx)
      const h = this.still.height * (lies.sy / then.sy)
      context.clearRect(x, y, w, h)
      context.drawImage(this.still, x, y, w, h)
    }
  }

  /** Whether the whole picture lies inside the window at a viewport. */
  private covers(picture: Picture, at: Viewport): boolean {
    const then = projectionOf(picture, at, this.width)
    return then.tx >= 0 && then.ty >= 0 && then.tx + picture.width * then.sx <= this.width && then.ty + picture.height * then.sy <= this.height
  }

  private paint(look: Look): void {
    const { context, ratio, viewport, width, height } = this
    const { picture } = look
    this.unshift()
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    const nodes = visibleNodes(picture, look.mode, viewport, width, height)
    const edges = visibleEdges(picture, look.mode, nodes)
    const lies = projectionOf(picture, viewport, width)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const isBent = edges.length <= curvesUpTo && viewport.zoom >= straightUnder
    if (look.live !== null) (isBent ? drawFlowCurves : drawFlowLines)(context, look, look.live, edges, lies)
    else (isBent ? drawCurves : drawLines)(context, look, edges, lies)
    if (viewport.zoom < farZoom) drawTiles(context, look, nodes, lies)
    else {
      context.setTransform(viewport.zoom * ratio, 0, 0, viewport.zoom * ratio, viewport.x * ratio, viewport.y * ratio)
      drawBoxes(context, look, nodes, (node) => this.contentOf(look, node))
      const { live } = look
      if (live !== null) drawLiveParts(context, look, live, nodes, (node) => this.liveContentOf(look, live, node), (node) => alphaOfBox(look, node))
      drawLabels(context, look, edges)
    }
    this.drawnAt = viewport
    if (!this.isMoving && picture.nodes.length > blitFrom) {
      // The coarse image is made ahead of the gesture that needs it.
      cancelIdleCallback(this.idle)
      this.idle = requestIdleCallback(() => {
        this.overview.imageOf(look)
        if (look.live === null) return
        const { width: wide, height: high } = overviewSize(picture)
        this.refresh.prepare(wide, high)
        this.refresh.prepare(this.canvas.width, this.canvas.height)
      }, { timeout: 1500 })
    }
  }
}
