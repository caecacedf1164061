import { useEffect, useRef } from 'react'
import type { TopologyCanvasProps } from './props.ts'
import type { Arranged } from './use-picture.ts'
import type { Surface } from './use-surface.ts'

/** Tells once per view that it is on the screen. */
export function useReady(arranged: Arranged | null, { palette, settled }: Surface, onReady: TopologyCanvasProps['onReady']): void {
  const readyFor = useRef<Arranged | null>(null)
  const hasSize = settled > 0
  useEffect(() => {
    if (arranged === null || palette === null || !hasSize || readyFor.current === arranged) return
    readyFor.current = arranged
    const frame = requestAnimationFrame(() => {
      setTimeout(() => onReady?.({ layoutMs: arranged.layoutMs, paintMs: performance.now() - arranged.arrangedAt }), 0)
    })
    return () => cancelAnimationFrame(frame)
  }, [arranged, palette, hasSize, onReady])
}
