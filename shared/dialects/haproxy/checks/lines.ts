import type { CheckContext, Parsed } from '#shared/dialects/dialect.ts'
import { rawWord, statementSpan, wordSpan } from '../accessors.ts'
import { activeLines, type ActiveLines, type ConditionalEnvironment } from '../conditionals.ts'
import { lineFlags, type HaproxyTree, type Section } from '../tree.ts'
import type { Span } from '#shared/text/span.ts'

/** One statement inside a section, as written. */
export interface Statement {
  readonly tree: HaproxyTree
  readonly section: Section
  readonly line: number
  /** Raw words, quotes included: a quoted word is never an operator or a flag by mistake. */
  readonly words: readonly string[]
  readonly at: Span
}

export function wordAt(statement: Statement, index: number): Span {
  return wordSpan(statement.tree, (statement.tree.lines.firstWord[statement.line] ?? 0) + index)
}

function statementAt(tree: HaproxyTree, section: Section, line: number): Statement {
  const words: string[] = []
  for (let word = tree.lines.firstWord[line] ?? 0; word < (tree.lines.firstWord[line + 1] ?? 0); word += 1) words.push(rawWord(tree, word))
  return { tree, section, line, words, at: statementSpan(tree, line) }
}

/** What a rule about the text is given: the files in load order and what decides their conditions. */
export type TextContext = Pick<CheckContext<HaproxyTree>, 'files' | 'options'>

interface ActiveFile {
  readonly tree: HaproxyTree
  readonly active: ActiveLines
}

const activeFilesOf = new WeakMap<readonly Parsed<HaproxyTree>[], { readonly options: CheckContext<HaproxyTree>['options']; readonly files: readonly ActiveFile[] }>()

/** Which lines of each file count; read once for all rules of one run. The environment goes from file to file, as when compiling. */
function activeFiles({ files, options }: TextContext): readonly ActiveFile[] {
  const known = activeFilesOf.get(files)
  if (known?.options === options) return known.files
  let environment: ConditionalEnvironment = { variables: options.environment, version: options.version ?? '2.6' }
  const read = files.map(({ tree }) => {
    const active = activeLines(tree, environment)
    environment = active.environment
    return { tree, active }
  })
  activeFilesOf.set(files, { options, files: read })
  return read
}

/** Index of the first word of a line that counts, can be read and is no conditional; -1 for any other line. */
function firstWordOf({ tree, active }: ActiveFile, line: number): number {
  if (active.active[line] === 0) return -1
  const first = tree.lines.firstWord[line] ?? 0
  if (first === (tree.lines.firstWord[line + 1] ?? first)) return -1
  return ((tree.lines.flags[line] ?? 0) & (lineFlags.conditional | lineFlags.broken)) === 0 ? first : -1
}

/** Statements of every section whose first word is one of `keywords`, in load order. Lines that do not count or could not be read are left out. */
export function* statements(context: TextContext, keywords: ReadonlySet<string>): Iterable<Statement> {
  for (const file of activeFiles(context)) {
    const { tree } = file
    for (const section of file.active.sections) {
      for (let line = section.line + 1; line < section.endLine; line += 1) {
        const first = firstWordOf(file, line)
        if (first !== -1 && keywords.has(rawWord(tree, first))) yield statementAt(tree, section, line)
      }
    }
  }
}

const acl: ReadonlySet<string> = new Set(['acl'])

/** Acl lines of every section, in load order. */
export function* aclLines(context: TextContext): Iterable<AclLine> {
  for (const statement of statements(context, acl)) {
    const line = aclLine(statement)
    if (line !== null) yield line
  }
}

/** Statements with a comment behind them. */
export function* commentedStatements(context: TextContext): Iterable<Statement> {
  for (const file of activeFiles(context)) {
    const { tree } = file
    for (const section of file.active.sections) {
      for (let line = section.line + 1; line < section.endLine; line += 1) {
        if ((tree.lines.commentStart[line] ?? -1) !== -1 && firstWordOf(file, line) !== -1) yield statementAt(tree, section, line)
      }
    }
  }
}

/** All statements of each section that declares an acl; the others have nothing to say about them. */
export function sectionsWithAcls(context: TextContext): readonly (readonly Statement[])[] {
  const found: (readonly Statement[])[] = []
  for (const file of activeFiles(context)) {
    const { tree } = file
    for (const section of file.active.sections) {
      let has = false
      for (let line = section.line + 1; line < section.endLine && !has; line += 1) {
        const first = firstWordOf(file, line)
        has = first !== -1 && rawWord(tree, first) === 'acl'
      }
      if (!has) continue
      const all: Statement[] = []
      for (let line = section.line + 1; line < section.endLine; line += 1) if (firstWordOf(file, line) !== -1) all.push(statementAt(tree, section, line))
      found.push(all)
    }
  }
  return found
}

/** `backend api`; sections without a name by their kind alone. */
export function sectionName(section: Section): string {
  return section.name === null ? section.kind : `${section.kind} ${section.name}`
}

export interface AclLine {
  readonly statement: Statement
  readonly name: string
  /** Index of the first pattern among the words; the number of words when there is none. */
  readonly firstPattern: number
}

/** Flags that take a value of their own. */
const flagsWithValue: ReadonlySet<string> = new Set(['-f', '-m', '-u'])
const flags: ReadonlySet<string> = new Set(['-i', '-n', '-M', '--'])

/** Where the patterns of an `acl` line start: after name, expression and flags (H-ACL-15, H-ACL-17). */
export function aclLine(statement: Statement): AclLine | null {
  const { words } = statement
  if (words[0] !== 'acl' || words.length < 3) return null
  let at = 3
  while (at < words.length) {
    const word = words[at] as string
    if (flagsWithValue.has(word)) at += 2
    else if (flags.has(word)) {
      at += 1
      if (word === '--') break
    } else break
  }
  return { statement, name: words[1] as string, firstPattern: Math.min(at, words.length) }
}

/** Names of conditions that a statement uses: behind `if` or `unless`, and in the fetch `acl(name,!other)` of 3.0 and later. */
export function usedConditions(statement: Statement): readonly { readonly name: string; readonly index: number }[] {
  const { words } = statement
  const used: { readonly name: string; readonly index: number }[] = []
  words.forEach((word, index) => {
    if (!word.includes('acl(')) return
    for (const match of word.matchAll(/acl\(([^)]*)\)/g)) for (const name of (match[1] as string).split(',')) used.push({ name: name.replace(/^!/, ''), index })
  })
  if (words[0] === 'acl') return used
  let inCondition = false
  let depth = 0
  words.forEach((word, index) => {
    if (!inCondition) {
      inCondition = index > 0 && (word === 'if' || word === 'unless')
      return
    }
    if (word === '{' || word === '!{') depth += 1
    else if (word === '}') depth = Math.max(0, depth - 1)
    else if (depth === 0 && word !== 'or' && word !== '||' && word !== '!') used.push({ name: word.startsWith('!') ? word.slice(1) : word, index })
  })
  return used
}
