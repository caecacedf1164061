import { useEffect, useMemo, type RefObject } from 'react'
import type { BoxNodeType } from './BoxNode.tsx'
import { edgesToMount, nodesToMount, type EdgeButton } from './mount.ts'
import type { Picture } from './picture.ts'
import type { TopologyMode } from './props.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import type { Surface } from './use-surface.ts'
import type { PictureWindow } from './use-window.ts'
import type { Standing } from './walk.ts'

interface ElementParts {
  readonly picture: Picture | null
  readonly mode: TopologyMode
  readonly traffic: TrafficMarks
  readonly surface: Surface
  readonly viewport: PictureWindow['viewport']
  readonly standing: Standing | null
  readonly wantsFocus: RefObject<boolean>
  readonly selectedNodes: ReadonlySet<number>
}

/** Boxes and edges in view become elements once nothing moves any more; the one the keyboard stands on gets the focus it waits for. */
export function useElements(parts: ElementParts): { readonly boxes: BoxNodeType[]; readonly edgeButtons: readonly EdgeButton[] } {
  const { picture, mode, traffic, surface, viewport, standing, wantsFocus, selectedNodes } = parts
  const { wrapper, size, settled } = surface
  const boxes = useMemo(() => {
    if (picture === null) return []
    return nodesToMount(picture, mode, viewport.current, size.current.width, size.current.height, standing?.node ?? -1, selectedNodes)
  }, [picture, mode, settled, standing, selectedNodes])
  const edgeButtons = useMemo(() => {
    if (picture === null) return []
    return edgesToMount(picture, mode, traffic, viewport.current, size.current.width, size.current.height, standing?.node ?? -1)
  }, [picture, mode, traffic, settled, standing])

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
  }, [boxes, standing, picture])
  return { boxes, edgeButtons }
}
