import type { View } from '#shared/model/predicate.ts'
import type { LookupTable } from '#shared/model/routing-model.ts'
import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import { containsPart, domainDelimiters, pathDelimiters } from '#shared/requests/http-values.ts'
import { inNetwork, otherFamily, parseNetwork, unmapped, type IpAddress, type IpNetwork } from '#shared/requests/ip.ts'
import { compileRegex, type Regex } from '#shared/requests/regex.ts'
import { matchSample } from './matchers.ts'
import { isIp, sampleInteger, sampleIp, sampleText, type Known } from './sample.ts'

/** What a lookup found: the value of an entry, nothing, or no answer because an entry cannot be modelled. `absent`: the key has no form that the table compares. */
export type Lookup = { readonly kind: 'hit'; readonly value: string } | { readonly kind: 'miss' } | { readonly kind: 'absent' } | { readonly kind: 'unknown'; readonly reason: string }

type Finder = (key: Known) => Lookup

const finders = new WeakMap<LookupTable, Finder>()
const miss: Lookup = { kind: 'miss' }

/** Looks `key` up as the table's method says; indexes are built once per table. */
export function lookUp(table: LookupTable, key: Known): Lookup {
  let finder = finders.get(table)
  if (finder === undefined) {
    finder = buildFinder(table)
    finders.set(table, finder)
  }
  return finder(key)
}

function buildFinder(table: LookupTable): Finder {
  if (table.missing) return () => ({ kind: 'unknown', reason: `the file ${table.path} could not be read` })
  const fold = (text: string): string => (table.ignoreCase ? asciiLower(text) : text)
  const entries = table.entries.map(entry => ({ key: fold(toBytes(entry.key)), value: toBytes(entry.value) }))
  const hit = (value: string): Lookup => ({ kind: 'hit', value })
  const scan = (holds: (text: string, key: string) => boolean): Finder => key => {
    const text = fold(sampleText(key))
    const found = entries.find(entry => holds(text, entry.key))
    return found === undefined ? miss : hit(found.value)
  }
  switch (table.lookup) {
    case 'first-match': return firstMatchFinder(table)
    case 'exact': {
      const index = new Map<string, string>()
      for (const entry of entries) if (!index.has(entry.key)) index.set(entry.key, entry.value)
      return key => {
        const value = index.get(fold(sampleText(key)))
        return value === undefined ? miss : hit(value)
      }
    }
    case 'prefix': {
      const index = new Map<string, string>()
      const lengths = new Set<number>()
      for (const entry of entries) {
        if (!index.has(entry.key)) index.set(entry.key, entry.value)
        lengths.add(entry.key.length)
      }
      const longestFirst = [...lengths].sort((a, b) => b - a)
      return key => {
        const text = fold(sampleText(key))
        for (const length of longestFirst) {
          if (length > text.length) continue
          const value = index.get(text.slice(0, length))
          if (value !== undefined) return hit(value)
        }
        return miss
      }
    }
    case 'suffix': return scan((text, key) => text.endsWith(key))
    case 'substring': return scan((text, key) => text.includes(key))
    case 'path-part': return scan((text, key) => containsPart(text, key, pathDelimiters))
    case 'domain-part': return scan((text, key) => containsPart(text, key, domainDelimiters))
    case 'regex': return regexFinder(table)
    case 'network': return networkFinder(entries, table.isStrict === true)
    case 'integer': case 'length': return integerFinder(entries, table.lookup)
  }
}

function firstMatchFinder(table: LookupTable): Finder {
  const view: View = { field: { kind: 'constant', value: null }, transforms: [], type: 'string', pick: 'first', absentAs: 'empty' }
  return key => {
    for (const entry of table.entries) {
      if (entry.match === undefined) continue
      const match = matchSample(entry.match, view, key, '')
      if (match.holds === null) return { kind: 'unknown', reason: match.reason }
      if (match.holds) return { kind: 'hit', value: toBytes(entry.value) }
    }
    return miss
  }
}

function regexFinder(table: LookupTable): Finder {
  const patterns = table.entries.map(entry => ({ entry, compiled: compileRegex(toBytes(entry.key), { ignoreCase: table.ignoreCase, dialect: 'pcre' }) }))
  return key => {
    const text = sampleText(key)
    for (const { entry, compiled } of patterns) {
      if (!compiled.ok) return { kind: 'unknown', reason: `the pattern ${entry.key} of ${table.path} cannot be modelled: ${compiled.reason}` }
      if (!compiled.regex.decides(text)) return { kind: 'unknown', reason: `the value has a line end and the pattern ${entry.key} ends in $` }
      if (matches(compiled.regex, text)) return { kind: 'hit', value: toBytes(entry.value) }
    }
    return miss
  }
}

function matches(regex: Regex, text: string): boolean {
  return regex.test(text)
}

function networkFinder(entries: readonly { readonly key: string; readonly value: string }[], isStrict: boolean): Finder {
  const networks: { readonly network: IpNetwork; readonly value: string }[] = []
  for (const entry of entries) {
    const network = parseNetwork(entry.key)
    if (network !== null) networks.push({ network, value: entry.value })
  }
  // Longest prefix first; the sort is stable, so the first of equal networks wins.
  networks.sort((a, b) => b.network.bits - a.network.bits)
  const find = (ip: IpAddress): string | null => networks.find(entry => inNetwork(ip, entry.network))?.value ?? null
  return key => {
    const ip = isIp(key) ? key : sampleIp(key)
    if (ip === null) return { kind: 'absent' }
    const other = isStrict ? null : otherFamily(ip)
    const value = find(isStrict ? unmapped(ip) : ip) ?? (other === null ? null : find(other))
    return value === null ? miss : { kind: 'hit', value }
  }
}

function integerFinder(entries: readonly { readonly key: string; readonly value: string }[], by: 'integer' | 'length'): Finder {
  const ranges = entries.map(entry => {
    const match = /^(\+?\d+)?(?:([:-])([+-]?\d+)?)?$/.exec(entry.key)
    const from = match?.[1] === undefined ? -Infinity : Number(match[1])
    const to = match?.[2] === undefined ? from : match[3] === undefined ? Infinity : Number(match[3])
    return { from, to, value: entry.value }
  })
  return key => {
    const value = by === 'length' ? sampleText(key).length : sampleInteger(key)
    if (value === null) return { kind: 'absent' }
    const found = ranges.find(range => value >= range.from && value <= range.to)
    return found === undefined ? miss : { kind: 'hit', value: found.value }
  }
}
