import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'

const drills = path.resolve(import.meta.dirname, '../drills')
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-drills-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)

async function load(drill: string, side: 'before' | 'after'): Promise<LoadedConfig> {
  const input = { kind: 'path', path: path.join(drills, drill, side, 'haproxy.cfg') } as const
  const loaded = await loadConfig(ports, input, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}

/** A request that arrives at the TLS entry. */
function ask(host: string, target: string, more: Partial<RequestInput> = {}): RequestInput {
  return { ...defaultRequest, scheme: 'https', host, sni: host, path: target, sourceIp: '198.51.100.200', ...more }
}

/** `api` or, with servers in percent, `auth: auth-1 17, auth-2 17`; servers that get nothing are left out. */
function shown(outcome: Outcome, withServers: boolean): string {
  if (outcome.action !== 'forward') return 'status' in outcome ? `${outcome.action} ${outcome.status}` : outcome.action
  if (!withServers) return outcome.pool
  const shares = outcome.servers.filter((server) => server.share > 0).map((server) => `${server.name} ${Math.round(server.share * 100)}`)
  return `${outcome.pool}: ${shares.join(', ')}`
}

interface Drill {
  readonly name: string
  readonly withServers: boolean
  readonly rows: readonly (readonly [what: string, request: RequestInput, before: string, after: string])[]
}

const table: readonly Drill[] = [
  {
    name: 'routing-rules', withServers: false, rows: [
      ['paying for a basket', ask('api.shop.example', '/v2/checkout/pay', { method: 'POST' }), 'checkout', 'catalogue'],
      ['a card payment', ask('api.shop.example', '/v2/payments?card=1'), 'checkout', 'catalogue'],
      ['looking at a product', ask('api.shop.example', '/v2/products/7'), 'catalogue', 'catalogue'],
      ['paying at the till itself', ask('pay.shop.example', '/v2/checkout/pay'), 'checkout', 'checkout'],
      ['a picture', ask('api.shop.example', '/img/7.png'), 'media', 'media'],
    ],
  },
  {
    name: 'auth-bottleneck', withServers: true, rows: [
      ['signing in', ask('login.bank.example', '/'), 'auth: auth-1 17, auth-2 17, auth-3 17, auth-4 17, auth-5 17, auth-6 17', 'auth: auth-1 95, auth-2 1, auth-3 1, auth-4 1, auth-5 1, auth-6 1'],
      ['a token for an account', ask('accounts.bank.example', '/oauth2/token'), 'auth: auth-1 17, auth-2 17, auth-3 17, auth-4 17, auth-5 17, auth-6 17', 'auth: auth-1 95, auth-2 1, auth-3 1, auth-4 1, auth-5 1, auth-6 1'],
      ['an account', ask('accounts.bank.example', '/list'), 'accounts: accounts-1 25, accounts-2 25, accounts-3 25, accounts-4 25', 'accounts: accounts-1 25, accounts-2 25, accounts-3 25, accounts-4 25'],
    ],
  },
  {
    name: 'coffee-break', withServers: false, rows: [
      ['the app', ask('api.cafe.example', '/v1/shops'), 'api', 'web'],
      ['an order', ask('api.cafe.example', '/v1/orders/1'), 'orders', 'web'],
      ['a page', ask('www.cafe.example', '/'), 'web', 'web'],
      ['an upload', ask('upload.cafe.example', '/'), 'upload', 'upload'],
      ['a partner site', ask('tea.cafe.example', '/'), 'respond 404', 'web'],
      ['another site', ask('other.example', '/'), 'respond 404', 'respond 404'],
      ['administration from outside', ask('api.cafe.example', '/admin/'), 'deny 403', 'deny 403'],
    ],
  },
  {
    name: 'one-hot-server', withServers: true, rows: [
      ['a booking', ask('api.tickets.example', '/book'), 'booking: booking-1 20, booking-2 20, booking-3 20, booking-4 20, booking-5 20', 'booking: booking-3 100'],
      ['a booking that refuses the new schema', ask('api.tickets.example', '/book', { headers: [['x-schema', 'old']] }), 'booking: booking-1 20, booking-2 20, booking-3 20, booking-4 20, booking-5 20', 'booking: booking-1 20, booking-2 20, booking-3 20, booking-4 20, booking-5 20'],
      ['a tester', ask('api.tickets.example', '/book', { headers: [['X-Schema', 'next']] }), 'booking: booking-3 100', 'booking: booking-3 100'],
      ['a search', ask('api.tickets.example', '/search?q=a'), 'search: search-1 50, search-2 50', 'search: search-1 50, search-2 50'],
    ],
  },
  {
    name: 'stale-servers', withServers: false, rows: [
      ['a page', ask('news.example', '/'), 'web', 'web'],
      ['the ticker', ask('live.news.example', '/'), 'live', 'live'],
      ['an editor', ask('desk.news.example', '/', { sourceIp: '198.51.100.9' }), 'desk', 'desk'],
      ['an editor from outside', ask('desk.news.example', '/'), 'deny 403', 'deny 403'],
    ],
  },
]

test('every drill folder has its story, both products on both sides, and what the diff must say', () => {
  assert.deepEqual(readdirSync(drills).sort(), table.map((drill) => drill.name).sort())
  for (const { name } of table) {
    for (const file of ['story.md', 'before/haproxy.cfg', 'after/haproxy.cfg', 'before/nginx.conf', 'after/nginx.conf']) assert.ok(readFileSync(path.join(drills, name, file), 'utf8').length > 500, `${name}/${file}`)
    const expected = JSON.parse(readFileSync(path.join(drills, name, 'expected.json'), 'utf8')) as { readonly first: { readonly kind: string; readonly summaryIncludes: readonly string[] } }
    assert.ok(['misroute', 'policy'].includes(expected.first.kind) && expected.first.summaryIncludes.length > 0, name)
  }
})

for (const { name, rows, withServers } of table) {
  test(`drill ${name}: the requests of the story go elsewhere, the others do not`, async () => {
    const before = await load(name, 'before')
    const changed = await load(name, 'after')
    for (const side of [before, changed]) {
      assert.deepEqual(side.model.gaps, [], `${name}: everything is modelled`)
      assert.deepEqual(side.summary.diagnostics.filter((one) => one.severity === 'error'), [])
    }
    for (const [what, request, from, to] of rows) {
      const answers = [before, changed].map((side) => prepareRouter(side.model).route(request, { explain: false }))
      assert.deepEqual(answers.map((answer) => [answer.certain, shown(answer.outcome, withServers)]), [[true, from], [true, to]], what)
    }
  })
}

test('drill stale-servers: three servers move, three stay, and the check of all six asks for another page', async () => {
  const pools = [await load('stale-servers', 'before'), await load('stale-servers', 'after')].map((side) => side.model.pools.find((pool) => pool.name === 'web'))
  assert.deepEqual(pools.map((pool) => pool?.check?.uri), ['/health', '/healthz'])
  assert.deepEqual(pools.map((pool) => pool?.members.map((member) => member.address)), [
    ['192.0.2.51:8080', '192.0.2.52:8080', '192.0.2.53:8080', '192.0.2.54:8080', '192.0.2.55:8080', '192.0.2.56:8080'],
    ['198.51.100.151:8081', '198.51.100.152:8081', '198.51.100.153:8081', '192.0.2.54:8080', '192.0.2.55:8080', '192.0.2.56:8080'],
  ])
})
