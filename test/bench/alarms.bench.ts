/**
 * How often fair traffic raises an alarm, and how long a wrong share takes to be told.
 *
 * Synthetic polls, drawn from a seed, go through `LiveSession`, the path of the command line and the app. Tables are
 * Markdown. `--days`, `--runs`, `--seed`, `--models` (a piece of the name).
 */
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveRow, LiveSnapshot, ServerState } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { median, readFlags } from './measure.ts'

const flags = readFlags()
const days = flags.number('days', 4)
const runs = flags.number('runs', 15)
const chosen = flags.text('models', '')
const dayMs = 86_400_000

/** Draws from a seed: uniform, and how many of a Poisson process. */
function drawsOf(seed: number): { uniform(): number; poisson(mean: number): number } {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    uniform,
    poisson(mean) {
      if (mean > 200) return Math.max(0, Math.round(mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(uniform() || 1e-12)) * Math.cos(2 * Math.PI * uniform())))
      const limit = Math.exp(-mean)
      let count = 0
      for (let product = uniform(); product > limit; product *= uniform()) count += 1
      return count
    },
  }
}

type Draws = ReturnType<typeof drawsOf>
/** Adds requests to the servers of a pool, by how it shares them. */
type Sharing = (counts: number[], requests: number, draws: Draws) => void

/** In turn, in proportion to weights, each of several workers by itself. */
function inTurn(weights: readonly number[], workers = 1): Sharing {
  const total = weights.reduce((sum, one) => sum + one, 0)
  const credits = Array.from({ length: workers }, () => weights.map(() => 0))
  return (counts, requests, draws) => {
    for (let one = 0; one < requests; one += 1) {
      const credit = credits[workers === 1 ? 0 : Math.floor(draws.uniform() * workers)] as number[]
      let best = 0
      for (let server = 0; server < weights.length; server += 1) {
        credit[server] = (credit[server] as number) + (weights[server] as number)
        if ((credit[server] as number) > (credit[best] as number)) best = server
      }
      credit[best] = (credit[best] as number) - total
      counts[best] = (counts[best] as number) + 1
    }
  }
}

/** Each request by itself. */
function byChance(weights: readonly number[]): Sharing {
  const total = weights.reduce((sum, one) => sum + one, 0)
  return (counts, requests, draws) => {
    for (let one = 0; one < requests; one += 1) {
      let rest = draws.uniform() * total
      let server = 0
      while (server < weights.length - 1 && rest >= (weights[server] as number)) rest -= weights[server++] as number
      counts[server] = (counts[server] as number) + 1
    }
  }
}

const equal = (count: number): readonly number[] => new Array<number>(count).fill(1)
const state: ServerState = {
  text: 'UP', health: 'up', admin: 'ready', byAgent: false, inherited: false, weight: 1, initialWeight: 1, throttlePercent: null, backup: false, address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}
const gauges = { sessions: 0, queued: 0, sessionLimit: null, responseMs: null }

/** A balancer with one pool of so many servers. */
class Bench {
  readonly #counts: number[]
  readonly #draws: Draws
  readonly #intervalMs: number
  readonly session: LiveSession
  atMs = 0

  /** `algorithm` by the word of the config. `weights`: those that run; the last known good config has equal ones. */
  constructor(algorithm: string, weights: readonly number[], intervalMs: number, seed: number) {
    const config = (list: readonly number[]): string => `defaults\n mode http\nfrontend f\n bind :80\n default_backend web\nbackend web\n balance ${algorithm}\n${list.map((weight, index) => ` server s${index} 10.0.0.${index + 1}:80 weight ${weight}\n`).join('')}`
    const model = (list: readonly number[]): ReturnType<typeof compileConfig>['model'] => compileConfig(config(list), new Map()).model
    this.session = new LiveSession(model(equal(weights.length)), intervalMs, model(equal(weights.length)))
    this.#counts = weights.map(() => 0)
    this.#draws = drawsOf(seed)
    this.#intervalMs = intervalMs
  }

  /** The next poll; keys of what fires then. */
  poll(rate: number, share: Sharing): readonly string[] {
    this.atMs += this.#intervalMs
    share(this.#counts, this.#draws.poisson(rate * this.#intervalMs / 1000), this.#draws)
    const total = this.#counts.reduce((sum, one) => sum + one, 0)
    const row = (requests: number): Pick<LiveRow, 'counters' | 'protocol' | 'gauges'> => ({
      protocol: 'http', gauges,
      counters: {
        requests, connections: requests, selections: requests, bytesIn: 0, bytesOut: 0, status1xx: 0, status2xx: requests, status3xx: 0, status4xx: 0, status5xx: 0, statusOther: 0, failedConnections: 0, failedResponses: 0, denied: 0, retries: 0, redispatches: 0,
      },
    })
    const snapshot: LiveSnapshot = {
      product: 'HAProxy', version: null, taken: { monotonicMs: this.atMs, wallMs: this.atMs }, readMs: 1, bytes: 0, epoch: 'p', uptimeSeconds: this.atMs / 1000, stopping: false,
      rows: [
        { kind: 'listener', owner: 'f', ...row(total) },
        ...this.#counts.map((requests, index): LiveRow => ({ kind: 'server', owner: 'web', name: `s${index}`, state, ...row(requests) })),
        { kind: 'pool', owner: 'web', algorithm: null, up: true, stateSeconds: 1e6, ...row(total) },
      ],
    }
    return this.session.add(snapshot).alerts.map((alert) => alert.key)
  }
}

interface Model { readonly name: string; readonly algorithm: string; readonly servers: number; readonly rate: number; readonly share: (seed: number) => Sharing }

/** Fair traffic. A ring gives each server a share of its own that stays. */
const fair: readonly Model[] = [
  ...[0.2, 1, 5].map((rate): Model => ({ name: `in turn, 3 servers, ${rate}/s`, algorithm: 'roundrobin', servers: 3, rate, share: () => inTurn(equal(3)) })),
  { name: 'in turn, 8 workers, 3 servers, 5/s', algorithm: 'roundrobin', servers: 3, rate: 5, share: () => inTurn(equal(3), 8) },
  ...[1, 5].map((rate): Model => ({ name: `each by chance, 3 servers, ${rate}/s`, algorithm: 'roundrobin', servers: 3, rate, share: () => byChance(equal(3)) })),
  { name: 'each by chance, 10 servers, 5/s', algorithm: 'roundrobin', servers: 10, rate: 5, share: () => byChance(equal(10)) },
  { name: 'each by chance, 50 servers, 50/s', algorithm: 'roundrobin', servers: 50, rate: 50, share: () => byChance(equal(50)) },
  { name: 'least connections, each by chance, 3 servers, 5/s', algorithm: 'leastconn', servers: 3, rate: 5, share: () => byChance(equal(3)) },
  { name: 'ring (learned), 3 servers, 5/s', algorithm: 'source', servers: 3, rate: 5, share: (seed) => byChance(shares(seed, 3)) },
]

function shares(seed: number, count: number): readonly number[] {
  const draws = drawsOf(seed)
  return Array.from({ length: count }, () => 0.5 + draws.uniform())
}

function falseAlarms(model: Model, seed: number): { readonly polls: number; readonly told: ReadonlyMap<string, number> } {
  const intervalMs = 5000
  const bench = new Bench(model.algorithm, equal(model.servers), intervalMs, seed)
  const share = model.share(seed)
  const told = new Map<string, number>()
  let before: readonly string[] = []
  const polls = Math.round(days * dayMs / intervalMs)
  for (let poll = 0; poll < polls; poll += 1) {
    const now = bench.poll(model.rate, share)
    for (const key of now) if (!before.includes(key)) told.set(key, (told.get(key) ?? 0) + 1)
    before = now
  }
  return { polls, told }
}

/** Seconds from the change to the alert; null: longer than half an hour. */
function delay(rate: number, weights: readonly number[], share: (weights: readonly number[]) => Sharing, intervalMs: number, seed: number): number | null {
  const bench = new Bench('roundrobin', equal(weights.length), intervalMs, seed)
  const before = share(equal(weights.length))
  // As many polls as the longest window has.
  for (let poll = 0; poll < 64; poll += 1) bench.poll(rate, before)
  const changed = bench.atMs
  const after = share(weights)
  while (bench.atMs - changed < 1_800_000) if (bench.poll(rate, after).includes('share:web')) return (bench.atMs - changed) / 1000
  return null
}

const started = performance.now()
console.log(`Seed ${flags.number('seed', 7)}. False alarms, polls of 5 s, ${days} days of one pool each (every rule, confirmed):\n`)
console.log('| traffic | polls | alarms | a day |\n|---|---|---|---|')
for (const [index, model] of fair.entries()) {
  if (!model.name.includes(chosen)) continue
  const { polls, told } = falseAlarms(model, flags.number('seed', 7) + index)
  const count = [...told.values()].reduce((sum, one) => sum + one, 0)
  console.log(`| ${model.name} | ${polls} | ${count}${count === 0 ? '' : ` (${[...told].map(([key, times]) => `${key} ${times}`).join(', ')})`} | ${(count / days).toFixed(2)} |`)
}

const typos: readonly (readonly [string, readonly number[]])[] = [['1:1:10', [1, 1, 10]], ['1:1:3', [1, 1, 3]], ['1:1:2', [1, 1, 2]], ['1:1:1.5', [2, 2, 3]], ['one starved', [1000, 1000, 0]], ['9 × 10 and 100', [...equal(9), 10]]]
console.log(`\nSeconds from a wrong weight to its alert, confirmed, median (19 of 20) of ${runs} runs, each request by chance:\n`)
console.log(`| rate, polls | ${typos.map(([name]) => name).join(' | ')} |\n|---|${typos.map(() => '---|').join('')}`)
for (const [rate, intervalMs] of [[1, 5000], [5, 5000], [50, 5000], [50, 1000]] as const) {
  const cells = typos.map(([, weights], column) => {
    const found = Array.from({ length: runs }, (_, run) => delay(rate, weights, byChance, intervalMs, flags.number('seed', 7) * 1000 + column * 100 + run) ?? Infinity).sort((a, b) => a - b)
    const words = (seconds: number): string => (seconds === Infinity ? 'never' : String(seconds))
    return `${words(median(found))} (${words(found[Math.ceil(0.95 * found.length) - 1] as number)})`
  })
  console.log(`| ${rate}/s, ${intervalMs / 1000} s | ${cells.join(' | ')} |`)
}
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`)
