import { useLayoutEffect, useRef, useState } from 'react'
import type { Picture } from './picture.ts'
import type { LinkedPicture, PictureLink } from './picture-link.ts'
import type { Viewport } from './viewport.ts'

/** A box or an edge of the picture, such as the one the pointer is over. */
export interface Over {
  readonly kind: 'box' | 'edge'
  readonly index: number
}

export function idOf(picture: Picture | null, target: Over): string | undefined {
  return target.kind === 'box' ? picture?.nodes[target.index]?.id : picture?.edges[target.index]?.id
}

/** What the pointer is over, in this picture or in a linked one; and what linked pictures are told. */
export function useOver(link: PictureLink | undefined, picture: Picture | null, go: (next: Viewport, smooth?: boolean) => void) {
  const [over, setOver] = useState<Over | null>(null)
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
  return {
    over,
    forget: (): void => setOver(null),
    hover(next: Over | null): void {
      setOver((before) => (before?.kind === next?.kind && before?.index === next?.index ? before : next))
      if (self.current !== null) link?.hovered(self.current, next === null ? null : (idOf(picture, next) ?? null))
    },
    tellMoved(next: Viewport): void {
      if (self.current !== null) link?.moved(self.current, next)
    },
  }
}
