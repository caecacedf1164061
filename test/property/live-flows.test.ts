import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundFlows, type FlowNetwork, type FlowPlace } from '#shared/view/live-flows.ts'

/** A balancer that is simulated: rules with their listener, pools, and the requests that took each way. */
interface Simulated {
  readonly listeners: readonly { readonly own: number; readonly isKnown: boolean; readonly aside: number }[]
  readonly pools: readonly { readonly isKnown: boolean; readonly aside: number }[]
  readonly rules: readonly { readonly listener: number; readonly pools: readonly number[]; readonly flows: readonly number[]; readonly isOpen: boolean; readonly elsewhere: number }[]
}

const flow = fc.oneof(fc.constant(0), fc.nat({ max: 5000 }))

function simulated(more: { readonly own: boolean; readonly partial: boolean; readonly unknown: boolean; readonly open: boolean }): fc.Arbitrary<Simulated> {
  const some = (wanted: boolean): fc.Arbitrary<number> => (wanted ? flow : fc.constant(0))
  const known = more.unknown ? fc.boolean() : fc.constant(true)
  return fc.record({ listeners: fc.integer({ min: 1, max: 4 }), pools: fc.integer({ min: 1, max: 5 }) }).chain(({ listeners, pools }) => fc.record({
    listeners: fc.array(fc.record({ own: some(more.own), isKnown: known, aside: some(more.partial) }), { minLength: listeners, maxLength: listeners }),
    pools: fc.array(fc.record({ isKnown: known, aside: some(more.partial) }), { minLength: pools, maxLength: pools }),
    rules: fc.array(fc.uniqueArray(fc.nat({ max: pools - 1 }), { minLength: more.own ? 0 : 1, maxLength: 3 }).chain((targets) => fc.record({
      listener: fc.nat({ max: listeners - 1 }), pools: fc.constant(targets), flows: fc.array(flow, { minLength: Math.max(1, targets.length), maxLength: Math.max(1, targets.length) }),
      isOpen: more.open ? fc.boolean() : fc.constant(false), elsewhere: flow,
    })), { maxLength: 8 }),
  }))
}

/** The network as it is measured, and what truly flows over each edge. */
function measure({ listeners, pools, rules }: Simulated, isPartial: boolean): { readonly network: FlowNetwork; readonly truth: readonly number[] } {
  const from: number[] = []
  const to: number[] = []
  const truth: number[] = []
  const into = listeners.map(({ own, aside }) => own + aside)
  const out = pools.map(({ aside }) => aside)
  rules.forEach(({ listener, pools: targets, flows, isOpen, elsewhere }, index) => {
    const rule = listeners.length + index
    const away = isOpen && targets.length > 0 ? elsewhere : 0
    const passed = flows.reduce((sum, one) => sum + one, 0) + away
    from.push(listener)
    to.push(rule)
    truth.push(passed)
    into[listener]! += passed
    // What goes elsewhere goes to some pool, without an edge.
    if (away > 0) out[index % pools.length]! += away
    targets.forEach((pool, at) => {
      from.push(rule)
      to.push(listeners.length + rules.length + pool)
      truth.push(flows[at] as number)
      out[pool]! += flows[at] as number
    })
  })
  const places: FlowPlace[] = [
    ...listeners.map(({ isKnown }, at): FlowPlace => ({ kind: 'entry', total: isKnown ? into[at] as number : null })),
    ...rules.map(({ pools: targets, isOpen }): FlowPlace => ({ kind: targets.length === 0 ? 'end' : isOpen ? 'open' : 'through', total: null })),
    ...pools.map(({ isKnown }, at): FlowPlace => ({ kind: 'exit', total: isKnown ? out[at] as number : null })),
  ]
  return { network: { places, from: Int32Array.from(from), to: Int32Array.from(to), isPartial, slack: 0 }, truth }
}

function isForest({ places, from, to }: FlowNetwork): boolean {
  const parent = places.map((_, at) => at)
  const root = (at: number): number => (parent[at] === at ? at : root(parent[at] as number))
  return [...from].every((place, edge) => {
    const a = root(place)
    const b = root(to[edge] as number)
    parent[a] = b
    return a !== b
  })
}

function assertBounded(network: FlowNetwork, truth: readonly number[]): void {
  boundFlows(network).forEach((range, edge) => {
    assert.ok(range !== null, 'totals of one routing never contradict each other')
    assert.ok(range.low <= (truth[edge] as number) + 1e-6 && range.high >= (truth[edge] as number) - 1e-6, `edge ${edge}: ${truth[edge] ?? ''} is not in ${range.low}–${range.high}`)
  })
}

test('the bounds of every edge contain what flows there, however requests were routed', () => {
  fc.assert(fc.property(simulated({ own: true, partial: false, unknown: true, open: false }), (made) => {
    const { network, truth } = measure(made, false)
    assertBounded(network, truth)
  }), { numRuns: 600 })
})

test('so do they with ways that are not in the network and with rules that lead anywhere', () => {
  fc.assert(fc.property(simulated({ own: true, partial: true, unknown: true, open: true }), (made) => {
    const { network, truth } = measure(made, true)
    assertBounded(network, truth)
  }), { numRuns: 400 })
  fc.assert(fc.property(simulated({ own: true, partial: false, unknown: false, open: true }), (made) => {
    const { network, truth } = measure(made, false)
    assertBounded(network, truth)
  }), { numRuns: 400 })
})

test('a network without cycles whose totals are all known is told exactly, and what flows in flows out', () => {
  let forests = 0
  fc.assert(fc.property(simulated({ own: false, partial: false, unknown: false, open: false }), (made) => {
    const { network, truth } = measure(made, false)
    assertBounded(network, truth)
    if (!isForest(network)) return
    forests += 1
    const flows = boundFlows(network)
    flows.forEach((range, edge) => assert.ok(range !== null && Math.abs(range.low - (truth[edge] as number)) < 1e-6 && Math.abs(range.high - (truth[edge] as number)) < 1e-6))
    network.places.forEach(({ kind }, place) => {
      if (kind !== 'through') return
      const sum = (ends: Int32Array): number => flows.reduce((total, range, edge) => total + (ends[edge] === place ? range?.low ?? NaN : 0), 0)
      assert.ok(Math.abs(sum(network.to) - sum(network.from)) < 1e-6)
    })
  }), { numRuns: 600 })
  assert.ok(forests > 100, `${forests} forests`)
})
