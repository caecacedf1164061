import type { Span } from '#shared/text/span.ts'
import { lineFlags } from './tree.ts'
import type { HaproxyTree, Quoting, Word } from './tree.ts'
import type { ScanProblem } from './scan-problem.ts'
import { scanVariable } from './variable-scan.ts'
import { isVersionAtLeast } from './versions.ts'
import { wordSpan } from './accessors.ts'

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

interface Draft {
  value: string
  start: number
  end: number
  quotes: number
  bare: boolean
  variables: string[]
  /** Pending bytes of `\xHH` escapes. */
  bytes: number[]
}

function cookLine(tree: HaproxyTree, line: number, environment: Environment): LineWords {
  const { text, path } = tree.file
  const { lines } = tree
  const firstWord = lines.firstWord[line] as number
  const limit = lines.lineStart[line + 1] ?? text.length
  const swallowsQuote = isVersionAtLeast(environment.version, 2, 9) && !isVersionAtLeast(environment.version, 3, 2)
  const done: Word[] = []
  let emptyWord: Span | null = null
  let at = lines.wordStart[firstWord] as number
  let quote = 0
  let quoteAt = at
  let problem: WordProblem | null = null
  const fresh = (start: number): Draft => ({ value: '', start, end: start, quotes: 0, bare: false, variables: [], bytes: [] })
  let draft = fresh(at)
  const flushBytes = (): void => {
    if (draft.bytes.length > 0) {
      draft.value += decodeBytes(draft.bytes)
      draft.bytes = []
    }
  }
  const emit = (piece: string): void => {
    flushBytes()
    draft.value += piece
  }
  const finish = (end: number): void => {
    flushBytes()
    draft.end = end
    const span: Span = { file: path, start: draft.start, end: Math.max(draft.start, end) }
    if (draft.value === '') emptyWord ??= span
    else if (emptyWord === null) done.push({ value: draft.value, span, quoting: quotingOf(draft), variables: draft.variables })
  }
  let open = true
  scan: while (at < limit) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) break
    if (code === 0) {
      problem = { problem: 'nul', offset: at }
      break
    }
    if (code === 35 && quote === 0) break
    if (code === 34 && quote !== 39) {
      draft.quotes |= 1
      quote = quote === 34 ? 0 : 34
      quoteAt = at
      at += 1
      continue
    }
    if (code === 39 && quote !== 34) {
      draft.quotes |= 2
      quote = quote === 39 ? 0 : 39
      quoteAt = at
      at += 1
      continue
    }
    if (quote === 0 && !isBlank(code)) draft.bare = true
    if (code === 92 && quote !== 39) {
      const following = text.charAt(at + 1)
      if (following === 'x') {
        const value = Number.parseInt(text.slice(at + 2, at + 4), 16)
        if (!/^[0-9a-fA-F]{2}$/.test(text.slice(at + 2, at + 4))) {
          problem = { problem: 'bad-escape', offset: at }
          break
        }
        draft.bytes.push(value)
        at += 4
      } else if (following === 'n' || following === 'r' || following === 't') {
        emit(following === 'n' ? '\n' : following === 'r' ? '\r' : '\t')
        at += 2
      } else if (following === ' ' || following === '\\' || following === '#' || following === "'" || following === '"' || (following === '$' && quote === 34)) {
        emit(following)
        at += 2
      } else {
        emit('\\')
        at += 1
      }
      continue
    }
    if (quote === 0 && isBlank(code)) {
      finish(at)
      while (at < limit && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === 13)) at += 1
      open = at < limit && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 35 && text.charCodeAt(at) !== 0
      draft = fresh(at)
      continue
    }
    if (code === 36 && quote === 34) {
      const variable = scanVariable(text, at, limit)
      if (variable.problem !== null) {
        problem = { problem: variable.problem, offset: variable.at }
        break scan
      }
      if (variable.fallback !== null && !isVersionAtLeast(environment.version, 2, 5)) {
        problem = { problem: 'unmatched-brace', offset: at + 1 }
        break scan
      }
      at = variable.end
      draft.variables.push(variable.name)
      const value = variableValue(variable.name, environment, tree, line) ?? variable.fallback
      if (value === null) {
        if (swallowsQuote && text.charCodeAt(at) === 34) {
          at += 1
          while (at < limit && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === 13)) at += 1
          quote = 0
        }
        continue
      }
      if (!variable.split) {
        emit(value)
        continue
      }
      const pieces = splitBlanks(value)
      emit(pieces[0] ?? '')
      for (const piece of pieces.slice(1)) {
        const { quotes, start } = draft
        finish(at)
        draft = { ...fresh(start), quotes, value: piece, variables: [variable.name] }
      }
      continue
    }
    emit(text.charAt(at))
    at += 1
  }
  if (problem === null && quote !== 0) problem = { problem: 'unmatched-quote', offset: quoteAt }
  if (problem === null && open) {
    flushBytes()
    if (draft.value !== '' || draft.start < at) finish(at)
  }
  const emptyWordIs = isVersionAtLeast(environment.version, 3, 3) ? 'fatal' : isVersionAtLeast(environment.version, 3, 2) ? 'warning' : 'silent'
  return { words: done, emptyWord, emptyWordIs, problem }
}

function quotingOf(draft: Draft): Quoting {
  if (draft.quotes === 0) return 'none'
  if (draft.bare || draft.quotes === 3) return 'mixed'
  return draft.quotes === 1 ? 'double' : 'single'
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 11 || code === 12
}

/** Pieces between blank runs; leading blanks give an empty first piece, as in the product. */
function splitBlanks(value: string): readonly string[] {
  const pieces: string[] = []
  let from = 0
  let at = 0
  while (at < value.length) {
    const code = value.charCodeAt(at)
    if (isBlank(code) || code === 10 || code === 13) {
      pieces.push(value.slice(from, at))
      while (at < value.length && (isBlank(value.charCodeAt(at)) || value.charCodeAt(at) === 10 || value.charCodeAt(at) === 13)) at += 1
      from = at
    } else {
      at += 1
    }
  }
  pieces.push(value.slice(from))
  return pieces
}

function variableValue(name: string, environment: Environment, tree: HaproxyTree, line: number): string | null {
  if (name === '.FILE') return tree.file.path
  if (name === '.LINE') return String(line + 1)
  if (name === '.SECTION') {
    let kind = ''
    for (const section of tree.sections) if (section.line <= line) kind = section.kind
    return kind
  }
  return Object.hasOwn(environment.variables, name) ? (environment.variables[name] as string) : null
}

/** UTF-8 bytes to text; a byte that is part of no character becomes the code point of its value. */
function decodeBytes(bytes: readonly number[]): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] as number
    const size = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1
    const tail = bytes.slice(at + 1, at + size)
    if (size > 1 && tail.length === size - 1 && tail.every((byte) => (byte & 0xc0) === 0x80)) {
      let point = lead & (0xff >> (size + 1))
      for (const byte of tail) point = (point << 6) | (byte & 0x3f)
      const smallest = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000
      if (point >= smallest && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) {
        text += String.fromCodePoint(point)
        at += size
        continue
      }
    }
    text += String.fromCharCode(lead)
    at += 1
  }
  return text
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
