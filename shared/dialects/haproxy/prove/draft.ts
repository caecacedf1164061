import type { CompileOptions } from '#shared/dialects/dialect.ts'
import type { PreparedConfig, ProofListener, ProofServer } from '#shared/dialects/proof.ts'
import { statementSpan } from '../accessors.ts'
import type { ConditionalEnvironment } from '../conditionals.ts'
import { storedPath } from '../compile/tables.ts'
import type { HaproxyTree, Word } from '../tree.ts'
import { lineWords } from '../words.ts'

/** Name of the certificate that stands for every certificate of a config. */
export const certificateName = 'cert.pem'

/** Everything that is gathered while a config is made ready. */
export interface Draft {
  readonly options: CompileOptions
  /** Pools whose servers have a socket each. */
  readonly pools: ReadonlySet<string>
  /** More servers than can have a socket each: those of other pools share one. */
  readonly shareOthers: boolean
  readonly refusals: PreparedConfig['refusals'][number][]
  /** Sentences about what is not as in the config, in the order in which they first applied. */
  readonly replaced: Set<string>
  readonly listeners: ProofListener[]
  readonly servers: ProofServer[]
  /** Path as written → name of its copy. */
  readonly copies: Map<string, { readonly name: string; readonly path: string | null }>
  usesCertificate: boolean
  usesSharedSocket: boolean
}

export function createDraft(options: CompileOptions, pools: ReadonlySet<string>, shareOthers: boolean): Draft {
  return { options, pools, shareOthers, refusals: [], replaced: new Set(), listeners: [], servers: [], copies: new Map(), usesCertificate: false, usesSharedSocket: false }
}

/** One line that counts, with its words as the product sees them. */
export interface ProofLine {
  readonly tree: HaproxyTree
  readonly line: number
  readonly words: readonly Word[]
  readonly values: readonly string[]
  readonly environment: ConditionalEnvironment
  /** From its first to its last word, as written; environment variables are written out, so that what is started holds none. */
  readonly text: string
}

export function readProofLine(tree: HaproxyTree, line: number, environment: ConditionalEnvironment): ProofLine {
  const { words: list, emptyWord } = lineWords(tree, line, environment)
  const span = statementSpan(tree, line)
  // A variable that is not set ends the line where it stands.
  const usesVariables = emptyWord !== null || list.some((word) => word.variables.length > 0)
  const text = usesVariables ? list.map((word) => writtenWord(tree, word)).join(' ') : tree.file.text.slice(span.start, span.end)
  return { tree, line, words: list, values: list.map((word) => word.value), environment, text }
}

export function refuse(draft: Draft, at: ProofLine, reason: string): void {
  draft.refusals.push({ reason, at: statementSpan(at.tree, at.line) })
}

export function note(draft: Draft, sentence: string): void {
  draft.replaced.add(sentence)
}

const plainWord = /^[A-Za-z0-9_\-.:/@,+=%~^!*?;|&()[\]<>]+$/

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', "'": "\\'" }

/** A value written so that HAProxy reads it back unchanged: bare, or in strong quotes. Source: HAProxy configuration manual, section 2.2. */
export function quoted(value: string): string {
  if (plainWord.test(value)) return value
  const inside = value.replace(/['\u0000-\u001f\u007f]/g, (character) => `'${escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}'`)
  return `'${inside}'`
}

/** The word as written; a word that an environment variable went into is written out. */
export function written(at: ProofLine, index: number): string {
  const word = at.words[index]
  return word === undefined ? '' : writtenWord(at.tree, word)
}

const writtenWord = (tree: HaproxyTree, word: Word): string => (word.variables.length === 0 ? tree.file.text.slice(word.span.start, word.span.end) : quoted(word.value))

/** Name of the copy of a side file; null: the file could not be read, and the line is refused. */
export function copyOf(draft: Draft, at: ProofLine, path: string): string | null {
  const known = draft.copies.get(path)
  if (known !== undefined) return known.name
  const stored = storedPath(path)
  const found = stored.virtual ? undefined : [path, stored.path].find((one) => draft.options.sideFiles.has(one))
  if (found === undefined && stored.required) {
    refuse(draft, at, `names the file ${stored.path}, which could not be read here, and HAProxy does not start without it`)
    return null
  }
  const name = `f${draft.copies.size}`
  draft.copies.set(path, { name, path: found ?? null })
  return name
}
