import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { compareBehaviour, comparedPools, type BehaviourComparison } from '#shared/analyses/behaviour-diff/index.ts'
import { differ } from '#shared/analyses/behaviour-diff/judge.ts'
import { standingOf } from '#shared/analyses/behaviour-diff/membership.ts'
import { poolPairsOf } from '#shared/analyses/equivalence/index.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { compileTexts } from '#test/shared/dialects/haproxy/compile-config.ts'

const wanted = Number(process.env['STEELYARD_PRODUCT_PAIRS'] ?? 16)

interface Compared extends BehaviourComparison {
  readonly differs: (request: RequestInput) => boolean
}

function compared(before: RoutingModel, after: RoutingModel): Compared {
  const names = poolPairsOf(before, after, null)
  const routers = { before: prepareRouter(before), after: prepareRouter(after) }
  const judge = { before: (request: RequestInput) => routers.before.route(request, { explain: false }), after: (request: RequestInput) => routers.after.route(request, { explain: false }) }
  const started = performance.now()
  const result = compareBehaviour(before, after, {
    judge, poolNames: names, changedPools: [...comparedPools(before, after, names).values()],
    budget: { maxBranches: 20_000, spent: () => performance.now() - started > 20_000 }, milliseconds: () => performance.now(),
  })
  return { ...result, differs: (request) => differ(judge.before(request), judge.after(request), (pool) => names.get(pool) ?? pool, true) }
}

const hosts = ['a.test', 'A.test', 'a.test:80', 'a.test.', 'b.test', 'x.a.test', 'a..test', '', null, '_a.test']
const targets = ['/', '/api', '/api/', '/api/x', '/apix', '/API/x', '/img/a.png', '/a/b.php', '//api/', '/./api/x', '/api/../img/', '/../api/', '/%61pi/x', '/api%2fx', '/api/%', '/api/%zz', '/x?y=/api/', '/api/?', '/~a', '/a"b', '/[a]', '*', '/.well/x', '/api/..', '/a/../../b']
const methods = ['GET', 'POST', 'get', 'TRACE', 'FOO_BAR']

/** All of it, without what the comparison says it leaves out. */
const requests: readonly RequestInput[] = hosts.flatMap((host) => targets.flatMap((target) => methods.flatMap((method) => (['1.1', '1.0'] as const).flatMap((httpVersion) => (
  method === 'TRACE' && target.includes('..') ? [] : [{ ...defaultRequest, listener: ':80', host, path: target, method, httpVersion }]
)))))

/** A request that comes out differently is in a pair of rules that differ, in a pool that differs, or something is unknown. */
function hidden({ diff, comparison, listeners, differs }: Compared): readonly RequestInput[] {
  const [listener] = listeners
  const byPool = diff.differs.some((one) => one.about === 'pools')
  return requests.filter((request) => differs(request) && diff.unknown.length === 0 && !byPool && (listener === undefined || !standingOf(comparison.space.world, listener, request, 80).mayDiffer))
}

const guards = [
  'http-request deny deny_status 400 unless { method -m reg ^[A-Z_-]+$ }', 'http-request deny deny_status 400 unless { path -m found }', 'http-request deny deny_status 400 if { path -m reg %([^0-9A-Fa-f]|[0-9A-Fa-f]([^0-9A-Fa-f]|$)|$)|%00 }',
  'http-request deny deny_status 400 unless { req.hdr(host) -m found } or { req.ver 1.0 }', 'http-request deny deny_status 400 if { req.hdr(host) -m reg ^(:.*)?$|^\\.(:.*)?$|\\.\\.|/ }', 'http-request deny deny_status 405 if { method TRACE }',
  'http-request deny deny_status 400 unless { path -m reg ^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?$ }', 'http-request deny deny_status 400 unless { req.hdr(host) -m reg -i ^[a-z0-9-]+(\\.[a-z0-9-]+)*(:[0-9]+)?$ }',
]
const oddPath = 'if ($odd_path) { return 400; }'
const oddHost = 'if ($odd_host) { return 400; }'
const maps = 'map $request_uri $odd_path { default 1; "~^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\\?|$)" 0; }\nmap $http_host $odd_host { default 1; "~*^[a-z0-9-]+(\\.[a-z0-9-]+)*(:[0-9]+)?$" 0; }'

/** One choice for each product that mean the same; now and then one side takes another. */
const rules: readonly (readonly [haproxy: string, nginx: string])[] = [
  ['use_backend api if host_a { path_beg /api/ } or host_a { path /api }', 'location = /api { proxy_pass http://api; } location /api/ { proxy_pass http://api; }'], ['use_backend api if host_a { path_beg /api }', 'location /api { proxy_pass http://api; }'],
  ['use_backend api if host_a { path_beg /api/ }', 'location /api/ { proxy_pass http://api; }'], ['use_backend img if host_a { path_end .png }', 'location ~ \\.png$ { proxy_pass http://img; }'], ['use_backend img if host_a { path_end -i .png }', 'location ~* \\.png$ { proxy_pass http://img; }'],
  ['http-request redirect location /there code 302 if host_a { path /img/a.png }', 'location = /img/a.png { absolute_redirect off; return 302 /there; }'], ['http-request deny deny_status 403 if host_a { path_beg /~ }', 'location ^~ /~ { return 403; }'],
]

function pairOf(seed: number): { readonly haproxy: string; readonly nginx: string } {
  const random = seededRandom(seed)
  const chosen = rules.filter(() => random.chance(0.4))
  const other = random.chance(0.5) ? chosen : chosen.map((rule) => (random.chance(0.3) ? random.pick(rules) : rule))
  const kept = random.chance(0.5) ? guards : guards.filter(() => random.chance(0.85))
  const name = random.pick(['req.hdr(host),host_only', 'req.hdr(host),host_only', 'req.hdr(host),lower,field(1,:)', 'hdr(host)', 'hdr(host),lower'])
  const first = chosen.filter(([line]) => line.startsWith('http-request'))
  const lines = [...kept, `acl host_a ${name} -m str a.test`, ...first.map(([line]) => line), ...chosen.filter((rule) => !first.includes(rule)).map(([line]) => line), 'default_backend web']
  const head = [...(random.chance(0.85) ? [oddPath] : []), ...(random.chance(0.85) ? [oddHost] : [])].join(' ')
  const locations = [...new Set(other.map(([, line]) => line))].filter((line, index, all) => all.findIndex((one) => one.split('{', 1)[0] === line.split('{', 1)[0]) === index)
  const header = random.pick(['proxy_set_header Host $http_host;', 'proxy_set_header Host $http_host;', 'proxy_set_header Host $host;', ''])
  return {
    haproxy: `defaults\n mode http\nfrontend f\n bind :80\n${lines.map((line) => ` ${line}\n`).join('')}backend web\n server w1 10.0.0.1:80 weight 2\n server w2 10.0.0.2:80\nbackend api\n server a 10.0.1.1:80\nbackend img\n server i 10.0.2.1:80\n`,
    nginx: `events {}\nhttp {\n${maps}\n${header}\nupstream web { server 10.0.0.2:80; server 10.0.0.1:80 weight=2; }\nupstream api { server 10.0.1.1:80; }\nupstream img { server 10.0.2.1:80; }\nserver { listen 80 default_server; ${head} location / { proxy_pass http://web; } }\nserver { listen 80; server_name a.test; ${head} location / { proxy_pass http://web; } ${locations.join(' ')} }\n}\n`,
  }
}

test('no request that two products treat differently is hidden, whatever is compared', () => {
  const figures = { pairs: 0, identical: 0, complete: 0, classes: 0, differing: 0 }
  for (let seed = 1; seed <= wanted; seed += 1) {
    const texts = pairOf(seed)
    const [haproxy, nginx] = [compileTexts([texts.haproxy]).model, compileConfig(texts.nginx).model]
    const pair = seed % 2 === 0 ? compared(haproxy, nginx) : compared(nginx, haproxy)
    const lost = hidden(pair)
    assert.equal(lost.length, 0, `seed ${seed}: ${JSON.stringify(lost[0])}\n${texts.haproxy}\n${texts.nginx}`)
    const identical = pair.diff.differs.length === 0 && pair.diff.unknown.length === 0
    const differing = requests.filter(pair.differs).length
    if (identical) assert.equal(differing, 0, `seed ${seed}`)
    figures.pairs += 1
    figures.identical += identical ? 1 : 0
    figures.complete += pair.diff.complete ? 1 : 0
    figures.classes += pair.diff.differs.length
    figures.differing += differing
  }
  assert.ok(figures.identical > 0 && figures.differing > 0, JSON.stringify(figures))
  console.log(`# two products: ${JSON.stringify({ ...figures, requestsEach: requests.length })}`)
})

test('a rule about whole targets leaves requests of HTTP/2 open', () => {
  const haproxy = compileTexts(['defaults\n mode http\nfrontend f\n bind :443 ssl crt /x.pem alpn h2,http/1.1\n http-request deny deny_status 410 if { url_beg https:// }\n default_backend web\nbackend web\n server w 10.0.0.1:80\n']).model
  const nginx = compileConfig('events {}\nhttp { upstream web { server 10.0.0.1:80; }\nserver { listen 443 ssl http2; ssl_certificate /x.pem; ssl_certificate_key /x.key; location / { proxy_set_header Host $http_host; proxy_pass http://web; } } }\n').model
  const { diff } = compared(haproxy, nginx)
  assert.ok(diff.unknown.some(({ when, side }) => when === 'requests of HTTP/2' && side === 'before'), JSON.stringify(diff.unknown))
})

test('the migration of the fixtures is proved identical in both directions', () => {
  const read = (name: string): string => readFileSync(path.join(import.meta.dirname, '../fixtures/migration', name), 'utf8')
  const [haproxy, nginx] = [compileTexts([read('haproxy.cfg')]).model, compileConfig(read('nginx.conf')).model]
  for (const { diff } of [compared(haproxy, nginx), compared(nginx, haproxy)]) assert.deepEqual([diff.differs.map((one) => one.summary), diff.unknown.map((one) => one.because)], [[], []])
})
