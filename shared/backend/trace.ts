import { prepareRouter, type RouteAnswer } from '#shared/analyses/route/index.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers, ParamsOf } from '#shared/rpc/method.ts'
import type { TraceAnswer } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import type { PairStore } from './pairs.ts'

/** Where one request goes in one config or in two, with what to light up on the picture of exactly those. */
export function traceHandlers(pairs: PairStore): Pick<Handlers<SteelyardContract>, 'trace.run'> {
  return {
    'trace.run'({ configIds, request }) {
      const [first, second, ...more] = configIds
      if (first === undefined || more.length > 0) return Promise.resolve(failed('bad-params', 'A trace takes one config or two.'))
      const pair = second === undefined ? pairs(null, first) : pairs(first, second)
      if (!pair.ok) return Promise.resolve(pair)
      const input = toRequest(request)
      if (typeof input === 'string') return Promise.resolve(failed('bad-params', input))
      const { before, after } = pair.value
      const view = pair.value.view()
      const answers: TraceAnswer[] = []
      if (before !== null) {
        const answer = prepareRouter(before.model).route(input, { explain: true })
        answers.push({ configId: before.configId, answer, lit: litOf(view, before.model, answer, 'before') })
      }
      const answer = prepareRouter(after.model).route(input, { explain: true })
      answers.push({ configId: after.configId, answer, lit: litOf(view, after.model, answer, 'after') })
      return Promise.resolve(ok(answers))
    },
  }
}

/** The request as the engine takes it, or a sentence about what is wrong with it. */
export function toRequest(request: ParamsOf<SteelyardContract['trace.run']>['request']): RequestInput | string {
  const headers: (readonly [string, string])[] = []
  for (const header of request.headers) {
    const [name, value, ...more] = header
    if (name === undefined || value === undefined || more.length > 0) return 'A header is a name and a value.'
    headers.push([name, value])
  }
  return { ...request, headers }
}

/** Ids of nodes and edges of `view` that the request passes on one side of it. */
export function litOf(view: TopologyView, model: RoutingModel, answer: RouteAnswer, side: 'before' | 'after'): readonly string[] {
  const ids = new Set<string>(answer.visited)
  const places: { readonly column: TopologyNode['column']; readonly at: Span }[] = []
  for (const id of answer.visited) {
    const listener = model.listeners.find((one) => one.id === id)
    if (listener !== undefined) {
      for (const one of model.listeners) if (one.group === listener.group && one.origin[0] !== undefined) places.push({ column: 'listener', at: one.origin[0] })
    }
    const pool = model.pools.find((one) => one.id === id)
    if (pool?.origin[0] !== undefined) places.push({ column: 'pool', at: pool.origin[0] })
    if (pool !== undefined && answer.outcome.action === 'forward') {
      for (const server of answer.outcome.servers) {
        const member = server.share > 0 ? pool.members.find((one) => one.name === server.name) : undefined
        if (member !== undefined) ids.add(member.id)
      }
    }
  }
  if (answer.rule !== null) places.push({ column: 'route', at: answer.rule })
  const lit = new Set<string>()
  for (const node of view.nodes) {
    const here = node[side]
    if (ids.has(node.id) && here.length > 0) lit.add(node.id)
    else if (places.some((place) => place.column === node.column && here.some((span) => sameStart(span, place.at)))) lit.add(node.id)
  }
  const wrongSide = side === 'before' ? 'added' : 'removed'
  for (const edge of view.edges) if (edge.change !== wrongSide && lit.has(edge.from) && lit.has(edge.to)) lit.add(edge.id)
  return [...lit]
}

const sameStart = (one: Span, other: Span): boolean => one.file === other.file && one.start === other.start
