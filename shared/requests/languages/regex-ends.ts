import { asciiLower } from '../bytes.ts'
import { parseRegex, type RegexSyntax } from './parse-regex.ts'
import type { ByteSet, RegexNode } from './regex-tree.ts'

/** What every subject of a pattern starts and ends with, lower case; empty: nothing is known. */
export interface RegexEnds {
  readonly start: string
  readonly end: string
}

const nothing: RegexEnds = { start: '', end: '' }
const known = new Map<string, RegexEnds>()
const knownLimit = 20_000

/**
 * Literal start and end of what a pattern finds, for subjects without a newline. Never too long; shorter than it could
 * be where the pattern is more than a row of bytes there.
 */
export function regexEnds(source: string, syntax: RegexSyntax): RegexEnds {
  const key = `${syntax.dialect}${syntax.ignoreCase ? ' i ' : ' '}${source}`
  let ends = known.get(key)
  if (ends === undefined) {
    const parsed = parseRegex(source, syntax)
    ends = parsed.ok ? endsOf(parsed.tree) : nothing
    if (known.size >= knownLimit) known.clear()
    known.set(key, ends)
  }
  return ends
}

function endsOf(tree: RegexNode): RegexEnds {
  const row = flat(tree)
  const [first] = row
  const last = row[row.length - 1]
  const starts = first?.kind === 'assertion' && first.what === 'start'
  const ends = last?.kind === 'assertion' && (last.what === 'end' || last.what === 'end-or-last-line-end')
  return { start: starts ? literal(row.slice(1)) : '', end: ends ? [...literal(row.slice(0, -1).reverse())].reverse().join('') : '' }
}

/** Nodes that follow one another, whatever groups are around them. */
function flat(node: RegexNode): readonly RegexNode[] {
  switch (node.kind) {
    case 'empty': return []
    case 'concat': return node.of.flatMap(flat)
    case 'group': return flat(node.of)
    default: return [node]
  }
}

/** Bytes up to the first node that stands for more than one. */
function literal(row: readonly RegexNode[]): string {
  let text = ''
  for (const node of row) {
    // The first of several is there in any case; what follows it is not.
    const repeated = node.kind === 'repeat' && node.min > 0 ? flat(node.of) : null
    const one = repeated?.length === 1 ? repeated[0] : node
    const byte = one?.kind === 'bytes' ? onlyByte(one.set) : null
    if (byte === null) break
    text += byte
    if (repeated !== null) break
  }
  return text
}

/** The one byte of a set, or the lower case of the one letter; null: there are more. */
function onlyByte(set: ByteSet): string | null {
  let found: string | null = null
  for (let byte = 0; byte < 256; byte += 1) {
    if (set[byte] !== 1) continue
    const lower = asciiLower(String.fromCharCode(byte))
    if (found !== null && found !== lower) return null
    found = lower
  }
  return found
}
