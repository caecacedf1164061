import type { SourceFile } from '#shared/text/source-file.ts'
import type { FilePath, Span } from '#shared/text/span.ts'

/** Kinds of tokens; `TokenTable.kind` holds these numbers. */
export const tokenKinds = {
  blank: 0,
  comment: 1,
  word: 2,
  /** `;` */
  end: 3,
  /** `{` */
  open: 4,
  /** `}` */
  close: 5,
  /** Body of a block in another language (Lua), between its braces. */
  opaque: 6,
} as const

/**
 * Tokens of one file without gaps: token `n` spans `start[n]` to `start[n + 1]` (the array has one entry more than there
 * are tokens), so the tokens joined are the text.
 *
 * Units: UTF-16 code units.
 */
export interface TokenTable {
  readonly count: number
  readonly start: Int32Array
  readonly kind: Uint8Array
}

/** One word of a directive. */
export interface Word {
  /** As written, quotes included. */
  readonly raw: string
  /** Quotes removed and escapes resolved; `$variables` are not expanded. */
  readonly value: string
  readonly quote: '"' | "'" | null
  readonly span: Span
}

/**
 * A directive: `name args;` or `name args { … }`.
 *
 * Shape: `args` are the words behind the name. `block` is null for a simple directive. `opaque` is the body of a block in
 * another language (`content_by_lua_block { … }`), which has no directives; `block` is null then. Input that breaks off
 * gives a directive with the words read so far; a block without a name has an empty name.
 * `span` reaches from the name to `;` or `}`, or to where the input breaks off.
 */
export interface Directive {
  readonly kind: 'directive'
  readonly name: Word
  readonly args: readonly Word[]
  readonly block: Block | null
  readonly opaque: Word | null
  readonly span: Span
}

export interface Block {
  readonly directives: readonly Directive[]
  /** `{` */
  readonly open: Span
  /** `}`; null: the block is never closed. */
  readonly close: Span | null
}

/** One file of a configuration inside a dump of `nginx -T`. */
export interface DumpPart {
  /** Path behind `# configuration file`. */
  readonly path: FilePath
  readonly directives: readonly Directive[]
}

/** One file as written: includes are not followed, see `expandIncludes`. */
export interface NginxTree {
  readonly file: SourceFile
  /** Directives at the top of the file; of all parts in a row for a dump. */
  readonly directives: readonly Directive[]
  readonly tokens: TokenTable
  /** The files inside, if the text is the output of `nginx -T`; else null. The first one is the main file. */
  readonly parts: readonly DumpPart[] | null
}
