import type { LiveView } from '#shared/live/live-watch.ts'
import type { CountedRequests, Fleet, OlderProcesses } from '#shared/live/snapshot.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'

/** Three polls at the usual distance of five seconds take so long: in shorter ones, what ends by itself is not told. */
const lingerSeconds = 10
const processesAtMost = 4
const balancersAtMost = 5

/** Processes that a reload replaced still serve a good part of the clients, by the config from before it. */
export function lingeringRule(policy: AlertPolicy): AlertRule {
  return {
    id: 'lingering', confirm: 3, clear: 2, isState: true,
    look: ({ snapshot }) => [snapshot.older === undefined ? quiet('lingering', null, null, false) : judge(snapshot.older, policy.threshold('lingering', null) / 100)],
  }
}

function judge({ processes, newestSessions, replacedSeconds }: OlderProcesses, most: number): Evaluation {
  const old = processes.reduce<number | null>((sum, one) => (sum === null || one.sessions === null ? null : sum + one.sessions), 0)
  if (old === null || newestSessions === null || replacedSeconds === null) return quiet('lingering', null, null, null)
  const all = old + newestSessions
  if (old === 0 || old <= most * all || replacedSeconds < lingerSeconds) return quiet('lingering', null, null, false)
  const one = processes.length === 1
  const shown = processes.slice(0, processesAtMost).map(({ process, uptimeSeconds, sessions }) => `Process ${process}${uptimeSeconds === null ? '' : `, up ${duration(uptimeSeconds)},`} has ${sessions ?? 0} of them.`)
  return {
    rule: 'lingering', pool: null, server: null, holds: true, severity: 'warning', at: null,
    sentence: `${one ? 'An older process still serves' : `${processes.length} older processes still serve`} ${old} of ${all} connections (${Math.round(100 * old / all)} %), ${duration(replacedSeconds)} after the last reload. ${one ? 'It follows' : 'They follow'} the config from before.`,
    evidence: [
      ...shown, ...(processes.length > processesAtMost ? [`${processes.length - processesAtMost} more processes have connections.`] : []),
      'A process ends once clients close their connections, or after "hard-stop-after" where the global section sets it.',
    ],
  }
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** State of a log at one poll; everything counts since watching began. */
interface LogState {
  readonly ms: number
  readonly lines: number
  readonly unreadable: number
  /** Requests of the log up to here, and what the balancer had counted; null: it is not asked, or not known for this moment. */
  readonly requests: number
  readonly counted: CountedRequests | null
}

interface Gap {
  readonly missing: number
  readonly of: number
  readonly overMs: number
}

const logWindows = [8, 16, 32, 64, 128, 256, 512, 1024] as const
const longestLog = logWindows[logWindows.length - 1] as number
const leastMissing = 5
const leastLines = 50
const leastCounted = 100
const nearly = 0.75

/** The source leaves out a part of the requests, so what is counted from it is too low: a log some of its lines, a fleet some of its balancers. */
export function incompleteRule(policy: AlertPolicy): AlertRule {
  const history: LogState[] = []
  return {
    id: 'incomplete', confirm: 3, clear: 2, isState: true,
    look(view) {
      const { logged, taken, product, fleet } = view.snapshot
      if (fleet !== undefined) return [judgeFleet(fleet)]
      if (logged === undefined) return []
      history.push({ ms: taken.monotonicMs, lines: logged.lines, unreadable: logged.unreadable, requests: requestsOf(view), counted: logged.counted ?? null })
      if (history.length > longestLog + 1) history.shift()
      const most = policy.threshold('incomplete', null) / 100
      return [judgeLines(history, most), judgeCounts(history, most, product)]
    },
  }
}

function judgeFleet({ processes, lost }: Fleet): Evaluation {
  const common = { ...quiet('incomplete', null, null, false), aspect: 'balancers' }
  if (lost.length === 0) return common
  const shown = lost.slice(0, balancersAtMost).join(', ')
  return {
    ...common, holds: true, severity: 'warning',
    sentence: `${lost.length} of ${lost.length + Object.keys(processes).length} balancers cannot be read: ${shown}${lost.length > balancersAtMost ? ` and ${lost.length - balancersAtMost} more` : ''}. The numbers leave them out.`,
    evidence: ['Whether they still serve is not known: only the scrapes of their metrics are known to fail.'],
  }
}

function requestsOf({ listeners }: LiveView): number {
  return listeners.reduce((sum, { row }) => sum + Number(row.counters.requests ?? row.counters.connections ?? 0), 0)
}

function judgeLines(history: readonly LogState[], most: number): Evaluation {
  const common = { ...quiet('incomplete', null, null, false), aspect: 'lines' }
  const [before, now] = [history.at(-2), history.at(-1)]
  if (before === undefined || now === undefined || before.lines + before.unreadable === now.lines + now.unreadable) return { ...common, holds: null }
  const gap = findGap(history, most, leastLines, (from, to) => ({ missing: to.unreadable - from.unreadable, of: to.lines + to.unreadable - from.lines - from.unreadable }))
  if (gap === null) return common
  return {
    ...common, holds: true, severity: 'warning',
    sentence: `${gap.missing} of ${gap.of} new lines of the log (${percent(gap)}) in the last ${duration(gap.overMs / 1000)} cannot be counted, so the numbers are too low.`,
    evidence: ['These lines do not say which server answered, or are too long: servers of the balancer may write with another format into the same log.'],
  }
}

function judgeCounts(history: readonly LogState[], most: number, product: string): Evaluation {
  const common = { ...quiet('incomplete', null, null, false), aspect: 'counts' }
  if (history.at(-1)?.counted === null) return { ...common, holds: null }
  const gap = findGap(history, most, leastCounted, ({ counted: before, requests: logged }, { counted, requests }) => {
    if (before === null || counted === null || before.restarts !== counted.restarts) return null
    const of = counted.atLeast - before.atMost
    return { missing: of - (requests - logged), of }
  })
  if (gap === null) return common
  return {
    ...common, holds: true, severity: 'warning',
    sentence: `The log has ${gap.of - gap.missing} of ${gap.of} requests that the balancer counted in the last ${duration(gap.overMs / 1000)}; ${percent(gap)} are missing, so the numbers are too low.`,
    evidence: ['Requests that are under way, and those that may still be written, are not counted as missing.', reasonsOf(product)],
  }
}

/** What leaves requests out of a log. */
function reasonsOf(product: string): string {
  switch (product) {
    case 'HAProxy': return 'Requests are left out by "option dontlog-normal", by sampling, and by a syslog that drops lines. Shares are those of the requests that are logged.'
    case 'nginx': return 'Requests are left out by "access_log off", by "if=", and where a server or location writes to another log. Shares are those of the requests that are logged.'
    default: return 'Requests may go to another log, or to none. Shares are those of the requests that are logged.'
  }
}

/**
 * A window in which too much is missing, and in its newest quarter as well. Of those the longest in which the part is
 * nearly as large as in any: a longer one has more to go on, but while something has just begun it says too little of it.
 */
function findGap(history: readonly LogState[], most: number, least: number, between: (from: LogState, to: LogState) => Omit<Gap, 'overMs'> | null): Gap | null {
  const to = history.at(-1)
  if (to === undefined) return null
  const gapSince = (polls: number): Gap | null => {
    const from = history[history.length - 1 - polls]
    const found = from === undefined ? null : between(from, to)
    return from === undefined || found === null || found.missing <= most * found.of ? null : { ...found, overMs: to.ms - from.ms }
  }
  const gaps = logWindows.flatMap((polls) => {
    const gap = gapSince(polls)
    return gap === null || gap.missing < leastMissing || gap.of < least || gapSince(polls / 4) === null ? [] : [gap]
  })
  const largest = Math.max(...gaps.map(partOf))
  return gaps.findLast((gap) => partOf(gap) >= nearly * largest) ?? null
}

const partOf = ({ missing, of }: Gap): number => missing / of

function percent(gap: Gap): string {
  const part = 100 * partOf(gap)
  return `${part.toFixed(part < 10 ? 1 : 0)} %`
}
