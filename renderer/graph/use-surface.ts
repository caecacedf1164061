import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { FlowMotion } from './flow-motion.ts'
import type { LookStore } from './look.ts'
import type { MinimapHandle } from './Minimap.tsx'
import { Painter } from './painter.ts'
import { readPalette, type Palette } from './palette.ts'
import type { TopologyCanvasProps } from './props.ts'

/** The elements that are painted on, and what paints them. */
export interface Surface {
  readonly wrapper: RefObject<HTMLDivElement | null>
  readonly canvas: RefObject<HTMLCanvasElement | null>
  readonly titles: RefObject<HTMLCanvasElement | null>
  /** Where dots move over the picture. */
  readonly flow: RefObject<HTMLCanvasElement | null>
  /** Null before the canvas stands. */
  readonly painter: RefObject<Painter | null>
  /** Screen pixels; 0 before they are known. */
  readonly size: RefObject<{ readonly width: number; readonly height: number }>
  /** Null before it was read. */
  readonly palette: Palette | null
  /** How often the size changed or a movement ended; 0: the size is not known yet. */
  readonly settled: number
  /** To be called when a movement ended. */
  readonly settle: () => void
  readonly attachMinimap: (handle: MinimapHandle | null) => void
}

/** Paints what the store holds, in the colours of the theme and the size of the wrapper. */
export function useSurface(store: LookStore, theme: TopologyCanvasProps['theme'], hasMotion: boolean): Surface {
  const wrapper = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const titles = useRef<HTMLCanvasElement>(null)
  const flow = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const movement = useRef<FlowMotion | null>(null)
  const minimap = useRef<MinimapHandle | null>(null)
  const size = useRef({ width: 0, height: 0 })
  const [palette, setPalette] = useState<Palette | null>(null)
  const [settled, setSettled] = useState(0)
  const settle = useCallback(() => setSettled((count) => count + 1), [])
  const attachMinimap = useCallback((made: MinimapHandle | null) => { minimap.current = made }, [])

  // The painter lives as long as the canvas.
  useLayoutEffect(() => {
    const element = canvas.current
    const box = wrapper.current
    if (element === null || titles.current === null || flow.current === null || box === null) return
    const made = new Painter(element, titles.current, store)
    const dots = new FlowMotion(flow.current, store)
    movement.current = dots
    made.onDrawn = (at) => {
      dots.moveTo(at)
      minimap.current?.show(at, size.current.width, size.current.height)
      // For tests and benchmarks: from this frame on boxes can be seen.
      if (box.dataset.painted === undefined && (store.get()?.picture.nodes.length ?? 0) > 0) box.dataset.painted = 'true'
    }
    made.onMoving = (isMoving) => dots.setMoving(isMoving)
    painter.current = made
    const measure = (): void => {
      const { clientWidth, clientHeight } = box
      if (clientWidth === 0 || clientHeight === 0) return
      size.current = { width: clientWidth, height: clientHeight }
      made.resize(clientWidth, clientHeight, window.devicePixelRatio)
      dots.resize(clientWidth, clientHeight, window.devicePixelRatio)
      settle()
    }
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    measure()
    // Texts drawn before the fonts arrived are drawn again with them.
    void document.fonts.ready.then(() => made.redraw())
    return () => {
      observer.disconnect()
      made.dispose()
      dots.dispose()
      painter.current = null
      movement.current = null
    }
  }, [store, settle])

  // Two frames: the shell may set the theme attribute in the same commit.
  useEffect(() => {
    const read = (): void => {
      if (wrapper.current !== null) setPalette(readPalette(wrapper.current))
    }
    read()
    const frame = requestAnimationFrame(read)
    return () => cancelAnimationFrame(frame)
  }, [theme])

  useLayoutEffect(() => movement.current?.setOn(hasMotion), [hasMotion, store, settle])

  return { wrapper, canvas, titles, flow, painter, size, palette, settled, settle, attachMinimap }
}
