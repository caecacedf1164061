import { useCallback, useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type Ref } from 'react'
import { ReactFlow, ReactFlowProvider, ViewportPortal, type ReactFlowInstance } from 'reactflow'
import 'reactflow/dist/base.css'
import { BoxNode, type BoxNodeType } from './BoxNode.tsx'
import { describeEdge, describeView } from './describe.ts'
import { findNodes } from './find.ts'
import { Legend } from './Legend.tsx'
import { createLookStore } from './look.ts'
import { edgesToMount, nodesToMount } from './mount.ts'
import { Minimap, type MinimapHandle } from './Minimap.tsx'
import { Painter } from './painter.ts'
import { readPalette, type Palette } from './palette.ts'
import { pickEdge, pickNode, toEdgeGrid, type EdgeGrid } from './pick.ts'
import { isOnSide } from './picture.ts'
import type { LinkedPicture } from './picture-link.ts'
import { projectionOf } from './projection.ts'
import type { TopologyCanvasProps } from './props.ts'
import { reachOfEdge, reachOfIds, reachOfNode } from './reach.ts'
import { useMotion } from './use-motion.ts'
import { usePicture } from './use-picture.ts'
import { fitAll, isEdgeOnSide, keepPlace, openingView, revealing } from './visible.ts'
import type { Viewport } from './viewport.ts'
import { firstStanding, walk, type Direction, type Standing } from './walk.ts'

export interface PictureHandle {
  fit(): void
  zoomBy(factor: number): void
  focusNode(id: string): void
  revealEdge(id: string): void
  find(step: 1 | -1): void
}

type PictureViewProps = TopologyCanvasProps & { readonly handle: Ref<PictureHandle>; readonly isHidden: boolean }

/** What the pointer is over. */
interface Over {
  readonly kind: 'box' | 'edge'
  readonly index: number
}

const nodeTypes = { box: BoxNode }
const noEdges: never[] = []
const onAnySide = (): boolean => true
/** Milliseconds without movement after which a gesture counts as over. */
const settleMs = 110
/** A pointer that only passes by does not dim the picture. */
const hoverMs = 90
const arrows: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

/** One canvas that draws everything, and over it React Flow with the boxes in view as focusable, spoken elements. */
export function PictureView(props: PictureViewProps) {
  const { view, mode, selection, lit, query, theme, ariaLabel, handle, isHidden, link, onSelect, onOpen, onExpand, onUp, onFind, onReady } = props
  const topInset = props.topInset ?? 0
  const motion = useMotion(props.motion)
  const { arranged, failure } = usePicture(view)
  const picture = arranged?.picture ?? null
  const store = useMemo(createLookStore, [])
  const summary = useId()
  const wrapper = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const titles = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const flow = useRef<ReactFlowInstance<BoxNodeType, never> | null>(null)
  const minimap = useRef<MinimapHandle | null>(null)
  const grid = useRef<EdgeGrid | null>(null)
  const viewport = useRef<Viewport>({ x: 0, y: 0, zoom: 1 })
  const size = useRef({ width: 0, height: 0 })
  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const hoverTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const pointerFrame = useRef(0)
  const wantsFocus = useRef(false)
  const shownPicture = useRef<typeof picture>(null)
  const [palette, setPalette] = useState<Palette | null>(null)
  const [over, setOver] = useState<Over | null>(null)
  const [standing, setStanding] = useState<Standing | null>(null)
  const [spoken, setSpoken] = useState('')
  const [foundAt, setFoundAt] = useState(-1)
  const [settled, setSettled] = useState(0)
  const [leastZoom, setLeastZoom] = useState(0.05)
  const allowed = useCallback((node: number) => isOnSide(picture?.nodes[node]?.change ?? 'same', mode), [picture, mode])
  const found = useMemo(() => (picture === null ? [] : findNodes(picture, query, link === undefined ? allowed : onAnySide)), [picture, query, allowed, link])

  const go = useCallback((next: Viewport, smooth = true): void => {
    void flow.current?.setViewport(next, smooth && motion === 'full' ? { duration: 180 } : {})
  }, [motion])

  // A linked picture is told of moves and of the pointer; it follows without a delay of its own.
  const self = useRef<LinkedPicture | null>(null)
  useLayoutEffect(() => {
    if (link === undefined) return
    const member: LinkedPicture = {
      move: (next) => go(next, false),
      hover(id) {
        const box = id === null ? undefined : picture?.indexOf.get(id)
        const edge = id === null ? undefined : picture?.edgeIndexOf.get(id)
        setOver(box !== undefined ? { kind: 'box', index: box } : edge !== undefined ? { kind: 'edge', index: edge } : null)
      },
    }
    self.current = member
    const leave = link.join(member)
    return () => {
      leave()
      self.current = null
    }
  }, [link, picture, go])

  // The painter lives as long as the canvas.
  useLayoutEffect(() => {
    const element = canvas.current
    const box = wrapper.current
    if (element === null || titles.current === null || box === null) return
    const made = new Painter(element, titles.current, store)
    made.onDrawn = (at) => {
      minimap.current?.show(at, size.current.width, size.current.height)
      // For tests and benchmarks: from this frame on boxes can be seen.
      if (box.dataset.painted === undefined && (store.get()?.picture.nodes.length ?? 0) > 0) box.dataset.painted = 'true'
    }
    painter.current = made
    const measure = (): void => {
      const { clientWidth, clientHeight } = box
      if (clientWidth === 0 || clientHeight === 0) return
      size.current = { width: clientWidth, height: clientHeight }
      made.resize(clientWidth, clientHeight, window.devicePixelRatio)
      setSettled((count) => count + 1)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    measure()
    // Texts drawn before the fonts arrived are drawn again with them.
    void document.fonts.ready.then(() => made.redraw())
    return () => {
      observer.disconnect()
      clearTimeout(settle.current)
      clearTimeout(hoverTimer.current)
      cancelAnimationFrame(pointerFrame.current)
      made.dispose()
      painter.current = null
    }
  }, [store])

  // Two frames: the shell may set the theme attribute in the same commit.
  useEffect(() => {
    const read = (): void => {
      if (wrapper.current !== null) setPalette(readPalette(wrapper.current))
    }
    read()
    const frame = requestAnimationFrame(read)
    return () => cancelAnimationFrame(frame)
  }, [theme])

  // A new picture: keep the window where the reader was, or open it.
  useLayoutEffect(() => {
    if (arranged === null || picture === null || size.current.width === 0) return
    const before = shownPicture.current
    if (before === picture) return
    shownPicture.current = picture
    grid.current = null
    const { width, height } = size.current
    const fit = fitAll(picture, width, height, topInset)
    setLeastZoom(Math.min(0.1, fit.zoom * 0.8))
    setOver(null)
    const oldId = standing === null ? undefined : before?.nodes[standing.node]?.id
    const node = oldId === undefined ? undefined : picture.indexOf.get(oldId)
    setStanding(node === undefined ? firstStanding(picture, () => true) : { node, by: -1 })
    const next = before !== null && arranged.continues ? keepPlace(before, picture, viewport.current, width, height) : openingView(picture, width, height, topInset)
    // The canvas is told at once, React Flow follows in the same frame.
    viewport.current = next
    painter.current?.moveTo(next)
    requestAnimationFrame(() => go(next, false))
  }, [arranged, picture, settled])

  const readyFor = useRef<typeof arranged>(null)
  const hasSize = settled > 0
  useEffect(() => {
    if (arranged === null || palette === null || !hasSize || readyFor.current === arranged) return
    readyFor.current = arranged
    const frame = requestAnimationFrame(() => {
      setTimeout(() => onReady?.({ layoutMs: arranged.layoutMs, paintMs: performance.now() - arranged.arrangedAt }), 0)
    })
    return () => cancelAnimationFrame(frame)
  }, [arranged, palette, hasSize, onReady])

  const selected = useMemo(() => {
    const nodes = new Set<number>()
    const edges = new Set<number>()
    for (const id of selection) {
      const node = picture?.indexOf.get(id)
      if (node !== undefined) nodes.add(node)
      const edge = picture?.edgeIndexOf.get(id)
      if (edge !== undefined) edges.add(edge)
    }
    return { nodes, edges }
  }, [selection, picture])
  const foundSet = useMemo(() => new Set(found), [found])

  useLayoutEffect(() => {
    if (picture === null || palette === null) return
    const reach = over !== null ? (over.kind === 'box' ? reachOfNode(picture, over.index) : reachOfEdge(picture, over.index)) : lit.length > 0 ? reachOfIds(picture, lit) : null
    store.set({
      picture, palette, mode, reach, selectedNodes: selected.nodes, selectedEdges: selected.edges, found: foundSet,
      foundNow: found[foundAt] ?? -1, hoverEdge: over?.kind === 'edge' ? over.index : -1, topInset,
    })
  }, [picture, palette, mode, over, lit, selected, foundSet, found, foundAt, store, topInset])

  useEffect(() => {
    setFoundAt(-1)
    onFind?.({ index: 0, count: found.length })
  }, [found, onFind])

  // Boxes in view become elements once nothing moves any more.
  const mounted = useMemo(() => {
    if (picture === null) return []
    return nodesToMount(picture, mode, viewport.current, size.current.width, size.current.height, standing?.node ?? -1, selected.nodes)
  }, [picture, mode, settled, standing, selected])
  const edgeButtons = useMemo(() => {
    if (picture === null) return []
    return edgesToMount(picture, mode, viewport.current, size.current.width, size.current.height, standing?.node ?? -1)
  }, [picture, mode, settled, standing])

  useEffect(() => {
    if (!wantsFocus.current || picture === null || standing === null) return
    const id = picture.nodes[standing.node]?.id
    const frame = requestAnimationFrame(() => {
      const element = id === undefined ? null : wrapper.current?.querySelector<HTMLElement>(`[data-box="${CSS.escape(id)}"]`)
      if (element === null || element === undefined) return
      wantsFocus.current = false
      element.focus({ preventScroll: true })
    })
    return () => cancelAnimationFrame(frame)
  }, [mounted, standing, picture])

  const reveal = useCallback((node: number): void => {
    if (picture === null) return
    const target = revealing(picture, node, viewport.current, size.current.width, size.current.height, topInset)
    if (target !== null) go(target)
  }, [picture, go, topInset])

  const stand = useCallback((next: Standing, options: { readonly focus: boolean }): void => {
    if (picture === null) return
    wantsFocus.current = options.focus
    // A new object each time: standing on the same box again still asks for the focus.
    setStanding({ ...next })
    reveal(next.node)
  }, [picture, reveal])

  const selectEdge = useCallback((edge: number): void => {
    if (picture === null) return
    const id = picture.edges[edge]?.id
    reveal(picture.source[edge] as number)
    if (id !== undefined) onSelect([id])
  }, [picture, reveal, onSelect])

  useImperativeHandle(handle, () => ({
    fit() {
      if (picture !== null) go(fitAll(picture, size.current.width, size.current.height, topInset))
    },
    zoomBy(factor) {
      const at = viewport.current
      const zoom = Math.min(2, Math.max(leastZoom, at.zoom * factor))
      const { width, height } = size.current
      go({ zoom, x: width / 2 - ((width / 2 - at.x) / at.zoom) * zoom, y: height / 2 - ((height / 2 - at.y) / at.zoom) * zoom })
    },
    focusNode(id) {
      const node = picture?.indexOf.get(id)
      if (node !== undefined) stand({ node, by: -1 }, { focus: true })
    },
    revealEdge(id) {
      const edge = picture?.edgeIndexOf.get(id)
      if (edge !== undefined) selectEdge(edge)
    },
    find(step) {
      if (found.length === 0) return
      const next = foundAt === -1 ? (step === 1 ? 0 : found.length - 1) : (foundAt + step + found.length) % found.length
      setFoundAt(next)
      onFind?.({ index: next + 1, count: found.length })
      const node = found[next]
      const id = node === undefined ? undefined : picture?.nodes[node]?.id
      if (node === undefined || id === undefined) return
      if (allowed(node)) stand({ node, by: -1 }, { focus: false })
      else reveal(node)
      onSelect([id])
    },
  }))

  const at = (event: { readonly clientX: number; readonly clientY: number }): { readonly kind: 'box' | 'edge'; readonly index: number } | null => {
    const box = wrapper.current?.getBoundingClientRect()
    if (box === undefined || picture === null) return null
    const lies = projectionOf(picture, viewport.current, size.current.width)
    const px = (event.clientX - box.left - lies.tx) / lies.sx
    const py = (event.clientY - box.top - lies.ty) / lies.sy
    const node = pickNode(picture, px, py, allowed)
    if (node !== -1) return { kind: 'box', index: node }
    grid.current ??= toEdgeGrid(picture)
    const edge = pickEdge(picture, grid.current, px, py, 6 / lies.sy, (e) => isEdgeOnSide(picture, e, mode))
    return edge === -1 ? null : { kind: 'edge', index: edge }
  }
  const idOf = (target: Over): string | undefined => (target.kind === 'box' ? picture?.nodes[target.index]?.id : picture?.edges[target.index]?.id)

  const hover = (next: Over | null): void => {
    setOver((before) => (before?.kind === next?.kind && before?.index === next?.index ? before : next))
    if (self.current !== null) link?.hovered(self.current, next === null ? null : (idOf(next) ?? null))
  }
  const onPointerMove = (event: MouseEvent): void => {
    if (event.buttons !== 0) return
    const place = { clientX: event.clientX, clientY: event.clientY }
    cancelAnimationFrame(pointerFrame.current)
    pointerFrame.current = requestAnimationFrame(() => {
      const next = at(place)
      if (wrapper.current !== null) wrapper.current.dataset.over = next?.kind ?? ''
      clearTimeout(hoverTimer.current)
      hoverTimer.current = setTimeout(() => hover(next), next === null ? 30 : hoverMs)
    })
  }
  const onPointerLeave = (): void => {
    cancelAnimationFrame(pointerFrame.current)
    clearTimeout(hoverTimer.current)
    hover(null)
  }
  const onClick = (event: MouseEvent): void => {
    if (event.target instanceof Element && event.target.closest('.topology-minimap, .topology-legend') !== null) return
    const target = at(event)
    if (target === null) {
      onSelect([])
      return
    }
    const id = idOf(target)
    if (id === undefined) return
    if (target.kind === 'box') {
      wantsFocus.current = true
      setStanding({ node: target.index, by: -1 })
    }
    if (!(event.ctrlKey || event.metaKey || event.shiftKey)) onSelect([id])
    else onSelect(selection.includes(id) ? selection.filter((each) => each !== id) : [...selection, id])
  }
  const open = (target: Over): void => {
    const id = idOf(target)
    if (id === undefined) return
    if (target.kind === 'box' && (picture?.nodes[target.index]?.members.length ?? 0) > 0) onExpand(id)
    else onOpen(id)
  }
  const onDoubleClick = (event: MouseEvent): void => {
    const target = at(event)
    if (target !== null) open(target)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (picture === null || event.ctrlKey || event.metaKey || event.altKey) return
    const edgeId = event.target instanceof HTMLElement ? event.target.dataset.edge : undefined
    const direction = arrows[event.key]
    const edge = edgeId === undefined ? undefined : picture.edgeIndexOf.get(edgeId)
    if (direction !== undefined && edge !== undefined) {
      if (direction === 'left') stand({ node: picture.source[edge] as number, by: edge }, { focus: true })
      else if (direction === 'right') stand({ node: picture.target[edge] as number, by: edge }, { focus: true })
      else focusEdgeBeside(edge, direction === 'down' ? 1 : -1)
    } else if (direction !== undefined) {
      const next = standing === null ? firstStanding(picture, allowed) : walk(picture, standing, direction, allowed)
      if (next !== null) {
        stand(next, { focus: true })
        const box = picture.nodes[next.node]
        if (box !== undefined) onSelect([box.id])
        if (next.by !== -1) setSpoken(edgeWords(next.by))
      }
    } else if (event.key === 'Enter' && edge !== undefined) open({ kind: 'edge', index: edge })
    else if (event.key === 'Enter' && standing !== null) open({ kind: 'box', index: standing.node })
    else if (event.key === ' ' && edgeId !== undefined) onSelect([edgeId])
    else if (event.key === ' ' && standing !== null) onSelect([picture.nodes[standing.node]?.id ?? ''])
    else if (event.key === 'e' && standing !== null) focusEdgeBeside(standing.by !== -1 ? standing.by : -1, 0)
    else if (event.key === 'Escape') {
      if (edge !== undefined && standing !== null) stand(standing, { focus: true })
      else if (selection.length > 0) onSelect([])
      else if (onUp !== undefined) onUp()
      else return
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  /** Moves the keyboard onto an edge of the box it stands on: `0` the one given or the first, else its neighbour. */
  const focusEdgeBeside = (edge: number, step: -1 | 0 | 1): void => {
    const buttons = [...(wrapper.current?.querySelectorAll<HTMLElement>('[data-edge][data-own="true"]') ?? [])]
    const id = picture?.edges[edge]?.id
    const here = buttons.findIndex((button) => button.dataset.edge === id)
    const next = buttons[here === -1 ? 0 : (here + step + buttons.length) % buttons.length]
    next?.focus({ preventScroll: true })
    if (next?.dataset.edge !== undefined) onSelect([next.dataset.edge])
  }
  const edgeWords = (edge: number): string => {
    const data = picture?.edges[edge]
    if (picture === null || data === undefined) return ''
    return describeEdge(data, picture.nodes[picture.source[edge] as number]?.title ?? '', picture.nodes[picture.target[edge] as number]?.title ?? '')
  }

  const moved = (next: Viewport): void => {
    viewport.current = next
    painter.current?.moveTo(next)
    if (self.current !== null) link?.moved(self.current, next)
    clearTimeout(settle.current)
    settle.current = setTimeout(() => {
      painter.current?.stopMoving()
      setSettled((count) => count + 1)
    }, settleMs)
  }
  const attachMinimap = useCallback((made: MinimapHandle | null) => { minimap.current = made }, [])
  const goToCentre = useCallback((x: number, y: number) => {
    const { zoom } = viewport.current
    go({ zoom, x: size.current.width / 2 - x * zoom, y: size.current.height / 2 - y * zoom }, false)
  }, [go])

  return (
    <div
      ref={wrapper} className="topology-picture" role="group" aria-label={ariaLabel} aria-describedby={summary} hidden={isHidden}
      onMouseMove={onPointerMove} onMouseLeave={onPointerLeave} onClick={onClick} onDoubleClick={onDoubleClick} onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} className="topology-ground" aria-hidden="true" />
      <canvas ref={titles} className="topology-titles" aria-hidden="true" />
      <ReactFlowProvider>
        <ReactFlow
          nodes={mounted} edges={noEdges} nodeTypes={nodeTypes} defaultViewport={viewport.current} minZoom={leastZoom} maxZoom={2}
          nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} disableKeyboardA11y
          zoomOnDoubleClick={false} panOnScroll zoomOnPinch selectionKeyCode={null} multiSelectionKeyCode={null} deleteKeyCode={null} panActivationKeyCode={null} zoomActivationKeyCode="Control"
          proOptions={{ hideAttribution: true }} ariaLabelConfig={{ 'node.a11yDescription.default': '' }}
          onInit={(instance) => { flow.current = instance; go(viewport.current, false) }}
          onMoveStart={(event, next) => {
            painter.current?.startMoving()
            clearTimeout(hoverTimer.current)
            // The first turn of a wheel is told as a start only, with the window after it.
            if (event?.type === 'wheel') moved(next)
          }}
          onMove={(_, next) => moved(next)}
        >
          <ViewportPortal>
            {edgeButtons.map((button) => (
              <button
                key={button.id} type="button" className="topology-edge" data-edge={button.id} data-own={button.isOwn} tabIndex={-1}
                aria-label={edgeWords(button.edge)} aria-pressed={selected.edges.has(button.edge)} style={{ left: button.x, top: button.y }}
              />
            ))}
          </ViewportPortal>
        </ReactFlow>
      </ReactFlowProvider>
      <Legend view={view} hidden={props.hidden} />
      <Minimap store={store} attach={attachMinimap} onGo={goToCentre} />
      <p id={summary} className="topology-spoken">
        {describeView(view)} Arrow keys walk along the edges in rule order, Enter opens, E goes to the edges of a box, Escape goes back. The same data is in the table.
      </p>
      <p className="topology-spoken" role="status">{spoken}</p>
      {failure === null ? null : <div className="topology-note" role="alert">The picture could not be laid out. {failure} The table has the same data.</div>}
      {arranged === null && failure === null ? <div className="topology-note">Arranging {view.nodes.length} boxes…</div> : null}
    </div>
  )
}
