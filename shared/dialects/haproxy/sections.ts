import { lineFlags } from './tree.ts'
import type { HaproxyTree, Section } from './tree.ts'
import { wordValues } from './words.ts'

/** Every word that opens a section in 2.4 to 3.x. A section word wins over every keyword. */
export const sectionKinds: readonly string[] = [
  'global', 'defaults', 'frontend', 'backend', 'listen', 'peers', 'mailers', 'userlist', 'resolvers', 'cache', 'ring', 'log-forward',
  'http-errors', 'fcgi-app', 'program', 'crt-store', 'traces', 'log-profile', 'acme', 'namespace_list', 'healthcheck',
]

const known = new Set(sectionKinds)

/** By length and first letter: whether some section word is like that. */
const shapes = new Uint8Array(32 * 128)
for (const kind of sectionKinds) shapes[kind.length * 128 + kind.charCodeAt(0)] = 1

/** Whether a word of that length and first unit can be a section word; cheaper than asking for the word. */
export function mayBeSectionKind(length: number, lead: number): boolean {
  return length < 32 && lead < 128 && shapes[length * 128 + lead] === 1
}

export function isSectionKind(word: string): boolean {
  return known.has(word)
}

/** Sections of the proxies: they have rules, servers or listeners. */
export const proxyKinds: ReadonlySet<string> = new Set(['defaults', 'frontend', 'backend', 'listen'])

/**
 * Sections opened by the lines that carry `lineFlags.section`, in order.
 *
 * `active` drops the openings that stand in a dropped branch; null keeps all. Names are read without an environment.
 */
export function readSections(tree: HaproxyTree, active: Uint8Array | null): readonly Section[] {
  const { lines } = tree
  const sections: Section[] = []
  let open: Omit<Section, 'endLine'> | null = null
  for (let line = 0; line < lines.count; line += 1) {
    if (((lines.flags[line] as number) & lineFlags.section) === 0) continue
    if (active !== null && active[line] === 0) continue
    if (open !== null) sections.push({ ...open, endLine: line })
    open = opening(tree, line)
  }
  if (open !== null) sections.push({ ...open, endLine: lines.count })
  return sections
}

const bareEnvironment = { variables: {}, version: '2.6' }

function opening(tree: HaproxyTree, line: number): Omit<Section, 'endLine'> {
  const values = wordValues(tree, line, bareEnvironment)
  const kind = values[0] ?? ''
  // `defaults from` without more words is a section named "from"; `defaults from x` is not the documented form.
  const from = values[2] === 'from' ? (values[3] ?? null) : null
  return { kind, name: values[1] ?? null, from, line }
}
