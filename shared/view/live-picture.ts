import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { JoinedServer } from '#shared/live/join.ts'
import { perSecond } from '#shared/live/per-second.ts'
import { measuredResponseMs, type LiveRow } from '#shared/live/snapshot.ts'
import { groupBadges, listenerBadges, poolBadges, serverBadges } from './live-badges.ts'
import { conservedTotal, drawnUnit, factsOf, mostTaking, rateOf, serverRates, slackOf, type Facts, type Moment, type ServerSum } from './live-facts.ts'
import { isExact, type FlowRange } from './live-flows.ts'
import type { LiveMark, LiveMarks } from './live-marks.ts'
import { flowsOf } from './live-network.ts'
import { delayText, expectedText, percentText, rangeText, rateText, type RateUnit } from './live-words.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

/** How traffic is drawn. */
export interface LivePictureOptions {
  readonly unit: 'requests' | 'connections' | 'bytes'
  /** What colours boxes and edges besides alerts: the part of answers that are 5xx, or the mean response time. */
  readonly colour: 'errors' | 'latency'
  /** The data are older than they should be. */
  readonly stale: boolean
  /** Boxes that a filter or the limit left out of the view: traffic may pass there, and flows become bounds. Folded boxes do not count. */
  readonly hidden: number
  /** Last rates of boxes by node id, oldest first; null: a gap. */
  readonly sparks?: ReadonlyMap<string, readonly (number | null)[]>
}

/** Parts of 5xx, and milliseconds, from which something is drawn as a warning and as critical. */
const errorSteps = { warning: 0.02, critical: 0.1 } as const
const latencySteps = { warning: 500, critical: 2000 } as const
const colourings: Readonly<Record<LivePictureOptions['colour'], LiveMarks['colouring'] & {}>> = {
  errors: { of: 'answers 5xx', warning: percentText(errorSteps.warning), critical: percentText(errorSteps.critical) },
  latency: { of: 'latency', warning: delayText(latencySteps.warning), critical: delayText(latencySteps.critical) },
}
/** Part of the highest rate from which an edge counts as busy. */
const busyFrom = 0.5

type Tone = LiveMark['tone']

/**
 * What runs, for each box and edge of a picture. Pools and servers are found by the names of the config, folded groups
 * stand for their members.
 *
 * Edges to servers are measured. Those from listeners over rules to pools follow from totals, exact where only one
 * distribution is possible, else as bounds (`boundFlows`); they are in requests, in connections where no HTTP is spoken.
 * In other units only what a pool got is told, as where a source counts tries and no requests. A box that the balancer does not show is unknown, not quiet.
 * Rates are those since the poll before; after a restart there are none. Pure.
 */
export function toLiveMarks(moment: Moment, view: TopologyView, options: LivePictureOptions): LiveMarks {
  const facts = factsOf(moment, view, drawnUnit(moment, options.unit))
  const servers = serverRates(facts)
  const totals = { of: (node: TopologyNode) => conservedTotal(facts, node), slack: slackOf(moment.view) }
  const flows = flowsOf(view, totals, options.hidden)
  const carried = (edge: TopologyEdge): FlowRange | null => {
    if (facts.nodeOf.get(edge.to)?.column !== 'server') return flows.get(edge.id) ?? null
    const rate = servers.get(edge.to)?.rate ?? null
    return rate === null ? null : { low: rate, high: rate }
  }
  const ranges = new Map(view.edges.filter((edge) => edge.change !== 'removed').map((edge) => [edge.id, bounded(carried(edge))] as const))
  let highest = 0
  for (const range of ranges.values()) if (range !== null) highest = Math.max(highest, isExact(range, totals.slack) ? middle(range) : range.high)
  const drawing: Drawing = { facts, options, highest, slack: totals.slack, ranges, servers }
  const byId = new Map<string, LiveMark>()
  for (const node of view.nodes) {
    const mark = node.change === 'removed' ? null : nodeMark(drawing, node)
    if (mark !== null) byId.set(node.id, mark)
  }
  for (const edge of view.edges) {
    const range = ranges.get(edge.id)
    if (range !== undefined) byId.set(edge.id, edgeMark(drawing, edge, range))
  }
  return { unit: facts.unit, colouring: colourings[options.colour], highest, stale: options.stale, byId }
}

interface Drawing {
  readonly facts: Facts
  readonly options: LivePictureOptions
  readonly highest: number
  readonly slack: number
  readonly ranges: ReadonlyMap<string, FlowRange | null>
  readonly servers: ReadonlyMap<string, ServerSum>
}

/** A flow without an upper end is not known. */
function bounded(range: FlowRange | null): FlowRange | null {
  return range === null || range.high === Infinity ? null : range
}

function middle({ low, high }: FlowRange): number {
  return (low + high) / 2
}

function nodeMark(drawing: Drawing, node: TopologyNode): LiveMark | null {
  switch (node.column) {
    case 'listener': return listenerMark(drawing, node)
    case 'route': return routeMark(drawing, node)
    case 'pool': return poolMark(drawing, node)
    case 'server': return serverMark(drawing, node)
  }
}

const empty = { bounds: null, share: null, expected: null, badges: [], lines: [], spark: [] } as const

function sparkOf({ options }: Drawing, node: TopologyNode): readonly (number | null)[] {
  return options.sparks?.get(node.id) ?? []
}

function listenerMark(drawing: Drawing, node: TopologyNode): LiveMark {
  const { facts } = drawing
  const listener = facts.listeners.get(node.id) ?? null
  if (listener === null) return { ...empty, rate: null, label: node.tag === 'disabled' ? 'disabled' : 'not running', tone: 'unknown', badges: [{ kind: node.tag === 'disabled' ? 'maintenance' : 'unknown', text: node.tag === 'disabled' ? 'disabled' : 'not running' }] }
  const rate = rateOf(listener, facts.unit)
  const errors = perSecond(listener.interval, 'status5xx')
  const badges = listenerBadges(listener.row)
  const address = node.lines[0] ?? ''
  const lines = [[address, ...badges.map((badge) => badge.text)].filter((word) => word !== '').join(' · '), ...(errors !== null && errors > 0 ? [`${rateText(errors, 'requests').replace('/s', '')} 5xx/s`] : node.lines.slice(1, 2))]
  return { ...empty, rate, label: labelOf(rate, unitOf(listener.row, facts.unit)), tone: toneOf(drawing, rate, errors, rateOf(listener, 'requests'), null, []), badges, lines, spark: sparkOf(drawing, node) }
}

function routeMark(drawing: Drawing, node: TopologyNode): LiveMark {
  const { facts, ranges, slack } = drawing
  const ways = facts.edgesTo.get(node.id) ?? []
  let low = 0
  let high = 0
  for (const edge of ways) {
    const range = ranges.get(edge.id) ?? null
    if (range === null) return { ...empty, rate: null, label: '?', tone: 'unknown', spark: sparkOf(drawing, node) }
    low += range.low
    high += range.high
  }
  if (ways.length === 0) return { ...empty, rate: null, label: '?', tone: 'unknown' }
  const parts = flowParts({ low, high }, slack, facts.unit)
  return { ...empty, ...parts, tone: toneOf(drawing, parts.rate ?? high, null, null, null, []), spark: sparkOf(drawing, node) }
}

function poolMark(drawing: Drawing, node: TopologyNode): LiveMark {
  const { facts } = drawing
  const pool = facts.pools.get(node.id)
  if (pool === undefined || pool.live === null) {
    const word = pool?.pool?.enabled === false ? 'disabled' : 'not running'
    return { ...empty, rate: null, label: word, tone: 'unknown', badges: [{ kind: word === 'disabled' ? 'maintenance' : 'unknown', text: word }] }
  }
  const { live } = pool
  const rate = rateOf(live, facts.unit)
  const errors = perSecond(live.interval, 'status5xx')
  const alerts = facts.poolAlerts(pool)
  const delay = measuredResponseMs(live.row)
  const shown = mostTaking(pool, pool.servers.map((_, at) => at))
  const words = [...(delay === null ? [] : [delayText(delay)]), ...(errors === null ? [] : [errors === 0 ? '0 errors' : `${rateText(errors, 'requests').replace('/s', '')} errors/s`])]
  const second = shown === null ? [] : [`${shown.name} ${percentText(shown.share)}${shown.expected === null ? '' : `, expected ${expectedText(shown.expected)}`}`]
  return {
    ...empty, rate, label: labelOf(rate, unitOf(live.row, facts.unit)), share: shown?.share ?? null, expected: shown?.expected ?? null,
    tone: toneOf(drawing, rate, errors, rateOf(live, 'requests'), delay, alerts),
    badges: poolBadges(pool, alerts), lines: [words.join(' · '), ...second].filter((line) => line !== ''), spark: sparkOf(drawing, node),
  }
}

function serverMark(drawing: Drawing, node: TopologyNode): LiveMark {
  const { facts, servers } = drawing
  const known = facts.members.get(node.id)
  const sum = servers.get(node.id)
  if (known === undefined || sum === undefined || known.at.length === 0) return { ...empty, rate: null, label: 'not running', tone: 'unknown', badges: [{ kind: 'unknown', text: 'not running' }] }
  const { pool, at } = known
  const joined = at.flatMap((index) => pool.servers[index] ?? [])
  const alerts = at.flatMap((index) => facts.serverAlerts(pool, index))
  const tone = toneOf(drawing, sum.rate, sum.errors, null, sum.responseMs, alerts)
  const single = joined.length === 1 ? joined[0] as JoinedServer : null
  const shown = mostTaking(pool, at)
  const rate = sum.rate === null ? [] : [rateText(sum.rate, unitOf(pool.live?.row ?? { kind: 'pool', protocol: 'http' }, facts.unit))]
  if (single === null) {
    const badges = groupBadges(joined, alerts)
    const lines = [[...rate, ...(shown === null ? [] : [`${shown.name} ${percentText(shown.share)}`])].join(' · ')].filter((line) => line !== '')
    return { ...empty, rate: sum.rate, label: countBadge(badges), tone, share: shown?.share ?? null, expected: shown?.expected ?? null, badges, lines, spark: sparkOf(drawing, node) }
  }
  if (single.live === null) return { ...empty, rate: null, label: 'not running', tone: 'unknown', badges: [{ kind: 'unknown', text: 'not running' }] }
  const badges = serverBadges(single, alerts)
  const delay = sum.responseMs === null ? [] : [delayText(sum.responseMs)]
  const label = [...(shown === null ? [] : [percentText(shown.share)]), ...delay].join(' · ')
  return { ...empty, rate: sum.rate, label: label === '' ? rate[0] ?? '?' : label, tone, share: shown?.share ?? null, expected: shown?.expected ?? null, badges, lines: rate, spark: sparkOf(drawing, node) }
}

function countBadge(badges: LiveMark['badges']): string {
  return badges.find((badge) => badge.text.endsWith(' up'))?.text ?? ''
}

function edgeMark(drawing: Drawing, edge: TopologyEdge, range: FlowRange | null): LiveMark {
  const { facts, slack, servers } = drawing
  if (range === null) return { ...empty, rate: null, label: '', tone: 'unknown' }
  const target = facts.nodeOf.get(edge.to)
  if (target?.column === 'server') {
    const known = facts.members.get(edge.to)
    const sum = servers.get(edge.to)
    const alerts = known === undefined ? [] : known.at.flatMap((index) => facts.serverAlerts(known.pool, index))
    const tone = toneOf(drawing, range.high, sum?.errors ?? null, null, sum?.responseMs ?? null, alerts)
    const shown = known === undefined ? null : mostTaking(known.pool, known.at)
    // The box beside it says the same; words at the edge are for what is wrong.
    const words = tone === 'warning' || tone === 'critical' ? [...(shown === null ? [] : [percentText(shown.share)]), ...(sum?.responseMs === null || sum === undefined ? [] : [delayText(sum.responseMs)])].join(' · ') : ''
    return { ...empty, rate: range.high, label: words, tone, share: shown?.share ?? null, expected: shown?.expected ?? null }
  }
  const parts = flowParts(range, slack, facts.unit)
  const pool = facts.pools.get(edge.to)
  const live = pool?.live ?? null
  const tone = toneOf(drawing, parts.rate ?? range.high, live === null ? null : perSecond(live.interval, 'status5xx'), rateOf(live, 'requests'), live === null ? null : measuredResponseMs(live.row), [])
  // A rule says itself what reaches it.
  return { ...empty, ...parts, tone, label: target?.column === 'pool' ? parts.label : '' }
}

function flowParts(range: FlowRange, slack: number, unit: LiveMarks['unit']): Pick<LiveMark, 'rate' | 'bounds' | 'label'> {
  if (!isExact(range, slack)) return { rate: null, bounds: range, label: rangeText(range.low, range.high, unit) }
  const rate = middle(range)
  return { rate, bounds: null, label: rateText(rate, unit) }
}

function labelOf(rate: number | null, unit: RateUnit): string {
  return rate === null ? '?' : rateText(rate, unit)
}

function unitOf({ kind, protocol }: Pick<LiveRow, 'kind' | 'protocol'>, unit: LiveMarks['unit']): RateUnit {
  if (unit !== 'requests' && unit !== 'tries') return unit
  if (protocol === 'tcp') return 'mixed connections'
  return unit === 'tries' && kind === 'listener' ? 'mixed requests' : unit
}

/** Alerts first, then what the picture is coloured by, then how much passes. */
function toneOf({ facts, highest, options }: Drawing, rate: number | null, errors: number | null, answers: number | null, responseMs: number | null, alerts: readonly Alert[]): Tone {
  if (alerts.some((alert) => alert.severity === 'critical')) return 'critical'
  if (alerts.some((alert) => alert.severity === 'warning')) return 'warning'
  if (rate === null) return 'unknown'
  const steps = options.colour === 'errors' ? errorSteps : latencySteps
  const of = answers ?? (facts.unit === 'requests' ? rate : null)
  const measured = options.colour === 'latency' ? responseMs : errors === null || of === null || of === 0 ? null : errors / of
  if (rate > 0 && measured !== null && measured >= steps.critical) return 'critical'
  if (rate > 0 && measured !== null && measured >= steps.warning) return 'warning'
  if (rate === 0) return 'quiet'
  return highest > 0 && rate >= highest * busyFrom ? 'busy' : 'traffic'
}
