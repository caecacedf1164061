import { useMemo } from 'react'
import { useAppState } from '#renderer/app/context.ts'
import { toTraffic, type Traffic } from './verdict.ts'

/** What is known about the traffic of the pair on the screen. */
export function useTraffic(): Traffic {
  const behaviour = useAppState((state) => state.behaviour)
  const before = useAppState((state) => state.before)
  const after = useAppState((state) => state.after)
  return useMemo(() => toTraffic({ behaviour, before, after }), [behaviour, before, after])
}
