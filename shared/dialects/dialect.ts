import type { Diagnostic, DiagnosticCode, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { AccessLogReader } from '#shared/requests/access-log/logged-request.ts'
import type { MetricSample } from '#shared/requests/access-log/prometheus-text.ts'
import type { TrafficCounter } from '#shared/requests/access-log/traffic-counter.ts'
import type { FileRole, SourceFile } from '#shared/text/source-file.ts'
import type { FilePath, Span } from '#shared/text/span.ts'
import type { ProofRecipe } from './proof.ts'
import type { Validator } from './validator.ts'

export type DialectId = string

/** How sure a dialect is that a file is its own: 0 no, 1 certain. */
export type Confidence = number

/** Another file that a config names and that changes routing. `path` as written. Files with the role `included` are parsed, and reach compile behind the config files. */
export interface IncludeRef {
  readonly path: FilePath
  readonly role: FileRole
  /** False: the product starts without it. */
  readonly required: boolean
  /** A folder whose entries count (certificate folders). */
  readonly folder: boolean
  /** `path` is a glob(3) pattern; every file it matches counts, in byte order, and none is needed. Absent: it is a name. */
  readonly pattern?: boolean
  readonly at: Span
}

export interface Parsed<Tree> {
  readonly file: SourceFile
  readonly tree: Tree
}

/** What compile needs to know besides the files. */
export interface CompileOptions {
  /** Environment of the config; a name that is missing here is not set. */
  readonly environment: Readonly<Record<string, string>>
  /** Product version to compile for, e.g. `2.6`; null: the dialect's reference version. */
  readonly version: string | null
  /** Side files by the path the config writes; a missing entry could not be read. */
  readonly sideFiles: ReadonlyMap<FilePath, SourceFile>
  /** Included files that are there and could not be read, by the path under which the config finds them. Absent: none. */
  readonly unread?: ReadonlySet<FilePath>
}

export interface Compiled {
  readonly model: RoutingModel
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * modelled: compiled exactly. inert: cannot change routing. approximate: compiled, with a stated difference.
 * unsupported: known and not modelled. A keyword that is not in the table is unknown.
 */
export type SupportState = 'modelled' | 'inert' | 'approximate' | 'unsupported'

export interface SupportEntry {
  /** `<kind> <keyword>`, e.g. `proxy use_backend`, `fetch path`, `converter lower`, `server weight`, `bind ssl`, `global maxconn`, `http-request set-path`. */
  readonly key: string
  readonly state: SupportState
  /** One sentence: what it does, in plain words. */
  readonly summary: string
  /** First and last version that knows it, or null for always. */
  readonly since: string | null
  readonly until: string | null
}

export interface SupportTable {
  readonly entries: ReadonlyMap<string, SupportEntry>
}

export interface CheckContext<Tree> {
  readonly files: readonly Parsed<Tree>[]
  readonly model: RoutingModel
  readonly options: CompileOptions
}

/** One rule of a dialect. Everything about it stands in its own file. */
export interface Check<Tree = unknown> {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** Plain title for lists and checklists. */
  readonly title: string
  readonly why: string
  /** Config fragments: `bad` must yield the finding, `good` must not. */
  readonly bad: string
  readonly good: string
  /** Manual section, experiment id or issue. */
  readonly source: string
  /** Which postmortem it would have caught, if any. */
  readonly postmortem: string | null
  run(context: CheckContext<Tree>): readonly Diagnostic[]
}

/** Colour class of a token in the editor. */
export type TokenClass = 'keyword' | 'section' | 'name' | 'string' | 'number' | 'comment' | 'operator' | 'variable' | 'text' | 'invalid'

export interface LanguageToken {
  /** Zero-based column in the line, UTF-16 code units. */
  readonly start: number
  readonly class: TokenClass
}

/** Editor support as data; the editor room turns it into Monaco calls. */
export interface LanguageDefinition {
  readonly id: string
  readonly title: string
  readonly extensions: readonly string[]
  /** Colours of one line; state is carried from line to line (null at the start). */
  tokenizeLine(line: string, state: string | null): { readonly tokens: readonly LanguageToken[]; readonly state: string | null }
  /** Support entry for the keyword under zero-based `column` of `line`, given the section the line stands in; null: nothing to say. */
  hover(line: string, column: number, section: string | null): { readonly start: number; readonly end: number; readonly entry: SupportEntry | null; readonly word: string } | null
}

/** A balancer product: one folder and one line in the registry. */
export interface Dialect<Tree = unknown> {
  readonly id: DialectId
  readonly product: string
  /** Name of the file that the product starts with when it is given a folder; absent: every config file of the folder counts. */
  readonly mainFile?: string
  /** Product versions run as oracle. */
  readonly verifiedOn: readonly string[]
  detect(file: SourceFile): Confidence
  /** Never throws, whatever the text; what is wrong becomes nodes and diagnostics. */
  parse(file: SourceFile): { readonly tree: Tree; readonly diagnostics: readonly Diagnostic[] }
  /** Every token of the tree in order; joined they equal the text. */
  tokens(tree: Tree): Iterable<string>
  includes(files: readonly Parsed<Tree>[], options: Pick<CompileOptions, 'environment' | 'version'>): readonly IncludeRef[]
  /** Files in load order, then those they include. */
  compile(files: readonly Parsed<Tree>[], options: CompileOptions): Compiled
  /** Name of the section and its opening line for each section, for outlines and folding. */
  outline(tree: Tree): readonly { readonly title: string; readonly kind: string; readonly span: Span }[]
  readonly support: SupportTable
  readonly checks: readonly Check<Tree>[]
  readonly language: LanguageDefinition
  /** How the installed product is started on a config to replay requests; absent: it cannot be asked. */
  readonly proof?: ProofRecipe<Tree>
  /** How the installed product checks a config itself; absent: it has no such mode that is known here. */
  readonly validator?: Validator<Tree>
  /** Readers of the log formats the product has a name for, most telling first. What lines hold may depend on the config that wrote them. */
  readonly readAccessLog?: (files: readonly Parsed<Tree>[]) => readonly AccessLogReader[]
  /** Requests per entry and pool from the product's Prometheus page. */
  readonly readCounters?: (samples: Iterable<MetricSample>) => readonly TrafficCounter[]
}
