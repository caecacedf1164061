/**
 * What happens to a directive of a config that is started to replay requests.
 *
 * Directives of these tables are kept with their arguments because they neither open a connection nor touch a file nor
 * run anything, and may decide about a request. Directives that the support table calls inert are left out. Everything
 * else needs a case of its own or stops the proof.
 */

/** Blocks of `http` that are kept with what stands in them. */
export const keptBlocks: ReadonlySet<string> = new Set(['if', 'limit_except', 'location'])

/** Blocks whose lines are values. */
export const valueBlocks: ReadonlySet<string> = new Set(['geo', 'map', 'split_clients'])

export const keptDirectives: ReadonlySet<string> = new Set([
  'absolute_redirect', 'add_header', 'allow', 'ancient_browser', 'ancient_browser_value', 'auth_basic', 'auth_request', 'auth_request_set', 'break', 'client_header_buffer_size', 'client_max_body_size', 'deny', 'empty_gif',
  'error_page', 'fastcgi_split_path_info', 'http2', 'ignore_invalid_headers', 'index', 'internal', 'large_client_header_buffers', 'max_headers', 'merge_slashes', 'modern_browser', 'modern_browser_value', 'port_in_redirect',
  'proxy_http_version', 'proxy_intercept_errors', 'proxy_method', 'proxy_next_upstream', 'proxy_next_upstream_tries', 'proxy_pass_request_body', 'proxy_pass_request_headers', 'proxy_set_body', 'proxy_set_header',
  'recursive_error_pages', 'return', 'rewrite', 'satisfy', 'secure_link', 'secure_link_md5', 'secure_link_secret', 'server_name', 'server_name_in_redirect', 'set', 'ssl_reject_handshake', 'stub_status', 'try_files',
  'underscores_in_headers', 'valid_referers',
])

/** Balancing methods of `upstream`. */
export const keptInUpstream: ReadonlySet<string> = new Set(['hash', 'ip_hash', 'least_conn', 'random'])

const files = 'Files of this machine are not served: every root is an empty folder.'
const limits = 'Limits on rates and connections are left out: no request is refused for them.'
const copies = 'Requests that nginx makes beside the one it answers (mirror, additions, SSI, post_action) are not made.'
const logs = 'Logs are left out: nothing is logged.'
const realIp = 'Headers in which proxies name the client (set_real_ip_from) are not read: the address of the connection counts.'
const caches = 'Caches are left out: nothing is ever answered from one.'
const toServers = 'Servers are spoken to in plain HTTP/1.'
const certificates = 'Certificates are replaced by a self-made one, and certificates of clients are not asked for.'

/** Left out, with the sentence that says so. */
export const droppedWith: Readonly<Record<string, string>> = {
  root: files, alias: files, dav_methods: 'Files are not changed (dav_methods).', random_index: files, autoindex: files,
  limit_req: limits, limit_req_zone: limits, limit_req_status: limits, limit_conn: limits, limit_conn_zone: limits, limit_conn_status: limits,
  mirror: copies, add_before_body: copies, add_after_body: copies, ssi: copies, post_action: copies,
  access_log: logs, error_log: logs, set_real_ip_from: realIp, real_ip_header: realIp, real_ip_recursive: realIp,
  resolver: 'No name is looked up.', http3: 'QUIC listeners are left out: requests over HTTP/3 are not replayed.',
  ssl_certificate: certificates, ssl_certificate_key: certificates, ssl_verify_client: certificates, ssl_ocsp: certificates,
  proxy_store: 'Answers are not kept as files.', proxy_ignore_headers: 'Answers of servers are those of the stand-ins.', proxy_next_upstream_timeout: 'Servers answer at once.', proxy_allow_upstream: 'Servers answer at once.',
  proxy_cache: caches, proxy_cache_bypass: caches, proxy_cache_key: caches, proxy_cache_path: caches, proxy_cache_use_stale: caches, proxy_no_cache: caches,
  proxy_ssl_name: toServers, proxy_ssl_server_name: toServers, proxy_ssl_verify: toServers,
}

/** Modules of nginx itself that talk to servers in another protocol; of their directives only the target counts. */
export const otherProtocols = /^(?:fastcgi|uwsgi|scgi|grpc|memcached)_/

const unprivileged = 'nginx runs as one process in the foreground, without rights of its own and in no other folder.'

/** Main directives that are left out. */
export const droppedMain: Readonly<Record<string, string | null>> = {
  user: unprivileged, daemon: unprivileged, master_process: unprivileged, pid: unprivileged, working_directory: unprivileged, worker_processes: unprivileged, error_log: logs, events: null,
  mail: 'Mail proxies (mail) are left out.', stream: 'TCP and UDP listeners (stream) are left out: they are not replayed.',
}

/** Dynamic modules that come with nginx; they are never loaded, and what needs them is refused by its own directive. */
export const knownModules = /(?:^|\/)ngx_(?:stream|mail|stream_geoip|http_geoip|http_image_filter|http_xslt_filter)_module\.so$/
