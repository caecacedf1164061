import type { Compiled, CompileOptions, Parsed } from '#shared/dialects/dialect.ts'
import type { Span } from '#shared/text/span.ts'
import { activeLines } from '../conditionals.ts'
import type { ActiveLines, ConditionalEnvironment } from '../conditionals.ts'
import { isSectionKind } from '../sections.ts'
import type { HaproxyTree, Section } from '../tree.ts'
import { buildModel } from './build.ts'
import { settleAcls } from './conditions.ts'
import { applyKnownLine, compileLine } from './known-lines.ts'
import { createProxy, initialSettings, nameSpanOf } from './proxy.ts'
import type { ProxyDraft, ProxyKind, Settings } from './proxy.ts'
import { addPlainServer } from './plain-servers.ts'
import { addGap, createState, readLine, report } from './state.ts'
import { readSurroundings } from './surroundings.ts'
import type { CompileState } from './state.ts'

/**
 * Routing model of the config in `files`, in load order, with what HAProxy refuses or ignores.
 *
 * Errors: none thrown for any input. What HAProxy refuses is a diagnostic of severity error, and the model shows the rest.
 * Cost: linear in the size of the files. Deterministic.
 */
export function compileHaproxy(files: readonly Parsed<HaproxyTree>[], options: CompileOptions): Compiled {
  const version = options.version ?? '2.6'
  let environment: ConditionalEnvironment = { variables: options.environment, version }
  const read = files.map(({ tree }) => {
    const active = activeLines(tree, environment)
    environment = active.environment
    return { tree, active }
  })
  const state = createState(options, version, environment.variables)
  const sections: SectionReader = { state, proxies: [], defaults: new Map(), current: null, initial: initialSettings(), entries: new Map(), pools: new Map() }
  const texts = new Map<string, string>()
  for (const { tree, active } of read) {
    texts.set(tree.file.path, tree.file.text)
    for (const open of active.undecided) {
      const at = lineSpanAt(tree, open.line)
      addGap(state, 'opaque-condition', `.if ${open.text}`, open.reason, at)
      report(state, {
        code: 'haproxy/undecided-condition', severity: 'warning', at, source: 'HAProxy configuration manual, section 2.4', names: [open.text],
        message: `This condition was taken to be false. ${open.reason}`,
      })
    }
    for (let at = 0; at < active.sections.length; at += portion) readSomeSections(sections, tree, at, active)
  }
  return { model: buildModel(state, { ...sections, texts }), diagnostics: state.diagnostics }
}

/** Sections and lines are read in portions: a function that is called often is optimised for good, one long loop again for each file. */
const portion = 128

function readSomeSections(reader: SectionReader, tree: HaproxyTree, from: number, active: ActiveLines): void {
  const to = Math.min(active.sections.length, from + portion)
  for (let at = from; at < to; at += 1) readSection(reader, tree, active.sections[at] as Section, active)
}

interface SectionReader {
  readonly state: CompileState
  readonly proxies: ProxyDraft[]
  readonly defaults: Map<string, ProxyDraft>
  /** The defaults section that proxies without `from` use. */
  current: ProxyDraft | null
  /** What holds without any defaults section. */
  readonly initial: Settings
  readonly entries: Map<string, ProxyDraft>
  readonly pools: Map<string, ProxyDraft>
}

function lineSpanAt(tree: HaproxyTree, line: number): Span {
  const { lines, file } = tree
  const first = lines.firstWord[line] as number
  const next = lines.firstWord[line + 1] as number
  if (first === next) return { file: file.path, start: lines.lineStart[line] as number, end: lines.lineStart[line] as number }
  return { file: file.path, start: lines.wordStart[first] as number, end: lines.wordEnd[next - 1] as number }
}

const proxySections: ReadonlySet<string> = new Set(['defaults', 'frontend', 'backend', 'listen'])

function readSection(reader: SectionReader, tree: HaproxyTree, section: Section, active: ActiveLines): void {
  const { state } = reader
  if (!proxySections.has(section.kind)) {
    if (!isSectionKind(section.kind)) addGap(state, 'unknown-keyword', section.kind, `The section '${section.kind}' is not known.`, lineSpanAt(tree, section.line))
    readSurroundings(state, tree, section, active)
    return
  }
  const kind = section.kind as ProxyKind
  const proxy = openProxy(reader, tree, section, kind, active)
  if (proxy === null) return
  readLines(state, proxy, tree, section, active)
  settleAcls(proxy)
  if (kind === 'defaults') {
    reader.current = proxy
    if (proxy.name !== '') reader.defaults.set(proxy.name, proxy)
  } else reader.proxies.push(proxy)
}

function openProxy(reader: SectionReader, tree: HaproxyTree, section: Section, kind: ProxyKind, active: ActiveLines): ProxyDraft | null {
  const { state } = reader
  const at = lineSpanAt(tree, section.line)
  const ref = (tree.lines.flags[section.line] as number) & 3 ? readLine(state, tree, section.line, active.environmentAt(section.line)) : null
  const name = (ref === null ? section.name : ref.values[1]) ?? ''
  const base = baseOf(reader, section, kind, at)
  if (kind === 'defaults') return createProxy(kind, name, tree, section.line, at, base, reader.initial)
  if (name === '') {
    addGap(state, 'unknown-keyword', kind, `The ${kind} has no name.`, at)
    return null
  }
  if (isTwice(reader, kind, name, tree, section.line, at)) return null
  const proxy = createProxy(kind, name, tree, section.line, at, base, reader.initial)
  if (kind !== 'backend') reader.entries.set(name, proxy)
  if (kind !== 'frontend') reader.pools.set(name, proxy)
  return proxy
}

function baseOf(reader: SectionReader, section: Section, kind: ProxyKind, at: Span): ProxyDraft | null {
  if (section.from === null) return kind === 'defaults' ? null : reader.current
  const base = reader.defaults.get(section.from)
  if (base !== undefined) return base
  report(reader.state, {
    code: 'haproxy/defaults-undefined', severity: 'error', at, source: 'H-DEF-2', names: [section.from],
    message: `HAProxy refuses to start because there is no defaults section named '${section.from}' above.`,
  })
  return kind === 'defaults' ? null : reader.current
}

/** Two frontends or two backends of one name (H-DEF-6); from 3.3 on also one of each (H-DEF-7). */
function isTwice(reader: SectionReader, kind: ProxyKind, name: string, tree: HaproxyTree, line: number, opening: Span): boolean {
  const entry = kind === 'backend' ? undefined : reader.entries.get(name)
  const pool = kind === 'frontend' ? undefined : reader.pools.get(name)
  const first = entry ?? pool
  if (first === undefined) return false
  const at = nameSpanOf(tree, line, opening)
  // Within one file the parser has said so already.
  if (first.at.file !== at.file) {
    report(reader.state, {
      code: 'haproxy/duplicate-proxy', severity: 'error', at, source: 'H-DEF-6', names: [name],
      message: `HAProxy refuses to start because the name '${name}' is used twice.`, related: [{ at: first.at, message: 'The first one stands here.' }],
    })
  }
  addGap(reader.state, 'unknown-value', `${kind} ${name}`, `The name '${name}' is used twice; the second section is left out.`, at)
  return true
}

function readLines(state: CompileState, proxy: ProxyDraft, tree: HaproxyTree, section: Section, active: ActiveLines): void {
  for (let line = section.line + 1; line < section.endLine; line += portion) readSomeLines(state, proxy, tree, line, Math.min(section.endLine, line + portion), active)
}

function readSomeLines(state: CompileState, proxy: ProxyDraft, tree: HaproxyTree, from: number, to: number, active: ActiveLines): void {
  const { lines, file } = tree
  const { text } = file
  const { firstWord, wordStart, wordEnd } = lines
  const takesServers = proxy.kind === 'backend' || proxy.kind === 'listen'
  for (let line = from; line < to; line += 1) {
    if (active.active[line] === 0) continue
    const first = firstWord[line] as number
    if (first === (firstWord[line + 1] as number)) continue
    const start = wordStart[first] as number
    const end = wordEnd[first] as number
    // "server " is by far the most frequent line of large files.
    if (takesServers && end - start === 6 && text.charCodeAt(start) === 115 && text.charCodeAt(start + 5) === 114 && text.startsWith('server', start)
      && addPlainServer(proxy, tree, line, proxy.settings.serverDefaults)) continue
    if (applyKnownLine(proxy, tree, line, start)) continue
    const ref = readLine(state, tree, line, active.environmentAt(line))
    const keyword = ref.values[0]
    if (keyword === undefined || keyword.charCodeAt(0) === 46) continue
    if (!compileLine(state, proxy, ref, keyword)) unknownKeyword(state, proxy, keyword, lineSpanAt(tree, line))
  }
}

function unknownKeyword(state: CompileState, proxy: ProxyDraft, keyword: string, at: Span): void {
  report(state, {
    code: 'haproxy/unknown-keyword', severity: 'error', at, source: 'H-LEX-11', names: [proxy.name, keyword],
    message: `HAProxy does not know the keyword '${keyword}' in ${proxy.kind} sections and refuses to start.`,
  })
  addGap(state, 'unknown-keyword', keyword, `The keyword '${keyword}' is not known.`, at)
}
