import { expectedRanges, type ExpectedRanges, type ShareRule } from './expected.ts'
import { LearnedShares } from './learned.ts'
import type { JoinedPool, JoinedServer } from './join.ts'
import { findShareShift, outsideBand, unitsNeeded, windows, type SharePoll, type ShareShift, type ShareTestOptions } from './share-test.ts'

/**
 * What the counts of a pool say about its shares.
 * as-expected · shifted: seen in two polls running · once: seen in this poll only · drift: the shares are those of
 * the weights that run, which are not the expected ones · few: too little came to tell · learning: what is usual is not known yet ·
 * not-tested: nothing can be expected · down: no server can take a request.
 */
export type ShareVerdict = 'as-expected' | 'shifted' | 'once' | 'drift' | 'few' | 'learning' | 'not-tested' | 'down'

export interface PoolShares {
  readonly verdict: ShareVerdict
  /** One plain sentence. */
  readonly sentence: string
  readonly severity: 'critical' | 'warning' | 'none'
  readonly rule: ShareRule
  /** Units that the shares were counted over, and the time it took. */
  readonly units: number
  readonly overMs: number
  /** Part of the units (0–1) that went to servers other than they should have; null where nothing is expected. */
  readonly misplaced: number | null
  readonly onBackups: boolean
  /** What is wrong is wrong against what was usual, and within what the config allows. */
  readonly byUsual: boolean
  /** What the verdict rests on where a share is wrong; else null. */
  readonly shift: (Pick<ShareShift, 'direction' | 'share' | 'expected' | 'units' | 'strength'> & { readonly server: string; readonly overMs: number }) | null
  /** In the order of the servers of the pool. `expected` null: nothing can be foretold. */
  readonly servers: readonly { readonly name: string; readonly share: number | null; readonly expected: { readonly low: number; readonly high: number } | null }[]
}

interface Kept {
  /** Counts of the servers that take requests, as the test wants them: against the config, and against the running weights. */
  readonly config: SharePoll
  readonly running: SharePoll
  readonly all: readonly number[]
  /** Which of the servers that take requests stood at their limit of connections. */
  readonly full: readonly number[]
  readonly durationMs: number
}

const longest = Math.max(...windows)
const exact: ShareTestOptions = { threshold: 16, ratio: 1.25 }
const wide: ShareTestOptions = { threshold: 16, ratio: 1.5 }
const slowRate = 10

/** Watches the shares of one pool over polls. The counts start again whenever it changes which servers take requests. */
export class PoolWatch {
  readonly #rule: ShareRule
  readonly #otherwise: string
  #segment = ''
  #history: Kept[] = []
  #isAlone = false
  #seen = 0
  #learned = new LearnedShares()
  #learnedSet = ''

  /** `otherwise`: sentence for shares that are those of the running weights and not the expected ones. */
  constructor(rule: ShareRule, otherwise: string) {
    this.#rule = rule
    this.#otherwise = otherwise
  }

  /** `process`: what counts and the configuration it runs. */
  add(joined: JoinedPool, process: string): PoolShares {
    const rule = this.#rule
    const servers = joined.servers
    // Without a config servers whose weight nobody tells count alike; one that the config lacks gets no share.
    const unknownWeight = joined.pool === null ? 1 : 0
    const config = rangesOf(servers, rule, (server) => server.member?.options.weight ?? server.live?.row.state.weight ?? unknownWeight)
    const running = rangesOf(servers, rule, (server) => server.live?.row.state.weight ?? server.member?.options.weight ?? unknownWeight)
    const taking = running.shares.flatMap((share, index) => (share.high > 0 || (config.shares[index]?.high ?? 0) > 0 ? [index] : []))
    const set = taking.map((index) => nameOf(servers[index] as JoinedServer)).join('\n')
    const throttled = new Set(taking.flatMap((index, position) => (typeof servers[index]?.live?.row.state.throttlePercent === 'number' ? [position] : [])))
    const segment = `${process}\n${[...throttled].join()}\n${set}`
    const deltas = servers.map((server) => unitsOf(server, rule))
    if (segment !== this.#segment || taking.some((index) => deltas[index] === null)) this.#restart(segment)
    const known = taking.length > 0 && taking.every((index) => deltas[index] !== null)
    if (known) {
      const pick = <T>(list: readonly T[]): readonly T[] => taking.map((index) => list[index] as T)
      const counts = pick(deltas as readonly number[])
      const interval = servers[taking[0] as number]?.live?.interval
      const durationMs = interval?.durationMs ?? 0
      // One interval over many polls that are missing outweighs all others: it stands alone, and nothing is learned from it.
      const isWide = interval?.marks.includes('wide') === true
      if (isWide || this.#isAlone) this.#restart(segment)
      this.#isAlone = isWide
      const pollOf = (ranges: ExpectedRanges): SharePoll => ({ counts, low: pick(ranges.shares).map((one) => one.low), high: pick(ranges.shares).map((one) => one.high) })
      this.#history.push({ config: pollOf(config), running: pollOf(running), all: deltas.map((delta) => delta ?? 0), full: taking.flatMap((index, position) => (isFull(servers[index] as JoinedServer) ? [position] : [])), durationMs })
      if (this.#history.length > longest) this.#history.shift()
      if (set !== this.#learnedSet) {
        this.#learned = new LearnedShares()
        this.#learnedSet = set
      }
      if ((rule.class === 'learned' || rule.class === 'load') && throttled.size === 0 && durationMs > 0 && !isWide) this.#learned.add(counts, durationMs)
    }
    return this.#judge(joined, config, taking, throttled, known)
  }

  #restart(segment: string): void {
    this.#segment = segment
    this.#history = []
    this.#seen = 0
  }

  #judge(joined: JoinedPool, config: ExpectedRanges, taking: readonly number[], throttled: ReadonlySet<number>, known: boolean): PoolShares {
    const rule = this.#rule
    const history = this.#history
    const overMs = history.reduce((sum, one) => sum + one.durationMs, 0)
    const all = joined.servers.map((_, index) => history.reduce((sum, one) => sum + (one.all[index] as number), 0))
    const units = all.reduce((sum, count) => sum + count, 0)
    const baseline = rule.class === 'learned' ? this.#learned.baseline() : null
    const expectedAt = (index: number): { readonly low: number; readonly high: number } | null => {
      if (rule.class === 'none') return null
      if (rule.class !== 'learned') return config.shares[index] ?? null
      const share = baseline?.shares[taking.indexOf(index)]
      return share === undefined ? null : { low: share, high: share }
    }
    const servers = joined.servers.map((one, index) => ({ name: nameOf(one), share: units === 0 ? null : (all[index] as number) / units, expected: expectedAt(index) }))
    const base = { rule, units, overMs, onBackups: config.onBackups, servers, misplaced: null, byUsual: false, shift: null }
    const plain = (verdict: ShareVerdict, sentence: string, severity: PoolShares['severity'] = 'none'): PoolShares => ({ ...base, verdict, sentence, severity })
    const name = joined.name
    if (joined.live === null) return plain('not-tested', `The balancer does not run pool ${name}.`)
    if (taking.length === 0) return joined.servers.length === 0 ? plain('not-tested', `Pool ${name} has no servers.`) : plain('down', `No server of pool ${name} can take a request.`, 'critical')
    if (taking.length === 1) return plain('not-tested', `Only ${nameOf(joined.servers[taking[0] as number] as JoinedServer)} of pool ${name} takes requests${config.onBackups ? ', a backup' : ''}.`)
    if (rule.class === 'none') return plain('not-tested', joined.pool === null && joined.live.row.algorithm === null ? `The algorithm of pool ${name} is not known without a config.` : `Nothing can be expected of the shares of pool ${name} under its algorithm.`)
    if (rule.class === 'learned' && baseline === null) {
      const { learnedMs, neededMs } = this.#learned.progress()
      return plain('learning', `The shares of pool ${name} follow from ${rule.byRules === true ? 'rules that pick servers' : 'a hash or from draws'}: what is usual is learned for ${Math.ceil((neededMs - learnedMs) / 60_000)} more minutes.`)
    }
    if (!known) return plain('few', `There is no second poll of pool ${name} to compare with.`)
    const rate = overMs === 0 ? 0 : units / (overMs / 1000)
    const unlimited: ShareTestOptions = {
      ...(rule.class === 'exact' || (rule.class === 'random' && rate >= slowRate) ? exact : wide), mayBeLow: throttled, ...(baseline === null ? {} : { scatter: baseline.scatter }),
    }
    const limits = limitsOf(history, taking.length)
    const options: ShareTestOptions = { ...unlimited, mayBeLow: new Set([...throttled, ...limits.full]), mayBeHigh: limits.others }
    const against = history.map(({ config: poll }) => (baseline === null ? poll : { counts: poll.counts, low: baseline.shares, high: baseline.shares }))
    const beyond = findShareShift(against, options)
    // Load may put a share anywhere within its range; there only what was usual can tell.
    const usual = beyond === null && rule.class === 'load' ? this.#learned.baseline() : null
    const compared = usual === null ? against : history.map(({ config: poll }) => ({ counts: poll.counts, low: usual.shares, high: usual.shares }))
    const byUsual = usual === null ? null : findShareShift(compared, { ...wide, mayBeLow: options.mayBeLow ?? throttled, mayBeHigh: limits.others, scatter: usual.scatter })
    const shift = beyond ?? byUsual
    this.#seen = shift === null ? 0 : this.#seen + 1
    const misplaced = misplacedOf((byUsual === null ? against : compared).slice(-(shift?.polls ?? against.length)))
    if (shift === null) {
      if (limits.full.size > 0 && findShareShift(against, unlimited) !== null) {
        const full = [...limits.full].map((position) => nameOf(joined.servers[taking[position] as number] as JoinedServer))
        return plain('not-tested', `${full.length === taking.length ? `Every server of pool ${name}` : `${listed(full)} of pool ${name}`} stood at the limit of connections (maxconn) of late, which may be why the shares are not the expected ones: requests go where there is room.`)
      }
      const needed = unitsNeeded(taking.length, options.threshold)
      if (units < needed) return { ...base, misplaced, verdict: 'few', severity: 'none', sentence: `Pool ${name} got ${units} ${wordOf(rule, units)} so far; ${needed} are needed to tell.` }
      if (outsideBand(against, against.length, options).length > 0) return { ...base, misplaced, verdict: 'few', severity: 'none', sentence: `The shares of pool ${name} are not the expected ones so far; over ${units} ${wordOf(rule, units)} that may be chance.` }
      return { ...base, misplaced, verdict: 'as-expected', severity: 'none', sentence: `Pool ${name} spreads its ${wordOf(rule, 2)} as expected.` }
    }
    const told = tellShift(joined, taking, shift, rule, history, byUsual !== null)
    const { direction, share, expected: due, units: counted, strength } = shift
    const seen = {
      ...base, misplaced, byUsual: byUsual !== null,
      shift: { direction, share, expected: due, units: counted, strength, server: nameOf(joined.servers[taking[shift.server] as number] as JoinedServer), overMs: history.slice(-shift.polls).reduce((sum, one) => sum + one.durationMs, 0) },
    }
    if (rule.class !== 'learned' && byUsual === null && findShareShift(history.map((one) => one.running), options) === null) {
      return { ...seen, verdict: 'drift', severity: 'warning', sentence: `${told} ${this.#otherwise}` }
    }
    if (this.#seen < 2) return { ...seen, verdict: 'once', severity: 'none', sentence: told }
    return { ...seen, verdict: 'shifted', severity: misplaced >= 0.2 && rule.class !== 'learned' && byUsual === null ? 'critical' : 'warning', sentence: told }
  }
}

/** A server near its limit is passed over at moments that no poll sees. */
const nearLimit = 0.9

/** It takes no more connections, or was about to. */
function isFull({ live }: JoinedServer): boolean {
  if (live === null) return false
  const { sessions, sessionLimit, queued } = live.row.gauges
  return sessionLimit !== null && sessionLimit > 0 && ((sessions ?? 0) >= nearLimit * sessionLimit || (queued ?? 0) > 0)
}

/**
 * Servers that stood at their limit of late, and those that got what these did not take: the others, and all of them where
 * none had room. Neither explains that a full server among others gets more, nor that one with room gets less.
 *
 * Source: HAProxy configuration manual, "maxconn" of a server, and measured with 2.6: roundrobin passes over full servers.
 */
function limitsOf(history: readonly Kept[], taking: number): { readonly full: ReadonlySet<number>; readonly others: ReadonlySet<number> } {
  const full = new Set(history.slice(-longest / 4).flatMap((one) => one.full))
  const every = Array.from({ length: taking }, (_, position) => position)
  return { full, others: new Set(full.size === 0 ? [] : full.size === taking ? every : every.filter((position) => !full.has(position))) }
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

function rangesOf(servers: readonly JoinedServer[], rule: ShareRule, weightOf: (server: JoinedServer) => number): ExpectedRanges {
  const absent = { health: 'unknown', admin: 'unresolved', weight: 0, throttlePercent: null } as const
  return expectedRanges(servers.map((server) => ({ state: server.live?.row.state ?? { ...absent, backup: (server.member?.options.level ?? 0) > 0 }, weight: weightOf(server) })), rule)
}

function nameOf(server: JoinedServer): string {
  return server.member?.name ?? server.live?.row.name ?? ''
}

/** Growth of what is counted; null: not known for this interval. */
function unitsOf(server: JoinedServer, rule: ShareRule): number | null {
  const deltas = server.live?.interval?.deltas
  if (deltas === undefined) return null
  return rule.unit === 'requests' ? deltas.requests ?? deltas.selections : deltas.selections ?? deltas.connections
}

/** Σ max(0, share − expected): what would have to move. */
function misplacedOf(history: readonly SharePoll[]): number {
  const servers = history[0]?.counts.length ?? 0
  const units = history.reduce((sum, poll) => sum + poll.counts.reduce((total, count) => total + count, 0), 0)
  if (units === 0) return 0
  let moved = 0
  for (let server = 0; server < servers; server += 1) {
    const got = history.reduce((sum, poll) => sum + (poll.counts[server] as number), 0)
    const due = history.reduce((sum, poll) => sum + (poll.high[server] as number) * poll.counts.reduce((total, count) => total + count, 0), 0)
    moved += Math.max(0, got - due)
  }
  return moved / units
}

function wordOf(rule: ShareRule, count: number): string {
  const word = { requests: 'request', selections: 'new assignment', connections: 'connection' }[rule.unit]
  return count === 1 ? word : `${word}s`
}

function tellShift(joined: JoinedPool, taking: readonly number[], shift: ShareShift, rule: ShareRule, history: readonly Kept[], byUsual: boolean): string {
  const server = joined.servers[taking[shift.server] as number] as JoinedServer
  const seconds = Math.max(1, Math.round(history.slice(-shift.polls).reduce((sum, one) => sum + one.durationMs, 0) / 1000))
  const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
  const limit = rule.class === 'load' && !byUsual ? (shift.direction === 'high' ? 'at most ' : 'at least ') : ''
  return `${joined.name}/${nameOf(server)} took ${percent(shift.share)} of ${shift.units} ${wordOf(rule, shift.units)} in the last ${seconds} s; ${byUsual ? 'usual are' : 'expected'} ${limit}${percent(shift.expected)}.`
}
