/** Rules that stand on both sides in the same order: what they decide cannot differ between them. */
export interface Alignment {
  /** For each rule its partner on the other side, or -1 when it is changed, new or moved. */
  readonly beforePartner: Int32Array
  readonly afterPartner: Int32Array
  readonly changed: number
}

/**
 * Pairs equal rules in order: the k-th occurrence with the k-th, then the longest common subsequence of those pairs.
 *
 * Why it helps: where outcomes of a request differ, at least one of the two deciding rules has no partner. If both had
 * one, they would stand in both lists in the same relative order, so each would come before the other.
 * Cost: n log n.
 */
export function alignRules(before: ArrayLike<number>, after: ArrayLike<number>): Alignment {
  const beforePartner = new Int32Array(before.length).fill(-1)
  const afterPartner = new Int32Array(after.length).fill(-1)
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) {
    beforePartner[start] = start
    afterPartner[start] = start
    start += 1
  }
  let beforeEnd = before.length
  let afterEnd = after.length
  while (beforeEnd > start && afterEnd > start && before[beforeEnd - 1] === after[afterEnd - 1]) {
    beforeEnd -= 1
    afterEnd -= 1
    beforePartner[beforeEnd] = afterEnd
    afterPartner[afterEnd] = beforeEnd
  }
  const places = new Map<number, number[]>()
  for (let at = start; at < afterEnd; at += 1) {
    const key = after[at] as number
    const known = places.get(key)
    if (known === undefined) places.set(key, [at])
    else known.push(at)
  }
  const taken = new Map<number, number>()
  const pairs: (readonly [before: number, after: number])[] = []
  for (let at = start; at < beforeEnd; at += 1) {
    const key = before[at] as number
    const nth = taken.get(key) ?? 0
    taken.set(key, nth + 1)
    const partner = places.get(key)?.[nth]
    if (partner !== undefined) pairs.push([at, partner])
  }
  for (const [one, other] of longestRising(pairs)) {
    beforePartner[one] = other
    afterPartner[other] = one
  }
  return { beforePartner, afterPartner, changed: count(beforePartner) + count(afterPartner) }
}

function count(partners: Int32Array): number {
  let missing = 0
  for (const partner of partners) if (partner === -1) missing += 1
  return missing
}

type Pair = readonly [before: number, after: number]

/** Longest run of pairs that rises on both sides. */
function longestRising(pairs: readonly Pair[]): readonly Pair[] {
  const tails: number[] = []
  const previous = new Int32Array(pairs.length).fill(-1)
  for (const [index, pair] of pairs.entries()) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[tails[middle] as number] as Pair)[1] < pair[1]) low = middle + 1
      else high = middle
    }
    if (low > 0) previous[index] = tails[low - 1] as number
    tails[low] = index
  }
  const run: Pair[] = []
  for (let at = tails[tails.length - 1] ?? -1; at !== -1; at = previous[at] as number) run.push(pairs[at] as Pair)
  return run.reverse()
}
