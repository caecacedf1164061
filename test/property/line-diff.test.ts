import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffLines, type LineHunk } from '#shared/text/line-diff.ts'
import { renderPatch } from '#shared/text/unified-patch.ts'
import { diffWords } from '#shared/text/word-diff.ts'

const line = fc.constantFrom('', '}', 'backend a', 'backend b', '    server s1', '    server s2', '\tbalance', 'x\r', '\r', 'é', 'tail')
const text = fc.tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), fc.boolean()).map(([lines, end, last]) => lines.join(end) + (last ? end : ''))

function apply(before: string, after: string, hunks: readonly LineHunk[]): string {
  const from = before.split('\n')
  const to = after.split('\n')
  const out: string[] = []
  let at = 0
  for (const hunk of hunks) {
    out.push(...from.slice(at, hunk.beforeStart), ...to.slice(hunk.afterStart, hunk.afterEnd))
    at = hunk.beforeEnd
  }
  out.push(...from.slice(at))
  return out.join('\n')
}

test('replacing the lines of every hunk turns the text before into the text after', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    assert.equal(apply(before, after, diffLines(before, after)), after)
  }), { numRuns: 3000 })
})

test('hunks stand in order, never touch, and never are empty', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    let beforeEnd = -1
    let afterEnd = -1
    for (const hunk of diffLines(before, after)) {
      assert.ok(hunk.beforeStart > beforeEnd && hunk.afterStart > afterEnd)
      assert.equal(hunk.beforeStart - Math.max(0, beforeEnd), hunk.afterStart - Math.max(0, afterEnd))
      assert.ok(hunk.beforeEnd > hunk.beforeStart || hunk.afterEnd > hunk.afterStart)
      beforeEnd = hunk.beforeEnd
      afterEnd = hunk.afterEnd
    }
  }), { numRuns: 2000 })
})

test('a few edits in a text of different lines are found exactly', () => {
  fc.assert(fc.property(fc.integer({ min: 5, max: 200 }), fc.array(fc.nat({ max: 1000 }), { maxLength: 5 }), (count, places) => {
    const lines = Array.from({ length: count }, (_, index) => `server s${index} 192.0.2.1:80`)
    const edited = new Set(places.map((place) => place % count))
    const after = lines.map((one, index) => (edited.has(index) ? `${one} weight 5` : one)).join('\n')
    const hunks = diffLines(lines.join('\n'), after)
    assert.deepEqual(hunks.flatMap((hunk) => Array.from({ length: hunk.beforeEnd - hunk.beforeStart }, (_, at) => hunk.beforeStart + at)), [...edited].sort((a, b) => a - b))
  }), { numRuns: 300 })
})

test('a patch read back line by line gives both texts', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    const patch = renderPatch({ beforeName: 'a', afterName: 'b', before, after, context: 100 })
    if (before === after) return assert.equal(patch, '')
    const sides = { before: '', after: '' }
    let sign = ''
    for (const one of patch.split('\n').slice(3, -1)) {
      if (one.startsWith('\\')) {
        if (sign !== '+') sides.before = sides.before.slice(0, -1)
        if (sign !== '-') sides.after = sides.after.slice(0, -1)
        continue
      }
      sign = one[0] as string
      if (sign !== '+') sides.before += `${one.slice(1)}\n`
      if (sign !== '-') sides.after += `${one.slice(1)}\n`
    }
    assert.deepEqual(sides, { before, after })
  }), { numRuns: 1500 })
})

test('word parts joined give both lines', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, after) => {
    const parts = diffWords(before, after)
    const side = (without: string): string => parts.filter((part) => part.kind !== without).map((part) => part.text).join('')
    assert.equal(side('added'), before)
    assert.equal(side('removed'), after)
  }), { numRuns: 1000 })
})
