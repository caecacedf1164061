import type { Parsed } from '#shared/dialects/dialect.ts'
import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { compareBytes, isGlob } from '#shared/text/file-glob.ts'
import type { FilePath, Span } from '#shared/text/span.ts'
import { fragmentContext, isMainFile } from './fragments.ts'
import type { TopContext } from './fragments.ts'
import { folderOf, normalPath, pathMatches, resolvePath, tailMatches } from './paths.ts'
import { tellingOf } from './server-block.ts'
import type { Directive, NginxTree } from './tree.ts'
import { argCount } from './words.ts'

/** One `include` and the files it brought, in the order in which nginx reads them. */
export interface Included {
  readonly at: Span
  /** As written. */
  readonly path: string
  readonly files: readonly FilePath[]
  /** A file of that name is not among those that were read, or is not read again here; nobody knows what it would say. */
  readonly missing: boolean
}

/**
 * A configuration as nginx sees it: one list of directives in which every `include` is replaced by what it brings.
 *
 * Shape: spans point into the file in which a directive is written. Directives without an `include` below them are the
 * very objects of their tree. An `include` that brings nothing is left out. `context` is the context of the top level:
 * files that only make sense inside `http` (a site alone) are taken as if they stood there. An `include` of which something
 * is `missing` stays behind what it brings, so that whoever reads the block knows that it may say more.
 */
export interface Expansion {
  readonly directives: readonly Directive[]
  readonly context: TopContext
  /** Where the main file begins. */
  readonly start: Span
  readonly diagnostics: readonly Diagnostic[]
  readonly includes: readonly Included[]
  /** Files that are loaded, each once, in the order of their first use. */
  readonly loaded: readonly FilePath[]
  /** Those of them that have a `server` block at their top. */
  readonly holdsServer: ReadonlySet<FilePath>
}

interface Entry {
  readonly path: FilePath
  readonly directives: readonly Directive[]
  /** Where the text of this entry begins, for findings about the file as a whole. */
  readonly at: Span
  /** The file is there, and what it says is not known. */
  readonly unread: boolean
}

interface Expander {
  readonly entries: readonly Entry[]
  readonly byPath: ReadonlyMap<string, Entry>
  readonly prefix: string
  readonly findings: Diagnostic[]
  readonly includes: Included[]
  readonly stack: Entry[]
  readonly loaded: Set<Entry>
  /** Directives that includes have brought so far. */
  brought: number
}

const mostNested = 64
/** Files that include each other twice at each step double what is loaded; nginx would run out of memory. */
const mostBrought = 2_000_000

/** Blocks whose lines are values; nginx reads `include` there as one more value. */
const withoutIncludes = new Set(['split_clients', 'charset_map'])

/**
 * Replaces every `include` by the files it names, wherever it stands.
 *
 * Shape: see `Expansion`. The main file is the first one with `http`, `events` or the like at its top; the others are found
 * by the names that `include` gives, as seen from the folder of the main file. Without a main file every file that no other
 * includes is taken, in order. A dump of `nginx -T` brings its own files. `unread`: files that are there and could not be read.
 * Errors: none thrown. A literal name without a file, and a file that includes itself, are findings; the rest is expanded.
 * Source: N-LEX-9, N-LEX-9b; nginx core module, "include".
 */
export function expandIncludes(files: readonly Parsed<NginxTree>[], unread: ReadonlySet<FilePath> = new Set()): Expansion {
  const entries: readonly Entry[] = [...files.flatMap(({ tree }) => entriesOf(tree)), ...[...unread].map((path) => ({ path, directives: [], at: { file: path, start: 0, end: 0 }, unread: true }))]
  const main = entries.find((entry) => isMainFile(entry.directives)) ?? null
  const prefix = folderOf(normalPath((main ?? entries[0])?.path ?? ''))
  const byPath = new Map<string, Entry>()
  for (const entry of entries) for (const path of [resolvePath(prefix, entry.path), normalPath(entry.path)]) if (!byPath.has(path)) byPath.set(path, entry)
  const expander: Expander = { entries, byPath, prefix, findings: [], includes: [], stack: [], loaded: new Set(), brought: 0 }
  const roots = main === null ? rootsOf(expander) : [main]
  const directives: Directive[] = []
  for (const root of roots) for (const directive of expandFile(expander, root)) directives.push(directive)
  if (main !== null) reportUnused(expander, main)
  return {
    directives, context: main === null ? fragmentContext(directives) : 'main', start: roots[0]?.at ?? { file: '', start: 0, end: 0 }, diagnostics: expander.findings, includes: expander.includes,
    loaded: [...expander.loaded].map((entry) => entry.path),
    holdsServer: new Set([...expander.loaded].filter((entry) => entry.directives.some((directive) => directive.name.value === 'server' && directive.block !== null)).map((entry) => entry.path)),
  }
}

function entriesOf(tree: NginxTree): readonly Entry[] {
  const start = { file: tree.file.path, start: 0, end: 0 }
  if (tree.parts === null) return [{ path: tree.file.path, directives: tree.directives, at: start, unread: false }]
  return tree.parts.map((part) => ({ path: part.path, directives: part.directives, at: part.directives[0]?.name.span ?? start, unread: false }))
}

/** Files that no `include` of another file names; all of them if they name each other in a circle. */
function rootsOf(expander: Expander): readonly Entry[] {
  const named = new Set<Entry>()
  const visit = (owner: Entry, directives: readonly Directive[]): void => {
    for (const directive of directives) {
      if (isInclude(directive)) for (const entry of filesOf(expander, directive.args[0]?.value ?? '')) if (entry !== owner) named.add(entry)
      if (directive.block !== null) visit(owner, tellingOf(directive.block))
    }
  }
  for (const entry of expander.entries) visit(entry, entry.directives)
  const roots = expander.entries.filter((entry) => !named.has(entry) && !entry.unread)
  return roots.length > 0 ? roots : expander.entries.slice(0, 1)
}

export function isInclude(directive: Directive): boolean {
  return directive.name.value === 'include' && directive.block === null && directive.opaque === null && argCount(directive) === 1
}

function filesOf(expander: Expander, path: string): readonly Entry[] {
  const wanted = resolvePath(expander.prefix, path)
  if (!isGlob(path)) {
    const found = expander.byPath.get(wanted) ?? expander.entries.find((entry) => tailMatches(belowPrefix(expander, entry), path))
    return found === undefined ? [] : [found]
  }
  const found = new Map<Entry, string>()
  for (const [name, entry] of expander.byPath) if (pathMatches(name, wanted) && !found.has(entry)) found.set(entry, name)
  if (found.size === 0) for (const entry of expander.entries) if (tailMatches(belowPrefix(expander, entry), path)) found.set(entry, entry.path)
  return [...found].sort((a, b) => compareBytes(a[1], b[1])).map(([entry]) => entry)
}

/** Path of a file as seen from the folder of the main file, for files that were copied elsewhere with their folder. */
function belowPrefix({ prefix }: Expander, entry: Entry): string {
  const path = normalPath(entry.path)
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : path
}

function expandFile(expander: Expander, entry: Entry): readonly Directive[] {
  expander.loaded.add(entry)
  expander.stack.push(entry)
  const expanded = expandList(expander, entry.directives)
  expander.stack.pop()
  return expanded
}

/** The list with its includes replaced; the same list if there are none. */
function expandList(expander: Expander, directives: readonly Directive[]): readonly Directive[] {
  let changed: Directive[] | null = null
  for (let index = 0; index < directives.length; index += 1) {
    const directive = directives[index] as Directive
    if (isInclude(directive)) {
      changed ??= directives.slice(0, index)
      for (const brought of expandInclude(expander, directive)) changed.push(brought)
      continue
    }
    const expanded = expandBlock(expander, directive)
    if (expanded !== directive) changed ??= directives.slice(0, index)
    changed?.push(expanded)
  }
  return changed ?? directives
}

function expandBlock(expander: Expander, directive: Directive): Directive {
  const { block } = directive
  if (block === null || withoutIncludes.has(directive.name.value)) return directive
  const own = tellingOf(block)
  const inner = expandList(expander, own)
  if (inner === own) return directive
  return { kind: 'directive', name: directive.name, args: directive.args, block: { directives: inner, open: block.open, close: block.close }, opaque: null, span: directive.span }
}

function expandInclude(expander: Expander, include: Directive): readonly Directive[] {
  const path = include.args[0]?.value ?? ''
  const files = filesOf(expander, path)
  const absent = files.length === 0 && !isGlob(path)
  if (absent) expander.findings.push(problem(include, 'nginx/include-missing', `nginx will not start: there is no file '${path}' to include; what it would say is not known.`))
  const place = expander.includes.push({ at: include.span, path, files: files.map((entry) => entry.path), missing: absent }) - 1
  let missing = absent
  const all: Directive[] = []
  for (const entry of files) {
    const refusal = entry.unread ? 'unread' : refuse(expander, entry)
    if (refusal === null) {
      for (const directive of expandFile(expander, entry)) all.push(directive)
      expander.brought += entry.directives.length
      continue
    }
    missing = true
    // Whoever could not read a file has said so.
    if (refusal !== 'unread') expander.findings.push(problem(include, refusal === 'loop' ? 'nginx/include-loop' : 'nginx/include-depth', refusalText(refusal, path, entry)))
  }
  if (missing) {
    all.push(include)
    expander.includes[place] = { ...(expander.includes[place] as Included), missing }
  }
  return all
}

type Refusal = 'loop' | 'depth' | 'size'

function refuse(expander: Expander, entry: Entry): Refusal | null {
  if (expander.stack.includes(entry)) return 'loop'
  if (expander.stack.length >= mostNested) return 'depth'
  return expander.brought > mostBrought ? 'size' : null
}

function refusalText(refusal: Refusal, path: string, entry: Entry): string {
  switch (refusal) {
    case 'loop': return `nginx will not start: 'include ${path}' leads back to ${entry.path}, which is being read.`
    case 'depth': return `'include ${path}' is nested more than ${String(mostNested)} files deep; ${entry.path} is not read here.`
    case 'size': return `Includes bring more than ${String(mostBrought)} directives; ${entry.path} is not read again here.`
  }
}

function problem(include: Directive, code: `nginx/${string}`, message: string): Diagnostic {
  return diagnostic({ code, severity: 'error', message, at: include.span, source: 'N-LEX-9b; nginx core module, include', names: [include.args[0]?.value ?? ''] })
}

function reportUnused(expander: Expander, main: Entry): void {
  for (const entry of expander.entries) {
    if (expander.loaded.has(entry) || entry.unread) continue
    expander.findings.push(diagnostic({
      code: 'nginx/file-not-loaded', severity: 'info', at: entry.at, source: 'nginx core module, include', names: [entry.path],
      message: `${entry.path} is not loaded: no include of ${main.path} leads to it.`,
    }))
  }
}
