import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { countChanges, diffLines } from '#shared/text/line-diff.ts'
import { renderPatch } from '#shared/text/unified-patch.ts'
import { diffWords } from '#shared/text/word-diff.ts'

type Row = readonly [name: string, before: string, after: string, hunks: readonly (readonly [number, number, number, number])[]]

const rows: readonly Row[] = [
  ['equal texts have no hunks', 'a\nb\n', 'a\nb\n', []],
  ['an empty text and a text of two lines', '', 'a\nb', [[0, 1, 0, 2]]],
  ['one changed line', 'a\nb\nc\n', 'a\nB\nc\n', [[1, 2, 1, 2]]],
  ['one inserted line', 'a\nc\n', 'a\nb\nc\n', [[1, 1, 1, 2]]],
  ['one removed line', 'a\nb\nc\n', 'a\nc\n', [[1, 2, 1, 1]]],
  ['a final line end more is an empty line more', 'a', 'a\n', [[1, 1, 1, 2]]],
  ['a CR more is a changed line', 'a\nb\n', 'a\r\nb\n', [[0, 1, 0, 1]]],
  ['two swapped rules are one line removed and one inserted', 'x\na\nb\ny', 'x\nb\na\ny', [[1, 2, 1, 1], [3, 3, 2, 3]]],
  ['an added section is shown whole, from its first line', 'backend a\n  server s\n\nbackend c\n  server s\n', 'backend a\n  server s\n\nbackend b\n  server s\n\nbackend c\n  server s\n', [[3, 3, 3, 6]]],
  ['a removed section is shown whole', 'backend a\n  server s\n\nbackend b\n  server s\n\nbackend c\n  server s\n', 'backend a\n  server s\n\nbackend c\n  server s\n', [[3, 6, 3, 3]]],
]

for (const [name, before, after, expected] of rows) {
  test(`line diff: ${name}`, () => {
    assert.deepEqual(diffLines(before, after).map((hunk) => [hunk.beforeStart, hunk.beforeEnd, hunk.afterStart, hunk.afterEnd]), expected)
  })
}

test('changes are counted per side', () => {
  assert.deepEqual(countChanges(diffLines('a\nb\nc', 'a\nB\nc\nd\ne')), { added: 3, removed: 1 })
})

test('texts without a unique line stay linear: 100 000 lines of two kinds, and a text against its reverse', () => {
  const noisy = (seed: number): string => {
    let state = seed
    const lines: string[] = []
    for (let index = 0; index < 100_000; index += 1) {
      state = (Math.imul(state, 1103515245) + 12345) | 0
      lines.push((state >>> 16) & 1 ? 'a' : 'b')
    }
    return lines.join('\n')
  }
  const unique = Array.from({ length: 100_000 }, (_, index) => `line ${index}`)
  for (const [before, after] of [[noisy(1), noisy(2)], [unique.join('\n'), unique.toReversed().join('\n')]] as const) {
    const counts = countChanges(diffLines(before, after))
    assert.equal(counts.added - counts.removed, 0)
    assert.ok(counts.added > 0)
  }
})

test('git apply takes every patch and arrives at the same bytes', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n', 'a\nB\nc\nd\ne\nf\ng\nh\ni\nJ\n'],
    ['a\nb', 'a\nb\n'], ['a\nb\n', 'a\nb'], ['a\r\nb\r\n', 'a\r\nc\r\n'], ['one\n', 'one\ntwo\nthree'], ['x\n\n\ny\n', 'y\n'],
  ]
  const folder = mkdtempSync(join(tmpdir(), 'patch-'))
  try {
    for (const [before, after] of pairs) {
      writeFileSync(join(folder, 'haproxy.cfg'), before)
      writeFileSync(join(folder, 'p.patch'), renderPatch({ beforeName: 'a/haproxy.cfg', afterName: 'b/haproxy.cfg', before, after }))
      execFileSync('git', ['apply', '--whitespace=nowarn', 'p.patch'], { cwd: folder, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } })
      assert.equal(readFileSync(join(folder, 'haproxy.cfg'), 'utf8'), after)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a new file and a deleted file name the empty side', () => {
  assert.equal(renderPatch({ beforeName: null, afterName: 'b/x', before: '', after: 'a\n' }), '--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n')
  assert.equal(renderPatch({ beforeName: 'a/x', afterName: null, before: 'a\nb\n', after: '' }), '--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n')
})

test('word marks point at the value that changed', () => {
  assert.deepEqual(diffWords('server api-1 192.0.2.11:8080 weight 100 check', 'server api-1 192.0.2.11:8080 weight 200 check'), [
    { kind: 'same', text: 'server api-1 192.0.2.11:8080 weight ' }, { kind: 'removed', text: '100' }, { kind: 'added', text: '200' }, { kind: 'same', text: ' check' },
  ])
})

test('a line too long for word marks is replaced whole', () => {
  const long = 'x '.repeat(3000)
  assert.deepEqual(diffWords(long, 'y').map((part) => part.kind), ['removed', 'added'])
})
