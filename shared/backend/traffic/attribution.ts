import type { BehaviourDiff, RequestClass } from '#shared/analyses/behaviour-diff/index.ts'
import type { RouteAnswer } from '#shared/analyses/route/index.ts'
import type { Outcome, ServerShare } from '#shared/model/outcome.ts'
import type { Span } from '#shared/text/span.ts'

type Answer = Pick<RouteAnswer, 'outcome' | 'rule' | 'certain' | 'received'>

/** Where one request stands: in a class, treated alike, or undecided. */
export type Attributed = { readonly kind: 'class'; readonly id: string } | { readonly kind: 'same' } | { readonly kind: 'unknown' }

const same: Attributed = { kind: 'same' }
const unknown: Attributed = { kind: 'unknown' }

/**
 * Where a request stands whose way through both configs is known.
 *
 * A difference that no class claims is unknown, never "same": a class may list fewer rule pairs than it stands for. So is
 * a request that an unmodelled condition could send elsewhere, unless nothing that differs here depends on such a one.
 */
export function attribute(diff: Pick<BehaviourDiff, 'differs' | 'complete'>, before: Answer, after: Answer, listenerGroup: string, alias: (pool: string) => string): Attributed {
  const id = classOf(diff, before, after, listenerGroup)
  const differs = differ(before, after, alias)
  if (before.certain && after.certain) return id !== null ? { kind: 'class', id } : differs ? unknown : same
  const here = diff.differs.filter((one) => one.listener === listenerGroup)
  return id === null && !differs && diff.complete && here.every((one) => one.depends.length === 0) ? same : unknown
}

/**
 * Class of `diff` that a request belongs to, told by the rules that decided it on both sides, then by where it went and
 * goes; null: none, or more than one could be it.
 */
export function classOf(diff: Pick<BehaviourDiff, 'differs'>, before: Answer, after: Answer, listenerGroup: string): string | null {
  const here = diff.differs.filter((one) => one.listener === listenerGroup)
  if (here.length === 0) return null
  const ofPool = here.filter((one) => one.kind === 'policy' && one.about !== 'listeners' && one.members.some((member) => forwardsTo(member.before.outcome) !== null && forwardsTo(member.before.outcome) === forwardsTo(before.outcome) && forwardsTo(member.after.outcome) === forwardsTo(after.outcome)))
  // The pool treats its servers otherwise (checks, limits) without sending any request elsewhere.
  if (!differ(before, after, unchanged)) return ofPool.find((one) => sameOutcome(one.before.outcome, one.after.outcome, unchanged))?.id ?? null
  return routedClass(here.filter((one) => one.kind !== 'policy'), before, after) ?? ofPool.find((one) => hasServers(one, before, after))?.id ?? only(ofPool)
}

function routedClass(classes: readonly RequestClass[], before: Answer, after: Answer): string | null {
  const byRules = classes.filter((one) => one.members.some((member) => sameRule(member.before.rule, before.rule) && sameRule(member.after.rule, after.rule) && member.before.outcome.action === before.outcome.action && member.after.outcome.action === after.outcome.action))
  const id = only(byRules) ?? only(byRules.filter((one) => isExact(one, before, after)))
  if (id !== null) return id
  // Where nobody listens on one side, every rule of the other side belongs to that one class.
  const byListener = classes.filter((one) => one.kind === 'listener' && (isClosed(one.before, before) || isClosed(one.after, after)))
  if (byListener.length > 0) return only(byListener)
  // A class that stands for more rule pairs than it lists is told by its outcomes.
  return byRules.length > 0 ? null : only(classes.filter((one) => one.count > one.members.length && isExact(one, before, after)))
}

const only = (classes: readonly RequestClass[]): string | null => (classes.length === 1 ? (classes[0] as RequestClass).id : null)

const unchanged = (pool: string): string => pool

/** Did a witness of the class meet the same servers in the same shares? */
function hasServers(one: RequestClass, before: Answer, after: Answer): boolean {
  return [one, ...one.members].some((member) => sameServers(member.before.outcome, before.outcome) && sameServers(member.after.outcome, after.outcome))
}

function sameServers(one: Outcome, other: Outcome): boolean {
  return one.action === 'forward' && other.action === 'forward' && sameList(one.servers, other.servers, sameServer)
}

function isExact(one: RequestClass, before: Answer, after: Answer): boolean {
  return [one, ...one.members].some((member) => place(member.before.outcome) === place(before.outcome) && place(member.after.outcome) === place(after.outcome))
}

function isClosed(side: Pick<Answer, 'outcome'>, answer: Answer): boolean {
  return side.outcome.action === 'close' && answer.outcome.action === 'close' && answer.rule === null
}

function sameRule(one: Span | null, other: Span | null): boolean {
  return one === null || other === null ? one === other : one.file === other.file && one.start === other.start
}

const forwardsTo = (outcome: Outcome): string | null => (outcome.action === 'forward' ? outcome.pool : null)

/** Where an outcome leads, without what differs from request to request. */
function place(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return `forward ${outcome.pool}`
    case 'split': return `split ${outcome.pools.map(({ pool, share }) => `${pool} ${share}`).join(',')}`
    case 'redirect': case 'respond': case 'deny': return `${outcome.action} ${outcome.status}`
    case 'serve': return `serve ${outcome.root}`
    case 'close': return 'close'
    case 'unmodelled': return `unmodelled ${outcome.reason}`
  }
}

/** Do two answers differ in anything that a client or a server notices? `alias`: pool names of the after side as compared. */
function differ(before: Answer, after: Answer, alias: (pool: string) => string): boolean {
  if (!sameOutcome(before.outcome, after.outcome, alias)) return true
  const reaches = before.outcome.action === 'forward' || before.outcome.action === 'split' || before.outcome.action === 'serve'
  return reaches && (before.received.method !== after.received.method || before.received.host !== after.received.host || !sameHeaders(before.received.headers, after.received.headers))
}

function sameOutcome(one: Outcome, other: Outcome, alias: (pool: string) => string): boolean {
  if (one.action !== other.action) return false
  switch (one.action) {
    case 'forward': return one.action === other.action && one.pool === alias(other.pool) && one.path === other.path && sameList(one.servers, other.servers, sameServer)
    case 'split': return one.action === other.action && one.path === other.path && sameList(one.pools, other.pools, (a, b) => a.pool === alias(b.pool) && a.share === b.share)
    case 'redirect': return one.action === other.action && one.status === other.status && one.location === other.location
    case 'respond': case 'deny': return one.action === other.action && one.status === other.status
    case 'serve': return one.action === other.action && one.root === other.root && one.path === other.path
    case 'close': case 'unmodelled': return true
  }
}

const sameServer = (one: ServerShare, other: ServerShare): boolean => one.name === other.name && one.address === other.address && one.share === other.share

function sameList<T>(one: readonly T[], other: readonly T[], equal: (a: T, b: T) => boolean): boolean {
  return one.length === other.length && one.every((item, index) => equal(item, other[index] as T))
}

type Headers = Answer['received']['headers']

/** Order between headers of different names says nothing. */
function sameHeaders(one: Headers, other: Headers): boolean {
  if (sameList(one, other, (a, b) => a[0] === b[0] && a[1] === b[1])) return true
  return sameList(byName(one), byName(other), (a, b) => a[0] === b[0] && a[1] === b[1])
}

const byName = (headers: Headers): Headers => [...headers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
