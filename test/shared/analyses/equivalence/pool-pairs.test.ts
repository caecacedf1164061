import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour, type Judge } from '#shared/analyses/behaviour-diff/index.ts'
import { poolPairsOf } from '#shared/analyses/equivalence/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

const config = (api: string, site: string, address = '10.0.0.1:80'): string => `
frontend web
    mode http
    bind :80
    use_backend ${api} if { path_beg /api/ }
    default_backend ${site}
backend ${api}
    mode http
    server a ${address}
    server b 10.0.0.2:80
backend ${site}
    mode http
    server s 10.0.0.9:80
`
const model = (text: string): RoutingModel => compileConfig(text, new Map()).model
/** The same config as if another product had written it. */
const elsewhere = (text: string): RoutingModel => ({ ...model(text), dialect: 'other', product: 'Other' })
const judge = (before: RoutingModel, after: RoutingModel): Judge => ({ before: (request) => routeRequest(before, request), after: (request) => routeRequest(after, request) })

const rows: readonly (readonly [name: string, before: RoutingModel, after: RoutingModel, mapping: string | null, expected: readonly (readonly [string, string])[]])[] = [
  ['pools of one product keep their names', model(config('api', 'site')), model(config('api2', 'site')), null, []],
  ['a mapping pairs them', model(config('api', 'site')), model(config('api2', 'site')), '# old new\napi api2\n', [['api2', 'api']]],
  ['a mapping that names nothing says nothing', model(config('api', 'site')), model(config('api2', 'site')), 'nothing api2\napi\napi api2 more', []],
  ['pools of two products pair by their servers', model(config('api', 'site')), elsewhere(config('api_servers', 'www')), null, [['api_servers', 'api'], ['www', 'site']]],
  ['equal names need no pair, and are never given away', model(config('api', 'site')), elsewhere(config('api', 'www')), null, [['www', 'site']]],
  ['other servers are no pair', model(config('api', 'site')), elsewhere(config('api_servers', 'site', '10.0.0.7:80')), null, []],
]
for (const [name, before, after, mapping, expected] of rows) {
  test(`${name}`, () => assert.deepEqual([...poolPairsOf(before, after, mapping)], expected))
}

test('two products that route alike under other pool names are proved the same, and one changed rule is named', () => {
  const before = model(config('api', 'site'))
  const options = (after: RoutingModel): Parameters<typeof compareBehaviour>[2] => ({
    judge: judge(before, after), changedPools: [], poolNames: poolPairsOf(before, after, null), budget: { maxBranches: 1000, spent: () => false }, milliseconds: () => 0,
  })
  const same = elsewhere(config('api_servers', 'www'))
  assert.deepEqual(compareBehaviour(before, same, options(same)).diff.differs, [])
  const other = elsewhere(config('api_servers', 'www').replace('/api/', '/ap/'))
  assert.deepEqual(compareBehaviour(before, other, options(other)).diff.differs.map((one) => [one.kind, one.summary]), [
    ['misroute', 'Requests for /api/… go to pool www instead of api.'], ['misroute', 'Requests for /ap/… go to pool api_servers instead of site.'],
  ])
})
