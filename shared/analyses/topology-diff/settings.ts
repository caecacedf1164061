import { canonicalText } from '#shared/model/canonical.ts'
import { describePredicate, describeView } from '#shared/model/describe.ts'
import type { HealthCheck, Member, MemberCheck, MemberOptions, Persistence, Pool, ServerSelector } from '#shared/model/pool.ts'
import type { Listener } from '#shared/model/routing-model.ts'
import type { ListenerGroup, SettingChange } from './answer.ts'

type Rows = Map<string, string>

function put(rows: Rows, setting: string, value: string | number | null): void {
  if (value !== null && value !== '') rows.set(setting, String(value))
}

function putRecord(rows: Rows, record: Readonly<Record<string, string | number>>, name: (key: string) => string, value: (value: string | number) => string): void {
  for (const key of Object.keys(record)) rows.set(name(key), value(record[key] as string | number))
}

/** Settings of one side beside those of the other; in order of first appearance, after side first. */
export function compareRows(before: Rows, after: Rows): SettingChange[] {
  const changes: SettingChange[] = []
  for (const [setting, value] of after) {
    const old = before.get(setting) ?? null
    if (old !== value) changes.push({ setting, before: old, after: value })
  }
  for (const [setting, value] of before) if (!after.has(setting)) changes.push({ setting, before: value, after: null })
  return changes
}

function milliseconds(value: number): string {
  if (value > 0 && value % 3_600_000 === 0) return `${value / 3_600_000} h`
  if (value > 0 && value % 60_000 === 0) return `${value / 60_000} min`
  return value > 0 && value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`
}

function memberCheckText(check: MemberCheck | null): string {
  if (check === null) return 'none'
  const parts: string[] = [check.by === 'track' ? `tracks ${check.track ?? '?'}` : check.by, `every ${milliseconds(check.intervalMs)}`, `fall ${check.fall}`, `rise ${check.rise}`]
  if (check.port !== null) parts.push(`port ${check.port}`)
  if (check.address !== null) parts.push(`address ${check.address}`)
  return parts.join(', ')
}

function optionRows(options: MemberOptions): Rows {
  const rows: Rows = new Map()
  put(rows, 'weight', options.weight)
  put(rows, 'role', options.level === 0 ? 'primary' : 'backup')
  put(rows, 'state', options.state)
  put(rows, 'health check', memberCheckText(options.check))
  put(rows, 'connection limit', options.maxConnections)
  put(rows, 'TLS to the server', options.tls ? 'on' : 'off')
  put(rows, 'PROXY header', options.sendProxy ? 'sent' : 'not sent')
  put(rows, 'cookie value', options.cookie)
  put(rows, 'id', options.number)
  putRecord(rows, options.settings, (key) => key, (value) => (value === '' ? 'on' : String(value)))
  return rows
}

/**
 * Compares options of servers. Servers share option objects, so each distinct pair is compared once: first by
 * identity, then by the pairs already seen, then deep.
 */
export function optionComparer(): (before: MemberOptions, after: MemberOptions) => readonly SettingChange[] {
  const seen = new Map<MemberOptions, Map<MemberOptions, readonly SettingChange[]>>()
  return (before, after) => {
    if (before === after) return []
    let row = seen.get(before)
    if (row === undefined) {
      row = new Map()
      seen.set(before, row)
    }
    let changes = row.get(after)
    if (changes === undefined) {
      changes = compareRows(optionRows(before), optionRows(after))
      row.set(after, changes)
    }
    return changes
  }
}

export function memberSettings(before: Member, after: Member, compareOptions: ReturnType<typeof optionComparer>): readonly SettingChange[] {
  const options = compareOptions(before.options, after.options)
  if (before.address === after.address) return options
  return [{ setting: 'address', before: before.address, after: after.address }, ...options]
}

function putCheck(rows: Rows, check: HealthCheck | null): void {
  if (check === null) return
  put(rows, 'health check', check.kind === 'http' ? `${check.method ?? 'OPTIONS'} ${check.uri ?? '/'}` : check.kind)
  put(rows, 'health check version', check.httpVersion)
  put(rows, 'health check Host', check.host)
  put(rows, 'health check expectation', check.expect)
}

export function checkText(check: HealthCheck | null): string | null {
  if (check === null) return null
  const parts = [check.kind === 'http' ? `${check.method ?? 'OPTIONS'} ${check.uri ?? '/'}` : check.kind]
  if (check.httpVersion !== null) parts.push(check.httpVersion)
  if (check.host !== null) parts.push(`Host ${check.host}`)
  if (check.expect !== null) parts.push(`expects ${check.expect}`)
  return parts.join(', ')
}

function condition(text: string): string {
  return text === 'always' ? '' : ` if ${text}`
}

function persistenceText(one: Persistence): string {
  switch (one.kind) {
    case 'cookie': return `cookie ${one.name} ${one.mode}${one.flags.length === 0 ? '' : ` ${one.flags.join(' ')}`}`
    case 'stick': return `stick ${one.use} on ${describeView(one.key)} in ${one.table}${condition(describePredicate(one.when))}`
    case 'rdp-cookie': return `rdp-cookie ${one.name}`
    case 'force-persist': case 'ignore-persist': return `${one.kind}${condition(describePredicate(one.when))}`
  }
}

function selectorText(one: ServerSelector): string {
  return `use-server ${typeof one.server === 'string' ? one.server : one.server.text}${condition(describePredicate(one.when))}`
}

function poolRows(pool: Pool): Rows {
  const rows: Rows = new Map()
  const { algorithm } = pool
  put(rows, 'balance', algorithm.text)
  if (algorithm.hash !== null) {
    put(rows, 'hash type', `${algorithm.hash.method} ${algorithm.hash.fn}${algorithm.hash.modifier === null ? '' : ` ${algorithm.hash.modifier}`}`)
    put(rows, 'hash balance factor', algorithm.hash.balanceFactor)
  }
  if (algorithm.key !== null) put(rows, 'hash key', describeView(algorithm.key))
  put(rows, 'protocol', pool.protocol)
  put(rows, 'enabled', pool.enabled ? 'yes' : 'no')
  put(rows, 'server selection', pool.selectors.map(selectorText).join('; '))
  put(rows, 'persistence', pool.persistence.map(persistenceText).join('; '))
  put(rows, 'backups', pool.allBackups ? 'all together' : 'first usable')
  putCheck(rows, pool.check)
  put(rows, 'retries', pool.retries.count)
  put(rows, 'redispatch', pool.retries.redispatch ? 'on' : 'off')
  put(rows, 'retry on', pool.retries.on.join(' '))
  putRecord(rows, pool.timeoutsMs, (key) => `timeout ${key}`, (value) => milliseconds(Number(value)))
  putRecord(rows, pool.settings, (key) => key, (value) => (value === '' ? 'on' : String(value)))
  return rows
}

function sameRecord(before: Readonly<Record<string, string | number>>, after: Readonly<Record<string, string | number>>): boolean {
  if (before === after) return true
  const keys = Object.keys(before)
  if (keys.length !== Object.keys(after).length) return false
  for (const key of keys) if (before[key] !== after[key]) return false
  return true
}

function sameCheck(before: HealthCheck | null, after: HealthCheck | null): boolean {
  if (before === null || after === null) return before === after
  return before.kind === after.kind && before.method === after.method && before.uri === after.uri
    && before.httpVersion === after.httpVersion && before.host === after.host && before.expect === after.expect
}

/** Cheap answer for the usual case, so that rows are only written for pools that differ. */
function samePoolSettings(before: Pool, after: Pool): boolean {
  return before.algorithm.text === after.algorithm.text && before.protocol === after.protocol && before.enabled === after.enabled
    && before.allBackups === after.allBackups && before.retries.count === after.retries.count
    && before.retries.redispatch === after.retries.redispatch && before.retries.on.join(' ') === after.retries.on.join(' ')
    && before.algorithm.hash?.method === after.algorithm.hash?.method && before.algorithm.hash?.fn === after.algorithm.hash?.fn
    && before.algorithm.hash?.modifier === after.algorithm.hash?.modifier && before.algorithm.hash?.balanceFactor === after.algorithm.hash?.balanceFactor
    && before.selectors.length === 0 && after.selectors.length === 0 && before.persistence.length === 0 && after.persistence.length === 0
    && before.algorithm.key === null && after.algorithm.key === null
    && sameCheck(before.check, after.check) && sameRecord(before.timeoutsMs, after.timeoutsMs) && sameRecord(before.settings, after.settings)
}

export function poolSettings(before: Pool, after: Pool): readonly SettingChange[] {
  return samePoolSettings(before, after) ? [] : compareRows(poolRows(before), poolRows(after))
}

function listenerRows(listener: Listener): Rows {
  const rows: Rows = new Map()
  put(rows, 'protocol', listener.protocol)
  put(rows, 'enabled', listener.enabled ? 'yes' : 'no')
  put(rows, 'PROXY header', listener.acceptProxy ? 'expected' : 'not expected')
  put(rows, 'TLS', listener.tls === null ? 'off' : 'on')
  if (listener.tls !== null) {
    put(rows, 'certificates', listener.tls.certificates.join(' '))
    put(rows, 'certificate names', listener.tls.names.join(' '))
    put(rows, 'strict SNI', listener.tls.strictSni ? 'on' : 'off')
    put(rows, 'ALPN', listener.tls.alpn.join(','))
  }
  putRecord(rows, listener.settings, (key) => key, (value) => (value === '' ? 'on' : String(value)))
  return rows
}

export function addressText(listener: Listener): string {
  return listener.addresses.map((address) => address.text).join(',')
}

/** Binds are paired by address; one that exists on one side only is a change of `address`. */
export function listenerSettings(before: ListenerGroup, after: ListenerGroup): readonly SettingChange[] {
  const changes: SettingChange[] = []
  const old = new Map(before.listeners.map((one) => [addressText(one), one]))
  const many = before.listeners.length > 1 || after.listeners.length > 1
  for (const listener of after.listeners) {
    const address = addressText(listener)
    const partner = old.get(address)
    if (partner === undefined) {
      changes.push({ setting: 'address', before: null, after: address })
      continue
    }
    old.delete(address)
    for (const change of compareRows(listenerRows(partner), listenerRows(listener))) {
      changes.push(many ? { ...change, setting: `${change.setting} on ${address}` } : change)
    }
  }
  for (const address of old.keys()) changes.push({ setting: 'address', before: address, after: null })
  return changes
}

/** Content of a pool without its name: equal text, equal pool under another name. */
export function poolContent(pool: Pool): string {
  const members = pool.members.map((member) => [member.name, member.address, [...optionRows(member.options)]])
  return JSON.stringify([[...poolRows(pool)], members, pool.kind, pool.selectors.map((one) => canonicalText(one.when))])
}

export function memberContent(member: Member): string {
  return JSON.stringify([member.address, [...optionRows(member.options)]])
}
