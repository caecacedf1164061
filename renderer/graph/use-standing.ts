import { useRef, useState, type RefObject } from 'react'
import type { Picture } from './picture.ts'
import { firstStanding, type Standing } from './walk.ts'

interface StandingState {
  /** Null: there is no box. */
  readonly standing: Standing | null
  /** The keyboard shall go to the box as soon as that is an element. */
  readonly wantsFocus: RefObject<boolean>
  /** Stands on another box; `focus`: the keyboard goes there. */
  readonly standOn: (next: Standing, options: { readonly focus: boolean }) => void
  /** Stays on the same box of a new picture, or starts anew where it is gone. */
  readonly carryOver: (picture: Picture, before: Picture | null) => void
}

/** The box the keyboard stands on. */
export function useStanding(): StandingState {
  const wantsFocus = useRef(false)
  const [standing, setStanding] = useState<Standing | null>(null)
  return {
    standing,
    wantsFocus,
    standOn(next, options) {
      wantsFocus.current = options.focus
      // A new object each time: standing on the same box again still asks for the focus.
      setStanding({ ...next })
    },
    carryOver(picture, before) {
      const oldId = standing === null ? undefined : before?.nodes[standing.node]?.id
      const node = oldId === undefined ? undefined : picture.indexOf.get(oldId)
      setStanding(node === undefined ? firstStanding(picture, () => true) : { node, by: -1 })
    },
  }
}
