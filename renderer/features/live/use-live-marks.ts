import { useMemo, useRef } from 'react'
import type { TopologyAnswer } from '#shared/rpc/payloads.ts'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import { toLiveMarks, type LivePictureOptions } from '#shared/view/live-picture.ts'
import { workRate, type LiveSample } from '#shared/view/live-sample.ts'
import { momentOf } from '#shared/view/sample-moment.ts'

const sparkLength = 40

interface Sparks {
  atMs: number
  readonly values: Map<string, (number | null)[]>
}

/** What the picture draws of a moment. Small curves hold the last moments that were on the screen, and start anew after a jump. */
export function useLiveMarks(answer: TopologyAnswer | null, sample: LiveSample | null, options: Omit<LivePictureOptions, 'sparks'>): LiveMarks | null {
  const sparks = useRef<Sparks>({ atMs: 0, values: new Map() })
  const { unit, colour, stale, hidden } = options
  return useMemo(() => {
    if (answer === null || sample === null) return null
    follow(sparks.current, sample)
    return toLiveMarks(momentOf(sample), answer.view, { unit, colour, stale, hidden, sparks: sparks.current.values })
  }, [answer, sample, unit, colour, stale, hidden])
}

const jumpMs = 15_000

function follow(sparks: Sparks, sample: LiveSample): void {
  if (sample.atMs === sparks.atMs) return
  if (sample.atMs < sparks.atMs || sample.atMs - sparks.atMs > jumpMs) sparks.values.clear()
  sparks.atMs = sample.atMs
  const add = (id: string | null, value: number | null): void => {
    if (id === null) return
    sparks.values.set(id, [...(sparks.values.get(id) ?? []).slice(1 - sparkLength), sample.missed === null ? value : null])
  }
  for (const listener of sample.listeners) add(`listener:${listener.name}`, listener.protocol === 'tcp' ? listener.rates.connections : listener.rates.requests)
  for (const pool of sample.pools) add(pool.id, workRate(pool, pool.rates))
}
