import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { layoutIncremental } from '#shared/layout/incremental.ts'
import { layoutGraph } from '#shared/layout/layered-layout.ts'
import { toLayers } from '#shared/layout/layers.ts'
import type { LayoutGraph, LayoutPositions } from '#shared/layout/layout.ts'
import { poolAdjacentViolators } from '#shared/layout/place.ts'

interface Plan { readonly columns: readonly number[]; readonly heights: readonly number[]; readonly links: readonly (readonly [number, number])[] }

/** Any graph at all: edges backwards, within a column, over several columns, doubled; columns may be empty. */
const plan: fc.Arbitrary<Plan> = fc.integer({ min: 0, max: 40 }).chain((count) => fc.record({
  columns: fc.array(fc.nat({ max: 3 }), { minLength: count, maxLength: count }),
  heights: fc.array(fc.integer({ min: 20, max: 90 }), { minLength: count, maxLength: count }),
  links: count === 0 ? fc.constant([]) : fc.array(fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })), { maxLength: 60 }),
}))

function toGraph(from: Plan): LayoutGraph {
  return {
    nodeCount: from.columns.length, edgeCount: from.links.length, column: Uint8Array.from(from.columns), width: Float32Array.from(from.columns, () => 200),
    height: Float32Array.from(from.heights), source: Int32Array.from(from.links, (link) => link[0]), target: Int32Array.from(from.links, (link) => link[1]),
  }
}

function assertValid(graph: LayoutGraph, positions: LayoutPositions): void {
  for (let a = 0; a < graph.nodeCount; a += 1) {
    const top = positions.y[a] as number
    assert.ok(Number.isFinite(top) && Number.isFinite(positions.x[a]) && top >= 0, 'every box has a place')
    assert.ok((positions.x[a] as number) + (graph.width[a] as number) <= positions.width && top + (graph.height[a] as number) <= positions.height, 'every box is inside the picture')
    for (let b = a + 1; b < graph.nodeCount; b += 1) {
      if (graph.column[a] !== graph.column[b]) continue
      assert.equal(positions.x[a], positions.x[b])
      const other = positions.y[b] as number
      assert.ok(top + (graph.height[a] as number) <= other || other + (graph.height[b] as number) <= top, 'boxes of a column do not overlap')
    }
  }
}

test('any graph gets a place for every box, inside the picture and without overlap', () => {
  fc.assert(fc.property(plan, (from) => assertValid(toGraph(from), layoutGraph(toGraph(from)))), { numRuns: 400 })
})

test('the same graph gets the same positions', () => {
  fc.assert(fc.property(plan, (from) => assert.deepEqual(layoutGraph(toGraph(from)), layoutGraph(toGraph(from)))), { numRuns: 100 })
})

test('the reported crossings are those of the drawn order', () => {
  fc.assert(fc.property(plan, (from) => {
    const graph = toGraph(from)
    const layers = toLayers(graph)
    // Edges over several columns run through stand-ins whose place is not reported: leave those graphs out.
    fc.pre(layers.count === graph.nodeCount)
    const positions = layoutGraph(graph)
    let crossings = 0
    const edges = from.links.filter(([a, b]) => graph.column[a] !== graph.column[b]).map(([a, b]) => ((graph.column[a] as number) < (graph.column[b] as number) ? [a, b] : [b, a]) as [number, number])
    for (let one = 0; one < edges.length; one += 1) {
      for (let two = one + 1; two < edges.length; two += 1) {
        const [a, b] = edges[one] as [number, number]
        const [c, d] = edges[two] as [number, number]
        if (graph.column[a] !== graph.column[c]) continue
        if (Math.sign((positions.y[a] as number) - (positions.y[c] as number)) * Math.sign((positions.y[b] as number) - (positions.y[d] as number)) < 0) crossings += 1
      }
    }
    assert.equal(positions.crossings, crossings)
  }), { numRuns: 300 })
})

test('laid out incrementally, what was there keeps its order, and new boxes overlap nothing', () => {
  fc.assert(fc.property(plan, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (from, isNew) => {
    const graph = toGraph(from)
    const first = layoutGraph(graph)
    const previous = first.y.map((y, node) => (isNew[node] === true ? NaN : y))
    const second = layoutIncremental(previous, graph)
    assertValid(graph, second)
    for (let a = 0; a < graph.nodeCount; a += 1) {
      for (let b = 0; b < graph.nodeCount; b += 1) {
        if (graph.column[a] !== graph.column[b] || Number.isNaN(previous[a]) || Number.isNaN(previous[b])) continue
        if ((previous[a] as number) < (previous[b] as number)) assert.ok((second.y[a] as number) < (second.y[b] as number))
      }
    }
  }), { numRuns: 300 })
})

test('without a change the incremental layout moves nothing by more than a pixel', () => {
  fc.assert(fc.property(plan, (from) => {
    const graph = toGraph(from)
    const first = layoutGraph(graph)
    const second = layoutIncremental(first.y, graph)
    for (let node = 0; node < graph.nodeCount; node += 1) assert.ok(Math.abs((first.y[node] as number) - (second.y[node] as number)) <= 1)
  }), { numRuns: 200 })
})

test('pooled places keep every gap and are nearer to the wishes than any nearby alternative', () => {
  const lists = fc.integer({ min: 1, max: 12 }).chain((count) => fc.record({
    wished: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: count, maxLength: count }),
    weight: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: count, maxLength: count }),
    gaps: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: count, maxLength: count }),
    nudge: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: count, maxLength: count }),
  }))
  fc.assert(fc.property(lists, ({ wished, weight, gaps, nudge }) => {
    const offsets = new Float64Array(wished.length)
    for (let at = 1; at < wished.length; at += 1) offsets[at] = (offsets[at - 1] as number) + (gaps[at] as number)
    const placed = poolAdjacentViolators(Float64Array.from(wished), Float64Array.from(weight), offsets)
    const cost = (places: ArrayLike<number>): number => wished.reduce((sum, wish, at) => sum + (weight[at] as number) * ((places[at] as number) - wish) ** 2, 0)
    const isAllowed = (places: ArrayLike<number>): boolean => wished.every((_, at) => at === 0 || (places[at] as number) - (places[at - 1] as number) >= (gaps[at] as number) - 1e-9)
    assert.ok(isAllowed(placed))
    const other = placed.map((place, at) => place + (nudge[at] as number))
    if (isAllowed(other)) assert.ok(cost(other) >= cost(placed) - 1e-6)
  }), { numRuns: 1000 })
})
