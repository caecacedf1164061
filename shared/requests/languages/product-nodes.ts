/** Nodes of one walk over a product of automata: rows of states, found again through a hash table. Reused between walks. */
export class ProductNodes {
  count = 0
  private width = 1
  private rows = new Int32Array(1024)
  private parents = new Int32Array(256)
  private bytes = new Uint8Array(256)
  /** Node + 1 of this walk, offset by `base`; everything up to `base` is left over from earlier walks. */
  private slots = new Int32Array(1024)
  private base = 0

  reset(width: number): void {
    this.base += this.count
    this.count = 0
    this.width = width
    const tooLarge = this.slots.length > 1 << 18
    if (tooLarge || this.base > 1 << 30) {
      this.slots = tooLarge ? new Int32Array(1024) : this.slots.fill(0)
      this.base = 0
    }
    if (this.rows.length > 1 << 20) {
      this.rows = new Int32Array(1024)
      this.parents = new Int32Array(256)
      this.bytes = new Uint8Array(256)
    }
    this.reserve()
  }

  state(node: number, index: number): number {
    return this.rows[node * this.width + index] as number
  }

  /** False: the node is known. */
  add(states: Int32Array, parent: number, byte: number): boolean {
    const { width } = this
    const slot = this.slot(states, 0)
    if ((this.slots[slot] as number) > this.base) return false
    const node = this.count
    this.count += 1
    this.reserve()
    this.slots[slot] = this.base + node + 1
    for (let index = 0; index < width; index += 1) this.rows[node * width + index] = states[index] as number
    this.parents[node] = parent
    this.bytes[node] = byte
    if (this.count * 2 > this.slots.length) this.rehash()
    return true
  }

  /** Bytes from the first node to this one. */
  word(node: number): string {
    const codes: number[] = []
    for (let at = node; (this.parents[at] as number) >= 0; at = this.parents[at] as number) codes.push(this.bytes[at] as number)
    let word = ''
    for (let at = codes.length - 1; at >= 0; at -= 1) word += String.fromCharCode(codes[at] as number)
    return word
  }

  /** Slot of the row `states[from…]`: its node, or a free one. */
  private slot(states: Int32Array, from: number): number {
    const { width, rows, slots, base } = this
    const mask = slots.length - 1
    let hash = 0
    for (let index = 0; index < width; index += 1) {
      hash = Math.imul(hash ^ (states[from + index] as number), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    for (let slot = hash & mask; ; slot = slot + 1 & mask) {
      const known = (slots[slot] as number) - base - 1
      if (known < 0) return slot
      let index = 0
      while (index < width && rows[known * width + index] === states[from + index]) index += 1
      if (index === width) return slot
    }
  }

  private reserve(): void {
    if ((this.count + 1) * this.width > this.rows.length) {
      const rows = new Int32Array(Math.max(this.rows.length * 2, (this.count + 1) * this.width))
      rows.set(this.rows)
      this.rows = rows
    }
    if (this.count >= this.parents.length) {
      const parents = new Int32Array(this.parents.length * 2)
      parents.set(this.parents)
      this.parents = parents
      const bytes = new Uint8Array(this.bytes.length * 2)
      bytes.set(this.bytes)
      this.bytes = bytes
    }
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2)
    this.base = 0
    for (let node = 0; node < this.count; node += 1) this.slots[this.slot(this.rows, node * this.width)] = node + 1
  }
}
