import type { Template, View } from '#shared/model/predicate.ts'
import { compileExpression } from './expressions.ts'
import { addGap, lineSpanOf, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'

/** A text without variables. */
export function literal(text: string): Template {
  return { parts: text === '' ? [] : [text], text }
}

/** The fields of the log format that are plain request values; the rest is unknown here. */
const logVariables: Readonly<Record<string, string>> = {
  ci: 'src', cp: 'src_port', fi: 'dst', fp: 'dst_port', HM: 'method', HU: 'url', HP: 'path', HPO: 'path', HQ: 'query', f: 'fe_name', ft: 'fe_name',
}

/**
 * Log-format text: literal parts, `%[expression]`, `%variable`, `%%`.
 *
 * Errors: what is not modelled becomes an opaque part with a gap at the line.
 * Source: HAProxy configuration manual, sections 8.2.6 and 4 (`use_backend`).
 */
export function compileTemplate(state: CompileState, ref: LineRef, word: number): Template {
  const text = ref.values[word] ?? ''
  if (!text.includes('%')) return literal(text)
  const parts: (string | View)[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') parts.push(plain)
    plain = ''
  }
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at)
    if (character !== '%') {
      plain += character
      at += 1
      continue
    }
    let next = at + 1
    if (text.charAt(next) === '%') {
      plain += '%'
      at = next + 1
      continue
    }
    let options = ''
    if (text.charAt(next) === '{') {
      const close = text.indexOf('}', next)
      options = close === -1 ? '' : text.slice(next + 1, close)
      next = close === -1 ? text.length : close + 1
    }
    if (text.charAt(next) === '[') {
      const close = closingBracket(text, next)
      const expression = text.slice(next + 1, close)
      flush()
      parts.push(expressionPart(state, ref, word, expression, options))
      at = close + 1
      continue
    }
    const name = /^[A-Za-z]+/.exec(text.slice(next, next + 8))?.[0] ?? ''
    flush()
    parts.push(expressionPart(state, ref, word, logVariables[name] ?? `%${name}`, options))
    at = name === '' ? text.length : next + name.length
  }
  flush()
  return { parts, text }
}

function expressionPart(state: CompileState, ref: LineRef, word: number, text: string, options: string): View {
  const expression = compileExpression(state, text, wordSpanOf(ref, word))
  const encoded = options.includes('Q') || options.includes('X') || options.includes('E')
  const reason = expression.opaque ?? (encoded ? `The format options {${options}} are not modelled.` : null)
  if (reason === null) return expression.value
  addGap(state, 'unknown-value', text, reason, lineSpanOf(ref))
  return encoded && expression.opaque === null
    ? { field: { kind: 'opaque', text: `%{${options}}[${text}]`, reason }, transforms: [], type: 'string', pick: 'last', absentAs: 'nothing' }
    : expression.value
}

/** Offset of the `]` that ends the expression opened at `open`; brackets inside parentheses and quotes do not count. */
function closingBracket(text: string, open: number): number {
  let depth = 0
  let quote = ''
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (character === '\\' && quote === '"') at += 1
    } else if (depth > 0 && (character === '"' || character === "'")) quote = character
    else if (character === '\\') at += 1
    else if (character === '(') depth += 1
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (character === ']' && depth === 0) return at
  }
  return text.length
}

/** An expression by itself (`set-var(x) EXPR`). */
export function compileValue(state: CompileState, ref: LineRef, word: number, text = ref.values[word] ?? ''): View {
  const expression = compileExpression(state, text, wordSpanOf(ref, word))
  if (expression.opaque !== null) addGap(state, 'unknown-value', text, expression.opaque, lineSpanOf(ref))
  return expression.value
}
