import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { toSentences } from '#shared/view/sentences.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { forward, incident, listener, member, model, pool, scope, servers, step } from './models.ts'

example('the incident is told with the lost pool first, then the rule that never matches, the share, the order and the algorithm', () => {
  const sentences = toSentences(incident('before'), incident('after'))
  assert.deepEqual(sentences.map((one) => [one.tone, one.text]), [
    ['critical', 'Pool auth can no longer be reached by any rule.'],
    ['critical', 'The rule auth if host_api is_auth of frontend https-in can no longer match: api if host_api stands above it and takes all of its requests to pool api.'],
    ['warning', 'api-1 would take 98% of the api pool (33% before).'],
    ['warning', 'Rules api if host_api and auth if host_api is_auth of frontend https-in swapped places: api if host_api is now tried first.'],
    ['changed', 'leastconn became roundrobin on pool api.'],
  ])
  assert.deepEqual(sentences[0]?.details, ['2 servers would be idle'])
  assert.deepEqual(sentences[2]?.details, ['weights 100:100:100 → 200:2:2', 'api-2: 33 → 1%', 'api-3: 33 → 1%'])
  assert.equal(sentences.every((one) => one.highlights.length > 0), true)
})

const web = (changed: Parameters<typeof pool>[2] = {}, members = servers('web', 3)) => model({
  listeners: [listener('in', 80, 'scope:in/switching')],
  scopes: [scope('scope:in/switching', [step('default', { kind: 'true' }, forward('web'))])],
  pools: [pool('web', members, changed)],
})

const cases: readonly [name: string, before: RoutingModel, after: RoutingModel, expected: readonly string[]][] = [
  ['a timeout', web(), web({ timeoutsMs: { connect: 2000, server: 5000 } }), ['Timeout server of pool web changed from 30 s to 5 s.']],
  ['a health check', web(), web({ check: { kind: 'http', method: 'GET', uri: '/healthz', httpVersion: null, host: null, expect: null, origin: [] } }), ['Health check of pool web changed from GET /health to GET /healthz.']],
  ['no redispatch any more', web(), web({ retries: { count: 3, redispatch: false, on: [] } }), ['Redispatch of pool web changed from on to off.']],
  ['a server more', web({}, servers('web', 3)), web({}, servers('web', 4)), ['Pool web gains web-4.', 'web-1 would take 25% of the web pool (33% before).']],
  ['every server disabled', web(), web({}, servers('web', 3, { state: 'disabled' })), ['Pool web would have no usable server: every request to it gets 503.']],
  ['an address', web({}, [member('web', 's', '192.0.2.1:80')]), web({}, [member('web', 's', '192.0.2.7:80')]), ['Address of server s of pool web changed from 192.0.2.1:80 to 192.0.2.7:80.']],
  ['nothing', web(), web(), []],
]
for (const [name, before, after, expected] of cases) {
  example(`in plain English: ${name}`, () => assert.deepEqual(toSentences(before, after).map((one) => one.text), expected))
}

example('one change in many pools is one sentence', () => {
  const many = (server: number) => model({ pools: Array.from({ length: 30 }, (_, index) => pool(`p${index}`, [], { timeoutsMs: { server } })) })
  assert.deepEqual(toSentences(many(30000), many(10000)).map((one) => one.text), ['Timeout server of 30 pools (p0, p1, p2 and 27 more) changed from 30 s to 10 s.'])
})
