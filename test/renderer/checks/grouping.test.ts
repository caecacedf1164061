import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterDiagnostics, groupByObject, groupBySeverity, toChecklist } from '#renderer/features/checks/grouping.ts'
import { finding, node, span, view } from '#test/renderer/fixtures.ts'

const all = [finding('haproxy/a', { severity: 'info', at: span(15, 16) }), finding('routing/b', { severity: 'error', at: span(60, 61) }), finding('haproxy/c', { at: span(5, 6) })]

test('findings are grouped by how bad they are, and empty groups are left out', () => {
  assert.deepEqual(groupBySeverity(all).map((group) => [group.title, group.diagnostics.length]), [['Errors', 1], ['Warnings', 1], ['Notes', 1]])
  assert.deepEqual(groupBySeverity(all.slice(0, 1)).map((group) => group.title), ['Notes'])
})

test('a finding belongs to the last listener or pool that starts before it; the worst group comes first', () => {
  const picture = view([node('pool:api', { title: 'api', after: [span(10, 20)] }), node('pool:web', { title: 'web', after: [span(50, 55)] }), node('server:x', { column: 'server', after: [span(59, 62)] })])
  assert.deepEqual(groupByObject(all, picture).map((group) => [group.title, group.diagnostics.map((each) => each.code)]), [
    ['backend web', ['routing/b']], ['Elsewhere', ['haproxy/c']], ['backend api', ['haproxy/a']],
  ])
  assert.deepEqual(groupByObject(all, null).map((group) => group.title), ['Elsewhere'])
})

test('every word of the filter must be found', () => {
  assert.deepEqual(filterDiagnostics(all, 'haproxy warning').map((each) => each.code), ['haproxy/c'])
  assert.equal(filterDiagnostics(all, '  ').length, 3)
  assert.equal(filterDiagnostics(all, 'nowhere').length, 0)
})

test('the checklist names place and code of each finding', () => {
  assert.equal(toChecklist('a.cfg', groupBySeverity(all.slice(1, 2)), () => 7), '# Checks of a.cfg\n\n## Errors (1)\n\n- [ ] Message of routing/b. (routing/b, haproxy.cfg:7)\n')
  assert.equal(toChecklist('a.cfg', [], () => null), '# Checks of a.cfg\n\nNo findings.\n')
})
