import { canonicalText } from '#shared/model/canonical.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import type { Member, Persistence, Pool } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'
import { distinct } from './cause.ts'
import type { Severity } from './answer.ts'
import { percent } from './phrases.ts'
import { settingChanges } from './setting-changes.ts'

/** What of settings counts, and where they stand. */
export interface SettingSense {
  /** Settings that requests do not notice, such as timeouts and limits. */
  readonly isInert: (setting: string) => boolean
  readonly placeOf: (side: 'before' | 'after', owner: 'group' | 'pool', name: string, setting: string) => Span | null
}

/** Two versions of one pool. */
export interface ChangedPool {
  readonly before: Pool
  readonly after: Pool
}

const none: ReadonlySet<string> = new Set()

/** What a change of a pool means for the requests that stay in it. */
export interface PoolPolicy {
  readonly sentences: readonly string[]
  readonly severity: Severity
  readonly cause: { readonly before: readonly Span[]; readonly after: readonly Span[] }
}

const names = (list: readonly string[]): string => (list.length <= 3 ? list.join(', ') : `${list.slice(0, 3).join(', ')} and ${list.length - 3} more`)
/** Shares below this differ by rounding only. */
const tolerance = 1e-9

/**
 * How new requests are spread, by what, with which checks, and under which settings; null: nothing of that differs.
 * `told`: changes of settings that are told elsewhere.
 */
export function policyOf({ before, after }: ChangedPool, { isInert, placeOf }: SettingSense, told: ReadonlySet<string> = none): PoolPolicy | null {
  const sentences: string[] = []
  const cause = { before: [] as Span[], after: [] as Span[] }
  let severity: Severity = 'notice'
  const worse = (level: Severity): void => {
    if (level === 'critical' || (level === 'warning' && severity === 'notice')) severity = level
  }
  const shares = sharesWords(before, after)
  if (shares !== null) {
    sentences.push(shares)
    worse(expectedShares(after).shares.every((server) => server.share === 0) ? 'critical' : 'warning')
  }
  const members = memberWords(before, after, isInert)
  sentences.push(...members.sentences)
  if (members.moves) worse('warning')
  for (const [side, pool, other] of [['before', before, after], ['after', after, before]] as const) {
    const known = new Map(other.members.map((member) => [member.name, memberKey(member, isInert)]))
    for (const member of pool.members) if (known.get(member.name) !== memberKey(member, isInert)) cause[side].push(...member.origin.slice(0, 1))
  }
  if (algorithmKey(before) !== algorithmKey(after)) {
    sentences.push(`servers are chosen by ${after.algorithm.text} instead of ${before.algorithm.text}`)
    cause.before.push(...(before.algorithm.explicit ? before.algorithm.origin.slice(0, 1) : []))
    cause.after.push(...(after.algorithm.explicit ? after.algorithm.origin.slice(0, 1) : []))
    worse('warning')
  }
  if (renumbered(before, after)) {
    sentences.push('servers stand at other places, so most requests with the same key get another server')
    worse('warning')
    for (const [side, pool] of [['before', before], ['after', after]] as const) cause[side].push(...pool.members.flatMap((member) => member.origin.slice(0, 1)))
  }
  if (persistenceKey(before) !== persistenceKey(after)) {
    sentences.push(`clients stick to servers by ${persistenceWords(after)} instead of ${persistenceWords(before)}`)
    cause.before.push(...before.persistence.flatMap((one) => one.origin.slice(0, 1)))
    cause.after.push(...after.persistence.flatMap((one) => one.origin.slice(0, 1)))
    worse('warning')
  }
  if (checkKey(before) !== checkKey(after)) {
    sentences.push(`health is checked with ${checkWords(after)} instead of ${checkWords(before)}`)
    cause.before.push(...(before.check?.origin ?? []).slice(0, 2))
    cause.after.push(...(after.check?.origin ?? []).slice(0, 2))
    worse('warning')
  }
  const [tries, wereTries] = [triesWords(after), triesWords(before)]
  if (tries !== wereTries) sentences.push(`requests that fail are ${tries} instead of ${wereTries}`)
  const settings = settingChanges(before.settings, after.settings, isInert).filter((change) => !told.has(change.text))
  sentences.push(...settings.map((change) => change.text))
  const changed = [...settings.map((change) => change.name), ...(tries === wereTries ? [] : ['retries', 'option redispatch', 'retry-on'])]
  for (const [side, pool] of [['before', before], ['after', after]] as const) {
    const places = changed.flatMap((name) => placeOf(side, 'pool', pool.name, name) ?? [])
    // A setting that is not there on this side has no line here: the pool stands for it.
    cause[side].push(...(places.length > 0 || changed.length === 0 || cause[side].length > 0 ? places : pool.origin.slice(0, 1)))
  }
  return sentences.length === 0 ? null : { sentences, severity, cause: { before: distinct(cause.before).slice(0, 24), after: distinct(cause.after).slice(0, 24) } }
}

/** The server whose share changes most. */
function sharesWords(before: Pool, after: Pool): string | null {
  const was = new Map(expectedShares(before).shares.map((server) => [server.name, server.share]))
  const is = expectedShares(after).shares
  if (is.every((server) => server.share === 0) && [...was.values()].some((share) => share > 0)) return 'no server takes new requests any more, so they are answered with 503'
  let most: { readonly name: string; readonly was: number; readonly is: number } | null = null
  for (const server of is) {
    const old = was.get(server.name)
    if (old === undefined || Math.abs(old - server.share) <= tolerance) continue
    if (most === null || Math.abs(server.share - old) > Math.abs(most.is - most.was) || (Math.abs(server.share - old) === Math.abs(most.is - most.was) && server.share > most.is)) most = { name: server.name, was: old, is: server.share }
  }
  return most === null ? null : `server ${most.name} gets ${percent(most.is)} of new requests instead of ${percent(most.was)}`
}

function memberWords(before: Pool, after: Pool, isInert: (setting: string) => boolean): { readonly sentences: readonly string[]; readonly moves: boolean } {
  const was = new Map(before.members.map((member) => [member.name, member]))
  const is = new Map(after.members.map((member) => [member.name, member]))
  const gone = before.members.filter((member) => !is.has(member.name)).map((member) => member.name)
  const come = after.members.filter((member) => !was.has(member.name)).map((member) => member.name)
  const both = after.members.flatMap((member) => {
    const old = was.get(member.name)
    return old === undefined ? [] : [{ old, member }]
  })
  const moved = both.filter(({ old, member }) => old.address !== member.address || old.portOffset !== member.portOffset)
  const options = both.filter(({ old, member }) => old.options !== member.options && optionsKey(old, isInert) !== optionsKey(member, isInert))
  const sentences: string[] = []
  if (come.length > 0) sentences.push(`${come.length === 1 ? 'server' : 'servers'} ${names(come)} ${come.length === 1 ? 'is' : 'are'} new`)
  if (gone.length > 0) sentences.push(`${gone.length === 1 ? 'server' : 'servers'} ${names(gone)} ${gone.length === 1 ? 'is' : 'are'} gone`)
  const first = moved[0]
  if (first !== undefined) sentences.push(`server ${first.member.name} is at ${first.member.address} instead of ${first.old.address}${moved.length > 1 ? `, and ${moved.length - 1} more moved` : ''}`)
  if (options.length > 0) sentences.push(`${options.length === 1 ? 'server' : 'servers'} ${names(options.map(({ member }) => member.name))} ${options.length === 1 ? 'has' : 'have'} another ${names([...new Set(options.flatMap(({ old, member }) => optionNames(old, member, isInert)))])}`)
  return { sentences, moves: come.length + gone.length + moved.length > 0 }
}

/** Options that differ, as people call them. */
function optionNames(old: Member, member: Member, isInert: (setting: string) => boolean): readonly string[] {
  const rows: readonly (readonly [name: string, before: unknown, after: unknown])[] = [
    ['role', old.options.level, member.options.level], ['state', old.options.state, member.options.state], ['health check', old.options.check, member.options.check],
    ['connection limit', old.options.maxConnections, member.options.maxConnections], ['TLS setting', old.options.tls, member.options.tls],
    ['PROXY header', old.options.sendProxy, member.options.sendProxy], ['cookie', old.options.cookie, member.options.cookie], ['id', old.options.number, member.options.number],
  ]
  const named = rows.filter(([, before, after]) => JSON.stringify(before) !== JSON.stringify(after)).map(([name]) => name)
  return [...named, ...settingChanges(old.options.settings, member.options.settings, isInert).map((change) => change.name)]
}

function optionsKey({ options }: Member, isInert: (setting: string) => boolean): string {
  const { level, state, check, maxConnections, tls, sendProxy, cookie, number, settings } = options
  const noticed = Object.entries(settings).filter(([name]) => !isInert(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([level, state, check, maxConnections, tls, sendProxy, cookie, number, noticed])
}

const memberKey = (member: Member, isInert: (setting: string) => boolean): string => `${member.address} ${member.portOffset} ${member.options.weight} ${optionsKey(member, isInert)}`

function algorithmKey({ algorithm, allBackups }: Pool): string {
  const { name, key, hash, parameters } = algorithm
  return `${name} ${key === null ? '' : canonicalText(key)} ${JSON.stringify(hash)} ${JSON.stringify(parameters)} ${allBackups}`
}

/**
 * Whether servers that stay get other numbers, where a hash chooses by number: `map-based` by place, `consistent` by id,
 * which is the place unless it is given (H-BAL-8, H-CHASH-1). Names do not matter.
 */
function renumbered(before: Pool, after: Pool): boolean {
  if (after.algorithm.key === null && after.algorithm.hash === null) return false
  const numbers = ({ members, algorithm }: Pool): ReadonlyMap<string, number> =>
    new Map(members.map((member, index) => [`${member.address} ${member.portOffset}`, algorithm.hash?.method === 'consistent' ? member.options.number ?? index + 1 : index + 1]))
  const [was, is] = [numbers(before), numbers(after)]
  return [...is].some(([address, number]) => was.has(address) && was.get(address) !== number)
}

function persistenceKey(pool: Pool): string {
  return JSON.stringify(pool.persistence, (key, value: unknown) => (key === 'origin' ? undefined : value))
}

function persistenceWords(pool: Pool): string {
  const words = pool.persistence.map((one: Persistence) => {
    switch (one.kind) {
      case 'cookie': case 'rdp-cookie': return `cookie ${one.name}`
      case 'stick': return `stick table ${one.table}`
      default: return one.kind
    }
  })
  return words.length === 0 ? 'nothing' : [...new Set(words)].join(', ')
}

function triesWords({ retries }: Pool): string {
  const { count, redispatch, on } = retries
  const times = count === 0 ? 'not tried again' : `tried ${count} more ${count === 1 ? 'time' : 'times'}${redispatch ? ', at last with another server' : ''}`
  return on.length === 0 || (on.length === 1 && on[0] === 'conn-failure') ? times : `${times} on ${on.join(' ')}`
}

function checkKey(pool: Pool): string {
  return JSON.stringify(pool.check, (key, value: unknown) => (key === 'origin' ? undefined : value))
}

function checkWords({ check }: Pool): string {
  if (check === null) return 'the default check'
  const parts = [check.method, check.uri].filter((part) => part !== null).join(' ')
  return `${parts === '' ? check.kind : parts}${check.host === null ? '' : ` for ${check.host}`}${check.expect === null ? '' : ` expecting ${check.expect}`}`
}
