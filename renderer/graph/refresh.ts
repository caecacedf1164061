import { drawFlowPart, flowParts } from './draw-flow.ts'
import { drawTiles, newRows } from './draw-tiles.ts'
import type { LiveLook } from './live-look.ts'
import type { Look } from './look.ts'
import type { Projection } from './projection.ts'

/** Milliseconds of one frame that drawing anew may take, so that a gesture keeps its pace. */
const sliceMs = 4.5
/** The window and the whole picture. */
const keptCanvases = 2
const tilesAtOnce = 300

/** What is drawn anew, and where: the same pixels in the end, however many frames it took. */
export interface RefreshPlan {
  readonly look: Look
  readonly live: LiveLook
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  readonly lies: Projection
  readonly ratio: number
  readonly width: number
  readonly height: number
  /** Called once, in the frame in which everything is on the canvas. Gives back the canvas that may be drawn on next: this one, another one for it where it is kept, or null for none. */
  readonly done: (canvas: HTMLCanvasElement) => HTMLCanvasElement | null
}

/**
 * Draws thousands of boxes with new numbers a little in each frame, on a canvas that nobody sees until it is whole. New
 * numbers that come meanwhile wait: a refresh that was begun is always finished.
 */
export class Refresh {
  /** One for each size that was asked for: making a canvas larger or smaller takes several frames by itself. */
  private canvases: HTMLCanvasElement[] = []
  private steps: Iterator<void> | null = null
  private frame = 0

  get isBusy(): boolean {
    return this.steps !== null
  }

  start(plan: RefreshPlan): void {
    this.cancel()
    this.steps = this.draw(plan)
    this.next()
  }

  /** Has a canvas of this size at hand, for the time when there is none to make it. Pixels of the device. */
  prepare(width: number, height: number): void {
    this.canvasOf(width, height)
  }

  cancel(): void {
    cancelAnimationFrame(this.frame)
    this.steps = null
  }

  private next(): void {
    this.frame = requestAnimationFrame(() => {
      const until = performance.now() + sliceMs
      while (this.steps !== null && performance.now() < until) if (this.steps.next().done === true) return
      if (this.steps !== null) this.next()
    })
  }

  private* draw({ look, live, nodes, edges, lies, ratio, width, height, done }: RefreshPlan): Generator<void> {
    const wide = Math.round(width * ratio)
    const high = Math.round(height * ratio)
    const canvas = this.canvasOf(wide, high)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (context === null) return
    // Drawing is only noted down until somebody looks: one pixel read makes each slice pay for itself.
    const settle = (): void => void context.getImageData(0, 0, 1, 1)
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, wide, high)
    settle()
    yield
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    for (const part of flowParts(look, live, edges)) {
      drawFlowPart(context, look, live, part, lies)
      settle()
      yield
    }
    const rows = newRows()
    for (let at = 0; at < nodes.length; at += tilesAtOnce) {
      drawTiles(context, look, nodes.slice(at, at + tilesAtOnce), lies, rows)
      settle()
      yield
    }
    this.steps = null
    const free = done(canvas)
    this.canvases = [...(free === null ? [] : [free]), ...this.canvases.filter((each) => each !== canvas)]
  }

  private canvasOf(width: number, height: number): HTMLCanvasElement {
    const known = this.canvases.findIndex((canvas) => canvas.width === width && canvas.height === height)
    const canvas = this.canvases.splice(known, known === -1 ? 0 : 1)[0] ?? document.createElement('canvas')
    if (known === -1) {
      canvas.width = width
      canvas.height = height
      const context = canvas.getContext('2d', { willReadFrequently: true })
      // The system makes memory when it is written to.
      context?.fillRect(0, 0, width, height)
      context?.getImageData(0, 0, 1, 1)
    }
    this.canvases.unshift(canvas)
    this.canvases.length = Math.min(this.canvases.length, keptCanvases)
    return canvas
  }
}
