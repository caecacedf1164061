import type { Random } from '#test/oracle/haproxy/random.ts'
import { escapePattern, smallPools, type SmallConfig } from './behaviour-configs.ts'
import { renamed } from './behaviour-edits.ts'

/** A config in one or more files. */
export interface Neutral {
  readonly config: SmallConfig
  /** Lines where another file starts. */
  readonly cuts: readonly number[]
}

/** Changes the text and not what it means; null where it does not apply. */
type Edit = (random: Random, lines: readonly string[]) => readonly string[] | null

const ordered = /^\s+(?:use_backend|http-request|redirect)\b/

function places(lines: readonly string[], pattern: RegExp): readonly number[] {
  return lines.flatMap((line, index) => (pattern.test(line) ? [index] : []))
}

function section(lines: readonly string[], place: number): readonly [from: number, to: number] {
  let from = place
  while (/^\s|^#|^$/.test(lines[from] ?? 'x')) from -= 1
  let to = place
  while (to + 1 < lines.length && /^\s|^#|^$/.test(lines[to + 1] ?? 'x')) to += 1
  return [from + 1, to]
}

/** Chooses one line that `pattern` matches and puts others in its place. */
function inPlace(pattern: RegExp, change: (random: Random, line: string, lines: readonly string[], place: number) => readonly string[] | null): Edit {
  return (random, lines) => {
    const found = places(lines, pattern)
    if (found.length === 0) return null
    const place = random.pick(found)
    const next = change(random, lines[place] ?? '', lines, place)
    return next === null ? null : [...lines.slice(0, place), ...next, ...lines.slice(place + 1)]
  }
}

/** Names of a section that one line declares, with its test. */
function singles(lines: readonly string[], from: number, to: number): ReadonlyMap<string, string> {
  const found = new Map<string, string | null>()
  for (const line of lines.slice(from, to + 1)) {
    const [, name = '', test = ''] = /^\s+acl\s+(\S+)\s+(.*?)(?:\s+#.*)?\s*$/.exec(line) ?? []
    if (name !== '') found.set(name, found.has(name) ? null : test)
  }
  return new Map([...found].flatMap(([name, test]) => (test === null ? [] : [[name, test] as const])))
}

/** Two conditions that no request satisfies at once: one exact value each of the same thing. */
function areDisjoint(one: string, other: string): boolean {
  const exact = (line: string): readonly string[] => /^\s+use_backend \S+ if \{ (path|path -i|hdr\(host\) -i|hdr\(host\)|method) ([^ -]\S*) \}$/.exec(line)?.slice(1) ?? []
  const [[fetch, value], [otherFetch, otherValue]] = [exact(one), exact(other)]
  if (fetch === undefined || otherFetch === undefined || value === undefined || otherValue === undefined) return false
  const field = (text: string): string => text.replace(' -i', '')
  return field(fetch) === field(otherFetch) && value.toLowerCase() !== otherValue.toLowerCase()
}

const patterns: Readonly<Record<string, (text: string) => string>> = { path: (text) => `^${escapePattern(text)}$`, path_beg: (text) => `^${escapePattern(text)}`, path_end: (text) => `${escapePattern(text)}$`, path_sub: escapePattern }

function asPattern(line: string): string {
  return line.replace(/(?<![-\w(])(path|path_beg|path_end|path_sub) ((?:-i )?)([^-}]\S*(?: [^-}]\S*)*?)(?= \}|$)/, (_, fetch: string, flag: string, values: string) => `path_reg ${flag}${values.split(' ').map((value) => (patterns[fetch] ?? escapePattern)(value)).join(' ')}`)
}

const edits: readonly (readonly [name: string, edit: Edit])[] = [
  ['a comment', inPlace(/^\s+\S/, (random, line) => (random.chance(0.5) ? [`${line} # as before`] : ['  # the next line', line]))],
  ['spacing', inPlace(/^\s+\S/, (random, line) => [...(random.chance(0.3) ? [''] : []), ` \t${line.replace(/ /g, () => random.pick([' ', '  ', '\t']))}  `])],
  ['an acl has another name', (random, lines) => {
    const found = places(lines, /^\s+acl\s/)
    if (found.length === 0) return null
    const place = random.pick(found)
    const name = /^\s+acl\s+(\S+)/.exec(lines[place] ?? '')?.[1] ?? ''
    const [from, to] = section(lines, place)
    return lines.map((line, index) => (index >= from && index <= to ? renamed(line, name, `${name}-new`) : line))
  }],
  ['anonymous to named', inPlace(/ (?:if|unless) .*\{ [^}]* \}/, (random, line, lines) => {
    const test = /\{ ([^}]*) \}/.exec(line)?.[1] ?? ''
    const name = `own${lines.length}x${random.int(1000)}`
    return [`  acl ${name} ${test}`, line.replace(/\{ [^}]* \}/, () => name)]
  })],
  ['named to anonymous', (random, lines) => {
    const found = places(lines, / (?:if|unless) /)
    if (found.length === 0) return null
    const place = random.pick(found)
    const [from] = section(lines, place)
    const [, to] = section(lines, place)
    const names = [...singles(lines, from, to)]
    if (names.length === 0) return null
    const [name, test] = random.pick(names)
    return lines.map((line, index) => (index < from || index > to || !/ (?:if|unless) /.test(line) ? line : renamed(line, name, `{ ${test} }`).replace(`!${name} `, `!{ ${test} } `)))
  }],
  ['disjoint rules reordered', (random, lines) => {
    const found = places(lines, ordered).filter((place) => areDisjoint(lines[place] ?? '', lines[place + 1] ?? ''))
    if (found.length === 0) return null
    const place = random.pick(found)
    return lines.map((line, index) => (index === place ? (lines[place + 1] ?? '') : index === place + 1 ? (lines[place] ?? '') : line))
  }],
  ['a dead rule', inPlace(/^\s+use_backend b\d if [^|]*$/, (random, line) => {
    if (/ or /.test(line)) return null
    const dead = line.replace(/use_backend b\d/, () => `use_backend ${random.pick(smallPools)}`)
    return [line, random.chance(0.5) ? dead : `${dead} { path_end /b }`]
  })],
  ['an acl line twice', inPlace(/^\s+acl /, (_, line) => [line, line])],
  ['a literal as a pattern', inPlace(/(?<![-\w(])path(?:_beg|_end|_sub)? (?:-i )?[^-}\s]/, (_, line) => (line.includes('#') || line.includes('set-var(') ? null : [asPattern(line)]))],
  ['one rule split into two', inPlace(/^\s+use_backend b\d if \{ (?![^}]* (?:ge|gt) )\S+ (?:-i )?[^ -]\S* [^ -]\S* \}$/, (_, line) => {
    const [, head = '', one = '', other = ''] = /^(.*\{ \S+ (?:-i )?)([^ -]\S*) (\S+) \}$/.exec(line) ?? []
    return head === '' ? null : [`${head}${one} }`, `${head}${other} }`]
  })],
  ['conditions in another order', inPlace(/ (?:if|unless) (?:\{ [^}]* \}|\S+) (?:\{ [^}]* \}|[^o|\s]\S*)$/, (_, line) => [line.replace(/ (if|unless) (!?\{ [^}]* \}|\S+) (!?\{ [^}]* \}|\S+)$/, ' $1 $3 $2')])],
  ['if becomes unless', inPlace(/ (?:if|unless) !?(?:\{ [^}]* \}|\S+)$/, (_, line) => [line.replace(/ (if|unless) (!?)/, (_all, word: string, not: string) => ` ${word === 'if' ? 'unless' : 'if'} ${not === '!' ? '' : '!'}`)])],
  ['servers after a comment', inPlace(/^\s+server /, (_, line) => ['', '  # servers', line])],
]

/** Backends in another order: pools are found by name. */
function reordered(random: Random, lines: readonly string[]): readonly string[] {
  const starts = places(lines, /^backend /)
  const first = starts[0] ?? lines.length
  const blocks = starts.map((start, index) => lines.slice(start, starts[index + 1] ?? lines.length))
  return [...lines.slice(0, first), ...random.some(blocks, blocks.length).flat()]
}

/** `config` after one to four edits that mean nothing, and their names. */
export function rewritten(random: Random, config: SmallConfig): Neutral & { readonly names: readonly string[] } {
  let lines = config.lines
  const names: string[] = []
  for (let count = 1 + random.int(4), tries = 0; count > 0 && tries < 40; tries += 1) {
    const [name, edit] = random.pick(edits)
    const next = edit(random, lines)
    if (next === null || next.join('\n') === lines.join('\n')) continue
    lines = next
    names.push(name)
    count -= 1
  }
  if (random.chance(0.15)) {
    lines = reordered(random, lines)
    names.push('backends in another order')
  }
  const starts = places(lines, /^(?:frontend|backend) /)
  const cuts = random.chance(0.2) && starts.length > 0 ? [random.pick(starts)] : []
  if (cuts.length > 0) names.push('two files')
  return { config: { ...config, lines }, cuts, names }
}

/** The files of a config that was cut. */
export function filesOf({ config, cuts }: Neutral): readonly string[] {
  const [cut] = cuts
  const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`
  return cut === undefined ? [text(config.lines)] : [text(config.lines.slice(0, cut)), text(config.lines.slice(cut))]
}
