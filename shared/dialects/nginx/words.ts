import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { tokenKinds } from './tree.ts'
import type { Block, Directive, TokenTable, Word } from './tree.ts'

/** A word as offsets; big configs have hundreds of thousands, and few are ever looked at closely. */
export class WordNode implements Word {
  readonly #file: SourceFile
  readonly #start: number
  readonly #end: number
  #value: string | null

  /** `value`: where it is known already. */
  constructor(file: SourceFile, start: number, end: number, value: string | null = null) {
    this.#file = file
    this.#start = start
    this.#end = end
    this.#value = value
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

/** What the directives of one file share. */
export interface TokenSource {
  readonly file: SourceFile
  readonly tokens: TokenTable
}

/**
 * A directive as its tokens. Words behind the name, and the span, are made on demand: of the hundred thousand directives of a
 * big config most are servers of groups, and few of those are ever looked at closely.
 */
export class DirectiveNode implements Directive {
  readonly name: Word
  readonly block: Block | null
  readonly opaque: Word | null
  readonly #source: TokenSource
  /** Token of the name; -1: there is none. */
  readonly #first: number
  readonly #words: number
  readonly #start: number
  readonly #end: number
  #args: readonly Word[] | null = null

  /** `first`: token of the first of `words` words; blanks and comments may stand between them. */
  constructor(source: TokenSource, name: Word, first: number, words: number, body: Block | Word | null, start: number, end: number) {
    this.name = name
    this.block = body !== null && 'directives' in body ? body : null
    this.opaque = body !== null && 'raw' in body ? body : null
    this.#source = source
    this.#first = first
    this.#words = words
    this.#start = start
    this.#end = end
  }

  get kind(): 'directive' {
    return 'directive'
  }

  get args(): readonly Word[] {
    this.#args ??= this.#words < 2 ? noWords : wordsFrom(this.#source, this.#first + 1, this.#words - 1)
    return this.#args
  }

  get span(): Span {
    return { file: this.#source.file.path, start: this.#start, end: this.#end }
  }

  static argCountOf(directive: Directive): number {
    return #source in directive ? Math.max(0, directive.#words - 1) : directive.args.length
  }
}

/** Number of words behind the name, without making them. */
export function argCount(directive: Directive): number {
  return DirectiveNode.argCountOf(directive)
}

const noWords: readonly Word[] = []

/** The next `count` words from the token `first` on. */
export function wordsFrom({ file, tokens }: TokenSource, first: number, count: number): readonly Word[] {
  // Of its final size from the start: a list that grows makes room for sixteen more.
  const words = new Array<Word>(count)
  let found = 0
  for (let token = first; found < count; token += 1) {
    if (tokens.kind[token] !== tokenKinds.word) continue
    words[found] = new WordNode(file, tokens.start[token] as number, tokens.start[token + 1] as number)
    found += 1
  }
  return words
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
