import type { Span } from '#shared/text/span.ts'
import type { JoinedServer, Rated } from '#shared/live/join.ts'
import { isEligible, type PoolRow, type ServerRow, type ServerState } from '#shared/live/snapshot.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { unitsIn } from './units.ts'

/** Too few servers of a pool can take requests. Spare slots, what the config leaves out, and what an operator took out do not count as missing. */
export function healthRule(policy: AlertPolicy): AlertRule {
  /** Servers that had a weight since watching began: where the source does not tell the weight of the config, 0 was set since then. */
  const weighed = new Set<string>()
  return {
    id: 'health', confirm: 2, clear: 2, isState: true,
    look(view) {
      if (view.restarted) weighed.clear()
      return view.pools.flatMap((pool) => {
        for (const { live } of pool.servers) if ((live?.row.state.weight ?? 0) > 0) weighed.add(`${pool.name}/${live?.row.name ?? ''}`)
        return judge(pool, policy.threshold('health', pool.name) / 100, weighed)
      })
    },
  }
}

interface Standing extends ServerRow {
  readonly at: Span | null
}

/** Servers of a pool that are meant to take requests, by their state now. Slots without an address count only where nothing else is there. */
export function serversOf(joined: WatchedPool, weighed: ReadonlySet<string> = new Set()): readonly Standing[] {
  const meant = joined.servers.flatMap((one) => {
    const { live, member } = one
    if (live === null || (member?.options.state === 'disabled' && !isEligible(live.row.state))) return []
    const { weight, initialWeight } = live.row.state
    const given = initialWeight ?? member?.options.weight ?? (weighed.has(`${joined.name}/${live.row.name}`) ? null : weight)
    if (given === 0 && (weight ?? 0) === 0) return []
    return [{ spare: isSpare(one, joined), row: { ...live.row, name: member?.name ?? live.row.name, at: member?.origin[0] ?? null } }]
  })
  const taken = meant.filter((one) => !one.spare)
  return (taken.some((one) => !one.row.state.backup) ? taken : meant).map((one) => one.row)
}

/** A slot of a template that waits for an address. A server of its own whose name does not resolve is missing. */
function isSpare({ live, member, slot }: JoinedServer, joined: WatchedPool): boolean {
  if (live?.row.state.admin !== 'unresolved') return false
  if (member !== null) return slot
  // Without the line slots are told by the name that they share, where the source tells names.
  const nameOf = ({ serviceRecord, hostName }: ServerState): string | null => serviceRecord ?? hostName
  const name = nameOf(live.row.state)
  return name === null || joined.servers.some((other) => other.live !== null && other.live !== live && nameOf(other.live.row.state) === name)
}

/** Weight that the configuration gave, whatever runs now. */
export function weightOf(rows: readonly { readonly state: Pick<ServerState, 'initialWeight' | 'weight'> }[]): number {
  return rows.reduce((sum, { state }) => sum + Math.max(1, state.initialWeight ?? state.weight ?? 1), 0)
}

/** So few servers are left that no one should wait for it to become worse. */
export function isCritical(able: number, all: number): boolean {
  return able <= Math.max(1, all / 4)
}

/** `least`: part of the weight (0–1) from which on, downwards, it is too little. */
function judge(joined: WatchedPool, least: number, weighed: ReadonlySet<string>): readonly Evaluation[] {
  if (joined.live === null) return []
  if (joined.answering === 'nobody') return [judgeUnserved(joined, joined.live)]
  const servers = serversOf(joined, weighed)
  if (servers.length === 0) return []
  // Where backups take over together and there is nothing before them, they are the pool.
  const first = servers.filter((one) => !one.state.backup)
  const primaries = first.length === 0 && joined.shares.rule.allBackups ? servers : first
  const able = primaries.filter((one) => isEligible(one.state))
  const intended = primaries.filter((one) => !one.state.byAgent && (one.state.admin === 'maintenance' || one.state.admin === 'drain' || one.state.admin === 'weight-zero'))
  const counted = primaries.filter((one) => !intended.includes(one))
  const name = joined.name
  const out = (rows: readonly Standing[]): Pick<Evaluation, 'servers' | 'at'> => ({ servers: rows.map((one) => one.name), at: rows[0]?.at ?? joined.pool?.origin[0] ?? null })
  const anyAble = servers.some((one) => isEligible(one.state))
  if (!anyAble) {
    return [{ rule: 'health', pool: name, server: null, holds: true, severity: 'critical', ...out(servers), atOnce: true, sentence: `0 of ${servers.length} servers of pool ${name} can take requests. ${reasons(servers)}`.trimEnd() }]
  }
  // Backups that take over are told by a rule of their own; of a pool that has only backups the first one carries all.
  if (able.length === 0) return [quiet('health', name, null, false)]
  const few = counted.length > 0 && weightOf(able) / weightOf(counted) <= least && able.length < counted.length
  const fewOfAll = weightOf(able) / weightOf(primaries) < least
  if (!few && !fewOfAll) return [quiet('health', name, null, false)]
  const missing = primaries.filter((one) => !isEligible(one.state))
  return [{
    rule: 'health', pool: name, server: null, holds: true, severity: isCritical(able.length, primaries.length) ? 'critical' : 'warning', ...out(missing),
    sentence: `${able.length} of ${primaries.length} servers of pool ${name} can take requests. ${reasons(missing)}`.trimEnd(),
  }]
}

/** By what a log shows no server answers. Only answers tell, so those of one poll alone are not enough. */
function judgeUnserved(joined: WatchedPool, live: Rated<PoolRow>): Evaluation {
  const answers = unitsIn(live.row, live.interval)
  if (answers === null || answers === 0) return quiet('health', joined.name, null, null)
  const names = joined.servers.map((one) => one.member?.name ?? one.live?.row.name ?? '')
  return {
    rule: 'health', pool: joined.name, server: null, holds: true, severity: 'critical', servers: names, at: joined.servers[0]?.member?.origin[0] ?? joined.pool?.origin[0] ?? null,
    sentence: `No server of pool ${joined.name} answers: there was none to send requests to${names.length === 0 ? '' : ` (${listed(names)})`}, so the balancer answered itself.`,
  }
}

const namesAtMost = 4

function listed(names: readonly string[]): string {
  const more = names.length - namesAtMost
  return `${names.slice(0, namesAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What takes the servers out, with how many and which it concerns: `2 are DOWN (L4CON): a, b.` */
function reasons(rows: readonly { readonly name: string; readonly state: Pick<ServerState, 'text' | 'admin' | 'check' | 'checkDetail'> }[]): string {
  const found = new Map<string, string[]>()
  for (const { name, state } of rows) {
    // While a check is under way its server has no detail: that of another one with the same result stands for it.
    const detail = state.checkDetail ?? rows.find((one) => one.state.text === state.text && one.state.check === state.check && one.state.checkDetail !== null)?.state.checkDetail ?? null
    const word = `${state.text}${state.text.startsWith('DOWN') && state.check !== null ? ` (${[state.check, detail].filter((one) => one !== null).join(', ')})` : ''}${state.admin === 'weight-zero' ? ' with weight 0' : ''}`
    found.set(word, [...found.get(word) ?? [], name])
  }
  return [...found].map(([word, names]) => `${names.length} ${names.length === 1 ? 'is' : 'are'} ${word}: ${listed(names)}.`).join(' ')
}
