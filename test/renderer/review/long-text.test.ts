import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesInside, isLongText, lineAcross, lineInside, neighbourChange, partLines, problemsInside, revealInside, revealLine, windowAround, windowBefore, windowWords } from '#renderer/features/review/long-text.ts'

const hunks = [
  { beforeStart: 10, beforeEnd: 12, afterStart: 10, afterEnd: 15 },
  { beforeStart: 100, beforeEnd: 140, afterStart: 103, afterEnd: 103 },
  { beforeStart: 60_000, beforeEnd: 60_001, afterStart: 59_963, afterEnd: 59_964 },
]

test('a window is as long as a part, stands around its line and inside the file', () => {
  assert.deepEqual(windowAround(50_000, 200_000), { start: 40_000, end: 60_000 })
  assert.deepEqual(windowAround(3, 200_000), { start: 0, end: partLines })
  assert.deepEqual(windowAround(199_999, 200_000), { start: 180_000, end: 200_000 })
  assert.deepEqual(windowAround(7, 100), { start: 0, end: 100 })
})

test('lines of both sides stand beside each other, inside changes too', () => {
  for (const [before, after] of [[0, 0], [9, 9], [10, 10], [12, 15], [99, 102], [140, 103], [50_000, 49_963], [60_001, 59_964]] as const) {
    assert.equal(lineAcross(hunks, before, 'before'), after)
    if (before !== 140) assert.equal(lineAcross(hunks, after, 'after'), before)
  }
  assert.equal(lineAcross(hunks, 13, 'after'), 12, 'an added line stands at the end of what it replaced')
  assert.equal(lineAcross(hunks, 120, 'before'), 103, 'a removed line stands at the gap')
})

test('the side before shows the lines beside the window, and both ends of the files meet', () => {
  assert.deepEqual(windowBefore(hunks, { start: 0, end: 20_000 }, 80_000, 80_037), { start: 0, end: 20_037 })
  assert.deepEqual(windowBefore(hunks, { start: 60_000, end: 80_000 }, 80_000, 80_037), { start: 60_037, end: 80_037 })
  const gone = [{ beforeStart: 0, beforeEnd: 500_000, afterStart: 0, afterEnd: 0 }]
  assert.deepEqual(windowBefore(gone, { start: 0, end: 10 }, 10, 500_010), { start: 0, end: 2 * partLines }, 'never more than two parts')
})

test('later and earlier changes are found from the window, and those in it are counted', () => {
  const shown = { start: 0, end: 20_000 }
  assert.equal(changesInside(hunks, shown), 2)
  assert.equal(neighbourChange(hunks, shown, 1), 59_963)
  assert.equal(neighbourChange(hunks, shown, -1), null)
  assert.equal(neighbourChange(hunks, { start: 40_000, end: 50_000 }, -1), 103)
  assert.equal(neighbourChange(hunks, { start: 59_000, end: 79_000 }, 1), null)
})

test('places and findings of the whole text move into the part; what lies elsewhere is left out', () => {
  const part = { text: 'abcdefghij', startOffset: 1000, startLine: 40, totalLines: 90 }
  assert.deepEqual(revealInside({ side: 'after', start: 1003, end: 1005, serial: 1 }, part), { side: 'after', start: 3, end: 5, serial: 1 })
  assert.equal(revealInside({ side: 'after', start: 999, end: 1005, serial: 1 }, part), null)
  assert.deepEqual(revealInside({ side: 'after', start: 1009, end: 2000, serial: 1 }, part), { side: 'after', start: 9, end: 10, serial: 1 })
  const problem = { side: 'after', start: 1001, end: 1002, severity: 'error', message: 'm', code: 'c' } as const
  assert.deepEqual(problemsInside([problem, { ...problem, start: 50 }, { ...problem, side: 'before' }], part, 'after'), [{ ...problem, start: 1, end: 2 }])
})

test('a line asked for by its number is found in the part that holds it', () => {
  const part = { text: 'forty\nforty-one\n\nlast', startOffset: 900, startLine: 40, totalLines: 90 }
  assert.deepEqual(revealLine(part, 41, 'after', 3), { side: 'after', start: 6, end: 15, serial: 3 })
  assert.deepEqual(revealLine(part, 42, 'after', 3), { side: 'after', start: 16, end: 16, serial: 3 })
  assert.deepEqual(revealLine(part, 43, 'after', 3), { side: 'after', start: 17, end: 21, serial: 3 })
  assert.equal(revealLine(part, 39, 'after', 3), null)
  assert.equal(revealLine(part, 44, 'after', 3), null)
})

test('only texts over five megabytes come in parts, and the part says which lines it shows', () => {
  const file = { path: 'a', role: 'config', encoding: 'utf-8', bytes: 5_000_001, lineCount: 9 } as const
  assert.equal(isLongText({ files: [file] }, 'a'), true)
  assert.equal(isLongText({ files: [{ ...file, bytes: 5_000_000 }] }, 'a'), false)
  assert.equal(isLongText(null, 'a'), false)
  assert.equal(windowWords({ startLine: 0, totalLines: 1_150_007 }, 20_000), 'lines 1–20,000 of 1,150,007')
})

test('a part tells the line of an offset of the whole text, and on which side of it another one lies', () => {
  const line = lineInside({ text: 'forty\nforty-one\n', startOffset: 900, startLine: 40, totalLines: 90 })
  assert.deepEqual([899, 900, 906, 915, 2000].map(line), [-1, 40, 41, 41, Infinity])
})
