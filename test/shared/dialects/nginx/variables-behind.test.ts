import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './compared.ts'

const config = (extra: string): string => `map $uri $kind { default a; /x b; }
geo $near { default 0; 10.0.0.0/8 1; }
split_clients $remote_addr $half { 50% one; * two; }
map $near $third { default $kind; 1 z; }
map $third $fourth { default $third; q r; }
upstream site { server 10.0.0.1:80; server 10.0.0.2:80; }
upstream hashed { hash $kind; server 10.0.0.5:80; server 10.0.0.6:80; }
server { listen 80; server_name a.test; root /srv; set $mine 1;
${extra}
location / { proxy_pass http://site; }
location ~ ^/(?<id>y.*)$ { proxy_pass http://site; }
}`

/** A change of a variable behind something that is not followed. */
const behind: readonly (readonly [extra: string, from: string, to: string])[] = [
  ['add_header X $kind;', '/x b', '/x c'],
  ['location /php { fastcgi_pass 10.0.0.9:9000; fastcgi_param A $kind; }', '/x b', '/x c'],
  ['sub_filter foo ${kind};', '/x b', '/x c'],
  ['limit_rate $kind;', '/x b', '/x c'],
  ['auth_basic $kind; auth_basic_user_file p;', 'default a', 'default off'],
  ['add_header X $near;', '10.0.0.0/8 1', '10.0.0.0/8 2'],
  ['add_header X $half;', '50% one', '60% one'],
  ['add_header X $mine;', 'set $mine 1', 'set $mine 2'],
  ['set $m 1; if ($args ~ foo) { set $m 2; } add_header X $m;', 'foo', 'bar'],
  ['location /s { set $mine 3; proxy_pass http://site; } add_header X $mine;', 'location /s', 'location /t'],
  ['set $m $kind; add_header X $m;', '/x b', '/x c'],
  ['add_header X $id;', '(?<id>y.*)', '(?<id>y)'],
  ['if (-f /srv$kind) { return 204; }', '/x b', '/x c'],
  ['return 302 /$fourth;', '/x b', '/x c'],
  ['if ($fourth = b) { return 403; }', '/x b', '/x c'],
  ['location /h { proxy_pass http://hashed; }', '/x b', '/x c'],
]

for (const [extra, from, to] of behind) {
  test(`what a variable holds is not taken for nothing: ${extra}`, () => {
    const before = config(extra)
    assert.ok(before.includes(from))
    const { diff } = compared(before, before.replace(from, to))
    assert.ok(diff.differs.length + diff.unknown.length > 0)
  })
}

test('a variable that only logs read changes nothing', () => {
  const before = config('').replace('map $uri $kind', 'log_format l $seen;\nmap $uri $seen { default a; /x d; }\nmap $uri $kind')
  const { diff } = compared(before, before.replace('/x d', '/x e'))
  assert.deepEqual([diff.differs.length, diff.unknown.length], [0, 0])
})

test('the realm of a password is what clients see', () => {
  const before = config('auth_basic x; auth_basic_user_file p;')
  const { diff } = compared(before, before.replace('auth_basic x', 'auth_basic y'))
  assert.ok(diff.unknown.some((region) => region.because.includes('auth_basic')))
})
