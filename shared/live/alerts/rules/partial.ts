import type { OlderProcesses } from '#shared/live/snapshot.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'

/** Three polls at the usual distance of five seconds take so long: in shorter ones, what ends by itself is not told. */
const lingerSeconds = 10
const processesAtMost = 4

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
