import { globalEntries } from '../support/global.ts'

/**
 * What changes neither where requests go nor what a client or a server gets: logs, statistics, limits, timeouts, speed.
 * Everything that is not named here counts as bearing on requests, also what is not known.
 * Source: HAProxy configuration manual, sections 3, 4.2, 5.1 and 5.2.
 */

const settings = new Set([
  // Logs and names.
  'log', 'log-format', 'log-format-sd', 'log-tag', 'log-steps', 'error-log-format', 'description', 'id', 'guid', 'guid-prefix', 'label', 'email-alert', 'capture', 'declare', 'log-bufsize', 'log-proto', 'severity-output', 'level',
  // Limits, queues and speed.
  'maxconn', 'fullconn', 'backlog', 'rate-limit', 'max-keep-alive-queue', 'max-session-srv-conns', 'http-reuse', 'minconn', 'maxqueue', 'nice', 'process', 'thread', 'shards', 'nbconn', 'bind-process', 'grace', 'use-small-buffers',
  'max-reuse', 'pool-idle-timeout', 'pool-low-conn', 'pool-max-conn', 'pool-purge-delay', 'pool-conn-name', 'strict-maxconn', 'compression',
  // Sockets.
  'clitcpka-cnt', 'clitcpka-idle', 'clitcpka-intvl', 'srvtcpka-cnt', 'srvtcpka-idle', 'srvtcpka-intvl', 'tfo', 'mss', 'mode', 'user', 'uid', 'group', 'gid', 'expose-fd', 'tcp-ut', 'tcp-ss', 'cc', 'quic-cc-algo', 'quic-socket', 'idle-ping',
  'tls-tickets', 'no-tls-tickets', 'tls-ticket-keys', 'ssl-reuse', 'no-ssl-reuse', 'prefer-client-ciphers', 'ktls', 'renegotiate',
  // Old names of timeouts.
  'clitimeout', 'contimeout', 'srvtimeout',
  // Rules on answers are compared line by line, see `surroundings.ts`.
  'http-response', 'http-after-response', 'tcp-response',
  'filter compression', 'filter comp-req', 'filter comp-res', 'filter trace', 'filter bwlim-in', 'filter bwlim-out', 'filter opentracing', 'filter opentelemetry',
  ...[
    'httplog', 'tcplog', 'httpslog', 'dontlognull', 'dontlog-normal', 'log-health-checks', 'log-separate-errors', 'logasap', 'contstats', 'socket-stats', 'abortonclose', 'clitcpka', 'srvtcpka', 'tcpka', 'nolinger', 'splice-auto', 'splice-request', 'splice-response',
    'tcp-smart-accept', 'tcp-smart-connect', 'independent-streams', 'http-no-delay', 'http-pretend-keepalive', 'http-ignore-probes', 'httpclose', 'http-server-close', 'http-keep-alive', 'http-tunnel', 'forceclose', 'http-use-htx', 'http-use-proxy-header', 'idle-close-on-response',
  ].map((name) => `option ${name}`),
])

/** A setting by its name, `maxconn` or `option httplog`; names of more words count by their first one. */
export function isInertSetting(name: string): boolean {
  return settings.has(name) || name.startsWith('timeout ') || settings.has(name.split(' ', 1)[0] as string)
}

/** Rules on answers that only change headers of the answer, logs and speed. */
export const inertAnswerActions: ReadonlySet<string> = new Set([
  'add-header', 'set-header', 'del-header', 'replace-header', 'replace-value', 'add-headers-bin', 'set-headers-bin', 'del-headers-bin', 'cache-store', 'capture', 'do-log', 'early-hint', 'ot-group', 'otel-group', 'pause',
  'set-bandwidth-limit', 'set-fc-mark', 'set-fc-tos', 'set-log-level', 'set-mark', 'set-nice', 'set-timeout', 'set-tos', 'strict-mode', 'wait-for-body', 'inspect-delay',
])

/** Rules on answers that do nothing by themselves, only for rules behind them. */
export const preparingAnswerActions: ReadonlySet<string> = new Set(['allow', 'accept', 'set-var', 'set-var-fmt', 'unset-var'])

/** Sections that no request depends on, or whose lines the model has. */
export const inertSections: ReadonlySet<string> = new Set(['defaults', 'frontend', 'backend', 'listen', 'mailers', 'ring', 'log-forward', 'log-profile', 'program', 'traces', 'acme', 'namespace_list'])

/** Which requests depend on the lines of a section. */
export const sectionBears: Readonly<Record<string, string>> = {
  userlist: 'requests that need a user and a password', peers: 'requests that stick tables decide about', resolvers: 'requests for servers whose address is looked up', cache: 'requests that may be answered from the cache',
  'http-errors': 'requests that the balancer answers with an error', 'fcgi-app': 'requests for FastCGI servers', 'crt-store': 'connections with TLS', healthcheck: 'requests for servers that it checks',
}

/** Lines of `global` with the requests that depend on them, also some that the support table calls inert for routing. */
const bearingGlobal = [
  [/^set-var(?:-fmt)?$/, 'requests that process variables decide about'], [/^(?:ssl-|ca-base|crt-base|key-base)/, 'connections with TLS'], [/^(?:51degrees|wurfl|deviceatlas)/, 'requests that a device database decides about'],
  [/^lua-/, 'requests that Lua decides about'], [/^tune\.vars\./, 'requests that variables decide about'], [/^tune\.(?:http\.maxhdr|bufsize|maxrewrite)$/, 'requests with many or long headers'], [/^h1-|^h2-/, 'requests in unusual form'],
  [/^harden\./, 'connections from ports below 1024'], [/^server-state-/, 'requests for servers whose state is read from a file'],
] as const

/** Lines of `global` that the support table calls inert; what it does not know is not. */
const inertGlobal: ReadonlySet<string> = new Set(globalEntries.flatMap(({ key, state }) => (state === 'inert' ? [key.slice('global '.length)] : [])))

/** Which requests depend on a line of `global`; null: none. */
export function globalBears(keyword: string): string | null {
  const found = bearingGlobal.find(([pattern]) => pattern.test(keyword))
  return found?.[1] ?? (inertGlobal.has(keyword) ? null : 'requests that depend on this line')
}
