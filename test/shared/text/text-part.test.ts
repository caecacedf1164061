import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineIndex } from '#shared/text/line-index.ts'
import { toTextPart } from '#shared/text/text-part.ts'

const text = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n')
const index = new LineIndex(text)

test('a part is whole lines with the asked place in the middle', () => {
  const part = toTextPart(index, { line: 50 }, 10)
  assert.equal(part.text, text.split('\n').slice(45, 55).join('\n'))
  assert.deepEqual([part.startLine, part.totalLines], [45, 100])
  assert.equal(text.slice(part.startOffset, part.startOffset + part.text.length), part.text)
  assert.deepEqual(toTextPart(index, { offset: text.indexOf('line 50') + 3 }, 10), part)
})

test('at both ends, and for places outside the text, there are as many lines, moved inwards', () => {
  for (const around of [{ line: 0 }, { line: -7 }, { offset: 0 }, { offset: -1 }]) assert.deepEqual([toTextPart(index, around, 10).startLine, toTextPart(index, around, 10).text.split('\n').length], [0, 10])
  for (const around of [{ line: 99 }, { line: 500 }, { offset: text.length }, { offset: 1e9 }]) {
    const part = toTextPart(index, around, 10)
    assert.equal(part.startLine, 90)
    assert.ok(part.text.endsWith('line 99'))
  }
})

test('a part larger than the text is the text; no line asked for is one line', () => {
  assert.equal(toTextPart(index, { line: 50 }, 1000).text, text)
  assert.equal(toTextPart(index, { line: 50 }, 0).text, 'line 50')
  assert.equal(toTextPart(new LineIndex(''), { offset: 0 }, 10).text, '')
})

test('neighbouring parts join to the text without a gap', () => {
  let at = 0
  const parts: string[] = []
  for (let line = 0; line < 100; line += 10) {
    const part = toTextPart(index, { line: line + 5 }, 10)
    assert.equal(part.startOffset, at)
    at += part.text.length + 1
    parts.push(part.text)
  }
  assert.equal(parts.join('\n'), text)
})
