import type { SupportEntry, SupportState } from '#shared/dialects/dialect.ts'

/** Where a directive may stand. `if` and `limit_except` are contexts of their own; `include` is not. */
export type Context =
  | 'main' | 'events' | 'http' | 'server' | 'location' | 'if in server' | 'if in location' | 'limit_except' | 'upstream'
  | 'stream' | 'stream server' | 'stream upstream'

/** First letter of a support state, to keep the tables readable. */
export type StateLetter = 'm' | 'i' | 'a' | 'u'

/** How the one argument is read; a value that does not fit stops the start. */
export type ValueKind = 'flag' | 'time' | 'seconds' | 'number' | 'size' | 'offset'

/**
 * Directive, contexts, arguments, state, summary, and the first and last version that knows it where that is not 1.22 and later.
 *
 * Contexts, one letter each: `m` main, `v` events, `h` http or stream, `s` server, `l` location, `i` if in server, `j` if in
 * location, `e` limit_except, `u` upstream; `*` anywhere.
 * Arguments: the counts that are allowed (`12`: one or two), `1+`, `2+` or `any`, with `{` behind for a block. Then the kind
 * of the value, or `once`; either way a second such directive in the same place stops the start. `flag` alone is one `on` or `off`.
 */
export type Row = readonly [name: string, where: string, takes: string, state: StateLetter, summary: string, since?: string | null, until?: string | null]

/** Kinds of directives: the blocks whose modules define them. */
export type DirectiveKind = 'main' | 'events' | 'http' | 'http-upstream' | 'stream' | 'stream-upstream'

/** Everything the tables say about one directive in one kind of block. */
export interface DirectiveFacts {
  readonly kind: DirectiveKind
  readonly name: string
  /** Null: anywhere. */
  readonly contexts: ReadonlySet<Context> | null
  readonly least: number
  readonly most: number
  readonly block: boolean
  readonly once: boolean
  readonly value: ValueKind | null
  readonly entry: SupportEntry
}

export const states: Readonly<Record<StateLetter, SupportState>> = { m: 'modelled', i: 'inert', a: 'approximate', u: 'unsupported' }

const contextOf: Readonly<Record<string, Context>> = { m: 'main', v: 'events', h: 'http', s: 'server', l: 'location', i: 'if in server', j: 'if in location', e: 'limit_except', u: 'upstream' }
const streamContextOf: Readonly<Record<string, Context>> = { h: 'stream', s: 'stream server', u: 'stream upstream' }

const values: ReadonlySet<string> = new Set<ValueKind>(['flag', 'time', 'seconds', 'number', 'size', 'offset'])

function isValueKind(word: string): word is ValueKind {
  return values.has(word)
}

/** Allowed numbers of arguments; no directive leaves a gap between the least and the most. */
function countsOf(takes: string): { readonly least: number; readonly most: number } {
  if (takes === 'any') return { least: 0, most: Infinity }
  if (takes.endsWith('+')) return { least: Number(takes.slice(0, -1)), most: Infinity }
  return { least: Number(takes.charAt(0)), most: Number(takes.charAt(takes.length - 1)) }
}

export function rowsOf(kind: DirectiveKind, rows: readonly Row[]): readonly DirectiveFacts[] {
  const letters = kind === 'stream' || kind === 'stream-upstream' ? streamContextOf : contextOf
  return rows.map(([name, where, takes, state, summary, since, until]) => {
    const [first = '', second = ''] = takes.split(' ')
    const block = first.endsWith('{')
    const counts = first === 'flag' ? { least: 1, most: 1 } : countsOf(block ? first.slice(0, -1) : first)
    const word = first === 'flag' ? first : second
    return {
      kind, name, contexts: where === '*' ? null : new Set([...where].map((letter) => letters[letter] as Context)), ...counts, block,
      once: word !== '', value: isValueKind(word) ? word : null,
      entry: { key: `${kind} ${name}`, state: states[state], summary, since: since ?? null, until: until ?? null },
    }
  })
}

/** A word that is no directive: an option, a flag, a variable. */
export type WordRow = readonly [word: string, state: StateLetter, summary: string, since?: string | null, until?: string | null]

export function wordsOf(kind: string, rows: readonly WordRow[]): readonly SupportEntry[] {
  return rows.map(([word, state, summary, since, until]) => ({ key: `${kind} ${word}`, state: states[state], summary, since: since ?? null, until: until ?? null }))
}
