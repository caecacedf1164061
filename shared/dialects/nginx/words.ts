import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import type { Block, Directive, Word } from './tree.ts'

/** A word as offsets; big configs have hundreds of thousands, and few are ever looked at closely. */
export class WordNode implements Word {
  readonly #file: SourceFile
  readonly #start: number
  readonly #end: number
  #value: string | null = null

  constructor(file: SourceFile, start: number, end: number) {
    this.#file = file
    this.#start = start
    this.#end = end
  }

  get raw(): string {
    return this.#file.text.slice(this.#start, this.#end)
  }

  get value(): string {
    this.#value ??= wordValue(this.raw)
    return this.#value
  }

  get quote(): '"' | "'" | null {
    const lead = this.#start < this.#end ? this.#file.text.charCodeAt(this.#start) : 0
    return lead === 34 ? '"' : lead === 39 ? "'" : null
  }

  get span(): Span {
    return { file: this.#file.path, start: this.#start, end: this.#end }
  }
}

/** A directive whose span is made on demand. */
export class DirectiveNode implements Directive {
  readonly kind = 'directive'
  readonly name: Word
  readonly args: readonly Word[]
  readonly block: Block | null
  readonly opaque: Word | null
  readonly #file: SourceFile
  readonly #start: number
  readonly #end: number

  constructor(file: SourceFile, words: readonly Word[], body: Block | Word | null, start: number, end: number) {
    this.name = words[0] ?? new WordNode(file, start, start)
    this.args = words.slice(1)
    this.block = body !== null && 'directives' in body ? body : null
    this.opaque = body !== null && 'raw' in body ? body : null
    this.#file = file
    this.#start = start
    this.#end = end
  }

  get span(): Span {
    return { file: this.#file.path, start: this.#start, end: this.#end }
  }
}

/**
 * What nginx stores for a word written as `raw`: quotes around it removed; `\"`, `\'` and `\\` without the backslash;
 * `\t`, `\r`, `\n` as control bytes; every other backslash kept.
 *
 * Source: N-LEX-3.
 */
export function wordValue(raw: string): string {
  const lead = raw.charCodeAt(0)
  let inner = raw
  if (lead === 34 || lead === 39) inner = isClosed(raw, lead) ? raw.slice(1, -1) : raw.slice(1)
  return inner.includes('\\') ? inner.replace(/\\(["'\\trn])/g, (_pair, letter: string) => escapes[letter] ?? letter) : inner
}

const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' }

/** Whether the quote at the start is closed at the end: the last unit is a quote that no backslash protects. */
function isClosed(raw: string, quote: number): boolean {
  if (raw.length < 2 || raw.charCodeAt(raw.length - 1) !== quote) return false
  let backslashes = 0
  while (raw.charCodeAt(raw.length - 2 - backslashes) === 92 && backslashes < raw.length - 2) backslashes += 1
  return backslashes % 2 === 0
}
