import { cleanText } from '#shared/live/clean-text.ts'
import type { Count, Counters, Gauges, LiveRow, LiveSnapshot, PollTime, ServerState } from '#shared/live/snapshot.ts'
import { parseInfo, type ProcessFacts } from './info.ts'
import { readServerStatus, type ServerStatus } from './server-status.ts'
import { parseServersState, type ServerFacts } from './servers-state.ts'
import type { StatColumn, StatTable } from './stat-table.ts'

/** The answers of one poll. Null: not asked for, as over HTTP. */
export interface HaproxyAnswers {
  readonly stat: StatTable
  readonly info: string | null
  readonly serversState: string | null
}

/** One poll as it was made: when it ended, and what it took. */
export interface PollFacts {
  readonly taken: PollTime
  readonly readMs: number
  readonly bytes: number
}

/** Puts the answers of one poll together. Rows of the product's own proxies (`<…>`) and of single sockets are left out. */
export function toHaproxySnapshot(answers: HaproxyAnswers, poll: PollFacts): LiveSnapshot {
  const facts = answers.info === null ? null : parseInfo(answers.info)
  const servers = answers.serversState === null ? null : parseServersState(answers.serversState)
  return { product: 'HAProxy', ...processPart(facts), ...poll, rows: readRows(answers.stat, servers ?? new Map<string, ServerFacts>()) }
}

function processPart(facts: ProcessFacts | null): Pick<LiveSnapshot, 'version' | 'epoch' | 'uptimeSeconds' | 'stopping'> {
  return facts === null
    ? { version: null, epoch: null, uptimeSeconds: null, stopping: false }
    : { version: facts.version === null ? null : cleanText(facts.version), epoch: facts.epoch, uptimeSeconds: facts.uptimeSeconds, stopping: facts.stopping }
}

/** By the number in the column `type`. */
const kinds: readonly LiveRow['kind'][] = ['listener', 'pool', 'server']

function readRows(table: StatTable, servers: ReadonlyMap<string, ServerFacts>): readonly LiveRow[] {
  const position = (name: StatColumn): number => table.columns.get(name) ?? -1
  const { text, number } = table
  const at = {
    owner: position('pxname'), name: position('svname'), type: position('type'), mode: position('mode'), status: position('status'), lastChange: position('lastchg'), algorithm: position('algo'),
    weight: position('uweight'), plainWeight: position('weight'), throttle: position('throttle'), backup: position('bck'), address: position('addr'), check: position('check_status'), checkDetail: position('last_chk'),
  }
  const clean = rememberClean()
  const counters = counterReader(table, position)
  const gauges = gaugeReader(table, position)
  const rows: LiveRow[] = []
  for (let row = 0; row < table.size; row += 1) {
    const owner = clean(text(row, at.owner))
    const kind = kinds[number(row, at.type) ?? -1]
    if (kind === undefined || owner === '' || owner.startsWith('<')) continue
    const protocol = text(row, at.mode) === 'tcp' ? 'tcp' : 'http'
    const common = { owner, protocol, counters: counters(row, kind, protocol), gauges: gauges(row) } as const
    if (kind === 'listener') rows.push({ kind, ...common })
    else if (kind === 'pool') {
      const algorithm = text(row, at.algorithm)
      rows.push({ kind, ...common, algorithm: algorithm === '' || algorithm === 'unknown' ? null : clean(algorithm), up: text(row, at.status).startsWith('UP'), stateSeconds: number(row, at.lastChange) })
    } else {
      const name = clean(text(row, at.name))
      const known = servers.size === 0 ? undefined : servers.get(`${owner}/${name}`)
      const status = text(row, at.status)
      const weight = number(row, at.weight) ?? number(row, at.plainWeight)
      rows.push({
        kind, owner, protocol, counters: common.counters, gauges: common.gauges, name,
        state: stateOf(clean(status), readServerStatus(status, weight, known?.adminBits ?? 0), weight, known, {
          throttlePercent: number(row, at.throttle), backup: number(row, at.backup) === 1, address: shownAddress(text(row, at.address)),
          // A star in front says that the next check is under way.
          check: clean(text(row, at.check).replace(/^\* /, '')), checkDetail: clean(text(row, at.checkDetail)),
        }),
      })
    }
  }
  return rows
}

interface ShownState {
  readonly throttlePercent: number | null
  readonly backup: boolean
  readonly address: string | null
  readonly check: string
  readonly checkDetail: string
}

function stateOf(text: string, status: ServerStatus, weight: number | null, known: ServerFacts | undefined, shown: ShownState): ServerState {
  return {
    text, health: status.health, admin: status.admin, byAgent: status.byAgent, inherited: status.inherited, weight, initialWeight: known?.initialWeight ?? null,
    throttlePercent: shown.throttlePercent, backup: shown.backup, address: known?.address ?? shown.address,
    hostName: known?.hostName ?? null, serviceRecord: known?.serviceRecord ?? null, check: shown.check === '' ? null : shown.check, checkDetail: shown.checkDetail === '' ? null : shown.checkDetail,
  }
}

/** Cleans each text once: states, results of checks and names of pools are the same in many rows. */
function rememberClean(): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const cleaned = cleanText(text)
    if (known.size < 100_000) known.set(text, cleaned)
    return cleaned
  }
}

/**
 * Requests are `req_tot`, else the sum of the responses: `stot` also counts attempts that were sent on to another server,
 * and `lbtot` leaves out what persistence and the queue decided.
 */
function counterReader(table: StatTable, position: (name: StatColumn) => number): (row: number, kind: LiveRow['kind'], protocol: 'http' | 'tcp') => Counters {
  const at = {
    requests: position('req_tot'), sessions: position('stot'), accepted: position('conn_tot'), opened: position('connect'), selections: position('lbtot'), bytesIn: position('bin'), bytesOut: position('bout'),
    status1xx: position('hrsp_1xx'), status2xx: position('hrsp_2xx'), status3xx: position('hrsp_3xx'), status4xx: position('hrsp_4xx'), status5xx: position('hrsp_5xx'), statusOther: position('hrsp_other'),
    failedConnections: position('econ'), failedResponses: position('eresp'), denied: position('dreq'), retries: position('wretr'), redispatches: position('wredis'),
  }
  const of = (row: number, column: number): Count => {
    const near = table.number(row, column)
    return near === null || near < 1e15 ? near : exactCount(table.text(row, column))
  }
  return (row, kind, protocol) => {
    const status1xx = of(row, at.status1xx)
    const status2xx = of(row, at.status2xx)
    const status3xx = of(row, at.status3xx)
    const status4xx = of(row, at.status4xx)
    const status5xx = of(row, at.status5xx)
    const statusOther = of(row, at.statusOther)
    return {
      requests: protocol === 'tcp' ? null : of(row, at.requests) ?? sumOf([status1xx, status2xx, status3xx, status4xx, status5xx, statusOther]),
      connections: kind === 'listener' ? of(row, at.accepted) ?? of(row, at.sessions) : protocol === 'tcp' ? of(row, at.sessions) : of(row, at.opened),
      selections: of(row, at.selections), bytesIn: of(row, at.bytesIn), bytesOut: of(row, at.bytesOut), status1xx, status2xx, status3xx, status4xx, status5xx, statusOther,
      failedConnections: of(row, at.failedConnections), failedResponses: of(row, at.failedResponses), denied: of(row, at.denied), retries: of(row, at.retries), redispatches: of(row, at.redispatches),
    }
  }
}

function gaugeReader({ number }: StatTable, position: (name: StatColumn) => number): (row: number) => Gauges {
  const at = { sessions: position('scur'), queued: position('qcur'), limit: position('slim'), response: position('rtime') }
  return (row) => ({ sessions: number(row, at.sessions), queued: number(row, at.queued), sessionLimit: number(row, at.limit), responseMs: number(row, at.response) })
}

function exactCount(text: string): Count {
  return text.length > 20 ? null : toCount(BigInt(text))
}

function sumOf(counts: readonly Count[]): Count {
  const known = counts.filter((one) => one !== null)
  return known.length === 0 ? null : toCount(known.reduce<bigint>((total, one) => total + BigInt(one), 0n))
}

function toCount(value: bigint): Count {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** The `addr` column: port 0 stands for the port of the client, and a unix socket is not named. */
function shownAddress(text: string): string | null {
  return text === '' || text === 'unix' ? null : cleanText(text.replace(/:0$/, ''))
}
