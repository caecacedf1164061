import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { CompileOptions, Dialect, IncludeRef, Parsed } from '#shared/dialects/dialect.ts'
import { detectDialect, dialectById, dialects } from '#shared/dialects/registry.ts'
import { memberCount } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import type { CallContext } from '#shared/rpc/method.ts'
import type { ConfigInput, ConfigSummary, LoadedFile, LoadOptions } from '#shared/rpc/payloads.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { FileRole, SourceFile } from '#shared/text/source-file.ts'
import type { FilePath } from '#shared/text/span.ts'
import { gather, type FoundFile, type Gathered } from './gather.ts'
import { fileCountLimit, sideFileLimitBytes } from './limits.ts'
import { inputDiagnostics } from './input-diagnostics.ts'
import type { Ports } from './ports.ts'

/** A file of a loaded config with the bytes it had. */
export interface KeptFile {
  readonly source: SourceFile
  readonly bytes: Uint8Array
  readonly diskPath: string | null
}

/** A config read whole: enough to compile it again without touching the disk. */
export interface ReadConfig {
  readonly configId: string
  readonly input: ConfigInput
  readonly dialect: Dialect
  readonly options: CompileOptions
  /** Config files in load order, then the files they include, then side files, each in the order they were named. */
  readonly files: readonly KeptFile[]
  /** What watching this config means; null: nothing on disk. */
  readonly watched: string | null
  readonly summary: ConfigSummary
}

/** A config ready to be asked. */
export interface LoadedConfig extends ReadConfig {
  readonly parsed: readonly Parsed<unknown>[]
  readonly model: RoutingModel
}

/**
 * Reads, recognises, parses and compiles one config.
 *
 * Errors: what cannot be read at all, or whose product nobody recognises, is a failure. Everything else becomes a
 * diagnostic at its place in `summary.diagnostics`.
 */
export async function loadConfig(ports: Ports, input: ConfigInput, options: LoadOptions, context: CallContext): Promise<Result<LoadedConfig>> {
  const started = ports.clock.milliseconds()
  if (options.dialect !== null && dialectById(options.dialect) === undefined) {
    return failed('unsupported', `There is no dialect ${JSON.stringify(options.dialect)}; there are: ${dialects.map((one) => one.id).join(', ')}.`)
  }
  const gathered = await gather(ports, input, options.root)
  if (!gathered.ok) return gathered
  const configs = gathered.value.files.map((file) => keep(ports, file, 'config'))
  const binary = configs.find((file) => !isText(file.source.text))
  if (binary !== undefined) return failed('not-text', `${binary.source.path} is not text: it holds too many control characters to be a config.`, binary.source.path)
  const chosen = chooseDialect(configs, options.dialect)
  if (!chosen.ok) return chosen
  const { dialect } = chosen.value
  ports.emit('progress', { task: 'load', fraction: null, text: `Reading ${gathered.value.title}` })
  await ports.clock.breathe()
  if (context.cancelled()) return failed('cancelled', 'Loading was cancelled.')

  const base = { environment: options.environment, version: options.version }
  const diagnostics: Diagnostic[] = configs.flatMap((file) => inputDiagnostics(file.source, file.bytes))
  const parsed: Parsed<unknown>[] = []
  for (const file of configs) {
    const result = dialect.parse(file.source)
    parsed.push({ file: file.source, tree: result.tree })
    append(diagnostics, result.diagnostics)
    await ports.clock.breathe()
    if (context.cancelled()) return failed('cancelled', 'Loading was cancelled.')
  }
  const included = await readIncluded(ports, gathered.value, dialect, configs, parsed, base)
  append(diagnostics, included.diagnostics)
  if (context.cancelled()) return failed('cancelled', 'Loading was cancelled.')
  const sides = await readSideFiles(ports, gathered.value, dialect, parsed, base)
  append(diagnostics, sides.diagnostics)
  if (context.cancelled()) return failed('cancelled', 'Loading was cancelled.')

  const compileOptions: CompileOptions = { ...base, sideFiles: new Map(sides.kept.map((file) => [file.source.path, file.source])), unread: included.unread }
  const compiled = dialect.compile(parsed, compileOptions)
  append(diagnostics, compiled.diagnostics)
  const files = [...configs, ...included.kept, ...sides.kept]
  const hash = ports.bytes.sha256(files.map((file) => file.bytes).flatMap((bytes) => [ports.bytes.fromText(`${bytes.length}\n`), bytes]))
  const identity = JSON.stringify([hash, gathered.value.source, gathered.value.title, files.map((file) => file.source.path), dialect.id, options.root, options.version, Object.entries(options.environment).sort()])
  const configId = ports.bytes.sha256([ports.bytes.fromText(identity)]).slice(0, 32)
  const summary: ConfigSummary = {
    configId, title: gathered.value.title, source: gathered.value.source, input: withoutContents(input), dialect: dialect.id, product: dialect.product, version: compiled.model.version,
    dialectBy: chosen.value.by, files: files.map(toLoadedFile), hash, counts: countsOf(compiled.model), diagnostics, watchable: gathered.value.watched !== null,
    parseMs: ports.clock.milliseconds() - started,
  }
  return ok({ configId, input, dialect, options: compileOptions, files, watched: gathered.value.watched, summary, parsed, model: compiled.model })
}

/** Parses and compiles again what was read before. */
export function compileAgain(read: ReadConfig): LoadedConfig {
  const parsed = read.files.filter((file) => file.source.role === 'config' || file.source.role === 'included').map((file) => ({ file: file.source, tree: read.dialect.parse(file.source).tree }))
  return { ...read, parsed, model: read.dialect.compile(parsed, read.options).model }
}

/** A file may have more findings than a call may have arguments. */
function append(list: Diagnostic[], more: readonly Diagnostic[]): void {
  for (const one of more) list.push(one)
}

/** Contents of dropped files do not travel back to the screen that sent them. */
function withoutContents(input: ConfigInput): ConfigInput {
  return input.kind === 'files' ? { ...input, files: input.files.map((file) => ({ path: file.path, base64: '' })) } : input
}

function keep(ports: Ports, file: FoundFile, role: FileRole): KeptFile {
  const decoded = ports.bytes.decode(file.bytes)
  return { source: { path: file.path, text: decoded.text, role, encoding: decoded.encoding }, bytes: file.bytes, diskPath: file.diskPath }
}

const lookedAtCharacters = 64 * 1024

/** A few NUL bytes or escapes are a finding at their place; a picture, an archive or a disk of zeros is no config at all. */
function isText(text: string): boolean {
  const looked = Math.min(text.length, lookedAtCharacters)
  let control = 0
  for (let index = 0; index < looked; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 9 || (code > 13 && code < 32 && code !== 27) || (code >= 127 && code < 160)) control += 1
  }
  return control * 20 <= looked || control <= 4
}

function chooseDialect(configs: readonly KeptFile[], wanted: string | null): Result<{ readonly dialect: Dialect; readonly by: 'detected' | 'given' }> {
  if (wanted !== null) {
    const dialect = dialectById(wanted)
    return dialect === undefined ? failed('unsupported', `There is no dialect ${wanted}.`) : ok({ dialect, by: 'given' })
  }
  let best: { readonly dialect: Dialect; readonly confidence: number } | null = null
  for (const file of configs) {
    const found = detectDialect(file.source)
    if (found !== null && (best === null || found.confidence > best.confidence)) best = found
  }
  if (best !== null) return ok({ dialect: best.dialect, by: 'detected' })
  // An empty or blank file says nothing about its product; with a single product known, it is taken as that one.
  const only = dialects.length === 1 ? dialects[0] : undefined
  if (only !== undefined && configs.every((file) => file.source.text.trim() === '')) return ok({ dialect: only, by: 'detected' })
  const first = configs[0]?.source.path ?? ''
  return failed('not-text', `${first} does not look like a config of ${dialects.map((one) => one.product).join(', ')}. Name the product with --dialect if it is one.`, first)
}

interface SideFiles {
  readonly kept: readonly KeptFile[]
  readonly diagnostics: readonly Diagnostic[]
}

interface IncludedFiles extends SideFiles {
  /** Files that are there and could not be read. */
  readonly unread: ReadonlySet<FilePath>
}

/** Reasons that say something about this reader; the balancer itself may well read the file. */
const ours: ReadonlySet<string> = new Set(['too-large', 'not-permitted', 'io'])

/**
 * Reads and parses the files that configs include, and those that they include in turn, until no new one is named; `parsed` grows
 * by them. A file that is among the configs already is not read again. What is missing is left out: the dialect reports it.
 */
async function readIncluded(ports: Ports, gathered: Gathered, dialect: Dialect, configs: readonly KeptFile[], parsed: Parsed<unknown>[], base: Pick<CompileOptions, 'environment' | 'version'>): Promise<IncludedFiles> {
  const kept: KeptFile[] = []
  const diagnostics: Diagnostic[] = []
  const unread = new Set<FilePath>()
  const asked = new Set<string>()
  const known = new Set(configs.flatMap((file) => [file.source.path, ...(file.diskPath === null ? [] : [file.diskPath])]))
  const refuse = (reference: IncludeRef, path: FilePath, failure: Pick<Failure, 'code' | 'message'>): void => {
    const isOurs = ours.has(failure.code)
    unread.add(path)
    diagnostics.push(sideProblem({ ...reference, required: reference.required || !isOurs }, 'input/side-file-unreadable', failure.message))
  }
  let looked = 0
  for (;;) {
    // Files that were looked through already name nothing new; a long chain of includes would be walked again for each of its files.
    const fresh = dialect.includes(parsed.slice(looked), base).filter((reference) => reference.role === 'included' && !asked.has(reference.path))
    looked = parsed.length
    if (fresh.length === 0) return { kept, diagnostics, unread }
    for (const reference of fresh) {
      asked.add(reference.path)
      const isPattern = reference.pattern === true
      const paths = isPattern ? await gathered.matching(reference.path) : [reference.path]
      for (const path of paths) {
        if (known.has(path)) continue
        if (kept.length >= fileCountLimit) {
          diagnostics.push(sideProblem(reference, 'input/too-many-files', `The config includes more than ${fileCountLimit} files; ${path} and those after it are not read.`))
          return { kept, diagnostics, unread: new Set([...unread, ...paths.slice(paths.indexOf(path))]) }
        }
        const read = await gathered.readSide(path, configLimitBytes)
        if (!read.ok) {
          // A pattern only finds what is there, so a name without a file is a link.
          if (read.failure.code !== 'not-found') refuse(reference, path, read.failure)
          else if (isPattern) refuse(reference, path, { code: 'not-found', message: `${path} is a symbolic link that leads nowhere.` })
          continue
        }
        const isLoaded = read.value.diskPath !== null && known.has(read.value.diskPath)
        known.add(path)
        if (isLoaded) continue
        const file = keep(ports, { ...read.value, path }, 'included')
        if (!isText(file.source.text)) {
          refuse(reference, path, { code: 'not-text', message: `${path} is not text: it holds too many control characters to be a config.` })
          continue
        }
        const result = dialect.parse(file.source)
        kept.push(file)
        parsed.push({ file: file.source, tree: result.tree })
        append(diagnostics, inputDiagnostics(file.source, file.bytes))
        append(diagnostics, result.diagnostics)
      }
      await ports.clock.breathe()
    }
  }
}

/** Reads every other file that the config names. What is missing is left out: compile reports it at the line that names it. */
async function readSideFiles(ports: Ports, gathered: Gathered, dialect: Dialect, parsed: readonly Parsed<unknown>[], base: Pick<CompileOptions, 'environment' | 'version'>): Promise<SideFiles> {
  const kept: KeptFile[] = []
  const diagnostics: Diagnostic[] = []
  const seen = new Set<string>()
  for (const reference of dialect.includes(parsed, base)) {
    if (seen.has(reference.path) || reference.role === 'included') continue
    seen.add(reference.path)
    if (seen.size > fileCountLimit) {
      diagnostics.push(sideProblem(reference, 'input/too-many-files', `The config names more than ${fileCountLimit} files; ${reference.path} and those after it are not read.`))
      break
    }
    // Certificates and their folders are never opened: they hold private keys and cannot change routing rules.
    if (reference.role === 'certificate' || reference.folder) {
      if (await gathered.sideExists(reference.path)) kept.push({ source: { path: reference.path, text: '', role: reference.role, encoding: 'utf-8' }, bytes: new Uint8Array(0), diskPath: null })
      continue
    }
    const read = await gathered.readSide(reference.path, sideFileLimitBytes)
    if (read.ok) {
      const file = keep(ports, { ...read.value, path: reference.path }, reference.role)
      kept.push(file)
      append(diagnostics, inputDiagnostics(file.source, file.bytes))
    } else if (read.failure.code !== 'not-found') {
      diagnostics.push(sideProblem(reference, 'input/side-file-unreadable', read.failure.message))
    }
  }
  return { kept, diagnostics }
}

function sideProblem(reference: IncludeRef, code: `input/${string}`, message: string): Diagnostic {
  return diagnostic({ code, severity: reference.required ? 'error' : 'warning', message, at: reference.at, source: 'Steelyard input rules', names: [reference.path] })
}

function toLoadedFile(file: KeptFile): LoadedFile {
  return { path: file.source.path, role: file.source.role, encoding: file.source.encoding, bytes: file.bytes.length, lineCount: new LineIndex(file.source.text).lineCount }
}

function countsOf(model: RoutingModel): ConfigSummary['counts'] {
  let rules = 0
  for (const scope of model.scopes.values()) for (const step of scope.steps) if (step.implied !== true) rules += 1
  let servers = 0
  for (const pool of model.pools) servers += memberCount(pool)
  return { listeners: model.listeners.length, rules, pools: model.pools.length, servers, gaps: model.gaps.length }
}
