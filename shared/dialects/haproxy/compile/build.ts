import { always, never } from '#shared/model/predicate.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Pool, ServerSelector } from '#shared/model/pool.ts'
import type { Action, Listener, RoutingModel, Scope, Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { findConflicts, toListeners } from './binds.ts'
import { PoolModel } from './pool-model.ts'
import { unlessDisabled } from './disabled-pools.ts'
import { hasServer, memberCount } from './servers.ts'
import { settledAlgorithm, settledPersistence } from './distribution.ts'
import { settledCheck } from './health.ts'
import { isEntryKind, isPoolKind, nameSpanOf } from './proxy.ts'
import type { Phase, ProxyDraft, RuleDraft, StatsDraft, SwitchDraft } from './proxy.ts'
import { addGap, report } from './state.ts'
import type { CompileState } from './state.ts'
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

/** What building needs besides the proxies. */
interface Building {
  readonly state: CompileState
  readonly proxies: readonly ProxyDraft[]
  readonly pools: ReadonlyMap<string, ProxyDraft>
  readonly entries: ReadonlyMap<string, ProxyDraft>
  readonly scopes: Map<string, Scope>
  /** Some dynamic rule may lead to any pool. */
  dynamic: boolean
  /** Some TCP entry waits for such data, so pools behind it see it. */
  waits: { hello: boolean; request: boolean }
  readonly sourceOf: (at: Span) => string
  /** The last made; neighbours mostly share it. */
  retries: Pool['retries'] | null
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
    tables: state.tables, gaps: state.gaps, environment: state.environment,
  }
}

/** Pools and rules are built in portions: a function that is called often is optimised for good, one long loop again for each file. */
const portion = 128

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

const phaseTitles: Readonly<Record<Phase, string>> = {
  'tcp-connection': 'tcp-request connection rules', 'tcp-session': 'tcp-request session rules', 'tcp-content': 'tcp-request content rules', monitor: 'monitor page',
  'http-request': 'http-request rules', stats: 'statistics page', redirect: 'redirect rules', switching: 'use_backend rules',
}

interface Part {
  readonly phase: Phase
  readonly steps: readonly Step[]
}

function protocolOf(proxy: ProxyDraft): 'http' | 'tcp' {
  return proxy.settings.mode === 'http' ? 'http' : 'tcp'
}

function contentRules(proxy: ProxyDraft): readonly RuleDraft[] {
  return withInherited(proxy, 'tcp-content')
}

/** Rules of the named defaults run first (H-DEF-3b). */
function withInherited(proxy: ProxyDraft, phase: 'tcp-connection' | 'tcp-session' | 'tcp-content' | 'http-request' | 'redirect'): readonly RuleDraft[] {
  const inherited = proxy.defaults?.rules[phase]
  return inherited === undefined || inherited.length === 0 ? proxy.rules[phase] : [...inherited, ...proxy.rules[phase]]
}

function toSteps(building: Building, proxy: ProxyDraft, phase: Phase, rules: readonly RuleDraft[], waits: Waits | null): readonly Step[] {
  const ids = new IdList(`step:${proxy.name}/${phase}/`)
  return rules.map((rule) => ({
    id: ids.next(`${rule.keyword} ${rule.text}`),
    when: waits === null ? rule.when : withTiming(building.state, rule.when, waits, building.sourceOf),
    does: rule.does,
    origin: rule.origin,
  }))
}

/** Ids of the steps of one scope: by content, with `#2` for the second of equal ones. */
class IdList {
  readonly #prefix: string
  readonly #counts = new Map<string, number>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  next(text: string): string {
    const count = (this.#counts.get(text) ?? 0) + 1
    this.#counts.set(text, count)
    return count === 1 ? this.#prefix + text : `${this.#prefix}${text}#${count}`
  }
}

/** Chains the parts that have steps; gives the id of the first. The last one ends with `otherwise`. */
function chain(building: Building, prefix: string, owner: string, parts: readonly Part[], otherwise: Action): string | null {
  const used = parts.filter((part) => part.steps.length > 0 || part.phase === 'switching')
  used.forEach((part, index) => {
    const id = `${prefix}/${part.phase}`
    const next = used[index + 1]
    building.scopes.set(id, {
      id, title: `${phaseTitles[part.phase]} of ${owner}`, steps: part.steps, next: next === undefined ? null : `${prefix}/${next.phase}`, otherwise: next === undefined ? otherwise : null,
    })
  })
  const first = used[0]
  return first === undefined ? null : `${prefix}/${first.phase}`
}

const noPool: Action = { kind: 'respond', status: 503, why: 'no rule chooses a backend' }

function buildEntry(building: Building, proxy: ProxyDraft): Listener[] {
  const { state } = building
  const http = protocolOf(proxy) === 'http'
  const waits: Waits | null = http ? null : { hello: proxy.waitsForHello, request: proxy.waitsForRequest }
  const steps = (phase: 'tcp-connection' | 'tcp-session' | 'tcp-content' | 'http-request' | 'redirect', timed: Waits | null): Part =>
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

/** Exact path and query, whatever the rules say (H-ORD-11). */
function monitorSteps(proxy: ProxyDraft): readonly Step[] {
  const uri = proxy.settings.monitorUri
  if (uri === null) return []
  const matches: Predicate = {
    kind: 'test', origin: uri.at, matcher: { kind: 'exact', values: [uri.name], ignoreCase: false },
    view: { field: { kind: uri.name.startsWith('/') ? 'path-and-query' : 'target' }, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing' },
  }
  const steps: Step[] = []
  if (proxy.monitorFail.length > 0) {
    const ids = new IdList(`step:${proxy.name}/monitor/`)
    for (const rule of proxy.monitorFail) {
      steps.push({ id: ids.next(`monitor ${rule.text}`), when: { kind: 'and', of: [matches, rule.when] }, does: rule.does, origin: [...rule.origin, uri.at] })
    }
  }
  steps.push({ id: `step:${proxy.name}/monitor/monitor-uri ${uri.name}`, when: matches, does: { kind: 'respond', status: 200, why: 'monitor-uri' }, origin: [uri.at] })
  return steps
}

/** A prefix of the target, for GET, HEAD and POST (H-ORD-12). */
function statsSteps(proxy: ProxyDraft, stats: StatsDraft | null): readonly Step[] {
  if (stats === null) return []
  const { origin } = stats
  const text = (kind: 'path-and-query' | 'target' | 'method', matcher: 'prefix' | 'exact', values: readonly string[]): Predicate => ({
    kind: 'test', origin, matcher: { kind: matcher, values, ignoreCase: false },
    view: { field: { kind }, transforms: [], type: kind === 'method' ? 'method' : 'string', pick: 'any', absentAs: 'nothing' },
  })
  const matches: Predicate = { kind: 'and', of: [text('method', 'exact', ['GET', 'HEAD', 'POST']), text(stats.uri.startsWith('/') ? 'path-and-query' : 'target', 'prefix', [stats.uri])] }
  const steps: Step[] = []
  if (stats.auth) {
    const known: Predicate = {
      kind: 'test', origin, matcher: { kind: 'exists' },
      view: { field: { kind: 'header', name: 'authorization', split: 'line', occurrence: null }, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing' },
    }
    steps.push({ id: `step:${proxy.name}/stats/auth ${stats.uri}`, when: { kind: 'and', of: [matches, { kind: 'not', of: known }] }, does: { kind: 'respond', status: 401, why: 'stats auth' }, origin: [origin] })
  }
  // Whatever a form on the page sends is answered with a redirect back to the page.
  const sent: Predicate = { kind: 'and', of: [text('method', 'exact', ['POST']), matches] }
  steps.push({ id: `step:${proxy.name}/stats/form ${stats.uri}`, when: sent, does: { kind: 'respond', status: 303, why: 'statistics form' }, origin: [origin] })
  steps.push({ id: `step:${proxy.name}/stats/stats uri ${stats.uri}`, when: matches, does: { kind: 'respond', status: 200, why: 'statistics page' }, origin: [origin] })
  return steps
}

function switchingSteps(building: Building, proxy: ProxyDraft, waits: Waits | null): readonly Step[] {
  const steps: Step[] = []
  const fallback = fallbackOf(building, proxy)
  const ids = new SwitchIds(proxy)
  for (let at = 0; at < proxy.switching.length; at += portion) addSomeSwitches(building, proxy, at, ids, waits, fallback, steps)
  if (fallback !== null) steps.push({ id: `step:${proxy.name}/default`, when: always, does: fallback.action, origin: [fallback.at] })
  return steps
}

/** Ids of `use_backend` lines. Lines that name different pools differ, so most lists need no count of equal texts. */
class SwitchIds {
  readonly #proxy: ProxyDraft
  readonly #prefix: string
  #counted: IdList | null = null

  constructor(proxy: ProxyDraft) {
    this.#proxy = proxy
    this.#prefix = `step:${proxy.name}/switching/use_backend `
  }

  /** Id of rule `index`, which names `pool`; to be asked in order. */
  next(index: number, pool: ProxyDraft | undefined): string {
    const { switching } = this.#proxy
    const { text } = switching[index] as SwitchDraft
    if (this.#counted === null && pool !== undefined && pool.namedBy !== this.#proxy) {
      pool.namedBy = this.#proxy
      return this.#prefix + text
    }
    if (this.#counted === null) {
      this.#counted = new IdList(this.#prefix)
      for (let earlier = 0; earlier < index; earlier += 1) this.#counted.next((switching[earlier] as SwitchDraft).text)
    }
    return this.#counted.next(text)
  }
}

function addSomeSwitches(building: Building, proxy: ProxyDraft, from: number, ids: SwitchIds, waits: Waits | null, fallback: Fallback | null, steps: Step[]): void {
  const to = Math.min(proxy.switching.length, from + portion)
  for (let index = from; index < to; index += 1) {
    const rule = proxy.switching[index] as SwitchDraft
    const pool = typeof rule.target === 'string' ? building.pools.get(rule.target) : undefined
    steps.push(switchStep(building, proxy, rule, pool, ids.next(index, pool), waits, fallback))
  }
}

/** `pool`: what the name of the target stands for. */
function switchStep(building: Building, proxy: ProxyDraft, rule: SwitchDraft, pool: ProxyDraft | undefined, id: string, waits: Waits | null, fallback: Fallback | null): Step {
  const when = waits === null ? rule.when : withTiming(building.state, rule.when, waits, building.sourceOf)
  const { target } = rule
  if (typeof target !== 'string') {
    building.dynamic = true
    return { id, when: unlessDisabled(building.state, building.pools, when, target, targetSpan(rule)), does: { kind: 'dispatch', key: target, onMiss: fallback?.action ?? noPool }, origin: [rule.origin] }
  }
  if (pool === undefined) return { id, when, does: undefinedPool(building, proxy, target, targetSpan(rule), 'use_backend'), origin: [rule.origin] }
  if (pool !== proxy) pool.isReached = true
  if (proxy.settings.mode !== pool.settings.mode) checkModes(building.state, proxy, pool, targetSpan(rule))
  // From 3.4 on a rule whose pool is disabled is passed over (H-ORD-19).
  const skipped = building.state.release >= 304 && !pool.settings.enabled
  return { id, when: skipped ? never : when, does: { kind: 'forward', pool: target }, origin: [rule.origin] }
}

function targetSpan(rule: SwitchDraft): Span {
  return { file: rule.origin.file, start: rule.targetStart, end: rule.targetEnd }
}

interface Fallback {
  readonly action: Action
  readonly at: Span
}

/** `default_backend`, else the servers of the same listen (H-ORD-9, H-ORD-9b); null: nothing. */
function fallbackOf(building: Building, proxy: ProxyDraft): Fallback | null {
  const written = proxy.settings.defaultBackend
  if (written !== null) {
    const pool = building.pools.get(written.name)
    if (pool === undefined) return { action: undefinedPool(building, proxy, written.name, written.at, 'default_backend'), at: written.at }
    checkModes(building.state, proxy, pool, written.at)
    if (pool !== proxy) pool.isReached = true
    if (building.state.release < 304 || pool.settings.enabled) return { action: { kind: 'forward', pool: written.name }, at: written.at }
  }
  if (proxy.kind !== 'listen') return null
  if (memberCount(proxy) > 0 || proxy.dispatchAt !== null) return { action: { kind: 'forward', pool: proxy.name }, at: proxy.at }
  return null
}

function undefinedPool(building: Building, proxy: ProxyDraft, name: string, at: Span, keyword: string): Action {
  const other = building.entries.get(name)
  report(building.state, {
    code: 'haproxy/backend-undefined', severity: 'error', at, source: other === undefined ? 'H-ORD-7' : 'H-ORD-8b', names: [proxy.name, keyword, name],
    message: other === undefined
      ? `HAProxy refuses to start because ${keyword} of '${proxy.name}' names the backend '${name}', which does not exist.`
      : `HAProxy refuses to start because ${keyword} of '${proxy.name}' names '${name}', which is a frontend without servers.`,
    related: other === undefined ? [] : [{ at: other.at, message: `'${name}' is a frontend.` }],
  })
  return { kind: 'respond', status: 503, why: `backend '${name}' does not exist` }
}

function checkModes(state: CompileState, proxy: ProxyDraft, pool: ProxyDraft, at: Span): void {
  if (proxy.settings.mode !== 'http' || pool.settings.mode === 'http') return
  report(state, {
    code: 'haproxy/mode-mismatch', severity: 'error', at, source: 'H-DEF-12', names: [proxy.name, pool.name],
    message: `HAProxy refuses to start because '${proxy.name}' is in HTTP mode and its backend '${pool.name}' is in TCP mode.`,
    related: [{ at: pool.modeAt ?? pool.at, message: `The mode of '${pool.name}' comes from here.` }],
  })
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
