import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { normalAddress } from '#shared/live/address.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { LiveWatch, type LiveView, type WatchedPool } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import type { LiveRow, LiveSnapshot, ServerState } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, capturedPoll } from './fixtures.ts'

const lab = compileConfig(captured('haproxy/haproxy.cfg'), new Map()).model

const driftOf = (name: string): readonly string[] => new LiveWatch(lab, 1000).add(capturedPoll(name)).drift.map((one) => `${one.kind} ${one.pool}/${one.server ?? ''} ${one.config ?? '-'} → ${one.running ?? '-'}`)

test('a balancer that runs its config shows no drift', () => {
  assert.deepEqual(driftOf('healthy'), [])
  assert.deepEqual(driftOf('slowstart-throttle'), [])
  assert.deepEqual(driftOf('pool-down'), [])
  assert.deepEqual(driftOf('all-backup'), [])
})

test('weights and states of the run time are drift', () => {
  assert.deepEqual(driftOf('hot-server-weight-typo'), ['weight be_web/s3 10 → 100'])
  assert.deepEqual(driftOf('maint'), ['state be_web/s2 enabled → MAINT'])
})

test('servers that exist only in the running balancer are drift, and so is a slot that got another address', () => {
  const found = driftOf('dynamic-server')
  assert.ok(found.includes('server-only-live be_web/dyn1 - → 127.0.0.1:23104'), found.join('\n'))
  assert.ok(found.some((one) => one.startsWith('address be_dyn/slot1')), found.join('\n'))
  assert.ok(found.some((one) => one.startsWith('state be_dyn/slot1 disabled')), found.join('\n'))
})

test('slots of a template that hold other hosts are no drift', () => {
  assert.deepEqual(driftOf('srv-dns-swapped').filter((one) => one.includes('be_srv')), [])
})

const compiled = (text: string): RoutingModel => compileConfig(text, new Map()).model

test('each drift says what a reload does and at which line', () => {
  const [weight] = new LiveWatch(lab, 1000).add(capturedPoll('hot-server-weight-typo')).drift
  assert.equal(weight?.sentence, 'Server s3 of pool be_web runs with weight 100; the config says 10. It was set at run time, and a reload takes it back.')
  assert.ok(captured('haproxy/haproxy.cfg').slice(weight.at?.start, weight.at?.end).includes('server s3 127.0.0.1:23103'))
})

test('drift goes both ways', () => {
  const other = compiled('defaults\n mode http\nfrontend f\n bind :80\n default_backend be_web\nbackend be_web\n server s1 127.0.0.1:23101 weight 10\n server moved 127.0.0.1:23102 weight 10\n server gone 10.0.0.9:80\nbackend be_new\n server a 10.0.0.1:80\n')
  const found = new LiveWatch(other, 1000).add(capturedPoll('healthy')).drift.map((one) => `${one.kind} ${one.pool}/${one.server ?? ''}`)
  assert.ok(found.includes('name be_web/moved'))
  assert.ok(found.includes('server-only-config be_web/gone'))
  assert.ok(found.includes('server-only-live be_web/s3'))
  assert.ok(found.includes('pool-only-config be_new/'))
  assert.ok(found.includes('pool-only-live be_lc/'))
})

test('a section that only answers statistics is no pool, and a pool of another config is one', () => {
  const statistics = compiled('defaults\n mode http\nlisten be_lc\n bind :8404\n stats enable\nbackend be_web\n server s1 127.0.0.1:23101\n')
  const snapshot = capturedPoll('healthy')
  const without = { ...snapshot, rows: snapshot.rows.filter((row) => row.kind !== 'server' || row.owner !== 'be_lc') }
  const seen = (one: LiveSnapshot): readonly string[] => {
    const { pools, drift } = new LiveWatch(statistics, 1000).add(one)
    return [...pools, ...drift.map(({ kind, pool }) => ({ name: `${kind} ${pool}` }))].map(({ name }) => name).filter((name) => name.endsWith('be_lc'))
  }
  assert.deepEqual([seen(without), seen(snapshot)], [[], ['be_lc', 'pool-only-live be_lc']])
})

test('addresses have one spelling', () => {
  assert.deepEqual(normalAddress('[2001:DB8:0:0:0:0:0:01]:80'), { host: '2001:db8::1', port: 80 })
  assert.deepEqual(normalAddress('App.Internal.:8080'), { host: 'app.internal', port: 8080 })
  assert.deepEqual(normalAddress('127.0.0.1:0'), { host: '127.0.0.1', port: null })
  assert.equal(normalAddress('unix@/run/app.sock'), null)
})

const state: ServerState = {
  text: 'UP', health: 'up', admin: 'ready', byAgent: false, inherited: false, weight: 10, initialWeight: 10, throttlePercent: null, backup: false,
  address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}

interface Made { readonly counts: readonly number[]; readonly states?: readonly Partial<ServerState>[]; readonly selections?: readonly number[]; readonly epoch?: string; readonly errors?: readonly number[]; readonly poolErrors?: number; readonly sessions?: readonly number[]; readonly limit?: number }

const names = ['a', 'b', 'c']

function poll(second: number, { counts, states = [], selections = counts, epoch = 'p1', errors = [], poolErrors = 0, sessions = [], limit }: Made): LiveSnapshot {
  const counters = (requests: number, chosen: number, status5xx: number): LiveRow['counters'] => ({
    requests, connections: requests, selections: chosen, bytesIn: 0, bytesOut: 0, status1xx: 0, status2xx: 0, status3xx: 0, status4xx: 0, status5xx, statusOther: 0, failedConnections: 0, failedResponses: 0, denied: 0, retries: 0, redispatches: 0,
  })
  const gauges = { sessions: 0, queued: 0, sessionLimit: null, responseMs: null }
  const total = counts.reduce((sum, one) => sum + one, 0)
  return {
    product: 'HAProxy', version: null, taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, readMs: 0, bytes: 0, epoch, uptimeSeconds: 100 + second, stopping: false,
    rows: [
      ...counts.map((requests, index): LiveRow => ({ kind: 'server', owner: 'web', name: names[index] as string, protocol: 'http', gauges: { ...gauges, sessions: sessions[index] ?? 0, sessionLimit: limit ?? null }, counters: counters(requests, selections[index] as number, errors[index] ?? 0), state: { ...state, ...states[index] } })),
      { kind: 'pool', owner: 'web', protocol: 'http', algorithm: null, up: true, stateSeconds: 50, gauges, counters: counters(total, total, poolErrors) },
    ],
  }
}

const pool = (algorithm: string, more = ''): string => `defaults\n mode http\nbackend web\n balance ${algorithm}\n${more} server a 10.0.0.1:80 weight 10\n server b 10.0.0.2:80 weight 10\n server c 10.0.0.3:80 weight 10\n`

/** Feeds polls one second apart; `step`: growth of each server in one poll. */
function watch(config: string | null, polls: readonly Omit<Made, 'counts'>[], step: (poll: number) => readonly number[], counted: 'requests' | 'selections' = 'requests', knownGood: string | null = null): readonly LiveView[] {
  const live = new LiveWatch(config === null ? null : compiled(config), 1000, knownGood === null ? null : compiled(knownGood))
  const sums = [1000, 1000, 1000]
  return polls.map((made, index) => {
    step(index).forEach((one, server) => { sums[server] = (sums[server] as number) + one })
    const counts = counted === 'requests' ? [...sums] : [0, 1, 2].map((server) => 1000 + index * [60, 5, 5][server]!)
    return live.add(poll(index, { ...made, counts, ...(counted === 'selections' ? { selections: [...sums] } : {}) }))
  })
}

const webOf = (view: LiveView | undefined): WatchedPool => {
  const found = view?.pools.find((one) => one.name === 'web')
  assert.ok(found !== undefined)
  return found
}
const verdictsOf = (views: readonly LiveView[]): readonly string[] => views.map((view) => webOf(view).shares.verdict)
const polls = (count: number, made: Omit<Made, 'counts'> = {}): readonly Omit<Made, 'counts'>[] => new Array<Omit<Made, 'counts'>>(count).fill(made)

test('a fair pool is as expected once enough came', () => {
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(5), () => [5, 5, 5])), ['few', 'few', 'few', 'as-expected', 'as-expected'])
})

test('a server that takes too much is told in the second poll that shows it', () => {
  const views = watch(pool('roundrobin'), polls(8), (index) => (index < 4 ? [10, 10, 10] : [2, 3, 25]))
  assert.deepEqual(verdictsOf(views), ['few', 'few', 'as-expected', 'as-expected', 'few', 'once', 'shifted', 'shifted'])
  const { sentence, severity, misplaced } = webOf(views[6]).shares
  assert.equal(sentence, 'web/c took 71 % of 120 requests in the last 4 s; expected 33 %.')
  assert.equal(severity, 'critical')
  assert.ok((misplaced ?? 0) > 0.2)
})

test('a server at its limit of connections gets less and the others more, without a word; the other way round is told', () => {
  const full = { sessions: [20, 1, 1], limit: 20 }
  const less = watch(pool('roundrobin'), polls(6, full), () => [5, 30, 30])
  assert.deepEqual(verdictsOf(less).slice(-2), ['not-tested', 'not-tested'])
  assert.equal(webOf(less[5]).shares.sentence, 'a of pool web stood at the limit of connections (maxconn) of late, which may be why the shares are not the expected ones: requests go where there is room.')
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(6, full), () => [60, 10, 10])).slice(-1), ['shifted'], 'the full server gets more')
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(6, full), () => [20, 20, 2])).slice(-1), ['shifted'], 'a server with room gets less')
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(6, { ...full, sessions: [20, 20, 19] }), () => [60, 10, 10])).slice(-1), ['not-tested'], 'none has room')
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(6, full), () => [20, 20, 20])).slice(-1), ['as-expected'])
  assert.deepEqual(verdictsOf(watch(pool('roundrobin'), polls(6, { ...full, sessions: [10, 1, 1] }), () => [5, 30, 30])).slice(-1), ['shifted'], 'far from its limit')
})

test('rules that pick servers as the last known good config does are learned; rules that changed are judged at once', () => {
  const picks = (condition: string): string => pool('roundrobin', ` use-server c ${condition}\n`)
  const asked = (good: string | null): readonly LiveView[] => watch(picks('if { path_beg /c/ }'), polls(700), (index) => (index < 690 ? [10, 10, 40] : [40, 10, 10]), 'requests', good)
  const same = asked(picks('if { path_beg /c/ }'))
  assert.match(webOf(same[60]).shares.sentence, /^The shares of pool web follow from rules that pick servers: what is usual is learned for 9 more minutes\.$/)
  assert.deepEqual([same[60], same[650], same[699]].map((view) => webOf(view).shares.verdict), ['learning', 'as-expected', 'shifted'])
  const weights = asked(picks('if { path_beg /c/ }').replace('10.0.0.3:80 weight 10', '10.0.0.3:80 weight 11'))
  assert.deepEqual([webOf(weights[5]).shares.verdict, webOf(weights[5]).shares.severity], ['shifted', 'critical'], 'the same rules with other weights')
  const changed = asked(picks('unless { path_beg /c/ }'))
  assert.deepEqual([webOf(changed[5]).shares.verdict, webOf(changed[5]).shares.severity], ['shifted', 'critical'])
})

test('a server that rules pick wakes nobody where no last known good config tells whether that is meant', () => {
  const config = pool('roundrobin', ' use-server c if { path_beg /c/ }\n')
  const shareOf = (good: string | null): readonly unknown[] => {
    const live = new LiveWatch(compiled(config), 1000, good === null ? null : compiled(good))
    const alerts = new AlertWatch()
    const seen = [0, 1, 2, 3].map((second) => alerts.add(live.add(poll(second, { counts: [5 * second, 5 * second, 50 * second] }))))
    const share = seen[3]?.find((one) => one.rule === 'share')
    return [share?.severity, share?.evidence.some((one) => one.includes('may be as it is meant'))]
  }
  assert.deepEqual(shareOf(null), ['warning', true])
  assert.deepEqual(shareOf(pool('roundrobin')), ['critical', false], 'a rule that is new')
  assert.deepEqual(shareOf(config), [undefined, undefined])
})

test('shares that follow from a weight of the run time are drift, not a mystery', () => {
  const views = watch(pool('roundrobin'), polls(4, { states: [{}, {}, { weight: 100 }] }), () => [5, 5, 50])
  assert.deepEqual(verdictsOf(views).slice(1), ['drift', 'drift', 'drift'])
  assert.match(webOf(views[3]).shares.sentence, /the weights that run, which are not those of the config/)
})

test('a weight that an agent of the config may have set only informs, and one that nobody asked for is critical', () => {
  const shareOf = (config: string): readonly string[] => {
    const live = new LiveWatch(compiled(config), 1000)
    const alerts = new AlertWatch()
    const seen = [0, 1, 2, 3].map((second) => alerts.add(live.add(poll(second, { counts: [5 * second, 5 * second, 50 * second], states: [{}, {}, { weight: 100 }] }))))
    const share = seen[3]?.find((one) => one.rule === 'share')
    return [share?.severity ?? '', ...(share?.evidence ?? []).filter((one) => one.includes('agent'))]
  }
  assert.deepEqual(shareOf(pool('roundrobin')), ['critical'])
  assert.deepEqual(shareOf(pool('roundrobin').replace('10.0.0.3:80 weight 10', '10.0.0.3:80 weight 10 agent-check agent-port 9')), ['info', 'The weight that runs may be that of the agent of c, as the config asks for.'])
})

test('a weight in the config that runs is as expected, and not what the last known good one expects', () => {
  const typed = pool('roundrobin').replace('10.0.0.3:80 weight 10', '10.0.0.3:80 weight 100')
  const live = new LiveWatch(compiled(typed), 1000, compiled(pool('roundrobin')))
  const alerts = new AlertWatch()
  const states = [{}, {}, { weight: 100, initialWeight: 100 }]
  const seen = [0, 1, 2, 3].map((second) => alerts.add(live.add(poll(second, { counts: [5 * second, 5 * second, 50 * second], states }))))
  const [share] = seen[3] ?? []
  assert.equal(share?.rule, 'share')
  assert.match(share.sentence, /^web\/c took 83 % of \d+ requests in the last \d s; expected 33 %\. That is what the last known good config expects; the weights that run give it this share\.$/)
  assert.ok(typed.slice(share.at?.start, share.at?.end).includes('weight 100'))
})

test('state comes before weight: a drained server is not missed', () => {
  const views = watch(pool('roundrobin'), polls(4, { states: [{}, {}, { admin: 'drain', text: 'DRAIN' }] }), () => [30, 30, 0])
  assert.equal(webOf(views[3]).shares.verdict, 'as-expected')
  assert.deepEqual(webOf(views[3]).shares.servers.map((one) => one.expected?.low), [0.5, 0.5, 0])
})

test('a reload starts the counts again and alarms nobody', () => {
  const made = [...polls(4), ...polls(3, { epoch: 'p2' })]
  const views = watch(pool('roundrobin'), made, (index) => (index === 4 ? [-950, -990, -900] : [10, 10, 10]))
  assert.equal(views[4]?.restarted, true)
  assert.equal(perSecond(webOf(views[4]).live?.interval ?? null, 'requests'), null)
  assert.deepEqual(verdictsOf(views).slice(3), ['as-expected', 'few', 'few', 'as-expected'])
})

test('clients that stick are counted by new assignments', () => {
  const views = watch(pool('roundrobin', ' cookie SRV insert\n'), polls(4), () => [20, 20, 20], 'selections')
  assert.deepEqual([webOf(views[3]).shares.rule.unit, webOf(views[3]).shares.verdict], ['selections', 'as-expected'])
})

test('least connections are judged between equal and by weight, hashes after learning, first not at all', () => {
  assert.equal(webOf(watch(pool('leastconn'), polls(4), () => [13, 10, 8])[3]).shares.verdict, 'as-expected')
  assert.equal(webOf(watch(pool('leastconn'), polls(6), () => [50, 5, 5])[5]).shares.verdict, 'shifted')
  assert.equal(webOf(watch(pool('source'), polls(4), () => [50, 5, 5])[3]).shares.verdict, 'learning')
  assert.equal(webOf(watch(pool('first'), polls(4), () => [50, 0, 0])[3]).shares.verdict, 'not-tested')
})

test('a hash is compared with what was usual', () => {
  const views = watch(pool('source'), polls(640), (index) => (index < 630 ? [20, 59, 21] : [60, 20, 20]))
  assert.equal(webOf(views[620]).shares.verdict, 'as-expected')
  assert.deepEqual([webOf(views[639]).shares.verdict, webOf(views[639]).shares.severity], ['shifted', 'warning'])
})

test('backups that carry the traffic are said, and one usable server is not tested', () => {
  const down = { health: 'down', text: 'DOWN' } as const
  const views = watch(pool('roundrobin'), polls(3, { states: [down, { backup: true }, { backup: true }] }), () => [0, 30, 0])
  assert.deepEqual([webOf(views[2]).shares.onBackups, webOf(views[2]).shares.verdict], [true, 'not-tested'])
  assert.equal(webOf(watch(pool('roundrobin'), polls(3, { states: [down, down, down] }), () => [0, 0, 0])[2]).shares.verdict, 'down')
})

test('without a config nothing is expected unless the algorithm is shown', () => {
  assert.match(webOf(watch(null, polls(3), () => [5, 5, 5])[2]).shares.sentence, /not known without a config/)
})

test('errors that no server gave are the balancer’s own', () => {
  const live = new LiveWatch(compiled(pool('roundrobin')), 1000)
  live.add(poll(0, { counts: [0, 0, 0] }))
  assert.equal(webOf(live.add(poll(1, { counts: [5, 5, 5], errors: [1, 0, 0], poolErrors: 9 }))).ownErrorsPerSecond, 8)
})
