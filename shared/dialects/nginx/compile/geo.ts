import { formatIp, inNetwork, parseIp, parseNetwork, type IpNetwork } from '#shared/requests/ip.ts'
import type { Matcher } from '#shared/model/predicate.ts'
import type { TableEntry } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { plainNetwork } from '../network.ts'
import type { Directive } from '../tree.ts'
import { argument, childrenOf, nameOf } from './words.ts'

/** What a `geo` gives: entries of which the first that matches counts, and the value for all other addresses. */
export interface GeoTable {
  readonly entries: readonly TableEntry[]
  readonly fallback: string
  /** All that matters is the longest network that holds the address. */
  readonly isPlain: boolean
  /** As in matchers; networks of IPv6 are such. */
  readonly isStrict: boolean
}

interface Line {
  readonly key: string
  readonly value: string
  readonly origin: Span
}

/** Words of one line that are no addresses. */
const parameters: ReadonlySet<string> = new Set(['ranges', 'proxy_recursive', 'volatile'])

/**
 * The lines of a `geo` block, which nginx works off in order: later ones replace what earlier ones said about the same
 * network, and `delete` takes it away. Values are texts, not expanded.
 *
 * Shape: null where lines are not followed (`proxy`, files, what nginx refuses).
 * `seesV6`: the address may be one of IPv6.
 * Source: reference section 9; N-GEO-1, N-GEO-2; ranges measured on 1.22.
 */
export function geoTable(directive: Directive, seesV6: boolean): GeoTable | null {
  const lines = childrenOf(directive).filter((line) => !(line.args.length === 0 && parameters.has(nameOf(line))))
  if (lines.some((line) => ['proxy', 'include'].includes(nameOf(line)) || line.args.length !== 1)) return null
  const ranges = childrenOf(directive).some((line) => line.args.length === 0 && nameOf(line) === 'ranges')
  return ranges ? byRanges(lines, seesV6) : byNetworks(lines, seesV6)
}

function byNetworks(lines: readonly Directive[], seesV6: boolean): GeoTable | null {
  const known = new Map<string, Line & { readonly network: IpNetwork }>()
  let fallback = ''
  for (const line of lines) {
    const key = nameOf(line)
    const value = argument(line, 0)
    if (key === 'default') {
      fallback = value
      for (const all of ['0.0.0.0/0', '::/0']) known.delete(keyOf(parseNetwork(all) as IpNetwork))
      continue
    }
    const network = parseNetwork(plainNetwork(key === 'delete' ? value : key))
    if (network === null || (key === 'delete' && network.bits === 0)) return null
    if (key === 'delete') known.delete(keyOf(network))
    else known.set(keyOf(network), { key: plainNetwork(key), value, origin: line.span, network })
  }
  // Mapped addresses are looked up as what they stand for.
  const found = [...known.values()].filter(({ network }) => !isMapped(network)).sort((one, other) => other.network.bits - one.network.bits)
  const isStrict = seesV6 || found.some(({ network }) => network.family === 6)
  return { entries: found.map((line) => entryOf(line, isStrict)), fallback, isPlain: true, isStrict }
}

const mappedZero = { family: 6, bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0] } as const

function isMapped({ family, bytes, bits }: IpNetwork): boolean {
  return family === 6 && bits >= 96 && mappedZero.bytes.slice(0, 12).every((byte, index) => byte === bytes[index])
}

function entryOf({ key, value, origin }: Line, isStrict: boolean): TableEntry {
  return { key, value, match: inside([key], isStrict), origin }
}

const keyOf = ({ bytes, bits }: IpNetwork): string => `${bytes.join('.')}/${bits}`

function inside(networks: readonly string[], isStrict: boolean): Matcher {
  return { kind: 'network', networks, ...(isStrict ? { isStrict: true as const } : {}) }
}

/** Does a line speak of 255.255.255.255, which texts that are no address count as? */
export function holdsLast({ entries }: GeoTable): boolean {
  const last = { family: 4, bytes: [255, 255, 255, 255] } as const
  return entries.some(({ match }) => match?.kind === 'network' && match.networks.some((one) => inNetwork(last, parseNetwork(one) as IpNetwork)))
}

interface Range {
  readonly from: number
  readonly to: number
  readonly line: Line
}

/** A range within another takes its addresses away from it; ranges that overlap otherwise are refused. */
function byRanges(lines: readonly Directive[], isStrict: boolean): GeoTable | null {
  let pieces: readonly Range[] = []
  let fallback = ''
  for (const line of lines) {
    const key = nameOf(line)
    const value = argument(line, 0)
    if (key === 'default') {
      fallback = value
      continue
    }
    const range = rangeOf(key === 'delete' ? value : key, { key, value, origin: line.span })
    if (range === null) return null
    const same = (piece: Range): boolean => piece.from === range.from && piece.to === range.to
    if (key === 'delete') pieces = pieces.filter((piece) => !same(piece))
    else pieces = [...pieces.flatMap((piece) => without(piece, range)), range]
  }
  return { entries: pieces.map(({ from, to, line }) => ({ key: line.key, value: line.value, match: inside(networksOf(from, to), isStrict), origin: line.origin })), fallback, isPlain: false, isStrict }
}

function rangeOf(text: string, line: Line): Range | null {
  const [first, last] = text.split('-', 2).map((part) => parseIp(part))
  if (first?.family !== 4 || last?.family !== 4) return null
  const [from, to] = [numberOf(first.bytes), numberOf(last.bytes)]
  return from <= to ? { from, to, line } : null
}

function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

function without({ from, to, line }: Range, taken: Range): readonly Range[] {
  if (taken.to < from || taken.from > to) return [{ from, to, line }]
  return [...(from < taken.from ? [{ from, to: taken.from - 1, line }] : []), ...(to > taken.to ? [{ from: taken.to + 1, to, line }] : [])]
}

/** The fewest networks that hold exactly these IPv4 addresses. */
function networksOf(from: number, to: number): readonly string[] {
  const networks: string[] = []
  for (let at = from; at <= to;) {
    let size = 1
    while (at % (size * 2) === 0 && at + size * 2 - 1 <= to) size *= 2
    networks.push(`${formatIp({ family: 4, bytes: [24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256) })}/${32 - Math.log2(size)}`)
    at += size
  }
  return networks
}
