import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { haproxySupport } from '#shared/dialects/haproxy/support.ts'
import { confinementProblems } from '#shared/dialects/haproxy/prove/confined.ts'
import { experiments } from '#test/oracle/haproxy/experiments.ts'
import { generateConfig } from '#test/oracle/haproxy/generator.ts'
import { prepareText, wholeText } from './prepare-text.ts'

const root = path.resolve(import.meta.dirname, '../../../../..')

function configFiles(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.cfg')).map((entry) => path.join(entry.parentPath, entry.name)).sort()
}

/** A second look that knows nothing of either side: no line may listen, connect, log or look up anywhere but in the folder. */
function outside(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => {
    const [first = '', ...rest] = line.split(/\s+/)
    if (first === 'bind') return !/^unix@l(?:\d+|r)$/.test(rest[0] ?? '')
    if (first === 'server') return !/^server (?:\S+|'[^']*') unix@s(?:\d+|x)(?: |$)/.test(line)
    if (['log', 'nameserver', 'peer', 'mailer', 'source', 'dispatch', 'command', 'program', 'lua-load', 'lua-load-per-thread', 'server-template', 'dgram-bind', 'external-check', 'chroot', 'user-script', 'parse-resolv-conf'].includes(first)) return true
    return (first === 'stats' && rest[0] === 'socket') || (first === 'resolvers' && rest[0] !== 'default')
  })
}

/** `whole`: the config was meant to be like that, so the lines are understood and the last look has nothing to say. */
function check(text: string, about: string, whole = true): 'started' | 'refused' {
  const prepared = prepareText(text)
  const started = wholeText(prepared)
  assert.deepEqual(outside(started), [], about)
  assert.deepEqual(confinementProblems(started), [], about)
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
  for (const experiment of experiments) counts[check(`${experiment.config.map((line) => (line === 'F' ? 'frontend f\n  bind 127.0.0.1:21100' : line)).join('\n')}\n`, experiment.id)] += 1
  for (let seed = 1; seed <= 200; seed += 1) {
    const generated = generateConfig({ seed, requests: 1, bindHost: '127.0.0.1', bindPorts: [11_001, 11_002, 11_003], stubPorts: Array.from({ length: 12 }, (_, index) => 12_001 + index), folder: '/side', count: () => undefined })
    assert.equal(check(generated.config, `seed ${seed}`), 'started')
    counts.started += 1
  }
  assert.ok(counts.started > 300 && counts.refused > 3, JSON.stringify(counts))
})

test('a config cut off anywhere is started confined or refused, and never throws', () => {
  for (const file of configFiles('test/fixtures/haproxy')) {
    const text = readFileSync(file, 'utf8')
    for (let end = 0; end < text.length; end += 11) check(text.slice(0, end), `${file} cut off at ${end}`, false)
  }
})

/** Every word of the support table at the place where it belongs, with an address, a file and a name behind it. */
test('no known word brings anything outside with it', () => {
  const places: Readonly<Record<string, (word: string, rest: string) => string>> = {
    global: (word, rest) => `global\n ${word} ${rest}\n`,
    proxy: (word, rest) => `listen x\n ${word} ${rest}\n`,
    option: (word, rest) => `listen x\n option ${word} ${rest}\n`,
    bind: (word, rest) => `listen x\n bind 192.0.2.1:80 ${word} ${rest}\n`,
    server: (word, rest) => `listen x\n server s 192.0.2.1:80 ${word} ${rest}\n`,
    filter: (word, rest) => `listen x\n filter ${word} ${rest}\n`,
    stats: (word, rest) => `listen x\n stats ${word} ${rest}\n`,
    'http-request': (word, rest) => `listen x\n http-request ${word} ${rest}\n`,
    'tcp-request': (word, rest) => `listen x\n tcp-request content ${word} ${rest}\n tcp-request connection ${word} ${rest}\n`,
    section: (word, rest) => `${word} x\n server s ${rest}\n bind ${rest}\n log ${rest}\n nameserver n ${rest}\n`,
  }
  const tails = ['', '192.0.2.1:514 local0', 'file /etc/passwd', 'x 192.0.2.1:80 if { src -f /etc/list }', 'lua.x', '/bin/true', '"a b" 192.0.2.1', 'on socket 192.0.2.1:1', 'errorfile /etc/x', 'peers p']
  let started = 0
  for (const key of haproxySupport.entries.keys()) {
    const kind = key.slice(0, key.indexOf(' '))
    const place = places[kind]
    if (place === undefined) continue
    for (const tail of tails) for (const prefix of ['', ...(kind === 'proxy' || kind === 'option' ? ['no '] : [])]) if (check(place(`${prefix}${key.slice(kind.length + 1)}`, tail), `${prefix}${key} ${tail}`) === 'started') started += 1
  }
  assert.ok(started > 1000, String(started))
})

const bad: readonly string[] = [
  'bind :80', 'bind unix@/run/x.sock', 'bind unix@l0,:80', 'bind unix@l0 crt /etc/x.pem', 'bind unix@l0 interface eth0', 'bind unix@../l0', 'server s 127.0.0.1:80', 'server s unix@/run/x.sock', 'server s unix@s0 check',
  'server s unix@s0 resolvers dns', 'server s unix@s0 source 192.0.2.1', 'server-template s 3 unix@s0', 'default-server check', 'log 127.0.0.1:514 local0', 'log stdout local0', 'nameserver a 192.0.2.1:53', 'resolvers dns', 'peers p',
  'peer a 192.0.2.1:1', 'program p', 'command /bin/true', 'lua-load /x.lua', 'external-check', 'option external-check', 'option httpchk', 'option transparent', 'source 192.0.2.1', 'dispatch 192.0.2.1:80', 'stats socket /x', 'stats bind-process all',
  'filter spoe engine e config /x', 'http-request lua.x', 'http-request do-resolve(txn.a,dns) src', 'http-request use-service lua.x', 'http-request return file /etc/passwd', 'http-request deny errorfile /x', 'http-error status 503 file /x',
  'tcp-request content lua.x', 'tcp-request session attach-srv b/s', 'acl a path -f /etc/list', 'use_backend %[path,map(/etc/x.map)]', 'http-request set-map(/x) a b', 'stick-table type ip size 1 peers p', 'email-alert mailers m', 'errorfile 503 /x',
  'acl a path "${X}"', 'acl a path "unclosed', 'http-check connect addr 192.0.2.1', 'load-server-state-from-file global', 'tune.lua.maxmem 1', 'user-script x', 'no log', 'chroot /x', 'default-path origin /x',
]

for (const line of bad) test(`the last look refuses: ${line}`, () => { assert.deepEqual(confinementProblems(`global\n  ${line}\n`), [line]) })

test('the last look takes what is confined', () => {
  assert.deepEqual(confinementProblems(`bind unix@l0 ssl alpn h2,http/1.1 crt cert.pem name 'a b' id 1 accept-proxy\nserver 's 1' unix@s0 weight 5\nhttp-request return status 200 string file if { path -f f0 }\nacl a path,map(f1,x) -m found\nno option httplog\nacl price hdr(x) "\\$5"`), [])
})
