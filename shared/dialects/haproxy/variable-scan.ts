import type { ScanProblem } from './scan-problem.ts'

interface VariableScan {
  /** Offset after the reference. */
  readonly end: number
  readonly name: string
  /** Text after `-` inside braces; null: none. */
  readonly fallback: string | null
  /** `[*]`: split on blanks. */
  readonly split: boolean
  readonly problem: ScanProblem | null
  /** Where the fault stands. */
  readonly at: number
}

/** Reads the variable reference whose `$` stands at `at`. Pseudo variables are `.FILE`, `.LINE` and `.SECTION`. */
export function scanVariable(text: string, at: number, length: number): VariableScan {
  const fault = (problem: ScanProblem, where: number): VariableScan => ({ end: where, name: '', fallback: null, split: false, problem, at: where })
  let next = at + 1
  const braced = next < length && text.charCodeAt(next) === 123
  const brace = next
  if (braced) next += 1
  const from = next
  const first = next < length ? text.charCodeAt(next) : 10
  if (!isLetter(first) && first !== 95 && first !== 46) return fault('bad-variable', from)
  next += 1
  while (next < length && isNameCode(text.charCodeAt(next))) next += 1
  const name = text.slice(from, next)
  if (first === 46 && name !== '.FILE' && name !== '.LINE' && name !== '.SECTION') return fault('bad-variable', from)
  if (!braced) return { end: next, name, fallback: null, split: false, problem: null, at }
  let split = false
  if (text.charCodeAt(next) === 91) {
    if (text.charCodeAt(next + 1) !== 42 || text.charCodeAt(next + 2) !== 93) return fault('bad-expansion', next)
    split = true
    next += 3
  }
  let fallback: string | null = null
  if (text.charCodeAt(next) === 45) {
    const start = next + 1
    next = start
    while (next < length && text.charCodeAt(next) !== 125 && text.charCodeAt(next) !== 10) next += 1
    fallback = text.slice(start, next)
  }
  if (next >= length || text.charCodeAt(next) !== 125) return fault('unmatched-brace', brace)
  return { end: next + 1, name, fallback, split, problem: null, at }
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function isNameCode(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 95
}
