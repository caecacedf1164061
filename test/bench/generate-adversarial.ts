import { seededRandom, type Random } from '#test/oracle/haproxy/random.ts'
import type { ConfigPair } from './generate-rules.ts'

/** Input made to hurt. `size` scales it: 1 is the size of the bench, tests take less. */
export interface Adversarial {
  readonly name: string
  readonly make: (size: number) => ConfigPair
}

const none: ReadonlyMap<string, string> = new Map()

/** A frontend of `lines`; `after` and `before` differ in nothing else. */
function web(lines: readonly string[], binds: readonly string[] = ['bind 127.0.0.1:18080']): string {
  const pools = new Set(['b0'])
  for (const line of lines) for (const [, pool] of line.matchAll(/use_backend (b\d+)/g)) pools.add(pool as string)
  const head = 'defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n\nfrontend web\n'
  const body = [...binds, ...lines, 'default_backend b0'].map((line) => `    ${line}\n`).join('')
  return `${head}${body}\n${[...pools].sort().map((pool) => `backend ${pool}\n    server s1 10.0.${Number(pool.slice(1)) >> 8}.${Number(pool.slice(1)) & 255}:80\n\n`).join('')}`
}

const pair = (before: readonly string[], after: readonly string[], sides = none): ConfigPair => ({ before: web(before), after: web(after), sides })
const scaled = (count: number, size: number): number => Math.max(4, Math.round(count * size))
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const without = <T>(list: readonly T[], count: number): T[] => list.filter((_, index) => index % Math.ceil(list.length / count) !== 1)

const regexRules = (count: number): string[] => range(count).map((index) => `use_backend b${index} if { path_reg ${String.fromCharCode(97 + (index % 26))}${String.fromCharCode(97 + ((index * 7) % 26))}.*${index % 10} }`)
const flagRegexRules = (count: number): string[] => range(count).map((index) => `use_backend b${index} if { path_reg ${String.fromCharCode(97 + (index % 26))}.*${index} } { hdr(x-f${index}) 1 }`)

function literal(random: Random, flags: number): string {
  return `${random.chance(0.5) ? '!' : ''}{ hdr(x-f${random.int(flags)}) 1 }`
}

function flagRules(count: number, flags: number, width: number, seed: number): string[] {
  const random = seededRandom(seed)
  return range(count).map((index) => `use_backend b${index % 50} if ${range(width).map(() => literal(random, flags)).join(' ')}`)
}

const last = (lines: readonly string[], to: string): string[] => [...lines.slice(0, -1), (lines[lines.length - 1] as string).replace(/b\d+/, to)]
const middle = (lines: readonly string[], to: string): string[] => lines.map((line, index) => (index === lines.length >> 1 ? line.replace(/b\d+/, to) : line))

/** Each level is a variable that two negated ones of the level below set. */
function nested(depth: number, width: number, changed: boolean): string[] {
  const lines: string[] = range(width).map((index) => `http-request set-var(txn.l0x${index}) bool(true) if { hdr(x-n${index}) 1 } or ${changed && index === 0 ? '' : '!'}{ path_beg /n${index}/ }`)
  for (let level = 1; level <= depth; level += 1) {
    for (const index of range(width)) {
      const below = (offset: number): string => `!{ var(txn.l${level - 1}x${(index + offset) % width}) -m bool }`
      lines.push(`http-request set-var(txn.l${level}x${index}) bool(true) if ${below(0)} or ${below(1)} ${below(2)}`)
    }
  }
  return [...lines, ...range(width).map((index) => `use_backend b${index + 1} if { var(txn.l${depth}x${index}) -m bool }`)]
}

function mapPair(lookup: string, entries: readonly string[]): ConfigPair {
  const at = entries.length >> 1
  const changed = entries.map((entry, index) => (index === at ? entry.replace(/b\d+$/, 'b9999') : entry))
  const pools = range(50).map((index) => `use_backend b${index} if { path /pool${index} }`)
  const line = (name: string): string => `use_backend %[${lookup.startsWith('map_str') ? 'req.hdr(host),lower' : 'path'},${lookup}(${name},b0)]`
  const lines = (name: string): string[] => ['use_backend b9999 if { path /never-mind }', ...pools, line(name)]
  return pair(lines('before.map'), lines('after.map'), new Map([['before.map', `${entries.join('\n')}\n`], ['after.map', `${changed.join('\n')}\n`]]))
}

function filePair(lines: (name: string) => readonly string[], values: readonly string[]): ConfigPair {
  const at = values.length >> 1
  return pair(lines('before.lst'), lines('after.lst'), new Map([['before.lst', `${values.join('\n')}\n`], ['after.lst', `${values.filter((_, index) => index !== at).join('\n')}\n`]]))
}

/** Random 3-SAT at the hard ratio: the last rule is reached only by an assignment that violates every rule in front. */
function satRules(flags: number, seed: number): string[] {
  const random = seededRandom(seed)
  return [...range(Math.round(flags * 4.2)).map(() => `use_backend b1 if ${range(3).map(() => literal(random, flags)).join(' ')}`), 'use_backend b2 if { path_beg /x }']
}

const setHeaders = (count: number, changed: number): string[] => [
  ...range(count).map((index) => `http-request set-header x-s${index} v${index === changed ? 'changed' : ''} if { path_sub /s${index}/ }`),
  ...range(20).map((index) => `use_backend b${index + 1} if { path_beg /p${index}/ }`),
]

const setPaths = (count: number, changed: number): string[] => [
  ...range(count).map((index) => `http-request set-path /r${index === changed ? 'x' : index}%[path] if { path_beg /${String.fromCharCode(97 + (index % 26))} } { hdr(x-p${index}) 1 }`),
  ...range(20).map((index) => `use_backend b${index + 1} if { path_beg /r${index}/ }`),
]

function orRules(count: number, width: number, changed: boolean): string[] {
  const random = seededRandom(17)
  return range(count).map((index) => {
    const terms = range(width).map((term) => `{ path_beg /${String.fromCharCode(97 + random.int(4))}${random.int(9)} } ${literal(random, 12)} ${literal(random, 12)}${changed && index === count >> 1 && term === 0 ? ' { method POST }' : ''}`)
    return `use_backend b${index} if ${terms.join(' or ')}`
  })
}

const alternating = (sizes: readonly number[]): string[] => sizes.map((size, index) => `use_backend b${index} if { path_reg ^/(a|b)*a(a|b){${size}}$ }`)

export const adversarial: readonly Adversarial[] = [
  { name: 'regexes, one on top', make: (size) => { const rules = regexRules(scaled(200, size)); return pair(rules, ['use_backend b9999 if { path_reg q.*z }', ...rules]) } },
  { name: 'regexes, ten deleted', make: (size) => { const rules = regexRules(scaled(200, size)); return pair(rules, without(rules, 10)) } },
  { name: 'regexes, reversed', make: (size) => { const rules = regexRules(scaled(200, size)); return pair(rules, rules.toReversed()) } },
  { name: 'flags, one edit', make: (size) => { const rules = flagRules(scaled(200, size), scaled(40, size), 3, 1); return pair(rules, middle(rules, 'b9999')) } },
  { name: 'flags, ten deleted', make: (size) => { const rules = flagRules(scaled(200, size), scaled(40, size), 3, 1); return pair(rules, without(rules, 10)) } },
  { name: 'flags, reversed', make: (size) => { const rules = flagRules(scaled(200, size), scaled(40, size), 3, 1); return pair(rules, rules.toReversed()) } },
  { name: 'flags, unrelated lists', make: (size) => pair(flagRules(scaled(200, size), scaled(40, size), 3, 1), flagRules(scaled(200, size), scaled(40, size), 3, 2)) },
  { name: 'flags, hard 3-SAT', make: (size) => { const rules = satRules(scaled(100, size), 3); return pair(rules, last(rules, 'b3')) } },
  { name: 'nested negation', make: () => pair(nested(7, 6, false), nested(7, 6, true)) },
  { name: 'nested negation, no effect', make: () => pair(nested(8, 6, false), nested(8, 6, true)) },
  { name: 'regexes and flags, one on top', make: (size) => { const rules = flagRegexRules(scaled(300, size)); return pair(rules, ['use_backend b9999 if { path_reg q.*z }', ...rules]) } },
  { name: 'regexes and flags, reversed', make: (size) => { const rules = flagRegexRules(scaled(300, size)); return pair(rules, rules.toReversed()) } },
  { name: 'alternating patterns', make: (size) => { const sizes = [8, 10, 12, 14, 16].slice(0, Math.max(2, Math.round(5 * size))); return pair(alternating(sizes), alternating(sizes.toReversed())) } },
  { name: 'map_beg, one entry', make: (size) => mapPair('map_beg', range(scaled(10_000, size)).map((index) => `/m${index} b${index % 50}`)) },
  { name: 'map_str, one entry', make: (size) => mapPair('map_str', range(scaled(10_000, size)).map((index) => `h${index}.example.com b${index % 50}`)) },
  { name: 'map_reg, one entry', make: (size) => mapPair('map_reg', range(scaled(500, size)).map((index) => `^/m${index}/[a-z]+ b${index % 50}`)) },
  { name: 'host file, one value', make: (size) => filePair((name) => [`use_backend b1 if { hdr(host) -i -f ${name} }`, 'use_backend b2 if { path_beg /x }'], range(scaled(50_000, size)).map((index) => `h${index}.example.com`)) },
  { name: 'path file, one value', make: (size) => filePair((name) => [`use_backend b1 if { path_beg -f ${name} }`, 'use_backend b2 if { path_beg /x }'], range(scaled(50_000, size)).map((index) => `/p${index}/`)) },
  { name: 'networks negated', make: (size) => filePair((name) => [`http-request deny if !{ src -f ${name} }`, ...range(50).map((index) => `use_backend b${index + 1} if { path_beg /p${index}/ }`)], range(scaled(1000, size)).map((index) => `10.${index >> 8}.${index & 255}.0/25`)) },
  { name: 'binds', make: (size) => { const rules = regexRules(20); const binds = range(scaled(64, size)).map((index) => `bind 127.0.0.1:${19_000 + index}`); return { before: web(rules, binds), after: web(middle(rules, 'b9999'), binds), sides: none } } },
  { name: 'binds and dst_port', make: (size) => { const rules = [...regexRules(20), 'use_backend b777 if { dst_port 19001 }']; const binds = range(scaled(64, size)).map((index) => `bind 127.0.0.1:${19_000 + index}`); return { before: web(rules, binds), after: web(middle(rules, 'b9999'), binds), sides: none } } },
  { name: 'set-header', make: (size) => { const count = scaled(100, size); return pair(setHeaders(count, -1), setHeaders(count, count >> 1)) } },
  { name: 'set-path', make: (size) => { const count = scaled(30, size); return pair(setPaths(count, -1), setPaths(count, count >> 1)) } },
  { name: 'or of and', make: (size) => { const count = scaled(30, size); return pair(orRules(count, 20, false), orRules(count, 20, true)) } },
  { name: 'or of and, reversed', make: (size) => { const rules = orRules(scaled(30, size), 20, false); return pair(rules, rules.toReversed()) } },
]
