import type { CompileOptions } from '#shared/dialects/dialect.ts'
import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic, DiagnosticCode, RelatedPlace, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { Gap, LookupTable, SurroundingLine } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { lineFlags } from '../tree.ts'
import type { HaproxyTree, Word } from '../tree.ts'
import { versionNumber } from '../versions.ts'
import { lineWords } from '../words.ts'
import type { ConditionalEnvironment } from '../conditionals.ts'
import type { Expression } from './expressions.ts'

/** Everything one compilation shares: inputs, findings, and what is cached by text. */
export interface CompileState {
  readonly options: CompileOptions
  readonly version: string
  /** Major times 100 plus minor: 2.6 is 206. */
  readonly release: number
  readonly diagnostics: Diagnostic[]
  readonly gaps: Gap[]
  readonly tables: Map<string, LookupTable>
  readonly environment: Map<string, string | null>
  /** Variables after every `setenv` of all files. */
  readonly variablesAtEnd: Readonly<Record<string, string>>
  /** Sample expressions by their text. */
  readonly expressions: Map<string, Expression>
  /** Pattern files by path: keys in file order. */
  readonly patternFiles: Map<string, readonly string[] | null>
  /** Lines outside the proxies that are compared without being followed. */
  readonly surroundings: SurroundingLine[]
  /** Texts behind the rules that may read variables. */
  readonly laterTexts: Set<string>
  /** Some expression reads the target as it first arrived. */
  usesOriginalTarget: boolean
}

export function createState(options: CompileOptions, version: string, variablesAtEnd: Readonly<Record<string, string>>): CompileState {
  const [major, minor] = versionNumber(version)
  return {
    options, version, release: major * 100 + minor, diagnostics: [], gaps: [], tables: new Map(), environment: new Map(), variablesAtEnd,
    expressions: new Map(), patternFiles: new Map(), surroundings: [], laterTexts: new Set(), usesOriginalTarget: false,
  }
}

/** One line being compiled. `values` are its words after quotes and variables; `values[0]` is the keyword. */
export interface LineRef {
  readonly tree: HaproxyTree
  readonly line: number
  readonly values: readonly string[]
  /** Set when quotes or variables were involved, so that places must come from here. */
  readonly cooked: readonly Word[] | null
  /** Words that were cut off at the front of `values`. */
  readonly shift: number
  readonly environment: ConditionalEnvironment
}

export function readLine(state: CompileState, tree: HaproxyTree, line: number, environment: ConditionalEnvironment): LineRef {
  const { lines } = tree
  const { text } = tree.file
  if (((lines.flags[line] as number) & (lineFlags.cooked | lineFlags.broken)) === 0) {
    const first = lines.firstWord[line] as number
    const next = lines.firstWord[line + 1] as number
    const values = new Array<string>(next - first)
    for (let word = first; word < next; word += 1) values[word - first] = text.slice(lines.wordStart[word], lines.wordEnd[word])
    return { tree, line, values, cooked: null, shift: 0, environment }
  }
  const read = lineWords(tree, line, environment)
  for (const word of read.words) {
    for (const name of word.variables) state.environment.set(name, environment.variables[name] ?? null)
  }
  if (read.emptyWord !== null) {
    const fatal = read.emptyWordIs === 'fatal'
    report(state, {
      code: 'haproxy/empty-word', severity: fatal ? 'error' : 'warning', at: read.emptyWord, source: 'H-LEX-4',
      message: fatal
        ? `HAProxy ${state.version} refuses this line because one of its words is empty.`
        : 'The rest of this line is ignored because one of its words is empty.',
    })
    noteVariables(state, tree, line, environment)
  }
  return { tree, line, values: read.words.map((word) => word.value), cooked: read.words, shift: 0, environment }
}

/** Names of variables in a line whose words were cut off still belong to the inputs. */
function noteVariables(state: CompileState, tree: HaproxyTree, line: number, environment: ConditionalEnvironment): void {
  const text = tree.file.text.slice(tree.lines.lineStart[line], tree.lines.lineStart[line + 1])
  for (const match of text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) {
    const name = match[1] as string
    if (!state.environment.has(name)) state.environment.set(name, environment.variables[name] ?? null)
  }
}

/** From the first to the last word of the line. */
export function lineSpanOf(ref: LineRef): Span {
  const { lines, file } = ref.tree
  const first = lines.firstWord[ref.line] as number
  const next = lines.firstWord[ref.line + 1] as number
  if (first === next) return { file: file.path, start: lines.lineStart[ref.line] as number, end: lines.lineStart[ref.line] as number }
  return { file: file.path, start: lines.wordStart[first] as number, end: lines.wordEnd[next - 1] as number }
}

/** Place of word `index` (0 is the keyword); the whole line when it has no such word. */
export function wordSpanOf(ref: LineRef, index: number): Span {
  if (ref.cooked !== null) return ref.cooked[index + ref.shift]?.span ?? lineSpanOf(ref)
  const { lines, file } = ref.tree
  const word = (lines.firstWord[ref.line] as number) + ref.shift + index
  if (word >= (lines.firstWord[ref.line + 1] as number)) return lineSpanOf(ref)
  return { file: file.path, start: lines.wordStart[word] as number, end: lines.wordEnd[word] as number }
}

export interface Finding {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly message: string
  readonly at: Span
  readonly source: string
  readonly names?: readonly string[]
  readonly related?: readonly RelatedPlace[]
}

export function report(state: CompileState, finding: Finding): void {
  state.diagnostics.push(diagnostic(finding))
}

export function addGap(state: CompileState, kind: Gap['kind'], text: string, reason: string, at: Span): void {
  state.gaps.push({ kind, text, reason, at })
}

/** A setting HAProxy refuses to start with. */
export function refuse(state: CompileState, ref: LineRef, word: number, code: DiagnosticCode, message: string, source: string, names: readonly string[] = []): void {
  report(state, { code, severity: 'error', message, at: wordSpanOf(ref, word), source, names })
}

/** Offset where word `index` starts. */
export function wordStartOf(ref: LineRef, index: number): number {
  return ref.cooked === null ? (ref.tree.lines.wordStart[(ref.tree.lines.firstWord[ref.line] as number) + index] as number) : wordSpanOf(ref, index).start
}

/** Offset after word `index`. */
export function wordEndOf(ref: LineRef, index: number): number {
  return ref.cooked === null ? (ref.tree.lines.wordEnd[(ref.tree.lines.firstWord[ref.line] as number) + index] as number) : wordSpanOf(ref, index).end
}

/** Every word after the keyword with single blanks; the text itself where it is written so. */
export function lineRest(ref: LineRef): string {
  const { values } = ref
  if (ref.cooked === null && values.length > 1) {
    let length = values.length - 2
    for (let index = 1; index < values.length; index += 1) length += (values[index] as string).length
    const start = wordStartOf(ref, 1)
    const end = wordEndOf(ref, values.length - 1)
    if (end - start === length) {
      const raw = ref.tree.file.text.slice(start, end)
      if (!raw.includes('\t')) return raw
    }
  }
  return values.slice(1).join(' ')
}
