/** The rest of a line from the end of one of its words on, line end included, and where its words stand in it. */
interface Tail {
  readonly number: number
  readonly text: string
  /** Start and end of each word, from the start of the tail. */
  readonly offsets: Int32Array
}

/** Tails seen behind one first word. Large files repeat them, often in turns, so the one after the last hit is tried first. */
export interface TailRing {
  readonly tails: Tail[]
  last: number
  /** How often a tail was looked for in vain since the last hit. */
  misses: number
  /** Where two tails of one length differ. */
  probe: number
}

const mostTails = 4
const ringCount = 64

/** No tail seen yet behind any first word. */
export function createRings(): readonly TailRing[] {
  return Array.from({ length: ringCount }, () => ({ tails: [], last: 0, misses: 0, probe: 0 }))
}

/** The ring of the first word from `from` to `to`. */
export function ringOf(rings: readonly TailRing[], text: string, from: number, to: number): TailRing {
  return rings[((to - from) * 7 + text.charCodeAt(from) + text.charCodeAt(to - 1) * 3) % ringCount] as TailRing
}

/** The tail that stands at `at`; null: none of those remembered. */
export function findTail(ring: TailRing, text: string, at: number): Tail | null {
  const { tails, probe } = ring
  const count = tails.length
  let index = ring.last
  for (let step = 0; step < count; step += 1) {
    index = index + 1 === count ? 0 : index + 1
    const tail = tails[index] as Tail
    const end = at + tail.text.length
    // Cutting and comparing is faster than startsWith; a look at two units spares most vain cuts.
    if (end > text.length || text.charCodeAt(end - 1) !== 10) continue
    if (probe < tail.text.length && text.charCodeAt(at + probe) !== tail.text.charCodeAt(probe)) continue
    if (text.slice(at, end) !== tail.text) continue
    ring.last = index
    ring.misses = 0
    return tail
  }
  ring.misses += 1
  return null
}

/** Keeps one more tail; the one whose turn it is makes room for it. */
export function keepTail(ring: TailRing, tail: Tail): void {
  for (const { text } of ring.tails) {
    if (text.length !== tail.text.length) continue
    let at = 0
    while (at < text.length && text.charCodeAt(at) === tail.text.charCodeAt(at)) at += 1
    ring.probe = at
  }
  if (ring.tails.length < mostTails) {
    ring.last = ring.tails.push(tail) - 1
    return
  }
  ring.last = (ring.last + 1) % mostTails
  ring.tails[ring.last] = tail
}
