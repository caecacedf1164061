import { useEffect, useMemo, useState } from 'react'
import { findNodes } from './find.ts'
import type { Picture } from './picture.ts'
import type { FindState } from './props.ts'

/** Boxes that match the query, and the one visited last (-1: none). `visit` goes on to the next or back, and gives its box. */
export function useFinding(picture: Picture | null, query: string, allowed: (node: number) => boolean, onFind: ((state: FindState) => void) | undefined) {
  const [foundAt, setFoundAt] = useState(-1)
  const found = useMemo(() => (picture === null ? [] : findNodes(picture, query, allowed)), [picture, query, allowed])
  useEffect(() => {
    setFoundAt(-1)
    onFind?.({ index: 0, count: found.length })
  }, [found, onFind])
  return {
    found,
    foundNow: found[foundAt] ?? -1,
    visit(step: 1 | -1): number | undefined {
      if (found.length === 0) return undefined
      const next = foundAt === -1 ? (step === 1 ? 0 : found.length - 1) : (foundAt + step + found.length) % found.length
      setFoundAt(next)
      onFind?.({ index: next + 1, count: found.length })
      return found[next]
    },
  }
}
