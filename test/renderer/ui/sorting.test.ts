import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextSorting, sortRows } from '#renderer/ui/sorting.ts'
import type { TableRow } from '#shared/presentation/presentation.ts'

const row = (id: string, cell: string | number | null): TableRow => ({ id, cells: { x: cell }, tone: 'neutral', highlights: [] })

test('numbers sort by size, names with numbers as people count, empty cells last both ways', () => {
  const rows = [row('a', 'web-10'), row('b', null), row('c', 'web-9'), row('d', 'api')]
  assert.deepEqual(sortRows(rows, { key: 'x', down: false }).map((each) => each.id), ['d', 'c', 'a', 'b'])
  assert.deepEqual(sortRows(rows, { key: 'x', down: true }).map((each) => each.id), ['a', 'c', 'd', 'b'])
  assert.deepEqual(sortRows([row('a', 10), row('b', 9)], { key: 'x', down: false }).map((each) => each.id), ['b', 'a'])
  assert.equal(sortRows(rows, null), rows)
})

test('a third click gives the order of the config back', () => {
  assert.deepEqual(nextSorting(null, 'x'), { key: 'x', down: false })
  assert.deepEqual(nextSorting({ key: 'x', down: false }, 'x'), { key: 'x', down: true })
  assert.equal(nextSorting({ key: 'x', down: true }, 'x'), null)
  assert.deepEqual(nextSorting({ key: 'x', down: true }, 'y'), { key: 'y', down: false })
})
