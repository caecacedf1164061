import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { focusOutline, focusTopology } from '#shared/view/topology-focus.ts'
import { toTopologyOutline, toTopologyView } from '#shared/view/topology.ts'
import type { TopologyAnswer, TopologyOptions, TopologyView } from '#shared/view/topology-view.ts'
import { both, forward, host, incident, listener, member, model, named, path, pool, scope, servers, step, test } from './models.ts'

const open: TopologyOptions = { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 5000 }

/** `amount` pools of 5 servers, each with a rule for one host; the first pool's first server weighs `weight`. */
function many(amount: number, weight = 1) {
  const names = Array.from({ length: amount }, (_, index) => `p${index}`)
  return model({
    listeners: [listener('web', 80, 'scope:web/switching')],
    scopes: [scope('scope:web/switching', names.map((name) => step(`rule ${name}`, both(named('host_a', test(host, 'exact', 'a.example')), test(path, 'prefix', `/${name}/`)), forward(name))))],
    pools: names.map((name, index) => pool(name, index === 0 ? [member(name, 's0', '192.0.2.200:80', { weight }), ...servers(name, 4)] : servers(name, 5))),
  })
}

function whole(answer: TopologyAnswer, view: TopologyView): void {
  const ids = new Set(answer.view.nodes.map((node) => node.id))
  assert.equal(ids.size, answer.view.nodes.length, 'ids are unique')
  assert.equal(new Set(answer.view.edges.map((edge) => edge.id)).size, answer.view.edges.length, 'edge ids are unique')
  assert.ok(answer.view.edges.every((edge) => ids.has(edge.from) && ids.has(edge.to)), 'edges end at shown boxes')
  const groups = answer.view.nodes.filter((node) => node.members.length > 0).length
  const shown = answer.view.nodes.length - groups + answer.totals.folded
  if (answer.totals.hiddenByLimit === 0) assert.equal(shown + answer.totals.hiddenByFilter, view.nodes.length, 'nothing is lost without a count')
}

example('a small picture is shown as it is', () => {
  const view = toTopologyView(incident('after'), incident('before'), 'w')
  const answer = focusTopology(view, open)
  whole(answer, view)
  assert.deepEqual(answer.view.nodes, view.nodes)
  assert.equal(answer.grouped, false)
})

example('above 150 boxes servers fold into their pool and rules of one host into one box; each opens by its id', () => {
  const view = toTopologyView(many(40), null, 'w')
  const answer = focusTopology(view, open)
  whole(answer, view)
  assert.equal(answer.grouped, true)
  assert.equal(answer.totals.folded, 240)
  assert.deepEqual(answer.view.nodes.filter((node) => node.column === 'route').map((node) => node.title), ['a.example · 40 rules', 'no rule matches'])
  const servered = answer.view.nodes.find((node) => node.id === 'group:servers:pool:p3')
  assert.equal(servered?.title, '5 servers')
  const opened = focusTopology(view, { ...open, expanded: ['group:servers:pool:p3'] })
  assert.equal(opened.view.nodes.filter((node) => node.parent === 'pool:p3').length, 5)
  whole(opened, view)
})

example('only changed keeps what changed and the way to it', () => {
  const view = toTopologyView(many(40, 9), many(40), 'w')
  const answer = focusTopology(view, { ...open, onlyChanged: true })
  whole(answer, view)
  assert.deepEqual(answer.view.nodes.map((node) => node.column), ['listener', 'route', 'pool', 'server', 'server', 'server', 'server', 'server'])
  assert.equal(answer.grouped, false)
  assert.equal(answer.totals.changed, 6)
})

example('words find servers inside folded groups by address, with everything connected to them', () => {
  const view = toTopologyView(many(40), null, 'w')
  const answer = focusTopology(view, { ...open, query: '192.0.2.200' })
  whole(answer, view)
  assert.ok(answer.view.nodes.some((node) => node.id === 'pool:p0/server:s0'))
  assert.ok(answer.view.nodes.some((node) => node.column === 'listener'))
  assert.equal(answer.view.nodes.filter((node) => node.column === 'pool').length, 1)
  assert.equal(focusTopology(view, { ...open, query: 'no such thing' }).view.nodes.length, 0)
})

example('the limit takes whole chains, changed ones first, in their order, and counts the rest', () => {
  const view = toTopologyView(many(40, 9), many(40), 'w')
  const answer = focusTopology(view, { ...open, grouping: 'open', limit: 15 })
  whole(answer, view)
  // Listener, the changed chain (rule, pool, five servers), the last rule, but no second chain of seven.
  assert.equal(answer.view.nodes.length, 9)
  assert.equal(answer.totals.hiddenByLimit, view.nodes.length - 9)
  for (const node of view.nodes.filter((one) => one.change !== 'same')) assert.ok(answer.view.nodes.includes(node), node.id)
  const positions = answer.view.nodes.map((node) => view.nodes.indexOf(node))
  assert.deepEqual(positions, [...positions].sort((a, b) => a - b))
  assert.equal(focusTopology(view, { ...open, grouping: 'open', limit: 16 }).view.nodes.length, 16)
})

/** Pools of five servers, each with a rule of its own for another path; hosts differ so that no rules fold. */
function wide(amount: number, weight = 1) {
  const names = Array.from({ length: amount }, (_, index) => `p${index}`)
  return model({
    listeners: [listener('web', 80, 'scope:web/switching')],
    scopes: [scope('scope:web/switching', names.map((name) => step(`rule ${name}`, named(name, test(path, 'prefix', `/${name}/`)), forward(name))))],
    pools: names.map((name, index) => pool(name, index === amount - 1 ? [member(name, 's0', '192.0.2.200:80', { weight }), ...servers(name, 4)] : servers(name, 5))),
  })
}

example('no pool stands without its servers and no server without its pool, whatever the limit', () => {
  const view = toTopologyView(wide(60), null, 'w')
  for (let limit = 5; limit < 190; limit += 7) {
    const answer = focusTopology(view, { ...open, limit })
    whole(answer, view)
    assert.ok(answer.view.nodes.length <= limit, `${answer.view.nodes.length} of ${limit}`)
    const starts = new Set(answer.view.edges.map((edge) => edge.from))
    const ends = new Set(answer.view.edges.map((edge) => edge.to))
    for (const node of answer.view.nodes) {
      if (node.column === 'pool') assert.ok(starts.has(node.id) && ends.has(node.id), `${node.id} at ${limit}`)
      if (node.column === 'server' || node.column === 'route') assert.ok(ends.has(node.id), `${node.id} at ${limit}`)
    }
    assert.equal(answer.view.nodes.length + answer.totals.hiddenByLimit, 182, 'folded groups count once')
  }
})

example('without a change the first rules and what takes everything else are shown; a changed last pool goes before them', () => {
  const plain = focusTopology(toTopologyView(wide(60), null, 'w'), { ...open, limit: 9 })
  assert.deepEqual(plain.view.nodes.filter((node) => node.column === 'route').map((node) => node.title), ['p0', 'p1', 'no rule matches'])
  const changed = focusTopology(toTopologyView(wide(60, 9), wide(60), 'w'), { ...open, limit: 5 })
  assert.deepEqual(changed.view.nodes.filter((node) => node.column === 'pool').map((node) => node.title), ['p59'])
})

example('a chain larger than the limit shows as many of its servers as there is room for', () => {
  const view = toTopologyView(wide(60), null, 'w')
  const answer = focusTopology(view, { ...open, grouping: 'open', limit: 1 })
  assert.ok(answer.view.nodes.length <= 3)
  const big = model({ listeners: [listener('web', 80, 's')], scopes: [scope('s', [step('all', named('x', test(path, 'prefix', '/')), forward('big'))])], pools: [pool('big', servers('big', 30))] })
  const cut = focusTopology(toTopologyView(big, null, 'w'), { ...open, grouping: 'open', limit: 10 })
  assert.equal(cut.view.nodes.length + cut.totals.hiddenByLimit, 34)
  assert.ok(cut.view.nodes.length <= 10)
})

example('an outline shows exactly what the complete view shows', () => {
  const settings: readonly Partial<TopologyOptions>[] = [
    {}, { limit: 20 }, { limit: 61, grouping: 'grouped' }, { limit: 40, grouping: 'open' }, { onlyChanged: true }, { onlyChanged: true, limit: 6 },
    { expanded: ['pool:p3', 'group:servers:pool:p0'] }, { expanded: ['pool:p1'], limit: 30 }, { grouping: 'open' },
  ]
  const sides: readonly (readonly [ReturnType<typeof many>, ReturnType<typeof many> | null])[] = [[many(40), null], [many(40, 9), many(40)], [wide(60), null], [wide(60, 9), wide(60)], [incident('after'), incident('before')]]
  for (const [after, before] of sides) {
    const view = toTopologyView(after, before, 'w')
    const outline = toTopologyOutline(after, before, 'w')
    for (const change of settings) {
      const options = { ...open, ...change }
      const complete = focusTopology(view, options)
      const short = focusOutline(outline, options)
      assert.deepEqual(short.view.nodes, complete.view.nodes, JSON.stringify(change))
      const byId = (edges: TopologyView['edges']) => [...edges].sort((a, b) => a.id.localeCompare(b.id))
      assert.deepEqual(byId(short.view.edges), byId(complete.view.edges), JSON.stringify(change))
      assert.deepEqual(short.totals, complete.totals, JSON.stringify(change))
      assert.equal(short.grouped, complete.grouped)
    }
  }
})
