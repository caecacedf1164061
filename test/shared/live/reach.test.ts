import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reach } from '#shared/live/reach.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig as compileHaproxy } from '#test/oracle/haproxy/harness.ts'
import { compileConfig as compileNginx } from '#test/oracle/nginx/harness.ts'

const haproxy = (text: string): RoutingModel => compileHaproxy(`defaults\n mode http\n${text}${['app', 'shared', 'extra', 'lone'].map((name) => `backend ${name}\n server a 10.0.0.1:80\n`).join('')}`, new Map()).model

const web = 'frontend web\n bind :80\n use_backend shared if { path_beg /s }\n default_backend app\n'
const other = 'frontend other\n bind :81\n use_backend shared if { path_beg /s }\n default_backend extra\n'

const groupsOf = (models: readonly RoutingModel[], listeners: readonly string[], pools: readonly string[]): readonly string[] => {
  const reach = new Reach()
  for (const model of models) reach.add(model)
  return reach.groups(listeners, pools).map((group) => `${group.listeners.join('+')}${group.isAll ? ' (all)' : ''}: ${group.pools.join('+')}${group.related.length > group.pools.length ? ` of ${group.related.join('+')}` : ''}`)
}
const pools = ['app', 'shared', 'extra', 'lone']

const rows: readonly (readonly [string, readonly RoutingModel[], readonly string[], readonly string[]])[] = [
  ['without a config every listener may reach every pool', [], ['web', 'other'], ['web+other (all): app+shared+extra+lone']],
  ['without listeners all pools stand together', [haproxy(web + other)], [], [' (all): app+shared+extra+lone']],
  ['rules and defaults decide; a pool that nothing leads to stands with all of them', [haproxy(web + other)], ['web', 'other'], ['web: app of app+shared+lone', 'web+other (all): shared+lone of app+shared+extra+lone', 'other: extra of shared+extra+lone']],
  ['a listener that the config lacks may reach every pool', [haproxy(web + other)], ['web', 'new'], ['web+new (all): app+shared+lone of app+shared+extra+lone', 'new: extra of app+shared+extra+lone']],
  ['a name from the request may be that of any pool', [haproxy(`${other}frontend open\n bind :82\n use_backend %[req.hdr(x-pool)]\n`)], ['other', 'open'], ['open: app+lone of app+shared+extra+lone', 'other+open (all): shared+extra of app+shared+extra+lone']],
  ['a rule that was lost in a reload still tells whose requests a pool misses', [haproxy(web + other), haproxy(web + other.replace(/ use_backend shared.*\n/, ''))], ['web', 'other'], ['web: app of app+shared+lone', 'web+other (all): shared+lone of app+shared+extra+lone', 'other: extra of shared+extra+lone']],
  ['a listener that a page of metrics answers reaches no pool', [haproxy(`${web}frontend metrics\n bind :83\n http-request use-service prometheus-exporter\n`)], ['web', 'metrics'], ['web: app+shared of app+shared+extra+lone', 'web+metrics (all): extra+lone of app+shared+extra+lone']],
]
for (const [name, models, listeners, expected] of rows) test(name, () => { assert.deepEqual(groupsOf(models, listeners, pools), expected) })

test('listeners in a log of nginx are found by their port', () => {
  const { model } = compileNginx('events {}\nhttp {\n  upstream a { server 10.0.0.1:80; }\n  upstream b { server 10.0.0.2:80; }\n  server { listen 80; server_name x; location / { proxy_pass http://a; } }\n  server { listen 81; location / { proxy_pass http://b; } }\n  server { listen 82; location / { proxy_pass http://$arg_to; } }\n}\n')
  assert.deepEqual(groupsOf([model], ['x:80', '81'], ['a', 'b']), ['x:80: a', '81: b'])
  assert.deepEqual(groupsOf([model], ['x:80', '81', 'y:82'], ['a', 'b']), ['x:80+y:82: a of a+b', '81+y:82: b of a+b'])
})
