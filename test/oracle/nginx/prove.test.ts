import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestInput } from '#shared/model/request.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { computed, prove, request, witness } from '../haproxy/prove-support.ts'
import { findNginx } from './harness.ts'
import { inHttp, loadNginx, proveRequests } from './prove-support.ts'

const server = findNginx()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false
const options = { skip, timeout: 60_000 }

const https = (parts: Partial<RequestInput>): RequestInput => request({ scheme: 'https', sni: parts.host ?? 'a.test', alpn: ['http/1.1'], ...parts })
const on = (listener: string, parts: Partial<RequestInput>): RequestInput => request({ listener, ...parts })

test('groups, addresses, names that cannot be looked up, and other protocols: who is asked, and for what', options, async () => {
  const report = await proveRequests(inHttp(`
upstream app { server 10.9.0.1:8080; server 10.9.0.2:8080 down; keepalive 16; }
upstream Auth { least_conn; server auth.internal:9000 weight=3 max_fails=2 fail_timeout=5s; server auth.internal:9000 backup; }
server {
  listen 192.0.2.1:80 default_server; server_name a.test;
  location / { proxy_pass http://app; }
  location /auth/ { proxy_pass https://auth/v1/; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ca.pem; }
  location /direct/ { proxy_pass http://10.9.0.7:81/d; }
  location /name/ { proxy_pass http://files.internal; }
  location /socket/ { proxy_pass http://unix:/run/app.sock:/s/; }
  location ~ \\.php$ { fastcgi_pass unix:/run/php/fpm.sock; include fastcgi_params; fastcgi_param A b; }
  location /grpc { grpc_pass grpc://10.9.0.8:50051; }
}`), [
    ['a group', request({ path: '/x?y=1' }), 'pool app, server 10.9.0.1:8080, path /x?y=1'],
    ['another name for it', request({ path: '/auth/login' }), 'pool auth, server auth.internal:9000, path /v1/login'],
    ['an address', request({ path: '/direct/x' }), 'pool 10.9.0.7:81, server 10.9.0.7:81, path /dx'],
    ['a name', request({ path: '/name/x' }), 'pool files.internal, server files.internal, path /name/x'],
    ['a socket', request({ path: '/socket/x' }), 'pool unix:/run/app.sock:, server unix:/run/app.sock:, path /s/x'],
    ['FastCGI', request({ path: '/a.php?x' }), 'pool unix:/run/php/fpm.sock, server unix:/run/php/fpm.sock, path /a.php?x'],
    ['gRPC', request({ path: '/grpc/x' }), 'pool 10.9.0.8:50051, server 10.9.0.8:50051, path /grpc/x'],
  ], new Map([['fastcgi_params', 'fastcgi_param QUERY_STRING $query_string;\n']]))
  for (const start of ['Addresses that are listened on', 'Servers are replaced', 'Servers are spoken to in plain HTTP/1', 'FastCGI, uwsgi']) assert.ok(report.replaced.some((one) => one.startsWith(start)), start)
})

test('ports and addresses of the config: redirects, variables, rules by address', options, async () => {
  const rows: readonly (readonly [string, RequestInput, string])[] = [
    ['a redirect on port 80', on(':80', { path: '/old' }), 'status 301 to http://a.test/new'],
    ['a redirect on another port', on(':8080', { path: '/old' }), 'status 301 to /new'],
    ['a slash redirect on another port', on(':8080', { path: '/api' }), 'status 301 to /api/'],
    ['the port as a variable', on(':8080', { path: '/port', destinationIp: '192.0.2.9' }), 'status 302 to https://a.test:8080/port'],
    ['a redirect that names everything', on(':8080', { path: '/away' }), 'status 301 to https://z.test/away'],
    ['the address as a variable', on(':8080', { path: '/where', destinationIp: '192.0.2.9' }), 'pool nine, server 10.0.0.9, path /where'],
    ['no Host', on(':80', { path: '/old', host: null, httpVersion: '1.0', destinationIp: '192.0.2.9' }), 'status 301 to http://unix:l0/new'],
    ['turned away by address', on(':80', { path: '/api/x', sourceIp: '198.51.100.7' }), 'status 403'],
    ['let in', on(':80', { path: '/api/x', sourceIp: '10.1.1.1' }), 'pool app, server 10.0.0.1, path /api/x'],
    ['let in over IPv6', on('[::]:80', { path: '/api/x', sourceIp: '2001:db8::5', destinationIp: '2001:db8::1' }), 'pool app, server 10.0.0.1, path /api/x'],
    ['by network', on(':80', { path: '/net', sourceIp: '203.0.113.5' }), 'status 418'],
  ]
  const report = await proveRequests(inHttp(`
upstream app { server 10.0.0.1; }
upstream nine { server 10.0.0.9; }
map $server_addr $by_address { 192.0.2.9 nine; default app; }
geo $office { default 0; 203.0.113.0/24 1; }
server {
  listen 80; listen [::]:80; server_name a.test;
  location = /old { return 301 /new; }
  location = /net { if ($office) { return 418; } return 404; }
  location /api/ { allow 10.0.0.0/8; allow 2001:db8::/32; deny all; proxy_pass http://app; }
}
server {
  listen 8080 reuseport backlog=512; server_name a.test;
  location = /old { return 301 /new; }
  location = /port { return 302 https://$host:$server_port$uri; }
  location = /away { return 301 https://z.test/away; }
  location = /where { proxy_pass http://$by_address; }
  location /api/ { proxy_pass http://app; }
}`), rows)
  assert.ok(report.replaced.some((one) => one.startsWith('Redirects that nginx completes itself')))
})

test('TLS that nginx ends, names, HTTP/2, and default servers', options, async () => {
  const report = await proveRequests(inHttp(`
ssl_session_cache shared:SSL:1m;
server { listen 443 ssl http2 default_server; listen 80 default_server; server_name _; ssl_certificate /etc/ssl/x.pem; ssl_certificate_key /etc/ssl/x.key; return 444; }
server { listen 443 ssl http2; server_name a.test *.a.test; ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.key; ssl_verify_client optional;
  location / { proxy_pass http://10.0.0.1; } location = /secure { return 301 $scheme://$server_name/$server_protocol; } }
server { listen 80; server_name .a.test; return 308 https://$host$request_uri; }`), [
    ['TLS', https({ path: '/x' }), 'pool 10.0.0.1, server 10.0.0.1, path /x'],
    ['HTTP/2', https({ path: '/x', httpVersion: '2', alpn: ['h2'] }), 'pool 10.0.0.1, server 10.0.0.1, path /x'],
    ['a name below', https({ host: 'b.a.test', path: '/secure' }), 'status 301 to https://a.test/HTTP/1.1'],
    ['nobody', https({ host: 'z.test', path: '/x' }), 'connection closed without an answer'],
    ['to TLS', request({ host: 'c.a.test', path: '/x?a=%41' }), 'status 308 to https://c.a.test/x?a=%41'],
  ])
  assert.ok(report.replaced.some((one) => one.startsWith('Certificates are replaced')))
})

test('targets that the request names lead to stand-ins or nowhere, never to an address', options, async () => {
  await proveRequests(inHttp(`
upstream app { server 10.0.0.1:80; }
map $http_x_to $to { default app; direct 10.0.0.5:8000; nowhere nosuch; empty ""; }
server { listen 80;
  location / { proxy_pass http://$to; }
  location /uri/ { proxy_pass http://$to/fixed$is_args$args; }
  location /raw/ { proxy_pass http://$to$request_uri; }
  location /set { set $where 10.0.0.6; proxy_pass http://$where/s; }
}`), [
    ['a group', request({ path: '/x' }), 'pool app, server 10.0.0.1:80, path /x'],
    ['an address', request({ path: '/x', headers: [['X-To', 'direct']] }), 'pool 10.0.0.5:8000, server 10.0.0.5:8000, path /x'],
    ['a name that nobody has', request({ path: '/x', headers: [['X-To', 'nowhere']] }), 'status 502'],
    ['nothing', request({ path: '/x', headers: [['X-To', 'empty']] }), 'status 500'],
    ['nothing, with a path', request({ path: '/raw/x', headers: [['X-To', 'empty']] }), 'status 500'],
    ['with a path', request({ path: '/uri/x?q' }), 'pool app, server 10.0.0.1:80, path /fixed?q'],
    ['with the raw path', request({ path: '/raw/%41', headers: [['X-To', 'direct']] }), 'pool 10.0.0.5:8000, server 10.0.0.5:8000, path /raw/%41'],
    ['set', request({ path: '/set' }), 'pool 10.0.0.6, server 10.0.0.6, path /s'],
  ])
})

test('rewrites, nested locations, error pages, limits and access', options, async () => {
  const report = await proveRequests(inHttp(`
limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;
log_format main '$remote_addr "$request"'; access_log /var/log/nginx/access.log main; error_log syslog:server=192.0.2.5 warn;
proxy_cache_path /var/cache/nginx keys_zone=c:1m; proxy_cache c;
upstream app { server 10.0.0.1:80; }
server { listen 80; limit_req zone=one; client_max_body_size 1k; root /etc; mirror /copy;
  error_page 404 = @app;
  location = /copy { internal; proxy_pass http://10.0.0.9; }
  location @app { proxy_pass http://app; }
  location /gone { return 404; }
  location /old/ { rewrite ^/old/(.*)$ /new/$1 last; }
  location /new/ { proxy_pass http://app; location ~* \\.(png|jpg)$ { return 204; } }
  location /files/ { alias /etc/; autoindex on; }
  location /in { auth_basic "in"; auth_basic_user_file /etc/nginx/htpasswd; proxy_pass http://app; }
  location /read { limit_except GET { deny all; } proxy_pass http://app; }
}`), [
    ['a named location', request({ path: '/gone' }), 'pool app, server 10.0.0.1:80, path /gone'],
    ['rewritten', request({ path: '/old/a%20b' }), 'pool app, server 10.0.0.1:80, path /new/a%20b'],
    ['nested', request({ path: '/new/x.PNG' }), 'status 204'],
    ['once more, without a limit', request({ path: '/new/x' }), 'pool app, server 10.0.0.1:80, path /new/x'],
    ['a method', request({ path: '/read', method: 'POST' }), 'status 403'],
  ])
  for (const start of ['Limits on rates', 'Logs are left out', 'Caches are left out', 'Files of this machine', 'Requests that nginx makes beside', 'Password files']) assert.ok(report.replaced.some((one) => one.startsWith(start)), start)
})

test('files and what is asked elsewhere are shown and not counted; the share of a client is worked out', options, async () => {
  const config = await loadNginx(inHttp(`
upstream a { server 10.0.0.1:80; }
upstream b { server 10.0.0.2:80; }
split_clients $remote_addr $half { 50% a; * b; }
server { listen 80;
  location /files/ { root /etc; }
  location /half { proxy_pass http://$half; }
  location /asked { auth_request /ask; proxy_pass http://a; }
  location = /ask { internal; proxy_pass http://b; }
  location /all { set $all http://a/; proxy_pass $all; }
}`))
  const report = await prove(config, config, ['/files/passwd', '/half', '/asked', '/all'].map((path) => witness(config, config, path, request({ path }))))
  assert.deepEqual(report.witnesses.map((entry) => entry.agrees), [null, true, null, null], JSON.stringify(report))
  assert.equal(report.witnesses[0]?.before.observed, 'status 404')
  assert.equal(report.state, 'partly')
})

test('a wrong expectation is a disagreement that says what was observed', options, async () => {
  const config = await loadNginx(inHttp('upstream app { server 10.0.0.1:80; }\nserver { listen 8080; location / { proxy_pass http://app; } location = /r { return 301 /s; } }'))
  const right = witness(config, config, 'path', request({ path: '/x' }))
  const redirect = witness(config, config, 'redirect', request({ path: '/r' }))
  const report = await prove(config, config, [
    { ...right, after: { ...right.after, path: '/y' } as typeof right.after }, { ...redirect, after: { action: 'redirect', status: 301, location: 'http://a.test:8080/t' } },
    { ...redirect, classId: 'status', before: { action: 'respond', status: 301 }, after: computed(config, redirect.request) },
  ])
  assert.equal(report.state, 'disagrees')
  assert.deepEqual(report.witnesses.map((entry) => [entry.before.agrees, entry.after.agrees]), [[true, false], [true, false], [true, true]])
  assert.equal(report.witnesses[0]?.after.observed, 'pool app, server 10.0.0.1:80, path /x')
})

for (const [name, text, line] of [
  ['Lua', 'content_by_lua_block { ngx.say("x") }', 'content_by_lua_block { ngx.say("x") }'],
  ['JavaScript', 'js_content main.hello;', 'js_content main.hello;'],
  ['Perl', 'perl a::b;', 'perl a::b;'],
  ['a directive nobody knows', 'frobnicate 192.0.2.1;', 'frobnicate'],
] as const) {
  test(`a config with ${name} is refused with its line, and nothing is started`, options, async () => {
    const plain = await loadNginx(inHttp('server { listen 80; location / { proxy_pass http://10.0.0.1; } }'))
    const text2 = inHttp(`server { listen 80; location / { proxy_pass http://10.0.0.1; } location /x { ${text} } }`)
    const after = await loadNginx(text2)
    const report = await prove(plain, after, [witness(plain, plain, 'one', request({}))])
    assert.equal(report.state, 'refused', report.sentence)
    const first = report.refusals.find((one) => text2.slice(one.at?.start, one.at?.end).startsWith(line.split(' ')[0] as string))
    assert.equal(text2.slice(first?.at?.start, first?.at?.end), line)
    assert.match(first?.reason ?? '', /^Line 3 of nginx\.conf \(/)
    assert.deepEqual([report.witnesses[0]?.agrees, report.witnesses[0]?.before.observed], [null, null])
  })
}

test('a dump and a folder with includes are replayed like one file', options, async () => {
  const included = new Map([['conf.d/app.conf', 'server { listen 80; server_name a.test; include snippets/app; }\n'], ['snippets/app', 'location / { proxy_pass http://app; }\n'], ['hosts.map', 'x.test /x;\n']])
  const main = 'events {}\nhttp {\nupstream app { server 10.0.0.1; }\nmap $host $where { default /; include hosts.map; }\ninclude conf.d/*.conf;\n}\n'
  const dump = [['nginx.conf', main] as const, ...included].map(([path, text]) => `# configuration file /etc/nginx/${path}:\n${text}\n`).join('')
  for (const [text, files] of [[main, included], [dump, new Map<string, string>()]] as const) await proveRequests(text, [['one', request({ path: '/x' }), 'pool app, server 10.0.0.1, path /x']], files)
})
