/**
 * One place where two texts differ: lines `beforeStart`…`beforeEnd` were replaced by `afterStart`…`afterEnd`.
 *
 * Units: zero-based lines, end exclusive. A line ends after LF, CR belongs to its line, and the text after the last LF
 * is a line too, possibly empty (as in `LineIndex` and in editors).
 */
export interface LineHunk {
  readonly beforeStart: number
  readonly beforeEnd: number
  readonly afterStart: number
  readonly afterEnd: number
}

/**
 * A text cut into lines. Line `i` starts at `starts[i]` and ends before `starts[i + 1] - trim`.
 *
 * Two ways to cut. Editor lines: LF separates, so the text after the last LF is a line, possibly empty (`trim` 1).
 * Patch lines: LF ends a line and belongs to it, so "no newline at end of file" is a difference (`trim` 0).
 */
export interface Lines {
  readonly text: string
  readonly starts: Int32Array
  readonly count: number
  readonly trim: 0 | 1
}

export function splitLines(text: string, terminated: boolean): Lines {
  let feeds = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) feeds += 1
  const hasTail = !terminated || (text.length > 0 && text.charCodeAt(text.length - 1) !== 10)
  const count = feeds + (hasTail ? 1 : 0)
  const starts = new Int32Array(count + 1)
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1
  starts[count] = terminated ? text.length : text.length + 1
  return { text, starts, count, trim: terminated ? 0 : 1 }
}

export function lineText(lines: Lines, line: number): string {
  return lines.text.slice(lines.starts[line], (lines.starts[line + 1] as number) - lines.trim)
}

export function lineEqual(a: Lines, lineA: number, b: Lines, lineB: number): boolean {
  const from = a.starts[lineA] as number
  const length = (a.starts[lineA + 1] as number) - from - a.trim
  const other = b.starts[lineB] as number
  if (length !== (b.starts[lineB + 1] as number) - other - b.trim) return false
  const textA = a.text
  const textB = b.text
  for (let at = 0; at < length; at += 1) if (textA.charCodeAt(from + at) !== textB.charCodeAt(other + at)) return false
  return true
}

/**
 * Gives equal lines equal small integers without making a string per line: open addressing over a hash of the
 * characters, settled by comparing the characters themselves.
 */
export class LineTable {
  size = 0
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #hashes: Int32Array
  readonly #texts: string[] = []
  readonly #owner: Uint8Array
  readonly #from: Int32Array
  readonly #to: Int32Array

  /** `capacity`: most different lines ever put in. */
  constructor(capacity: number) {
    let slots = 16
    while (slots < capacity * 2) slots *= 2
    this.#slots = new Int32Array(slots).fill(-1)
    this.#mask = slots - 1
    this.#hashes = new Int32Array(capacity)
    this.#owner = new Uint8Array(capacity)
    this.#from = new Int32Array(capacity)
    this.#to = new Int32Array(capacity)
  }

  /** Integers of lines `fromLine`…`toLine`; all below `size` afterwards. */
  intern(lines: Lines, fromLine: number, toLine: number): Int32Array {
    const symbols = new Int32Array(Math.max(0, toLine - fromLine))
    const owner = this.#texts.push(lines.text) - 1
    for (let line = fromLine; line < toLine; line += 1) {
      symbols[line - fromLine] = this.#symbolOf(lines.text, owner, lines.starts[line] as number, (lines.starts[line + 1] as number) - lines.trim)
    }
    return symbols
  }

  #symbolOf(text: string, owner: number, from: number, to: number): number {
    let hash = to - from
    for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    hash ^= hash >>> 13
    let slot = hash & this.#mask
    for (;;) {
      const symbol = this.#slots[slot] as number
      if (symbol === -1) break
      if (this.#hashes[symbol] === hash && this.#isSame(symbol, text, from, to)) return symbol
      slot = (slot + 1) & this.#mask
    }
    const symbol = this.size
    this.size += 1
    this.#slots[slot] = symbol
    this.#hashes[symbol] = hash
    this.#owner[symbol] = owner
    this.#from[symbol] = from
    this.#to[symbol] = to
    return symbol
  }

  #isSame(symbol: number, text: string, from: number, to: number): boolean {
    const start = this.#from[symbol] as number
    if ((this.#to[symbol] as number) - start !== to - from) return false
    const other = this.#texts[this.#owner[symbol] as number] as string
    for (let at = from, there = start; at < to; at += 1, there += 1) if (text.charCodeAt(at) !== other.charCodeAt(there)) return false
    return true
  }
}
