import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import type { ReactFlowInstance } from 'reactflow'
import type { BoxNodeType } from './BoxNode.tsx'
import type { Picture } from './picture.ts'
import type { Motion } from './props.ts'
import type { Arranged } from './use-picture.ts'
import type { Surface } from './use-surface.ts'
import type { Viewport } from './viewport.ts'
import { fitAll, keepPlace, openingView, revealing } from './visible.ts'

/** Milliseconds without movement after which a gesture counts as over. */
const settleMs = 110

/** The part of the picture that is on the screen. Everything that moves it goes through React Flow, which tells `moved`. */
export interface PictureWindow {
  readonly viewport: RefObject<Viewport>
  readonly leastZoom: number
  readonly attachFlow: (instance: ReactFlowInstance<BoxNodeType, never>) => void
  readonly go: (next: Viewport, smooth?: boolean) => void
  readonly fit: () => void
  readonly zoomBy: (factor: number) => void
  /** Picture pixels that shall stand in the middle. */
  readonly goToCentre: (x: number, y: number) => void
  /** Brings a box into view; nothing moves when it is. */
  readonly reveal: (node: number) => void
  readonly startMoving: () => void
  /** The window stands at `next` now. */
  readonly moved: (next: Viewport) => void
}

/** `onNew`: a picture is shown for the first time, after the one before or none. */
export function useWindow(
  arranged: Arranged | null, surface: Surface, motion: Motion, topInset: number, onNew: (picture: Picture, before: Picture | null) => void,
): PictureWindow {
  const { painter, size, settled, settle } = surface
  const picture = arranged?.picture ?? null
  const flow = useRef<ReactFlowInstance<BoxNodeType, never> | null>(null)
  const viewport = useRef<Viewport>({ x: 0, y: 0, zoom: 1 })
  const settleTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const shownPicture = useRef<Picture | null>(null)
  const [leastZoom, setLeastZoom] = useState(0.05)
  useLayoutEffect(() => () => clearTimeout(settleTimer.current), [])

  const go = useCallback((next: Viewport, smooth = true): void => {
    void flow.current?.setViewport(next, smooth && motion === 'full' ? { duration: 180 } : {})
  }, [motion])

  // A new picture: keep the window where the reader was, or open it.
  useLayoutEffect(() => {
    if (arranged === null || picture === null || size.current.width === 0) return
    const before = shownPicture.current
    if (before === picture) return
    shownPicture.current = picture
    const { width, height } = size.current
    const fit = fitAll(picture, width, height, topInset)
    setLeastZoom(Math.min(0.1, fit.zoom * 0.8))
    onNew(picture, before)
    const next = before !== null && arranged.continues ? keepPlace(before, picture, viewport.current, width, height) : openingView(picture, width, height, topInset)
    // The canvas is told at once, React Flow follows in the same frame.
    viewport.current = next
    painter.current?.moveTo(next)
    requestAnimationFrame(() => go(next, false))
  }, [arranged, picture, settled])

  const reveal = useCallback((node: number): void => {
    if (picture === null) return
    const target = revealing(picture, node, viewport.current, size.current.width, size.current.height, topInset)
    if (target !== null) go(target)
  }, [picture, go, topInset])
  const goToCentre = useCallback((x: number, y: number) => {
    const { zoom } = viewport.current
    go({ zoom, x: size.current.width / 2 - x * zoom, y: size.current.height / 2 - y * zoom }, false)
  }, [go])

  return {
    viewport, leastZoom, go, reveal, goToCentre,
    attachFlow(instance) {
      flow.current = instance
      go(viewport.current, false)
    },
    fit() {
      if (picture !== null) go(fitAll(picture, size.current.width, size.current.height, topInset))
    },
    zoomBy(factor) {
      const at = viewport.current
      const zoom = Math.min(2, Math.max(leastZoom, at.zoom * factor))
      const { width, height } = size.current
      go({ zoom, x: width / 2 - ((width / 2 - at.x) / at.zoom) * zoom, y: height / 2 - ((height / 2 - at.y) / at.zoom) * zoom })
    },
    startMoving: () => painter.current?.startMoving(),
    moved(next) {
      viewport.current = next
      painter.current?.moveTo(next)
      clearTimeout(settleTimer.current)
      settleTimer.current = setTimeout(() => {
        painter.current?.stopMoving()
        settle()
      }, settleMs)
    },
  }
}
