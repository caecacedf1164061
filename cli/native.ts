import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'

const timeoutMs = 120_000
const outputLimitBytes = 16 * 1024 * 1024

/**
 * Asks the product's own validator about the same text. Its messages become findings with the code `native/haproxy`,
 * at the line they name.
 *
 * The files are handed over as copies in a folder of their own, so that a config from git or standard input is checked
 * as well; relative paths in it are looked up beside the original. Check mode opens no listener and contacts no server,
 * but it resolves host names.
 * Source: HAProxy management guide, option `-c`.
 */
export async function runNative(config: LoadedConfig): Promise<readonly Diagnostic[]> {
  const files = config.files.filter((file) => file.source.role === 'config')
  const first = files[0]
  if (first === undefined) return []
  const start = { file: first.source.path, start: 0, end: 0 }
  const remark = (message: string): Diagnostic => diagnostic({ code: 'native/not-run', severity: 'info', message, at: start, source: 'Steelyard', names: [config.summary.dialect] })
  if (config.summary.dialect !== 'haproxy') return [remark(`${config.summary.product} has no validator that Steelyard knows how to run.`)]
  const folder = await mkdtemp(path.join(os.tmpdir(), 'steelyard-native-'))
  try {
    const copies = new Map<string, LoadedConfig['files'][number]>()
    const args = ['-c']
    for (const [index, file] of files.entries()) {
      const copy = path.join(folder, `${String(index).padStart(3, '0')}.cfg`)
      await writeFile(copy, file.bytes, { mode: 0o600 })
      copies.set(copy, file)
      args.push('-f', copy)
    }
    const answer = await run('haproxy', args, first.diskPath === null ? process.cwd() : path.dirname(first.diskPath), config.options.environment)
    if (answer === null) return [remark('haproxy is not installed here, so its own validator was not asked.')]
    const findings = toFindings(answer.text, copies, start)
    if (answer.code !== 0 && findings.every((one) => one.severity !== 'error')) {
      findings.push(diagnostic({ code: 'native/haproxy', severity: 'error', message: `HAProxy's own validator refuses the config: ${lastLine(answer.text)}`, at: start, source: 'haproxy -c', names: ['refused'] }))
    }
    return findings
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? 'no reason given'

function run(name: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly text: string } | null> {
  return new Promise((resolve) => {
    execFile(name, args, { cwd: folder, timeout: timeoutMs, maxBuffer: outputLimitBytes, env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      if (error !== null && error.code === 'ENOENT') return resolve(null)
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, text: `${stderr}${stdout}` })
    })
  })
}

/** Lines such as `[ALERT]    (123) : config : parsing [/tmp/x/000.cfg:12] : unknown keyword 'foo' …`. */
function toFindings(text: string, copies: ReadonlyMap<string, LoadedConfig['files'][number]>, start: Diagnostic['at']): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const line of text.split('\n')) {
    const head = /^\[(ALERT|WARNING|NOTICE)\]\s*\(\d+\)\s*:\s*(.*)$/.exec(line)
    if (head === null || head[1] === 'NOTICE') continue
    let message = (head[2] ?? '').replace(/^config\s*:\s*/, '')
    if (/^(Fatal errors found|Error\(s\) found)/.test(message)) continue
    let at = start
    const place = /(?:parsing )?\[([^\]]*?):(\d+)\]\s*:?\s*/.exec(message)
    const file = place === null ? undefined : copies.get(place[1] as string)
    if (place !== null && file !== undefined) {
      const index = new LineIndex(file.source.text)
      const number = Math.min(Number(place[2]), index.lineCount) - 1
      const from = index.starts[Math.max(0, number)] as number
      at = { file: file.source.path, start: from, end: from + index.textOfLine(Math.max(0, number)).length }
      message = message.replace(place[0], '')
    }
    for (const [copy, original] of copies) message = message.replaceAll(copy, original.source.path)
    found.push(diagnostic({ code: 'native/haproxy', severity: head[1] === 'ALERT' ? 'error' : 'warning', message: message.trim(), at, source: 'haproxy -c', names: [message.trim()] }))
  }
  return found
}
