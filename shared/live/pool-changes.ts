import { canonicalText } from '#shared/model/canonical.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import type { Member, MemberCheck, Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'

/**
 * What a change can bring about.
 * connect: connections to servers fail · answer: answers do not come in time or break off · error: a server answers 5xx itself ·
 * slow: a server answers more slowly · late: answers come near the time at which the balancer gives up · wait: requests wait
 * for a server, or wait too long · give-up: what fails is tried less often · retry: it is tried more often · share: servers get
 * other shares · check: checks fail that did not.
 */
export type Effect = 'connect' | 'answer' | 'error' | 'slow' | 'late' | 'wait' | 'give-up' | 'retry' | 'share' | 'check'

/** One difference between two versions of a pool. */
export interface PoolChange {
  /** `server s2 is at 10.0.0.2:81 instead of 10.0.0.2:80` */
  readonly text: string
  /** Server that it is about; null: the whole pool. */
  readonly server: string | null
  /** What it brings about by itself. */
  readonly does: readonly Effect[]
  /** What it can add to; told where nothing brings it about by itself. */
  readonly may: readonly Effect[]
  readonly lines: { readonly before: readonly Span[]; readonly after: readonly Span[] }
  /** Word of a line that says it for several servers. */
  readonly word: string | null
}

/** Everything that changes bring about or can add to. */
export function effectsOf(changes: readonly PoolChange[]): ReadonlySet<Effect> {
  return new Set(changes.flatMap((one) => [...one.does, ...one.may]))
}

interface Sides {
  readonly before: RoutingModel
  readonly after: RoutingModel
}

/** Parts that a server gets more of, from which on it can be slower for it. */
const clearlyMore = 1.2

/** What differs between two versions of a pool and can be noticed in its numbers: servers first, in the order of the pool. */
export function poolChanges(before: Pool, after: Pool, models: Sides): readonly PoolChange[] {
  if (before === after) return []
  return [...memberChanges(before, after), ...ownChanges(before, after, models)]
}

function memberChanges(before: Pool, after: Pool): readonly PoolChange[] {
  const old = new Map(before.members.map((one) => [one.name, one]))
  const names = new Map(after.members.map((one) => [one.name, one]))
  const [was, is] = [sharesOf(before), sharesOf(after)]
  const found: PoolChange[] = []
  for (const member of after.members) {
    const known = old.get(member.name)
    if (known === undefined) {
      found.push({ text: `server ${member.name} is new`, server: member.name, does: ['connect', 'answer', 'error', 'slow', 'share'], may: [], lines: { before: [], after: member.origin.slice(0, 1) }, word: null })
      continue
    }
    found.push(...optionChanges(known, member))
    const [part, now] = [was.get(member.name) ?? 0, is.get(member.name) ?? 0]
    if (part === 0 && now > 0) found.push(changeOf(known, member, 'takes requests, which it did not', { does: ['connect', 'answer', 'error', 'slow', 'share'] }))
  }
  const gone = before.members.filter((one) => !names.has(one.name))
  const lines = {
    before: before.members.filter((one) => isOtherwise(one, names.get(one.name))).flatMap((one) => one.origin.slice(0, 1)),
    after: after.members.filter((one) => isOtherwise(one, old.get(one.name))).flatMap((one) => one.origin.slice(0, 1)),
  }
  for (const member of after.members) {
    const [part, now] = [was.get(member.name) ?? 0, is.get(member.name) ?? 0]
    if (part > 0 && now >= clearlyMore * part) found.push({ text: `server ${member.name} gets ${percent(now)} of new requests instead of ${percent(part)}`, server: member.name, does: ['slow'], may: ['error', 'answer', 'share'], lines, word: 'weight' })
  }
  const working = gone.filter((one) => (was.get(one.name) ?? 0) > 0)
  if (working.length > 0) {
    const listed = working.length > 3 ? `${working.slice(0, 2).map((one) => one.name).join(', ')} and ${working.length - 2} more` : working.map((one) => one.name).join(', ')
    found.push({ text: `${working.length === 1 ? 'server' : 'servers'} ${listed} ${working.length === 1 ? 'is' : 'are'} gone`, server: null, does: ['wait'], may: ['share'], lines: { before: working.flatMap((one) => one.origin.slice(0, 1)), after: [] }, word: null })
  }
  return found
}

const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
const sharesOf = (pool: Pool): ReadonlyMap<string, number> => new Map(expectedShares(pool).shares.map((one) => [one.name, one.share]))

/** It counts for the shares, and another one stands on the other side or none. */
function isOtherwise({ options }: Member, other: Member | undefined): boolean {
  return other === undefined || other.options.weight !== options.weight || other.options.level !== options.level || other.options.state !== options.state
}

function changeOf(old: Member, member: Member, text: string, effects: { readonly does?: readonly Effect[]; readonly may?: readonly Effect[] }, word: string | null = null): PoolChange {
  return { text: `server ${member.name} ${text}`, server: member.name, does: effects.does ?? [], may: effects.may ?? [], lines: { before: old.origin.slice(0, 1), after: member.origin.slice(0, 1) }, word }
}

/** Options of a server that decide how it is connected to. */
const connecting = ['send-proxy', 'proxy-v2-options', 'verify', 'verifyhost', 'ca-file', 'crl-file', 'crt', 'sni', 'alpn', 'npn', 'proto', 'ws', 'ciphers', 'ciphersuites', 'curves', 'ssl-min-ver', 'ssl-max-ver', 'source', 'socks4', 'namespace', 'resolvers', 'resolve-prefer', 'resolve-net', 'init-addr']
/** Options that decide when a server counts as down, and how it comes back. */
const standing = ['observe', 'on-error', 'on-marked-down', 'on-marked-up', 'error-limit', 'slowstart', 'init-state', 'max_fails', 'fail_timeout', 'slow_start', 'check-ssl', 'check-sni', 'check-alpn', 'check-proto', 'check-send-proxy', 'fastinter', 'downinter']

function optionChanges(old: Member, member: Member): readonly PoolChange[] {
  const found: PoolChange[] = []
  if (old.address !== member.address || old.portOffset !== member.portOffset) found.push(changeOf(old, member, `is at ${member.address} instead of ${old.address}`, { does: ['connect', 'answer', 'error', 'slow', 'share', 'check'] }))
  const [was, is] = [old.options, member.options]
  if (was === is) return found
  const differing = (names: readonly string[]): readonly string[] => names.filter((name) => was.settings[name] !== is.settings[name])
  const link = [...(was.tls === is.tls ? [] : ['ssl']), ...differing(connecting)]
  if (link.length > 0) found.push(changeOf(old, member, `is connected to with another ${link.join(', ')}`, { does: ['connect', 'answer', 'error', 'share', 'check'] }, link[0]))
  if (JSON.stringify(was.check) !== JSON.stringify(is.check)) found.push(checkChange(old, member))
  const limit = comparedLimit(was.maxConnections, is.maxConnections)
  const [most, before] = [is.maxConnections ?? 'any number of', was.maxConnections ?? 'any number of']
  if (limit !== 0) found.push(changeOf(old, member, `takes ${most} connections at once instead of ${before}`, limit < 0 ? { does: ['wait'], may: ['share'] } : { does: ['slow', 'error'], may: ['answer', 'share'] }, 'maxconn'))
  const [queue, other] = differing(['maxqueue', 'minconn'])
  if (queue !== undefined) found.push(changeOf(old, member, `has another ${[queue, other].filter((one) => one !== undefined).join(' and ')}`, { does: ['wait'], may: ['share'] }, queue))
  const states = differing(standing)
  if (states.length > 0) found.push(changeOf(old, member, `has another ${states.join(', ')}`, { may: ['share', 'check', 'connect', 'answer', 'error'] }, states[0]))
  if (was.cookie !== is.cookie) found.push(changeOf(old, member, 'has another cookie', { may: ['share'] }, 'cookie'))
  if (isOtherwise(member, old)) found.push(changeOf(old, member, was.weight === is.weight ? 'has another role or state' : `has weight ${is.weight} instead of ${was.weight}`, { may: ['share'] }, 'weight'))
  return found
}

/** A server that is looked at less, or elsewhere, stays in use while it fails. */
function checkChange(old: Member, member: Member): PoolChange {
  const [was, is] = [old.options.check, member.options.check]
  if (is === null) return changeOf(old, member, 'is not checked any more', { does: ['connect', 'answer'], may: ['share', 'error'] }, 'check')
  if (was === null) return changeOf(old, member, 'is checked, which it was not', { does: ['check'], may: ['share'] }, 'check')
  const words = checkParts(was, is)
  const less = is.intervalMs > was.intervalMs || is.fall > was.fall
  const elsewhere = is.port !== was.port || is.address !== was.address || is.by !== was.by || is.track !== was.track
  return changeOf(old, member, `is checked with another ${words}`, { does: ['check'], may: less || elsewhere ? ['share', 'connect', 'answer', 'error'] : ['share'] }, words)
}

function checkParts(was: MemberCheck, is: MemberCheck): string {
  if (was.port !== is.port) return 'port'
  if (was.address !== is.address) return 'addr'
  if (was.intervalMs !== is.intervalMs) return 'inter'
  return was.fall !== is.fall ? 'fall' : was.rise !== is.rise ? 'rise' : 'track'
}

/** Less than 0: tighter now. Null: no limit. */
function comparedLimit(was: number | null, is: number | null): number {
  return was === is ? 0 : (is ?? Infinity) < (was ?? Infinity) ? -1 : 1
}

type Side = 'before' | 'after'

/** Settings of a pool that decide how connections to its servers are used. */
const handling = [
  'http-reuse', 'option http-server-close', 'option httpclose', 'option forceclose', 'option http-keep-alive', 'option http-tunnel', 'option http-pretend-keepalive', 'option abortonclose', 'option srvtcpka', 'option tcpka', 'option transparent',
  'max-keep-alive-queue', 'keepalive', 'keepalive_requests', 'keepalive_time', 'keepalive_timeout',
]
const sharing = ['option prefer-last-server', 'option persist', 'persist', 'zone', 'load-server-state-from-file', 'hash-preserve-affinity']

function ownChanges(before: Pool, after: Pool, models: Sides): readonly PoolChange[] {
  const pools = { before, after }
  const place = (setting: string): PoolChange['lines'] => {
    const of = (side: Side): readonly Span[] => [models[side].surroundings.placeOf('pool', pools[side].name, setting) ?? []].flat()
    return { before: of('before'), after: of('after') }
  }
  const found: PoolChange[] = []
  const add = (text: string, lines: PoolChange['lines'], does: readonly Effect[], may: readonly Effect[] = []): void => { found.push({ text, server: null, does, may, lines, word: null }) }
  for (const [name, effects] of Object.entries(timeoutEffects)) {
    const [was, is] = [before.timeoutsMs[name] ?? null, after.timeoutsMs[name] ?? null]
    const change = comparedLimit(was, is)
    if (change === 0) continue
    const { does, may } = effects(change < 0, after)
    add(`timeout ${name} is ${timeText(is)} instead of ${timeText(was)}`, place(`timeout ${name}`), does, may)
  }
  const tries = triesChange(before, after)
  if (tries !== null) {
    const lines = tries.settings.map(place)
    add(tries.text, { before: lines.flatMap((one) => one.before), after: lines.flatMap((one) => one.after) }, tries.fewer ? ['give-up'] : ['retry'])
  }
  const check = (pool: Pool): string => JSON.stringify(pool.check, withoutOrigin)
  if (check(before) !== check(after)) add(`health is checked with ${checkText(after)} instead of ${checkText(before)}`, { before: before.check?.origin.slice(0, 1) ?? [], after: after.check?.origin.slice(0, 1) ?? [] }, ['check'], ['answer', 'error', 'share'])
  if (before.algorithm.text !== after.algorithm.text || JSON.stringify(before.algorithm.hash) !== JSON.stringify(after.algorithm.hash) || before.allBackups !== after.allBackups) {
    const spans = ({ algorithm }: Pool): readonly Span[] => (algorithm.explicit ? algorithm.origin.slice(0, 1) : [])
    add(`servers are chosen by ${after.algorithm.text} instead of ${before.algorithm.text}`, { before: spans(before), after: spans(after) }, ['share'], ['slow', 'wait', 'error', 'answer'])
  }
  const origins = (key: 'persistence' | 'selectors'): PoolChange['lines'] => ({ before: before[key].flatMap((one) => one.origin.slice(0, 1)), after: after[key].flatMap((one) => one.origin.slice(0, 1)) })
  if (JSON.stringify(before.persistence, withoutOrigin) !== JSON.stringify(after.persistence, withoutOrigin)) add('clients stick to servers otherwise', origins('persistence'), ['share'], ['connect', 'wait'])
  const picks = ({ selectors }: Pool): string => selectors.map(({ server, when }) => `${JSON.stringify(server)} ${canonicalText(when)}`).join('\n')
  if (picks(before) !== picks(after)) add('rules pick servers otherwise', origins('selectors'), ['share'], ['connect', 'wait'])
  const settings = (names: readonly string[], does: readonly Effect[], may: readonly Effect[]): void => {
    for (const name of names) {
      const [was, is] = [before.settings[name] ?? 'no', after.settings[name] ?? 'no']
      if (was !== is) add(`${name} is ${settingText(is)} instead of ${settingText(was)}`, place(name), does, may)
    }
  }
  settings(['source'], ['connect', 'answer'], ['share'])
  settings(['fullconn'], ['wait'], ['share'])
  settings(handling, [], ['connect', 'answer', 'slow', 'share', 'wait'])
  settings(sharing, [], ['share'])
  return found
}

type Effects = Pick<PoolChange, 'does' | 'may'>

/** What a timeout that became shorter or longer brings about. */
const timeoutEffects: Readonly<Record<string, (shorter: boolean, pool: Pool) => Effects>> = {
  server: (shorter) => (shorter ? { does: ['answer', 'late'], may: [] } : { does: ['slow'], may: ['wait'] }),
  // Requests wait as long for a server, where nothing else is said.
  connect: (shorter, pool) => ({ does: [...(shorter ? ['connect'] as const : []), ...(pool.timeoutsMs['queue'] === undefined ? ['wait'] as const : [])], may: [] }),
  queue: () => ({ does: ['wait'], may: [] }),
  check: () => ({ does: ['check'], may: ['share'] }),
}

const timeText = (ms: number | null): string => (ms === null ? 'not set' : `${ms} ms`)
const settingText = (value: string): string => (value === 'no' ? 'not set' : value === '' ? 'set' : value)
const withoutOrigin = (key: string, value: unknown): unknown => (key === 'origin' ? undefined : value)

function triesChange({ retries: was }: Pool, { retries: is }: Pool): { readonly text: string; readonly fewer: boolean; readonly settings: readonly string[] } | null {
  if (was.count !== is.count) return { text: `what fails is tried ${is.count} more ${is.count === 1 ? 'time' : 'times'} instead of ${was.count}`, fewer: is.count < was.count, settings: ['retries'] }
  if (was.redispatch !== is.redispatch) return { text: `what fails is ${is.redispatch ? 'tried with another server, which it was not' : 'not tried with another server any more'}`, fewer: !is.redispatch, settings: ['option redispatch', 'redispatch'] }
  if (was.on.join(' ') === is.on.join(' ')) return null
  return { text: `requests are tried again on ${is.on.join(' ')} instead of ${was.on.join(' ')}`, fewer: is.on.length < was.on.length, settings: ['retry-on'] }
}

function checkText({ check }: Pool): string {
  if (check === null) return 'the default check'
  const parts = [check.method, check.uri].filter((part) => part !== null).join(' ')
  return `${parts === '' ? check.kind : parts}${check.host === null ? '' : ` for ${check.host}`}${check.expect === null ? '' : ` expecting ${check.expect}`}`
}
