import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawerFileOf, fileName, lineAt, toPlace } from '#renderer/features/review/places.ts'
import { toShare, toShareChanges } from '#renderer/features/review/shares.ts'
import { toDrawerFiles, toProblems } from '#renderer/features/review/editor-marks.ts'
import { initialState } from '#renderer/state/app-state.ts'
import { comparison, file, finding, span } from '#test/renderer/fixtures.ts'

const text = { configId: 'c', path: file, text: 'one\ntwo\nthree\n' }

test('a place is named by its lines once the text is there, by its file until then', () => {
  assert.equal(toPlace(text, span(4, 7)), 'line 2')
  assert.equal(toPlace(text, span(4, 13)), 'lines 2–3')
  assert.equal(toPlace(text, span(4, 8)), 'line 2')
  assert.equal(toPlace(null, span(4, 7)), file)
  assert.equal(lineAt(text, 9), 3)
  assert.equal(lineAt(null, 9), null)
})

test('a file name is what stands after the last slash of either kind', () => {
  assert.deepEqual(['/etc/haproxy/haproxy.cfg', 'C:\\lb\\a.cfg', 'a.cfg'].map(fileName), ['haproxy.cfg', 'a.cfg', 'a.cfg'])
})

test('shares are written as people say them, and tiny ones are not rounded away', () => {
  assert.deepEqual([0, 1, 1 / 3, 0.005, 0.998, null].map(toShare), ['0 %', '100 %', '33 %', '0.5 %', '99.8 %', '—'])
})

test('only servers whose share changed are listed', () => {
  const rows = toShareChanges([
    { pool: 'api', server: 'a', before: 0.5, after: 0.5 }, { pool: 'api', server: 'b', before: 1 / 3, after: 1 / 3 + 1e-12 }, { pool: 'api', server: 'c', before: null, after: 0.2 },
  ])
  assert.deepEqual(rows, [{ pool: 'api', server: 'c', before: '—', after: '20 %' }])
})

test('the drawer lists pairs of a comparison, or the files of one config without its certificates', () => {
  assert.deepEqual(toDrawerFiles([{ before: 'a', after: 'b', added: 1, removed: 2 }, { before: 'm', after: null, added: 0, removed: 0 }], []).map((each) => each.title), ['b (+1 −2)', 'm (same)'])
  assert.deepEqual(toDrawerFiles([], [{ path: 'a', role: 'config' }, { path: 'k', role: 'certificate' }]), [{ before: null, after: 'a', title: 'a' }])
})

test('a finding marks the editor only in its own file', () => {
  assert.equal(toProblems([finding('a/b'), finding('a/c', { at: { file: 'other', start: 0, end: 1 } })], 'after', file).length, 1)
  assert.deepEqual(toProblems([finding('a/b')], 'after', null), [])
})

test('lines of another file of the config bring that file into the drawer', () => {
  const pair = (before: string | null, after: string | null) => ({ before, after, added: 0, removed: 0, hunks: [] })
  const state = { ...initialState, comparison: { state: 'ready', value: comparison({ files: [pair('a', 'b'), pair('x', 'y')] }) } as const }
  assert.equal(drawerFileOf(state, 'before', 'x'), 1)
  assert.equal(drawerFileOf({ ...state, drawerFile: 1 }, 'after', 'unknown'), 1)
})
