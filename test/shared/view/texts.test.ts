import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { toDecisionTable } from '#shared/view/decisions.ts'
import { describeAction, describePredicate, referenceText } from '#shared/view/describe.ts'
import { renderDot } from '#shared/view/dot.ts'
import { renderInspection, toInspection } from '#shared/view/inspect.ts'
import { renderMermaid } from '#shared/view/mermaid.ts'
import { toTopologyView } from '#shared/view/topology.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { both, host, incident, named, path, test, view } from './models.ts'

const lookup = (at: { readonly file: string; readonly start: number }) => ({ file: at.file, line: at.start, text: '' })

const not = (of: Predicate): Predicate => ({ kind: 'not', of })
const a = (): Predicate => named('host_a', test(host, 'exact', 'a.example'))
const b = (): Predicate => named('p', test(path, 'prefix', '/x/', '/y/'))
const rows: readonly [name: string, predicate: Predicate, words: string, written: string][] = [
  ['one test', test(host, 'exact', 'a.example'), 'host is a.example', '{ host is a.example }'],
  ['two names', both(a(), b()), 'host is a.example and path starts with /x/ or /y/', 'host_a p'],
  ['not one of two', not({ kind: 'or', of: [a(), b()] }), 'host is not a.example and path does not start with /x/ or /y/', '!( host_a or p )'],
  ['alternatives inside a conjunction', both(a(), { kind: 'or', of: [b(), not(a())] }), 'host is a.example and (path starts with /x/ or /y/ or host is not a.example)', 'host_a ( p or !host_a )'],
  ['no condition', { kind: 'true' }, 'always', ''],
]
for (const [name, predicate, words, written] of rows) {
  example(`a condition reads as words: ${name}`, () => {
    assert.equal(describePredicate(predicate), words)
    assert.equal(referenceText(predicate), written)
  })
}

example('the decision list holds every rule in order, and marks the one that is never reached', () => {
  const table = toDecisionTable(incident('after'), lookup)
  assert.deepEqual(table.rows.map((row) => [row.cells['order'], row.cells['action'], row.tone]), [
    [1, 'set header x-forwarded-proto to https', 'neutral'], [2, 'deny with 403', 'neutral'], [3, 'send to pool assets', 'neutral'], [4, 'send to pool api', 'neutral'],
    [5, 'send to pool auth', 'critical'], [6, 'send to pool web', 'neutral'],
  ])
  assert.equal(table.rows[3]?.cells['condition'], 'host is api.shop.example')
  assert.equal(new Set(table.rows.map((row) => row.id)).size, table.rows.length)
})

example('the inspection names rules, shares and the pool that no rule reaches', () => {
  const inspection = toInspection(incident('after'), lookup)
  assert.equal(inspection.pools.find((pool) => pool.name === 'auth')?.reachable, false)
  assert.equal(inspection.pools.find((pool) => pool.name === 'api')?.servers[0]?.share.toFixed(3), '0.980')
  const text = renderInspection(incident('after'), lookup)
  assert.match(text, /backend auth: roundrobin, check GET \/health, no rule leads here/)
  assert.match(text, /api-1 {2}192\.0\.2\.10:8080 {4}98% {2}weight 200/)
})

example('Mermaid and DOT name every node once, escape what would break them, and are the same each time', () => {
  const drawn = toTopologyView(incident('after'), incident('before'), 'a "quoted" title')
  const mermaid = renderMermaid(drawn)
  assert.equal(mermaid, renderMermaid(drawn))
  assert.equal(mermaid.split('\n').filter((line) => /^ {2}n\d+[[(]/.test(line)).length, drawn.nodes.length)
  const dot = renderDot(drawn)
  assert.match(dot, /^digraph "a \\"quoted\\" title" \{/)
  assert.equal(dot.split('\n').filter((line) => line.includes(' -> ')).length, drawn.edges.length)
})

example('values of headers that carry secrets are never written out', () => {
  const authorization = view({ kind: 'header', name: 'authorization', split: 'line', occurrence: null })
  assert.equal(describePredicate(test(authorization, 'exact', 'Basic c2VjcmV0')), 'header authorization is •••')
  assert.equal(describeAction({ kind: 'set-header', name: 'Authorization', value: { parts: ['Bearer x'], text: 'Bearer x' } }), 'set header Authorization to •••')
})
