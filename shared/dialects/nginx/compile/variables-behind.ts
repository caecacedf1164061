import type { Directive } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { allDirectives } from './context.ts'
import { addSurrounding, type CompileState } from './state.ts'
import { isInert } from './surroundings.ts'
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
  const all = allDirectives(directives)
  const tables = all.filter((directive) => lookups.has(nameOf(directive)))
  const entries = new Set(tables.flatMap((table) => allDirectives(table.block?.directives ?? [])))
  const names = new Set<string>()
  const read = (words: readonly string[]): void => { for (const word of words) for (const { name } of variablesIn(word)) names.add(name) }
  for (const directive of all) {
    if (entries.has(directive) || lookups.has(nameOf(directive)) || followsVariables.has(nameOf(directive)) || isInert(nameOf(directive))) continue
    read([...values(directive), directive.opaque?.raw ?? ''])
  }
  // Lookups may look at, and give, what other lookups give; those that are followed say so in the rules.
  const nameOfTable = (table: Directive): string => argument(table, table.args.length - 1).replace(/^\$/, '').toLowerCase()
  const isOpen = (table: Directive): boolean => state.gaps.some(({ at }) => at.file === table.span.file && at.start === table.span.start)
  const left = new Set(tables)
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const table of left) {
      if (!names.has(nameOfTable(table)) && !isOpen(table)) continue
      left.delete(table)
      read([...values(table).slice(0, -1), ...childrenOf(table).flatMap((entry) => [nameOf(entry), ...values(entry)])])
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
