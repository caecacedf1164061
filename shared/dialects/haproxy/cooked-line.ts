import type { Span } from '#shared/text/span.ts'
import type { HaproxyTree, Quoting, Word } from './tree.ts'
import { scanVariable } from './variable-scan.ts'
import { isVersionAtLeast } from './versions.ts'
import type { Environment, LineWords, WordProblem } from './words.ts'

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

/** Words of a line with quotes, escapes or variables. Source: see `lineWords`. */
export function cookLine(tree: HaproxyTree, line: number, environment: Environment): LineWords {
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
