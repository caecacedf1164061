import { useLayoutEffect, useRef, type MouseEvent } from 'react'
import { pickEdge, pickNode, toEdgeGrid, type EdgeGrid } from './pick.ts'
import type { Picture } from './picture.ts'
import { projectionOf } from './projection.ts'
import type { TopologyMode } from './props.ts'
import type { Over } from './use-over.ts'
import type { Surface } from './use-surface.ts'
import type { PictureWindow } from './use-window.ts'
import { isEdgeOnSide } from './visible.ts'

/** A pointer that only passes by does not dim the picture. */
const hoverMs = 90

interface PointerTarget {
  readonly picture: Picture | null
  readonly mode: TopologyMode
  readonly surface: Surface
  readonly viewport: PictureWindow['viewport']
  readonly allowed: (node: number) => boolean
  readonly onHover: (over: Over | null) => void
  /** Null: beside everything. */
  readonly onPick: (target: Over | null, isAdding: boolean) => void
  readonly onOpen: (target: Over) => void
}

/** What the mouse does on the picture: boxes and edges are found by place, as they are paint and no elements. */
export function usePointer({ picture, mode, surface, viewport, allowed, onHover, onPick, onOpen }: PointerTarget) {
  const { wrapper, size } = surface
  const grid = useRef<{ readonly picture: Picture; readonly edges: EdgeGrid } | null>(null)
  const hoverTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const pointerFrame = useRef(0)
  useLayoutEffect(() => () => {
    clearTimeout(hoverTimer.current)
    cancelAnimationFrame(pointerFrame.current)
  }, [])

  const at = (event: { readonly clientX: number; readonly clientY: number }): Over | null => {
    const box = wrapper.current?.getBoundingClientRect()
    if (box === undefined || picture === null) return null
    const lies = projectionOf(picture, viewport.current, size.current.width)
    const px = (event.clientX - box.left - lies.tx) / lies.sx
    const py = (event.clientY - box.top - lies.ty) / lies.sy
    const node = pickNode(picture, px, py, allowed)
    if (node !== -1) return { kind: 'box', index: node }
    if (grid.current?.picture !== picture) grid.current = { picture, edges: toEdgeGrid(picture) }
    const edge = pickEdge(picture, grid.current.edges, px, py, 6 / lies.sy, (e) => isEdgeOnSide(picture, e, mode))
    return edge === -1 ? null : { kind: 'edge', index: edge }
  }
  return {
    /** A gesture started: what the pointer passes meanwhile does not count. */
    cancelHover: (): void => clearTimeout(hoverTimer.current),
    onMouseMove(event: MouseEvent): void {
      if (event.buttons !== 0) return
      const place = { clientX: event.clientX, clientY: event.clientY }
      cancelAnimationFrame(pointerFrame.current)
      pointerFrame.current = requestAnimationFrame(() => {
        const next = at(place)
        if (wrapper.current !== null) wrapper.current.dataset.over = next?.kind ?? ''
        clearTimeout(hoverTimer.current)
        hoverTimer.current = setTimeout(() => onHover(next), next === null ? 30 : hoverMs)
      })
    },
    onMouseLeave(): void {
      cancelAnimationFrame(pointerFrame.current)
      clearTimeout(hoverTimer.current)
      onHover(null)
    },
    onClick(event: MouseEvent): void {
      if (event.target instanceof Element && event.target.closest('.topology-minimap, .topology-legend') !== null) return
      onPick(at(event), event.ctrlKey || event.metaKey || event.shiftKey)
    },
    onDoubleClick(event: MouseEvent): void {
      const target = at(event)
      if (target !== null) onOpen(target)
    },
  }
}
