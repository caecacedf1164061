import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import type { Compiled } from '#shared/dialects/dialect.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import type { Directive, Word } from '#shared/dialects/nginx/tree.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'

/** Every word of them bears on some request or connection, but for `inert`. Apart, so that each comparison is a small one. */
const http = (text: string, groups = 'upstream site { server 10.0.0.1:80; server 10.0.0.2:80; } upstream api { server 10.0.1.1:80; server 10.0.1.2:80; }'): string => `worker_processes 2;\nevents { worker_connections 100; }\nhttp {\n${groups}\n${text}\n}\n`
const configs: Readonly<Record<string, string>> = {
  servers: http('server { listen 80; server_name a.test *.b.test www.* ~^w(?<number>\\d+)\\.c$; access_log off; client_max_body_size 8m; location / { proxy_pass http://site; } location /number { return 200 $number; } }\nserver { listen 81; listen 80; server_name d.test; port_in_redirect off; location /dir/ { proxy_pass http://api; } location / { return 301 /dir/; } }\nserver { listen 80 default_server; return 404; }'),
  locations: http('server { listen 80; location / { proxy_pass http://site; } location = /exact { return 204; } location ^~ /files/ { root /srv/f; expires 2h; } location ~* \\.(png|jpg)$ { proxy_pass http://api; } location ~ ^/user/(\\d+)/(.*)$ { proxy_pass http://api/u/$1?rest=$2; } location /new/ { proxy_pass http://api/fresh/; proxy_set_header Host $host; } location /away { return 302 https://$host$request_uri; } }'),
  rewriting: http('server { listen 8080; set $kind plain; if ($http_k = special) { set $kind odd; } location /old/ { rewrite ^/old/(.*)$ /new/$1 last; } location /new/ { proxy_pass http://api/fresh/; proxy_set_header X-Kind $kind; } location /tried/ { try_files $uri /fallback =404; } location / { proxy_pass http://site; } }'),
  lookups: http('map $http_x $up { default site; v2 api; ~^s(\\d) api; } map "$host-$http_y" $both { hostnames; default one; a.test-1 two; } geo $near { default far; 10.1.0.0/16 close; } split_clients $cookie_a $part { 20% api; * site; } server { listen 8080; location / { proxy_pass http://$up; } location /both/ { return 200 $both$near; } location /part/ { proxy_pass http://$part; } }'),
  groups: http('server { listen 80; location / { proxy_pass http://site; } location /a { proxy_pass http://api; } location /i { proxy_pass http://img; } location /fast { fastcgi_pass 10.0.5.1:9000; fastcgi_param A b; } }', 'upstream site { zone site 64k; server 10.0.0.1:80 weight=2 max_fails=2 fail_timeout=5s; server 10.0.0.2:80; server 10.0.0.3:80 backup; keepalive 8; } upstream api { hash $arg_k consistent; server 10.0.1.1:80; server 10.0.1.2:80 max_conns=5; server 10.0.1.3:80 down; } upstream img { least_conn; server 10.0.2.1:80; server 10.0.2.2:80; }'),
  access: http('server { listen 80; location /guarded/ { allow 10.2.0.0/16; deny all; proxy_pass http://site; location /guarded/deep/ { proxy_pass http://api; allow 10.3.0.1; deny all; } } location /methods/ { limit_except GET POST { deny 10.4.0.0/16; } proxy_pass http://site; } location /auth/ { auth_request /check; proxy_pass http://site; } }'),
  errors: http('server { listen 80; error_page 404 = /missing; location / { root /srv/a; } location /missing { internal; proxy_pass http://api; } location /named/ { error_page 502 504 @spare; proxy_intercept_errors on; proxy_pass http://site; } location @spare { proxy_pass http://api; } }'),
  code: http('server { listen 80; location / { proxy_pass http://api; } location /lua { access_by_lua_block { deny() } proxy_pass http://site; } }'),
  streams: 'events { } stream { map $ssl_preread_server_name $name { a.test one; default two; } upstream one { server 10.0.6.1:443 weight=3; server 10.0.6.2:443; } upstream two { hash $remote_addr; server 10.0.7.1:443; server 10.0.7.2:443; } server { listen 5000; ssl_preread on; proxy_timeout 5s; proxy_pass $name; } server { listen 5001 udp; allow 10.8.0.0/16; deny all; proxy_pass two; } }\n',
}

/** Directives of which nobody notices anything. */
const inert: ReadonlySet<string> = new Set(['worker_processes', 'worker_connections', 'events', 'access_log', 'keepalive'])
/** A name that only the config itself uses. */
const isName = (directive: string, word: string): boolean => directive === 'zone' && word === 'site'

function all(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((directive) => [directive, ...all(directive.block?.directives ?? [])])
}

const wouldStart = ({ diagnostics }: Compiled): boolean => diagnostics.every((each) => each.severity !== 'error')

/** Is the difference named, or is `after` a config that would not start? */
function isNoticed(before: RoutingModel, after: Compiled): boolean {
  if (!wouldStart(after)) return true
  const { diff } = compareBehaviour(before, after.model, {
    judge: { before: (request) => routeRequest(before, request), after: (request) => routeRequest(after.model, request) },
    changedPools: diffTopology(before, after.model).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
  })
  // What code does is unknown on both sides, whatever else is.
  return diff.differs.length > 0 || diff.listeners.some(({ status }) => status === 'added' || status === 'removed') || diff.unknown.some((region) => !region.because.includes('access_by_lua_block { deny() }'))
}

for (const [name, config] of Object.entries(configs)) {
  const directives = all(parseNginx({ path: 'nginx.conf', text: config, role: 'config', encoding: 'utf-8' }).tree.directives).filter((directive) => !inert.has(directive.name.value))
  const edited = ({ start, end }: Word['span'], text: string): Compiled => compileConfig(config.slice(0, start) + text + config.slice(end))
  const { model, diagnostics } = compileConfig(config)

  test(`the config of ${name} would start and equals itself`, () => {
    assert.deepEqual(diagnostics.filter((each) => each.severity === 'error').map((each) => each.message), [])
    assert.equal(isNoticed(model, compileConfig(config)), false)
  })

  test(`every directive of ${name} that goes is noticed`, () => {
    const missed = directives.filter((directive) => !isNoticed(model, edited(directive.span, ''))).map((directive) => config.slice(directive.span.start, directive.span.end))
    assert.deepEqual(missed, [])
  })

  test(`every word of ${name} that changes is noticed`, () => {
    const missed: string[] = []
    let compared = 0
    for (const directive of directives) {
      for (const word of directive.args) {
        if (isName(directive.name.value, word.value)) continue
        const raw = config.slice(word.span.start, word.span.end)
        for (const other of [raw.replace(/\d(?!.*\d)/, (digit) => String((Number(digit) + 1) % 10)), raw.replace(/[a-z](?=[^a-z]*$)/i, (letter) => (letter === 'q' ? 'j' : 'q'))]) {
          if (other === raw) continue
          const after = edited(word.span, other)
          if (wouldStart(after)) compared += 1
          if (!isNoticed(model, after)) missed.push(`${config.slice(directive.span.start, word.span.start)}${raw} → ${other}`)
        }
      }
    }
    assert.deepEqual(missed, [])
    assert.ok(compared > 5, 'edits that would start are among them')
  })
}
