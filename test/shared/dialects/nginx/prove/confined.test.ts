import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { confinementProblems } from '#shared/dialects/nginx/prove/confined.ts'
import { nginxChecks } from '#shared/dialects/nginx/checks/all.ts'
import { generateConfig } from '#test/oracle/nginx/generator.ts'
import { configFor, corpus, type Place } from '#test/oracle/nginx/refused-corpus.ts'
import { prepareText, wholeText } from './prepare-text.ts'

const root = path.resolve(import.meta.dirname, '../../../../..')

function configFiles(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.conf')).map((entry) => path.join(entry.parentPath, entry.name)).sort()
}

/** `whole`: the config was meant to be like that, so the lines are understood and the last look has nothing to say. */
function check(text: string, about: string, whole = true): 'started' | 'refused' {
  const prepared = prepareText(text)
  const started = wholeText(prepared)
  assert.deepEqual(confinementProblems(started), [], about)
  // A third look, as plain as can be.
  assert.doesNotMatch(started, /(?:^|[\n{;])\s*(?:listen (?!unix:l)|server (?!\{|unix:s)|load_module|include|alias|resolver|js_|perl|stream|mail)/, about)
  if (prepared.refusals.length > 0) {
    assert.equal(started, '')
    if (whole) for (const one of prepared.refusals) assert.ok(!one.reason.startsWith('would be started'), `${about}: ${one.reason}`)
    return 'refused'
  }
  return 'started'
}

test('nothing but sockets of its own survives in any config of the tests', () => {
  const counts = { started: 0, refused: 0 }
  for (const file of [...configFiles('test'), ...configFiles('assets')]) counts[check(readFileSync(file, 'utf8'), file)] += 1
  for (const one of nginxChecks) for (const text of [one.bad, one.good]) counts[check(text, one.code)] += 1
  for (const [place, snippets] of Object.entries(corpus)) for (const snippet of snippets) counts[check(configFor(place as Place, snippet), snippet)] += 1
  for (let seed = 1; seed <= 200; seed += 1) {
    const generated = generateConfig({ seed, requests: 1, bindHost: '127.0.0.1', bindPorts: [11_001, 11_002], stubPorts: Array.from({ length: 12 }, (_, index) => 12_001 + index), count: () => undefined })
    assert.equal(check(generated.config, `seed ${seed}`), 'started')
    counts.started += 1
  }
  assert.ok(counts.started > 230 && counts.refused > 5, JSON.stringify(counts))
})

test('a config cut off anywhere is started confined or refused, and never throws', () => {
  for (const file of configFiles('test/fixtures/nginx')) {
    const text = readFileSync(file, 'utf8')
    for (let end = 0; end < text.length; end += 17) check(text.slice(0, end), `${file} cut off at ${end}`, false)
  }
})

for (const [name, text] of [
  ['a port', 'http { server { listen 80; } }'], ['a server without an address', 'http { server { return 204; } }'], ['an address of a server', 'http { upstream a { server 192.0.2.1; } }'],
  ['a target', 'http { server { listen unix:l0; location / { proxy_pass http://192.0.2.1; } } }'], ['a target with a name in front', 'http { server { listen unix:l0; location / { proxy_pass http://steelyard-a0.example.test; } } }'],
  ['a target from the request', 'http { server { listen unix:l0; location / { proxy_pass "http://$host"; } } }'], ['a table followed by something of the request', 'http { server { listen unix:l0; location / { proxy_pass "http://${steelyard_to0}$arg_x"; } } }'],
  ['another protocol', 'http { server { listen unix:l0; location / { fastcgi_pass steelyard-a0; } } }'], ['a file', 'http { include /etc/x; }'], ['a module', 'load_module x.so;'], ['a folder', 'http { root /etc; }'], ['a log', 'error_log /tmp/x;'],
  ['name servers', 'http { resolver 192.0.2.53; }'], ['stream', 'stream { server { listen 53; proxy_pass 192.0.2.1:53; } }'], ['a quote that is not closed', 'http { set $a "x; }'], ['a file among values', 'http { map $a $b { include /etc/x; } }'],
  ['a comment', 'http { # x\n }'], ['a certificate', 'http { ssl_certificate /etc/x.pem; }'],
] as const) {
  test(`what reaches outside is seen: ${name}`, () => {
    assert.equal(confinementProblems(`${text}\n`).length, 1, text)
  })
}
