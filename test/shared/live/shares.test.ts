import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedRanges, shareRuleOf, type ShareClass } from '#shared/live/expected.ts'
import { findShareShift, exactOptions, unitsNeeded, type SharePoll } from '#shared/live/share-test.ts'
import { LearnedShares } from '#shared/live/learned.ts'
import type { Health } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, vectors } from './fixtures.ts'

interface ShareCase { readonly name: string; readonly p: readonly number[]; readonly polls: readonly (readonly number[])[]; readonly expect: readonly ({ server: number; dir: string; scale: number; N: number; f: number; stat: number } | null)[] }

for (const { name, p, polls, expect } of vectors<{ cases: readonly ShareCase[] }>('share-test').cases) {
  test(`share test: ${name}`, () => {
    const history: SharePoll[] = []
    polls.forEach((counts, index) => {
      history.push({ counts, low: p, high: p })
      const found = findShareShift(history.slice(-64), exactOptions)
      const wanted = expect[index] ?? null
      if (wanted === null) return assert.equal(found, null, `poll ${index}`)
      assert.deepEqual([found?.server, found?.direction, found?.polls, found?.units], [wanted.server, wanted.dir, wanted.scale, wanted.N], `poll ${index}`)
      assert.ok(Math.abs((found?.strength ?? 0) - wanted.stat) < 1e-3)
      return assert.ok(Math.abs((found?.share ?? 0) - wanted.f) < 1e-4)
    })
  })
}

interface StateCase {
  readonly name: string; readonly algo: string; readonly class: string; readonly allbackups?: boolean
  readonly servers: readonly { n: string; w: number; st: string; throttle?: number; backup?: boolean; lbset?: number }[]
  readonly p?: Readonly<Record<string, number>>; readonly p_lo?: Readonly<Record<string, number>>; readonly p_hi?: Readonly<Record<string, number>>
}

for (const one of vectors<{ cases: readonly StateCase[] }>('expected-shares').cases) {
  const low = one.p_lo ?? one.p
  const high = one.p_hi ?? one.p
  // Sets of Apache members are not part of HAProxy's state; hashes have no share to foretell.
  if (low === undefined || high === undefined || one.algo === 'byrequests') continue
  test(`expected shares: ${one.name}`, () => {
    const { shares } = expectedRanges(one.servers.map((server) => ({
      weight: server.w,
      state: { health: (server.st === 'down' ? 'down' : 'up') as Health, admin: server.st === 'drain' ? 'drain' as const : 'ready' as const, weight: server.w, throttlePercent: server.throttle ?? null, backup: server.backup ?? false },
    })), { class: one.class as ShareClass, allBackups: one.allbackups ?? false })
    one.servers.forEach((server, index) => {
      assert.ok(Math.abs((shares[index]?.low ?? -1) - (low[server.n] as number)) < 1e-5, `${server.n} low`)
      assert.ok(Math.abs((shares[index]?.high ?? -1) - (high[server.n] as number)) < 1e-5, `${server.n} high`)
    })
  })
}

test('each algorithm of a config has its class and its unit', () => {
  const { model } = compileConfig(captured('haproxy/haproxy.cfg'), new Map())
  const rules = Object.fromEntries(model.pools.map((pool) => { const rule = shareRuleOf(pool, model.dialect); return [pool.name, `${rule.class} ${rule.unit}`] }))
  assert.deepEqual(rules, {
    be_web: 'exact requests', be_lc: 'load requests', be_static: 'exact requests', be_src: 'learned requests', be_uri: 'learned requests', be_rand: 'learned requests', be_cookie: 'exact selections',
    be_slow: 'exact requests', be_auth: 'load requests', be_backup: 'exact requests', be_srv: 'exact requests', be_dyn: 'exact requests', be_agent: 'exact requests', tcp_l4: 'load connections',
  })
})

test('a server that warms up may get less, and not more', () => {
  const p = [0.44, 0.12, 0.44]
  const warm = { ...exactOptions, mayBeLow: new Set([1]) }
  const behind: SharePoll = { counts: [480, 40, 480], low: p, high: p }
  assert.deepEqual([findShareShift([behind], exactOptions)?.server, findShareShift([behind], warm)], [1, null])
  assert.equal(findShareShift([{ counts: [350, 300, 350], low: p, high: p }], warm)?.direction, 'high')
})

test('load keeps shares between equal and by weight', () => {
  const low = [0.2, 0.2, 1 / 3]
  const high = [1 / 3, 1 / 3, 0.6]
  const options = { threshold: 16, ratio: 1.5 }
  assert.equal(findShareShift([{ counts: [330, 330, 340], low, high }], options), null)
  assert.equal(findShareShift([{ counts: [200, 200, 600], low, high }], options), null)
  assert.equal(findShareShift([{ counts: [900, 50, 50], low, high }], options)?.server, 0)
})

test('how many requests tell that a server gets none', () => {
  assert.equal(unitsNeeded(3, 16), 40)
  assert.equal(unitsNeeded(1, 16), 0)
  assert.deepEqual([unitsNeeded(10, 16), unitsNeeded(50, 16)], [152, Math.ceil((16 + Math.log(5)) / -Math.log(0.98))])
})

test('what is usual is learned for ten minutes, and a last minute of something else does not count', () => {
  const learned = new LearnedShares()
  for (let second = 0; second < 599; second += 1) learned.add([20, 59, 21], 1000)
  assert.equal(learned.baseline(), null)
  for (let second = 0; second < 60; second += 1) learned.add([100, 0, 0], 1000)
  const baseline = learned.baseline()
  assert.deepEqual(baseline?.shares.map((share) => Number(share.toFixed(2))), [0.2, 0.59, 0.21])
  assert.equal(baseline?.scatter(0, 4), 1)
})

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

test('fair draws raise no alarm that lasts two polls', () => {
  const next = seeded(7)
  for (const [servers, perPoll] of [[3, 5], [10, 25], [50, 250]] as const) {
    const p = new Array<number>(servers).fill(1 / servers)
    const history: SharePoll[] = []
    let running = 0
    let confirmed = 0
    for (let poll = 0; poll < 3000; poll += 1) {
      const counts = new Array<number>(servers).fill(0)
      for (let request = 0; request < perPoll; request += 1) {
        const server = Math.floor(next() * servers)
        counts[server] = (counts[server] as number) + 1
      }
      history.push({ counts, low: p, high: p })
      if (history.length > 64) history.shift()
      running = findShareShift(history, exactOptions) === null ? 0 : running + 1
      if (running >= 2) confirmed += 1
    }
    assert.equal(confirmed, 0, `${servers} servers`)
  }
})

test('a server among fifty has to be further out than one among ten', () => {
  // The same part of the same many units: with a strength between 16 and 16 + ln 5.
  const poll = (servers: number): SharePoll => {
    const expected = 0.02
    const shares = Array.from({ length: servers }, () => expected)
    shares[servers - 1] = 1 - expected * (servers - 1)
    const counts = shares.map((share, server) => share * 10_000 + (server === 0 ? 87 : -87 / (servers - 1)))
    return { counts, low: shares, high: shares }
  }
  const few = findShareShift([poll(10)], exactOptions)
  assert.ok(few !== null && few.server === 0 && few.strength > 16 && few.strength < 17.6, String(few?.strength))
  assert.equal(findShareShift([poll(50)], exactOptions), null)
})
