import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { Admin, Count, Health, LiveRow, ServerState } from '#shared/live/snapshot.ts'

/** One balancer of mod_proxy as its pages show it. */
export interface ApacheBalancer {
  /** `balancer://app`. */
  readonly name: string
  /** Null: the page does not show it. */
  readonly method: string | null
  readonly workers: readonly ApacheWorker[]
}

export interface ApacheWorker {
  /** Address as a URL. */
  readonly name: string
  /** Words of its state, as written. */
  readonly status: string
  /** How often it was chosen: tries, not answers. */
  readonly elected: Count
  readonly busy: number | null
  /** Bytes to the server and from it; null: not told exactly. */
  readonly sent: Count
  readonly received: Count
  readonly loadFactor: number | null
  /** Workers of a higher set are used when none of a lower one can be. */
  readonly set: number
}

/**
 * Rows of balancers and their workers. What is counted are tries: `requests` stays unknown, because a request that went on
 * to another worker counts at both.
 *
 * `epoch`: of these counters, which start again with a graceful restart; without one that of the snapshot counts.
 */
export function toBalancerRows(balancers: readonly ApacheBalancer[], epoch: string | null): readonly LiveRow[] {
  const since = epoch === null ? {} : { epoch }
  return balancers.flatMap(({ name, method, workers }): readonly LiveRow[] => {
    const owner = cleanText(name)
    const lowest = Math.min(...workers.map((worker) => worker.set))
    const seen = new Map<string, number>()
    const servers = workers.map((worker) => {
      const count = (seen.get(worker.name) ?? 0) + 1
      seen.set(worker.name, count)
      const state = stateOf(worker, lowest)
      return {
        kind: 'server', owner, name: cleanText(count === 1 ? worker.name : `${worker.name}#${count}`), protocol: 'http', state, gauges: { ...blankGauges, sessions: worker.busy },
        counters: { ...blankCounters, selections: worker.elected, bytesIn: worker.sent, bytesOut: worker.received }, ...since,
      } as const
    })
    return [...servers, {
      kind: 'pool', owner, protocol: 'http', algorithm: method === null ? null : cleanText(method), up: servers.some(({ state }) => state.health === 'up' && state.admin !== 'maintenance'), stateSeconds: null, ...since,
      gauges: { ...blankGauges, sessions: sum(workers.map((worker) => worker.busy)) },
      counters: { ...blankCounters, selections: sum(workers.map((worker) => worker.elected)), bytesIn: sum(workers.map((worker) => worker.sent)), bytesOut: sum(workers.map((worker) => worker.received)) },
    }]
  })
}

/**
 * State of a worker from its words. Without a health check of its own `Ok` only means that no try failed lately.
 *
 * Source: Apache HTTP Server, modules/proxy/proxy_util.c, `proxy_wstat_tbl`; mod_proxy_balancer, "Worker status flags".
 */
function stateOf(worker: ApacheWorker, lowestSet: number): ServerState {
  const words = new Set(worker.status.trim().split(/\s+/))
  const has = (...some: readonly string[]): boolean => some.some((word) => words.has(word))
  const health: Health = has('Err', 'HcFl') ? 'down' : has('Ok', 'Dis', 'Stop', 'Drn', 'Shut') ? 'up' : 'unknown'
  const admin: Admin = has('Dis', 'Stop') ? 'maintenance' : has('Drn') ? 'drain' : has('Shut') ? 'stopping' : 'ready'
  return {
    ...blankState, text: cleanText(worker.status.trim()), health, admin, weight: worker.loadFactor, backup: has('Stby', 'Spar') || worker.set > lowestSet, address: addressOf(worker.name),
    check: has('HcFl') ? 'HcFl' : null,
  }
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, h2: 443, h2c: 80, ajp: 8009, fcgi: 8000, scgi: 4000, ws: 80, wss: 443 }

/** `http://10.0.0.1:8080/app` → `10.0.0.1:8080`; `unix:/run/app.sock|http://app` → `unix:/run/app.sock`. */
function addressOf(name: string): string | null {
  const socket = /^(unix:[^|]+)\|/.exec(name)?.[1]
  if (socket !== undefined) return cleanText(socket)
  const url = /^([a-z0-9]+):\/\/(\[[0-9a-fA-F:.]+\]|[^/:?#]+)(?::(\d+))?/.exec(name)
  if (url === null) return null
  const port = url[3] ?? defaultPorts[url[1] as string]
  return cleanText(`${url[2] as string}${port === undefined ? '' : `:${port}`}`)
}

function sum<T extends Count>(values: readonly T[]): number | null {
  return values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + Number(value)), 0)
}
