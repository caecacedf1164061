import { useState, type KeyboardEvent, type RefObject } from 'react'
import { describeEdge } from './describe.ts'
import type { Picture } from './picture.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import type { Over } from './use-over.ts'
import { firstStanding, walk, type Direction, type Standing } from './walk.ts'

const arrows: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

interface KeyboardTarget {
  readonly picture: Picture | null
  readonly traffic: TrafficMarks
  readonly wrapper: RefObject<HTMLDivElement | null>
  readonly allowed: (node: number) => boolean
  readonly standing: Standing | null
  readonly selection: readonly string[]
  /** Moves the keyboard onto a box. */
  readonly onStand: (next: Standing) => void
  readonly onSelect: (ids: readonly string[]) => void
  readonly onOpen: (target: Over) => void
  readonly onUp: (() => void) | undefined
}

/** What the keys do: arrows walk, Enter opens, Space selects, E goes to the edges, Escape goes back. `spoken`: the edge last walked. */
export function useKeyboard({ picture, traffic, wrapper, allowed, standing, selection, onStand, onSelect, onOpen, onUp }: KeyboardTarget) {
  const [spoken, setSpoken] = useState('')

  /** Moves the keyboard onto an edge of the box it stands on: `0` the one given or the first, else its neighbour. */
  const focusEdgeBeside = (edge: number, step: -1 | 0 | 1): void => {
    const buttons = [...(wrapper.current?.querySelectorAll<HTMLElement>('[data-edge][data-own="true"]') ?? [])]
    const id = picture?.edges[edge]?.id
    const here = buttons.findIndex((button) => button.dataset.edge === id)
    const next = buttons[here === -1 ? 0 : (here + step + buttons.length) % buttons.length]
    next?.focus({ preventScroll: true })
    if (next?.dataset.edge !== undefined) onSelect([next.dataset.edge])
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (picture === null || event.ctrlKey || event.metaKey || event.altKey) return
    const edgeId = event.target instanceof HTMLElement ? event.target.dataset.edge : undefined
    const direction = arrows[event.key]
    const edge = edgeId === undefined ? undefined : picture.edgeIndexOf.get(edgeId)
    if (direction !== undefined && edge !== undefined) {
      if (direction === 'left') onStand({ node: picture.source[edge] as number, by: edge })
      else if (direction === 'right') onStand({ node: picture.target[edge] as number, by: edge })
      else focusEdgeBeside(edge, direction === 'down' ? 1 : -1)
    } else if (direction !== undefined) {
      const next = standing === null ? firstStanding(picture, allowed) : walk(picture, standing, direction, allowed)
      if (next !== null) {
        onStand(next)
        const box = picture.nodes[next.node]
        if (box !== undefined) onSelect([box.id])
        if (next.by !== -1) setSpoken(describeEdge(picture, next.by, traffic.get(picture.edges[next.by]?.id ?? '')))
      }
    } else if (event.key === 'Enter' && edge !== undefined) onOpen({ kind: 'edge', index: edge })
    else if (event.key === 'Enter' && standing !== null) onOpen({ kind: 'box', index: standing.node })
    else if (event.key === ' ' && edgeId !== undefined) onSelect([edgeId])
    else if (event.key === ' ' && standing !== null) onSelect([picture.nodes[standing.node]?.id ?? ''])
    else if (event.key === 'e' && standing !== null) focusEdgeBeside(standing.by !== -1 ? standing.by : -1, 0)
    else if (event.key === 'Escape') {
      if (edge !== undefined && standing !== null) onStand(standing)
      else if (selection.length > 0) onSelect([])
      else if (onUp !== undefined) onUp()
      else return
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { spoken, onKeyDown }
}
