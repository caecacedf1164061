import { compileAgain, type KeptFile, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { BytesPort } from '#shared/backend/ports.ts'
import { maskSecrets, maskText } from '#shared/backend/secrets.ts'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { dialectById } from '#shared/dialects/registry.ts'
import type { ConfigRole, RecordedConfig } from '#shared/live/recording/entries.ts'
import { memberCount } from '#shared/model/pool.ts'
import { LineIndex } from '#shared/text/line-index.ts'

const largestConfigCharacters = 16 * 1024 * 1024
const secretName = /pass|secret|token|key|auth|credential/i

/** A config as it goes into a recording: everything that it takes to compile it again, with secrets masked. A config that is too large goes without its files. */
export function toRecordedConfig({ summary, options, dialect, files, model }: LoadedConfig, role: ConfigRole): RecordedConfig {
  const isLarge = files.reduce((sum, file) => sum + file.source.text.length, 0) > largestConfigCharacters
  return {
    role, hash: summary.hash, title: summary.title, source: summary.source, dialect: dialect.id, product: model.product, version: model.version, readAs: options.version,
    environment: Object.fromEntries(Object.entries(options.environment).map(([name, value]) => [name, secretName.test(name) ? maskText : maskSecrets(value)])),
    unread: [...options.unread ?? []],
    files: isLarge ? [] : files.map(({ source }) => ({ path: source.path, role: source.role, encoding: source.encoding, text: maskSecrets(source.text) })),
  }
}

/** The config of a recording, compiled without touching the disk. Errors: an unknown dialect, or one whose files were too large to be recorded. */
export function fromRecordedConfig(bytes: BytesPort, recorded: RecordedConfig): Result<LoadedConfig> {
  const dialect = dialectById(recorded.dialect)
  if (dialect === undefined) return failed('unsupported', `The recording holds a config of ${recorded.product}, which this version cannot read.`)
  if (recorded.files.length === 0) return failed('too-large', `${recorded.title} was too large to be recorded.`)
  const files = recorded.files.map((file): KeptFile => ({ source: { ...file }, bytes: bytes.fromText(file.text), diskPath: null }))
  const sides = files.filter(({ source }) => source.role !== 'config' && source.role !== 'included')
  const options = { environment: recorded.environment, version: recorded.readAs, sideFiles: new Map(sides.map((file) => [file.source.path, file.source])), unread: new Set(recorded.unread) }
  const empty = {
    configId: bytes.sha256([bytes.fromText(JSON.stringify(recorded))]).slice(0, 32), title: recorded.title, source: recorded.source, dialect: dialect.id, product: recorded.product, version: recorded.version, dialectBy: 'given' as const,
    input: { kind: 'files' as const, title: recorded.title, files: [] }, hash: recorded.hash, diagnostics: [], watchable: false, parseMs: 0, counts: { listeners: 0, rules: 0, pools: 0, servers: 0, gaps: 0 },
    files: files.map(({ source, bytes: content }) => ({ path: source.path, role: source.role, encoding: source.encoding, bytes: content.length, lineCount: new LineIndex(source.text).lineCount })),
  }
  const config = compileAgain({ configId: empty.configId, input: empty.input, dialect, options, files, watched: null, summary: empty })
  const { model } = config
  const counts = {
    listeners: model.listeners.length, pools: model.pools.length, gaps: model.gaps.length, servers: model.pools.reduce((sum, pool) => sum + memberCount(pool), 0),
    rules: [...model.scopes.values()].reduce((sum, scope) => sum + scope.steps.filter((step) => step.implied !== true).length, 0),
  }
  return ok({ ...config, summary: { ...config.summary, counts } })
}
