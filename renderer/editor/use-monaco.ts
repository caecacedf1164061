import { useEffect, useState } from 'react'
import { loadMonacoParts } from './monaco-parts.ts'
import type * as everything from './monaco.ts'

export type Monaco = typeof everything

let loaded: Monaco | null = null

/** Loads the editor once for all; null until it is there. A failed download is told, and tried again by the next view. */
export function useMonaco(): { readonly monaco: Monaco | null; readonly failure: string | null } {
  const [monaco, setMonaco] = useState(loaded)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    if (monaco !== null) return
    let isCurrent = true
    loadMonacoParts().then(() => import('./monaco.ts')).then(
      (made) => {
        loaded = made
        if (isCurrent) setMonaco(made)
      },
      (reason: unknown) => {
        if (isCurrent) setFailure(reason instanceof Error ? reason.message : String(reason))
      },
    )
    return () => {
      isCurrent = false
    }
  }, [monaco])
  return { monaco, failure }
}
