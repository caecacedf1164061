import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { longestIncreasing } from '#shared/analyses/topology-diff/order.ts'
import type { MemberOptions, Pool } from '#shared/model/pool.ts'
import type { RoutingModel, Step } from '#shared/model/routing-model.ts'
import { both, forward, host, incident, listener, member, model, named, path, pool, scope, servers, step, test } from '#test/shared/view/models.ts'

function withPools(...pools: readonly Pool[]): RoutingModel {
  return model({ pools })
}

function withRules(...steps: readonly Step[]): RoutingModel {
  return model({ listeners: [listener('web', 80, 'scope:web/switching')], scopes: [scope('scope:web/switching', steps)], pools: ['a', 'b', 'c', 'd'].map((name) => pool(name, servers(name, 2))) })
}

const rule = (name: string, poolName = name): Step => step(`rule ${name}`, named(`is_${name}`, test(path, 'prefix', `/${name}/`)), forward(poolName))

function summary(before: RoutingModel, after: RoutingModel): readonly string[] {
  const difference = diffTopology(before, after)
  return [
    ...difference.listeners.map((one) => `listener ${(one.after ?? one.before)?.name ?? ''} ${one.kind}`),
    ...difference.scopes.flatMap((one) => one.steps.map((change) => `rule ${(change.after ?? change.before)?.id ?? ''} ${change.kind}${change.settings.map((setting) => ` [${setting.setting}: ${setting.before ?? '-'} → ${setting.after ?? '-'}]`).join('')}`)),
    ...difference.pools.flatMap((one) => [`pool ${(one.after ?? one.before)?.name ?? ''} ${one.kind}${one.settings.map((setting) => ` [${setting.setting}: ${setting.before ?? '-'} → ${setting.after ?? '-'}]`).join('')}`, ...one.members.map((member) => `server ${(member.after ?? member.before)?.name ?? ''} ${member.kind}${member.settings.map((setting) => ` [${setting.setting}: ${setting.before ?? '-'} → ${setting.after ?? '-'}]`).join('')}`)]),
    ...difference.conditions.map((one) => `condition ${one.name}: ${one.before} → ${one.after}`),
  ]
}

const w = (weight: number): Partial<MemberOptions> => ({ weight })

const rows: readonly [name: string, before: RoutingModel, after: RoutingModel, expected: readonly string[]][] = [
  ['nothing changed', incident('before'), incident('before'), []],
  ['a pool with another algorithm', withPools(pool('a', servers('a', 2))), withPools(pool('a', servers('a', 2), { algorithm: { ...pool('x', []).algorithm, name: 'leastconn', text: 'leastconn' } })), ['pool a changed [balance: roundrobin → leastconn]']],
  ['one weight', withPools(pool('a', servers('a', 2, w(100)))), withPools(pool('a', [member('a', 'a-1', '192.0.2.1:8080', w(100)), member('a', 'a-2', '192.0.2.2:8080', w(1))])), ['pool a changed', 'server a-2 changed [weight: 100 → 1]']],
  ['a server with another address', withPools(pool('a', [member('a', 's', '192.0.2.1:80')])), withPools(pool('a', [member('a', 's', '192.0.2.9:80')])), ['pool a changed', 'server s changed [address: 192.0.2.1:80 → 192.0.2.9:80]']],
  ['a server that only changed its name', withPools(pool('a', [member('a', 'old', '192.0.2.1:80')])), withPools(pool('a', [member('a', 'new', '192.0.2.1:80')])), ['pool a changed', 'server new renamed [name: old → new]']],
  ['two servers with one address are not taken for a rename', withPools(pool('a', [member('a', 'x', '192.0.2.1:80'), member('a', 'y', '192.0.2.1:80')])), withPools(pool('a', [member('a', 'z', '192.0.2.1:80')])), ['pool a changed', 'server z added', 'server x removed', 'server y removed']],
  ['servers in another order', withPools(pool('a', servers('a', 3))), withPools(pool('a', [...servers('a', 3)].reverse())), ['pool a changed', 'server a-3 moved', 'server a-2 moved']],
  ['a pool that only changed its name', withPools(pool('web', [member('web', 's', '192.0.2.1:80')])), withPools(pool('shop', [member('shop', 's', '192.0.2.1:80')])), ['pool shop renamed [name: web → shop]']],
  ['a timeout that is gone', withPools(pool('a', [], { timeoutsMs: { server: 30000 } })), withPools(pool('a', [], { timeoutsMs: {} })), ['pool a changed [timeout server: 30 s → -]']],
  ['rules in another order', withRules(rule('a'), rule('b'), rule('c')), withRules(rule('c'), rule('a'), rule('b')), ['rule rule c moved [position: 3 → 1]']],
  ['a rule to another pool', withRules(rule('a'), rule('b')), withRules(rule('a', 'c'), rule('b')), ['rule rule a changed [action: send to pool a → send to pool c]']],
  ['a rule added in the middle', withRules(rule('a'), rule('c')), withRules(rule('a'), rule('b'), rule('c')), ['rule rule b added']],
  ['a rule removed', withRules(rule('a'), rule('b'), rule('c')), withRules(rule('a'), rule('c')), ['rule rule b removed']],
  ['a condition that means something else changes its rules, not their identity', withRules(step('r', named('x', test(path, 'prefix', '/a/')), forward('a'))), withRules(step('r', named('x', test(path, 'prefix', '/b/')), forward('a'))), ['rule r changed [condition: path starts with /a/ → path starts with /b/]', 'condition x: path starts with /a/ → path starts with /b/']],
  ['renaming a condition changes nothing', withRules(step('r', named('x', test(path, 'prefix', '/a/')), forward('a'))), withRules(step('r', named('y', test(path, 'prefix', '/a/')), forward('a'))), []],
  ['values of one test in another order change nothing', withRules(step('r', test(host, 'exact', 'a', 'b'), forward('a'))), withRules(step('r', test(host, 'exact', 'b', 'a'), forward('a'))), []],
]
for (const [name, before, after, expected] of rows) example(`topology difference: ${name}`, () => assert.deepEqual(summary(before, after), expected))

example('a rule that leads to a renamed pool is unchanged', () => {
  const at = (name: string) => model({ listeners: [listener('web', 80, 'scope:web/switching')], scopes: [scope('scope:web/switching', [step('r', both(named('x', test(path, 'prefix', '/')), { kind: 'true' }), forward(name))])], pools: [pool(name, [member(name, 's', '192.0.2.1:80')])] })
  assert.deepEqual(summary(at('web'), at('shop')), ['pool shop renamed [name: web → shop]'])
})

example('a frontend that only changed its name keeps its rules', () => {
  const at = (name: string) => model({ listeners: [listener(name, 80, `scope:${name}/switching`)], scopes: [scope(`scope:${name}/switching`, [rule('a')])], pools: [pool('a', servers('a', 1))] })
  assert.deepEqual(summary(at('old'), at('new')), ['listener new renamed'])
})

example('the reverse difference mirrors added and removed', () => {
  const a = withRules(rule('a'), rule('b'), rule('c'))
  const b = withRules(rule('b'), rule('d'))
  const count = (texts: readonly string[], word: string): number => texts.filter((text) => text.includes(word)).length
  const forwards = summary(a, b)
  const backwards = summary(b, a)
  assert.equal(count(forwards, ' added'), count(backwards, ' removed'))
  assert.equal(count(forwards, ' removed'), count(backwards, ' added'))
  assert.equal(count(forwards, ' changed'), count(backwards, ' changed'))
})

example('the longest increasing subsequence is as long as a slow search finds it', () => {
  let seed = 7
  const next = (below: number): number => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % below }
  for (let round = 0; round < 200; round += 1) {
    const ranks = Array.from({ length: next(9) }, (_, index) => index).sort(() => next(3) - 1)
    let best = 0
    for (let mask = 0; mask < 1 << ranks.length; mask += 1) {
      const chosen = ranks.filter((_, index) => (mask >> index) & 1)
      if (chosen.every((rank, index) => index === 0 || rank > (chosen[index - 1] as number))) best = Math.max(best, chosen.length)
    }
    const kept = longestIncreasing(ranks)
    assert.equal(kept.size, best)
    const order = ranks.filter((_, index) => kept.has(index))
    assert.deepEqual(order, [...order].sort((a, b) => a - b))
  }
})

example('50 000 pools of 5 servers with 50 changed ones are compared in time that grows with their number', () => {
  const shared = servers('x', 1)[0]?.options as MemberOptions
  const odd = { ...shared, weight: 7 }
  const big = (amount: number, options: MemberOptions) => withPools(...Array.from({ length: amount }, (_, index) => pool(`p${index}`, Array.from({ length: 5 }, (_, at) => ({ ...member(`p${index}`, `s${at}`, `192.0.2.${at}:80`), options: index % 1000 === 0 && at === 0 ? options : shared })))))
  const time = (amount: number): number => {
    const before = big(amount, shared)
    const after = big(amount, odd)
    const start = performance.now()
    const difference = diffTopology(before, after)
    assert.equal(difference.pools.length, amount / 1000)
    return performance.now() - start
  }
  time(5000)
  const small = time(5000)
  // Another process may take the machine meanwhile: the best of some counts, and a square would be 100 times as much in each.
  let large = Infinity
  for (let turn = 0; turn < 5 && large >= Math.max(small, 5) * 60; turn += 1) large = Math.min(large, time(50000))
  assert.ok(large < Math.max(small, 5) * 60, `5 000 pools: ${small.toFixed(0)} ms, 50 000 pools: ${large.toFixed(0)} ms`)
})
