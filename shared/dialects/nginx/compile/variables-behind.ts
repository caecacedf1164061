import { tellingOf } from '../server-block.ts'
import type { Directive } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { allDirectives } from './context.ts'
import { addSurrounding, hasGap, type CompileState } from './state.ts'
import { isInert } from './unfollowed.ts'
import { argument, childrenOf, nameOf, values, wordsOf } from './words.ts'

/** Directives whose variables are followed to what they hold. */
const followsVariables: ReadonlySet<string> = new Set(['return', 'rewrite', 'set', 'if', 'proxy_set_header', 'proxy_pass'])
const lookups: ReadonlySet<string> = new Set(['map', 'geo', 'split_clients'])

/**
 * Variables that something reads which is only compared as it is written (`add_header X $kind`), and what they are made of.
 *
 * Shape: names as the model has them, lower case, `capture 1` for `$1`. Lookups among them become lines of the surroundings,
 * so that another value there is never taken for nothing.
 */
export function addVariablesBehind(state: CompileState, directives: readonly Directive[]): readonly string[] {
  const tables: Directive[] = []
  const names = new Set<string>()
  const read = (word: string): void => { if (word.includes('$')) for (const { name } of variablesIn(word)) names.add(name) }
  readLines(directives, tables, read)
  // Lookups may look at, and give, what other lookups give; those that are followed say so in the rules.
  const nameOfTable = (table: Directive): string => argument(table, table.args.length - 1).replace(/^\$/, '').toLowerCase()
  const left = new Set(tables)
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const table of left) {
      if (!names.has(nameOfTable(table)) && !hasGap(state, table.span)) continue
      left.delete(table)
      for (const value of values(table).slice(0, -1)) read(value)
      for (const entry of childrenOf(table)) for (const word of [nameOf(entry), ...values(entry)]) read(word)
    }
  }
  for (const table of tables) {
    const name = nameOfTable(table)
    if (!names.has(name)) continue
    const text = wordsOf(table)
    addSurrounding(state, nameOf(table), `requests where $${name} takes part`, { text, shown: text, at: table.span })
  }
  return [...names].map((name) => (/^[1-9]$/.test(name) ? `capture ${name}` : name))
}

/** Reads every word of the lines that are not followed; lookups are put aside, with those in them. */
function readLines(directives: readonly Directive[], tables: Directive[], read: (word: string) => void): void {
  for (const directive of directives) {
    const name = nameOf(directive)
    if (lookups.has(name)) {
      for (const table of allDirectives([directive])) if (lookups.has(nameOf(table))) tables.push(table)
      continue
    }
    if (!followsVariables.has(name) && !isInert(name)) {
      for (const { value } of directive.args) read(value)
      if (directive.opaque !== null) read(directive.opaque.raw)
    }
    if (directive.block !== null) readLines(tellingOf(directive.block), tables, read)
  }
}
