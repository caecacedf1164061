import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '#renderer/app/commands.ts'
import { toPaletteItems } from '#renderer/features/palette/palette-items.ts'
import { toFindings } from '#renderer/features/review/findings.ts'
import { comparison, node, sentence } from '#test/renderer/fixtures.ts'

const findings = toFindings(comparison({ sentences: [sentence('s', { text: 'Pool api balances by roundrobin.' })] }))
const nodes = [node('pool:web', { title: 'web', search: 'web 192.0.2.31' }), node('pool:api', { title: 'api', search: 'api 192.0.2.11' })]

test('with nothing typed the palette lists commands only', () => {
  const items = toPaletteItems('', commands, findings, nodes)
  assert.equal(items.length, commands.length)
  assert.ok(items.every((item) => item.kind === 'command'))
})

test('words find findings and boxes too, by address as well as by name', () => {
  assert.deepEqual(toPaletteItems('pool api', commands, findings, nodes).map((item) => item.kind), ['finding'])
  assert.deepEqual(toPaletteItems('192.0.2.31', commands, findings, nodes).map((item) => item.id), ['pool:web'])
})

test('a command whose title begins with the word comes first', () => {
  assert.equal(toPaletteItems('next', commands, [], [])[0]?.title.startsWith('Next'), true)
})
