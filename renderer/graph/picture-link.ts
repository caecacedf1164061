import type { Viewport } from './viewport.ts'

/** One picture among those that move together. */
export interface LinkedPicture {
  move(next: Viewport): void
  /** Id of the box or edge the pointer is over in another picture; null: none. */
  hover(id: string | null): void
}

/** Pictures of one layout that show the same window and light up the same boxes, such as the two sides of a difference. */
export interface PictureLink {
  /** Gives back how to leave. */
  join(picture: LinkedPicture): () => void
  moved(by: LinkedPicture, next: Viewport): void
  hovered(by: LinkedPicture, id: string | null): void
}

function isSame(left: Viewport | null, right: Viewport): boolean {
  return left !== null && left.x === right.x && left.y === right.y && left.zoom === right.zoom
}

export function createPictureLink(): PictureLink {
  const members = new Set<LinkedPicture>()
  let at: Viewport | null = null
  const others = (by: LinkedPicture): readonly LinkedPicture[] => [...members].filter((member) => member !== by)
  return {
    join(picture) {
      members.add(picture)
      return () => members.delete(picture)
    },
    moved(by, next) {
      // A picture that follows reports the move it was told to make; that ends here.
      if (isSame(at, next)) return
      at = next
      for (const other of others(by)) other.move(next)
    },
    hovered(by, id) {
      for (const other of others(by)) other.hover(id)
    },
  }
}
