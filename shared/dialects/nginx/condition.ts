import type { Word } from './tree.ts'

/** The condition of an `if`. */
export type Condition =
  | { readonly kind: 'set'; readonly variable: Word }
  | { readonly kind: 'equals'; readonly variable: Word; readonly value: Word; readonly negated: boolean }
  | { readonly kind: 'matches'; readonly variable: Word; readonly pattern: Word; readonly anyCase: boolean; readonly negated: boolean }
  | { readonly kind: 'file'; readonly test: 'f' | 'd' | 'e' | 'x'; readonly path: Word; readonly negated: boolean }

/**
 * Reads the words behind `if`, parentheses included; null: nginx refuses them.
 *
 * Shape: words keep their places; a parenthesis glued to one is cut from its value.
 * Source: nginx.org, "if"; N-IF-3. There is no "and" and no "or".
 */
export function readCondition(args: readonly Word[]): Condition | null {
  const words = withoutParentheses(args)
  if (words === null) return null
  const [first, second, third] = words
  if (first === undefined) return null
  if (first.value.startsWith('$') && first.value.length > 1) {
    if (second === undefined) return { kind: 'set', variable: first }
    if (third === undefined || words.length > 3) return null
    const operator = /^(!?)(=|~\*?)$/.exec(second.value)
    if (operator === null) return null
    const negated = operator[1] === '!'
    if (operator[2] === '=') return { kind: 'equals', variable: first, value: third, negated }
    return { kind: 'matches', variable: first, pattern: third, anyCase: operator[2] === '~*', negated }
  }
  const file = /^(!?)-([fdex])$/.exec(first.value)
  if (file === null || second === undefined || words.length > 2) return null
  return { kind: 'file', test: file[2] as 'f' | 'd' | 'e' | 'x', path: second, negated: file[1] === '!' }
}

function withoutParentheses(args: readonly Word[]): readonly Word[] | null {
  const words = [...args]
  const first = words[0]
  if (first === undefined || !first.value.startsWith('(')) return null
  if (first.value === '(') words.shift()
  else words[0] = part(first, first.value.slice(1))
  const last = words.at(-1)
  if (last === undefined || !last.value.endsWith(')')) return null
  if (last.value === ')') words.pop()
  else words[words.length - 1] = part(last, last.value.slice(0, -1))
  return words
}

function part(word: Word, value: string): Word {
  return { raw: word.raw, value, quote: word.quote, span: word.span }
}
