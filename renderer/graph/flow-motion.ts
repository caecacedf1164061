import { pointAt } from './curve.ts'
import type { Look, LookStore } from './look.ts'
import { projectionOf } from './projection.ts'
import { countRows, visibleEdges, visibleNodes } from './visible.ts'
import { blitFrom, curvesUpTo, straightUnder, type Viewport } from './viewport.ts'

/** Above this many edges with traffic in view nothing moves. `npm run bench live-picture -- --moving 3000` keeps the pace of the screen without a graphics processor; beyond it dots say little anyway. */
const mostMoving = 3000
const mostDots = 6000
/** Screen pixels a second: of a trickle, and what the highest rate adds. */
const slowest = 22
const faster = 110
/** Screen pixels between two dots of an edge, while they are few enough. */
const usualSpacing = 46
/** Above this many edges dots stand on whole pixels, which takes less time, and are paler, so that alerts stand out from them. */
const manyEdges = 400

/** Dots that move along edges with traffic, faster where more flows, on a canvas of their own over the picture. */
export class FlowMotion {
  private readonly canvas: HTMLCanvasElement
  private readonly context: CanvasRenderingContext2D
  private readonly store: LookStore
  private readonly unsubscribe: () => void
  private viewport: Viewport = { x: 0, y: 0, zoom: 1 }
  private width = 0
  private height = 0
  private ratio = 1
  private frame = 0
  private last = 0
  private isOn = false
  private isMoving = false
  private isClear = true
  private picture: Look['picture'] | null = null
  /** How far the first dot of each edge is, 0–1 of the way to the next one. It goes on from there when the rate changes. */
  private phase = new Float32Array(0)
  private moving: readonly number[] = []
  private spacing = usualSpacing
  private movingFor: { readonly look: Look; readonly viewport: Viewport } | null = null

  constructor(canvas: HTMLCanvasElement, store: LookStore) {
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('A 2D canvas is needed to draw the picture.')
    this.canvas = canvas
    this.context = context
    this.store = store
    this.unsubscribe = store.subscribe(() => this.wake())
    document.addEventListener('visibilitychange', this.wake)
  }

  dispose(): void {
    this.unsubscribe()
    document.removeEventListener('visibilitychange', this.wake)
    cancelAnimationFrame(this.frame)
    this.frame = 0
  }

  /** Off: reduced motion, or nobody sees it. */
  setOn(isOn: boolean): void {
    this.isOn = isOn
    this.wake()
  }

  resize(width: number, height: number, ratio: number): void {
    if (width === this.width && height === this.height && ratio === this.ratio) return
    this.width = width
    this.height = height
    this.ratio = ratio
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
    this.isClear = true
    this.wake()
  }

  moveTo(viewport: Viewport): void {
    this.viewport = viewport
    this.wake()
  }

  /** A gesture over many boxes moves an image of them; dots would not fit on it. */
  setMoving(isMoving: boolean): void {
    this.isMoving = isMoving
    this.movingFor = null
    this.wake()
  }

  private readonly wake = (): void => {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0
      this.step(now)
    })
  }

  private clear(): void {
    if (this.isClear) return
    this.context.setTransform(1, 0, 0, 1, 0, 0)
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.isClear = true
  }

  private step(now: number): void {
    const look = this.store.get()
    const passed = Math.min(0.1, Math.max(0, (now - this.last) / 1000))
    this.last = now
    if (look === null || look.live === null || !this.isOn || look.live.marks.stale || document.hidden || this.width === 0) {
      this.clear()
      return
    }
    const edges = this.edgesOf(look)
    this.clear()
    if (edges.length === 0) return
    this.draw(look, edges, passed)
    this.wake()
  }

  private edgesOf(look: Look): readonly number[] {
    if (this.movingFor?.look === look && this.movingFor.viewport === this.viewport) return this.moving
    this.movingFor = { look, viewport: this.viewport }
    const { picture, live, reach } = look
    if (this.picture !== picture) {
      this.picture = picture
      // Apart from each other from the start: edges of one pool would beat in time otherwise.
      this.phase = Float32Array.from(picture.edges, (_, edge) => (edge * 0.618) % 1)
    }
    if (this.isMoving && countRows(picture, this.viewport, this.height) > blitFrom) return (this.moving = [])
    const edges = visibleEdges(picture, look.mode, visibleNodes(picture, look.mode, this.viewport, this.width, this.height))
    const moving = edges.filter((edge) => (live?.edges[edge]?.rate ?? live?.edges[edge]?.bounds?.high ?? 0) > 0 && (reach === null || reach.edges[edge] === 1))
    this.moving = moving.length > mostMoving ? [] : moving
    // Too many dots stand farther apart, on every edge: one without any would look idle.
    const { sx, sy } = projectionOf(picture, this.viewport, this.width)
    const way = this.moving.reduce((sum, edge) => sum + lengthOf(picture, edge, sx, sy), 0)
    this.spacing = Math.max(usualSpacing, way / mostDots)
    return this.moving
  }

  private draw(look: Look, edges: readonly number[], passed: number): void {
    const { context, ratio, phase, viewport, spacing } = this
    const { picture, live, palette } = look
    if (live === null) return
    const { sx, sy, tx, ty } = projectionOf(picture, viewport, this.width)
    const isBent = edges.length <= curvesUpTo && viewport.zoom >= straightUnder
    const { highest } = live.marks
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const isMany = edges.length > manyEdges
    const isWhole = ratio === 1 && isMany
    context.globalAlpha = isMany ? 0.45 : 0.85
    for (const e of edges) {
      const mark = live.edges[e]
      const rate = mark?.rate ?? mark?.bounds?.low ?? 0
      const x1 = (picture.x1[e] as number) * sx + tx
      const y1 = (picture.y1[e] as number) * sy + ty
      const x2 = (picture.x2[e] as number) * sx + tx
      const y2 = (picture.y2[e] as number) * sy + ty
      const count = Math.max(1, Math.round(lengthOf(picture, e, sx, sy) / spacing))
      const speed = slowest + faster * Math.sqrt(Math.min(1, rate / highest))
      phase[e] = ((phase[e] as number) + (passed * speed) / spacing) % 1
      const wide = (live.outer[e] as number) * sy
      const size = Math.min(4, Math.max(1.6, wide * 0.4))
      const wholeSize = Math.round(size)
      // Inside a broad edge a dot is a hole, on a thin one a pearl.
      context.fillStyle = wide > 5.5 ? palette.bg : palette.text
      for (let dot = 0; dot < count; dot += 1) {
        const t = (dot + (phase[e] as number)) / count
        const x = isBent ? pointAt(x1, y1, x2, y2, t).x : x1 + (x2 - x1) * t
        const y = isBent ? pointAt(x1, y1, x2, y2, t).y : y1 + (y2 - y1) * t
        if (isWhole) context.fillRect(Math.round(x), Math.round(y), wholeSize, wholeSize)
        else context.fillRect(x - size / 2, y - size / 2, size, size)
      }
    }
    context.globalAlpha = 1
    this.isClear = false
  }
}

/** Screen pixels. */
function lengthOf(picture: Look['picture'], edge: number, sx: number, sy: number): number {
  return Math.hypot(((picture.x2[edge] as number) - (picture.x1[edge] as number)) * sx, ((picture.y2[edge] as number) - (picture.y1[edge] as number)) * sy)
}
