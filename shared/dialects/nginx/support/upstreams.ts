import { rowsOf } from './row.ts'
import type { Row } from './row.ts'

const httpUpstreamRows: readonly Row[] = [
  ['server', 'u', '1+', 'm', 'A server of the group, with weight and limits.'],
  ['hash', 'u', '12', 'm', 'Chooses the server by a key.'],
  ['ip_hash', 'u', '0', 'm', 'Chooses the server by the client address.'],
  ['least_conn', 'u', '0', 'm', 'Chooses the server with the fewest connections.'],
  ['random', 'u', '012', 'm', 'Chooses a random server, or the better one of two.'],
  ['keepalive', 'u', '1 once', 'i', 'Idle connections to servers that are kept; on 1.22 a method below it loses it.'],
  ['keepalive_time', 'u', '1 time', 'i', 'Longest life of a connection to a server.'],
  ['keepalive_timeout', 'u', '1 time', 'i', 'How long an idle connection to a server is kept.'],
  ['keepalive_requests', 'u', '1 number', 'i', 'Most requests on one connection to a server.'],
  ['zone', 'u', '12', 'm', 'Shared memory of the group: balancing state of all workers.'],
  ['resolver', 'u', '1+', 'a', 'DNS servers for names of the group.', '1.27.3'],
  ['resolver_timeout', 'u', '1 time', 'i', 'Longest wait for a DNS answer.', '1.27.3'],
  ['sticky', 'u', '1+', 'u', 'Keeps a client at its server.', '1.29.6'],
  ['least_time', 'u', '12', 'u', 'Chooses the server that answers fastest.', '1.31'],
  ['state', 'u', '1', 'u', 'File that keeps servers set at run time (commercial).'],
  ['ntlm', 'u', '0', 'u', 'Keeps connections for NTLM (commercial).'],
  ['queue', 'u', '12', 'u', 'Lets requests wait for a server (commercial).'],
  ['sticky_cookie_insert', 'u', '1+', 'u', 'Old name of sticky (commercial).'],
  ['fair', 'u', 'any', 'u', 'Balancing by a module of others.'],
  ['check', 'u', 'any', 'u', 'Active health checks by a module of others.'],
]

const streamUpstreamRows: readonly Row[] = [
  ['server', 'u', '1+', 'm', 'A server of the group, with weight and limits.'],
  ['hash', 'u', '12', 'm', 'Chooses the server by a key.'],
  ['least_conn', 'u', '0', 'm', 'Chooses the server with the fewest connections.'],
  ['random', 'u', '012', 'm', 'Chooses a random server, or the better one of two.'],
  ['zone', 'u', '12', 'm', 'Shared memory of the group: balancing state of all workers.'],
  ['resolver', 'u', '1+', 'a', 'DNS servers for names of the group.', '1.27.3'],
  ['resolver_timeout', 'u', '1 time', 'i', 'Longest wait for a DNS answer.', '1.27.3'],
  ['least_time', 'u', '12', 'u', 'Chooses the server that answers fastest (commercial).'],
  ['state', 'u', '1', 'u', 'File that keeps servers set at run time (commercial).'],
]

/** Directives inside an `upstream` of HTTP. */
export const httpUpstreamFacts = rowsOf('http-upstream', httpUpstreamRows)
/** Directives inside an `upstream` of `stream`. */
export const streamUpstreamFacts = rowsOf('stream-upstream', streamUpstreamRows)
