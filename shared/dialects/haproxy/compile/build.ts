import { always } from '#shared/model/predicate.ts'
import type { Pool, ServerSelector } from '#shared/model/pool.ts'
import type { Listener, RoutingModel, Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { findConflicts, toListeners } from './binds.ts'
import { PoolModel } from './pool-model.ts'
import { hasServer, memberCount } from './member-sink.ts'
import { settledAlgorithm, settledPersistence } from './distribution.ts'
import { settledCheck } from './health.ts'
import { isEntryKind, isPoolKind, nameSpanOf } from './proxy.ts'
import type { ProxyDraft, RuleDraft, RulePhase } from './proxy.ts'
import { monitorSteps, statsSteps } from './pages.ts'
import { chain, portion, toSteps, withInherited } from './steps.ts'
import type { Building, Part } from './steps.ts'
import { noPool, switchingSteps } from './switching.ts'
import { addGap, report } from './state.ts'
import type { CompileState } from './state.ts'
import { surroundingsOf } from './surroundings.ts'
import { settleWaiting, withTiming } from './timing.ts'
import type { Waits } from './timing.ts'

/** The proxies of all files in their order; `pools` and `entries` have them by name. */
export interface ReadProxies {
  readonly proxies: readonly ProxyDraft[]
  readonly pools: ReadonlyMap<string, ProxyDraft>
  readonly entries: ReadonlyMap<string, ProxyDraft>
  /** Texts of the files by path. */
  readonly texts: ReadonlyMap<string, string>
}

/** Turns the proxies into the routing model. */
export function buildModel(state: CompileState, { proxies, pools, entries, texts }: ReadProxies): RoutingModel {
  const sourceOf = (at: Span): string => (texts.get(at.file) ?? '').slice(at.start, at.end).replace(/\s+/g, ' ')
  const building: Building = { state, proxies, pools, entries, scopes: new Map(), dynamic: false, waits: { hello: false, request: false }, sourceOf, retries: null }
  for (const proxy of proxies) {
    settleWaiting(proxy, contentRules(proxy))
    if (isEntryKind(proxy.kind) && proxy.settings.mode !== 'http') {
      building.waits.hello ||= proxy.waitsForHello
      building.waits.request ||= proxy.waitsForRequest
    }
  }
  const listeners: Listener[] = []
  for (const proxy of proxies) {
    if (proxy.settings.mode === 'other') addGap(state, 'approximate', proxy.name, 'The mode of this proxy is not modelled.', proxy.at)
    if (isEntryKind(proxy.kind)) listeners.push(...buildEntry(building, proxy))
  }
  const built: Pool[] = []
  for (let at = 0; at < proxies.length; at += portion) buildSomePools(building, at, built)
  return {
    dialect: 'haproxy', product: 'HAProxy', version: state.version, listeners, conflicts: findConflicts(listeners), scopes: building.scopes, pools: built,
    tables: state.tables, gaps: state.gaps, surroundings: surroundingsOf(state, proxies), environment: state.environment,
  }
}

function buildSomePools(building: Building, from: number, built: Pool[]): void {
  const { proxies } = building
  const to = Math.min(proxies.length, from + portion)
  for (let at = from; at < to; at += 1) {
    const proxy = proxies[at] as ProxyDraft
    if (!isPoolKind(proxy.kind)) continue
    if (proxy.kind === 'listen' && memberCount(proxy) === 0 && !proxy.isReached) continue
    built.push(buildPool(building, proxy))
  }
}

function protocolOf(proxy: ProxyDraft): 'http' | 'tcp' {
  return proxy.settings.mode === 'http' ? 'http' : 'tcp'
}

function contentRules(proxy: ProxyDraft): readonly RuleDraft[] {
  return withInherited(proxy, 'tcp-content')
}

function buildEntry(building: Building, proxy: ProxyDraft): Listener[] {
  const { state } = building
  const http = protocolOf(proxy) === 'http'
  const waits: Waits | null = http ? null : { hello: proxy.waitsForHello, request: proxy.waitsForRequest }
  const steps = (phase: RulePhase, timed: Waits | null): Part =>
    ({ phase, steps: toSteps(building, proxy, phase, withInherited(proxy, phase), timed) })
  const parts: Part[] = [steps('tcp-connection', null), steps('tcp-session', null), steps('tcp-content', waits)]
  if (http) {
    parts.push({ phase: 'monitor', steps: monitorSteps(proxy) })
    parts.push(withOriginalTarget(state, proxy, steps('http-request', null)))
    parts.push({ phase: 'stats', steps: statsSteps(proxy, proxy.settings.stats) })
    parts.push(steps('redirect', null))
  }
  parts.push({ phase: 'switching', steps: switchingSteps(building, proxy, waits) })
  const entry = chain(building, `scope:${proxy.name}`, `${proxy.kind} ${proxy.name}`, parts, noPool) ?? ''
  if (proxy.binds.length === 0 && proxy.kind === 'frontend') {
    report(state, {
      code: 'haproxy/frontend-without-bind', severity: 'warning', at: nameSpanOf(proxy.tree, proxy.line, proxy.at), source: 'H-BND-5', names: [proxy.name],
      message: `Frontend '${proxy.name}' has no bind line, so no request ever enters it.`,
    })
  }
  const settings = entrySettings(proxy)
  return toListeners({
    name: proxy.name, kind: proxy.kind, protocol: protocolOf(proxy), enabled: proxy.settings.enabled, entry, origin: originOf(proxy), binds: proxy.binds, expectProxy: proxy.expectProxy, settings,
  })
}

function originOf(proxy: ProxyDraft): readonly Span[] {
  return proxy.defaults === null ? [proxy.at] : [proxy.at, proxy.defaults.at]
}

/** Expressions that read the target as it arrived get it from a variable set before the first rule. */
function withOriginalTarget(state: CompileState, proxy: ProxyDraft, part: Part): Part {
  if (!state.usesOriginalTarget || !keepsOriginalTarget(proxy)) return part
  const capture: Step = {
    id: `step:${proxy.name}/http-request/capture`, when: always,
    does: { kind: 'set-variable', name: 'capture.req.uri', value: { field: { kind: 'path-and-query' }, transforms: [], type: 'string', pick: 'last', absentAs: 'nothing' } },
    origin: [proxy.at],
  }
  return { phase: part.phase, steps: [capture, ...part.steps] }
}

/**
 * HAProxy keeps the first target only for entries that log requests in full or use a format (`%[…]`) in a rule of their
 * own; the older `redirect` lines have none (measured on 2.6).
 */
function keepsOriginalTarget(proxy: ProxyDraft): boolean {
  const formats = (rule: { readonly text: string }): boolean => rule.text.includes('%[')
  const { settings } = proxy.settings
  return ['option httplog', 'option httpslog', 'log-format'].some((name) => (settings[name] ?? 'no') !== 'no')
    || proxy.switching.some(formats) || proxy.rules['http-request'].some(formats) || (proxy.defaults?.rules['http-request'] ?? []).some(formats)
}

function timedSelectors(building: Building, proxy: ProxyDraft, waits: Waits): readonly ServerSelector[] {
  return proxy.selectors.map((selector) => ({ ...selector, when: withTiming(building.state, selector.when, waits, building.sourceOf) }))
}

function buildPool(building: Building, proxy: ProxyDraft): Pool {
  const { state } = building
  const { settings } = proxy
  const protocol = protocolOf(proxy)
  const waits: Waits | null = protocol === 'http' ? null
    : { hello: proxy.waitsForHello || building.waits.hello, request: proxy.waitsForRequest || building.waits.request }
  const selectors = waits === null ? proxy.selectors : timedSelectors(building, proxy, waits)
  for (const selector of proxy.selectors) {
    const { server } = selector
    if (typeof server !== 'string' || hasServer(proxy, proxy.tree, server)) continue
    report(state, {
      code: 'haproxy/server-undefined', severity: 'error', at: selector.origin[0] ?? proxy.at, source: 'HAProxy configuration manual, section 4.2, use-server', names: [proxy.name, server],
      message: `HAProxy refuses to start because use-server in '${proxy.name}' names the server '${server}', which does not exist.`,
    })
  }
  return new PoolModel({
    id: `pool:${proxy.name}`, name: proxy.name, kind: proxy.kind, protocol, enabled: settings.enabled, entry: poolEntry(building, proxy, waits),
    algorithm: settledAlgorithm(state, proxy), selectors, persistence: settledPersistence(proxy), allBackups: settings.allBackups, check: settledCheck(proxy),
    retries: retriesOf(building, proxy), timeoutsMs: poolTimeouts(settings.timeoutsMs), settings: settings.settings, origin: originOf(proxy),
  }, proxy, proxy.tree)
}

/** Pools that inherit the same retries share one object. */
function retriesOf(building: Building, proxy: ProxyDraft): Pool['retries'] {
  const { retries, redispatch, retryOn } = proxy.settings
  const last = building.retries
  if (last !== null && last.count === retries && last.redispatch === redispatch && last.on === retryOn) return last
  const fresh = { count: retries, redispatch, on: retryOn }
  building.retries = fresh
  return fresh
}

/** Rules that run once the pool is chosen; a listen that only its own requests reach runs them as an entry instead. */
function poolEntry(building: Building, proxy: ProxyDraft, waits: Waits | null): string | null {
  const { rules } = proxy
  const inherited = proxy.defaults?.rules
  const own = rules['tcp-content'].length + rules['http-request'].length + rules.redirect.length + (proxy.settings.stats === null ? 0 : 1)
  const given = inherited === undefined ? 0 : inherited['tcp-content'].length + inherited['http-request'].length
  if (own + given === 0) return null
  if (proxy.kind === 'listen' && !proxy.isReached && !building.dynamic) return null
  const named = `pool:${proxy.name}`
  const parts: Part[] = [{ phase: 'tcp-content', steps: poolSteps(building, proxy, named, 'tcp-content', waits) }]
  if (proxy.settings.mode === 'http') {
    parts.push({ phase: 'http-request', steps: poolSteps(building, proxy, named, 'http-request', null) })
    parts.push({ phase: 'stats', steps: statsSteps({ ...proxy, name: named }, proxy.settings.stats) })
    parts.push({ phase: 'redirect', steps: poolSteps(building, proxy, named, 'redirect', null) })
  }
  return chain(building, `scope:${named}`, `${proxy.kind} ${proxy.name}`, parts, { kind: 'leave' })
}

function poolSteps(building: Building, proxy: ProxyDraft, named: string, phase: 'tcp-content' | 'http-request' | 'redirect', waits: Waits | null): readonly Step[] {
  return toSteps(building, { ...proxy, name: named }, phase, withInherited(proxy, phase), waits)
}

const clientTimeouts = new Set(['client', 'client-fin', 'client-hs', 'http-request', 'http-keep-alive', 'tarpit'])
const poolTimeoutCache = new WeakMap<object, Readonly<Record<string, number>>>()

function poolTimeouts(timeouts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  let found = poolTimeoutCache.get(timeouts)
  if (found === undefined) {
    found = Object.fromEntries(Object.entries(timeouts).filter(([name]) => !clientTimeouts.has(name)))
    poolTimeoutCache.set(timeouts, found)
  }
  return found
}

/** What a listener is compared by besides its bind line. */
function entrySettings(proxy: ProxyDraft): Readonly<Record<string, string>> {
  const { settings, timeoutsMs } = proxy.settings
  const result: Record<string, string> = { ...settings }
  for (const [name, value] of Object.entries(timeoutsMs)) if (clientTimeouts.has(name)) result[`timeout ${name}`] = `${value} ms`
  return result
}
