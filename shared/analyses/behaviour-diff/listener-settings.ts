import { arrivalsAt, at } from '#shared/model/decision-space/arrivals.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Definition } from '#shared/model/decision-space/definitions.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import { poolsByReference } from '#shared/model/decision-order.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { ListenAddress, Listener, RoutingModel } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { memberLimit, type ClassMember, type RequestClass, type UnknownRegion } from './answer.ts'
import { sameKind, type PairedListener } from './arrivals.ts'
import { distinct, listed } from './cause.ts'
import { identify } from './identify.ts'
import { differ } from './judge.ts'
import { areTwoProducts } from './two-products.ts'
import type { Comparison } from './listener-diff.ts'
import { listedNames } from './phrases.ts'
import type { SettingSense } from './pool-changes.ts'
import { settingChanges, type SettingChange } from './setting-changes.ts'
import { insteadWords, outcomeWords } from './words.ts'

/** Settings that decide which clients get through the handshake. */
const handshakeSettings = ['verify', 'ca-file', 'crl-file', 'ca-verify-file', 'ssl-min-ver', 'ssl-max-ver', 'ciphers', 'ciphersuites']

/** What decides before the first rule whether a connection gets through, and is not followed. */
export function handshakeRegions(before: Listener, after: Listener, address: ListenAddress): readonly UnknownRegion[] {
  const found: string[] = []
  if (before.acceptProxy !== after.acceptProxy) found.push('expects a PROXY header on one side only')
  if (before.tls?.strictSni !== after.tls?.strictSni) found.push('refuses unknown TLS server names on one side only')
  for (const setting of handshakeSettings) {
    if ((before.settings[setting] ?? '') !== (after.settings[setting] ?? '')) found.push(`has another ${setting}`)
  }
  return found.map((text) => ({ listener: after.group, when: `connections to ${address.text}`, because: `The listener ${text}, so some connections may be refused that were not, or the other way round.`, side: 'after', at: after.origin[0] ?? { file: '', start: 0, end: 0 } }))
}

/** Rules of two protocols have no request in common that could be followed on both sides. */
export function uncomparedRegion({ address, before, after }: PairedListener): UnknownRegion {
  const because = before !== null && after !== null ? `${address.text} speaks another protocol, so its rules are not compared one by one.` : `Only one side listens on ${address.text}, and no request was found that shows it.`
  return { listener: (after ?? before)?.group ?? null, when: `requests sent to ${address.text}`, because, side: after === null ? 'before' : 'after', at: (after ?? before)?.origin[0] ?? { file: '', start: 0, end: 0 } }
}

/** An address that only one side listens on, or that speaks another protocol now. */
export function listenerClass(comparison: Comparison, { address, before, after }: PairedListener): readonly RequestClass[] {
  const listener = before ?? after
  if (listener === null) return []
  const arrival = arrivalsAt(at(listener, address))[0] as Arrival
  const plain = requestOf(comparison.space.world, { values: new Map(), flags: new Map(), valueOf: () => null }, arrival)
  // Where any address is meant, the other side may listen on some of them.
  const requests = [plain, ...(plain.destinationIp === null ? [] : ['192.0.2.1', '198.51.100.1', '203.0.113.1'].map((destinationIp) => ({ ...plain, destinationIp })))]
  const request = requests.find((one) => differ(comparison.judge.before(one), comparison.judge.after(one), comparison.alias, areTwoProducts(comparison.models.before, comparison.models.after)))
  if (request === undefined) return []
  const judged = { before: comparison.judge.before(request), after: comparison.judge.after(request) }
  const shown = address.text
  const summary = after === null ? `Nothing listens on ${shown} any more: requests there no longer ${outcomeWords(judged.before.outcome).replace(/^are /, 'get ')}.`
    : before === null ? `${after.group} listens on ${shown}, where nothing listened: requests there ${outcomeWords(judged.after.outcome)}.`
      : `${shown} speaks another protocol: requests ${outcomeWords(judged.after.outcome)} instead of ${insteadWords(judged.before.outcome)}.`
  const when = `the request is sent to ${shown}`
  const sides = { before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
  return [{
    id: identify(['listener', shown, summary]), severity: before === null ? 'warning' : 'critical', kind: 'listener', listener: listener.group, when, summary, witness: request, ...sides,
    cause: { before: (before?.origin ?? []).slice(0, 1), after: (after?.origin ?? []).slice(0, 1) }, lines: { before: before?.origin ?? [], after: after?.origin ?? [] }, count: 1, members: [{ when, witness: request, ...sides }], about: 'listeners', depends: [],
  }]
}

interface ChangedListener {
  readonly address: ListenAddress
  readonly before: Listener
  readonly after: Listener
  readonly changes: readonly SettingChange[]
}

export interface SettingClasses {
  /** One class for all listener groups whose settings differ in the same way. */
  readonly classes: readonly RequestClass[]
  /** Texts of changes that every listener has, so that pools need not tell them again. */
  readonly shared: ReadonlySet<string>
}

/** Classes for listener groups whose settings differ in something that requests notice. */
export function settingClasses(comparison: Comparison, pairs: readonly PairedListener[], sense: SettingSense, outside: readonly Definition[]): SettingClasses {
  const groups = new Map<string, ChangedListener[]>()
  let shared: ReadonlySet<string> | null = null
  for (const { address, before, after } of pairs) {
    if (before === null || after === null || !sameKind(before, after)) continue
    const changes = changesOf(comparison, before, after, sense.isInert, outside)
    const texts = new Set(changes.map((change) => change.text))
    const known: ReadonlySet<string> = shared ?? texts
    shared = new Set([...texts].filter((text) => known.has(text)))
    if (changes.length === 0) continue
    const key = [...texts].join('; ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ address, before, after, changes }])
    else if (!group.some((one) => one.after.group === after.group)) group.push({ address, before, after, changes })
  }
  return { classes: [...groups.values()].map((group) => settingClass(comparison, group, sense)), shared: shared ?? new Set() }
}

function changesOf({ models }: Comparison, before: Listener, after: Listener, isInert: (setting: string) => boolean, outside: readonly Definition[]): readonly SettingChange[] {
  // A `listen` section is a pool too, which tells of the same settings.
  const pools = { before: ownPool(models.before, before), after: ownPool(models.after, after) }
  const told = (name: string): boolean => pools.before !== undefined && pools.after !== undefined && pools.before.settings[name] === before.settings[name] && pools.after.settings[name] === after.settings[name]
  return [...certificateChanges(before, after, outside), ...settingChanges(before.settings, after.settings, (name) => handshakeSettings.includes(name) || told(name) || isInert(name))]
}

function ownPool(model: RoutingModel, listener: Listener): Pool | undefined {
  return listener.kind === 'listen' ? poolsByReference(model).get(listener.group) : undefined
}

function certificateChanges(before: Listener, after: Listener, outside: readonly Definition[]): readonly SettingChange[] {
  const rows = ({ tls }: Listener): Readonly<Record<string, string>> => (tls === null ? {} : { 'certificate file': tls.certificates.join(' '), 'names in the list of certificates': tls.names.join(' '), alpn: tls.alpn.join(',') })
  if (before.tls === null || after.tls === null) return []
  const lists = after.tls.certificates.filter((name) => outside.some((one) => one.readBy.test(name)))
  return [...settingChanges(rows(before), rows(after), () => false), ...lists.map((name) => ({ name: 'bind', text: `the list of certificates ${name} holds something else` }))]
}

function settingClass(comparison: Comparison, group: readonly ChangedListener[], { placeOf }: SettingSense): RequestClass {
  const [{ after: first, changes }] = group as [ChangedListener]
  const texts = changes.map((change) => change.text)
  const text = `${texts.slice(0, 3).join('; ')}${texts.length > 3 ? `; and ${texts.length - 3} more settings` : ''}`
  const names = group.map((one) => one.after.group)
  const members = group.slice(0, memberLimit).map((one) => memberOf(comparison, one))
  const placed = (side: 'before' | 'after', one: ChangedListener): readonly Span[] => {
    const places = changes.flatMap((change) => placeOf(side, 'group', one[side].group, change.name) ?? [])
    return places.length > 0 ? places : one[side].origin.slice(0, 1)
  }
  const spans = (side: 'before' | 'after'): readonly Span[] => distinct(group.slice(0, memberLimit).flatMap((one) => placed(side, one)))
  const { witness, before, after } = members[0] as ClassMember
  const cause = { before: spans('before').slice(0, 24), after: spans('after').slice(0, 24) }
  return {
    id: identify(['settings', ...names, text]), severity: 'warning', kind: 'policy', listener: first.group, when: names.length === 1 ? `the request comes in through ${first.group}` : `the request comes in through one of ${names.length} listeners`,
    summary: `Requests through ${listedNames(names, '', 'listeners')}: ${text}.`, witness, before, after, cause, lines: listed(spans('before'), spans('after')), count: names.length, members, about: 'listeners', depends: [],
  }
}

function memberOf({ space, judge }: Comparison, { after, address }: ChangedListener): ClassMember {
  const witness = requestOf(space.world, { values: new Map(), flags: new Map(), valueOf: () => null }, arrivalsAt(at(after, address))[0] as Arrival)
  const judged = { before: judge.before(witness), after: judge.after(witness) }
  return { when: `the request comes in through ${after.group}`, witness, before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
}
