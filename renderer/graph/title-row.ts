import { drawTitles, titlesHeight, titlesTop } from './draw-titles.ts'
import type { Look } from './look.ts'
import { projectionOf } from './projection.ts'
import type { Viewport } from './viewport.ts'

/** What the row shows; while a picture is only moved up and down it stays the same, and nothing is drawn. */
interface Shown {
  readonly look: Pick<Look, 'picture' | 'palette'>
  readonly left: number
  readonly scale: number
  readonly isStuck: boolean
}

/** The titles of the columns, on a canvas of their own above the picture. */
export class TitleRow {
  private readonly canvas: HTMLCanvasElement
  private width = 0
  private ratio = 1
  private shown: Shown | null = null
  private top = NaN

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
  }

  resize(width: number, ratio: number): void {
    this.width = width
    this.ratio = ratio
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(titlesHeight * ratio)
    this.forget()
  }

  /** The next row is drawn whatever was there, e.g. with a font that has arrived. */
  forget(): void {
    this.shown = null
  }

  show(look: Look, viewport: Viewport): void {
    const lies = projectionOf(look.picture, viewport, this.width)
    const top = titlesTop(look, lies)
    const isStuck = top <= look.topInset
    if (top !== this.top) this.canvas.style.transform = `translateY(${top}px)`
    this.top = top
    const { shown } = this
    if (shown !== null && shown.look.picture === look.picture && shown.look.palette === look.palette && shown.left === lies.tx && shown.scale === lies.sx && shown.isStuck === isStuck) return
    const context = this.canvas.getContext('2d')
    if (context === null) return
    this.shown = { look: { picture: look.picture, palette: look.palette }, left: lies.tx, scale: lies.sx, isStuck }
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    context.clearRect(0, 0, this.width, titlesHeight)
    drawTitles(context, look, lies, this.width, isStuck)
  }
}
