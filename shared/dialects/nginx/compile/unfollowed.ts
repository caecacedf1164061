import type { Directive } from '../tree.ts'
import { nameOf } from './words.ts'

/** Directives whose meaning is in the rules, pools and listeners of the model. */
const followed: ReadonlySet<string> = new Set([
  'http', 'stream', 'server', 'location', 'if', 'limit_except', 'upstream', 'map', 'geo', 'split_clients', 'listen', 'server_name', 'return', 'rewrite', 'set', 'break', 'internal', 'allow', 'deny', 'satisfy',
  'try_files', 'auth_request', 'proxy_set_header', 'absolute_redirect', 'port_in_redirect', 'server_name_in_redirect', 'recursive_error_pages', 'ssl_preread', 'http2',
])
const handlers = /^(?:proxy|fastcgi|uwsgi|scgi|grpc)_pass$/

/** Directives that neither clients nor servers notice. */
const inert: ReadonlySet<string> = new Set([
  'access_log', 'error_log', 'log_format', 'log_not_found', 'log_subrequest', 'rewrite_log', 'open_log_file_cache', 'events', 'pid', 'daemon', 'master_process', 'worker_processes', 'worker_priority', 'worker_cpu_affinity',
  'worker_rlimit_nofile', 'worker_rlimit_core', 'worker_shutdown_timeout', 'worker_connections', 'lock_file', 'pcre_jit', 'thread_pool', 'timer_resolution', 'debug_points', 'sendfile', 'sendfile_max_chunk', 'tcp_nopush',
  'tcp_nodelay', 'aio', 'directio', 'directio_alignment', 'output_buffers', 'postpone_output', 'read_ahead', 'types_hash_max_size', 'types_hash_bucket_size', 'server_names_hash_max_size', 'server_names_hash_bucket_size', 'variables_hash_max_size',
  'variables_hash_bucket_size', 'map_hash_max_size', 'map_hash_bucket_size', 'proxy_headers_hash_max_size', 'proxy_headers_hash_bucket_size', 'uninitialized_variable_warn', 
  'connection_pool_size', 'request_pool_size', 'status_zone', 'ssl_session_cache', 'ssl_session_timeout', 'ssl_buffer_size',
])

export const isInert = (name: string): boolean => inert.has(name)

/** Is what the directive says, or what stands in its block, in the model? */
export const isFollowed = (name: string): boolean => followed.has(name) || handlers.test(name)

/** Blocks that are compared where they are used. */
const elsewhere: ReadonlySet<string> = new Set(['map', 'geo', 'split_clients', 'upstream'])

export const isUsedElsewhere = (name: string): boolean => elsewhere.has(name)

/** A line that is not followed and that somebody may notice. */
export function isSetting(directive: Directive): boolean {
  const name = nameOf(directive)
  return !inert.has(name) && !elsewhere.has(name) && !isFollowed(name)
}
