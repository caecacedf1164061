import type { Face } from '#shared/layout/measure.ts'
import type { Drawing, Mark, Stroke } from './drawing.ts'

/** What is used of a 2D drawing context; a page's `CanvasRenderingContext2D` and a worker's `OffscreenCanvasRenderingContext2D` fit. */
export interface Painter {
  fillStyle: unknown
  strokeStyle: unknown
  lineWidth: number
  lineCap: 'butt' | 'round' | 'square'
  lineJoin: 'bevel' | 'miter' | 'round'
  globalAlpha: number
  font: string
  textAlign: 'center' | 'end' | 'left' | 'right' | 'start'
  letterSpacing: string
  beginPath(): void
  closePath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void
  arc(x: number, y: number, radius: number, start: number, end: number): void
  rect(x: number, y: number, width: number, height: number): void
  roundRect(x: number, y: number, width: number, height: number, radius: number): void
  fill(): void
  stroke(): void
  clip(): void
  save(): void
  restore(): void
  scale(x: number, y: number): void
  setLineDash(dash: number[]): void
  fillText(text: string, x: number, y: number): void
}

/**
 * Paints the same marks as SVG and PDF on a canvas, for PNG in the window. The caller sizes the canvas
 * (`drawing.width × scale`) and loads Inter and JetBrains Mono first; there are the app's own web fonts.
 */
export function paintDrawing(drawing: Drawing, painter: Painter, scale: number): void {
  painter.save()
  painter.scale(scale, scale)
  for (const mark of drawing.marks) paintMark(mark, painter)
  painter.restore()
}

const fonts: Readonly<Record<Face, readonly [weight: number, family: string]>> = {
  ui: [400, 'Inter, "Inter Variable", system-ui, sans-serif'],
  uiBold: [600, 'Inter, "Inter Variable", system-ui, sans-serif'],
  mono: [400, '"JetBrains Mono", ui-monospace, monospace'],
}

function paintMark(mark: Mark, painter: Painter): void {
  switch (mark.kind) {
    case 'rect':
      if (mark.opacity === 0) return
      painter.globalAlpha = mark.opacity
      painter.beginPath()
      if (mark.radius > 0) painter.roundRect(mark.x, mark.y, mark.width, mark.height, mark.radius)
      else painter.rect(mark.x, mark.y, mark.width, mark.height)
      finish(painter, mark.fill, mark.stroke, 'butt')
      painter.globalAlpha = 1
      return
    case 'curve': {
      const bend = (mark.x1 + mark.x2) / 2
      painter.globalAlpha = mark.opacity
      painter.beginPath()
      painter.moveTo(mark.x1, mark.y1)
      painter.bezierCurveTo(bend, mark.y1, bend, mark.y2, mark.x2, mark.y2)
      finish(painter, null, mark.stroke, mark.stroke.dash.length > 0 && mark.stroke.flat === undefined ? 'round' : 'butt')
      painter.globalAlpha = 1
      return
    }
    case 'circle':
      painter.beginPath()
      painter.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI)
      finish(painter, mark.fill, mark.stroke, 'butt')
      return
    case 'polygon':
      painter.beginPath()
      for (let at = 0; at < mark.points.length; at += 2) {
        if (at === 0) painter.moveTo(mark.points[0] as number, mark.points[1] as number)
        else painter.lineTo(mark.points[at] as number, mark.points[at + 1] as number)
      }
      if (mark.closed) painter.closePath()
      finish(painter, mark.fill, mark.stroke, 'round')
      return
    case 'text': {
      const [weight, family] = fonts[mark.face]
      painter.font = `${weight} ${mark.size}px ${family}`
      painter.letterSpacing = `${mark.spacing}px`
      painter.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor === 'end' ? 'right' : 'left'
      painter.fillStyle = mark.colour
      painter.fillText(mark.text, mark.x, mark.y)
      return
    }
    case 'hatch':
      painter.save()
      painter.beginPath()
      painter.roundRect(mark.x, mark.y, mark.width, mark.height, mark.radius)
      painter.clip()
      painter.beginPath()
      for (let at = mark.x - mark.height; at < mark.x + mark.width; at += 9.9) {
        painter.moveTo(at, mark.y + mark.height)
        painter.lineTo(at + mark.height, mark.y)
      }
      finish(painter, null, { colour: mark.colour, width: 2, dash: [] }, 'butt')
      painter.restore()
      return
    case 'dots':
      // One dashed line with round ends per row: a dot each 22 pixels.
      painter.beginPath()
      for (let y = 1; y < mark.height; y += 22) {
        painter.moveTo(1, y)
        painter.lineTo(mark.width, y)
      }
      finish(painter, null, { colour: mark.colour, width: 1.8, dash: [0, 22] }, 'round')
  }
}

function finish(painter: Painter, fill: string | null, stroke: Stroke | null, ends: 'butt' | 'round'): void {
  if (fill !== null) {
    painter.fillStyle = fill
    painter.fill()
  }
  if (stroke === null) return
  painter.strokeStyle = stroke.colour
  painter.lineWidth = stroke.width
  painter.lineCap = ends
  painter.lineJoin = ends === 'round' ? 'round' : 'miter'
  painter.setLineDash([...stroke.dash])
  painter.stroke()
}
