import { expectedShares } from '#shared/model/expected-shares.ts'
import type { Member, Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { PoolChange, SettingChange, TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { count, percent, shareTag } from './names.ts'
import { settingText } from './topology-nodes.ts'
import { list, say, type Ranked } from './sentence-tools.ts'
import type { TopologyView } from './topology-view.ts'

function spans(...elements: readonly ({ readonly origin: readonly Span[] } | null)[]): readonly Span[] {
  return elements.flatMap((element) => (element === null ? [] : element.origin.slice(0, 1)))
}

/** Pools that rules lead to on one side only. */
function reachSentences(view: TopologyView, after: RoutingModel): readonly Ranked[] {
  const pools = new Map(after.pools.map((pool) => [pool.id, pool]))
  const found: Ranked[] = []
  for (const node of view.nodes) {
    if (node.column !== 'pool' || !node.changes.includes('no rule leads here any more')) continue
    const pool = pools.get(node.id)
    const usable = pool === undefined ? 0 : expectedShares(pool).shares.filter((one) => one.share > 0).length
    found.push(say({
      rank: 0, id: `pool-lost-${node.id}`, tone: 'critical', text: `Pool ${node.title} can no longer be reached by any rule.`,
      details: [usable === 0 ? 'it has no usable server either' : `${count(usable, 'server')} would be idle`], highlights: [node.id, ...(pool?.members ?? []).slice(0, 50).map((member) => member.id)],
      before: node.before, after: node.after,
    }))
  }
  return found
}

interface ShareRow {
  readonly member: Member
  readonly before: number
  readonly after: number
}

function shareRows(before: Pool, after: Pool, renamed: ReadonlyMap<string, string>): readonly ShareRow[] {
  const old = new Map(expectedShares(before).shares.map((one) => [one.name, one.share]))
  return expectedShares(after).shares.flatMap((one, index) => {
    const was = old.get(renamed.get(one.name) ?? one.name)
    const member = after.members[index]
    return was === undefined || member === undefined ? [] : [{ member, before: was, after: one.share }]
  })
}

function weights(pool: Pool): string {
  const shown = pool.members.slice(0, 8).map((member) => String(member.options.weight)).join(':')
  return pool.members.length > 8 ? `${shown}:…` : shown
}

/** Figures that say the same are not worth a sentence. */
const shareTolerance = 0.0005

function shareSentence(change: PoolChange): Ranked | null {
  const { before, after } = change
  if (before === null || after === null) return null
  const renamed = new Map(change.members.flatMap((one) => (one.kind === 'renamed' && one.before !== null && one.after !== null ? [[one.after.name, one.before.name] as const] : [])))
  const rows = shareRows(before, after, renamed).filter((row) => Math.abs(row.after - row.before) > shareTolerance)
  if (rows.length === 0) return null
  const most = rows.reduce((best, row) => (Math.abs(row.after - row.before) > Math.abs(best.after - best.before) ? row : best))
  const now = expectedShares(after)
  const positive = now.shares.map((one) => one.share).filter((share) => share > 0)
  const even = positive.length > 0 && Math.max(...positive) - Math.min(...positive) < shareTolerance
  const factor = most.before === 0 ? Infinity : most.after / most.before
  const strong = !even && (factor >= 1.5 || factor <= 1 / 1.5)
  const others = rows.filter((row) => row !== most).slice(0, 6).map((row) => `${row.member.name}: ${shareTag(row.before, row.after)}`)
  const reweighted = change.members.some((one) => one.settings.some((setting) => setting.setting === 'weight'))
  const weightText = !reweighted ? [] : [`weights ${weights(before)} → ${weights(after)}`]
  const text = positive.length === 0
    ? `Pool ${after.name} would have no usable server: every request to it gets 503.`
    : most.after === 0
      ? `${most.member.name} would get nothing of the ${after.name} pool any more (${percent(most.before)} before).`
      : `${most.member.name} would take ${percent(most.after)} of the ${after.name} pool (${percent(most.before)} before).`
  return say({
    rank: positive.length === 0 ? 0.5 : strong ? 2 : 9, id: `share-${after.id}`, tone: positive.length === 0 ? 'critical' : strong ? 'warning' : 'changed', text,
    details: [...weightText, ...others, ...(now.assumption === 'equal-service-times' ? ['if all servers answer equally fast'] : [])],
    highlights: [after.id, ...rows.slice(0, 50).map((row) => row.member.id)], before: rows.slice(0, 20).flatMap((row) => spans(before.members.find((member) => member.name === (renamed.get(row.member.name) ?? row.member.name)) ?? null)),
    after: rows.slice(0, 20).flatMap((row) => spans(row.member)),
  })
}

const algorithmRemarks: Readonly<Record<string, string>> = {
  'leastconn→roundrobin': 'slow servers keep receiving their full share',
  'roundrobin→leastconn': 'shares follow how fast servers answer',
  '→source': 'each client address keeps one server; few client addresses mean few busy servers',
  '→first': 'the first server takes everything up to its connection limit',
}

function algorithmSentence(change: PoolChange, setting: SettingChange): Ranked | null {
  const { before, after } = change
  if (before === null || after === null || setting.setting !== 'balance') return null
  const remark = algorithmRemarks[`${before.algorithm.name}→${after.algorithm.name}`] ?? algorithmRemarks[`→${after.algorithm.name}`]
  return say({
    rank: 6, id: `balance-${after.id}`, tone: 'changed', text: `${setting.before ?? ''} became ${setting.after ?? ''} on pool ${after.name}.`,
    details: remark === undefined ? [] : [remark], highlights: [after.id],
    before: before.algorithm.origin.length > 0 ? before.algorithm.origin.slice(0, 1) : spans(before), after: after.algorithm.origin.length > 0 ? after.algorithm.origin.slice(0, 1) : spans(after),
  })
}

interface SettingGroup {
  readonly setting: SettingChange
  readonly pools: Pool[]
  readonly members: Member[]
  readonly before: Span[]
  readonly after: Span[]
}

/** One change that many pools or servers share (a default, say) is one sentence. */
function settingSentences(difference: TopologyDifference, told: ReadonlySet<string>): readonly Ranked[] {
  const groups = new Map<string, SettingGroup>()
  const group = (kind: string, setting: SettingChange): SettingGroup => {
    const key = `${kind} ${settingText(setting)}`
    let found = groups.get(key)
    if (found === undefined) {
      found = { setting, pools: [], members: [], before: [], after: [] }
      groups.set(key, found)
    }
    return found
  }
  const note = (one: SettingGroup, before: { readonly origin: readonly Span[] } | null, after: { readonly origin: readonly Span[] } | null): void => {
    if (one.before.length < 20) one.before.push(...spans(before))
    if (one.after.length < 20) one.after.push(...spans(after))
  }
  for (const change of difference.pools) {
    if (change.kind !== 'changed' || change.before === null || change.after === null) continue
    for (const setting of change.settings) {
      if (setting.setting === 'balance') continue
      const one = group('pool', setting)
      one.pools.push(change.after)
      note(one, change.before, change.after)
    }
    for (const member of change.members) {
      if (member.kind !== 'changed' || member.after === null) continue
      for (const setting of member.settings) {
        // Weights and states stand with the shares they lead to.
        if (told.has(change.after.id) && (setting.setting === 'weight' || setting.setting === 'state')) continue
        const one = group('server', setting)
        one.members.push(member.after)
        if (!one.pools.includes(change.after)) one.pools.push(change.after)
        note(one, member.before, member.after)
      }
    }
  }
  return [...groups].map(([key, one]) => {
    const where = one.members.length === 0
      ? (one.pools.length === 1 ? `pool ${one.pools[0]?.name ?? ''}` : `${one.pools.length} pools (${list(one.pools.map((pool) => pool.name))})`)
      : (one.pools.length === 1 ? `${one.members.length === 1 ? 'server' : 'servers'} ${list(one.members.map((member) => member.name))} of pool ${one.pools[0]?.name ?? ''}` : `${one.members.length} servers of ${one.pools.length} pools (${list(one.pools.map((pool) => pool.name))})`)
    const { setting, before, after } = one.setting
    const text = before === null ? `${setting} of ${where} is now ${after ?? ''}.` : after === null ? `${setting} of ${where} is no longer set (was ${before}).` : `${setting} of ${where} changed from ${before} to ${after}.`
    const serious = setting === 'address' || setting === 'state' || setting === 'enabled' || setting.startsWith('health check') || setting === 'role' || setting === 'TLS to the server'
    return say({
      rank: serious ? 7 : 11, id: `setting-${key}`, tone: 'changed', text: text.charAt(0).toUpperCase() + text.slice(1),
      highlights: [...one.pools.slice(0, 50).map((pool) => pool.id), ...one.members.slice(0, 50).map((member) => member.id)], before: one.before.slice(0, 20), after: one.after.slice(0, 20),
    })
  })
}

function memberSentences(change: PoolChange): readonly Ranked[] {
  const pool = change.after
  if (pool === null || change.kind !== 'changed') return []
  const found: Ranked[] = []
  const of = (kind: string): readonly (readonly [Member | null, Member | null])[] => change.members.filter((one) => one.kind === kind).map((one) => [one.before, one.after])
  const tell = (kind: 'added' | 'removed', text: (names: string) => string): void => {
    const rows = of(kind)
    if (rows.length === 0) return
    found.push(say({
      rank: 7, id: `servers-${kind}-${pool.id}`, tone: kind, text: text(list(rows.map(([was, now]) => (now ?? was)?.name ?? ''))),
      details: [`${count(change.before?.members.length ?? 0, 'server')} before, ${pool.members.length} now`, ...rows.slice(0, 6).map(([was, now]) => `${(now ?? was)?.name ?? ''} at ${(now ?? was)?.address ?? ''}`)],
      highlights: [pool.id, ...rows.slice(0, 50).map(([was, now]) => (now ?? was)?.id ?? '')], before: rows.slice(0, 20).flatMap(([was]) => spans(was)), after: rows.slice(0, 20).flatMap(([, now]) => spans(now)),
    }))
  }
  tell('added', (names) => `Pool ${pool.name} gains ${names}.`)
  tell('removed', (names) => `Pool ${pool.name} loses ${names}.`)
  for (const [was, now] of of('renamed')) found.push(say({ rank: 13, id: `server-renamed-${now?.id ?? ''}`, tone: 'changed', text: `Server ${was?.name ?? ''} of pool ${pool.name} is now called ${now?.name ?? ''}; address and options are the same.`, highlights: [now?.id ?? ''], before: spans(was), after: spans(now) }))
  const moved = of('moved')
  if (moved.length > 0) {
    const hashing = pool.algorithm.key !== null || pool.algorithm.hash !== null || pool.algorithm.name === 'first'
    found.push(say({
      rank: hashing ? 7 : 15, id: `servers-moved-${pool.id}`, tone: hashing ? 'warning' : 'notice', text: `The servers of pool ${pool.name} stand in another order: ${list(moved.map(([, now]) => now?.name ?? ''))} moved.`,
      details: hashing ? [`with ${pool.algorithm.text} the position of a server counts`] : [], highlights: [pool.id], before: moved.slice(0, 20).flatMap(([was]) => spans(was)), after: moved.slice(0, 20).flatMap(([, now]) => spans(now)),
    }))
  }
  return found
}

/** What changed in pools and servers. */
export function poolSentences(after: RoutingModel, view: TopologyView, difference: TopologyDifference): readonly Ranked[] {
  const found: Ranked[] = [...reachSentences(view, after)]
  const told = new Set<string>()
  for (const change of difference.pools) {
    const { before, after: now } = change
    if (change.kind === 'changed') {
      const share = shareSentence(change)
      if (share !== null) {
        found.push(share)
        if (now !== null) told.add(now.id)
      }
      for (const setting of change.settings) {
        const sentence = algorithmSentence(change, setting)
        if (sentence !== null) found.push(sentence)
      }
      found.push(...memberSentences(change))
    } else if (change.kind === 'added' && now !== null) {
      found.push(say({ rank: 7, id: `pool-added-${now.id}`, tone: 'added', text: `New pool ${now.name} with ${count(now.members.length, 'server')}.`, highlights: [now.id], after: spans(now) }))
    } else if (change.kind === 'removed' && before !== null) {
      found.push(say({ rank: 6, id: `pool-removed-${before.id}`, tone: 'removed', text: `Pool ${before.name} and its ${count(before.members.length, 'server')} are gone.`, highlights: [before.id], before: spans(before) }))
    } else if (change.kind === 'renamed' && before !== null && now !== null) {
      found.push(say({ rank: 13, id: `pool-renamed-${now.id}`, tone: 'changed', text: `Pool ${before.name} is now called ${now.name}; servers and settings are the same.`, highlights: [now.id], before: spans(before), after: spans(now) }))
    }
  }
  found.push(...settingSentences(difference, told))
  return found
}
