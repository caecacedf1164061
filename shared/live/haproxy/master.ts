import { sumCounters } from '#shared/live/row-sums.ts'
import { rowKey, type Counters, type LiveRow, type LiveSnapshot } from '#shared/live/snapshot.ts'

/** Asks the master for its processes. The rights of the connection are given up first, here and for what is passed on. */
export const processLine = 'user;show proc\n'

/** Asks each process for its statistics, the newest first, and that one for the addresses of its servers too. */
export function workerLine(pids: readonly number[]): string {
  return `${['user', ...pids.flatMap((pid, index) => [`@!${pid} show info`, `@!${pid} show stat`, ...(index === 0 ? [`@!${pid} show servers state`] : [])])].join(';')}\n`
}

/** How many answers come to a line of these processes. */
export function workerAnswers(pids: readonly number[]): number {
  return 2 * pids.length + 1
}

const mostWorkers = 64

/** Whether a line is one of those above: it is made again from its process ids and has to be the same. */
export function isMasterRead(text: string): boolean {
  if (text === processLine) return true
  const pids = [...text.matchAll(/;@!(\d{1,9}) show info/g)].map((match) => Number(match[1]))
  return pids.length > 0 && pids.length <= mostWorkers && text === workerLine(pids)
}

export interface Processes {
  readonly master: number
  /** The one that takes new connections first, then those that a reload replaced, if they still have any. */
  readonly workers: readonly number[]
}

/**
 * `show proc` of the master.
 *
 * Errors: none; null when the text is no such answer, or no process serves.
 * Source: HAProxy management guide, "show proc".
 */
export function parseProcesses(text: string): Processes | null {
  if (!/^\s*#<PID>/.test(text)) return null
  let master: number | null = null
  const workers: number[] = []
  for (const line of text.split('\n')) {
    const match = /^(\d+)\s+(master|worker)\s/.exec(line)
    if (match?.[2] === 'master') master ??= Number(match[1])
    else if (match !== null) workers.push(Number(match[1]))
  }
  return master === null || workers.length === 0 ? null : { master, workers: workers.slice(0, mostWorkers) }
}

/** Answers to `workerLine`, process by process; null: there are fewer than there should be. */
export function splitWorkers(text: string, pids: readonly number[]): readonly { readonly info: string; readonly stat: string; readonly serversState: string | null }[] | null {
  const parts = text.split('\n\n')
  if (parts.length < workerAnswers(pids) + 1) return null
  let at = 0
  const next = (): string => `${(parts[at++] ?? '').replace(/^\n/, '')}\n\n`
  return pids.map((_, index) => ({ info: next(), stat: next(), serversState: index === 0 ? next() : null }))
}

/** What was counted by processes that are gone, and the last that was read of those that were there. */
export interface WorkerMemory {
  readonly master: number
  /** The process that took new connections. */
  readonly newest: string | null
  /** How often that one was gone before it was seen without new connections. */
  readonly losses: number
  readonly finished: ReadonlyMap<string, Counters>
  readonly last: ReadonlyMap<string, readonly LiveRow[]>
}

/**
 * All processes of one master as one balancer: states are those of the newest, counters add up over all of them and go
 * on over a reload, if the old process is still there when it is looked at next. One that was taken out of service and
 * ended between two polls has counted what nobody read: then counting starts again. `workers`: newest first, each with
 * the name of its process.
 */
export function sumWorkers(master: number, workers: readonly LiveSnapshot[], poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>, before: WorkerMemory | null): { readonly snapshot: LiveSnapshot; readonly memory: WorkerMemory } {
  const [newest, ...older] = workers as readonly [LiveSnapshot, ...LiveSnapshot[]]
  const known = before !== null && before.master === master ? before : { master, newest: null, losses: 0, finished: new Map<string, Counters>(), last: new Map<string, readonly LiveRow[]>() }
  const present = new Set(workers.map((worker) => worker.epoch))
  const losses = known.losses + (known.newest !== null && !present.has(known.newest) ? 1 : 0)
  const finished = new Map(known.finished)
  for (const [process, rows] of known.last) {
    if (present.has(process)) continue
    for (const row of rows) finished.set(rowKey(row), plus(finished.get(rowKey(row)), row.counters))
  }
  const olderRows = older.map((worker) => new Map(worker.rows.map((row) => [rowKey(row), row])))
  const rows = newest.rows.map((row): LiveRow => {
    const key = rowKey(row)
    const others = olderRows.flatMap((worker) => worker.get(key) ?? [])
    const add = (name: 'sessions' | 'queued'): number | null => others.reduce<number | null>((sum, other) => (sum === null || other.gauges[name] === null ? sum : sum + other.gauges[name]), row.gauges[name])
    const gone = finished.get(key)
    return { ...row, counters: sumCounters([row.counters, ...others.map((other) => other.counters), ...(gone === undefined ? [] : [gone])]), gauges: { ...row.gauges, sessions: add('sessions'), queued: add('queued') } }
  })
  const replaced = older.length === 0 ? null : {
    processes: older.map((worker) => ({ process: worker.epoch?.replace(/@.*/, '') ?? '', uptimeSeconds: worker.uptimeSeconds, sessions: sessionsOf(worker) })),
    newestSessions: sessionsOf(newest), replacedSeconds: newest.uptimeSeconds,
  }
  return {
    memory: { master, newest: newest.epoch, losses, finished, last: new Map(workers.map((worker) => [worker.epoch ?? '', worker.rows])) },
    snapshot: {
      ...newest, ...poll, epoch: `master ${master}${losses === 0 ? '' : `.${losses}`}`, generation: newest.epoch ?? '', uptimeSeconds: null, rows,
      ...(replaced === null ? {} : { older: replaced }),
      ...(older.length === 0 ? {} : { notes: [`${older.length === 1 ? 'An older process still ends its' : `${older.length} older processes still end their`} connections; they are in the numbers.`] }),
    },
  }
}

/** Connections of clients, which come in at listeners. */
function sessionsOf(worker: LiveSnapshot): number | null {
  return worker.rows.reduce<number | null>((sum, row) => (row.kind !== 'listener' || sum === null || row.gauges.sessions === null ? sum : sum + row.gauges.sessions), 0)
}

function plus(a: Counters | undefined, b: Counters): Counters {
  return a === undefined ? b : sumCounters([a, b])
}
