import type { Rated } from '#shared/live/join.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import { countsTries, type PoolRow, type ServerRow } from '#shared/live/snapshot.ts'
import { errorGate, findErrorBurst, type ErrorBurst, type ErrorPoll } from '#shared/live/alerts/error-burst.ts'
import { chanceWords } from '#shared/live/alerts/evidence.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { failingServers, TroubleBook, troubleWords, type Trouble } from '#shared/live/alerts/trouble.ts'

const longest = 64
const leastUsual = 0.005
/** From this part of the requests on, answers 5xx of the balancer itself are critical. */
const ownErrorsAtMost = 0.02

/** A part of the 5xx of a pool that no server gave. */
const ownSuffix = ' itself'

interface Errors {
  readonly history: ErrorPoll[]
  usual: number
}

/** Answers 5xx, in TCP mode connections that failed, of a server, or of a pool where no single server explains them. */
export function errorsRule(policy: AlertPolicy): AlertRule {
  const known = new Map<string, Errors>()
  const book = new TroubleBook()
  return { id: 'errors', confirm: 2, clear: 10, isState: false, look: (view) => view.pools.flatMap((pool) => judgeErrors(pool, book.look(pool), known, policy.threshold('errors', pool.name) / 100)) }
}

function judgeErrors(joined: WatchedPool, trouble: Trouble, known: Map<string, Errors>, least: number): readonly Evaluation[] {
  if (joined.live === null) return []
  const isTcp = joined.live.row.protocol === 'tcp'
  const servers = joined.servers.flatMap(({ live, member }) => {
    if (live === null) return []
    const name = member?.name ?? live.row.name
    const found = burstOf(`${joined.name}/${name}`, live, known, least)
    return [{ name, found, at: member?.origin[0] ?? null }]
  })
  const bad = servers.filter((one) => typeof one.found === 'object' && one.found !== null)
  const evaluations = servers.map(({ name, found, at }): Evaluation => {
    if (found === null || found === undefined) return quiet('errors', joined.name, name, found === null ? false : null)
    const others = servers.length - bad.length
    const ruled = others === 0 ? (servers.length > 1 ? ' Every other server shows it, too.' : '') : ` ${others === 1 ? 'The other server does' : `${others} other servers do`} not.`
    return { rule: 'errors', pool: joined.name, server: name, holds: true, severity: found.share >= 0.1 ? 'critical' : 'warning', evidence: [chanceWords(found.strength)], sentence: `${isTcp ? tellFailed(found, `to ${joined.name}/${name}`) : `${joined.name}/${name} answered ${tell(found)}`}.${ruled}`, trouble: { ...trouble, own: false }, at }
  })
  const whole = burstOf(joined.name, joined.live, known, least)
  const byItself = ownBurst(joined, known, least)
  if ((bad.length > 0 || whole === null) && byItself !== null && byItself !== undefined) return [...evaluations, ownEvaluation(joined, trouble, byItself)]
  if (whole === null || whole === undefined || bad.length > 0) return [...evaluations, quiet('errors', joined.name, null, whole === undefined ? null : false)]
  const own = joined.ownErrorsPerSecond ?? 0
  const durationMs = joined.live.interval?.durationMs ?? 0
  const requests = joined.live.interval?.deltas.requests ?? 0
  const ownShare = requests === 0 ? (own > 0 ? 1 : 0) : own * (durationMs / 1000) / requests
  return [...evaluations, {
    rule: 'errors', pool: joined.name, server: null, holds: true, severity: whole.share >= 0.1 || ownShare >= ownErrorsAtMost ? 'critical' : 'warning', evidence: [chanceWords(whole.strength), ...(own > 0 ? limitWords(joined) : [])], ...failingParts(joined, trouble),
    trouble: { ...trouble, own: joined.ownErrorsPerSecond === null ? null : own > 0 || failingServers(trouble).length > 0 },
    sentence: isTcp ? `${tellFailed(whole, `of pool ${joined.name}`)}: no server took them.` : [`Pool ${joined.name} answered ${tell(whole)}.`, ...(own > 0 ? ['The balancer gave them itself; its servers did not.'] : []), ...troubleWords(trouble)].join(' '),
  }]
}

/** 5xx that the balancer gave besides those of its servers: they are told even where a server explains others. */
function ownEvaluation(joined: WatchedPool, trouble: Trouble, burst: ErrorBurst): Evaluation {
  return {
    rule: 'errors', pool: joined.name, server: null, holds: true, severity: burst.share >= ownErrorsAtMost ? 'critical' : 'warning', evidence: [chanceWords(burst.strength), ...limitWords(joined)], ...failingParts(joined, trouble), trouble: { ...trouble, own: true },
    sentence: [`Pool ${joined.name} answered ${tell(burst)} that no server gave. The balancer gave them itself.`, ...troubleWords(trouble)].join(' '),
  }
}

/** The servers at which requests come to grief, and the line of the first of them. */
function failingParts(joined: WatchedPool, trouble: Trouble): Pick<Evaluation, 'servers' | 'at'> {
  const servers = failingServers(trouble)
  return { servers, at: joined.servers.find(({ member }) => member !== null && servers.includes(member.name))?.member?.origin[0] ?? joined.pool?.origin[0] ?? null }
}

/** Undefined: it is not known in this interval. */
function ownBurst(joined: WatchedPool, known: Map<string, Errors>, least: number): ErrorBurst | null | undefined {
  const { live } = joined
  if (live?.interval === null || live?.interval === undefined || joined.ownErrorsPerSecond === null) return undefined
  const own = Math.round(joined.ownErrorsPerSecond * live.interval.durationMs / 1000)
  return burstOf(`${joined.name}${ownSuffix}`, { row: live.row, interval: { ...live.interval, deltas: { ...live.interval.deltas, status5xx: own } } }, known, least)
}

function limitWords(joined: WatchedPool): readonly string[] {
  return joined.pool?.members.some((member) => member.options.maxConnections !== null) === true ? ['Its servers take a limited number of connections: when all are busy, the balancer answers itself.'] : []
}

function tell(burst: ErrorBurst): string {
  return `${burst.errors} of ${burst.requests} requests with 5xx (${(burst.share * 100).toFixed(burst.share < 0.1 ? 1 : 0)} %)`
}

function tellFailed(burst: ErrorBurst, which: string): string {
  return `${burst.errors} of ${burst.requests} connections ${which} failed (${(burst.share * 100).toFixed(burst.share < 0.1 ? 1 : 0)} %)`
}

/** Undefined: this interval has no counts. */
function burstOf(key: string, { row, interval }: Rated<ServerRow> | Rated<PoolRow>, known: Map<string, Errors>, least: number): ErrorBurst | null | undefined {
  const kept = known.get(key) ?? { history: [], usual: 0 }
  known.set(key, kept)
  const isTcp = row.protocol === 'tcp'
  const errors = interval?.deltas[isTcp ? 'failedConnections' : 'status5xx'] ?? null
  const requests = interval?.deltas[isTcp ? 'connections' : 'requests'] ?? null
  // Other sources count tries that failed, which are not connections.
  if ((isTcp && !countsTries(row)) || errors === null || requests === null) return undefined
  kept.history.push([errors, Math.max(requests, errors)])
  if (kept.history.length > longest) kept.history.shift()
  const usual = Math.max(leastUsual, kept.usual)
  const burst = findErrorBurst(kept.history, usual, least)
  // What is usual must not learn from what is wrong.
  if (burst === null && interval?.marks.includes('wide') !== true && requests > 0 && errors / requests < errorGate(usual, least)) kept.usual += 0.005 * (errors / requests - kept.usual)
  return burst
}

/** Part of `maxqueue` from which on a queue is nearly full. */
const fullQueue = 0.8

/** Requests wait for a server. */
export function queueRule(policy: AlertPolicy): AlertRule {
  return {
    id: 'queue', confirm: 2, clear: 10, isState: false,
    look: (view) => view.pools.filter((pool) => pool.live !== null).map((pool): Evaluation => {
      const waiting = (pool.live?.row.gauges.queued ?? 0) + pool.servers.reduce((sum, one) => sum + (one.live?.row.gauges.queued ?? 0), 0)
      if (waiting < policy.threshold('queue', pool.name)) return quiet('queue', pool.name, null, false)
      const interval = pool.live?.interval ?? null
      const served = interval?.deltas.requests ?? null
      const waitMs = interval === null || served === null || served === 0 ? null : waiting / (served / interval.durationMs)
      const limitMs = pool.pool?.timeoutsMs['queue'] ?? pool.pool?.timeoutsMs['connect'] ?? null
      const long = waitMs !== null && limitMs !== null && waitMs >= limitMs / 2
      const full = pool.servers.find(({ member, live }) => (live?.row.gauges.queued ?? 0) >= fullQueue * Number(member?.options.settings['maxqueue'] ?? Infinity))
      const refused = (pool.ownErrorsPerSecond ?? 0) > 0
      const more = [
        ...(full === undefined ? [] : [`The queue of ${full.member?.name ?? ''} is nearly full (maxqueue ${full.member?.options.settings['maxqueue'] ?? ''}).`]),
        ...(refused ? ['The balancer already answers with 5xx itself.'] : []),
      ]
      return {
        rule: 'queue', pool: pool.name, server: null, traffic: 'more', holds: true, severity: long || full !== undefined || refused ? 'critical' : 'warning', at: full?.member?.origin[0] ?? pool.pool?.origin[0] ?? null,
        sentence: [`${waiting} requests of pool ${pool.name} wait for a server${waitMs === null ? '' : `, about ${Math.round(waitMs)} ms each`}${long ? `; after ${limitMs} ms they are answered with 503` : ''}.`, ...more].join(' '),
      }
    }),
  }
}

const namesAtMost = 4

/** Connections to servers fail and are tried again. What is counted are tries: one request can have several. */
export function retriesRule(): AlertRule {
  const book = new TroubleBook()
  return {
    id: 'retries', confirm: 2, clear: 10, isState: false,
    look: (view) => view.pools.filter((pool) => pool.live !== null).map((pool): Evaluation => {
      const trouble = book.look(pool)
      const deltas = pool.live?.interval?.deltas
      const again = deltas === undefined || deltas.retries === null ? null : deltas.retries + (deltas.redispatches ?? 0)
      const requests = deltas?.requests ?? deltas?.connections ?? null
      if (again === null || requests === null) return quiet('retries', pool.name, null, null)
      if (again < 5 || again < 0.02 * requests) return quiet('retries', pool.name, null, false)
      const at = pool.servers.flatMap(({ member, live }) => {
        const own = live?.interval?.deltas
        // Only where redispatches are told a retry counts at the server that failed.
        const times = own === undefined || own.redispatches === null ? 0 : (own.retries ?? 0) + own.redispatches
        return times === 0 ? [] : [{ name: member?.name ?? live?.row.name ?? '', times, line: member?.origin[0] ?? null }]
      }).sort((a, b) => b.times - a.times)
      const shown = at.slice(0, namesAtMost).map(({ name, times }) => `${name} (${times})`)
      const more = at.length - shown.length
      return {
        rule: 'retries', pool: pool.name, server: null, holds: true, severity: 'warning', ...(at.length === 0 ? failingParts(pool, { ...trouble, responses: null }) : { servers: at.map((one) => one.name), at: at[0]?.line ?? pool.pool?.origin[0] ?? null }), trouble,
        sentence: `Tries at servers of pool ${pool.name} failed ${again} times and were made again; the pool got ${requests} ${deltas?.requests === null ? 'connections' : 'requests'} meanwhile.${shown.length === 0 ? '' : ` They failed at ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`}`,
      }
    }),
  }
}
