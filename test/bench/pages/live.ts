import type { LiveMark, LiveMarks } from '#shared/view/live-marks.ts'
import { percentText, rateText } from '#shared/view/live-words.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import { numbers } from './views.ts'

/** The same picture without a difference, as it is watched. */
export function watched(view: TopologyView): TopologyView {
  const nodes = view.nodes.filter((node) => node.change !== 'removed').map((node): TopologyNode => ({ ...node, change: 'same', changes: [], tone: node.column === 'server' || node.change !== 'same' ? 'neutral' : node.tone }))
  const kept = new Set(nodes.map((node) => node.id))
  return { ...view, isDifference: false, nodes, edges: view.edges.filter((edge) => edge.change !== 'removed' && kept.has(edge.from) && kept.has(edge.to)).map((edge) => ({ ...edge, change: 'same', label: '' })) }
}

const quiet = { bounds: null, share: null, expected: null, badges: [], lines: [], spark: [] } as const

/** Made-up traffic that looks like a fleet: few busy pools, many small ones, some without any, one server that takes too much. `tick` moves every rate. */
export function syntheticMarks(view: TopologyView, tick: number): LiveMarks {
  const random = numbers(11)
  const wave = (at: number): number => 1 + 0.25 * Math.sin((tick + at * 7) / 9)
  const columnOf = new Map(view.nodes.map((node) => [node.id, node.column]))
  const into = new Map<string, number>()
  const rates = new Map<string, number>()
  const pools = view.nodes.filter((node) => node.column === 'pool')
  pools.forEach((pool, at) => {
    const draw = random()
    into.set(pool.id, pools.length > 3 && draw < 0.12 ? 0 : Math.exp(random() * 7) * 3 * wave(at))
  })
  const leading = new Map<string, string[]>()
  const add = <Value>(lists: Map<string, Value[]>, key: string, value: Value): void => {
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [value])
    else list.push(value)
  }
  for (const edge of view.edges) add(leading, edge.to, edge.id)
  const edgesFrom = new Map<string, TopologyView['edges'][number][]>()
  for (const edge of view.edges) add(edgesFrom, edge.from, edge)
  for (const pool of pools) {
    const ways = leading.get(pool.id) ?? []
    for (const way of ways) rates.set(way, (into.get(pool.id) ?? 0) / ways.length)
  }
  const sum = (id: string): number => (edgesFrom.get(id) ?? []).reduce((total, edge) => total + (rates.get(edge.id) ?? 0), 0)
  for (const edge of view.edges) if (!rates.has(edge.id) && columnOf.get(edge.to) === 'route') rates.set(edge.id, sum(edge.to))
  const byId = new Map<string, LiveMark>()
  const highest = Math.max(1, ...rates.values())
  const toneOf = (rate: number): LiveMark['tone'] => (rate === 0 ? 'quiet' : rate > highest / 2 ? 'busy' : 'traffic')
  const spark = (at: number, rate: number): readonly number[] => Array.from({ length: 40 }, (_, step) => rate * (0.8 + 0.2 * Math.sin((step + tick + at) / 4) + 0.1 * Math.sin((step + tick + at) * 1.7)))
  view.nodes.forEach((node, at) => {
    if (node.column === 'listener') {
      const rate = sum(node.id)
      byId.set(node.id, { ...quiet, rate, label: rateText(rate, 'requests'), tone: toneOf(rate), badges: [{ kind: 'sessions', text: '2.1k sessions' }], lines: [`${node.lines[0] ?? ''} · 2.1k sessions`, 'no errors'], spark: spark(at, rate) })
    } else if (node.column === 'route') {
      const rate = sum(node.id)
      byId.set(node.id, { ...quiet, rate, label: rateText(rate, 'requests'), tone: toneOf(rate) })
    }
  })
  pools.forEach((pool, at) => {
    const rate = into.get(pool.id) ?? 0
    const servers = (edgesFrom.get(pool.id) ?? [])
    const isHot = at % 17 === 1 && servers.length > 1
    const isDown = at % 13 === 5
    const shares = servers.map((_, index) => (isHot ? (index === 0 ? 0.98 : 0.02 / (servers.length - 1)) : 1 / servers.length))
    const even = servers.length === 0 ? 0 : 1 / servers.length
    const tone = isHot && rate > 0 ? 'critical' : toneOf(rate)
    byId.set(pool.id, {
      ...quiet, rate, label: rateText(rate, 'requests'), tone, share: shares[0] ?? null, expected: { low: even, high: even }, spark: spark(at, rate),
      badges: [...(isHot ? [{ kind: 'alert', text: 'share' }, { kind: 'queue', text: '214 waiting' }] as const : []), ...(isDown ? [{ kind: 'down', text: '1 down' }] as const : []), { kind: 'up', text: `${servers.length - (isDown ? 1 : 0)}/${servers.length} up` }, { kind: 'sessions', text: '42 sessions' }],
      lines: [isHot ? '1.2 s · 6.1 errors/s' : '12 ms · 0 errors', `largest ${percentText(shares[0] ?? 0)}`],
    })
    for (const way of leading.get(pool.id) ?? []) {
      const each = rates.get(way) ?? 0
      const isSplit = at % 9 === 4
      byId.set(way, { ...quiet, rate: isSplit ? null : each, bounds: isSplit ? { low: each * 0.4, high: each * 1.2 } : null, label: isSplit ? `${rateText(each * 0.4, 'requests').replace('/s', '')}–${rateText(each * 1.2, 'requests')}` : rateText(each, 'requests'), tone: toneOf(each) })
    }
    servers.forEach((edge, index) => {
      const own = rate * (shares[index] ?? 0)
      const isOut = isDown && index === 0
      const ownTone = isOut ? 'quiet' : isHot && index === 0 && rate > 0 ? 'critical' : toneOf(own)
      const label = `${percentText(shares[index] ?? 0)} · ${isHot && index === 0 ? '1.2 s' : '12 ms'}`
      const state = isOut ? ({ kind: 'down', text: 'down: L4CON' } as const) : at % 19 === 3 && index === 1 ? ({ kind: 'maintenance', text: 'maintenance' } as const) : ({ kind: 'up', text: 'up' } as const)
      byId.set(edge.to, { ...quiet, rate: own, label, tone: ownTone, share: shares[index] ?? null, expected: at % 7 === 2 ? { low: even * 0.7, high: even * 1.4 } : { low: even, high: even }, badges: isHot && index === 0 ? [{ kind: 'alert', text: 'share' }, state, { kind: 'queue', text: '12 waiting' }] : [state], lines: [rateText(own, 'requests')] })
      byId.set(edge.id, { ...quiet, rate: own, label: ownTone === 'critical' ? label : '', tone: ownTone, share: shares[index] ?? null })
    })
  })
  for (const edge of view.edges) {
    if (byId.has(edge.id)) continue
    const rate = rates.get(edge.id) ?? 0
    byId.set(edge.id, at(edge.id) % 23 === 7 ? { ...quiet, rate: null, label: '', tone: 'unknown' } : { ...quiet, rate, label: '', tone: toneOf(rate) })
  }
  return { unit: 'requests', highest, stale: false, byId }
}

function at(id: string): number {
  let sum = 0
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0
  return sum
}
