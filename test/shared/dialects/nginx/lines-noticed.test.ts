import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'
import { small } from './compared.ts'

type Place = 'main' | 'http' | 'server' | 'other server' | 'location' | 'nested' | 'if' | 'named' | 'upstream' | 'map' | 'map by pattern' | 'geo' | 'split_clients' | 'stream' | 'stream server' | 'stream upstream' | 'stream map'

/**
 * Each of these lines, put into a small config or taken out of it, changes what some request or connection meets: the answer may
 * say that they differ, or that it cannot tell and which line is the reason. It must never say that nothing differs.
 */
const bearing: Readonly<Partial<Record<Place, readonly string[]>>> = {
  main: ['user nobody;', 'env A=b;', 'load_module modules/a.so;', 'working_directory /x;', 'ssl_engine x;'],
  http: [
    'add_header A b;', 'add_trailer A b;', 'allow 10.0.0.1;', 'deny 10.0.0.1;', 'absolute_redirect off;', 'port_in_redirect off;', 'server_name_in_redirect on;', 'auth_basic x;', 'auth_request /a;', 'autoindex on;', 'charset utf-8;',
    'chunked_transfer_encoding off;', 'client_body_timeout 5s;', 'client_header_buffer_size 2k;', 'client_max_body_size 1k;', 'client_body_buffer_size 1k;', 'default_type text/css;', 'error_page 404 /e;', 'error_page 500 =200 /e;', 'etag off;', 'expires 1h;',
    'if_modified_since off;', 'ignore_invalid_headers off;', 'underscores_in_headers on;', 'index a.html;', 'keepalive_disable none;', 'keepalive_requests 5;', 'keepalive_timeout 5s;', 'large_client_header_buffers 2 1k;', 'limit_conn_zone $http_x zone=a:1m;', 'limit_req_zone $http_x zone=a:1m rate=1r/s;', 'limit_rate 1k;', 'limit_conn_status 429;', 'limit_req_status 429;', 'limit_req_dry_run on;',
    'max_ranges 0;', 'msie_refresh on;', 'mirror /m;', 'proxy_buffer_size 8k;', 'proxy_buffering off;', 'proxy_cache off;', 'proxy_cache_path /x keys_zone=a:1m;', 'proxy_connect_timeout 5s;', 'proxy_hide_header A;', 'proxy_http_version 1.1;', 'proxy_ignore_client_abort on;', 'proxy_intercept_errors on;',
    'proxy_ignore_headers X-Accel-Redirect;', 'proxy_method POST;', 'proxy_next_upstream error;', 'proxy_next_upstream_tries 1;', 'proxy_next_upstream_timeout 1s;', 'proxy_pass_header Server;', 'proxy_pass_request_body off;', 'proxy_pass_request_headers off;', 'proxy_read_timeout 5s;', 'proxy_redirect off;',
    'proxy_request_buffering off;', 'proxy_send_timeout 5s;', 'proxy_set_body x;', 'proxy_set_header A b;', 'proxy_set_header Host x;', 'proxy_ssl_name x;', 'proxy_ssl_server_name on;', 'proxy_ssl_verify on;', 'proxy_bind 10.0.0.1;', 'proxy_cookie_domain a b;', 'proxy_cookie_path / /a;', 'proxy_socket_keepalive on;',
    'real_ip_header X-A;', 'real_ip_recursive on;', 'set_real_ip_from 10.0.0.0/8;', 'recursive_error_pages on;', 'reset_timedout_connection on;', 'resolver 10.0.0.1;', 'root /x;', 'satisfy any;', 'send_timeout 5s;', 'server_tokens off;', 'sub_filter a b;', 'ssl_certificate /x;', 'ssl_protocols TLSv1.2;', 'ssl_verify_client on;', 'ssl_client_certificate /x;',
    'ssl_reject_handshake on;', 'ssl_prefer_server_ciphers on;', 'ssl_early_data on;', 'try_files /a =404;', 'types { text/css a; }', 'valid_referers none;', 'gzip on;', 'gzip_types text/css;', 'gunzip on;', 'gzip_static on;', 'userid on;', 'secure_link $arg_a;', 'js_import a.js;', 'perl_modules x;', 'lua_package_path x;',
    'fastcgi_param A b;', 'fastcgi_read_timeout 3s;', 'uwsgi_param A b;', 'grpc_set_header A b;', 'http2_max_concurrent_streams 1;', 'client_header_timeout 5s;', 'subrequest_output_buffer_size 1k;', 'disable_symlinks on;', 'allow all;', 'map $http_x $y { a b; }', 'early_hints $http_x;', 'limit_rate_after 5k;', 'keepalive_min_timeout 3s;', 'lingering_close off;', 'open_file_cache max=3;',
  ],
  server: [
    'listen 81;', 'listen 80 default_server;', 'listen 80 http2;', 'listen 80 proxy_protocol;', 'listen 443 ssl;', 'listen [::]:80;', 'listen 127.0.0.1:80;', 'listen unix:/x;', 'server_name c.test;', 'server_name *.c.test;', 'server_name ~^c;', 'server_name "";', 'return 404;', 'return 301 /x;', 'return /x;', 'rewrite ^ /x;', 'rewrite ^/a /b last;', 'rewrite ^/a /b break;', 'rewrite ^/a /b redirect;', 'rewrite ^/a /b permanent;', 'break;', 'set $kind b;',
    'if ($http_x) { return 403; }', 'if ($http_x = a) { set $kind c; }', 'deny 10.0.0.1;', 'location /new { return 200; }', 'location = /new { proxy_pass http://api; }', 'location ~ new { proxy_pass http://api; }', 'location ^~ /api/new { proxy_pass http://site; }', 'auth_request /a;', 'error_page 404 /e;', 'client_max_body_size 1k;', 'proxy_set_header A b;', 'proxy_read_timeout 3s;', 'root /x;', 'index a;', 'http2 on;', 'ssl_certificate /x;', 'satisfy any;', 'limit_req zone=z;', 'limit_conn z 1;', 'server_name_in_redirect on;', 'absolute_redirect off;', 'port_in_redirect off;', 'underscores_in_headers on;', 'ignore_invalid_headers off;', 'large_client_header_buffers 2 1k;', 'client_header_buffer_size 2k;', 'mirror /m;', 'add_header A b;', 'try_files /a =404;', 'real_ip_header X-A;', 'proxy_intercept_errors on;', 'autoindex on;',
  ],
  'other server': ['listen 83;', 'server_name c.test;', 'return 404;', 'deny all;', 'add_header A b;', 'proxy_set_header A b;', 'location / { return 200; }', 'proxy_read_timeout 3s;'],
  location: [
    'deny 10.0.0.1;', 'deny all;', 'return 404;', 'return 200 x;', 'return 302 /x;', 'rewrite ^ /x last;', 'rewrite ^ /x break;', 'rewrite ^ /x;', 'internal;', 'if ($http_x) { return 403; }', 'if ($request_method = POST) { proxy_pass http://site; }', 'limit_except GET { deny all; }', 'proxy_set_header A b;', 'proxy_set_header Host x;', 'proxy_redirect off;', 'proxy_method POST;', 'proxy_http_version 1.1;', 'proxy_next_upstream off;', 'proxy_pass_request_headers off;',
    'proxy_read_timeout 3s;', 'auth_basic x;', 'auth_request /a;', 'error_page 404 /e;', 'error_page 502 = @named;', 'try_files $uri =404;', 'root /x;', 'alias /x;', 'index a;', 'client_max_body_size 1k;', 'limit_rate 5k;', 'limit_req zone=z;', 'limit_conn z 1;', 'mirror /m;', 'expires 1h;', 'proxy_cache z;', 'proxy_bind 10.0.0.1;', 'proxy_ssl_name a;', 'proxy_intercept_errors on;', 'proxy_hide_header X;', 'sub_filter a b;', 'types { }', 'default_type a/b;', 'location /api/new { return 200; }', 'location ~ new { return 200; }', 'stub_status;', 'proxy_set_body x;', 'proxy_buffering off;', 'proxy_ignore_headers X-Accel-Redirect;', 'autoindex on;', 'dav_methods PUT;', 'gzip on;', 'mp4;', 'empty_gif;', 'client_body_in_file_only on;',
  ],
  nested: ['return 404;', 'deny all;', 'proxy_pass http://site;', 'proxy_set_header A b;', 'internal;', 'add_header A b;', 'proxy_read_timeout 3s;', 'root /x;'],
  if: ['return 404;', 'rewrite ^ /x break;', 'proxy_pass http://site;', 'add_header A b;', 'root /x;', 'limit_rate 3k;', 'proxy_set_header A b;', 'client_max_body_size 1k;', 'error_page 404 /e;'],
  named: ['return 404;', 'deny all;', 'proxy_set_header A b;', 'add_header A b;', 'proxy_read_timeout 3s;'],
  upstream: [
    'server 10.0.9.1:80;', 'server 10.0.9.1:80 backup;', 'server 10.0.9.1:80 down;', 'ip_hash;', 'hash $request_uri;', 'hash $request_uri consistent;', 'least_conn;', 'random;', 'random two;', 'random two least_conn;', 'least_time header;', 'sticky cookie a;', 'sticky route $http_x;', 'sticky learn create=$upstream_cookie_a lookup=$cookie_a zone=a:1m;', 'zone z 64k;', 'queue 10;', 'ntlm;', 'fair;', 'unheard_of 1;', 'resolver 10.0.0.1;', 'check interval=3000;', 'balancer_by_lua_block { }', 'sticky_cookie_insert a;',
  ],
  map: ['c api;', 'default api;', '~^c api;', 'hostnames;', '"" api;', '*.c api;'],
  'map by pattern': ['~^c api;', '~*^B q;', 'default z;', 'c d;'],
  geo: ['10.9.0.0/16 far;', 'default far;', 'proxy 10.0.0.0/8;', 'ranges;', 'delete 10.1.0.0/16;', '::/0 far;'],
  split_clients: [],
  stream: ['deny all;', 'ssl_preread on;', 'proxy_timeout 3s;', 'proxy_connect_timeout 3s;', 'proxy_protocol on;', 'proxy_ssl on;', 'proxy_bind 10.0.0.1;', 'preread_timeout 3s;', 'preread_buffer_size 1k;', 'resolver 10.0.0.1;', 'limit_conn_zone $remote_addr zone=a:1m;', 'proxy_next_upstream off;', 'set_real_ip_from 10.0.0.0/8;', 'proxy_download_rate 1k;', 'ssl_certificate /x;', 'server { listen 6000; proxy_pass 10.0.0.1:1; }', 'js_import x;'],
  'stream server': ['listen 5001;', 'listen 5001 udp;', 'deny all;', 'ssl_preread off;', 'proxy_timeout 3s;', 'proxy_protocol on;', 'proxy_ssl on;', 'proxy_bind 10.0.0.1;', 'set $name x;', 'limit_conn a 1;', 'proxy_responses 1;', 'proxy_requests 1;', 'js_access x;', 'ssl_verify_client on;', 'proxy_next_upstream off;', 'proxy_connect_timeout 1s;', 'proxy_half_close on;'],
  'stream upstream': ['server 10.0.9.1:80;', 'server 10.0.9.1:80 backup;', 'least_conn;', 'hash $remote_addr;', 'hash $remote_addr consistent;', 'random;', 'zone z 64k;', 'unheard_of 1;', 'least_time connect;'],
  'stream map': ['c.test two;', 'default two;', '~c two;', 'hostnames;', '.c.test two;', '"" two;'],
}

/** Lines that nobody who sends a request notices. */
const inert: Readonly<Partial<Record<Place, readonly string[]>>> = {
  main: ['worker_processes 4;', 'pid /run/x.pid;', 'error_log /x;', 'daemon off;', 'worker_rlimit_nofile 1000;', 'pcre_jit on;', 'timer_resolution 1s;'],
  http: ['access_log off;', 'log_format a $http_x;', 'error_log /x warn;', 'sendfile on;', 'tcp_nopush on;', 'tcp_nodelay off;', 'server_names_hash_bucket_size 128;', 'map_hash_max_size 4096;', 'types_hash_max_size 2048;', 'ssl_session_cache shared:a:1m;', 'log_subrequest on;', 'map $http_x $unused { volatile; }'],
  server: ['access_log /x;', 'error_log /x;', 'rewrite_log on;', 'status_zone a;', 'tcp_nodelay off;', 'log_not_found off;'],
  'other server': ['server_name a.test;', 'set $kind x;'],
  location: ['allow 10.0.0.1;', 'break;', 'set $kind b;', 'satisfy any;', 'access_log off;', 'log_not_found off;', 'sendfile off;', 'output_buffers 1 32k;'],
  if: ['set $kind b;', 'break;'],
  named: ['access_log off;'],
  map: ['volatile;'],
  geo: ['proxy_recursive;'],
  upstream: ['keepalive 16;', 'keepalive_requests 100;', 'keepalive_timeout 5s;'],
  stream: ['allow 10.0.0.1;', 'geo $q { default 1; }', 'access_log off;', 'log_format a $remote_addr;', 'tcp_nodelay off;'],
}

/** Lines that may do anything, or that read what rules set: in a config of a few lines, because much has to be worked out again. */
const farReaching: readonly string[] = ['unheard_of on;', 'auth_jwt x;', 'access_by_lua_block { ngx.exit(403) }', 'content_by_lua_block { }', 'merge_slashes off;', 'add_header A $kind;', 'set $kind b; add_header A $kind;', 'sub_filter a $kind;', 'js_content a.b;', 'perl x;']

/** Options of `server` in a group, each of which changes what its requests meet. */
const serverOptions: readonly string[] = ['weight=5', 'backup', 'down', 'max_conns=3', 'max_fails=3', 'max_fails=0', 'fail_timeout=3s', 'resolve', 'service=a', 'slow_start=3s', 'route=a', 'drain', 'unheard=1']

/** Options of `listen`. */
const listenOptions: readonly string[] = ['default_server', 'ssl', 'http2', 'proxy_protocol', 'ipv6only=on', 'quic', 'bind']

function config(place: Place | '', line: string, option = '', listening = ''): string {
  const put = (here: Place): string => (here === place ? `${line}\n` : '')
  const oneOf = (here: Place, standard: string, name: string): string => (here === place && new RegExp(`^${name}\\b`).test(line) ? '' : standard)
  return `${put('main')}events { }
http {
${put('http')}
limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;
map $http_a $mapped { ${oneOf('map', 'default site;', 'default')} b api;
${put('map')}}
map $http_a $patterned { b a; "~^a(?<rest>.*)" b;
${put('map by pattern')}}
geo $close { 10.1.0.0/16 near;
${put('geo')}}
split_clients $remote_addr $part { 50% site;
${put('split_clients')}* api; }
upstream site { server 10.0.0.1:80 ${option}; server 10.0.0.2:80;
${put('upstream')}}
upstream api { server 10.0.1.1:80; }
server {
listen 80 ${listening};
server_name a.test;
${put('server')}
${oneOf('server', 'set $kind a;', 'set')}
location / { proxy_pass http://site; }
location /api/ {
${put('location')}
location /api/nested/ {
${oneOf('nested', 'proxy_pass http://api;', 'proxy_pass')}
${put('nested')}}
if ($http_y = b) {
${put('if')}}
proxy_pass http://api; }
location /mapped/ { proxy_pass http://$mapped; }
location /patterned/ { return 200 $patterned; }
location /kind/ { return 200 $kind$close; }
location /part/ { proxy_pass http://$part; }
location /tried/ { try_files $uri @named; }
location @named {
${put('named')}
proxy_pass http://api; }
}
server { listen 80; server_name b.test; listen 82;
${put('other server')}
location / { proxy_pass http://api; } }
}
stream {
${put('stream')}
map $ssl_preread_server_name $name { a.test one; ${oneOf('stream map', 'default one;', 'default')} b.test two;
${put('stream map')}}
geo $near { 10.1.0.0/16 one; default two; }
upstream one { server 10.0.2.1:80; server 10.0.2.2:80;
${put('stream upstream')}}
upstream two { server 10.0.3.1:80; }
server { listen 5000;
${oneOf('stream server', 'ssl_preread on;', 'ssl_preread')}
${put('stream server')}
proxy_pass $name; }
server { listen 5002; proxy_pass $near; }
}
`
}

const models = new Map<string, RoutingModel>()

function modelOf(text: string): RoutingModel {
  let model = models.get(text)
  if (model === undefined) models.set(text, model = compileConfig(text).model)
  return model
}

/** What the comparison says. */
function said(before: string, after: string): readonly string[] {
  const [one, other] = [modelOf(before), modelOf(after)]
  const { diff } = compareBehaviour(one, other, {
    judge: { before: (request) => routeRequest(one, request), after: (request) => routeRequest(other, request) },
    changedPools: diffTopology(one, other).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
  })
  return [...diff.differs.map((each) => each.summary), ...diff.unknown.map((region) => region.because)]
}

for (const [place, lines] of Object.entries(bearing) as [Place, readonly string[]][]) {
  test(`every line of ${place} that bears on requests is noticed when it comes and when it goes`, () => {
    const missed: string[] = []
    for (const line of lines) {
      if (said(config('', ''), config(place, line)).length === 0) missed.push(`new: ${line}`)
      if (said(config(place, line), config('', '')).length === 0) missed.push(`gone: ${line}`)
    }
    assert.deepEqual(missed, [])
  })
}

test('every line that may do anything to a request is noticed when it comes, when it goes and when its words change', () => {
  const around = (line: string): string => small(`set $kind a; location / { proxy_pass http://site; }\n${line.includes('merge') ? line : ''}\nlocation /api/ { ${line.includes('merge') ? '' : line} proxy_pass http://api; }`)
  const missed: string[] = []
  for (const line of farReaching) {
    if (said(around(''), around(line)).length === 0) missed.push(`new: ${line}`)
    if (said(around(line), around('')).length === 0) missed.push(`gone: ${line}`)
    const other = line.includes('{') ? line.replace('{', '{ 1;') : line.replace(/\S+;$/, 'other;')
    if (!line.includes('merge') && said(around(line), around(other)).length === 0) missed.push(`changed: ${line}`)
  }
  assert.deepEqual(missed, [])
})

test('every option of a server is noticed when it comes and when it goes', () => {
  const missed = serverOptions.filter((option) => said(config('', ''), config('', '', option)).length === 0 || said(config('', '', option), config('', '')).length === 0)
  assert.deepEqual(missed, [])
})

test('every option of a socket is noticed when it comes and when it goes', () => {
  const missed = listenOptions.filter((option) => said(config('', ''), config('', '', '', option)).length === 0 || said(config('', '', '', option), config('', '')).length === 0)
  assert.deepEqual(missed, [])
})

for (const [place, lines] of Object.entries(inert) as [Place, readonly string[]][]) {
  test(`no line of ${place} that no request notices is called a change`, () => {
    for (const line of lines) assert.deepEqual(said(config('', ''), config(place, line)), [], line)
  })
}
