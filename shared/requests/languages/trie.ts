import { dead } from './language.ts'

/** A tree of byte strings. Nodes are numbers, the root is 0; edges stand in one hash table, so many values cost little. */
export class Trie {
  /** Number of nodes. */
  readonly size: number
  private readonly ends: Uint8Array
  private readonly parents: Int32Array
  private readonly depths: Int32Array
  private readonly bytes: Uint8Array
  /** node * 256 + byte + 1, 0: free. */
  private readonly keys: Int32Array | Float64Array
  private readonly targets: Int32Array
  private readonly mask: number

  constructor(values: readonly string[]) {
    let length = 1
    for (const value of values) length += value.length
    let slots = 16
    while (slots < length * 2) slots *= 2
    this.mask = slots - 1
    this.keys = length < 1 << 22 ? new Int32Array(slots) : new Float64Array(slots)
    this.targets = new Int32Array(slots)
    this.ends = new Uint8Array(length)
    this.parents = new Int32Array(length)
    this.depths = new Int32Array(length)
    this.bytes = new Uint8Array(length)
    let size = 1
    // Values that follow each other often start alike, the more so when they are sorted.
    let previous = ''
    let path = new Int32Array(64)
    for (const value of values) {
      let at = 0
      while (at < value.length && value.charCodeAt(at) === previous.charCodeAt(at)) at += 1
      let node = path[at] as number
      if (path.length <= value.length) {
        const longer = new Int32Array(value.length * 2)
        longer.set(path)
        path = longer
      }
      for (; at < value.length; at += 1) {
        const byte = value.charCodeAt(at)
        const slot = this.slot(node, byte)
        if (this.keys[slot] === 0) {
          this.keys[slot] = node * 256 + byte + 1
          this.targets[slot] = size
          this.parents[size] = node
          this.depths[size] = at + 1
          this.bytes[size] = byte
          size += 1
        }
        node = this.targets[slot] as number
        path[at + 1] = node
      }
      previous = value
      this.ends[node] = 1
    }
    this.size = size
  }

  private slot(node: number, byte: number): number {
    const key = node * 256 + byte + 1
    // A node has one child on average and its child mostly the next number: neighbours stay neighbours in memory.
    let slot = node * 2 + (byte & 1) & this.mask
    for (;;) {
      const known = this.keys[slot]
      if (known === 0 || known === key) return slot
      slot = slot + 1 & this.mask
    }
  }

  isEnd(node: number): boolean {
    return this.ends[node] === 1
  }

  /** `dead`: there is none. */
  child(node: number, byte: number): number {
    const slot = this.slot(node, byte)
    return this.keys[slot] === 0 ? dead : this.targets[slot] as number
  }

  /**
   * For each node the longest proper end of its text that is a node and stands at a place where a value may start:
   * behind a byte of `starts`. `dead`: none, not even the root.
   */
  fallbacks(starts: Uint8Array): Int32Array {
    const fallback = new Int32Array(this.size).fill(dead)
    for (const node of this.byDepth()) {
      const parent = this.parents[node] as number
      const byte = this.bytes[node] as number
      let found: number = dead
      for (let at = fallback[parent] as number; at !== dead && found === dead; at = fallback[at] as number) found = this.child(at, byte)
      fallback[node] = found !== dead ? found : starts[byte] === 1 ? 0 : dead
    }
    return fallback
  }

  /** 1: a value ends at the node or at a node it falls back to. */
  endsThrough(fallback: Int32Array): Uint8Array {
    const ends = this.ends.slice(0, this.size)
    for (const node of this.byDepth()) {
      const next = fallback[node] as number
      if (next !== dead && ends[next] === 1) ends[node] = 1
    }
    return ends
  }

  /** Nodes but the root, shorter texts first. */
  private byDepth(): Int32Array {
    let deepest = 0
    for (let node = 1; node < this.size; node += 1) deepest = Math.max(deepest, this.depths[node] as number)
    const place = new Int32Array(deepest + 2)
    for (let node = 1; node < this.size; node += 1) place[(this.depths[node] as number) + 1] = (place[(this.depths[node] as number) + 1] as number) + 1
    for (let depth = 1; depth < place.length; depth += 1) place[depth] = (place[depth] as number) + (place[depth - 1] as number)
    const order = new Int32Array(this.size - 1)
    for (let node = 1; node < this.size; node += 1) {
      const depth = this.depths[node] as number
      const at = place[depth] as number
      order[at] = node
      place[depth] = at + 1
    }
    return order
  }
}
