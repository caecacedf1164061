import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffLines } from '#shared/text/line-diff.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import { dialects } from '#shared/dialects/registry.ts'
import { innerChanges } from '#renderer/editor/inner-changes.ts'
import { placeAcross } from '#renderer/editor/place-across.ts'
import { createTextPlaces, toEditorText } from '#renderer/editor/text-places.ts'

test('offsets and editor places agree both ways', () => {
  const text = 'global\r\n    maxconn 20\r\n\ndefaults\n'
  const places = createTextPlaces(text)
  for (let offset = 0; offset < text.length; offset += 1) {
    const { lineNumber, column } = places.toPosition(offset)
    assert.equal(places.toOffset(lineNumber, column), offset)
  }
})

test('a byte order mark is counted in the file and hidden in the editor', () => {
  const places = createTextPlaces('\ufeffglobal\nx')
  assert.deepEqual(places.toPosition(1), { lineNumber: 1, column: 1 })
  assert.equal(places.toOffset(1, 1), 1)
  assert.deepEqual(places.toPosition(8), { lineNumber: 2, column: 1 })
  assert.equal(places.toOffset(2, 1), 8)
})

test('a carriage return alone is no line end, and offsets still hold', () => {
  const text = 'a\rb\r\nc'
  const shown = toEditorText(text)
  assert.equal(shown.length, text.length)
  assert.equal(shown.split(/\r\n|\r|\n/).length, 2)
  assert.equal(toEditorText('a\r\nb'), 'a\r\nb')
})

test('marks inside changed lines cover what differs and nothing else', () => {
  const before = 'backend api\n    server api-1 192.0.2.1:80 weight 100 check\nend\n'
  const after = 'backend api\n    server api-1 192.0.2.1:80 weight 200 check\nend\n'
  const marks = innerChanges(diffLines(before, after), new LineIndex(before), new LineIndex(after))
  const line = '    server api-1 192.0.2.1:80 weight 100 check'
  const from = line.indexOf('100')
  assert.deepEqual([...marks], [0, 0, from, from + 3, from, from + 3])
})

test('lines of a deletion or insertion carry no inner marks', () => {
  const marks = innerChanges(diffLines('a\nb\nc\n', 'a\nc\n'), new LineIndex('a\nb\nc\n'), new LineIndex('a\nc\n'))
  assert.equal(marks.length, 0)
})

test('a place before is found after, also behind changes and where its line is gone', () => {
  const hunks = Int32Array.from([2, 4, 2, 2, 6, 7, 4, 6])
  const rows: readonly (readonly [number, number])[] = [[1, 1], [2, 2], [3, 3], [5, 3], [6, 4], [7, 5], [8, 7]]
  for (const [before, after] of rows) assert.equal(placeAcross(hunks, before), after, `line ${before}`)
})

test('every dialect colours its own section words, which folding and hover rely on', () => {
  for (const dialect of dialects) {
    const tokens = dialect.language.tokenizeLine('frontend web', null).tokens
    if (dialect.id === 'haproxy') assert.equal(tokens[0]?.class, 'section')
    assert.ok(tokens.length > 0)
  }
})
