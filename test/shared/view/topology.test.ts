import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { toTopologyView } from '#shared/view/topology.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import { incident, listener, model, pool, scope, servers, step } from './models.ts'

function node(view: TopologyView, id: string): TopologyNode {
  const found = view.nodes.find((one) => one.id === id)
  assert.ok(found, `no node ${id} among ${view.nodes.map((one) => one.id).join(', ')}`)
  return found
}

example('one config shows its listener, its rules in order, its pools and servers with their shares', () => {
  const view = toTopologyView(incident('before'), null, 'edge')
  assert.equal(view.isDifference, false)
  assert.deepEqual(view.nodes.filter((one) => one.column === 'route').map((one) => [one.title, one.tag]), [
    ['/.git/ | /.env', 'deny 403'], ['static', 'rule 1'], ['api auth', 'rule 2'], ['api', 'rule 3'], ['everything else', 'default'],
  ])
  assert.deepEqual(node(view, 'listener:https-in').lines, [':443 · *.shop.example', 'TLS · 2 certificates · h2, http/1.1'])
  assert.deepEqual(node(view, 'pool:assets').lines, ['2 servers · check GET /health'])
  assert.equal(node(view, 'pool:web/server:web-1').tag, '17%')
  assert.equal(view.nodes.every((one) => one.change === 'same'), true)
  const ids = new Set(view.nodes.map((one) => one.id))
  assert.equal(ids.size, view.nodes.length)
  assert.equal(view.edges.every((one) => ids.has(one.from) && ids.has(one.to)), true)
  assert.equal(new Set(view.edges.map((one) => one.id)).size, view.edges.length)
})

example('two rules that swap places leave the general one in front: the other is never reached and its pool is lost', () => {
  const view = toTopologyView(incident('after'), incident('before'), 'edge')
  const login = node(view, 'route:https-in/host_api is_auth → auth')
  assert.equal(login.tag, 'shadowed')
  assert.equal(login.tone, 'critical')
  assert.equal(login.change, 'changed')
  assert.deepEqual(login.lines, ['host is api.shop.example', 'path starts with /v2/auth/', 'never reached: rule 2 matches first'])
  const auth = node(view, 'pool:auth')
  assert.equal(auth.tag, 'unreachable')
  assert.equal(auth.tone, 'critical')
  assert.deepEqual(auth.lines, ['2 servers · check GET /health', 'no rule leads here'])
  assert.deepEqual(view.edges.filter((one) => one.from === login.id).map((one) => [one.to, one.change, one.label]), [['pool:auth', 'removed', '− was'], ['pool:api', 'added', '+ now']])
})

example('changed weights and algorithm stand on the pool and on each server', () => {
  const view = toTopologyView(incident('after'), incident('before'), 'edge')
  const api = node(view, 'pool:api')
  assert.equal(api.change, 'changed')
  assert.deepEqual(api.lines, ['3 servers · leastconn → roundrobin'])
  assert.equal(api.share?.toFixed(2), '0.98')
  assert.equal(node(view, 'pool:api/server:api-1').tag, '33 → 98%')
  assert.equal(node(view, 'pool:api/server:api-2').tag, '33 → 1%')
  assert.deepEqual(node(view, 'pool:api/server:api-1').changes, ['weight: 100 → 200', 'expected share: 33 → 98%'])
  assert.equal(node(view, 'pool:web').change, 'same')
})

example('what is gone stays as a ghost in its place, and what is new says so', () => {
  const at = (names: readonly string[]) => model({
    listeners: [listener('web', 80, 'scope:web/switching')],
    scopes: [scope('scope:web/switching', [step('default', { kind: 'true' }, { kind: 'forward', pool: names[0] as string })])],
    pools: names.map((name) => pool(name, servers(name, names.length))),
  })
  const view = toTopologyView(at(['a', 'c']), at(['a', 'b', 'c']), 'w')
  assert.deepEqual(view.nodes.filter((one) => one.column === 'pool').map((one) => [one.title, one.change]), [['a', 'changed'], ['b', 'removed'], ['c', 'changed']])
  const servered = view.nodes.filter((one) => one.column === 'server').map((one) => `${one.title} ${one.change}`)
  assert.deepEqual(servered, ['a-1 changed', 'a-2 changed', 'a-3 removed', 'b-1 removed', 'b-2 removed', 'b-3 removed', 'c-1 changed', 'c-2 changed', 'c-3 removed'])
})

example('the same config twice shows no change at all', () => {
  const view = toTopologyView(incident('after'), incident('after'), 'edge')
  assert.deepEqual(view.nodes.filter((one) => one.change !== 'same').map((one) => one.id), [])
  assert.deepEqual(view.edges.filter((one) => one.change !== 'same').map((one) => one.id), [])
})

example('a rule without a box of its own changes the box of its listener or pool', () => {
  const at = (value: string) => model({
    listeners: [listener('web', 80, 'scope:web/http-request')],
    scopes: [
      scope('scope:web/http-request', [step('set', { kind: 'true' }, { kind: 'set-header', name: 'x-a', value: { parts: [value], text: value } }), step('go', { kind: 'true' }, { kind: 'forward', pool: 'a' })]),
      scope('scope:a/http-request', [step('path', { kind: 'true' }, { kind: 'set-path', value: { parts: [`/${value}`], text: `/${value}` } })], null, { kind: 'leave' }),
    ],
    pools: [pool('a', servers('a', 1), { entry: 'scope:a/http-request' })],
  })
  const view = toTopologyView(at('2'), at('1'), 'w')
  assert.deepEqual(node(view, 'listener:web').changes, ['rule changed: set header x-a to 2'])
  assert.deepEqual(node(view, 'pool:a').changes, ['rule changed: set path to /2'])
  assert.equal(node(view, 'pool:a').change, 'changed')
  assert.deepEqual(node(view, 'pool:a').details, ['set path to /2'])
})
