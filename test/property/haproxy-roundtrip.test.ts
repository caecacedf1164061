import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { haproxyTokens } from '#shared/dialects/haproxy/accessors.ts'
import { activeLines } from '#shared/dialects/haproxy/conditionals.ts'
import { haproxyLanguage } from '#shared/dialects/haproxy/language.ts'
import { detectHaproxy, outlineHaproxy } from '#shared/dialects/haproxy/outline.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import { parseSampleText } from '#shared/dialects/haproxy/samples.ts'
import { lineWords } from '#shared/dialects/haproxy/words.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function configs(folder: string): readonly string[] {
  return readdirSync(folder).toSorted().flatMap((name) => {
    const path = `${folder}/${name}`
    return statSync(path).isDirectory() ? configs(path) : name.endsWith('.cfg') ? [path] : []
  })
}

const fixtures = [...configs(`${root}test/fixtures/haproxy`), ...configs(`${root}assets/sample-incident`)].map((path) => ({ path: path.slice(root.length), text: readFileSync(path, 'utf8') }))

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

const inserts = ['"', "'", '\\', '#', '$', '${', '}', '"${X-', '${L[*]}', '\0', '\r', '\r\n', '\n', '\t', '\v', ' ', '.if ', '.endif\n', '\\x', '\\x4', '(', ')', ',', '%[', '{', '\uFEFF', '\u0085', '\u2028', '\ud800', '😀', 'é', 'backend ', 'frontend f\n', '('.repeat(50)]

function mutate(text: string, random: () => number): string {
  const at = (): number => Math.floor(random() * (text.length + 1))
  const rounds = 1 + Math.floor(random() * 6)
  for (let round = 0; round < rounds; round += 1) {
    const place = at()
    switch (Math.floor(random() * 7)) {
      case 0: text = text.slice(0, place) + String.fromCharCode((text.charCodeAt(place) || 0) ^ (1 << Math.floor(random() * 8))) + text.slice(place + 1); break
      case 1: text = text.slice(0, place); break
      case 2: text = text.slice(place); break
      case 3: {
        const lines = text.split('\n')
        for (let index = lines.length - 1; index > 0; index -= 1) {
          const other = Math.floor(random() * (index + 1))
          const kept = lines[index] as string
          lines[index] = lines[other] as string
          lines[other] = kept
        }
        text = lines.join('\n')
        break
      }
      case 4: text = text.slice(0, place) + (inserts[Math.floor(random() * inserts.length)] as string) + text.slice(place); break
      case 5: text = text.slice(0, place) + String.fromCharCode(Math.floor(random() * 65536)) + text.slice(place); break
      default: text = text.slice(0, place) + text.slice(place, place + 200) + text.slice(place)
    }
  }
  return text.length > 40_000 ? text.slice(0, 40_000) : text
}

const environment = { variables: { P: 'v', L: '/p /q', EMPTY: '' }, version: '2.6' }

function fileOf(text: string): SourceFile {
  return { path: 'haproxy.cfg', text, role: 'config', encoding: 'utf-8' }
}

/** Parses, then checks the tree; gives the processor time of the parse in milliseconds, which a busy machine does not stretch. */
function exercise(text: string): number {
  const before = process.threadCpuUsage()
  const { tree, diagnostics } = parseHaproxy(fileOf(text))
  const used = process.threadCpuUsage(before)
  const spent = (used.user + used.system) / 1000
  let joined = ''
  for (const token of haproxyTokens(tree)) joined += token
  assert.ok(joined === text, 'tokens join to the text')
  for (const finding of diagnostics) {
    const places = [finding.at, ...finding.related.map((related) => related.at), ...(finding.fix?.edits ?? []).map((edit) => edit.at)]
    for (const at of places) assert.ok(at.start >= 0 && at.start <= at.end && at.end <= text.length, `${finding.code} stands inside the file`)
  }
  for (const entry of outlineHaproxy(tree)) assert.ok(entry.span.start <= entry.span.end && entry.span.end <= text.length)
  const { lines } = tree
  let end = 0
  for (let word = 0; word < lines.wordStart.length; word += 1) {
    assert.ok((lines.wordStart[word] as number) >= end && (lines.wordEnd[word] as number) > (lines.wordStart[word] as number), 'words follow each other and are not empty')
    end = lines.wordEnd[word] as number
  }
  return spent
}

function readEverything(text: string): void {
  const { tree } = parseHaproxy(fileOf(text))
  const { active, sections } = activeLines(tree, environment)
  assert.equal(active.length, tree.lines.count)
  assert.ok(sections.length <= tree.sections.length)
  detectHaproxy(fileOf(text))
  let state: string | null = null
  for (let line = 0; line < tree.lines.count; line += 1) {
    for (const version of ['2.4', '2.6', '3.0', '3.4']) for (const word of lineWords(tree, line, { ...environment, version }).words) assert.ok(word.value !== '' && word.span.end <= text.length)
    const raw = text.slice(tree.lines.lineStart[line], tree.lines.lineStart[line + 1])
    parseSampleText(raw)
    state = haproxyLanguage.tokenizeLine(raw, state).state
    haproxyLanguage.hover(raw, raw.length >> 1, state)
  }
}

test('tokens of every fixture join to the exact text', () => {
  assert.ok(fixtures.length >= 19, `there are ${String(fixtures.length)} fixtures`)
  for (const { path, text } of fixtures) {
    exercise(text)
    readEverything(text)
    assert.equal([...haproxyTokens(parseHaproxy(fileOf(text)).tree)].join(''), text, path)
  }
})

test('tokens of 10 000 mutated inputs join to the exact text, nothing throws, and time stays small', (context) => {
  const random = randomOf(20260)
  let worst = { milliseconds: 0, seed: '' }
  const sources = fixtures.filter(({ text }) => text.length > 0)
  for (let round = 0; round < 10_000; round += 1) {
    const source = sources[Math.floor(random() * sources.length)] as (typeof sources)[number]
    const text = mutate(source.text, random)
    try {
      let spent = exercise(text)
      if (round % 10 === 0) readEverything(text)
      const limit = 100 * Math.max(1, text.length / 10_000)
      if (spent > limit / 4) spent = [spent, exercise(text), exercise(text)].toSorted((a, b) => a - b)[1] as number
      const per = spent / Math.max(1, text.length / 10_000)
      if (per > worst.milliseconds) worst = { milliseconds: per, seed: `round ${String(round)} of ${source.path}` }
      assert.ok(per <= 100, `round ${String(round)} took ${spent.toFixed(1)} ms for ${String(text.length)} characters`)
    } catch (error) {
      throw new Error(`round ${String(round)} from ${source.path}: ${JSON.stringify(text.slice(0, 2000))}`, { cause: error })
    }
  }
  context.diagnostic(`worst: ${worst.milliseconds.toFixed(2)} ms per 10 kB (${worst.seed})`)
})

test('long lines of one hostile character take time in proportion to their length', () => {
  for (const unit of ['"', "'", '\\', '$', '"$', '"${', '#', ' ', '\0', '\r', '.if ', '(', 'a(', '"${X-', '\\x', '!', '\n', 'x\n', '.if 1\n', 'bakend\n', '"\n', '.if (((\n']) {
    const text = unit.repeat(Math.ceil(10_000 / unit.length))
    const best = Math.min(...[0, 1, 2].map(() => exercise(text)))
    assert.ok(best <= 100, `${JSON.stringify(unit)} took ${best.toFixed(1)} ms`)
    readEverything(text)
  }
})
