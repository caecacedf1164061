import { drawFlowPart, flowParts } from './draw-flow.ts'
import { drawTiles, newRows } from './draw-tiles.ts'
import type { LiveLook } from './live-look.ts'
import type { Look } from './look.ts'
import type { Projection } from './projection.ts'

/** Milliseconds of one frame that drawing anew may take, so that a gesture keeps its pace. */
const sliceMs = 3.5
const tilesAtOnce = 400

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
  /** Called once, in the frame in which everything is on the canvas. */
  readonly done: (canvas: HTMLCanvasElement) => void
}

/**
 * Draws thousands of boxes with new numbers a little in each frame, on a canvas that nobody sees until it is whole. New
 * numbers that come meanwhile wait: a refresh that was begun is always finished.
 */
export class Refresh {
  private canvas: HTMLCanvasElement | null = null
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
    const canvas = this.canvas ?? document.createElement('canvas')
    this.canvas = canvas
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (context === null) return
    // Drawing is only noted down until somebody looks: one pixel read makes each slice pay for itself.
    const settle = (): void => void context.getImageData(0, 0, 1, 1)
    const wide = Math.round(width * ratio)
    const high = Math.round(height * ratio)
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide
      canvas.height = high
    } else {
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, wide, high)
    }
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
    done(canvas)
  }
}
