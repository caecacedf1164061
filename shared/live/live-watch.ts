import type { Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { findDrift, type Drift } from './drift.ts'
import { shareRuleOf, type ShareRule } from './expected.ts'
import { IntervalTracker, type RatedRow } from './intervals.ts'
import { joinRows, type JoinedPool, type JoinedRows, type Rated } from './join.ts'
import { AnsweringBook } from './log/answering.ts'
import { perSecond } from './per-second.ts'
import { effectsOf, poolChanges, type Effect } from './pool-changes.ts'
import { PoolWatch, type PoolShares } from './pool-watch.ts'
import { Reach, type ReachGroup } from './reach.ts'
import { tellsReloads } from './restart-signs.ts'
import type { ListenerRow, LiveSnapshot } from './snapshot.ts'

/** One poll of a balancer with all that follows from it and the polls before. */
export interface LiveView {
  readonly snapshot: LiveSnapshot
  /** The process that counts, or the configuration it runs, is another one than in the poll before. */
  readonly restarted: boolean
  /** A reload shows in what the source tells. If not, nobody knows whether another config runs by now. */
  readonly tellsReloads: boolean
  readonly listeners: readonly Rated<ListenerRow>[]
  readonly pools: readonly WatchedPool[]
  /** Running pools by the listeners that can reach them: every one stands in one group. */
  readonly reach: readonly ReachGroup[]
  /** Empty without a config. */
  readonly drift: readonly Drift[]
}

export interface WatchedPool extends JoinedPool {
  readonly shares: PoolShares
  /** The same against the last known good config; null: there is none, or it lacks the pool. */
  readonly knownGood: PoolShares | null
  /** What its differences from the last known good config can bring about; empty: there are none that do, or no such config. */
  readonly changed: ReadonlySet<Effect>
  /** Answers 5xx per second that the balancer made itself; null: not known for this interval. */
  readonly ownErrorsPerSecond: number | null
}

const nothing: ReadonlySet<Effect> = new Set()
const unknownRule: ShareRule = { class: 'none', unit: 'requests', allBackups: false }

/** Classes of algorithms by the word of the statistics, for pools without a config. */
const runningClasses: Readonly<Record<string, ShareRule['class']>> = { 'roundrobin': 'exact', 'static-rr': 'exact', 'leastconn': 'load', 'byrequests': 'exact', 'bybusyness': 'load' }

/**
 * Watches one balancer: what happened since the poll before, whether the shares are those of the config, and what runs
 * otherwise. The same polls give the same views, so a recording can be replayed through it.
 */
export class LiveWatch {
  #model: RoutingModel | null
  #knownGood: RoutingModel | null
  readonly #tracker: IntervalTracker
  readonly #pools = new Map<string, PoolWatch>()
  readonly #goodPools = new Map<string, PoolWatch>()
  readonly #reach = new Reach()
  readonly #answering = new AnsweringBook()
  readonly #goodAnswering = new AnsweringBook()
  readonly #changed = new Map<string, ReadonlySet<Effect>>()

  /** `model`: the config that is believed to run. `nominalMs`: how far apart polls are meant to be. */
  constructor(model: RoutingModel | null, nominalMs: number, knownGood: RoutingModel | null = null) {
    this.#model = model
    this.#knownGood = knownGood
    this.#tracker = new IntervalTracker(nominalMs)
    for (const config of [model, knownGood]) if (config !== null) this.#reach.add(config)
  }

  /** Goes on with another config, as after a reload: shares are counted anew, rates and what is usual stay. */
  useConfig(model: RoutingModel, knownGood: RoutingModel | null): void {
    this.#model = model
    this.#knownGood = knownGood
    this.#pools.clear()
    this.#goodPools.clear()
    for (const config of [model, knownGood]) if (config !== null) this.#reach.add(config)
    this.#changed.clear()
  }

  add(snapshot: LiveSnapshot): LiveView {
    const rows = this.#tracker.add(snapshot)
    const fromTraffic = snapshot.fromTraffic === true
    const { listeners, pools } = joinSeen(rows, this.#model, snapshot, this.#answering)
    const { process, restarted, isOpen } = this.#tracker.seen
    const good = this.#knownGood === null ? null : new Map(joinSeen(rows, this.#knownGood, snapshot, this.#goodAnswering).pools.flatMap((joined) => (joined.pool === null ? [] : [[joined.name, this.#goodWatchOf(joined, joined.pool, this.#knownGood as RoutingModel).add(joined, process)] as const])))
    return {
      snapshot, restarted, tellsReloads: tellsReloads(snapshot) && !isOpen, listeners, reach: this.#reach.groups(listeners.map(({ row }) => row.owner), pools.flatMap((pool) => (pool.live === null ? [] : [pool.name]))), drift: this.#model === null ? [] : findDrift(pools, fromTraffic),
      pools: pools.map((joined) => ({ ...joined, shares: this.#watchOf(joined).add(joined, process), knownGood: good?.get(joined.name) ?? null, changed: this.#changesOf(joined.pool), ownErrorsPerSecond: ownErrors(joined) })),
    }
  }

  #changesOf(pool: Pool | null): ReadonlySet<Effect> {
    const [model, good] = [this.#model, this.#knownGood]
    if (pool === null || model === null || good === null || model === good) return nothing
    let found = this.#changed.get(pool.name)
    if (found === undefined) {
      const before = good.pools.find((one) => one.name === pool.name)
      // One that is not there, or has another name, may differ in anything.
      found = before === undefined ? new Set<Effect>(['share']) : effectsOf(poolChanges(before, pool, { before: good, after: model }))
      this.#changed.set(pool.name, found)
    }
    return found
  }

  /** No config tells how many requests a rule that picks a server is about. Where nothing that moves shares changed it is learned; else the weights judge, so that no change becomes what is usual. */
  #ruleOf(pool: Pool, dialect: string): ShareRule {
    const rule = shareRuleOf(pool, dialect)
    const [running, good] = [this.#model, this.#knownGood].map((model) => model?.pools.find((one) => one.name === pool.name))
    const isUsual = pool.selectors.length > 0 && running !== undefined && good !== undefined && !this.#changesOf(running).has('share')
    return isUsual && rule.class !== 'none' ? { ...rule, class: 'learned', byRules: true } : rule
  }

  #goodWatchOf(joined: JoinedPool, pool: Pool, model: RoutingModel): PoolWatch {
    const known = this.#goodPools.get(joined.name) ?? new PoolWatch(this.#ruleOf(pool, model.dialect), 'That is what the last known good config expects; the weights that run give it this share.')
    this.#goodPools.set(joined.name, known)
    return known
  }

  #watchOf(joined: JoinedPool): PoolWatch {
    const known = this.#pools.get(joined.name)
    if (known !== undefined) return known
    const made = new PoolWatch(joined.pool !== null && this.#model !== null ? this.#ruleOf(joined.pool, this.#model.dialect) : runningRule(joined), 'This follows from the weights that run, which are not those of the config.')
    this.#pools.set(joined.name, made)
    return made
  }
}

/** Rows paired with a config; where they come from a log, with what it shows of the servers. */
function joinSeen(rows: readonly RatedRow[], model: RoutingModel | null, { fromTraffic, product }: LiveSnapshot, answering: AnsweringBook): JoinedRows {
  const joined = joinRows(rows, model, fromTraffic)
  return fromTraffic === true ? { ...joined, pools: answering.note(joined.pools, product) } : joined
}

function runningRule(joined: JoinedPool): ShareRule {
  const algorithm = joined.live?.row.algorithm ?? null
  const found = algorithm === null ? undefined : runningClasses[algorithm]
  if (found === undefined) return unknownRule
  // Apache has only tries to count, and uses all of its standbys together.
  const tries = joined.live?.row.protocol === 'http' && joined.live.row.counters.requests === null && joined.live.row.counters.selections !== null
  return { class: found, unit: joined.live?.row.protocol === 'tcp' ? 'connections' : tries ? 'selections' : 'requests', allBackups: tries }
}

/** The 5xx of a pool that none of its servers gave: 503 and 504 that clients saw while the servers stood still. */
function ownErrors(joined: JoinedPool): number | null {
  const whole = perSecond(joined.live?.interval ?? null, 'status5xx')
  if (whole === null) return null
  let servers = 0
  for (const server of joined.servers) {
    if (server.live === null) continue
    const own = perSecond(server.live.interval, 'status5xx')
    if (own === null) return null
    servers += own
  }
  return Math.max(0, whole - servers)
}
