import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderInspection } from '#shared/view/inspect.ts'
import { toTopologyView } from '#shared/view/topology.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'
import { small } from '../dialects/nginx/compared.ts'

const { model } = compileConfig(small(`split_clients $remote_addr $v { 5% api; * site; }
server { listen 80 default_server; server_name _; return 301 https://$host$request_uri; }
server {
  listen 80; server_name a.test;
  location = /ok { return 200 ok; }
  location / { proxy_pass http://$v; }
  location ^~ /img/ { allow 10.0.0.0/8; deny all; proxy_pass http://img; }
  location /old/ { rewrite ^/old/(.*)$ /img/$1 last; proxy_pass http://site; }
}`))

test('what a place does itself goes by the words of that place', () => {
  const routes = toTopologyView(model, null, 'w').nodes.filter((node) => node.column === 'route').map(({ title, lines, tag }) => [title, lines.join(' / '), tag])
  assert.deepEqual(routes, [
    ['server _', 'redirect 301 to https://$host$request_uri', 'redirect 301'],
    ['location = /ok', 'a.test', 'respond 200'],
    ['location ^~ /img/', 'a.test / source address is not in 10.0.0.0/8', 'deny 403'],
    ['location ^~ /img/', 'a.test', 'to pool'],
    ['location /old/', 'a.test', 'to pool'],
    ['location /', 'pool named by $v / a.test', 'to named pool'],
  ])
})

test('a split shows the shares of its pools', () => {
  const { edges } = toTopologyView(model, null, 'w')
  assert.deepEqual(edges.filter(({ share, to }) => share !== null && !to.includes('/server:')).map(({ to, label, share }) => `${to} ${label} ${Math.round((share as number) * 100)} %`).sort(), ['pool:api 5% 5 %', 'pool:site rest 95 %'])
})

test('lists leave out what nginx does by itself', () => {
  const text = renderInspection(model, () => null)
  assert.doesNotMatch(text, /more than ten|nothing is left|nothing matched|and always/)
  assert.match(text, /deny with 403 if source address is not in 10\.0\.0\.0\/8\n/)
})
