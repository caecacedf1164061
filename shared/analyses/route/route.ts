import type { Outcome } from '#shared/model/outcome.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Listener, RoutingModel } from '#shared/model/routing-model.ts'
import { fromBytes } from '#shared/requests/bytes.ts'
import type { RouteAnswer, RouteDependency } from './answer.ts'
import type { Fault } from './faults.ts'
import { arrivalOf, type Arrival, type ArrivalCache } from './listeners.ts'
import { normalisedFault, normalisedState } from './normalised-request.ts'
import { initialState, receivedTarget, requestFault } from './request-state.ts'
import { shownText } from './templates.ts'
import { walk, type ModelIndex, type Walk } from './walk.ts'

export interface RouteOptions {
  /** Record every rule that was looked at, with its reason. Costs time on long rule lists. */
  readonly explain: boolean
}

/** A model made ready for many requests. */
export interface Router {
  route(request: RequestInput, options?: RouteOptions): RouteAnswer
}

/** Alternatives tried before an answer counts as uncertain without further proof. */
const maximumAlternatives = 64

const routers = new WeakMap<RoutingModel, Router>()

/**
 * Builds the indexes a model needs; tables and patterns are compiled when they are first used and kept with the model.
 *
 * Cost: linear in the number of pools once per model, then per request linear in the rules that are looked at.
 */
export function prepareRouter(model: RoutingModel): Router {
  const known = routers.get(model)
  if (known !== undefined) return known
  const pools = new Map<string, Pool>()
  // By name alone: a name computed from a request must not reach a pool by its id.
  for (const pool of model.pools) if (!pools.has(pool.name)) pools.set(pool.name, pool)
  const map: ModelIndex = { model, pools }
  const arrivals: ArrivalCache = new Map()
  const router: Router = { route: (request, options = { explain: true }) => routeWith(map, arrivals, request, options) }
  routers.set(model, router)
  return router
}

/**
 * Where one request goes and why.
 *
 * Shape: contract/cli (`route`). `certain` is false when an unmodelled condition was met and taking it the other way
 * changes the outcome; `outcome` is then what happens when none of them holds.
 * Errors: none; a listener that does not exist gives `close`.
 * Source: HAProxy configuration manual and the experiments of the reference (H-ORD-*, H-ACL-*, H-PER-*).
 * Oracle: test/oracle/haproxy.
 */
export function routeRequest(model: RoutingModel, request: RequestInput, options?: RouteOptions): RouteAnswer {
  return prepareRouter(model).route(request, options)
}

function routeWith(map: ModelIndex, arrivals: ArrivalCache, request: RequestInput, options: RouteOptions): RouteAnswer {
  const arrival = arrivalOf(map.model, request, arrivals)
  if (arrival === null) return nobodyListens(request)
  const answers = arrival.listeners.map(listener => routeOn(map, request, arrival, listener, options))
  const first = answers[0]
  if (first === undefined) return nobodyListens(request)
  if (answers.every(answer => sameOutcome(answer.outcome, first.outcome))) return answers.find(answer => !answer.certain) ?? first
  const names = arrival.listeners.map(listener => listener.group).join(' and ')
  const conflict: RouteDependency = {
    text: `${names} listen on the same address`, reason: 'the kernel spreads connections between them', at: arrival.listeners[0]?.origin[0] ?? { file: '', start: 0, end: 0 },
  }
  return { ...first, certain: false, depends: [conflict, ...first.depends] }
}

function routeOn(map: ModelIndex, request: RequestInput, arrival: Arrival, listener: Listener, options: RouteOptions): RouteAnswer {
  const normalises = map.model.requests === 'normalised'
  const state = (normalises ? normalisedState : initialState)(request, listener, arrival.localIp, arrival.localPort)
  if (listener.tls !== null && request.scheme === 'http') return simple(request, normalises ? { action: 'respond', status: 400 } : { action: 'close' }, [listener.id])
  const fault = !state.connection.readable ? (listener.protocol === 'http' ? refused('TLS bytes are no HTTP request') : null) : normalises ? normalisedFault(request) : refused(requestFault(request))
  const main = walk(map, state, { forced: [], explain: options.explain, fault })
  const depends: RouteDependency[] = [...main.uncertain]
  let certain = main.uncertain.length === 0
  if (main.decisions.length > 0) {
    const swings = alternatives(map, state, main, fault)
    certain &&= swings.certain
    depends.push(...swings.depends)
  }
  const target = receivedTarget(main.state)
  const host = main.state.headers.find(header => header.name === 'host')
  return {
    certain,
    outcome: main.outcome,
    rule: main.rule,
    steps: main.steps,
    depends: certain ? [] : distinct(depends),
    visited: main.visited,
    received: {
      method: fromBytes(shownText(main.state.method)),
      path: fromBytes(shownText(target)),
      host: host === undefined ? null : fromBytes(shownText(host.value)),
      headers: main.state.headers.map(header => [header.name, fromBytes(shownText(header.value))] as const),
    },
  }
}

/** Takes each undecided condition the other way and compares outcomes. Spending the budget counts as "could change". */
function alternatives(map: ModelIndex, state: Parameters<typeof walk>[1], main: Walk, fault: Fault | null): { readonly certain: boolean; readonly depends: readonly RouteDependency[] } {
  const depends: RouteDependency[] = []
  let certain = true
  let budget = maximumAlternatives
  const explore = (path: Walk, from: number): void => {
    for (let index = from; index < path.decisions.length; index += 1) {
      const decision = path.decisions[index]
      if (decision === undefined) continue
      budget -= 1
      if (budget < 0) {
        certain = false
        depends.push(...decision.depends)
        continue
      }
      const forced = [...path.decisions.slice(0, index).map(earlier => earlier.taken), !decision.taken]
      const other = walk(map, state, { forced, explain: false, fault })
      if (other.uncertain.length > 0 || !sameOutcome(other.outcome, main.outcome)) {
        certain = false
        depends.push(...decision.depends)
      } else explore(other, index + 1)
    }
  }
  explore(main, 0)
  return { certain, depends }
}

function refused(words: string | null): Fault | null {
  return words === null ? null : { words, status: 400 }
}

function sameOutcome(one: Outcome, other: Outcome): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function distinct(depends: readonly RouteDependency[]): readonly RouteDependency[] {
  const seen = new Set<string>()
  return depends.filter(dependency => {
    const key = `${dependency.at.file} ${dependency.at.start} ${dependency.text}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function nobodyListens(request: RequestInput): RouteAnswer {
  return simple(request, { action: 'close' }, [])
}

function simple(request: RequestInput, outcome: Outcome, visited: readonly string[]): RouteAnswer {
  return {
    certain: true, outcome, rule: null, steps: [], depends: [], visited,
    received: { method: request.method, path: request.path, host: request.host, headers: request.headers.map(([name, value]) => [name.toLowerCase(), value] as const) },
  }
}
