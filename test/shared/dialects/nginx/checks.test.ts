import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runAllChecks } from '#shared/backend/checks.ts'
import { nginx } from '#shared/dialects/nginx/index.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { small } from './compared.ts'

const options = { environment: {}, version: null, sideFiles: new Map() }

function findings(text: string): readonly string[] {
  const file: SourceFile = { path: 'nginx.conf', text, role: 'config', encoding: 'utf-8' }
  const parsed = { file, tree: nginx.parse(file).tree }
  const { model } = nginx.compile([parsed], options)
  return runAllChecks(nginx, { files: [parsed], model, options }, { milliseconds: () => 0 }).map(({ code, severity }) => `${severity} ${code}`)
}

const group = (servers: string, rest = 'location / { proxy_set_header Host $host; proxy_pass http://s; }'): string => small(`upstream s { ${servers} }\nserver { listen 80; server_name a.test; ${rest} }`)

const alone = (server: string): string => `events {}\nhttp {\n${server}\n}\n`

/** Entries of the catalogue that a rule about every product finds in nginx, too. */
const byNeutral: readonly (readonly [entry: string, text: string, code: string])[] = [
  ['NG-12 a location that is never reached', small('server { listen 80; location ~ . { return 201; } location ~ ^/x { return 204; } }'), 'routing/rule-never-matches'],
  ['NG-26 a map that names no group', small('map $http_x $be { default site; v2 nosuch; }\nupstream site { server 10.0.0.1; }\nserver { listen 80; location / { proxy_pass http://$be; } }'), 'routing/dynamic-pool-unknown'],
  ['NG-50 servers whose failures nobody notices', group('server 10.0.0.1 max_fails=0; server 10.0.0.2 max_fails=0;'), 'routing/server-without-check'],
  ['NG-51 a group without a server in use', group('server 10.0.0.1 down; server 10.0.0.2 down;'), 'routing/pool-without-usable-server'],
  ['NG-60 a server with most of the weight', group('server 10.0.0.1 weight=9; server 10.0.0.2; server 10.0.0.3;'), 'routing/weight-outlier'],
  ['NG-62 one backup for many', group('server 10.0.0.1; server 10.0.0.2; server 10.0.0.3; server 10.0.0.4 backup;'), 'routing/lone-backup'],
]

for (const [entry, text, code] of byNeutral) test(`${entry} is found`, () => { assert.ok(findings(text).some((one) => one.endsWith(code)), findings(text).join('\n')) })

const quiet: readonly (readonly [name: string, text: string])[] = [
  ['a location for everything', group('server 10.0.0.1; server 10.0.0.2;')],
  ['methods that are kept out', group('server 10.0.0.1; server 10.0.0.2;', 'proxy_set_header Host $host; location / { limit_except GET { deny all; } proxy_pass http://s; }')],
  ['a split with a rest', small('split_clients $remote_addr $v { 5% api; * site; }\nupstream site { server 10.0.0.1; }\nupstream api { server 10.0.0.2; }\nserver { listen 80; server_name a.test; location / { proxy_set_header Host $host; proxy_pass http://$v; } }')],
  ['a split of exactly everything', small('split_clients $remote_addr $v { 5% api; 95% site; }\nupstream site { server 10.0.0.1; }\nupstream api { server 10.0.0.2; }\nserver { listen 80; server_name a.test; location / { proxy_set_header Host $host; proxy_pass http://$v; } }')],
  ['a server that only redirects to https', alone('server { listen 80; server_name a.test; return 301 https://$host$request_uri; }')],
  ['plain and TLS on one server', alone('server { listen 80; listen 443 ssl; ssl_certificate c.pem; ssl_certificate_key c.key; server_name a.test; if ($scheme = http) { return 301 https://$host$request_uri; } location / { return 200; } }')],
]

for (const [name, text] of quiet) test(`nothing to warn about: ${name}`, () => { assert.deepEqual(findings(text).filter((one) => !one.startsWith('info')), []) })

test('the config that a distribution brings has nothing to warn about', () => {
  const folder = new URL('../../../fixtures/nginx/distribution/', import.meta.url)
  assert.deepEqual(findings(readFileSync(new URL('nginx.conf', folder), 'utf8')).filter((one) => !one.startsWith('info')), [])
  assert.deepEqual(findings(readFileSync(new URL('sites-available/default', folder), 'utf8')).filter((one) => !one.startsWith('info')), [])
})
