import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { PreparedValidation, Validator, ValidatorMessage } from '#shared/dialects/validator.ts'
import { isolationHere, searchPath, type Isolation } from '#shared/node/isolation.ts'
import { makeSelfSigned } from '#shared/node/self-signed.ts'
import { LineIndex } from '#shared/text/line-index.ts'

const timeoutMs = 120_000
const outputLimitBytes = 16 * 1024 * 1024

/**
 * Asks the product's own validator about the same text. Its messages become findings with the code `native/<dialect>`,
 * at the line they name.
 *
 * The files are handed over as copies in a folder of their own, so that a config from git or standard input is checked
 * as well. What the product does in its check mode, and what is replaced so that it does not, says the validator of the
 * dialect; replacements are a finding of their own.
 */
export async function runNative(config: LoadedConfig): Promise<readonly Diagnostic[]> {
  const first = config.files.find((file) => file.source.role === 'config')
  if (first === undefined) return []
  const { dialect } = config
  const { validator } = dialect
  const start = { file: first.source.path, start: 0, end: 0 }
  const remark = (message: string, at = start): Diagnostic => diagnostic({ code: 'native/not-run', severity: 'info', message, at, source: 'Steelyard', names: [config.summary.dialect] })
  if (validator === undefined) return [remark(`${config.summary.product} has no validator that Steelyard knows how to run.`)]
  const notInstalled = remark(`${validator.command} is not installed here, so its own validator was not asked.`)
  const about = validator.aboutArguments === null ? { text: '' } : await run([validator.command, ...validator.aboutArguments], { cwd: '/' })
  if (about === null) return [notInstalled]
  const isolation = validator.runsIn === 'copies' ? await isolationHere() : null
  if (validator.runsIn === 'copies' && isolation === null) return [remark(`${validator.title} was not asked: this process has all rights (root) and may not give them up.`)]
  const folder = await mkdtemp(path.join(os.tmpdir(), 'steelyard-native-'))
  try {
    const prepared = validator.prepare(config.parsed, config.options, about.text, folder)
    if (prepared.refusal !== null) return [remark(`${validator.title} was not asked: ${prepared.refusal.reason}.`, prepared.refusal.at)]
    await writeCopies(config, prepared, folder, isolation)
    const command = [...(isolation?.launcher ?? []), ...(isolation?.prefix ?? []), validator.command, ...prepared.arguments]
    const beside = first.diskPath === null ? process.cwd() : path.dirname(first.diskPath)
    const answer = await run(command, { cwd: isolation === null ? beside : folder, environment: isolation === null ? config.options.environment : {}, ...isolation?.identity })
    if (answer === null) return [notInstalled]
    const findings = validator.messagesIn(answer.text, folder).map((message) => toFinding(message, config, validator, prepared, start))
    if (answer.code !== 0 && findings.every((one) => one.severity !== 'error')) {
      const reason = inWordsOf(prepared, answer.text.trim().split('\n').at(-1) ?? 'no reason given')
      findings.push(diagnostic({ code: `native/${dialect.id}`, severity: 'error', message: `${dialect.product}'s own validator refuses the config: ${reason}`, at: start, source: validator.title, names: ['refused'] }))
    }
    if (prepared.replaced.length > 0) findings.push(diagnostic({ code: 'native/replaced', severity: 'info', message: `${validator.title} was asked about a copy. ${prepared.replaced.join(' ')}`, at: start, source: 'Steelyard', names: [config.summary.dialect] }))
    return findings
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The copies, for the one who reads them: without rights nobody reads a folder of somebody else. */
async function writeCopies(config: LoadedConfig, prepared: PreparedValidation, folder: string, isolation: Isolation | null): Promise<void> {
  const byPath = new Map(config.files.map((file) => [file.source.path, file]))
  const owner = isolation !== null && process.getuid?.() === 0 ? (isolation.identity.uid ?? 65_534) : null
  const write = async (name: string, bytes: Uint8Array | string): Promise<void> => {
    const file = path.join(folder, name)
    await writeFile(file, bytes, { mode: 0o600 })
    if (owner !== null) await chown(file, owner, owner)
  }
  if (owner !== null) await chown(folder, owner, owner)
  for (const { name, path: original, text } of prepared.files) {
    const file = original === null ? undefined : byPath.get(original)
    await write(name, text === null ? (file?.bytes ?? '') : Buffer.from(text, file?.source.encoding === 'latin-1' ? 'latin1' : 'utf8'))
  }
  if (prepared.certificate === null) return
  const { certificate, key } = makeSelfSigned(new Date())
  await write(prepared.certificate, certificate + key)
}

interface RunOptions {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/** Null: there is no such program. */
function run([name = '', ...args]: readonly string[], { environment, ...options }: RunOptions): Promise<{ readonly code: number; readonly text: string } | null> {
  return new Promise((resolve) => {
    execFile(name, args, { ...options, timeout: timeoutMs, maxBuffer: outputLimitBytes, env: { ...process.env, PATH: searchPath(), ...environment } }, (error, stdout, stderr) => {
      if (error !== null && error.code === 'ENOENT') return resolve(null)
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, text: `${stderr}${stdout}` })
    })
  })
}

function toFinding(said: ValidatorMessage, config: LoadedConfig, validator: Validator, prepared: PreparedValidation, start: Diagnostic['at']): Diagnostic {
  const original = prepared.files.find(({ name }) => name === said.file)?.path ?? null
  const file = original === null ? undefined : config.files.find((one) => one.source.path === original)
  const message = inWordsOf(prepared, said.message)
  return diagnostic({ code: `native/${config.dialect.id}`, severity: said.severity, message, at: file === undefined || said.line === null ? start : lineOf(file.source, said.line), source: validator.title, names: [message] })
}

function lineOf(source: LoadedConfig['files'][number]['source'], line: number): Diagnostic['at'] {
  const index = new LineIndex(source.text)
  const number = Math.max(0, Math.min(line, index.lineCount) - 1)
  const from = index.starts[number] as number
  return { file: source.path, start: from, end: from + index.textOfLine(number).length }
}

/** No name of the copies leaves this file. */
function inWordsOf({ inMessages }: PreparedValidation, message: string): string {
  return inMessages.reduce((text, [written, original]) => text.replaceAll(written, original), message)
}
