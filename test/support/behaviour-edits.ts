import type { Random } from '#test/oracle/haproxy/random.ts'
import { answerRule, rewriteRule, smallPaths, smallPools, smallTest, type SmallConfig } from './behaviour-configs.ts'

/** A small edit of a config as a person might make it, or null where it does not apply. */
type Edit = (random: Random, config: SmallConfig) => SmallConfig | null

/** Lines that an edit may touch. */
const rule = /^\s+(?:acl|use_backend|http-request|redirect|default_backend|tcp-request content|use-server|server|monitor-uri|balance)\b/
const ordered = /^\s+(?:use_backend|http-request|redirect)\b/

function candidates(config: SmallConfig, pattern: RegExp): readonly number[] {
  return config.lines.flatMap((line, index) => (pattern.test(line) ? [index] : []))
}

function withLines(config: SmallConfig, change: (lines: string[]) => void): SmallConfig {
  const lines = [...config.lines]
  change(lines)
  return { ...config, lines }
}

/** Replaces one line that `pattern` matches. */
function replaceOne(pattern: RegExp, change: (random: Random, line: string) => string): Edit {
  return (random, config) => {
    const places = candidates(config, pattern)
    if (places.length === 0) return null
    const place = random.pick(places)
    return withLines(config, (lines) => { lines[place] = change(random, lines[place] ?? '') })
  }
}

/** First and last line of the section that holds `place`. */
function sectionAround({ lines }: SmallConfig, place: number): readonly [from: number, to: number] {
  let from = place
  while (from > 0 && /^\s/.test(lines[from] ?? '')) from -= 1
  let to = place
  while (to + 1 < lines.length && /^\s/.test(lines[to + 1] ?? '')) to += 1
  return [from + 1, to]
}

const remove: Edit = (random, config) => {
  const places = candidates(config, rule)
  return places.length === 0 ? null : withLines(config, (lines) => { lines.splice(random.pick(places), 1) })
}

const duplicate: Edit = (random, config) => {
  const places = candidates(config, ordered)
  if (places.length === 0) return null
  const place = random.pick(places)
  const [, to] = sectionAround(config, place)
  return withLines(config, (lines) => { lines.splice(random.chance(0.5) ? place + 1 : to + 1, 0, lines[place] ?? '') })
}

const swap: Edit = (random, config) => {
  const places = candidates(config, ordered)
  const at = random.int(Math.max(1, places.length - 1))
  const [one, other] = [places[at], places[at + 1]]
  if (one === undefined || other === undefined) return null
  return withLines(config, (lines) => { [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''] })
}

/** Moves a rewrite to another place of its section. */
const moveRewrite: Edit = (random, config) => {
  const places = candidates(config, /http-request (?:set|replace|del|add)-/)
  if (places.length === 0) return null
  const place = random.pick(places)
  const [from, to] = sectionAround(config, place)
  return withLines(config, (lines) => {
    const [line = ''] = lines.splice(place, 1)
    lines.splice(from + random.int(Math.max(1, to - from)), 0, line)
  })
}

const insert: Edit = (random, config) => {
  const places = candidates(config, ordered)
  if (places.length === 0) return null
  const text = random.chance(0.3) ? rewriteRule(random) : random.chance(0.3) ? answerRule(random).replace(/^redirect/, 'http-request redirect') : ''
  const place = random.pick(places)
  const inFrontend = /^frontend/.test(config.lines[sectionAround(config, place)[0] - 1] ?? '')
  if ((text === '' && !inFrontend) || config.lines.includes('  mode tcp')) return null
  return withLines(config, (lines) => { lines.splice(place, 0, `  ${text === '' ? `use_backend ${random.pick(smallPools)}` : text} if { ${smallTest(random, portsOf(config))} }`) })
}

function portsOf({ lines }: SmallConfig): readonly number[] {
  return lines.flatMap((line) => /^\s+bind \S+:(\d+)/.exec(line)?.[1] ?? []).map(Number)
}

/** Another value of a side file, or one line less. */
const editTable: Edit = (random, config) => {
  const files = [...config.sideFiles]
  if (files.length === 0) return null
  const [file, text] = random.pick(files)
  const lines = text.trimEnd().split('\n')
  const place = random.int(lines.length)
  if (random.chance(0.5)) lines.splice(place, 1)
  else if (random.chance(0.3)) lines.reverse()
  else lines[place] = `${(lines[place] ?? '').split(' ')[0] ?? ''} ${random.pick(smallPools)}`
  return { ...config, sideFiles: new Map([...config.sideFiles, [file, `${lines.join('\n')}\n`]]) }
}

/** Gives all uses of a name another one, which may be taken. */
const renameAcl: Edit = (random, config) => {
  const places = candidates(config, /^\s+acl /)
  if (places.length === 0) return null
  const place = random.pick(places)
  const [from, to] = sectionAround(config, place)
  const nameAt = (index: number): string => /^\s+acl (\S+)/.exec(config.lines[index] ?? '')?.[1] ?? ''
  const name = nameAt(place)
  const others = places.filter((index) => index >= from && index <= to).map(nameAt)
  const next = random.chance(0.5) ? 'renamed' : random.pick(others)
  return withLines(config, (lines) => { for (let index = from; index <= to; index += 1) lines[index] = renamed(lines[index] ?? '', name, next) })
}

/** `line` with every mention of one name changed. */
export function renamed(line: string, name: string, next: string): string {
  return line.split(/(\{[^}]*\})/).map((part) => (part.startsWith('{') ? part : part.split(/(\s+)/).map((word) => (word === name ? next : word === `!${name}` ? `!${next}` : word)).join(''))).join('')
}

/** Gives a pool another name where it is defined and where rules name it; tables and headers still say the old one. */
const renamePool: Edit = (random, config) => {
  const pool = random.pick(smallPools)
  return withLines(config, (lines) => { for (const [index, line] of lines.entries()) lines[index] = line.replace(new RegExp(`((?:^|_|\\s)backend) ${pool}(?= |$)`), `$1 other-${pool}`) })
}

const edits: readonly Edit[] = [
  remove, remove, duplicate, swap, swap, renamePool, moveRewrite, moveRewrite, insert, editTable, renameAcl,
  replaceOne(/path[^-]* \/[a-z]/i, (random, line) => line.replace(/ (\/[A-Za-z/.]*)(?= |$)/, () => ` ${random.pick(smallPaths)}`)),
  replaceOne(/path[^-]* \/[a-z]/i, (random, line) => line.replace(/ (\/[A-Za-z/.]*)(?= |$)/, (_, text: string) => ` ${random.chance(0.5) || text.length < 3 ? `${text}/` : text.slice(0, -1)}`)),
  replaceOne(/\.test/, (random, line) => line.replace(/\b(?:www\.)?[abA]\.test/, () => random.pick(['a.test', 'b.test', 'www.a.test', 'A.test']))),
  replaceOne(/ -i /, (_, line) => line.replace(/ -i /, ' ')),
  replaceOne(/(?<!-)\b(?:path|path_beg|hdr\(host\)) [^-]/, (_, line) => line.replace(/(?<!-)\b(path|path_beg|hdr\(host\)) (?!-)/, '$1 -i ')),
  replaceOne(/ (?:if|unless) /, (_, line) => line.replace(/ (if|unless) /, (_all, word: string) => (word === 'if' ? ' unless ' : ' if '))),
  replaceOne(/ (?:or|\|\|) /, (_, line) => line.replace(/ (?:or|\|\|) /, ' ')),
  replaceOne(/ if \S+ [!a-z]\S*$/, (_, line) => line.replace(/ if (\S+) (\S+)$/, ' if $1 or $2')),
  replaceOne(/ if (?:!|\S)/, (_, line) => line.replace(/ if (!?)/, (_all, not: string) => (not === '!' ? ' if ' : ' if !'))),
  replaceOne(/(?<!-)\bpath(?:_beg|_end|_sub|_dir)? [^}]/, (random, line) => line.replace(/(?<!-)\bpath(?:_beg|_end|_sub|_dir)? (?!-m|[i}])/, () => `path${random.pick(['', '_beg', '_end', '_sub', '_dir'])} `)),
  replaceOne(/path_reg .*\^/, (_, line) => line.replace('^', '')),
  replaceOne(/hdr_?(?:beg|end|sub|dom)?\(host\)/, (random, line) => line.replace(/\bhdr(?:_(?:beg|end|sub|dom))?\(host\)(?= )/, () => `hdr${random.pick(['', '_beg', '_end', '_sub', '_dom'])}(host)`)),
  replaceOne(/(?:use_backend|default_backend) b/, (random, line) => line.replace(/(backend) b\d/, (_, word: string) => `${word} ${random.pick(smallPools)}`)),
  replaceOne(/^\s+server /, (random, line) => (random.chance(0.5) ? `${line.replace(/ (?:weight \d+|disabled)/g, '')} weight ${random.pick([0, 2, 5])}` : / disabled/.test(line) ? line.replace(' disabled', '') : `${line} disabled`)),
  replaceOne(/set-(?:path|query|header|var)|deny|redirect/, (random, line) => line.replace(/\/new|v=1|beta|404|301|deny(?= (?:if|unless))/, (text) => ({ '/new': random.pick(['/newx', '/a', '/b']), 'v=1': random.pick(['v=2', 'w=1']), beta: 'on', '404': '403', '301': '302' })[text] ?? 'deny deny_status 429')),
]

/** Listens somewhere else, on more, or on less. */
const editBind: Edit = (random, config) => {
  const places = candidates(config, /^\s+bind /)
  const place = random.pick(places)
  const [, host = '', port = ''] = /bind (\S+):(\d+)$/.exec(config.lines[place] ?? '') ?? []
  if (port === '') return null
  switch (random.int(4)) {
    case 0: return places.length < 2 ? null : withLines(config, (lines) => { lines.splice(place, 1) })
    case 1: return withLines(config, (lines) => { lines[place] = `  bind *:${port}` })
    case 2: return withLines(config, (lines) => { lines.splice(place + 1, 0, `  bind ${host}:${Number(port) + 10}`) })
    default: {
      // A range over the ports of another frontend would leave the choice to chance.
      const from = places[places.length - 1] === place ? Number(port) : Number(port) + 10
      return withLines(config, (lines) => { lines[place] = `  bind ${host}:${from}-${Number(port) + 11}` })
    }
  }
}

/** True when each section declares the names that its rules use. */
function isWhole({ lines }: SmallConfig): boolean {
  let names = new Set<string>()
  for (const line of lines) {
    if (!/^\s/.test(line)) names = new Set()
    const declared = /^\s+acl (\S+)/.exec(line)?.[1]
    if (declared !== undefined) names.add(declared)
    const condition = declared === undefined ? (/ (?:if|unless) (.*)$/.exec(line)?.[1] ?? '') : ''
    for (const word of condition.replace(/\{[^}]*\}/g, ' ').split(/\s+/)) if (word !== '' && word !== '!' && word !== 'or' && word !== '||' && !names.has(word.replace(/^!/, ''))) return false
  }
  return true
}

/** `config` after one to three random edits. `binds`: also edits of what it listens on, which leave loopback. */
export function edited(random: Random, config: SmallConfig, binds = false): SmallConfig {
  let result = (binds && random.chance(0.06) ? editBind(random, config) : null) ?? config
  for (let count = 1 + random.int(3), tries = 0; count > 0 && tries < 40; tries += 1) {
    const next = random.pick(edits)(random, result)
    if (next === null || !isWhole(next)) continue
    result = next
    count -= 1
  }
  return result
}
