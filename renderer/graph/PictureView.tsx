import { noTraffic } from '#shared/view/traffic-marks.ts'
import { useCallback, useId, useImperativeHandle, useMemo, type Ref } from 'react'
import { ReactFlow, ReactFlowProvider, ViewportPortal } from 'reactflow'
import 'reactflow/dist/base.css'
import { BoxNode } from './BoxNode.tsx'
import { describeEdge, describeView } from './describe.ts'
import { Legend } from './Legend.tsx'
import { createLookStore } from './look.ts'
import { Minimap } from './Minimap.tsx'
import { isOnSide, type Picture } from './picture.ts'
import type { TopologyCanvasProps } from './props.ts'
import { useElements } from './use-elements.ts'
import { useFinding } from './use-finding.ts'
import { useKeyboard } from './use-keyboard.ts'
import { useLiveWords } from './use-live-words.ts'
import { useLook } from './use-look.ts'
import { useMotion } from './use-motion.ts'
import { idOf, useOver, type Over } from './use-over.ts'
import { usePicture } from './use-picture.ts'
import { usePointer } from './use-pointer.ts'
import { useReady } from './use-ready.ts'
import { useStanding } from './use-standing.ts'
import { useSurface } from './use-surface.ts'
import { useWindow } from './use-window.ts'
import type { Viewport } from './viewport.ts'
import type { Standing } from './walk.ts'

export interface PictureHandle {
  fit(): void
  zoomBy(factor: number): void
  focusNode(id: string): void
  revealEdge(id: string): void
  find(step: 1 | -1): void
}

type PictureViewProps = TopologyCanvasProps & { readonly handle: Ref<PictureHandle>; readonly isHidden: boolean }

const nodeTypes = { box: BoxNode }
const noEdges: never[] = []
const onAnySide = (): boolean => true

/** One canvas that draws everything, and over it React Flow with the boxes in view as focusable, spoken elements. */
export function PictureView(props: PictureViewProps) {
  const { view, mode, selection, lit, query, theme, ariaLabel, handle, isHidden, link, onSelect, onOpen, onExpand, onUp, onFind, onReady } = props
  const topInset = props.topInset ?? 0
  const traffic = props.traffic ?? noTraffic
  const motion = useMotion(props.motion)
  const live = props.live ?? null
  const { arranged, failure } = usePicture(view, live !== null)
  const picture = arranged?.picture ?? null
  const store = useMemo(createLookStore, [])
  const summary = useId()
  const allowed = useCallback((node: number) => isOnSide(picture?.nodes[node]?.change ?? 'same', mode), [picture, mode])

  const surface = useSurface(store, theme, motion === 'full' && !isHidden)
  const { standing, wantsFocus, standOn, carryOver } = useStanding()
  const onNew = (next: Picture, before: Picture | null): void => {
    forget()
    carryOver(next, before)
  }
  const { viewport, leastZoom, attachFlow, go, fit, zoomBy, goToCentre, reveal, startMoving, moved } = useWindow(arranged, surface, motion, topInset, onNew)
  const { over, forget, hover, tellMoved } = useOver(link, picture, go)
  useReady(arranged, surface, onReady)
  const { found, foundNow, visit } = useFinding(picture, query, link === undefined ? allowed : onAnySide, onFind)
  const selected = useLook(store, { picture, palette: surface.palette, mode, over, lit, traffic, live, selection, found, foundNow, topInset })
  const { boxes, edgeButtons } = useElements({ picture, mode, traffic, surface, viewport, standing, wantsFocus, selectedNodes: selected.nodes })

  const mounted = useMemo(() => ({ boxes, edgeButtons }), [boxes, edgeButtons])
  useLiveWords(live, surface, mounted)

  const stand = (next: Standing, options: { readonly focus: boolean }): void => {
    if (picture === null) return
    standOn(next, options)
    reveal(next.node)
  }
  const open = (target: Over): void => {
    const id = idOf(picture, target)
    if (id === undefined) return
    if (target.kind === 'box' && (picture?.nodes[target.index]?.members.length ?? 0) > 0) onExpand(id)
    else onOpen(id)
  }
  const pick = (target: Over | null, isAdding: boolean): void => {
    if (target === null) {
      onSelect([])
      return
    }
    const id = idOf(picture, target)
    if (id === undefined) return
    if (target.kind === 'box') standOn({ node: target.index, by: -1 }, { focus: true })
    if (!isAdding) onSelect([id])
    else onSelect(selection.includes(id) ? selection.filter((each) => each !== id) : [...selection, id])
  }
  const { cancelHover, ...mouse } = usePointer({ picture, mode, surface, viewport, allowed, onHover: hover, onPick: pick, onOpen: open })
  const { spoken, onKeyDown } = useKeyboard({
    picture, traffic, wrapper: surface.wrapper, allowed, standing, selection, onStand: (next) => stand(next, { focus: true }), onSelect, onOpen: open, onUp,
  })
  const follow = (next: Viewport): void => {
    moved(next)
    tellMoved(next)
  }

  useImperativeHandle(handle, () => ({
    fit,
    zoomBy,
    focusNode(id) {
      const node = picture?.indexOf.get(id)
      if (node !== undefined) stand({ node, by: -1 }, { focus: true })
    },
    revealEdge(id) {
      const edge = picture?.edgeIndexOf.get(id)
      if (picture === null || edge === undefined) return
      reveal(picture.source[edge] as number)
      onSelect([id])
    },
    find(step) {
      const node = visit(step)
      const id = node === undefined ? undefined : picture?.nodes[node]?.id
      if (node === undefined || id === undefined) return
      if (allowed(node)) stand({ node, by: -1 }, { focus: false })
      else reveal(node)
      onSelect([id])
    },
  }))

  return (
    <div
      ref={surface.wrapper} className="topology-picture" role="group" aria-label={ariaLabel} aria-describedby={summary} hidden={isHidden}
      {...mouse} onKeyDown={onKeyDown}
    >
      <canvas ref={surface.canvas} className="topology-ground" aria-hidden="true" />
      <canvas ref={surface.flow} className="topology-flow" aria-hidden="true" />
      <canvas ref={surface.titles} className="topology-titles" aria-hidden="true" />
      <ReactFlowProvider>
        <ReactFlow
          nodes={boxes} edges={noEdges} nodeTypes={nodeTypes} defaultViewport={viewport.current} minZoom={leastZoom} maxZoom={2}
          nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} disableKeyboardA11y
          zoomOnDoubleClick={false} panOnScroll zoomOnPinch selectionKeyCode={null} multiSelectionKeyCode={null} deleteKeyCode={null} panActivationKeyCode={null} zoomActivationKeyCode="Control"
          proOptions={{ hideAttribution: true }} ariaLabelConfig={{ 'node.a11yDescription.default': '' }}
          onInit={attachFlow}
          onMoveStart={(event, next) => {
            startMoving()
            cancelHover()
            // The first turn of a wheel is told as a start only, with the window after it.
            if (event?.type === 'wheel') follow(next)
          }}
          onMove={(_, next) => follow(next)}
        >
          <ViewportPortal>
            {edgeButtons.map((button) => (
              <button
                key={button.id} type="button" className="topology-edge" data-edge={button.id} data-own={button.isOwn} tabIndex={-1}
                aria-label={picture === null ? '' : describeEdge(picture, button.edge, traffic.get(button.id))} aria-pressed={selected.edges.has(button.edge)} style={{ left: button.x, top: button.y }}
              />
            ))}
          </ViewportPortal>
        </ReactFlow>
      </ReactFlowProvider>
      <Legend view={view} hidden={props.hidden} traffic={traffic} live={live} />
      <Minimap store={store} attach={surface.attachMinimap} onGo={goToCentre} />
      <p id={summary} className="topology-spoken">
        {describeView(view)} Arrow keys walk along the edges in rule order, Enter opens, E goes to the edges of a box, Escape goes back. The same data is in the table.
      </p>
      <p className="topology-spoken" role="status">{spoken}</p>
      {failure === null ? null : <div className="topology-note" role="alert">The picture could not be laid out. {failure} The table has the same data.</div>}
      {arranged === null && failure === null ? <div className="topology-note">Arranging {view.nodes.length} boxes…</div> : null}
    </div>
  )
}
