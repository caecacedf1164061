import { addCounts } from './metrics/samples.ts'
import { blankCounters, blankGauges } from './blank-rows.ts'
import { isEligible, rowKey, type Counters, type Gauges, type LiveRow, type PoolRow, type ServerRow, type ServerState } from './snapshot.ts'

const counterNames = Object.keys(blankCounters) as (keyof typeof blankCounters)[]
/** Counters that a source may lack altogether. */
const optionalNames = ['responseMsTotal', 'responsesTimed'] as const

/** Sum of counters; null where one of them is not known. */
export function sumCounters(all: readonly Counters[]): Counters {
  const sum: { -readonly [K in keyof Counters]: Counters[K] } = { ...blankCounters }
  for (const name of [...counterNames, ...optionalNames]) {
    const known = all.flatMap((one) => { const count = one[name] ?? null; return count === null ? [] : [count] })
    if (known.length === all.length && known.length > 0) sum[name] = known.reduce(addCounts)
  }
  return sum
}

function sumGauges(all: readonly Gauges[]): Gauges {
  const sum = (name: keyof Gauges): number | null => all.reduce<number | null>((total, one) => (total === null || one[name] === null ? null : total + one[name]), all.length === 0 ? null : 0)
  // A mean of means would need the requests behind each.
  return all.length === 0 ? blankGauges : { sessions: sum('sessions'), queued: sum('queued'), sessionLimit: sum('sessionLimit'), responseMs: all.length === 1 ? (all[0] as Gauges).responseMs : null }
}

/** Rows with a pool for each server: sources that show servers only get one that sums them up. */
export function withPools(rows: readonly LiveRow[]): readonly LiveRow[] {
  const pools = new Set(rows.flatMap((row) => (row.kind === 'pool' ? [row.owner] : [])))
  const missing = new Map<string, ServerRow[]>()
  for (const row of rows) {
    if (row.kind !== 'server' || pools.has(row.owner)) continue
    const list = missing.get(row.owner)
    if (list === undefined) missing.set(row.owner, [row])
    else list.push(row)
  }
  return [...rows, ...[...missing].map(([owner, servers]): PoolRow => ({
    kind: 'pool', owner, protocol: (servers[0] as ServerRow).protocol, counters: sumCounters(servers.map((server) => server.counters)),
    gauges: { ...sumGauges(servers.map((server) => server.gauges)), sessionLimit: null, responseMs: null }, algorithm: null, up: servers.some((server) => isEligible(server.state)), stateSeconds: null,
  }))]
}

/**
 * The rows of several balancers that serve the same, as those of one: counters and what is under way add up. A server
 * takes requests if it does at one of them; its state says at how many. Means are left out.
 */
export function sumBalancers(balancers: readonly (readonly LiveRow[])[]): readonly LiveRow[] {
  if (balancers.length === 1) return balancers[0] as readonly LiveRow[]
  const groups = new Map<string, LiveRow[]>()
  for (const row of balancers.flat()) {
    const list = groups.get(rowKey(row))
    if (list === undefined) groups.set(rowKey(row), [row])
    else list.push(row)
  }
  return [...groups.values()].map((group): LiveRow => {
    const first = group[0] as LiveRow
    const sums = { counters: sumCounters(group.map((row) => row.counters)), gauges: sumGauges(group.map((row) => row.gauges)) }
    if (first.kind === 'listener') return { ...first, ...sums }
    if (first.kind === 'pool') return { ...first, ...sums, up: group.some((row) => row.kind === 'pool' && row.up) }
    return { ...first, ...sums, state: commonState(group.flatMap((row) => (row.kind === 'server' ? [row.state] : []))) }
  })
}

function commonState(states: readonly ServerState[]): ServerState {
  const best = states.find((state) => isEligible(state)) ?? states[0] as ServerState
  const alike = states.filter((state) => state.text === best.text).length
  const same = <K extends 'weight' | 'throttlePercent' | 'address' | 'check'>(name: K): ServerState[K] | null => (states.every((state) => state[name] === best[name]) ? best[name] : null)
  return {
    ...best, text: alike === states.length ? best.text : `${best.text} at ${alike} of ${states.length}`,
    weight: same('weight'), throttlePercent: same('throttlePercent'), address: same('address'), check: same('check'),
  }
}
