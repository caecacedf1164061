import { invariant } from '#shared/diagnostics/invariant.ts'

/**
 * Every command that is ever sent to a stats socket. `user` comes first and drops the rights of the connection, so that
 * nothing after it could change the balancer.
 */
export const haproxyReads = ['user', 'show info', 'show stat', 'show servers state'] as const

/** The one line of a poll. */
export function pollLine(): string {
  return `${haproxyReads.join(';')}\n`
}

/** Path of the page that gives the statistics as comma-separated values. HAProxy's own default is `/haproxy?stats`: what follows the first `;` steers the page, a query does not. */
export function statPath(path: string): string {
  invariant(path.startsWith('/') && !/[;#\s]/.test(path), 'a path that asks for more than statistics')
  return `${path};csv;norefresh`
}

export interface SocketAnswers {
  readonly info: string | null
  readonly stat: string
  readonly serversState: string | null
}

/**
 * The answers to `pollLine`, taken apart. Each ends with an empty line; null: the last one does not, so it is not whole.
 * Where the statistics are missing, `stat` is the whole text, so that it can be said what came instead.
 */
export function splitAnswers(text: string): SocketAnswers | null {
  const startOfStat = text.startsWith('# pxname,') ? 0 : text.indexOf('\n# pxname,') + 1
  if (startOfStat === 0 && !text.startsWith('# pxname,')) return { info: null, stat: text, serversState: null }
  if (!text.endsWith('\n\n')) return null
  const startOfState = text.indexOf('\n# be_id ', startOfStat)
  return {
    info: startOfStat === 0 ? null : text.slice(0, startOfStat),
    stat: startOfState === -1 ? text.slice(startOfStat) : text.slice(startOfStat, startOfState),
    serversState: startOfState === -1 ? null : text.slice(startOfState + 1),
  }
}
