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
  // Places of each key on the after side, as a chain from the first one still free.
  const free = new Map<number, number>()
  const following = new Int32Array(after.length).fill(-1)
  for (let at = afterEnd - 1; at >= start; at -= 1) {
    const key = after[at] as number
    following[at] = free.get(key) ?? -1
    free.set(key, at)
  }
  const pairs: Pairs = { before: new Int32Array(beforeEnd - start), after: new Int32Array(beforeEnd - start), count: 0 }
  for (let at = start; at < beforeEnd; at += 1) {
    const key = before[at] as number
    const partner = free.get(key) ?? -1
    if (partner === -1) continue
    free.set(key, following[partner] as number)
    pairs.before[pairs.count] = at
    pairs.after[pairs.count] = partner
    pairs.count += 1
  }
  for (const index of longestRising(pairs)) {
    const [one, other] = [pairs.before[index] as number, pairs.after[index] as number]
    beforePartner[one] = other
    afterPartner[other] = one
  }
  return { beforePartner, afterPartner, changed: countOf(beforePartner) + countOf(afterPartner) }
}

/** Places without a partner, rising. */
export function aloneOf(partners: Int32Array): readonly number[] {
  const alone: number[] = []
  for (let place = 0; place < partners.length; place += 1) if (partners[place] === -1) alone.push(place)
  return alone
}

function countOf(partners: Int32Array): number {
  let missing = 0
  for (const partner of partners) if (partner === -1) missing += 1
  return missing
}

interface Pairs {
  readonly before: Int32Array
  readonly after: Int32Array
  count: number
}

/** Longest run of pairs that rises on both sides, last one first; they rise on the before side already. */
function longestRising({ after, count }: Pairs): readonly number[] {
  const tails = new Int32Array(count)
  const previous = new Int32Array(count).fill(-1)
  let length = 0
  for (let index = 0; index < count; index += 1) {
    const place = after[index] as number
    let low = 0
    let high = length
    // Most lists are nearly in order, so that a pair mostly follows all before it.
    if (length > 0 && (after[tails[length - 1] as number] as number) < place) low = length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((after[tails[middle] as number] as number) < place) low = middle + 1
      else high = middle
    }
    if (low > 0) previous[index] = tails[low - 1] as number
    tails[low] = index
    if (low === length) length += 1
  }
  const run: number[] = []
  for (let at = length === 0 ? -1 : (tails[length - 1] as number); at !== -1; at = previous[at] as number) run.push(at)
  return run
}
