import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { nearest } from '#shared/text/nearest.ts'
import { keyword, statementSpan } from './accessors.ts'
import { lineFlags, type HaproxyTree } from './tree.ts'

const conditionalWords = new Set(['.if', '.elif', '.else', '.endif', '.diag', '.notice', '.warning', '.alert'])

/** Conditional lines that do not form blocks, and directives nobody knows. */
export function checkConditions(tree: HaproxyTree, findings: Diagnostic[]): void {
  const { lines } = tree
  const open: { readonly line: number; closedByElse: boolean }[] = []
  const report = (line: number, code: 'haproxy/unbalanced-if' | 'haproxy/unknown-directive', message: string): void => {
    findings.push(diagnostic({ code, severity: 'error', message, at: statementSpan(tree, line), source: 'HAProxy configuration manual, section 2.4', names: [keyword(tree, line)] }))
  }
  for (let line = 0; line < lines.count; line += 1) {
    if (((lines.flags[line] as number) & lineFlags.conditional) === 0) continue
    const word = keyword(tree, line)
    const top = open[open.length - 1]
    if (word === '.if') open.push({ line, closedByElse: false })
    else if (word === '.elif' || word === '.else') {
      if (top === undefined) report(line, 'haproxy/unbalanced-if', `HAProxy will not start: this '${word}' has no '.if' before it.`)
      else if (top.closedByElse) report(line, 'haproxy/unbalanced-if', `HAProxy will not start: '${word}' follows the '.else' of its block.`)
      else if (word === '.else') top.closedByElse = true
    } else if (word === '.endif') {
      if (open.pop() === undefined) report(line, 'haproxy/unbalanced-if', "HAProxy will not start: this '.endif' has no '.if' before it.")
    } else if (!conditionalWords.has(word)) {
      const meant = nearest(word, conditionalWords, 2)
      report(line, 'haproxy/unknown-directive', `HAProxy will not start: '${word.slice(0, 80)}' is not a directive it knows${meant === null ? '' : `; did you mean '${meant}'`}.`)
    }
  }
  for (const block of open) report(block.line, 'haproxy/unbalanced-if', "HAProxy will not start: this '.if' has no '.endif'.")
}

/** How many `.if` blocks are open at each line. */
export function conditionalDepths(tree: HaproxyTree): Uint16Array {
  const { lines } = tree
  const depths = new Uint16Array(lines.count)
  let depth = 0
  for (let line = 0; line < lines.count; line += 1) {
    if (((lines.flags[line] as number) & lineFlags.conditional) !== 0) {
      const word = keyword(tree, line)
      if (word === '.if') depth += 1
      else if (word === '.endif') depth = Math.max(0, depth - 1)
    }
    depths[line] = depth
  }
  return depths
}
