import type { Surroundings } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { flow } from './fail.ts'
import { placeOfSetting } from './pools.ts'
import { addSurrounding, type CompileState } from './state.ts'
import { argument, childrenOf, headWords, nameOf, values, wordsOf } from './words.ts'

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

/** Settings of `listen` and of groups that change nothing that anybody notices. */
const inertSettings: ReadonlySet<string> = new Set(['bind', 'reuseport', 'backlog', 'rcvbuf', 'sndbuf', 'deferred', 'fastopen', 'setfib', 'so_keepalive', 'accept_filter', 'keepalive', 'keepalive_requests', 'keepalive_time', 'keepalive_timeout'])

/** Where a directive stands, in words. */
function ownerOf(directive: Directive, around: string): string {
  const name = nameOf(directive)
  if (name === 'http' || name === 'stream') return name
  if (name === 'server') {
    const names = childrenOf(directive).filter((one) => nameOf(one) === 'server_name').flatMap(values)
    const [listen] = childrenOf(directive).filter((one) => nameOf(one) === 'listen')
    return `server ${names[0] ?? ''}${listen === undefined ? '' : ` on ${argument(listen, 0)}`}`
  }
  const own = headWords(directive)
  return around === '' || around === 'http' || around === 'stream' ? own : `${around} ${own}`
}

/** Keeps every line that is not followed and that somebody may notice. */
export function readSurroundings(state: CompileState, directives: readonly Directive[], owner = ''): void {
  for (const directive of directives) {
    const name = nameOf(directive)
    if (inert.has(name) || name === 'map' || name === 'geo' || name === 'split_clients' || name === 'upstream') continue
    if (directive.block !== null && (followed.has(name) || handlers.test(name))) {
      readSurroundings(state, childrenOf(directive), ownerOf(directive, owner))
      continue
    }
    if (followed.has(name) || handlers.test(name)) continue
    const shown = owner === '' || owner === 'http' || owner === 'stream' ? 'any request' : `requests for ${owner}`
    const text = wordsOf(directive)
    addSurrounding(state, owner === '' ? 'main' : owner, shown, { text, shown: text, at: directive.span })
  }
}

/** `readLater`: variables that lines read which are not followed. */
export function surroundingsOf(state: CompileState, readLater: readonly string[]): Surroundings {
  const files = new Map([...state.options.sideFiles].map(([name, file]) => [name, file.text]))
  return {
    lines: state.surroundings, files, readLater: new Set([flow.protocol, flow.status, ...readLater]),
    isInert: (setting) => inertSettings.has(setting),
    placeOf: (owner, name, setting): Span | null => (owner === 'pool' ? placeOfSetting(state, name, setting) : null),
  }
}
