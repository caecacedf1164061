import { useEffect, useRef, type PointerEvent } from 'react'
import { frameOf, type Look, type LookStore } from './look.ts'
import { isOnSide } from './picture.ts'
import { projectionOf } from './projection.ts'
import type { Viewport } from './viewport.ts'

const size = { width: 150, height: 92, padding: 5 } as const

/** From this part of the picture in view on the little one would hide more than it shows. */
const mostlyInView = 0.75

/** Numbers may come ten times a second; the little picture has not to follow each of them. */
const liveMs = 1000

export interface MinimapHandle {
  show(viewport: Viewport, width: number, height: number): void
}

interface MinimapProps {
  readonly store: LookStore
  readonly attach: (handle: MinimapHandle | null) => void
  /** Centre of the window, picture pixels. */
  readonly onGo: (x: number, y: number) => void
}

/** Scales of the little picture: even if it fits well, otherwise stretched, so that tall pictures keep readable columns. */
function scales(look: Look): { readonly x: number; readonly y: number; readonly left: number; readonly top: number } {
  const width = size.width - 2 * size.padding
  const height = size.height - 2 * size.padding
  const even = Math.min(width / look.picture.width, height / look.picture.height)
  const x = Math.max(even, (0.6 * width) / look.picture.width)
  const y = Math.max(even, (0.6 * height) / look.picture.height)
  return { x, y, left: (size.width - look.picture.width * x) / 2, top: (size.height - look.picture.height * y) / 2 }
}

/** The whole picture in small, with the window in it; click or drag to go there. Out of the way while most of it is in view. */
export function Minimap({ store, attach, onGo }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const shown = useRef<Look | null>(null)
  const drawnAt = useRef(0)

  useEffect(() => {
    const draw = (): void => {
      const look = store.get()
      const element = canvas.current
      const before = shown.current
      if (look === null || element === null) return
      if (before !== null && before.picture === look.picture && before.palette === look.palette && before.mode === look.mode && before.selectedNodes === look.selectedNodes && (before.live === look.live || performance.now() - drawnAt.current < liveMs)) return
      drawnAt.current = performance.now()
      shown.current = look
      drawSmall(element, look)
    }
    draw()
    return store.subscribe(draw)
  }, [store])

  useEffect(() => {
    attach({
      show(viewport, width, height) {
        const look = store.get()
        const element = frame.current
        const whole = canvas.current?.parentElement
        if (look === null || element === null || whole === null || whole === undefined) return
        const { picture } = look
        const lies = projectionOf(picture, viewport, width)
        const seenX = Math.min(width, lies.tx + picture.width * lies.sx) - Math.max(0, lies.tx)
        const seenY = Math.min(height, lies.ty + picture.height * lies.sy) - Math.max(0, lies.ty)
        const isMostlyInView = Math.max(0, seenX) * Math.max(0, seenY) >= mostlyInView * picture.width * lies.sx * picture.height * lies.sy
        // In a low window the little picture would lie on boxes: it stands there at half its size, and not at all in a very low one.
        whole.dataset['small'] = String(height < 520)
        whole.hidden = isMostlyInView || height < 300
        if (whole.hidden) return
        const scale = scales(look)
        const left = Math.max(0, Math.min(size.width, (-lies.tx / lies.sx) * scale.x + scale.left))
        const top = Math.max(0, Math.min(size.height, (-lies.ty / lies.sy) * scale.y + scale.top))
        const right = Math.max(0, Math.min(size.width, ((width - lies.tx) / lies.sx) * scale.x + scale.left))
        const bottom = Math.max(0, Math.min(size.height, ((height - lies.ty) / lies.sy) * scale.y + scale.top))
        element.style.transform = `translate(${left}px, ${top}px)`
        element.style.width = `${Math.max(4, right - left)}px`
        element.style.height = `${Math.max(4, bottom - top)}px`
      },
    })
    return () => attach(null)
  }, [attach, store])

  const go = (event: PointerEvent<HTMLDivElement>): void => {
    const look = store.get()
    if (look === null || event.buttons === 0) return
    const box = event.currentTarget.getBoundingClientRect()
    const scale = scales(look)
    const shrunk = box.width / (size.width + 2)
    onGo(((event.clientX - box.left) / shrunk - scale.left) / scale.x, ((event.clientY - box.top) / shrunk - scale.top) / scale.y)
  }

  return (
    <div className="topology-minimap" hidden aria-hidden="true" onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); go(event) }} onPointerMove={go}>
      <canvas ref={canvas} />
      <div ref={frame} className="topology-minimap-frame" />
    </div>
  )
}

function drawSmall(canvas: HTMLCanvasElement, look: Look): void {
  const ratio = window.devicePixelRatio
  canvas.width = size.width * ratio
  canvas.height = size.height * ratio
  const context = canvas.getContext('2d')
  if (context === null) return
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  const { picture, palette, mode } = look
  const scale = scales(look)
  const later: number[] = []
  const drawOne = (i: number): void => {
    const node = picture.nodes[i]
    if (node === undefined || !isOnSide(node.change, mode)) return
    const tone = frameOf(look, i, node)
    context.fillStyle = look.selectedNodes.has(i) ? palette.brass : tone === 'neutral' ? palette.same : palette.tone[tone]
    const least = tone === 'neutral' ? 0.6 : 1.5
    context.fillRect((picture.x[i] as number) * scale.x + scale.left, (picture.y[i] as number) * scale.y + scale.top, Math.max(1.5, (picture.w[i] as number) * scale.x), Math.max(least, (picture.h[i] as number) * scale.y))
  }
  for (let i = 0; i < picture.nodes.length; i += 1) {
    const node = picture.nodes[i]
    if (node !== undefined && (frameOf(look, i, node) !== 'neutral' || look.selectedNodes.has(i))) later.push(i)
    else drawOne(i)
  }
  for (const i of later) drawOne(i)
}
