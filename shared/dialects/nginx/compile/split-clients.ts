import type { TableEntry } from '#shared/model/routing-model.ts'
import type { Directive } from '../tree.ts'
import type { CompileState } from './state.ts'
import { argument, childrenOf, nameOf } from './words.ts'

/** Numbers that a key can hash to. */
const hashes = 2 ** 32

/** `12.5%` in hundredths of a percent; null: nginx refuses it. */
function hundredthsOf(text: string): number | null {
  const match = /^(\d*)(?:\.(\d{0,2}))?%$/.exec(text)
  const number = match === null ? 0 : Number(match[1] === '' ? 0 : match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return number > 0 ? number : null
}

/**
 * The parts of a `split_clients` as a table over the hash of its key; returns the id of the table.
 *
 * Shape: each part takes the numbers behind those of the part before it; `*` takes what is left, and what no part takes
 * gives the empty text.
 * Source: reference section 9; N-SC-1 … N-SC-3; src ngx_http_split_clients_module (each bound is cut to a whole number).
 */
export function splitTable(state: CompileState, name: string, directive: Directive): string {
  const id = `${state.section} split_clients:$${name}`
  if (state.tables.has(id)) return id
  const entries: TableEntry[] = []
  let from = 0
  for (const part of childrenOf(directive)) {
    const key = nameOf(part)
    const rest = key === '*'
    const hundredths = rest ? null : hundredthsOf(key)
    if (!rest && hundredths === null) continue
    const to = Math.min(hundredths === null ? hashes : from + Math.floor((hundredths * (hashes - 1)) / 10_000), hashes)
    if (to > from) entries.push({ key: rest ? 'rest' : key, value: argument(part, 0), match: { kind: 'integer', ranges: [[from, to - 1]] }, share: (to - from) / hashes, origin: part.span })
    from = to
  }
  state.tables.set(id, { id, path: `split_clients ${argument(directive, 0)} $${name}`, lookup: 'first-match', ignoreCase: false, missing: false, origin: [directive.span], entries })
  return id
}
