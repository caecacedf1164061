import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'
import { small } from './compared.ts'

/** Where a request goes, in one line. */
function shown(text: string, request: Partial<RequestInput>): string {
  const { outcome, certain, received } = prepareRouter(compileConfig(small(text)).model).route({ ...defaultRequest, host: 'a.test', ...request })
  const doubt = certain ? '' : ' maybe'
  switch (outcome.action) {
    case 'forward': return `${outcome.pool} ${outcome.path} host=${received.host ?? ''}${doubt}`
    case 'redirect': return `${outcome.status} ${outcome.location}${doubt}`
    case 'respond': case 'deny': return `${outcome.status}${doubt}`
    case 'serve': return `files ${outcome.path}${doubt}`
    default: return `${outcome.action}${doubt}`
  }
}

const locations = 'location / { return 201; } location /img { return 202; } location ^~ /img/fast { return 203; } location ~ \\.(png|jpg)$ { return 204; } location ~* /IMG { return 205; } location = /img { return 206; }'
const nested = 'location /a/ { location ^~ /a/b/ { return 201; } location ~ q { return 202; } return 203; } location ~ \\.png$ { return 205; } location ^~ /c/ { location /c/d/ { return 206; } return 207; }'
const rewrites = 'location /last/ { rewrite ^/last/(.*)$ /img/$1 last; } location /break/ { rewrite ^/break/(.*)$ /x/$1 break; proxy_pass http://api/base; } location /loop/ { rewrite ^/loop/(.*)$ /loop/x$1 last; } location /abs/ { rewrite ^/abs/(.*)$ http://z.test/$1; } location /img/ { proxy_pass http://img/; }'

/** Source: experiments of the reference, measured on 1.22. */
const rows: readonly (readonly [id: string, config: string, request: Partial<RequestInput>, expected: string])[] = [
  ['N-LOC-1 exact', locations, { path: '/img' }, '206'],
  ['N-LOC-1 pattern in order', locations, { path: '/img/a.png' }, '204'],
  ['N-LOC-1 silenced', locations, { path: '/img/fast/a.png' }, '203'],
  ['N-LOC-1 any case', locations, { path: '/x/IMG' }, '205'],
  ['N-LOC-5 a slash is added', 'location /api/ { proxy_pass http://api; }', { path: '/api?x=1' }, '301 http://a.test/api/?x=1'],
  ['N-LOC-10 inner prefix', nested, { path: '/a/b/q' }, '201'],
  ['N-LOC-10 outer pattern', nested, { path: '/a/b/x.png' }, '205'],
  ['N-LOC-10 silenced level', nested, { path: '/c/d/x.png' }, '206'],
  ['N-PP-1 raw target', 'location /raw/ { proxy_pass http://api; }', { path: '/raw/a%2Fb//c/../d?q=1' }, 'api /raw/a%2Fb//c/../d?q=1 host=api'],
  ['N-PP-1 replaced start', 'location /sub/ { proxy_pass http://api/; }', { path: '/sub/a%2Fb//c/../d?q=1' }, 'api /a/b/d?q=1 host=api'],
  ['N-PP-2 variables', 'location /v/ { proxy_pass http://api/x$request_uri; }', { path: '/v/a%2Fb?q' }, 'api /x/v/a%2Fb?q host=api'],
  ['N-PP-7 arrays are replaced', 'proxy_set_header Host $host; location / { proxy_set_header X 1; proxy_pass http://api; }', { path: '/' }, 'api / host=api'],
  ['N-RW-1 last', rewrites, { path: '/last/a?q=1' }, 'img /a?q=1 host=img'],
  ['N-PP-4 break', rewrites, { path: '/break/a' }, 'api /x/a host=api'],
  ['N-RW-1 ten rounds', rewrites, { path: '/loop/a' }, '500'],
  ['N-RW-1 absolute', rewrites, { path: '/abs/a' }, '302 http://z.test/a'],
  ['N-RET-2 return before access', 'location / { deny all; return 200 x; }', { path: '/' }, '200'],
  ['N-METH-1 limit_except', 'location / { if ($request_method = PUT) { return 202; } limit_except GET { deny all; } proxy_pass http://api; }', { path: '/', method: 'PUT' }, '403'],
  ['a block without a handler behind one with', 'location / { if ($http_x = 1) { proxy_pass http://api; } if ($http_y = 1) { set $v 1; } return 444; }', { path: '/', headers: [['x', '1'], ['y', '1']] }, 'close'],
  ['a handler stays where the next block has none', 'location / { if ($http_x = 1) { proxy_pass http://api; } if ($http_y = 1) { rewrite ^ /z break; } }', { path: '/', headers: [['x', '1'], ['y', '1']] }, '500'],
  ['a handler of an earlier block alone', 'location / { if ($http_x = 1) { proxy_pass http://api; } if ($http_y = 1) { rewrite ^ /z break; } }', { path: '/', headers: [['x', '1']] }, 'api / host=api'],
  ['IPv4 clients of a socket for both, and rules of IPv6 alone', 'listen [::]:80 ipv6only=off; listen 80; location / { deny ::/0; proxy_pass http://api; }', { path: '/' }, 'api / host=api maybe'],
  ['IPv4 clients of a socket of their own, and rules of IPv6 alone', 'listen [::]:80; listen 80; location / { deny ::/0; proxy_pass http://api; }', { path: '/' }, 'api / host=api'],
  ['N-ERR-1 error page', 'location / { error_page 404 = @f; return 404; } location @f { proxy_pass http://img; }', { path: '/x' }, 'img /x host=img'],
  ['N-URI-3 above the root', 'location / { return 200; }', { path: '/../x' }, '400'],
  ['N-SRV-2 no Host', 'location / { return 200; }', { path: '/', host: null }, '400'],
  ['N-TRY-1 files', 'location / { try_files $uri =404; }', { path: '/x' }, '404 maybe'],
]

for (const [id, config, request, expected] of rows) test(`${id}: ${request.method ?? 'GET'} ${request.path ?? '/'}`, () => { assert.equal(shown(config, request), expected) })
