import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownLines, prepareText, wholeText } from './prepare-text.ts'

type Where = 'main' | 'http' | 'server' | 'location' | 'upstream'

/** What becomes of one directive. `left out`: nothing of it is started. `refused`: nothing at all is started, with the words of the reason. */
type Fate = { readonly kept: string } | 'left out' | { readonly refused: RegExp }

const asIs = (line: string): Fate => ({ kept: line })

const rows: readonly (readonly [name: string, where: Where, line: string, fate: Fate])[] = [
  ['an address to listen on', 'server', 'listen 192.0.2.1:8080;', asIs('listen unix:l0 proxy_protocol;')],
  ['options of a listener', 'server', 'ssl_certificate /x; ssl_certificate_key /y; listen [::]:443 ssl http2 default_server ipv6only=on reuseport backlog=5 so_keepalive=on;', asIs('listen unix:l0 ssl http2 default_server proxy_protocol;')],
  ['a listener with a PROXY header', 'server', 'listen 80 proxy_protocol;', asIs('listen unix:l0 proxy_protocol;')],
  ['a socket to listen on', 'server', 'listen unix:/run/x.sock;', asIs('listen unix:l0 proxy_protocol;')],
  ['QUIC', 'server', 'listen 443 quic;', asIs('listen unix:ln proxy_protocol;')],
  ['an unknown option of a listener', 'server', 'listen 80 frobnicate;', { refused: /frobnicate/ }],
  ['a name', 'server', 'server_name a.test *.b.test "~^w(?<n>\\\\d+)$";', asIs('server_name a.test *.b.test "~^w(?<n>\\\\d+)$";')],
  ['a condition', 'server', 'if ($http_x ~* "^a b") { return 403; }', asIs('if "($http_x" ~* "^a b" ) {')],
  ['the port of the server as a variable', 'server', 'return 301 https://$host:$server_port${server_addr}x$1$request_uri;', asIs('return 301 "https://$host:${proxy_protocol_server_port}${proxy_protocol_server_addr}x$1$request_uri";')],
  ['a pattern is no text with variables', 'server', 'rewrite ^/$server_port /$server_port;', asIs('rewrite "^/$server_port" "/${proxy_protocol_server_port}";')],
  ['a PROXY header that nobody sends', 'server', 'return 200 $proxy_protocol_addr;', asIs('return 200 "${steelyard_empty}";')],
  ['the address of the connection', 'server', 'return 200 $realip_remote_addr;', asIs('return 200 "${remote_addr}";')],
  ['an error page', 'server', 'error_page 502 503 =200 @x; location @x { return 204; }', asIs('error_page 502 503 =200 @x;')],
  ['logs', 'server', 'access_log /var/log/a.log combined;', 'left out'],
  ['error logs', 'server', 'error_log syslog:server=192.0.2.1 debug;', 'left out'],
  ['name servers', 'server', 'resolver 192.0.2.53;', 'left out'],
  ['a root', 'server', 'root /etc;', 'left out'],
  ['limits', 'http', 'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;', 'left out'],
  ['trusted proxies', 'http', 'set_real_ip_from 10.0.0.0/8;', 'left out'],
  ['a cache', 'http', 'proxy_cache_path /var/cache/x keys_zone=x:1m;', 'left out'],
  ['timeouts', 'http', 'proxy_read_timeout 1h;', 'left out'],
  ['content types', 'http', 'types { text/html html; }', 'left out'],
  ['OCSP', 'http', 'ssl_stapling on;', 'left out'],
  ['certificates', 'http', 'ssl_certificate /etc/x.pem;', 'left out'],
  ['certificates of clients', 'http', 'ssl_client_certificate /etc/ca.pem;', 'left out'],
  ['a table', 'http', 'map $host$server_port $x { default 1; ~^a\\. 2; b.test $server_port; }', asIs('map "$host${proxy_protocol_server_port}" $x {'.replace('$x', '"$x"'))],
  ['a target', 'location', 'proxy_pass http://10.0.0.1:8080/x/;', asIs('proxy_pass http://steelyard-a0/x/;')],
  ['a group as a target', 'location', 'proxy_pass https://APP;', asIs('proxy_pass http://steelyard-g0;')],
  ['a target with variables in its path', 'location', 'proxy_pass http://app$request_uri;', asIs('proxy_pass "http://steelyard-g0$request_uri";')],
  ['a target from the request', 'location', 'proxy_pass http://$http_x:80/y;', asIs('proxy_pass "http://${steelyard_to0}/y";')],
  ['a target wholly from the request', 'location', 'proxy_pass $http_x;', asIs('proxy_pass http://steelyard-unknown;')],
  ['a target in a variable of the server', 'location', 'proxy_pass http://$server_name;', { refused: /\$server_name/ }],
  ['FastCGI', 'location', 'fastcgi_pass unix:/run/php.sock;', asIs('proxy_pass "http://steelyard-a0$request_uri";')],
  ['uwsgi', 'location', 'uwsgi_pass app;', asIs('proxy_pass "http://steelyard-g0$request_uri";')],
  ['gRPC', 'location', 'grpc_pass grpcs://10.0.0.1:50051;', asIs('proxy_pass "http://steelyard-a0$request_uri";')],
  ['settings of FastCGI', 'location', 'fastcgi_param A b;', 'left out'],
  ['headers to servers', 'location', 'proxy_set_header X "$server_addr $http_y";', asIs('proxy_set_header X "${proxy_protocol_server_addr} $http_y";')],
  ['TLS to servers', 'location', 'proxy_ssl_verify on;', 'left out'],
  ['the address to connect from', 'location', 'proxy_bind 192.0.2.1;', 'left out'],
  ['answers kept as files', 'location', 'proxy_store /srv/x$uri;', 'left out'],
  ['another folder', 'location', 'alias /etc/;', 'left out'],
  ['uploads', 'location', 'dav_methods PUT DELETE;', 'left out'],
  ['copies of requests', 'location', 'mirror /m;', 'left out'],
  ['pages with commands', 'location', 'ssi on;', 'left out'],
  ['who is allowed', 'location', 'auth_request /ask;', asIs('auth_request /ask;')],
  ['passwords', 'location', 'auth_basic_user_file /etc/htpasswd;', asIs('auth_basic_user_file f0;')],
  ['a server', 'upstream', 'server 192.0.2.1:80 weight=3 max_fails=2 fail_timeout=5s max_conns=9;', asIs('server unix:s0 weight=3;')],
  ['a server by name', 'upstream', 'server app.internal down;', asIs('server unix:s0 down;')],
  ['an unknown option of a server', 'upstream', 'server 192.0.2.1 frobnicate=1;', { refused: /frobnicate/ }],
  ['a method', 'upstream', 'hash $server_port$uri consistent; server 192.0.2.1;', asIs('hash "${proxy_protocol_server_port}$uri" consistent;')],
  ['shared memory', 'upstream', 'zone z 64k; server 192.0.2.1;', asIs('server unix:s0;')],
  ['idle connections', 'upstream', 'server 192.0.2.1; keepalive 4;', asIs('server unix:s0;')],
  ['a commercial directive', 'upstream', 'server 192.0.2.1; ntlm;', { refused: /ntlm/ }],
  ['Lua', 'location', 'content_by_lua_block { ngx.say(1) }', { refused: /another language/ }],
  ['a Lua file', 'location', 'content_by_lua_file /x.lua;', { refused: /may run code/ }],
  ['JavaScript', 'location', 'js_content a.b;', { refused: /may run code/ }],
  ['JavaScript that nothing calls', 'http', 'js_import /x.js;', 'left out'],
  ['Perl', 'location', 'perl a::b;', { refused: /may run code/ }],
  ['an unknown directive', 'http', 'frobnicate 192.0.2.1;', { refused: /frobnicate/ }],
  ['TLS the old way', 'server', 'ssl on;', { refused: /TLS on for all addresses/ }],
  ['rights', 'main', 'user root;', 'left out'],
  ['the module for stream', 'main', 'load_module modules/ngx_stream_module.so;', 'left out'],
  ['a module of others', 'main', 'load_module modules/ngx_http_lua_module.so;', { refused: /code of others/ }],
  ['stream', 'main', 'stream { server { listen 53 udp; proxy_pass 192.0.2.53:53; } }', 'left out'],
  ['mail', 'main', 'mail { auth_http 192.0.2.1/a; }', 'left out'],
  ['an engine for encryption', 'main', 'ssl_engine dynamic;', 'left out'],
]

function around(where: Where, line: string): string {
  switch (where) {
    case 'main': return `events {}\n${line}\nhttp { server { listen 80; } }`
    case 'http': return `events {}\nhttp {\n${line}\nserver { listen 80; } }`
    case 'server': return `events {}\nhttp { server {\n${line}\n } }`
    case 'location': return `events {}\nhttp { upstream app { server 192.0.2.9; } server { listen 80; location / {\n${line}\n } } }`
    case 'upstream': return `events {}\nhttp { upstream u {\n${line}\n } server { listen 80; } }`
  }
}

const opening: Readonly<Record<Where, number>> = { main: 3, http: 3, server: 3, location: 8, upstream: 5 }

for (const [name, where, line, fate] of rows) {
  test(`${name}: ${line}`, () => {
    const text = around(where, line)
    const prepared = prepareText(text)
    if (typeof fate === 'object' && 'refused' in fate) {
      assert.match(prepared.refusals.map((one) => one.reason).join('\n'), fate.refused)
      for (const { at } of prepared.refusals) assert.ok(at !== null && line.includes(text.slice(at.start, at.end)), text.slice(at?.start, at?.end))
      assert.equal(wholeText(prepared), '')
      return
    }
    assert.deepEqual(prepared.refusals, [])
    const lines = ownLines(prepared)
    if (fate === 'left out') assert.equal(lines.filter((one) => one !== 'absolute_redirect off;').length, opening[where], lines.join('\n'))
    else assert.ok(lines.includes(fate.kept), lines.join('\n'))
  })
}

test('each address is one socket for all servers on it, and the first of them names it', () => {
  const text = 'events {}\nhttp { server { listen 80; listen 192.0.2.1:80; server_name a; } server { listen *:80; server_name b; } server { server_name c; } }'
  const prepared = prepareText(text)
  assert.deepEqual(prepared.listeners.map((one) => [one.socket, text.slice(one.at.start, one.at.end)]), [['l0', 'listen 80;'], ['l1', 'listen 192.0.2.1:80;']])
  assert.deepEqual(ownLines(prepared).filter((line) => line.startsWith('listen')), ['listen unix:l0 proxy_protocol;', 'listen unix:l1 proxy_protocol;', 'listen unix:l0 proxy_protocol;', 'listen unix:l0 proxy_protocol;'])
})

test('a name that may be another address on the same port is refused', () => {
  assert.match(prepareText('events {}\nhttp { server { listen localhost:80; } server { listen 127.0.0.1:80; } }').refusals[0]?.reason ?? '', /may be the same address/)
  assert.deepEqual(prepareText('events {}\nhttp { server { listen localhost:81; } server { listen 80; } }').refusals, [])
})

test('the PROXY header cannot be told apart where only some listeners have one', () => {
  assert.match(prepareText('events {}\nhttp { server { listen 80; return 200 $proxy_protocol_addr; } server { listen 81 proxy_protocol; } }').refusals[0]?.reason ?? '', /only some have/)
  assert.deepEqual(prepareText('events {}\nhttp { server { listen 81 proxy_protocol; return 200 $proxy_protocol_addr; } }').refusals, [])
})

test('servers of one address in a group are told apart, and a group that no expectation names shares a socket when there are many', () => {
  const two = prepareText('events {}\nhttp { upstream U { server a:1; server a:1; } server { listen 80; } }')
  assert.deepEqual(two.servers, [{ socket: 's0', is: { pool: 'u', server: 'a:1' } }, { socket: 's1', is: { pool: 'u', server: 'a:1#2' } }])
  const many = prepareText(`events {}\nhttp { upstream big { ${Array.from({ length: 2001 }, (_, index) => `server 10.0.0.1:${index + 1};`).join(' ')} } upstream u { server a:1; } server { listen 80; } }`, {}, ['u'])
  assert.deepEqual(many.servers, [{ socket: 's0', is: { pool: 'u', server: 'a:1' } }, { socket: 'sx', is: null }])
})

test('a target from the request can only be a group or an address that the config holds', () => {
  const lines = ownLines(prepareText('events {}\nhttp { upstream app { server a; } map $http_x $y { default 192.0.2.7:80; z nowhere; } server { listen 80; set $v 192.0.2.8; location / { proxy_pass http://$y; } } }'))
  const table = lines.slice(lines.indexOf('map "${y}" "$steelyard_to0" {'.replace('${y}', '$y').replace('"$steelyard_to0"', '$steelyard_to0')))
  assert.deepEqual(table.slice(1, 7), ['default steelyard-none;', '"" "/";', '"\\\\app" steelyard-g0;', '"\\\\192.0.2.7:80" steelyard-a0;', '"\\\\192.0.2.8" steelyard-a1;', '}'])
})

test('included files are spliced in; one that is missing stops the proof at the line that names it', () => {
  const text = 'events {}\nhttp { include sites/*.conf; server { listen 80; include gone.conf; } }'
  const [refusal] = prepareText(text).refusals
  assert.equal(text.slice(refusal?.at?.start, refusal?.at?.end), 'include gone.conf;')
  assert.ok(ownLines(prepareText('events {}\nhttp { include sites/*.conf; }', { 'sites/a.conf': 'server { listen 80; return 204; }' })).includes('return 204;'))
})

for (const [name, text] of [
  ['a lost semicolon', 'events {}\nhttp { server { listen 80; location / { return 204 } } }'], ['a block that is not closed', 'events {}\nhttp { server { listen 80;'],
  ['a directive in the wrong place', 'events {}\nhttp { proxy_pass http://a; server { listen 80; } }'], ['a variable that nothing sets', 'events {}\nhttp { server { listen 80; return 200 $nothing_sets_this; } }'],
] as const) {
  test(`what nginx does not start with is not mended on the way: ${name}`, () => {
    assert.match(prepareText(text).refusals[0]?.reason ?? '', /nginx does not start with/)
  })
}

test('what is not as in the config is said', () => {
  const { replaced } = prepareText('user x;\nevents {}\nhttp { access_log /x; server { listen 443 ssl; ssl_certificate /a; ssl_certificate_key /b; root /srv; location / { proxy_pass https://a.internal; } } }')
  for (const start of ['nginx runs as one process', 'Addresses that are listened on', 'Logs are left out', 'Certificates are replaced', 'Files of this machine', 'Servers are replaced', 'Servers are spoken to in plain']) assert.ok(replaced.some((one) => one.startsWith(start)), `${start}: ${replaced.join(' ')}`)
})
