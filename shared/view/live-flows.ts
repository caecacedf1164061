/** Flow over one edge, per second; `high` may be Infinity. */
export interface FlowRange {
  readonly low: number
  readonly high: number
}

/**
 * A place of the network. entry: what comes in at a listener · through: passes on what it gets · end: answers itself what
 * it gets · open: passes on to places that are not in the network, too · exit: what a pool got.
 * `total`: per second; null: not known. It counts for entries and exits only.
 */
export interface FlowPlace {
  readonly kind: 'entry' | 'through' | 'end' | 'open' | 'exit'
  readonly total: number | null
}

export interface FlowNetwork {
  readonly places: readonly FlowPlace[]
  /** Positions in `places`; they lead from entries through to exits. */
  readonly from: Int32Array
  readonly to: Int32Array
  /** There may be ways into exits and out of entries that are not in the network. */
  readonly isPartial: boolean
  /** Two totals may differ by this much per second although the same requests made them: polls cut between two counters. */
  readonly slack: number
}

const mostRounds = 60
/** Part of a rate below which two totals still count as the same. */
const sameRate = 0.01

/** Whether a range is narrower than counters can tell. */
export function isExact({ low, high }: FlowRange, slack: number): boolean {
  return high - low <= Math.max(slack, high * sameRate)
}

/**
 * What flows over each edge when only the totals of the places are known; null where the totals contradict each other.
 *
 * Each place bounds every one of its edges by what the others leave for it, until nothing moves any more. In a network
 * without cycles that peels leaf after leaf and every flow comes out exact; in one with cycles the truth lies inside the
 * bounds, and no number in between is better than another. Source: live statistics reference, "Edges".
 * What entries answer themselves (errors, redirects) is what the totals of their part of the network leave over.
 * Cost: edges × rounds, at most 60.
 */
export function boundFlows(network: FlowNetwork): readonly (FlowRange | null)[] {
  const { places, from, to, slack } = network
  const count = from.length
  const parts = toParts(network)
  const low = new Float64Array(count)
  const high = new Float64Array(count).fill(Infinity)
  const contradicts = new Uint8Array(places.length)
  const { start: outStart, list: out } = toLists(places.length, from)
  const { start: inStart, list: into } = toLists(places.length, to)
  const leading = places.map((_, place) => {
    const edges = out.subarray(outStart[place], outStart[place + 1])
    return { all: edges, on: edges.filter((edge) => places[to[edge] as number]?.kind !== 'end'), into: into.subarray(inStart[place], inStart[place + 1]) }
  })
  let isDirty = new Uint8Array(places.length).fill(1)

  /** Narrows edges whose sum lies between two numbers; tells the places at both ends. */
  const narrow = (edges: Int32Array, least: number, most: number, dirty: Uint8Array): void => {
    let sumLow = 0
    let sumHigh = 0
    let unbounded = 0
    for (const edge of edges) {
      sumLow += low[edge] as number
      if (high[edge] === Infinity) unbounded += 1
      else sumHigh += high[edge] as number
    }
    for (const edge of edges) {
      const ownLow = low[edge] as number
      const ownHigh = high[edge] as number
      const othersHigh = unbounded > (ownHigh === Infinity ? 1 : 0) ? Infinity : sumHigh - (ownHigh === Infinity ? 0 : ownHigh)
      let nextLow = Math.max(ownLow, least - othersHigh)
      let nextHigh = Math.min(ownHigh, Math.max(0, most - (sumLow - ownLow)))
      if (nextLow > nextHigh) {
        if (nextLow - nextHigh > Math.max(slack, nextLow * sameRate * 2) + 1e-9) contradicts[parts.of[from[edge] as number] as number] = 1
        // What was known before stands: the two differ by what polls cut off.
        if (nextLow > ownHigh) nextLow = nextHigh = ownHigh
        else nextLow = nextHigh = Math.max(nextHigh, ownLow)
      }
      if (nextLow > ownLow + 1e-9 || nextHigh < ownHigh - 1e-9) {
        low[edge] = nextLow
        high[edge] = nextHigh
        sumLow += nextLow - ownLow
        if (ownHigh === Infinity) {
          if (nextHigh !== Infinity) {
            unbounded -= 1
            sumHigh += nextHigh
          }
        } else sumHigh += nextHigh - ownHigh
        dirty[from[edge] as number] = 1
        dirty[to[edge] as number] = 1
      }
    }
  }
  const sumOf = (edges: Int32Array, side: Float64Array): number => {
    let sum = 0
    for (const edge of edges) sum += side[edge] as number
    return sum
  }

  for (let round = 0; round < mostRounds && isDirty.includes(1); round += 1) {
    const dirty = new Uint8Array(places.length)
    places.forEach(({ kind, total }, place) => {
      if (isDirty[place] === 0) return
      const edges = leading[place] as (typeof leading)[number]
      const part = parts.of[place] as number
      if (kind === 'entry') {
        if (total === null) return
        const rest = parts.rest[part] ?? null
        const most = total + Math.max(0, -(rest ?? 0))
        narrow(edges.all, 0, most, dirty)
        narrow(edges.on, rest === null ? 0 : Math.max(0, total - Math.max(0, rest)), most, dirty)
        if (rest !== null && edges.on.length < edges.all.length) for (const edge of edges.all) if (places[to[edge] as number]?.kind === 'end') narrow(Int32Array.of(edge), 0, Math.max(0, rest), dirty)
      } else if (kind === 'exit') {
        if (total !== null) narrow(edges.into, network.isPartial || (parts.hasOpen === 1) ? 0 : total, total, dirty)
      } else if (kind !== 'end') {
        const isOpen = kind === 'open' || network.isPartial
        narrow(edges.into, sumOf(edges.all, low), isOpen ? Infinity : sumOf(edges.all, high), dirty)
        narrow(edges.all, isOpen ? 0 : sumOf(edges.into, low), sumOf(edges.into, high), dirty)
      }
    })
    isDirty = dirty
  }
  return Array.from(low, (least, edge) => (contradicts[parts.of[from[edge] as number] as number] === 1 ? null : { low: least, high: high[edge] as number }))
}

interface Parts {
  /** Place → part. Parts are not connected with each other. */
  readonly of: Int32Array
  /** What the entries of a part got more than its exits; null where a total is missing or ways may be. */
  readonly rest: readonly (number | null)[]
  readonly hasOpen: 0 | 1
}

function toParts({ places, from, to, isPartial }: FlowNetwork): Parts {
  const parent = Int32Array.from(places, (_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parent[root] !== root) root = parent[root] = parent[parent[root] as number] as number
    return root
  }
  from.forEach((place, edge) => { parent[rootOf(place)] = rootOf(to[edge] as number) })
  const of = parent.map((_, at) => rootOf(at))
  // A rule that may lead anywhere leads into every part.
  const hasOpen = places.some(({ kind }) => kind === 'open')
  const rest = places.map((): number | null => (isPartial || hasOpen ? null : 0))
  places.forEach(({ kind, total }, at) => {
    const part = of[at] as number
    const sum = rest[part] ?? null
    if (sum === null || (kind !== 'entry' && kind !== 'exit')) return
    rest[part] = total === null ? null : kind === 'entry' ? sum + total : sum - total
  })
  return { of, rest, hasOpen: hasOpen ? 1 : 0 }
}

/** Edges by the place they hang on: those of place `i` stand from `start[i]` to `start[i + 1]`. */
function toLists(count: number, ends: Int32Array): { readonly start: Int32Array; readonly list: Int32Array } {
  const start = new Int32Array(count + 1)
  for (const end of ends) start[end + 1]! += 1
  for (let at = 0; at < count; at += 1) start[at + 1]! += start[at] as number
  const next = start.slice(0, count)
  const list = new Int32Array(ends.length)
  ends.forEach((end, edge) => {
    list[next[end] as number] = edge
    next[end]! += 1
  })
  return { start, list }
}
