/** What every request of a rule has as one value: exactly one of `values`, or one that starts or ends so; lower case. */
export interface Anchor {
  readonly kind: 'exact' | 'prefix' | 'suffix'
  readonly values: readonly string[]
}

const backwards = (text: string): string => [...text].reverse().join('')
const none: readonly number[] = []

/** Rules by one text; lists rise. */
class Texts {
  readonly byText = new Map<string, number[]>()
  readonly lengths = new Set<number>()

  add(text: string, index: number): void {
    const list = this.byText.get(text)
    if (list === undefined) {
      this.byText.set(text, [index])
      this.lengths.add(text.length)
    } else if (list[list.length - 1] !== index) list.push(index)
  }
}

/** Rules of one list that are tied to one variable, found by what a request has there. */
export class AnchorBucket {
  /** Every rule in it, rising. */
  readonly all: number[] = []
  private readonly exact = new Texts()
  private readonly prefix = new Texts()
  private readonly suffix = new Texts()
  private readonly prefixed: number[] = []
  private readonly suffixed: number[] = []
  /** Texts to be read from the front, and from the back; sorted, made when first asked for. */
  private forward: readonly string[] | null = null
  private backward: readonly string[] | null = null

  add(index: number, { kind, values }: Anchor): void {
    this.all.push(index)
    if (kind === 'prefix') this.prefixed.push(index)
    else if (kind === 'suffix') this.suffixed.push(index)
    for (const value of values) this[kind].add(value, index)
  }

  /** Adds lists of the rules that a value of `anchor` may satisfy; never too few. */
  meeting({ kind, values }: Anchor, lists: (readonly number[])[]): void {
    if (kind === 'prefix' && this.suffixed.length > 0) lists.push(this.suffixed)
    if (kind === 'suffix' && this.prefixed.length > 0) lists.push(this.prefixed)
    for (const value of values) {
      if (kind !== 'suffix') this.startsOf(value, lists)
      if (kind !== 'prefix') this.endsOf(value, lists)
      switch (kind) {
        case 'exact': lists.push(this.exact.byText.get(value) ?? none); break
        case 'prefix': this.startingWith(value, lists); break
        case 'suffix': this.endingWith(value, lists); break
      }
    }
  }

  private startsOf(value: string, lists: (readonly number[])[]): void {
    for (const length of this.prefix.lengths) if (length <= value.length) lists.push(this.prefix.byText.get(value.slice(0, length)) ?? none)
  }

  private endsOf(value: string, lists: (readonly number[])[]): void {
    for (const length of this.suffix.lengths) if (length <= value.length) lists.push(this.suffix.byText.get(value.slice(value.length - length)) ?? none)
  }

  private startingWith(value: string, lists: (readonly number[])[]): void {
    this.forward ??= [...new Set([...this.exact.byText.keys(), ...this.prefix.byText.keys()])].sort()
    for (let at = firstFrom(this.forward, value); at < this.forward.length && (this.forward[at] as string).startsWith(value); at += 1) {
      const text = this.forward[at] as string
      lists.push(this.exact.byText.get(text) ?? none)
      if (text.length > value.length) lists.push(this.prefix.byText.get(text) ?? none)
    }
  }

  private endingWith(value: string, lists: (readonly number[])[]): void {
    this.backward ??= [...new Set([...this.exact.byText.keys(), ...this.suffix.byText.keys()])].map(backwards).sort()
    const start = backwards(value)
    for (let at = firstFrom(this.backward, start); at < this.backward.length && (this.backward[at] as string).startsWith(start); at += 1) {
      const text = backwards(this.backward[at] as string)
      lists.push(this.exact.byText.get(text) ?? none)
      if (text.length > value.length) lists.push(this.suffix.byText.get(text) ?? none)
    }
  }
}

/** Place of the first text that is not before `start`. */
function firstFrom(sorted: readonly string[], start: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as string) < start) low = middle + 1
    else high = middle
  }
  return low
}
