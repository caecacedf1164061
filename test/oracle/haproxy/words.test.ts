import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import { lineWords } from '#shared/dialects/haproxy/words.ts'
import { evaluateCondition } from '#shared/dialects/haproxy/condition.ts'

const version = spawnSync('haproxy', ['-v'], { encoding: 'utf8' })
const absent = version.error !== undefined ? 'NOT RUN: haproxy is not installed' : !version.stdout.includes('version 2.6.') ? 'NOT RUN: the oracle for words is haproxy 2.6' : false

function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

const variables = { P: 'val', EMPTY: '', L: '/p /q', HOME: '/h' }

/** Runs `haproxy -c` on the lines and gives what it says about each, by one-based line number. */
function verdicts(lines: readonly string[]): ReadonlyMap<number, string> {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-words-'))
  try {
    const path = join(folder, 'a.cfg')
    writeFileSync(path, `${lines.join('\n')}\n`)
    const run = spawnSync('haproxy', ['-c', '-f', path], { encoding: 'utf8', env: { ...variables, PATH: process.env['PATH'] ?? '' }, timeout: 20_000 })
    const said = new Map<number, string>()
    for (const line of run.stderr.split('\n')) {
      const found = /parsing \[[^\]]*a\.cfg:(\d+)\] ?:? ?(.*)$/.exec(line)
      if (found !== null && !said.has(Number(found[1]))) said.set(Number(found[1]), found[2] as string)
    }
    return said
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const pieces = ['a', 'b', '/x', ' ', '  ', '\t', '"', '"', "'", '\\', '\\\\', '\\ ', '\\#', '\\"', "\\'", '\\$', '\\.', '\\x41', '\\xg', '#', '$P', '"$P"', '"${P}"', '"$NOPE"', '"${NOPE}y"', '"${L[*]}"', '"${EMPTY}z"', '${P}', '$', '%[', '{', '}', '(', ',', '!', 'é', '\\t', '"${P', '=', '|']

test('words of 3 000 random lines are those the real haproxy 2.6 sees', { skip: absent }, () => {
  const random = randomOf(7)
  const lines: string[] = []
  for (let line = 0; line < 3000; line += 1) {
    let text = '.notice '
    const count = 1 + Math.floor(random() * 6)
    for (let piece = 0; piece < count; piece += 1) text += pieces[Math.floor(random() * pieces.length)] as string
    lines.push(text)
  }
  let compared = 0
  const problems: string[] = []
  const batch = 20
  for (let from = 0; from < lines.length; from += batch) {
    const part = lines.slice(from, from + batch)
    const said = verdicts(part)
    const tree = parseHaproxy({ path: 'a.cfg', text: `${part.join('\n')}\n`, role: 'config', encoding: 'utf-8' }).tree
    part.forEach((text, index) => {
      const { words, problem, emptyWord } = lineWords(tree, index, { variables, version: '2.6' })
      const heard = said.get(index + 1)
      const values = words.map((word) => word.value)
      const expected = problem !== null ? 'refused' : values.length > 2 ? `Unexpected argument '${values[2] as string}' for '.notice'.` : values.length === 2 ? `'${values[1] as string}'.` : 'empty'
      const agrees = expected === 'refused' ? heard !== undefined && /quote|hexadecimal|variable|brace|expansion/.test(heard) : expected === 'empty' ? heard === undefined || heard === "''." : heard?.startsWith(expected) === true
      compared += 1
      // `.notice` looks at its second argument whether or not the first is empty, so an empty word leaves nothing to compare.
      if (!agrees && emptyWord === null) problems.push(`${JSON.stringify(text)}: ours ${expected}${emptyWord === null ? '' : ' (empty word)'}, haproxy says ${String(heard)}`)
    })
  }
  assert.equal(compared, 3000)
  assert.deepEqual(problems.slice(0, 20), [])
})

const terms = ['1', '0', '2', '-1', '0x0', '!1', '! 0', 'defined(P)', 'defined(NOPE)', 'streq(a,a)', 'streq(a,b)', 'strneq(a,b)', 'streq( a,a)', 'strstr(abc,b)', 'version_atleast(2.6)', 'version_before(2.6)', 'version_atleast(3.0)', 'feature(NOSUCH)', '(1)', '(0||1)', '!(1&&0)', 'streq', 'x(1)', '(1', '']
const joiners = [' && ', ' || ', '&&', '||', ' ', ' && !', ' || (', ') ']

test('600 random conditions are true, false or refused as in the real haproxy 2.6', { skip: absent }, () => {
  const random = randomOf(11)
  const conditions: string[] = []
  for (let index = 0; index < 600; index += 1) {
    let text = terms[Math.floor(random() * terms.length)] as string
    const count = Math.floor(random() * 4)
    for (let more = 0; more < count; more += 1) text += (joiners[Math.floor(random() * joiners.length)] as string) + (terms[Math.floor(random() * terms.length)] as string)
    conditions.push(text.replace(/\s+/g, ' ').trim())
  }
  const patch = /version (2\.6\.\d+)/.exec(version.stdout)?.[1] ?? '2.6.12'
  const problems: string[] = []
  const batch = 6
  for (let from = 0; from < conditions.length; from += batch) {
    // A condition that is refused ends the reading of the file, so the rest of its batch is asked again by itself.
    let part = conditions.slice(from, from + batch)
    while (part.length > 0) {
      const said = verdicts(part.flatMap((text) => [`.if ${text}`, '.notice yes', '.else', '.notice no', '.endif']))
      let asked = 0
      for (const [index, text] of part.entries()) {
        const first = index * 5 + 1
        const heard = said.has(first) ? null : said.has(first + 1) ? true : said.has(first + 3) ? false : undefined
        if (heard === undefined) break
        asked += 1
        const ours = evaluateCondition(text, { variables, version: patch, features: [] }).value
        if (ours !== heard) problems.push(`${JSON.stringify(text)}: ours ${String(ours)}, haproxy ${String(heard)} ${said.get(first) ?? ''}`)
        if (heard === null) break
      }
      assert.ok(asked > 0, `haproxy says nothing about ${JSON.stringify(part[0])}`)
      part = part.slice(asked)
    }
  }
  assert.deepEqual(problems.slice(0, 20), [])
})
