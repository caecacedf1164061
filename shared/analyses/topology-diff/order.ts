/**
 * Which elements of a sequence kept their order: positions of one longest increasing subsequence.
 *
 * Shape: `ranks[i]` is the old position of the element that now stands at `i`; ranks are distinct.
 * Cost: n log n. Deterministic: among equally long ones, the one that patience sorting finds.
 */
export function longestIncreasing(ranks: readonly number[]): ReadonlySet<number> {
  const tails: number[] = []
  const previous = new Int32Array(ranks.length).fill(-1)
  for (let at = 0; at < ranks.length; at += 1) {
    const rank = ranks[at] as number
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ranks[tails[middle] as number] as number) < rank) low = middle + 1
      else high = middle
    }
    if (low > 0) previous[at] = tails[low - 1] as number
    tails[low] = at
  }
  const kept = new Set<number>()
  for (let at = tails.length === 0 ? -1 : (tails[tails.length - 1] as number); at !== -1; at = previous[at] as number) kept.add(at)
  return kept
}
