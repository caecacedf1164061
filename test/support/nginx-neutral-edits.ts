import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import type { Directive } from '#shared/dialects/nginx/tree.ts'
import type { Random } from '#test/oracle/haproxy/random.ts'

/** A directive that can be moved and written anew. */
interface Node {
  readonly words: string[]
  /** Null: it has no block. */
  children: Node[] | null
  readonly code: string | null
}

/** The same config in other words. */
export interface Rewritten {
  /** Main file first. */
  readonly files: ReadonlyMap<string, string>
  readonly names: readonly string[]
}

type Edit = (random: Random, root: Node[], files: Map<string, Node[]>) => boolean

/** One to four edits of an nginx config that mean nothing, and another layout of its text. */
export function rewritten(random: Random, config: string): Rewritten {
  const file = { path: 'nginx.conf', text: config, role: 'config', encoding: 'utf-8' } as const
  const root = parseNginx(file).tree.directives.map((directive) => nodeOf(config, directive))
  const files = new Map<string, Node[]>([['nginx.conf', root]])
  const names: string[] = []
  for (let count = 1 + random.int(4); count > 0; count -= 1) {
    const name = random.pick(Object.keys(edits))
    if ((edits[name] as Edit)(random, root, files)) names.push(name)
  }
  const layout = random.pick(['plain', 'spaces', 'comments', 'quotes'] as const)
  names.push(`layout: ${layout}`)
  return { files: new Map([...files].map(([path, nodes]) => [path, nodes.map((node) => written(random, layout, node)).join('\n')])), names }
}

function nodeOf(text: string, directive: Directive): Node {
  const words = [directive.name, ...directive.args].map(({ span }) => text.slice(span.start, span.end))
  return { words, children: directive.block?.directives.map((child) => nodeOf(text, child)) ?? null, code: directive.opaque?.raw ?? null }
}

const edits: Readonly<Record<string, Edit>> = {
  'locations in another order': (random, root) => {
    const block = pickBlock(random, root, ({ children }) => (children ?? []).filter(isPlainLocation).length > 1)
    const children = block?.children
    if (children === undefined || children === null) return false
    const places = children.flatMap((child, index) => (isPlainLocation(child) ? [index] : []))
    const shuffled = shuffle(random, places.map((place) => children[place] as Node))
    for (const [index, place] of places.entries()) children[place] = shuffled[index] as Node
    return true
  },
  'a location at another place': (random, root) => {
    const block = pickBlock(random, root, ({ children }) => (children ?? []).some(isPlainLocation))
    const children = block?.children
    if (children === undefined || children === null) return false
    const [moved] = children.splice(random.pick(children.flatMap((child, index) => (isPlainLocation(child) ? [index] : []))), 1)
    children.splice(random.int(children.length + 1), 0, moved as Node)
    return true
  },
  'an included file': (random, root, files) => {
    const block = pickBlock(random, root, ({ words, children }) => ['http', 'server', 'location'].includes(words[0] as string) && (children ?? []).length > 0)
    const children = block?.children
    if (children === undefined || children === null) return false
    const start = random.int(children.length)
    const count = 1 + random.int(children.length - start)
    const path = `parts/${files.size}.conf`
    files.set(path, children.splice(start, count, { words: ['include', path], children: null, code: null }))
    return true
  },
  'groups and lookups at another place': (random, root) => {
    const http = root.find(({ words }) => words[0] === 'http')?.children
    if (http === undefined || http === null) return false
    const places = http.flatMap(({ words }, index) => (isDefinition(words[0]) ? [index] : []))
    if (places.length === 0) return false
    const [moved] = http.splice(random.pick(places), 1)
    http.splice(random.int(http.length + 1), 0, moved as Node)
    return true
  },
  'lines of a map in another order': (random, root) => {
    const map = pickBlock(random, root, ({ words, children }) => words[0] === 'map' && (children ?? []).filter(isExactLine).length > 1)
    const children = map?.children
    if (children === undefined || children === null) return false
    const [moved] = children.splice(random.pick(children.flatMap((child, index) => (isExactLine(child) ? [index] : []))), 1)
    children.splice(random.int(children.length + 1), 0, moved as Node)
    return true
  },
  'names of a server on lines of their own': (random, root) => {
    const server = pickBlock(random, root, ({ words, children }) => words[0] === 'server' && (children ?? []).some((child) => child.words[0] === 'server_name' && child.words.length > 2))
    const children = server?.children
    if (children === undefined || children === null) return false
    const at = children.findIndex((child) => child.words[0] === 'server_name' && child.words.length > 2)
    const line = children[at] as Node
    children.splice(at, 1, ...line.words.slice(1).map((name): Node => ({ words: ['server_name', name], children: null, code: null })))
    return true
  },
  'a group that nobody uses': (random, root) => {
    const http = root.find(({ words }) => words[0] === 'http')?.children
    // A variable may hold the name of any group.
    const names = allNodes(root).some(({ words }) => (words[0] as string).endsWith('_pass') && words[1]?.includes('$') === true)
    if (http === undefined || http === null || names || http.some(({ words }) => words[1] === 'unused')) return false
    http.splice(random.int(http.length + 1), 0, { words: ['upstream', 'unused'], children: [{ words: ['server', '127.0.0.9:9'], children: null, code: null }], code: null })
    return true
  },
  'a lookup that nobody reads': (random, root) => {
    const http = root.find(({ words }) => words[0] === 'http')?.children
    if (http === undefined || http === null || http.some(({ words }) => words.includes('$nobody_reads'))) return false
    http.splice(random.int(http.length + 1), 0, { words: ['map', '$http_x_unused', '$nobody_reads'], children: [{ words: ['a', 'b'], children: null, code: null }], code: null })
    return true
  },
  'a line for the log': (random, root) => {
    const block = pickBlock(random, root, ({ words }) => words[0] === 'server' || words[0] === 'location')
    if (block?.children === undefined || block.children === null || block.children.some(({ words }) => words[0] === 'access_log')) return false
    block.children.splice(random.int(block.children.length + 1), 0, { words: ['access_log', 'off'], children: null, code: null })
    return true
  },
}

/** Of these the longest counts, wherever they stand. */
function isPlainLocation({ words }: Node): boolean {
  return words[0] === 'location' && !(words[1] as string).startsWith('~')
}

function isDefinition(name: string | undefined): boolean {
  return name === 'upstream' || name === 'map' || name === 'geo' || name === 'split_clients'
}

/** Only patterns are tried in order. */
function isExactLine({ words }: Node): boolean {
  return words.length === 2 && !/^["']?~/.test(words[0] as string)
}

function allNodes(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => [node, ...allNodes(node.children ?? [])])
}

function pickBlock(random: Random, root: readonly Node[], fits: (node: Node) => boolean): Node | null {
  const found = allNodes(root).filter(fits)
  return found.length === 0 ? null : random.pick(found)
}

function shuffle<T>(random: Random, list: readonly T[]): readonly T[] {
  const left = [...list]
  return list.map(() => left.splice(random.int(left.length), 1)[0] as T)
}

type Layout = 'plain' | 'spaces' | 'comments' | 'quotes'

function written(random: Random, layout: Layout, { words, children, code }: Node): string {
  const gap = (): string => (layout === 'spaces' ? random.pick([' ', '  ', '\t', '\n  ', '\r\n']) : layout === 'comments' && random.chance(0.1) ? ` # ${random.pick(['x', '{', '}', ';', '"'])}\n` : ' ')
  const shown = words.map((word, index) => (layout === 'quotes' && index > 0 && words[0] !== 'if' && /^[\w./:@$-]+$/.test(word) && random.chance(0.5) ? random.pick([`"${word}"`, `'${word}'`]) : word))
  const head = shown.reduce((line, word) => `${line}${gap()}${word}`)
  if (code !== null) return `${head} {${code}}`
  return children === null ? `${head}${layout === 'spaces' ? random.pick(['', ' ', '\n']) : ''};` : `${head}${gap()}{${gap()}${children.map((child) => written(random, layout, child)).join(random.pick([gap(), '\n']))}${gap()}}`
}
