import { hasShrunk } from './counter.ts'
import { rowKey, type CounterName, type Counters, type Fleet, type LiveRow, type LiveSnapshot } from './snapshot.ts'

/** What one poll tells of the process that counts. */
export interface ProcessSeen {
  /** Names what counts; another one than in the poll before means that counters may have started again. */
  readonly epoch: string
  /** The same and the configuration that runs. */
  readonly process: string
  /** Another process, or another configuration, than in the poll before. */
  readonly restarted: boolean
  /** In the last minutes the ages of states spoke for a restart and the counters did not: nobody knows whether there was one. */
  readonly isOpen: boolean
}

/** As long as an alert says whether there was a reload before it. */
const openMs = 600_000

/** Products that read another configuration within the process: the process alone does not tell of a reload. */
const reloadsWithin: ReadonlySet<string> = new Set(['Caddy', 'Traefik', 'IPVS'])

/**
 * Whether the source tells of reloads: it names the configuration or the process, or the ages of the states of its
 * pools (then single polls may leave it open: `ProcessSeen.isOpen`). Where this is false nobody knows whether the configuration that was read still runs.
 */
export function tellsReloads({ product, epoch, generation, fleet, rows }: LiveSnapshot): boolean {
  if (generation !== undefined) return true
  // A process of one of several, and behind a space the configuration that it runs.
  if (fleet !== undefined) return Object.values(fleet.processes).every((one) => one !== '' && (!reloadsWithin.has(product) || one.includes(' ')))
  if (epoch === null) return rows.some((row) => row.kind === 'pool' && row.stateSeconds !== null)
  return !reloadsWithin.has(product)
}

/**
 * Watches for another process or configuration. Where the source names neither, two signs are left: counters that shrink,
 * and states of pools that all began since the poll before. Where ages are told both have to show: a pool may turn by
 * itself, and counters may be cleared. Where they are not told, most rows that had counted something have to shrink.
 */
export class RestartSigns {
  #last: LiveSnapshot | null = null
  #epoch: string | null = null
  #generation: string | null = null
  #seen = 0
  #openSinceMs = -Infinity

  add(snapshot: LiveSnapshot): ProcessSeen {
    const last = this.#last
    const { epoch, generation = null } = snapshot
    const named = last?.fleet !== undefined && snapshot.fleet !== undefined ? isOtherFleet(last.fleet, snapshot.fleet) : isOther(this.#epoch, epoch) || isOther(this.#generation, generation)
    const isNameless = epoch === null && generation === null
    const shown = isNameless && last !== null && startedAgain(last, snapshot)
    // Ages alone leave it open: then the interval has no rate, and nothing is told.
    const aged = epoch === null && last !== null && fellBack(last, snapshot)
    if (aged || (epoch === null && shown)) this.#seen += 1
    if (named || shown) this.#openSinceMs = -Infinity
    else if (aged) this.#openSinceMs = snapshot.taken.monotonicMs
    this.#last = snapshot
    this.#epoch = epoch ?? this.#epoch
    this.#generation = generation ?? this.#generation
    const counting = epoch ?? `#${this.#seen}`
    return { epoch: counting, process: generation === null ? counting : `${counting} ${generation}`, restarted: named || shown, isOpen: snapshot.taken.monotonicMs - this.#openSinceMs < openMs }
  }
}

const isOther = (before: string | null, now: string | null): boolean => before !== null && now !== null && before !== now

/** One of the balancers in both is another process, or all are others. One that came or went was not started again. */
function isOtherFleet({ processes: before }: Fleet, { processes: after }: Fleet): boolean {
  const stayed = Object.keys(after).filter((name) => Object.hasOwn(before, name))
  return stayed.length === 0 || stayed.some((name) => before[name] !== after[name])
}

function startedAgain(before: LiveSnapshot, after: LiveSnapshot): boolean {
  const known = new Map(before.rows.map((row) => [rowKey(row), row.counters]))
  const pairs = after.rows.flatMap((row): readonly (readonly [Counters, Counters])[] => {
    const counters = known.get(rowKey(row))
    return counters === undefined ? [] : [[counters, row.counters]]
  })
  const shrunk = pairs.filter(([was, is]) => namesOf(was).some((name) => hasShrunk(was[name] ?? null, is[name] ?? null))).length
  if (shrunk === 0) return false
  const ages = poolAges(after)
  if (ages.size === 0) return shrunk * 2 > pairs.filter(([was]) => namesOf(was).some((name) => Number(was[name] ?? 0) > 0)).length
  const passedMs = Math.max(after.taken.monotonicMs - before.taken.monotonicMs, after.taken.wallMs - before.taken.wallMs)
  const ago = poolAges(before)
  return [...ages].every(([pool, seconds]) => seconds <= passedMs / 1000 + 1 || seconds < (ago.get(pool) ?? Infinity))
}

/** The states of all pools are younger than they can be. A pool that turns moves one, but seldom the oldest one and all others. */
function fellBack(before: LiveSnapshot, after: LiveSnapshot): boolean {
  const [was, is] = [poolAges(before), poolAges(after)]
  if (was.size === 0 || is.size === 0 || Math.max(...is.values()) + 1 >= Math.max(...was.values())) return false
  return [...is].every(([pool, seconds]) => seconds < (was.get(pool) ?? Infinity))
}

const namesOf = (counters: Counters): readonly CounterName[] => Object.keys(counters) as CounterName[]

/** Seconds since the state of each pool began. */
function poolAges({ rows }: { readonly rows: readonly LiveRow[] }): ReadonlyMap<string, number> {
  return new Map(rows.flatMap((row) => (row.kind === 'pool' && row.stateSeconds !== null ? [[row.owner, row.stateSeconds] as const] : [])))
}
