import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { diagnoseNginx } from '#shared/dialects/nginx/validate.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { seededRandom } from '../haproxy/random.ts'

/** nginx itself is asked about damaged files (`nginx -t`); nothing is started and nothing leaves the machine. */
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so'
const found = spawnSync('nginx', ['-v'], { encoding: 'utf8' }).status === 0 && existsSync(streamModule)
const skip = found || process.env['STEELYARD_REQUIRE_BALANCERS'] === '1' ? false : 'nginx with its stream module is not installed'

/** Refusals that say nothing about the text: files and addresses of this machine, names that are looked up, what later versions know. */
const aboutTheMachine = /No such file or directory|host not found|cannot load certificate|bind\(\)|Permission denied|BIO_new_file|mkdir\(\)|unknown directive "http2"/

let folder = ''
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'steelyard-nginx-cut-'))
  mkdirSync(path.join(folder, 'logs'))
})
after(() => { rmSync(folder, { recursive: true, force: true }) })

function refusalOf(text: string): string | null {
  writeFileSync(path.join(folder, 'nginx.conf'), text)
  const answer = spawnSync('nginx', ['-t', '-q', '-p', folder, '-c', 'nginx.conf'], { encoding: 'utf8', cwd: folder, timeout: 20_000 })
  return answer.status === 0 ? null : (answer.stderr.split('\n').find((line) => line.includes('[emerg]')) ?? answer.stderr).replace(/^.*\[emerg\] \d+#\d+: /, '')
}

function errorsOf(text: string): readonly Diagnostic[] {
  const file: SourceFile = { path: 'nginx.conf', text, role: 'config', encoding: text.startsWith('\uFEFF') ? 'utf-8-bom' : 'utf-8' }
  const { tree, diagnostics } = parseNginx(file)
  const expansion = expandIncludes([{ file, tree }])
  return [...diagnostics, ...expansion.diagnostics, ...diagnoseNginx(expansion)].filter((one) => one.severity === 'error')
}

const fixtures = path.join(import.meta.dirname, '../../fixtures/nginx')
const samples = readdirSync(fixtures).map((name) => path.join(fixtures, name, 'nginx.conf')).filter((file) => existsSync(file)).map((file) => ({ name: path.basename(path.dirname(file)), text: readFileSync(file, 'utf8') }))

/** What is asked: every address loopback, so that nothing else is bound even for a moment; the module of `stream` first. */
function tame(text: string): string {
  const local = text.replace(/\blisten (?!unix)\S+?(?=[\s;])([^;]*)/g, (_all, options: string, at: number) => `listen 127.0.0.1:${20_000 + (at % 9_000)}${options.replace(/ (?:ssl|http2|quic)\b/g, '')}`)
  return /^\s*stream\b/m.test(local) && !local.includes('load_module') ? `load_module ${streamModule};\n${local}` : local
}

function compareAll(what: string, texts: readonly string[]): void {
  const wrong: string[] = []
  const counts = { asked: 0, taken: 0, refused: 0, machine: 0 }
  for (const text of texts) {
    counts.asked += 1
    const refusal = refusalOf(text)
    if (refusal !== null && aboutTheMachine.test(refusal)) {
      counts.machine += 1
      continue
    }
    const errors = errorsOf(text)
    if (refusal === null) counts.taken += 1
    else counts.refused += 1
    const shown = JSON.stringify(text.slice(-160))
    if (refusal === null && errors.length > 0) wrong.push(`…${shown}: nginx takes it; ours: ${errors.map((one) => one.message).slice(0, 3).join(' | ')}`)
    if (refusal !== null && errors.length === 0) wrong.push(`…${shown}: nginx refuses it: ${refusal}`)
  }
  console.log(`${what}: asked=${counts.asked} taken=${counts.taken} refused=${counts.refused} about the machine=${counts.machine} disagreements=${wrong.length}`)
  assert.equal(wrong.length, 0, `${wrong.length} differ:\n${wrong.slice(0, 12).join('\n')}`)
}

test('files cut at any byte: what nginx refuses has an error, what it takes has none', { skip }, () => {
  compareAll('cut', samples.flatMap(({ text }) => {
    const whole = tame(text)
    const step = Math.max(1, Math.floor(whole.length / 30))
    return Array.from({ length: Math.floor(whole.length / step) }, (_, index) => whole.slice(0, index * step))
  }))
})

test('files with one damaged byte or line', { skip }, () => {
  const random = seededRandom(4)
  const signs = ['"', "'", '\\', '#', '$', '}', '{', ';', '\0', '\r', '\n', ' ', '\uFEFF', '\u00e9', 'é', ';;', '{}', '}}', '"a"b', '${', '# configuration file x:\n']
  compareAll('damaged', Array.from({ length: 300 }, () => {
    const { text } = random.pick(samples)
    const whole = tame(text)
    const at = random.int(whole.length)
    const end = random.chance(0.5) ? at : random.chance(0.5) ? at + 1 : Math.max(at, whole.indexOf('\n', at))
    return `${whole.slice(0, at)}${random.chance(0.7) ? random.pick(signs) : ''}${whole.slice(end)}`
  }))
})
