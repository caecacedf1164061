/** Gaps are searched for a shortest script of at most this many edits at a time; beyond it the best path so far is kept. */
const longestScript = 256
/** Regions are split at unique lines at most this deep, so that no input makes the work quadratic. */
const deepestSplit = 48

/**
 * Which elements of two sequences of small integers have no partner on the other side.
 *
 * Shape: one byte per element, 1 = no partner. Elements left over pair up in order, and paired elements are equal.
 * `symbols`: every value is below it. Cost: linear in the length, times the constants above.
 * Method: trim common ends, pair elements that are unique on both sides along the longest increasing run (Cohen's
 * patience diff), repeat inside the gaps, and let Myers' greedy search (1986) do what has no unique element.
 */
export function diffSequences(before: Int32Array, after: Int32Array, symbols: number): { readonly before: Uint8Array; readonly after: Uint8Array } {
  const search: Search = {
    before, after,
    lonelyBefore: new Uint8Array(before.length).fill(1),
    lonelyAfter: new Uint8Array(after.length).fill(1),
    countBefore: new Int32Array(symbols), countAfter: new Int32Array(symbols), placeAfter: new Int32Array(symbols),
  }
  // Regions still to be compared, five numbers each; an explicit stack keeps deep splits off the call stack.
  const pending: number[] = [0, before.length, 0, after.length, 0]
  while (pending.length > 0) {
    const depth = pending.pop() as number
    const afterEnd = pending.pop() as number
    const afterStart = pending.pop() as number
    const beforeEnd = pending.pop() as number
    const beforeStart = pending.pop() as number
    compareRegion(search, beforeStart, beforeEnd, afterStart, afterEnd, depth, pending)
  }
  return { before: search.lonelyBefore, after: search.lonelyAfter }
}

interface Search {
  readonly before: Int32Array
  readonly after: Int32Array
  readonly lonelyBefore: Uint8Array
  readonly lonelyAfter: Uint8Array
  /** Scratch per symbol, all zero between regions. */
  readonly countBefore: Int32Array
  readonly countAfter: Int32Array
  readonly placeAfter: Int32Array
}

function compareRegion(search: Search, fromA: number, toA: number, fromB: number, toB: number, depth: number, pending: number[]): void {
  const { before, after, lonelyBefore, lonelyAfter, countBefore, countAfter, placeAfter } = search
  while (fromA < toA && fromB < toB && before[fromA] === after[fromB]) {
    lonelyBefore[fromA++] = 0
    lonelyAfter[fromB++] = 0
  }
  while (fromA < toA && fromB < toB && before[toA - 1] === after[toB - 1]) {
    lonelyBefore[--toA] = 0
    lonelyAfter[--toB] = 0
  }
  if (fromA === toA || fromB === toB) return

  for (let at = fromA; at < toA; at += 1) countBefore[before[at] as number]! += 1
  for (let at = fromB; at < toB; at += 1) {
    const symbol = after[at] as number
    countAfter[symbol]! += 1
    placeAfter[symbol] = at
  }
  const keptA: number[] = []
  const keptB: number[] = []
  const uniqueA: number[] = []
  const uniqueB: number[] = []
  for (let at = fromA; at < toA; at += 1) {
    const symbol = before[at] as number
    if (countAfter[symbol] === 0) continue
    keptA.push(at)
    if (countBefore[symbol] === 1 && countAfter[symbol] === 1) {
      uniqueA.push(at)
      uniqueB.push(placeAfter[symbol] as number)
    }
  }
  const split = uniqueA.length > 0 && depth < deepestSplit
  if (!split && keptA.length > 0) {
    for (let at = fromB; at < toB; at += 1) if (countBefore[after[at] as number] !== 0) keptB.push(at)
  }
  for (let at = fromA; at < toA; at += 1) countBefore[before[at] as number] = 0
  for (let at = fromB; at < toB; at += 1) countAfter[after[at] as number] = 0
  if (keptA.length === 0) return
  if (!split) {
    pairByMyers(search, keptA, keptB)
    return
  }
  let nextA = fromA
  let nextB = fromB
  for (const index of longestIncreasingRun(uniqueB)) {
    const a = uniqueA[index] as number
    const b = uniqueB[index] as number
    lonelyBefore[a] = 0
    lonelyAfter[b] = 0
    if (a > nextA && b > nextB) pending.push(nextA, a, nextB, b, depth + 1)
    nextA = a + 1
    nextB = b + 1
  }
  if (toA > nextA && toB > nextB) pending.push(nextA, toA, nextB, toB, depth + 1)
}

/** Indexes of a longest strictly increasing run of `values` (all different). O(n log n). */
function longestIncreasingRun(values: readonly number[]): number[] {
  const previous = new Int32Array(values.length)
  const tails: number[] = []
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number
    let low = 0
    let high = tails.length
    if (high > 0 && (values[tails[high - 1] as number] as number) < value) low = high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[tails[middle] as number] as number) < value) low = middle + 1
      else high = middle
    }
    previous[index] = low > 0 ? (tails[low - 1] as number) : -1
    tails[low] = index
  }
  const run: number[] = []
  for (let index = tails.length > 0 ? (tails[tails.length - 1] as number) : -1; index !== -1; index = previous[index] as number) run.push(index)
  return run.reverse()
}

/**
 * Pairs the elements at `placesA` and `placesB` (places with an equal somewhere on the other side). Each round searches
 * at most `longestScript` edits, then goes on from the furthest point reached, so the cost is linear in the length.
 */
function pairByMyers(search: Search, placesA: readonly number[], placesB: readonly number[]): void {
  const { before, after, lonelyBefore, lonelyAfter } = search
  let startA = 0
  let startB = 0
  while (startA < placesA.length && startB < placesB.length) {
    const lengthA = placesA.length - startA
    const lengthB = placesB.length - startB
    const limit = Math.min(longestScript, lengthA + lengthB)
    const offset = limit + 1
    const reach = new Int32Array(2 * limit + 3)
    const rounds: Int32Array[] = []
    let edits = 0
    let diagonal = 0
    let found = false
    for (; edits <= limit && !found; edits += 1) {
      for (diagonal = -edits; diagonal <= edits; diagonal += 2) {
        const down = diagonal === -edits || (diagonal !== edits && (reach[offset + diagonal - 1] as number) < (reach[offset + diagonal + 1] as number))
        let x = down ? (reach[offset + diagonal + 1] as number) : (reach[offset + diagonal - 1] as number) + 1
        let y = x - diagonal
        while (x < lengthA && y < lengthB && before[placesA[startA + x] as number] === after[placesB[startB + y] as number]) {
          x += 1
          y += 1
        }
        reach[offset + diagonal] = x
        if (x >= lengthA && y >= lengthB) {
          found = true
          break
        }
      }
      rounds.push(reach.slice(offset - edits, offset + edits + 1))
    }
    edits -= 1
    if (!found) {
      let furthest = -1
      for (let candidate = -edits; candidate <= edits; candidate += 2) {
        const x = reach[offset + candidate] as number
        const y = x - candidate
        if (x <= lengthA && y <= lengthB && x + y > furthest) {
          furthest = x + y
          diagonal = candidate
        }
      }
    }
    let x = (rounds[edits] as Int32Array)[diagonal + edits] as number
    let y = x - diagonal
    const endA = startA + x
    const endB = startB + y
    for (let round = edits; round >= 0; round -= 1) {
      const here = x - y
      let cameX = 0
      let cameY = 0
      if (round > 0) {
        const earlier = rounds[round - 1] as Int32Array
        const at = (k: number): number => (Math.abs(k) > round - 1 ? -1 : (earlier[k + round - 1] as number))
        const down = here === -round || (here !== round && at(here - 1) < at(here + 1))
        const from = down ? here + 1 : here - 1
        cameX = at(from)
        cameY = cameX - from
      }
      const stopX = round > 0 ? (here < cameX - cameY ? cameX : cameX + 1) : 0
      while (x > stopX) {
        x -= 1
        y -= 1
        lonelyBefore[placesA[startA + x] as number] = 0
        lonelyAfter[placesB[startB + y] as number] = 0
      }
      x = cameX
      y = cameY
    }
    if (endA === startA && endB === startB) return
    startA = endA
    startB = endB
  }
}
