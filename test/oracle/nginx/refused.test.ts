import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { diagnoseNginx } from '#shared/dialects/nginx/validate.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { configFor, corpus, type Place } from './refused-corpus.ts'

/** nginx itself is asked what it refuses (`nginx -t`); nothing is started and nothing leaves the machine. */
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so'
const found = spawnSync('nginx', ['-v'], { encoding: 'utf8' }).status === 0 && existsSync(streamModule)
const required = process.env['STEELYARD_REQUIRE_BALANCERS'] === '1'
const skip = found || required ? false : 'nginx with its stream module is not installed'

/** Refusals that say nothing about the text: files that are not there, and what needs a name server. */
const aboutTheMachine = /No such file or directory|host not found|cannot load certificate|bind\(\)|Permission denied|BIO_new_file/

let folder = ''
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'steelyard-nginx-'))
  mkdirSync(path.join(folder, 'logs'))
})
after(() => { rmSync(folder, { recursive: true, force: true }) })

interface Verdict {
  readonly refused: boolean
  /** One-based; null: nginx names no line. */
  readonly line: number | null
  readonly message: string
}

function askNginx(text: string): Verdict {
  const config = path.join(folder, 'nginx.conf')
  writeFileSync(config, text)
  const answer = spawnSync('nginx', ['-t', '-q', '-p', folder, '-c', config], { encoding: 'utf8', timeout: 20_000 })
  const message = answer.stderr.split('\n').find((line) => line.includes('[emerg]')) ?? answer.stderr
  const line = new RegExp(`in ${config}:(\\d+)`).exec(message)?.[1]
  return { refused: answer.status !== 0, line: line === undefined ? null : Number(line), message: message.replace(/^.*\[emerg\] \d+#\d+: /, '') }
}

function ourErrors(text: string): readonly Diagnostic[] {
  const file: SourceFile = { path: 'nginx.conf', text, role: 'config', encoding: text.startsWith('\uFEFF') ? 'utf-8-bom' : 'utf-8' }
  const { tree, diagnostics } = parseNginx(file)
  const expansion = expandIncludes([{ file, tree }])
  return [...diagnostics, ...expansion.diagnostics, ...diagnoseNginx(expansion)].filter((one) => one.severity === 'error')
}

/** nginx counts lines up to where it stopped reading, so the end of a directive, or the start of a block, may be meant. */
function standsAt(text: string, errors: readonly Diagnostic[], line: number): boolean {
  const lines = new LineIndex(text)
  return errors.some(({ at, related }) => [at, ...related.map((one) => one.at)].some((span) => {
    const range = lines.rangeOf(span)
    return range.line <= line && line <= range.endLine + 1
  }))
}

describe('what nginx 1.22 refuses has an error at that line, and what it takes has none', { skip }, () => {
  for (const [place, snippets] of Object.entries(corpus) as readonly (readonly [Place, readonly string[]])[]) {
    test(`${String(snippets.length)} snippets in ${place}`, () => {
      const wrong: string[] = []
      for (const snippet of snippets) {
        const text = configFor(place, snippet)
        const verdict = askNginx(text)
        if (verdict.refused && aboutTheMachine.test(verdict.message) && !/none\.(?:conf|map)/.test(snippet)) continue
        const errors = ourErrors(text)
        const shown = JSON.stringify(snippet.length > 120 ? `${snippet.slice(0, 60)}… (${String(snippet.length)})` : snippet)
        if (!verdict.refused && errors.length > 0) wrong.push(`${shown}: nginx takes it; ours: ${errors.map((one) => one.message).join(' | ')}`)
        else if (verdict.refused && errors.length === 0) wrong.push(`${shown}: nginx refuses it: ${verdict.message}`)
        else if (verdict.refused && verdict.line !== null && !standsAt(text, errors, verdict.line)) wrong.push(`${shown}: nginx refuses line ${String(verdict.line)} (${verdict.message}); ours: ${errors.map((one) => `${String(new LineIndex(text).positionOf(one.at.start).line)} ${one.message}`).join(' | ')}`)
      }
      assert.ok(wrong.length === 0, `${String(wrong.length)} differ:\n${wrong.join('\n')}`)
    })
  }
})
