import type { Proved } from './classes.ts'
import type { ListenerDiff } from './listener-diff.ts'

/**
 * Pairs of all listeners, without those that a listener of the same entry has already: where the whole condition is the
 * same formula, one sentence and one witness stand for both. Listeners themselves are never left out, since one of them
 * may be the only way to a pool that changed.
 */
export function provedOnce(diffs: readonly ListenerDiff[]): readonly Proved[] {
  const [only] = diffs
  if (only !== undefined && diffs.length === 1) return only.proved
  const seen = new Set<string>()
  return diffs.flatMap(({ arrival, proved }) => proved.filter((pair) => {
    const key = `${arrival.listener.group} ${arrival.listener.entry} ${arrival.tls} ${arrival.readable} ${pair.identity}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  }))
}
