import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nginxTokens } from '#shared/dialects/nginx/accessors.ts'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { nginxLanguage } from '#shared/dialects/nginx/language.ts'
import { detectNginx, outlineNginx } from '#shared/dialects/nginx/outline.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { diagnoseNginx } from '#shared/dialects/nginx/validate.ts'
import type { Directive } from '#shared/dialects/nginx/tree.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function configs(folder: string): readonly string[] {
  return readdirSync(folder).toSorted().flatMap((name) => {
    const path = `${folder}/${name}`
    return statSync(path).isDirectory() ? configs(path) : [path]
  })
}

const fixtures = configs(`${root}test/fixtures/nginx`).map((path) => ({ path: path.slice(root.length), text: readFileSync(path, 'utf8') })).filter(({ text }) => text !== '')

/** Seeded generator (mulberry32), so that a failure can be run again. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const inserts = ['"', "'", '\\', '#', '$', '${', '}', '{', ';', '\0', '\r', '\r\n', '\n', '\t', ' ', 'server {', 'location ~ ', 'include *;', 'map $a $b {', 'x_by_lua_block {', '[[', ']]', '--', '~', '@', '\uFEFF', '\u0085', '\ud800', '😀', 'é', '# configuration file x:\n', '{'.repeat(50), '}'.repeat(5)]

function mutate(text: string, random: () => number): string {
  const at = (): number => Math.floor(random() * (text.length + 1))
  const rounds = 1 + Math.floor(random() * 6)
  for (let round = 0; round < rounds; round += 1) {
    const place = at()
    switch (Math.floor(random() * 6)) {
      case 0: text = text.slice(0, place) + String.fromCharCode((text.charCodeAt(place) || 0) ^ (1 << Math.floor(random() * 8))) + text.slice(place + 1); break
      case 1: text = text.slice(0, place); break
      case 2: text = text.slice(place); break
      case 3: text = text.slice(0, place) + String.fromCharCode(Math.floor(random() * 65_536)) + text.slice(place); break
      case 4: text = text.slice(0, place) + (inserts[Math.floor(random() * inserts.length)] as string) + text.slice(place); break
      default: text = text.slice(0, place) + text.slice(place, place + 200) + text.slice(place)
    }
  }
  return text.length > 40_000 ? text.slice(0, 40_000) : text
}

function fileOf(text: string): SourceFile {
  return { path: 'nginx.conf', text, role: 'config', encoding: 'utf-8' }
}

function checkSpans(directives: readonly Directive[], text: string, from: number, to: number): void {
  let end = from
  for (const directive of directives) {
    const { span } = directive
    assert.ok(span.start >= end && span.end >= span.start && span.end <= Math.min(to, text.length), 'directives follow each other inside their block')
    end = span.end
    for (const word of [directive.name, ...directive.args]) assert.equal(text.slice(word.span.start, word.span.end), word.raw)
    if (directive.block !== null) checkSpans(directive.block.directives, text, directive.block.open.end, directive.block.close?.start ?? text.length)
  }
}

/** Reads everything there is to read; gives the processor time of it in milliseconds, which a busy machine does not stretch. */
function exercise(text: string): number {
  const before = process.threadCpuUsage()
  const file = fileOf(text)
  const { tree, diagnostics } = parseNginx(file)
  const expansion = expandIncludes([{ file, tree }])
  const refused = diagnoseNginx(expansion)
  const used = process.threadCpuUsage(before)
  assert.ok([...nginxTokens(tree)].join('') === text, 'tokens join to the text')
  checkSpans(tree.directives, text, 0, text.length)
  for (const finding of [...diagnostics, ...expansion.diagnostics, ...refused]) {
    for (const at of [finding.at, ...finding.related.map((related) => related.at), ...(finding.fix?.edits ?? []).map((edit) => edit.at)]) assert.ok(at.start >= 0 && at.start <= at.end && at.end <= text.length, `${finding.code} stands inside the file`)
  }
  for (const entry of outlineNginx(tree)) assert.ok(entry.span.start <= entry.span.end && entry.span.end <= text.length)
  return (used.user + used.system) / 1000
}

function readLines(text: string): void {
  detectNginx(fileOf(text))
  let state: string | null = null
  for (const line of text.split('\n')) {
    const read = nginxLanguage.tokenizeLine(line, state)
    state = read.state
    let last = -1
    for (const token of read.tokens) {
      assert.ok(token.start > last && token.start <= line.length, 'colours follow each other')
      last = token.start
    }
    nginxLanguage.hover(line, line.length >> 1, 'server')
  }
}

test('tokens of every fixture join to the exact text', () => {
  assert.ok(fixtures.length >= 15, `there are ${String(fixtures.length)} fixtures`)
  for (const { text } of fixtures) {
    exercise(text)
    readLines(text)
  }
})

test('tokens of 5 000 mutated inputs join to the exact text, nothing throws, and time stays small', () => {
  const random = randomOf(20_261)
  for (let round = 0; round < 5_000; round += 1) {
    const source = fixtures[Math.floor(random() * fixtures.length)] as (typeof fixtures)[number]
    const text = mutate(source.text, random)
    try {
      let spent = exercise(text)
      if (round % 5 === 0) readLines(text)
      const limit = 100 * Math.max(1, text.length / 10_000)
      if (spent > limit / 4) spent = [spent, exercise(text), exercise(text)].toSorted((a, b) => a - b)[1] as number
      assert.ok(spent <= limit, `round ${String(round)} took ${spent.toFixed(1)} ms for ${String(text.length)} characters`)
    } catch (error) {
      throw new Error(`round ${String(round)} from ${source.path}: ${JSON.stringify(text.slice(0, 2000))}`, { cause: error })
    }
  }
})

test('long runs of one hostile character take time in proportion to their length', () => {
  for (const unit of ['"', "'", '\\', '$', '"$', '${', '#', ' ', '\0', '\r', '{', '}', ';', 'a{', 'a;', 'a ', 'x_by_lua_block{', '[', '[=', '--', '"\n', '\n', 'location a{}', 'map $a $b{', 'server{listen 80;}', 'include x;', 'if ($a', '$1', '*.', 'upstream a{server a;}', 'location ~ (', '# configuration file x:\n']) {
    const text = unit.repeat(Math.ceil(10_000 / unit.length))
    const best = Math.min(...[0, 1, 2].map(() => exercise(text)))
    assert.ok(best <= 100, `${JSON.stringify(unit)} took ${best.toFixed(1)} ms`)
    readLines(text)
  }
})
