import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { run } from '#test/cli/run-cli.ts'
import { balancersRequired, findHaproxy } from '../haproxy/harness.ts'
import { ports, prove, request, witness } from '../haproxy/prove-support.ts'
import { seededRandom } from '../haproxy/random.ts'
import { findNginx } from './harness.ts'

const missing = [findHaproxy(), findNginx()].flatMap((one) => (one.found ? [] : [one.reason]))
const options = { skip: missing.length > 0 && !balancersRequired ? `NOT RUN: ${missing.join(', ')}` : false, timeout: 120_000 }
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-migration-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

const folder = path.join(import.meta.dirname, '../../fixtures/migration')
const haproxy = path.join(folder, 'haproxy.cfg')
const nginx = path.join(folder, 'nginx.conf')

interface Report {
  readonly verdict: string
  readonly behaviour: {
    readonly complete: boolean; readonly listeners: readonly { readonly name: string; readonly status: string }[]; readonly assumptions: readonly string[]
    readonly differs: readonly { readonly id: string; readonly kind: string; readonly summary: string; readonly witness: { readonly host: string; readonly path: string; readonly method: string } }[]
    readonly unknown: readonly { readonly when: string; readonly because: string }[]
  }
  readonly distribution: readonly unknown[]
  readonly pools: { readonly added: readonly string[]; readonly removed: readonly string[] }
  readonly proof?: { readonly state: string; readonly sentence: string; readonly product: string; readonly witnesses: readonly { readonly agrees: boolean | null; readonly before: { readonly observed: string }; readonly after: { readonly observed: string } }[] }
}

async function diff(before: string, now: string, ...more: readonly string[]): Promise<{ readonly code: number; readonly report: Report }> {
  const answer = await run(['diff', before, now, '--format', 'json', ...more])
  assert.equal(answer.err, '')
  return { code: answer.code, report: JSON.parse(answer.out) as Report }
}

let files = 0

/** One of the configs with one text replaced. */
function edited(file: string, from: string, to: string): string {
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(from), from)
  files += 1
  const made = path.join(scratch, String(files), path.basename(file))
  mkdirSync(path.dirname(made))
  writeFileSync(made, text.replace(from, to))
  return made
}

test('HAProxy to nginx and back: hosts, prefixes, redirects and weighted pools are proved identical, pools paired by their addresses', options, async () => {
  for (const [before, now] of [[haproxy, nginx], [nginx, haproxy]] as const) {
    const { code, report } = await diff(before, now)
    assert.deepEqual([report.verdict, report.behaviour.complete, report.behaviour.differs, report.behaviour.unknown, report.distribution], ['identical', true, [], [], []])
    assert.deepEqual([code, report.pools.added, report.pools.removed, report.behaviour.listeners.map((one) => one.status)], [0, [], [], ['same']])
    assert.ok(report.behaviour.assumptions.some((one) => one.includes('between two products')))
  }
})

test('a mapping file says which pools stand for each other where addresses do not', options, async () => {
  const moved = edited(nginx, 'upstream login { server 10.20.2.11:9000; server 10.20.2.12:9000; }', 'upstream login { server 10.20.9.11:9000; server 10.20.9.12:9000; }')
  const pools = path.join(scratch, 'pools.txt')
  writeFileSync(pools, '# HAProxy nginx\nauth login\n')
  const alone = await diff(haproxy, moved)
  assert.ok(alone.report.behaviour.differs.some((one) => one.summary.includes('pool login instead of auth')), JSON.stringify(alone.report.behaviour.differs))
  const paired = await diff(haproxy, moved, '--pools', pools)
  assert.deepEqual(paired.report.behaviour.differs.map((one) => one.kind), ['policy'])
  assert.match(paired.report.behaviour.differs[0]?.summary ?? '', /servers 10\.20\.9\.11:9000, 10\.20\.9\.12:9000 are new/)
})

test('one location that leads elsewhere is one class with a witness, and both real balancers confirm it', options, async () => {
  const changed = edited(nginx, 'location /auth/ { proxy_pass http://login; }', 'location /auth/ { proxy_pass http://shop_api; }')
  for (const [before, now, summary, was, is] of [
    [haproxy, changed, 'Requests for api.shop.example/auth/… go to pool shop_api instead of auth.', /^pool auth, server auth-/, /^pool shop_api, server 10\.20\.1\./],
    [changed, haproxy, 'Requests for api.shop.example/auth/… go to pool auth instead of shop_api.', /^pool shop_api, server 10\.20\.1\./, /^pool auth, server auth-/],
  ] as const) {
    const { code, report } = await diff(before, now, '--prove')
    assert.deepEqual([code, report.verdict, report.behaviour.differs.map((one) => [one.kind, one.summary]), report.behaviour.unknown], [1, 'changed', [['misroute', summary]], []])
    assert.deepEqual([report.behaviour.differs[0]?.witness.host, report.behaviour.differs[0]?.witness.path], ['api.shop.example', '/auth/'])
    assert.equal(report.proof?.state, 'proved', report.proof?.sentence)
    assert.match(report.proof.product, /HAProxy 2\.\S+/)
    assert.match(report.proof.product, /nginx 1\.\S+/)
    assert.match(report.proof.witnesses[0]?.before.observed ?? '', was)
    assert.match(report.proof.witnesses[0]?.after.observed ?? '', is)
  }
})

const edits: readonly (readonly [name: string, file: string, from: string, to: string, differs: RegExp])[] = [
  ['methods in small letters', haproxy, '    http-request deny deny_status 400 unless { method -m reg ^[A-Z_-]+$ }\n', '', /answered with 400/],
  ['no Host', haproxy, ' unless { req.hdr(host) -m found } or { req.ver 1.0 }', ' unless { req.hdr(host) -m found } or { req.ver 1.1 }', /HTTP\/1\.0|40\d/],
  ['TRACE', haproxy, '    http-request deny deny_status 405 if { method TRACE CONNECT }\n', '', /answered with 405/],
  ['paths spelled otherwise', haproxy, '    http-request deny deny_status 400 unless { path -m reg ^(/[A-Za-z0-9_~!$&()*+,;=:@-][A-Za-z0-9._~!$&()*+,;=:@-]*)*/?$ }\n', '', /answered with 400/],
  ['hosts spelled otherwise', nginx, '"~*^[a-z0-9-]+(\\.[a-z0-9-]+)*(:[0-9]+)?$" 0;', '"~*." 0;', /instead of a denial \(400\)|pool web/],
  ['a port behind the host', haproxy, 'acl host_api  req.hdr(host),host_only,lower', 'acl host_api  req.hdr(host),lower', /pool/],
  ['the slash behind a prefix', nginx, 'location = /auth { proxy_pass http://shop_api; }', '', /redirected \(301\) to http:\/\/api\.shop\.example\/auth\//],
  ['a prefix without its slash', nginx, 'location /images/ {', 'location /images {', /images/],
  ['another status of a redirect', nginx, 'return 302 https', 'return 301 https', /301/],
  ['another Host for servers', nginx, 'proxy_set_header Host $http_host;', 'proxy_set_header Host $host;', /Host/],
  ['another header for servers', nginx, 'X-Forwarded-Proto http;', 'X-Forwarded-Proto https;', /header|X-Forwarded-Proto/i],
  ['another path for servers', nginx, 'proxy_pass http://10.20.4.11:8080; }\n        location /cart/', 'proxy_pass http://10.20.4.11:8080/basket; }\n        location /cart/', /\/basket/],
  ['another weight', nginx, 'weight=3', 'weight=2', /gets .* % of new requests instead of/],
  ['a server more', nginx, 'upstream login { ', 'upstream login { server 10.20.2.13:9000; ', /login|auth/],
  ['a backup that takes part', nginx, '10.20.0.13:8080 backup;', '10.20.0.13:8080;', /web/],
  ['another method of balancing', nginx, 'least_conn; ', 'ip_hash; ', /chosen by/],
]

for (const [name, file, from, to, differs] of edits) {
  test(`a difference that an eye passes over is noticed, and what is shown is confirmed: ${name}`, options, async () => {
    const changed = edited(file, from, to)
    const { code, report } = await diff(file === haproxy ? changed : haproxy, file === nginx ? changed : nginx, '--prove')
    // A change of policy alone does not fail a job unless it asks for that.
    const fails = report.behaviour.differs.some((one) => one.kind !== 'policy') || report.behaviour.unknown.length > 0
    assert.deepEqual([code, report.verdict], [fails ? 1 : 0, 'changed'], JSON.stringify(report.behaviour))
    assert.ok(report.behaviour.differs.some((one) => differs.test(one.summary)), JSON.stringify(report.behaviour.differs.map((one) => one.summary)))
    assert.notEqual(report.proof?.state, 'disagrees', JSON.stringify(report.proof))
  })
}

test('host_only makes small letters by itself, so a converter that is left out changes nothing', options, async () => {
  assert.equal((await diff(edited(haproxy, 'acl host_api  req.hdr(host),host_only,lower', 'acl host_api  req.hdr(host),host_only'), nginx)).report.verdict, 'identical')
})

test('servers that are spoken to in TLS on one side only are never called the same', options, async () => {
  for (const [before, now] of [[edited(haproxy, 'server cdn 10.20.3.11:80', 'server cdn 10.20.3.11:80 ssl verify none'), nginx], [haproxy, edited(nginx, 'http://10.20.3.11:80; }\n        location = /images', 'https://10.20.3.11:80; }\n        location = /images')]] as const) {
    const { code, report } = await diff(before, now)
    assert.deepEqual([code, report.verdict, report.behaviour.differs], [1, 'may-differ', []])
    assert.ok(report.behaviour.unknown.some((one) => one.because.includes('upstream protocol')), JSON.stringify(report.behaviour.unknown))
  }
})

/** Requests at the borders of what the two configs tell apart. */
function randomRequest(seed: number): RequestInput {
  const random = seededRandom(seed)
  const names = ['shop.example', 'www.shop.example', 'api.shop.example', 'a.old.example', 'old.example', 'other.example', 'xapi.shop.example', 'api.shop.example.org']
  const spellings = [(name: string) => name, (name: string) => name, (name: string) => name.toUpperCase(), (name: string) => `${name}:8080`, (name: string) => `${name}.`, (name: string) => `${name}:`, (name: string) => name.replace('.', '..'), (name: string) => `${name}/x`, (name: string) => `_${name}`, () => '', () => '[::1]:80', () => '.']
  const paths = ['/', '/auth', '/auth/', '/auth/login', '/authx', '/static', '/static/', '/static/app.js', '/staticx', '/images/a.png', '/cart', '/cart/', '/cartx', '/summer', '/summer/', '/internal', '/internal/x', '/x/y.z', '/a~b', '/a:b@c']
  const odd = ['//auth/', '/./auth/', '/auth/../cart', '/../auth/', '/a/../../x', '/%61uth/', '/auth%2Flogin', '/auth/%', '/auth/%zz', '/%00', '/.well-known/x', '/auth/..', '/auth/.', '/a"b', "/a'b", '/a[b]', '/a%20b', '*', '/a\\b', '/é']
  const query = random.pick(['', '', '?a=b', '?', '?/../x', '?x=%zz'])
  const method = random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'get', 'TRACE', 'FOO_BAR', 'M-SEARCH'])
  const host = random.chance(0.04) ? null : (random.chance(0.7) ? spellings[0] : random.pick(spellings))?.(random.pick(names)) ?? null
  const target = random.chance(0.25) ? random.pick(odd) : random.pick(paths)
  return request({ method, host, path: `${target}${target === '*' ? '' : query}`, httpVersion: random.chance(0.1) ? '1.0' : '1.1' })
}

test('random requests: both real balancers do the same, and what is computed', options, async () => {
  const load = async (file: string): Promise<LoadedConfig> => {
    const loaded = await loadConfig(ports, { kind: 'path', path: file }, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
    assert.ok(loaded.ok)
    return loaded.value
  }
  const [before, now] = [await load(haproxy), await load(nginx)]
  const names = new Map([['shop_api', 'api'], ['login', 'auth'], ['10.20.3.11:80', 'static'], ['10.20.4.11:8080', 'cart']])
  // Which of two refusals TRACE gets for dots is left out, as are bytes that no target may hold; the diff says so.
  const requests = Array.from({ length: 600 }, (_, index) => randomRequest(index + 1)).filter((one) => !/[^!-~]/.test(one.path) && !(one.method === 'TRACE' && one.path.includes('..')))
  let same = 0
  const outcomes = new Map<string, number>()
  for (let start = 0; start < requests.length; start += 190) {
    const batch = requests.slice(start, start + 190)
    const report = await prove(before, now, batch.map((one, index) => witness(before, now, `r${start + index}`, one)))
    for (const [index, entry] of report.witnesses.entries()) {
      const text = `${JSON.stringify(batch[index])}\n${JSON.stringify(entry)}`
      assert.notEqual(entry.agrees, false, text)
      const plain = (words: string | null): string => (words ?? '').replace(/^pool (\S+), server \S+, /, (_, pool: string) => `pool ${names.get(pool) ?? pool}, `)
      assert.equal(plain(entry.after.observed), plain(entry.before.observed), text)
      if (entry.agrees === true) same += 1
      const kind = plain(entry.before.observed).replace(/, path .*| to .*/, '')
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
    }
  }
  assert.ok(same > 0.95 * requests.length, `${same} of ${requests.length}`)
  assert.ok(outcomes.size >= 8, JSON.stringify([...outcomes]))
  console.log(`# migration: ${same} of ${requests.length} random requests answered alike by HAProxy and nginx, 0 differences: ${[...outcomes].map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
})
