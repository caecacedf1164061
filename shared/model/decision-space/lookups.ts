import { toBytes } from '#shared/requests/bytes.ts'
import { parseNetwork } from '#shared/requests/ip.ts'
import type { LookupTable } from '../routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { matchingOf, type Matching } from './matching.ts'

export interface LookupEntry {
  readonly key: string
  readonly value: string
  readonly origin: Span
  readonly matching: Matching
}

const known = new WeakMap<LookupTable, readonly LookupEntry[]>()

/**
 * Entries in the order in which a lookup tries them: the first that matches wins. Longest prefix or network first where
 * the product looks entries up that way, file order otherwise. Null: an entry has no exact meaning.
 * Source: `LookupTable`; route: `tables.ts`.
 */
export function lookupOrder(table: LookupTable): readonly LookupEntry[] | null {
  let order = known.get(table)
  if (order === undefined) {
    order = makeOrder(table)
    known.set(table, order)
  }
  return order.length === 0 && table.entries.length > 0 && table.lookup !== 'network' ? null : order
}

function makeOrder(table: LookupTable): readonly LookupEntry[] {
  const entries = table.entries.flatMap((entry): LookupEntry[] => {
    const matching = entry.match === undefined ? entryMatching(table, entry.key) : matchingOf(entry.match)
    return matching === null ? [] : [{ key: entry.key, value: entry.value, origin: entry.origin, matching }]
  })
  if (table.lookup !== 'network' && entries.length !== table.entries.length) return []
  switch (table.lookup) {
    case 'prefix': return [...entries].sort((a, b) => toBytes(b.key).length - toBytes(a.key).length)
    case 'network': return [...entries].sort((a, b) => bitsOf(b.key) - bitsOf(a.key))
    default: return entries
  }
}

function bitsOf(text: string): number {
  const network = parseNetwork(text)
  // A v4 network compares as the v6 one it is mapped to.
  return network === null ? 0 : network.bits
}

function entryMatching(table: LookupTable, key: string): Matching | null {
  const { ignoreCase } = table
  switch (table.lookup) {
    case 'first-match': return null
    case 'exact': case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part': return matchingOf({ kind: table.lookup, values: [key], ignoreCase })
    case 'regex': return matchingOf({ kind: 'regex', patterns: [key], ignoreCase, dialect: 'pcre' })
    case 'network': return parseNetwork(key) === null ? null : matchingOf({ kind: 'network', networks: [key], ...(table.isStrict === true ? { isStrict: true as const } : {}) })
    case 'integer': case 'length': {
      const match = /^(\+?\d+)?(?:([:-])([+-]?\d+)?)?$/.exec(key)
      if (match === null) return null
      const from = match[1] === undefined ? null : Number(match[1])
      const to = match[2] === undefined ? from : match[3] === undefined ? null : Number(match[3])
      return matchingOf({ kind: table.lookup, ranges: [[from, to]] })
    }
  }
}
