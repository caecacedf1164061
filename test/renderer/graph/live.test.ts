import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveContent } from '#renderer/graph/live-content.ts'
import { toLiveLook } from '#renderer/graph/live-look.ts'
import { columnsFor, sortRows, tableRows, toTsv } from '#renderer/graph/table-rows.ts'
import { boxHeight } from '#shared/layout/box.ts'
import { labelWidth } from '#shared/layout/edge-labels.ts'
import { badgeRow, sparkLines } from '#shared/layout/live-row.ts'
import { buildScene } from '#shared/layout/scene-builder.ts'
import type { LiveMark, LiveMarks } from '#shared/view/live-marks.ts'
import { flowColour, flowWidths, legendSteps, liveSentence } from '#shared/view/live-style.ts'
import { countText, expectedText, percentText, rangeText, rateText } from '#shared/view/live-words.ts'
import { syntheticMarks, watched } from '#test/bench/pages/live.ts'
import { incidentView, poolsView } from '#test/bench/pages/views.ts'
import { pictureOf } from './pictures.ts'

const plain: LiveMark = { rate: 100, bounds: null, label: '100/s', tone: 'traffic', share: null, expected: null, badges: [], lines: [], spark: [] }
const view = watched(incidentView())
const marks = syntheticMarks(view, 0)

test('rates are short, and a little is not nothing', () => {
  assert.deepEqual([0, 0.01, 0.34, 6.1, 9.97, 412, 999.6, 2930, 14_200, 1_150_000].map(countText), ['0', '<0.1', '0.3', '6.1', '10', '412', '1k', '2.9k', '14k', '1.1M'])
  assert.deepEqual([rateText(1_240_000, 'bytes'), rateText(80, 'bytes'), rateText(12, 'mixed connections')], ['1.2 MB/s', '80 B/s', '12 conn/s'])
  assert.deepEqual([rangeText(0, 2900, 'requests'), rangeText(1200, 2900, 'requests')], ['≤ 2.9k/s', '1.2k–2.9k/s'])
  assert.deepEqual([percentText(0.004), percentText(0.333), expectedText({ low: 0.25, high: 0.5 }), expectedText({ low: 1 / 3, high: 1 / 3 })], ['<1 %', '33 %', '25–50 %', '33 %'])
})

test('four times the traffic is about twice as wide; bounds are drawn from least to most', () => {
  const wide = (rate: number): number => flowWidths({ ...plain, rate }, 1600).outer
  assert.deepEqual([wide(0), wide(1600)], [1.2, 15])
  assert.ok(Math.abs((wide(1600) - 1.6) / (wide(400) - 1.6) - 2) < 0.05)
  const { inner, outer } = flowWidths({ ...plain, rate: null, bounds: { low: 0, high: 1600 } }, 1600)
  assert.deepEqual([inner, outer], [1.2, 15])
  assert.deepEqual([flowColour(undefined, 1), flowColour({ ...plain, rate: 2 }, 1600), flowColour({ ...plain, rate: 900 }, 1600), flowColour({ ...plain, tone: 'unknown', rate: null }, 1)], ['none', 'low', 'mid', 'unknown'])
  assert.deepEqual(legendSteps({ ...marks, highest: 2930 }).map((step) => step.text), ['2.9k/s', '500/s', '50/s'])
})

test('new numbers move nothing: boxes have room by the config alone', () => {
  const places = (each: LiveMarks): unknown => buildScene(view, 0, undefined, each).nodes.map(({ x, y, width, height }) => [x, y, width, height])
  assert.deepEqual(places(syntheticMarks(view, 1)), places(marks))
  assert.deepEqual(places({ ...marks, byId: new Map() }), places(marks))
  for (const node of view.nodes) assert.ok(boxHeight(node, true) >= 30)
})

test('words at edges have places that no box covers, in small pictures and in large ones', () => {
  for (const shown of [view, watched(poolsView(120, 4))]) {
    const scene = buildScene(shown, 0, undefined, syntheticMarks(shown, 0))
    const placed = scene.edges.filter((edge) => edge.labelAt !== null)
    assert.ok(placed.length > shown.edges.length / 4, `${placed.length} of ${shown.edges.length}`)
    for (const { label, labelAt } of placed) {
      const half = labelWidth(label) / 2
      assert.ok(labelAt !== null)
      assert.ok(scene.nodes.every((box) => labelAt.x + half <= box.x || labelAt.x - half >= box.x + box.width || labelAt.y + 7 <= box.y || labelAt.y - 7 >= box.y + box.height))
    }
  }
})

test('badges give way to the more important ones, and the state stands before the title', () => {
  const badges: LiveMark['badges'] = [{ kind: 'alert', text: 'share' }, { kind: 'down', text: '1 down' }, { kind: 'up', text: '2/3 up' }, { kind: 'sessions', text: '42 sessions' }]
  const mark: LiveMark = { ...plain, tone: 'critical', badges }
  assert.deepEqual(badgeRow(mark, 400).map((badge) => badge.text), ['share', '1 down', '2/3 up', '42 sessions'])
  assert.deepEqual(badgeRow(mark, 100).map((badge) => badge.text), ['share', '1 down'])
  const pool = view.nodes.find((node) => node.id === 'pool:api') ?? assert.fail('no pool')
  assert.deepEqual([liveContent(pool, mark, 300).sign, liveContent(pool, { ...mark, badges: badges.slice(1) }, 300).sign, liveContent(pool, { ...mark, badges: [{ kind: 'down', text: 'down' }] }, 300).sign], ['▲', 'dot', '✕'])
  const server = view.nodes.find((node) => node.column === 'server') ?? assert.fail('no server')
  assert.equal(liveContent(server, { ...mark, lines: ['590/s'], badges: [...badges.slice(0, 1), { kind: 'queue', text: '12 waiting' }] }, 300).side, '590/s · 12 waiting')
})

test('a gap in a small curve stays a gap', () => {
  assert.deepEqual(sparkLines([1, 2, null, 4], 0, 0, 30, 13).map((line) => line.length / 2), [2, 1])
})

test('the table twin has the same numbers, sorted as numbers, and copies them', () => {
  const rows = tableRows(view, undefined, marks)
  const api = rows.find((row) => row.id === 'pool:api')
  assert.equal(api?.cells.observed, '98 %')
  assert.equal(api.cells.share, '33 %')
  assert.match(api.cells.state, /^alert: share, 214 waiting, 3\/3 up/)
  assert.match(api.cells.to, /^api-1 [\d.k]+\/s, api-2 /)
  const rates = sortRows(rows, 'rate', true).map((row) => row.numbers.rate)
  assert.deepEqual(rates, rates.toSorted((a, b) => b - a))
  assert.match(toTsv(rows, columnsFor(new Map(), marks)), /^Kind\tName\tState\tRequests per second\tShare\tLabel\tExpected share\tDetails\tLeads to\n/)
  assert.equal(tableRows(view, undefined, { ...marks, byId: new Map([['pool:api', { ...plain, rate: null, bounds: { low: 5, high: 9 } }]]) }).find((row) => row.id === 'pool:api')?.cells.rate, '5–9/s')
})

test('a sentence says what a box shows', () => {
  const mark: LiveMark = { ...plain, rate: 2930, share: 0.98, expected: { low: 1 / 3, high: 1 / 3 }, badges: [{ kind: 'alert', text: 'share' }, { kind: 'queue', text: '12 waiting' }] }
  assert.equal(liveSentence(mark, marks), 'Now: 2.9k requests per second, largest share 98 %, expected 33 %, alert: share, 12 waiting.')
  assert.equal(liveSentence({ ...plain, rate: null }, { ...marks, stale: true }), 'Old data: traffic not known.')
  assert.equal(liveSentence({ ...plain, rate: null, bounds: { low: 0, high: 9 } }, marks), 'Now: between 0 requests per second and 9 requests per second.')
  assert.equal(liveSentence(undefined, marks), '')
})

test('marks are looked up once for every box and edge of a picture', () => {
  const live = toLiveLook(pictureOf(view), marks)
  assert.equal(live.edges.length, view.edges.length)
  assert.ok(live.nodes.every((mark) => mark !== undefined))
})
