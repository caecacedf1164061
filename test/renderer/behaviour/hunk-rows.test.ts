import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostRows, toHunkRows, type LineOf } from '#renderer/features/behaviour/hunk-rows.ts'
import { file, span } from '#test/renderer/fixtures.ts'
import { behaviour, behaviourClass, lua } from './answers.ts'

/** Every line is ten characters long. */
const lineOf: LineOf = (_side, offset) => Math.floor(offset / 10)
const whole = { before: { start: 0, end: Infinity }, after: { start: 0, end: Infinity } }
const hunk = (beforeStart: number, beforeEnd: number, afterStart: number, afterEnd: number) => ({ beforeStart, beforeEnd, afterStart, afterEnd })
const pair = (...hunks: ReturnType<typeof hunk>[]) => ({ before: file, after: file, hunks })
const atLine = (id: string, before: number | null, after: number | null, parts: Parameters<typeof behaviourClass>[1] = {}) => behaviourClass(id, {
  cause: { before: before === null ? [] : [span(before * 10, before * 10 + 8)], after: after === null ? [] : [span(after * 10, after * 10 + 8)] },
  before: { ...behaviourClass(id).before, rule: null }, after: { ...behaviourClass(id).after, rule: null }, ...parts,
})
const words = (rows: ReturnType<typeof toHunkRows>): readonly string[] => rows.map((row) => row.text)

test('a stretch counts the classes whose lines lie in it, on the side they belong to', () => {
  const rows = toHunkRows(pair(hunk(3, 4, 3, 4), hunk(9, 9, 9, 11), hunk(20, 22, 22, 22)), behaviour({ differs: [atLine('a', 3, null), atLine('b', null, 3), atLine('c', 21, 40)] }), lineOf, whole)
  assert.deepEqual(words(rows), ['2 classes', 'no effect on routing', '1 class'])
  assert.deepEqual(rows.map((row) => [row.beforeLine, row.afterLine, row.side, row.tone, row.key]), [[3, 3, 'after', 'critical', 'class:a'], [9, 9, 'after', 'ok', null], [20, 22, 'before', 'critical', 'class:c']])
})

test('a deciding line counts like a causing one', () => {
  const decided = behaviourClass('a', { cause: { before: [span(10, 18)], after: [] }, after: { ...behaviourClass('a').after, rule: span(50, 58) } })
  assert.deepEqual(words(toHunkRows(pair(hunk(5, 5, 5, 6)), behaviour({ differs: [decided] }), lineOf, whole)), ['1 class'])
})

test('"no effect" is said only when nothing at all is unknown', () => {
  const hunks = pair(hunk(1, 2, 1, 2), hunk(5, 6, 5, 6))
  assert.deepEqual(words(toHunkRows(hunks, behaviour(), lineOf, whole)), ['no effect on routing', 'no effect on routing'])
  const rows = toHunkRows(hunks, behaviour({ unknown: [lua(50)] }), lineOf, whole)
  assert.deepEqual(words(rows), ['cannot tell', 'cannot tell'])
  assert.deepEqual(rows.map((row) => row.detail), ['no change of traffic found, but not everything is known', 'something here is not modelled'])
  assert.deepEqual(words(toHunkRows(hunks, behaviour({ complete: false }), lineOf, whole)), ['cannot tell', 'cannot tell'], 'an answer that is not complete, whatever it lists')
  assert.deepEqual(words(toHunkRows(hunks, behaviour({ differs: [atLine('a', null, null)] }), lineOf, whole)), ['cannot tell', 'cannot tell'], 'a class whose lines nobody knows could stand anywhere')
})

test('a line that takes part in a decision counts, and one of a changed rule is never called without effect', () => {
  const taking = atLine('a', 20, null, { lines: { before: [], after: [span(10, 18)] } })
  const answer = behaviour({ differs: [taking], changedLines: { before: [], after: [span(10, 18), span(50, 58)] } })
  assert.deepEqual(words(toHunkRows(pair(hunk(1, 1, 1, 2), hunk(5, 5, 5, 6), hunk(9, 9, 9, 10)), answer, lineOf, whole)), ['1 class', 'part of a changed rule', 'no effect on routing'])
  const same = behaviour({ changedLines: answer.changedLines })
  assert.deepEqual(words(toHunkRows(pair(hunk(5, 5, 5, 6)), same, lineOf, whole)), ['no effect on routing'], 'where everything is proved the same')
  assert.deepEqual(words(toHunkRows(pair(hunk(9, 9, 9, 10)), { ...answer, changedLines: null }, lineOf, whole)), ['cannot tell'], 'too many changed lines to list')
})

test('a class in a stretch that is partly unknown is counted, and that more is unknown', () => {
  assert.deepEqual(words(toHunkRows(pair(hunk(5, 6, 5, 6)), behaviour({ differs: [atLine('a', 5, 5)], unknown: [lua(50)] }), lineOf, whole)), ['1 class, more unknown'])
})

test('lines of other files count for other stretches', () => {
  const elsewhere = atLine('a', null, null, { cause: { before: [{ file: 'other.map', start: 10, end: 18 }], after: [] } })
  assert.deepEqual(words(toHunkRows(pair(hunk(1, 2, 1, 2)), behaviour({ differs: [elsewhere] }), lineOf, whole)), ['no effect on routing'])
})

test('of a part of a long text only the stretches that lie in it whole speak, at their places in it', () => {
  const shown = { before: { start: 100, end: 200 }, after: { start: 110, end: 210 } }
  const rows = toHunkRows(pair(hunk(90, 105, 100, 115), hunk(150, 151, 160, 161), hunk(195, 205, 205, 215)), behaviour({ differs: [atLine('a', 150, null)] }), lineOf, shown)
  assert.deepEqual(rows.map((row) => [row.text, row.beforeLine, row.afterLine]), [['1 class', 50, 50]])
})

test('of very many stretches those with classes are kept first', () => {
  const hunks = Array.from({ length: mostRows + 50 }, (_, index) => hunk(index * 2, index * 2 + 1, index * 2, index * 2 + 1))
  const last = (mostRows + 49) * 2
  const rows = toHunkRows(pair(...hunks), behaviour({ differs: [atLine('a', last, last)] }), lineOf, whole)
  assert.equal(rows.length, mostRows)
  assert.equal(rows[0]?.text, '1 class')
})
