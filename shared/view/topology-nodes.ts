import { describeAction } from '#shared/model/describe.ts'
import type { Member, Pool } from '#shared/model/pool.ts'
import type { Listener } from '#shared/model/routing-model.ts'
import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'
import { checkText, type ListenerGroup, type SettingChange } from '#shared/analyses/topology-diff/index.ts'
import { describePredicate } from './describe.ts'
import { clip, conditionHost, conditionLines, conditionWords, count, routeTitle, shareTag } from './names.ts'
import type { ListenerRoutes, Route } from './routes.ts'
import type { TopologyNode } from './topology-view.ts'

/** Both sides of one thing; in a single view `before` is null and `change` is `same`. */
export interface Sides<Element> {
  readonly before: Element | null
  readonly after: Element | null
  readonly change: Change
  readonly settings: readonly SettingChange[]
}

export function changeTone(change: Change): Tone {
  switch (change) {
    case 'added': return 'added'
    case 'removed': return 'removed'
    case 'changed': case 'moved': case 'renamed': return 'changed'
    case 'same': return 'neutral'
  }
}

/** `balance: leastconn → roundrobin`; one side missing is written as such. */
export function settingText(change: SettingChange): string {
  if (change.setting === 'address' && change.before === null) return `address ${change.after ?? ''} added`
  if (change.setting === 'address' && change.after === null) return `address ${change.before ?? ''} removed`
  if (change.before === null) return `${change.setting}: ${change.after ?? ''} (new)`
  if (change.after === null) return `${change.setting}: ${change.before} (no longer set)`
  return `${change.setting}: ${change.before} → ${change.after}`
}

function tlsLine(listeners: readonly Listener[]): string {
  const tls = listeners.map((one) => one.tls).filter((one) => one !== null)
  if (tls.length === 0) return ''
  const certificates = new Set(tls.flatMap((one) => one.certificates)).size
  const protocols = [...new Set(tls.flatMap((one) => one.alpn))]
  return ['TLS', ...(certificates === 0 ? [] : [count(certificates, 'certificate')]), ...(protocols.length === 0 ? [] : [protocols.join(', ')])].join(' · ')
}

function addressLine(listeners: readonly Listener[]): string {
  const addresses = [...new Set(listeners.flatMap((one) => one.addresses.map((address) => address.text)))]
  return addresses.length <= 3 ? addresses.join(' ') : `${addresses.slice(0, 3).join(' ')} and ${addresses.length - 3} more`
}

export function listenerId(group: string): string {
  return `listener:${group}`
}

export function listenerNode(sides: Sides<ListenerGroup>, routes: ListenerRoutes | null, ruleChanges: readonly string[]): TopologyNode {
  const group = (sides.after ?? sides.before) as ListenerGroup
  const first = group.listeners[0] as Listener
  const enabled = group.listeners.some((one) => one.enabled)
  const names = group.listeners.flatMap((one) => one.tls?.names ?? [])
  const addresses = addressLine(group.listeners)
  const lines = [names.length === 0 ? addresses : `${addresses} · ${clip([...new Set(names)].join(' '), 40)}`, tlsLine(group.listeners)].filter((line) => line !== '')
  return {
    id: listenerId(group.name), column: 'listener', title: group.name, lines, tag: enabled ? first.protocol : 'disabled',
    tone: sides.change === 'same' && !enabled ? 'maintenance' : changeTone(sides.change), change: sides.change, changes: [...sides.settings.map(settingText), ...ruleChanges.slice(0, 20)],
    share: null, shareBefore: null, members: [], parent: null, kindWord: first.kind,
    before: sides.before?.listeners.flatMap((one) => one.origin.slice(0, 1)) ?? [],
    after: sides.after?.listeners.flatMap((one) => one.origin.slice(0, 1)) ?? [],
    details: routes?.others.slice(0, 200).map((placed) => `${describeAction(placed.step.does)}${placed.step.when.kind === 'true' ? '' : ` if ${describePredicate(placed.step.when)}`}`) ?? [],
    search: [group.name, addresses, ...names].join(' ').toLowerCase(),
  }
}

/** How a rule is named in a sentence: `rule 2`, `the default`, `deny 403`. */
export function routeRank(route: Route): string {
  if (route.number !== null) return `rule ${route.number}`
  if (route.isDefault) return 'default'
  return actionTag(route)
}

function actionTag(route: Route): string {
  const { action } = route
  switch (action.kind) {
    case 'redirect': return `redirect ${action.status}`
    case 'respond': return `respond ${action.status}`
    case 'deny': return `deny ${action.status}`
    case 'close': return 'close'
    case 'serve': return 'files'
    case 'one-of': return 'ambiguous'
    case 'opaque': return 'not modelled'
    case 'forward': return 'to pool'
    case 'dispatch': return 'to named pool'
    case 'split': case 'leave': case 'enter': return action.kind
  }
}

function routeTag(before: Route | null, after: Route | null): string {
  const route = (after ?? before) as Route
  if (route.shadowedBy !== null) return 'shadowed'
  if (route.isDefault && route.action.kind !== 'forward') return actionTag(route)
  if (before !== null && after !== null && before.number !== null && after.number !== null && before.number !== after.number) return `rule ${before.number} → ${after.number}`
  return routeRank(route)
}

function routeName(route: Route): string {
  const { heading } = route.placed.scope
  if (heading !== undefined) return clip(heading, 40)
  if (route.isDefault) return route.action.kind === 'forward' ? 'everything else' : 'no rule matches'
  const { action } = route
  if (action.kind === 'respond' && route.placed.step.origin.length > 0 && action.why !== '' && route.when.kind !== 'true') return clip(action.why, 40)
  return routeTitle(route.when)
}

function routeLines(route: Route): readonly string[] {
  const { heading } = route.placed.scope
  const host = conditionHost(route.when)
  // A heading says where a rule stands; what is left is the host and its own condition.
  const lines = heading === undefined ? [...conditionLines(route.when)] : [...(host === null || heading.includes(host) ? [] : [host]), ...conditionLines(route.placed.step.when)]
  const { action } = route
  if (action.kind === 'dispatch') lines.unshift(clip(`pool named by ${action.key.text}`, 64))
  else if (route.isDefault && action.kind === 'forward') lines.push(`default: ${route.targets.pools[0]?.pool.name ?? action.pool}`)
  else if (action.kind === 'redirect' || action.kind === 'serve') lines.push(clip(describeAction(action), 64))
  const shadow = route.shadowedBy
  if (shadow !== null) return [...lines.slice(0, 2), `never reached: ${routeRank(shadow)} matches first`]
  return lines.slice(0, 3)
}

function routeTone(route: Route, change: Change): Tone {
  if (change === 'removed') return 'removed'
  if (route.shadowedBy !== null) return 'critical'
  if (route.action.kind === 'opaque' || route.targets.open) return change === 'same' ? 'unknown' : changeTone(change)
  return changeTone(change)
}

export function routeNode(sides: Sides<Route>): TopologyNode {
  const route = (sides.after ?? sides.before) as Route
  const changes = sides.settings.map(settingText)
  const nowShadowed = sides.after?.shadowedBy ?? null
  if (sides.before !== null && sides.after !== null && (sides.before.shadowedBy === null) !== (nowShadowed === null)) {
    changes.unshift(nowShadowed === null ? 'reached again: no earlier rule takes all of its requests' : `never reached: ${routeRank(nowShadowed)} matches first`)
  }
  const host = conditionHost(route.when)
  return {
    id: route.id, column: 'route', title: routeName(route), lines: routeLines(route), tag: routeTag(sides.before, sides.after),
    tone: routeTone(route, sides.change), change: sides.change, changes, share: null, shareBefore: null, members: [], parent: host, kindWord: 'rule',
    before: sides.before?.placed.step.origin.slice(0, 1) ?? [], after: sides.after?.placed.step.origin.slice(0, 1) ?? [],
    details: [`${describeAction(route.action)}${route.when.kind === 'true' ? '' : ` if ${describePredicate(route.when)}`}`],
    search: `${routeName(route)} ${route.id} ${conditionWords(route.when)} ${describeAction(route.action)}`.toLowerCase(),
  }
}

/** A rule of which nothing is written yet; what the limit, folding and its edges need is there. */
export function routeOutline(sides: Sides<Route>): TopologyNode {
  const route = (sides.after ?? sides.before) as Route
  return {
    id: route.id, column: 'route', title: '', lines: noLines, tag: '', tone: routeTone(route, sides.change), change: sides.change, changes: noLines, share: null, shareBefore: null, members: noLines,
    parent: conditionHost(route.when), kindWord: 'rule', before: sides.before === null ? noSpans : defining(sides.before.placed.step.origin), after: sides.after === null ? noSpans : defining(sides.after.placed.step.origin),
    search: '',
  }
}

function poolCheckWords(pool: Pool): string {
  const text = checkText(pool.check)
  if (text !== null) return `check ${text.split(',')[0] as string}`
  const checked = pool.members.filter((member) => member.options.check !== null).length
  if (checked === 0) return pool.members.length === 0 ? '' : 'no health check'
  return checked === pool.members.length ? 'check TCP connect' : `${checked} of ${pool.members.length} checked`
}

export interface PoolFacts {
  readonly reachedBefore: boolean
  readonly reachedAfter: boolean
  readonly largest: number | null
  readonly largestBefore: number | null
  /** Rules that run once the pool is chosen, and what has to hold for the shares. */
  readonly details: readonly string[]
}

export function poolNode(sides: Sides<Pool>, memberChanges: readonly string[], facts: PoolFacts): TopologyNode {
  const pool = (sides.after ?? sides.before) as Pool
  const gone = sides.after === null
  const lost = sides.before !== null && !gone && facts.reachedBefore && !facts.reachedAfter
  const unreachable = !gone && !facts.reachedAfter
  const balance = sides.settings.find((one) => one.setting === 'balance')
  const middle = balance !== undefined && balance.before !== null && balance.after !== null ? `${balance.before} → ${balance.after}` : poolCheckWords(pool)
  const lines = [[count(pool.members.length, 'server'), middle].filter((part) => part !== '').join(' · ')]
  if (unreachable) lines.push('no rule leads here')
  if (!pool.enabled) lines.push('disabled: answers 503')
  const settings = sides.settings.map(settingText)
  const changes = lost ? ['no rule leads here any more', ...settings, ...memberChanges] : [...settings, ...memberChanges]
  const tone: Tone = lost ? 'critical' : sides.change === 'same' && unreachable && pool.members.length > 0 ? 'notice' : sides.change === 'same' && !pool.enabled ? 'maintenance' : changeTone(sides.change)
  return {
    id: pool.id, column: 'pool', title: pool.name, lines, tag: unreachable ? 'unreachable' : pool.algorithm.text, tone, change: sides.change, changes,
    share: facts.largest, shareBefore: facts.largestBefore, members: [], parent: null, kindWord: pool.kind,
    before: sides.before?.origin.slice(0, 1) ?? [], after: sides.after?.origin.slice(0, 1) ?? [],
    details: facts.details,
    search: `${pool.name} ${pool.algorithm.text} ${pool.check?.uri ?? ''}`.toLowerCase(),
  }
}

export function serverNode(sides: Sides<Member>, poolId: string, before: number | null, after: number | null): TopologyNode {
  const member = (sides.after ?? sides.before) as Member
  const { options } = member
  const words: string[] = []
  if (options.level > 0) words.push('backup')
  if (options.state !== 'enabled') words.push(options.state)
  const share = shareTag(before, after)
  const resting = sides.change === 'same' && options.state !== 'enabled'
  return {
    id: member.id, column: 'server', title: member.name, lines: words.length === 0 ? noLines : words, tag: share,
    tone: resting ? 'maintenance' : changeTone(sides.change), change: sides.change,
    changes: sides.change === 'same' ? noLines : [...sides.settings.map(settingText), ...(before !== null && after !== null && before !== after ? [`expected share: ${shareTag(before, after)}`] : [])],
    share: after, shareBefore: before, members: noLines, parent: poolId, kindWord: 'server',
    before: sides.before === null ? noSpans : defining(sides.before.origin), after: sides.after === null ? noSpans : defining(sides.after.origin),
    search: `${member.name} ${member.address}`.toLowerCase(),
  }
}

const noLines: readonly string[] = []
const noSpans: readonly Span[] = []

/** The defining line; what was inherited is left out. */
function defining(origin: readonly Span[]): readonly Span[] {
  return origin.length < 2 ? origin : origin.slice(0, 1)
}
