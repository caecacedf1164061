import { cleanText } from '#shared/live/clean-text.ts'
import type { Count, Counters, Gauges, LiveRow, LiveSnapshot, PollTime } from '#shared/live/snapshot.ts'
import { numberOrNull as number, parseInfo, type ProcessFacts } from './info.ts'
import { readServerStatus } from './server-status.ts'
import { parseServersState, type ServerFacts } from './servers-state.ts'
import type { StatTable } from './stat-table.ts'

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

const typeOfRow: Readonly<Record<string, 'listener' | 'pool' | 'server'>> = { 0: 'listener', 1: 'pool', 2: 'server' }

function readRows(table: StatTable, servers: ReadonlyMap<string, ServerFacts>): readonly LiveRow[] {
  const position = (name: string): number => table.columns.get(name) ?? -1
  const at = {
    owner: position('pxname'), name: position('svname'), type: position('type'), mode: position('mode'), status: position('status'), lastChange: position('lastchg'), algorithm: position('algo'),
    weight: position('uweight'), plainWeight: position('weight'), throttle: position('throttle'), backup: position('bck'), address: position('addr'), check: position('check_status'), checkDetail: position('last_chk'),
  }
  const counters = counterReader(position)
  const gauges = gaugeReader(position)
  const rows: LiveRow[] = []
  for (const cells of table.rows) {
    const owner = cleanText(cells[at.owner] ?? '')
    const kind = typeOfRow[cells[at.type] ?? '']
    if (kind === undefined || owner === '' || owner.startsWith('<')) continue
    const protocol = cells[at.mode] === 'tcp' ? 'tcp' : 'http'
    const common = { owner, protocol, counters: counters(cells, kind, protocol), gauges: gauges(cells) } as const
    if (kind === 'listener') rows.push({ kind, ...common })
    else if (kind === 'pool') {
      const algorithm = cells[at.algorithm] ?? ''
      rows.push({ kind, ...common, algorithm: algorithm === '' || algorithm === 'unknown' ? null : cleanText(algorithm), up: (cells[at.status] ?? '').startsWith('UP'), stateSeconds: number(cells[at.lastChange]) })
    } else {
      const name = cleanText(cells[at.name] ?? '')
      const known = servers.get(`${owner}/${name}`)
      const text = cells[at.status] ?? ''
      const weight = number(cells[at.weight]) ?? number(cells[at.plainWeight])
      rows.push({
        kind, ...common, name,
        state: {
          text: cleanText(text), ...readServerStatus(text, weight, known?.adminBits ?? 0), weight, initialWeight: known?.initialWeight ?? null,
          throttlePercent: number(cells[at.throttle]), backup: cells[at.backup] === '1', address: known?.address ?? shownAddress(cells[at.address] ?? ''),
          hostName: known?.hostName ?? null, serviceRecord: known?.serviceRecord ?? null, check: textOrNull(cells[at.check]), checkDetail: textOrNull(cells[at.checkDetail]),
        },
      })
    }
  }
  return rows
}

type Reader<T> = (cells: readonly string[], kind: LiveRow['kind'], protocol: 'http' | 'tcp') => T

/**
 * Requests are `req_tot`, else the sum of the responses: `stot` also counts attempts that were sent on to another server,
 * and `lbtot` leaves out what persistence and the queue decided.
 */
function counterReader(position: (name: string) => number): Reader<Counters> {
  const at = {
    requests: position('req_tot'), sessions: position('stot'), accepted: position('conn_tot'), opened: position('connect'), selections: position('lbtot'), bytesIn: position('bin'), bytesOut: position('bout'),
    status1xx: position('hrsp_1xx'), status2xx: position('hrsp_2xx'), status3xx: position('hrsp_3xx'), status4xx: position('hrsp_4xx'), status5xx: position('hrsp_5xx'), statusOther: position('hrsp_other'),
    failedConnections: position('econ'), failedResponses: position('eresp'), denied: position('dreq'), retries: position('wretr'), redispatches: position('wredis'),
  }
  return (cells, kind, protocol) => {
    const of = (index: number): Count => count(cells[index])
    const status1xx = of(at.status1xx)
    const status2xx = of(at.status2xx)
    const status3xx = of(at.status3xx)
    const status4xx = of(at.status4xx)
    const status5xx = of(at.status5xx)
    const statusOther = of(at.statusOther)
    return {
      requests: protocol === 'tcp' ? null : of(at.requests) ?? sumOf([status1xx, status2xx, status3xx, status4xx, status5xx, statusOther]),
      connections: kind === 'listener' ? of(at.accepted) ?? of(at.sessions) : protocol === 'tcp' ? of(at.sessions) : of(at.opened),
      selections: of(at.selections), bytesIn: of(at.bytesIn), bytesOut: of(at.bytesOut), status1xx, status2xx, status3xx, status4xx, status5xx, statusOther,
      failedConnections: of(at.failedConnections), failedResponses: of(at.failedResponses), denied: of(at.denied), retries: of(at.retries), redispatches: of(at.redispatches),
    }
  }
}

function gaugeReader(position: (name: string) => number): (cells: readonly string[]) => Gauges {
  const at = { sessions: position('scur'), queued: position('qcur'), limit: position('slim'), response: position('rtime') }
  return (cells) => ({ sessions: number(cells[at.sessions]), queued: number(cells[at.queued]), sessionLimit: number(cells[at.limit]), responseMs: number(cells[at.response]) })
}

function count(text: string | undefined): Count {
  const near = number(text)
  if (near === null || text === undefined || text.length < 16) return near
  return text.length > 20 ? null : toCount(BigInt(text))
}

function sumOf(counts: readonly Count[]): Count {
  const known = counts.filter((one) => one !== null)
  return known.length === 0 ? null : toCount(known.reduce<bigint>((total, one) => total + BigInt(one), 0n))
}

function toCount(value: bigint): Count {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : cleanText(text)
}

/** The `addr` column: port 0 stands for the port of the client, and a unix socket is not named. */
function shownAddress(text: string): string | null {
  return text === '' || text === 'unix' ? null : cleanText(text.replace(/:0$/, ''))
}
