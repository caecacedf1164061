import type { DecidingRule, Destination } from '#shared/model/decision-space/deciding-rule.ts'
import { laterVariables, placeKey, touchedHeaders } from '#shared/model/decision-space/rule-keys.ts'
import { exactly } from '#shared/model/decision-space/matching.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { expectedShares, usableMembers } from '#shared/model/expected-shares.ts'
import type { Pool } from '#shared/model/pool.ts'
import { settingsDifference, type SettingsComparison } from './settings-in-effect.ts'
import { hopByHop } from './two-products.ts'
import { listDifference, unequal, type ComparingTerms } from './unequal-terms.ts'
import { stateKey } from '#shared/model/decision-space/state.ts'
import type { Term } from '#shared/model/decision-space/term.ts'
import { always, never, type Formula } from '#shared/requests/space/world.ts'

/** In what way two outcomes can differ, most important first. */
export type Aspect = 'destination' | 'location' | 'path' | 'host' | 'method' | 'header' | 'contents' | 'connection' | 'later' | 'settings'

export interface Difference {
  readonly aspect: Aspect
  /** Requests for which it does. */
  readonly when: Formula
  /** Header name, for `header`; what is different, in words, for `settings`. */
  readonly name: string | null
  /** False: the two values are written differently and may still come out alike for some requests. */
  readonly exact: boolean
}

interface Comparing extends ComparingTerms {
  readonly after: Reader
  readonly alias: (pool: string) => string
  readonly pools: { readonly before: (name: string) => Pool | undefined; readonly after: (name: string) => Pool | undefined }
  readonly products: Products
  readonly settings: SettingsComparison
}

/** What both sides are products of: status of pools without servers, and whether they are two. */
interface Products {
  readonly areTwo: boolean
  readonly whenEmpty: { readonly before: number; readonly after: number }
  /** Do servers of that pool speak TLS, as their config says? */
  readonly speaksTls: (side: 'before' | 'after', pool: string) => boolean
}

const settledOnes = new WeakMap<Destination, Destination>()

function settled({ space, pools, products }: Comparing, side: 'before' | 'after', destination: Destination): Destination {
  let known = settledOnes.get(destination)
  if (known === undefined) {
    known = settle(pools[side], destination, space, products.whenEmpty[side])
    settledOnes.set(destination, known)
  }
  return known
}

/** A pool without any server that takes requests answers by itself (`status`), unless a rule or a cookie names a server. */
function settle(pools: (name: string) => Pool | undefined, destination: Destination, { terms }: Space, status: number): Destination {
  if (destination.kind !== 'forward' || destination.server !== null) return destination
  const pool = pools(destination.pool)
  if (pool === undefined || pool.persistence.length > 0 || (pool.settings['option persist'] ?? 'no') !== 'no' || usableMembers(pool).members.length > 0) return destination
  return { kind: 'respond', status, contents: terms.empty }
}

/** No server of the pool takes requests that do not stick to one. */
function isHollow(pools: (name: string) => Pool | undefined, destination: Destination): boolean {
  const pool = destination.kind === 'forward' && destination.server === null ? pools(destination.pool) : undefined
  return pool !== undefined && usableMembers(pool).members.length === 0
}

/** Where only one server of a pool takes requests, to balance is to choose it. */
function named(pools: (name: string) => Pool | undefined, destination: Destination & { readonly kind: 'forward' }): Destination {
  const pool = destination.server === null ? pools(destination.pool) : undefined
  if (pool === undefined || pool.persistence.length > 0) return destination
  const taking = expectedShares(pool).shares.filter((server) => server.share > 0)
  const [only] = taking
  return only === undefined || taking.length > 1 ? destination : { ...destination, server: only.name }
}

/** Clients do not see whether an answer is a refusal; between two products only the status is left of the difference. */
function asAnswered({ products }: Comparing, destination: Destination): Destination {
  return products.areTwo && destination.kind === 'deny' ? { ...destination, kind: 'respond' } : destination
}

/** Ways in which the outcomes of two rules differ for a request that both decide; empty: never. */
export function differencesOf(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  const found = outcomeDifferences(comparing, before, after)
  return found.some((difference) => difference.aspect === 'destination') ? found : [...found, ...settingsDifference(comparing, before.state, after.state)]
}

function outcomeDifferences(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  let one = asAnswered(comparing, settled(comparing, 'before', before.destination))
  let other = asAnswered(comparing, settled(comparing, 'after', after.destination))
  if (one.kind === 'forward' && other.kind === 'forward' && one.pool === comparing.alias(other.pool) && (one.server === null) !== (other.server === null)) {
    one = named(comparing.pools.before, one)
    other = named(comparing.pools.after, other)
  }
  if (one.kind === 'redirect' && other.kind === 'redirect' && one.status === other.status) return [...termDifference(comparing, 'location', one.location, other.location), ...termDifference(comparing, 'contents', one.contents, other.contents)]
  if (placeKey(one) !== placeKey(other, comparing.alias)) {
    // A cookie that names a server comes before every rule that does.
    const sticks = one.kind === 'forward' && other.kind === 'forward' && one.pool === comparing.alias(other.pool) && (comparing.pools.before(one.pool)?.persistence.length ?? 0) > 0
    return [{ aspect: 'destination', when: always, name: null, exact: !sticks && !isHollow(comparing.pools.before, one) && !isHollow(comparing.pools.after, other) }]
  }
  if ('contents' in one && 'contents' in other) return termDifference(comparing, 'contents', one.contents, other.contents)
  // What is not modelled may look at everything that the request has become.
  if (one.kind === 'unmodelled' && stateKey(before.state) !== stateKey(after.state)) return [{ aspect: 'destination', when: always, name: null, exact: false }]
  if (one.kind !== 'forward' && one.kind !== 'serve' && one.kind !== 'split') return []
  const found = [
    ...termDifference(comparing, 'path', before.state.path, after.state.path), ...termDifference(comparing, 'path', before.state.query, after.state.query),
    ...termDifference(comparing, 'method', before.state.method, after.state.method), ...formDifference(comparing, before, after),
  ]
  const names = [...new Set([...touchedHeaders(before.state), ...touchedHeaders(after.state)])].filter((name) => !comparing.products.areTwo || !hopByHop.has(name)).sort()
  for (const name of names) {
    const lists = [comparing.before.values.headerList(before.state, name, 'comma'), comparing.after.values.headerList(after.state, name, 'comma')] as const
    const difference = listDifference(comparing, lists[0], lists[1])
    if (difference.when !== never) found.push({ aspect: name === 'host' ? 'host' : 'header', name, ...difference })
  }
  if (!found.some((difference) => difference.name === 'host' && difference.when === always)) found.push(...authorityDifference(comparing, before, after))
  const patterns = (rule: DecidingRule): string => rule.state.headers.filter((step) => step.name === null).map((step) => `${step.key} ${step.when}`).join('\n')
  if (patterns(before) !== patterns(after)) found.push({ aspect: 'header', when: always, name: null, exact: false })
  found.push(...behindRules(comparing, before, after))
  // Only requests with a cookie get to such a pool; the others are answered alike.
  const bySticking = isHollow(comparing.pools.before, one) || isHollow(comparing.pools.after, other)
  return bySticking ? found.map((difference) => ({ ...difference, exact: false })) : found
}

/** What no outcome shows: addresses as rules set them, and variables that something behind the rules reads. */
function behindRules(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  const found: Difference[] = before.state.connection === after.state.connection ? [] : [{ aspect: 'connection', when: always, name: null, exact: false }]
  if (comparing.products.areTwo) return [...found, ...otherProtocol(comparing, before, after)]
  const [one, other] = [new Map(laterVariables(comparing.before, before.state)), new Map(laterVariables(comparing.after, after.state))]
  const { absent } = comparing.space.terms
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const { when } = unequal(comparing, one.get(name) ?? absent, other.get(name) ?? absent)
    if (when !== never) found.push({ aspect: 'later', when, name, exact: false })
  }
  return found
}

/** In what protocol servers are spoken to: one product says it at the server, the other where requests are passed on. */
function otherProtocol(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  const protocolOf = (rule: DecidingRule, side: 'before' | 'after'): string => {
    const said = rule.state.variables.get('upstream protocol')
    if (said !== undefined) return said.kind === 'text' ? said.text : 'unknown'
    return rule.destination.kind === 'forward' && comparing.products.speaksTls(side, rule.destination.pool) ? 'https' : 'http'
  }
  const [one, other] = [protocolOf(before, 'before'), protocolOf(after, 'after')]
  return one === other && one === 'http' ? [] : [{ aspect: 'later', when: always, name: 'upstream protocol', exact: false }]
}

/** Another host in the whole URL that a server gets, where the Host header does not tell: it was taken away afterwards. */
function authorityDifference(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  if (before.state.authority === after.state.authority) return []
  const { terms, variables, world } = comparing.space
  const { tests } = comparing.before
  const isUrl = (form: Term): Formula => tests.holds(form, exactly(['absolute']), (negated) => `the target is ${negated ? 'not ' : ''}a whole URL`)
  const sent = world.all([isUrl(before.state.form), isUrl(after.state.form), world.not(tests.holds(terms.read(variables.httpVersion), exactly(['2.0']), (negated) => `the request is ${negated ? 'not ' : ''}HTTP/2`))])
  return termDifference(comparing, 'path', before.state.authority, after.state.authority).map((difference) => ({ ...difference, when: world.and(sent, difference.when) }))
}

/** A whole URL instead of a path, or the other way round; HTTP/2 has one way to say both. */
function formDifference(comparing: Comparing, before: DecidingRule, after: DecidingRule): readonly Difference[] {
  if (before.state.form === after.state.form) return []
  const { terms, variables, world } = comparing.space
  const { tests } = comparing.before
  const sent = world.and(world.not(tests.holds(terms.read(variables.httpVersion), exactly(['2.0']), (negated) => `the request is ${negated ? 'not ' : ''}HTTP/2`)), tests.present(before.state.path))
  return termDifference(comparing, 'path', before.state.form, after.state.form).map((difference) => ({ ...difference, when: world.and(sent, difference.when) }))
}

function termDifference(comparing: Comparing, aspect: Aspect, before: Term, after: Term): readonly Difference[] {
  const { when, exact } = unequal(comparing, before, after)
  return when === never ? [] : [{ aspect, when, name: null, exact }]
}
