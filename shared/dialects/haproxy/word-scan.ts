import { backslash, blank, byteClasses, carriageReturn, doubleQuote, lineFeed, nul, ordinary, sharp, singleQuote } from './byte-classes.ts'
import type { ScanProblem } from './scan-problem.ts'
import { lineFlags } from './tree.ts'
import { scanVariable } from './variable-scan.ts'

interface CookedEnd {
  readonly at: number
  readonly flags: number
}

/** End of a word that has a quote, escape or NUL at `at`; `flags` are those it adds to its line. */
export function endOfCookedWord(text: string, at: number, length: number): CookedEnd {
  const scan = scanWord(text, at, length)
  if (scan.problem !== null) {
    let end = text.indexOf('\n', at)
    if (end === -1) end = length
    if (end > at && text.charCodeAt(end - 1) === 13) end -= 1
    return { at: end, flags: lineFlags.broken | (scan.cooked ? lineFlags.cooked : 0) }
  }
  return { at: scan.at, flags: scan.cooked ? lineFlags.cooked : 0 }
}

interface WordScan {
  /** Where the word ends, or where the fault stands. */
  readonly at: number
  readonly cooked: boolean
  readonly problem: ScanProblem | null
}

/**
 * Follows one word from `at` (outside quotes) to its end with the product's quoting states.
 * The end is a blank, `#` outside quotes, CR, LF or NUL.
 */
function scanWord(text: string, at: number, length: number): WordScan {
  let quote = 0
  let opened = at
  let cooked = false
  for (;;) {
    if (at >= length) break
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (byteClasses[code] as number) : ordinary
    if (kind === lineFeed || kind === carriageReturn) break
    if (kind === nul) return { at, cooked, problem: 'nul' }
    if (kind === doubleQuote && quote !== 39) {
      cooked = true
      opened = at
      quote = quote === 34 ? 0 : 34
      at += 1
    } else if (kind === singleQuote && quote !== 34) {
      cooked = true
      opened = at
      quote = quote === 39 ? 0 : 39
      at += 1
    } else if (kind === backslash && quote !== 39) {
      const next = at + 1 < length ? text.charCodeAt(at + 1) : 10
      if (next === 120) {
        if (!isHexDigit(text.charCodeAt(at + 2)) || !isHexDigit(text.charCodeAt(at + 3))) return { at, cooked, problem: 'bad-escape' }
        cooked = true
        at += 4
      } else if (next === 32 || next === 92 || next === 35 || next === 39 || next === 34 || next === 110 || next === 114 || next === 116 || (next === 36 && quote === 34)) {
        cooked = true
        at += 2
      } else {
        // Any other pair keeps its backslash; the second byte is read on its own.
        at += 1
      }
    } else if (quote === 0 && (kind === blank || kind === sharp)) {
      break
    } else if (code === 36 && quote === 34) {
      const variable = scanVariable(text, at, length)
      if (variable.problem !== null) return { at: variable.at, cooked: true, problem: variable.problem }
      cooked = true
      at = variable.end
    } else {
      at += 1
    }
  }
  return quote === 0 ? { at, cooked, problem: null } : { at: opened, cooked, problem: 'unmatched-quote' }
}

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
}
