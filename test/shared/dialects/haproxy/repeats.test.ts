import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileHaproxy } from '#shared/dialects/haproxy/compile/compile.ts'
import { lexHaproxy } from '#shared/dialects/haproxy/lexer.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { memberCount } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'

function compile(text: string): RoutingModel {
  const { tree } = parseHaproxy({ path: 'haproxy.cfg', text, role: 'config', encoding: 'utf-8' })
  return compileHaproxy([{ file: tree.file, tree }], { environment: {}, version: null, sideFiles: new Map() }).model
}

const endings = [' check inter 2s weight 10', ' check inter 2s weight 20', ' check  inter 2s weight 10', ' check # inter 2s', ' check "inter" 2s', ' check inter 2s \\# x', ' check inter 2s\r', ' backup', ' check inter 2s weight 10\t']
const openings = ['    server a 10.0.0.1:80', '  server bb 10.0.0.2:8080', '    option httpchk', 'source x', '\tbalance uri', 'backend b']

/** Lines in an order that repeats some endings at once and others late. */
function manyLines(count: number): readonly string[] {
  const lines: string[] = []
  let seed = 1
  for (let line = 0; line < count; line += 1) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    const ending = line % 7 === 0 ? ` unique ending ${line}` : (endings[(seed >> 8) % endings.length] as string)
    lines.push((openings[(seed >> 16) % openings.length] as string) + ending)
  }
  return lines
}

test('a line has the same words wherever it stands, however often it stood before', () => {
  const lines = manyLines(3000)
  const whole = lexHaproxy(lines.join('\n'))
  assert.equal(whole.count, lines.length)
  lines.forEach((text, index) => {
    const alone = lexHaproxy(text)
    const start = whole.lineStart[index] as number
    const words = (table: typeof whole, line: number, from: number): readonly (readonly number[])[] => {
      const found: (readonly number[])[] = []
      for (let word = table.firstWord[line] as number; word < (table.firstWord[line + 1] as number); word += 1) found.push([(table.wordStart[word] as number) - from, (table.wordEnd[word] as number) - from])
      return found
    }
    assert.deepEqual(words(whole, index, start), words(alone, 0, 0), text)
    assert.equal(whole.flags[index], alone.flags[0], text)
    assert.equal((whole.commentStart[index] as number) === -1 ? -1 : (whole.commentStart[index] as number) - start, alone.commentStart[0], text)
  })
})

test('lines with one repeat number are plain and have the same text behind their first or third word', () => {
  const text = `${manyLines(3000).join('\n')}\n`
  const table = lexHaproxy(text)
  const rests = new Map<number, string>()
  let repeated = 0
  for (let line = 0; line < table.count; line += 1) {
    const number = table.repeat[line] as number
    if (number === 0) continue
    assert.equal(table.flags[line], 0)
    const first = table.firstWord[line] as number
    const isServer = text.slice(table.wordStart[first], table.wordEnd[first]) === 'server'
    const rest = text.slice(table.wordEnd[first + (isServer ? 2 : 0)], table.lineStart[line + 1])
    const known = rests.get(number)
    if (known !== undefined) repeated += 1
    assert.equal(rest, known ?? rest)
    rests.set(number, rest)
  }
  assert.ok(repeated > 500, `${repeated} lines were recognised`)
})

const twins = `defaults
    mode http
    option httpchk GET /inherited
backend one
    balance source
    hash-type consistent
    cookie SRV insert
    option httpchk GET /health
    http-check expect status 200
    default-server inter 5s
    server a 10.0.0.1:80 check weight 10
backend two
    balance source
    hash-type consistent
    cookie SRV insert
    option httpchk GET /health
    http-check expect status 200
    default-server inter 5s
    server a 10.0.0.2:80 check weight 10
backend three
    balance source
    timeout server 9s
    server a 10.0.0.3:80 check weight 10
`

test('sections with equal lines get equal settings, each with the places of its own lines', () => {
  const { pools } = compile(twins)
  const [one, two, three] = pools
  assert.ok(one !== undefined && two !== undefined && three !== undefined)
  const source = (spans: readonly Span[]): readonly string[] => spans.map((at) => twins.slice(at.start, at.end))
  const lineOf = (at: Span | undefined): number => twins.slice(0, at?.start ?? 0).split('\n').length
  for (const pool of [one, two]) {
    assert.deepEqual(source(pool.algorithm.origin), ['balance source', 'hash-type consistent'])
    assert.deepEqual(source(pool.check?.origin ?? []), ['option httpchk GET /health'])
    assert.deepEqual(source(pool.persistence[0]?.origin ?? []), ['cookie SRV insert'])
    assert.equal(pool.check?.expect, 'status 200')
    assert.equal(pool.members[0]?.options.check?.intervalMs, 5000)
  }
  assert.equal(lineOf(one.algorithm.origin[0]), 5)
  assert.equal(lineOf(two.algorithm.origin[0]), 13)
  assert.equal(lineOf(two.check?.origin[0]), 16)
  assert.equal(three.check?.uri, '/inherited')
  assert.equal(lineOf(three.check?.origin[0]), 3)
  assert.equal(three.algorithm.hash?.method, 'map-based')
  assert.equal(three.timeoutsMs['server'], 9000)
  assert.equal(one.timeoutsMs['server'], undefined)
  assert.equal(three.members[0]?.options.check?.intervalMs, 2000)
})

test('the number of servers is known before their list is made, and copies of a pool keep the list', () => {
  const { pools } = compile(twins)
  const [one] = pools
  assert.ok(one !== undefined)
  assert.equal(memberCount(one), 1)
  assert.equal({ ...one }.members[0]?.address, '10.0.0.1:80')
  assert.equal((JSON.parse(JSON.stringify(one)) as { readonly members: readonly unknown[] }).members.length, 1)
})
