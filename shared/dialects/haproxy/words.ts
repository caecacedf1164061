import type { Span } from '#shared/text/span.ts'
import { lineFlags } from './tree.ts'
import type { HaproxyTree, Word } from './tree.ts'
import type { ScanProblem } from './scan-problem.ts'
import { wordSpan } from './accessors.ts'
import { cookLine } from './cooked-line.ts'

/** What words depend on besides the text: environment variables, and the product version, e.g. `2.6` or `3.0.5`. */
export interface Environment {
  readonly variables: Readonly<Record<string, string>>
  readonly version: string
}

/** No variables, and the reference version: enough to see how words are written. */
export const bareEnvironment: Environment = { variables: {}, version: '2.6' }

export interface WordProblem {
  readonly problem: ScanProblem
  /** Offset in the file. */
  readonly offset: number
}

export interface LineWords {
  readonly words: readonly Word[]
  /** The word that came out empty and ended the list; null: none. Later words are dropped, as the product does. */
  readonly emptyWord: Span | null
  /** What the product does about an empty word: nothing said, a warning (3.2), or it refuses to start (3.3 and later). */
  readonly emptyWordIs: 'silent' | 'warning' | 'fatal'
  /** Why the rest of the line could not be read; null: the line is sound. */
  readonly problem: WordProblem | null
}

const noVariables: readonly string[] = []

/** Words of the line as the product sees them; see `lineWords` for what was dropped. */
export function words(tree: HaproxyTree, line: number, environment: Environment): readonly Word[] {
  return lineWords(tree, line, environment).words
}

/** Values only; the cheap way for lines without quotes. */
export function wordValues(tree: HaproxyTree, line: number, environment: Environment): readonly string[] {
  const { lines, file } = tree
  const flag = lines.flags[line] ?? 0
  if ((flag & (lineFlags.cooked | lineFlags.broken)) !== 0) return lineWords(tree, line, environment).words.map((word) => word.value)
  const first = lines.firstWord[line] ?? 0
  const next = lines.firstWord[line + 1] ?? first
  const values: string[] = []
  for (let word = first; word < next; word += 1) values.push(file.text.slice(lines.wordStart[word], lines.wordEnd[word]))
  return values
}

/**
 * Words of a line after quotes, escapes and environment variables.
 *
 * Shape: one entry per word that has a value, in order; an empty one ends the list and is named in `emptyWord`.
 * A broken line gives the words before its fault.
 * Escapes `\xHH` of 0x80 and above are taken as UTF-8 where they form a character, else as the code point of the byte.
 * Source: H-LEX-2 to H-LEX-5; from 2.9 to 3.1 an unset variable at the end of a quoted part swallows the closing quote and the
 * blanks behind it, so the next word continues this one (H-LEX-4 on 3.0).
 */
export function lineWords(tree: HaproxyTree, line: number, environment: Environment): LineWords {
  const { lines } = tree
  const flag = lines.flags[line] ?? 0
  const first = lines.firstWord[line] ?? 0
  const next = lines.firstWord[line + 1] ?? first
  if ((flag & (lineFlags.cooked | lineFlags.broken)) === 0) {
    const plain: Word[] = []
    for (let word = first; word < next; word += 1) {
      const span = wordSpan(tree, word)
      plain.push({ value: tree.file.text.slice(span.start, span.end), span, quoting: 'none', variables: noVariables })
    }
    return { words: plain, emptyWord: null, emptyWordIs: 'silent', problem: null }
  }
  if (first === next) return { words: [], emptyWord: null, emptyWordIs: 'silent', problem: nulProblem(tree, line) }
  return cookLine(tree, line, environment)
}

function nulProblem(tree: HaproxyTree, line: number): WordProblem | null {
  if (((tree.lines.flags[line] ?? 0) & lineFlags.broken) === 0) return null
  const offset = tree.file.text.indexOf('\0', tree.lines.lineStart[line])
  return offset === -1 ? null : { problem: 'nul', offset }
}

/**
 * Environment references of an address on a `bind`, `server` or `log` line, where they count without quotes too.
 * An unset variable gives nothing.
 * Source: H-LEX-3b.
 */
export function expandAddress(text: string, environment: Environment): string {
  if (!text.includes('$')) return text
  let out = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar === -1) return out + text.slice(at)
    out += text.slice(at, dollar)
    const braced = text.charAt(dollar + 1) === '{'
    let end = dollar + (braced ? 2 : 1)
    const from = end
    while (end < text.length && /[A-Za-z0-9_]/.test(text.charAt(end))) end += 1
    const name = text.slice(from, end)
    if (braced) {
      if (text.charAt(end) !== '}') return out + text.slice(dollar)
      end += 1
    }
    if (Object.hasOwn(environment.variables, name)) out += environment.variables[name] as string
    at = end
  }
  return out
}
