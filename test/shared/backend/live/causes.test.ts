import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-causes-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)

async function load(text: string, dialect = 'haproxy'): Promise<LoadedConfig> {
  const input = { kind: 'files', title: 'given', files: [{ path: 'given.cfg', base64: Buffer.from(text).toString('base64') }] } as const
  const loaded = await loadConfig(ports, input, { dialect, root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}

const alertOf = (more: Partial<Alert>): Alert => ({ key: 'x', rule: 'mix', pool: 'web', server: null, servers: [], traffic: null, severity: 'warning', sentence: 'It is so.', evidence: [], at: null, causes: [], sinceMs: 0, mutedBy: null, waived: null, ...more })
/** Servers of pool `web` that a check of the kind took out. */
const viewOf = (check: string, names: readonly string[] = []): LiveView => ({ tellsReloads: true, pools: [{ name: 'web', shares: { verdict: 'shifted' }, servers: names.map((name) => ({ live: { row: { name, state: { health: 'down', check } } } })) }] }) as unknown as LiveView

/** Sentence that is added, and the lines, `-` before those of the known good side. */
async function explained(good: string, running: string, alert: Partial<Alert>, view = viewOf('L4CON'), dialect = 'haproxy'): Promise<readonly string[]> {
  const causes = new AlertCauses(ports.clock)
  await causes.use(await load(good, dialect), await load(running, dialect))
  const [found] = causes.explain([alertOf(alert)], view)
  const lineOf = (text: string, start: number): number => text.slice(0, start).split('\n').length
  return [found?.sentence.replace(/^It is so\. ?/, '') ?? '', ...found?.causes.map((one) => (one.side === 'running' ? `${lineOf(running, one.at.start)}` : `-${lineOf(good, one.at.start)}`)) ?? []]
}

const drill = (name: string): readonly [string, string] => ['before', 'after'].map((side) => readFileSync(path.resolve(import.meta.dirname, '../../../drills', name, side, 'haproxy.cfg'), 'utf8')) as [string, string]

const drilled: readonly (readonly [string, string, Partial<Alert>, readonly [RegExp, ...string[]], LiveView?])[] = [
  ['a pool that a new line of an acl cuts off', 'coffee-break', { rule: 'silent', pool: 'api', traffic: 'less' }, [/^Requests for api\.cafe\.example go to pool web instead of api since line 36: acl is_web hdr\(host\),field\(1,:\) -m end -i \.cafe\.example\. Line 46 decides them now\.$/, '36']],
  ['the pool that gets it instead', 'coffee-break', { rule: 'mix', pool: 'web', traffic: 'more' }, [/go to pool web instead of api since line 36: .* 2 more kinds of requests moved as well\.$/, '36']],
  ['a pool that gets more because a rule stands lower now', 'routing-rules', { rule: 'mix', pool: 'catalogue', traffic: 'more' }, [/go to pool catalogue instead of checkout since line 47: use_backend checkout if host_api is_checkout \(before: line 45\)\. Line 46 decides them now\.$/, '47', '-45']],
  ['and the one that lost it', 'routing-rules', { rule: 'mix', pool: 'checkout', traffic: 'less' }, [/instead of checkout since line 47/, '47', '-45']],
  ['what the change does not move', 'routing-rules', { rule: 'mix', pool: 'web', traffic: 'less' }, [/^The config does not explain it: by its rules the last known good one sends the same requests there\.$/]],
  ['what the change that was read does not move, where another one may run', 'routing-rules', { rule: 'mix', pool: 'web', traffic: 'less' }, [/^Whether the config did it cannot be told: as it was read it sends the same requests there as the last known good one, and this source does not tell whether another one was loaded since\.$/], { ...viewOf('L4CON'), tellsReloads: false }],
  ['a line that gave several servers their weight', 'auth-bottleneck', { rule: 'share', pool: 'auth', servers: ['auth-1'], traffic: 'more' }, [/^By the config it gets 95 % of the pool instead of 17 % since line 56: default-server maxconn 250 inter 3s check \(before: line 56, default-server weight 100 .*\)\.$/, '56', '-56']],
  ['a server whose neighbour got more', 'auth-bottleneck', { rule: 'share', pool: 'auth', servers: ['auth-2'], traffic: 'less' }, [/^By the config it gets 1\.0 % of the pool instead of 17 % since line 56/, '56', '-56']],
  ['a rule that picks a server', 'one-hot-server', { rule: 'share', pool: 'booking', servers: ['booking-3'], traffic: 'more' }, [/booking-3 gets 100 % of them instead of 20 % since line 64: use-server booking-3 unless/, '64']],
  ['servers that did not move with the others', 'stale-servers', { rule: 'health', servers: ['web-4', 'web-5', 'web-6'] }, [/^Against the last known good config: server web-1 is at 198\.51\.100\.151:8081 .* The lines of web-4, web-5, web-6 stayed as they were\.$/, '76', '77', '78']],
  ['servers that fail a check that changed', 'stale-servers', { rule: 'health', servers: ['web-4'] }, [/health is checked with GET \/healthz/, '70', '-70'], viewOf('L7STS', ['web-4'])],
  ['servers that moved themselves', 'stale-servers', { rule: 'health', servers: ['web-1', 'web-4'] }, [/server web-1 is at/, '73', '-73']],
]

for (const [name, folder, alert, [sentence, ...lines], view] of drilled) {
  test(`the cause of an alert: ${name}`, async () => {
    const [found = '', ...at] = await explained(...drill(folder), alert, view)
    assert.match(found, sentence)
    assert.deepEqual(at, lines)
  })
}

const head = 'defaults\n mode http\nfrontend f\n bind :80\n'
const tail = ' default_backend other\nbackend web\n server a 10.0.0.1:80\nbackend other\n server b 10.0.0.2:80\n'
const silent: Partial<Alert> = { rule: 'silent', pool: 'web', traffic: 'less' }

/** Pool `web`, whose lines are given from line 7 on; the timeouts stand in the defaults, lines 3 and 4. */
const suffering = (lines: readonly string[], { connect = '1s', server = '5s' } = {}): string =>
  `defaults\n mode http\n timeout connect ${connect}\n timeout server ${server}\n retries 3\nbackend web\n${lines.map((line) => ` ${line}\n`).join('')}frontend f\n bind :80\n default_backend web\n`
const three = ['server a 10.0.0.1:80', 'server b 10.0.0.2:80', 'server c 10.0.0.3:80']
const swap = (index: number, line: string): readonly string[] => three.map((old, at) => (at === index ? line : old))
const failing = (server: string): readonly { readonly server: string; readonly count: number }[] => [{ server, count: 20 }]
const refusing: Partial<Alert> = { rule: 'errors', servers: ['b'], trouble: { connections: failing('b'), responses: [], overMs: 5000, own: true } }
const breaking: Partial<Alert> = { rule: 'errors', servers: ['b'], trouble: { connections: [], responses: failing('b'), overMs: 5000, own: true } }
const starving: Partial<Alert> = { rule: 'errors', trouble: { connections: [], responses: [], overMs: 5000, own: true } }
const failingItself: Partial<Alert> = { rule: 'errors', server: 'b', servers: ['b'], trouble: { connections: [], responses: [], overMs: 5000, own: false } }
const repeating: Partial<Alert> = { rule: 'retries', servers: ['b'], trouble: { connections: failing('b'), responses: [], overMs: 5000, own: null } }
const slowB: Partial<Alert> = { rule: 'latency', server: 'b', servers: ['b'] }
const lessB: Partial<Alert> = { rule: 'share', servers: ['b'], traffic: 'less', trouble: { connections: [], responses: [], overMs: 5000, own: null } }
const moved = swap(1, 'server b 10.0.0.2:81')
const quick = suffering(three, { server: '50ms' })
const plain = suffering(three)
/** Mean response time of b. */
const answering = (responseMs: number): LiveView => ({ pools: [{ name: 'web', shares: { verdict: 'shifted' }, servers: [{ member: null, live: { row: { name: 'b', gauges: { responseMs }, state: { health: 'up', check: null } } } }] }] }) as unknown as LiveView

const suffered: readonly (readonly [string, string, string, Partial<Alert>, RegExp, readonly string[], LiveView?])[] = [
  ['connections fail to a server that moved', plain, suffering(moved), refusing, /^Against the last known good config: server b is at 10\.0\.0\.2:81 instead of 10\.0\.0\.2:80 since line 8: server b 10\.0\.0\.2:81 \(before: line 8, server b 10\.0\.0\.2:80\)\.$/, ['8', '-8']],
  ['and not to one that did not', plain, suffering(swap(0, 'server a 10.0.0.1:81')), refusing, /^$/, []],
  ['they are tried again', plain, suffering(moved), repeating, /server b is at/, ['8', '-8']],
  ['a time limit has nothing to do with connections that are refused', plain, quick, refusing, /^$/, []],
  ['it has with answers that do not come', plain, quick, breaking, /^Against the last known good config: timeout server is 50 ms instead of 5000 ms since line 4: timeout server 50ms \(before: line 4, timeout server 5s\)\.$/, ['4', '-4']],
  ['and one that is longer has not', quick, plain, breaking, /^$/, []],
  ['both at once', plain, suffering(moved, { server: '50ms' }), breaking, /server b is at .* since line 8: .*; timeout server is 50 ms/, ['8', '4', '-8', '-4']],
  ['a connect timeout that is shorter', plain, suffering(three, { connect: '5ms' }), repeating, /timeout connect is 5 ms instead of 1000 ms since line 3/, ['3', '-3']],
  ['a check that is gone lets a dead server take requests', suffering(swap(1, 'server b 10.0.0.2:80 check')), plain, refusing, /server b is not checked any more since line 8/, ['8', '-8']],
  ['another server takes over no more', suffering(['option redispatch', ...three]), plain, refusing, /not tried with another server any more since line 7 of the last known good config is gone: option redispatch/, ['-7']],
  ['a limit that is lower, where no server fails', plain, suffering(swap(1, 'server b 10.0.0.2:80 maxconn 2')), starving, /server b takes 2 connections at once instead of any number of since line 8/, ['8', '-8']],
  ['and has nothing to do with connections that fail', plain, suffering(swap(1, 'server b 10.0.0.2:80 maxconn 2')), refusing, /^$/, []],
  ['a limit for all servers in one line', suffering(['default-server maxconn 50', ...three]), suffering(['default-server maxconn 2', ...three]), { rule: 'queue', traffic: 'more' }, /: server a takes 2 connections at once instead of 50, and 2 more servers likewise since line 7: default-server maxconn 2 \(before: line 7, default-server maxconn 50\)\.$/, ['7', '-7']],
  ['a server answers 5xx since it moved', plain, suffering(moved), failingItself, /server b is at/, ['8', '-8']],
  ['and not for a time limit', plain, quick, failingItself, /^$/, []],
  ['a server is slower since it moved', plain, suffering(moved), slowB, /server b is at/, ['8', '-8']],
  ['a server is slower since it takes more', suffering(swap(1, 'server b 10.0.0.2:80 weight 1')), suffering(swap(1, 'server b 10.0.0.2:80 weight 5')), slowB, /server b gets 71 % of new requests instead of 33 % since line 8/, ['8', '-8']],
  ['a server is slower, and another one moved', plain, suffering(swap(0, 'server a 10.0.0.1:81')), slowB, /^$/, []],
  ['answers come near the new time limit', plain, quick, slowB, /timeout server is 50 ms/, ['4', '-4'], answering(40)],
  ['answers are far from the new time limit', plain, quick, slowB, /^$/, [], answering(10)],
  ['a server gets less since it moved', plain, suffering(moved), lessB, /server b is at/, ['8', '-8']],
  ['a server gets less by a weight of the run time', plain, suffering(moved), lessB, /^$/, [], { pools: [{ name: 'web', shares: { verdict: 'drift' }, servers: [] }] } as unknown as LiveView],
  ['a time limit shifts no shares where every answer comes', plain, quick, lessB, /^$/, []],
  ['it can where answers fail', plain, quick, { ...lessB, trouble: { connections: [], responses: failing('b'), overMs: 5000, own: null } }, /timeout server is 50 ms/, ['4', '-4']],
  ['a server goes up and down since its check is another', suffering(swap(1, 'server b 10.0.0.2:80 check inter 2s')), suffering(swap(1, 'server b 10.0.0.2:80 check inter 100ms')), { rule: 'flapping', server: 'b', servers: ['b'] }, /server b is checked with another inter since line 8/, ['8', '-8']],
  ['a source that does not tell which server fails', plain, suffering(moved), { rule: 'errors', trouble: { connections: null, responses: null, overMs: 0, own: null } }, /server b is at/, ['8', '-8']],
  ['the budget of errors', plain, quick, { rule: 'budget' }, /timeout server is 50 ms/, ['4', '-4']],
  ['logs and descriptions', plain, suffering(['option httplog', 'description new', ...three]), refusing, /^$/, []],
]

for (const [name, good, running, alert, sentence, lines, view] of suffered) {
  test(`what requests suffer: ${name}`, async () => {
    const [found = '', ...at] = await explained(good, running, alert, view)
    assert.match(found, sentence)
    assert.deepEqual(at, lines)
  })
}

test('a line that is gone is named on its own side', async () => {
  const [sentence = '', ...lines] = await explained(`${head} use_backend web if { path_beg /a }\n${tail}`, `${head}${tail}`, silent)
  assert.match(sentence, /to pool other instead of web since line 5 of the last known good config is gone: use_backend web if \{ path_beg \/a \}\. Line 5 decides them now\.$/)
  assert.deepEqual(lines, ['-5'])
})

test('a weight on the line of the server itself', async () => {
  const [sentence = '', ...lines] = await explained(`${head}${tail} server c 10.0.0.3:80 weight 1\n`, `${head}${tail} server c 10.0.0.3:80 weight 20\n`, { rule: 'share', pool: 'other', servers: ['c'], traffic: 'more' })
  assert.equal(sentence, 'Its weight is 20 instead of 1 since line 10: server c 10.0.0.3:80 weight 20 (before: line 10, server c 10.0.0.3:80 weight 1).')
  assert.deepEqual(lines, ['10', '-10'])
})

test('a secret in what differs is masked', async () => {
  const config = (uri: string): string => `${head} default_backend web\nbackend web\n option httpchk\n http-check send meth GET uri ${uri}\n server a 10.0.0.1:80 check\n`
  const [sentence] = await explained(config('/alive'), config('/health?api_key=hunter2hunter2'), { rule: 'health', servers: ['a'] }, viewOf('L7STS', ['a']))
  assert.equal(sentence, 'Against the last known good config: health is checked with GET /health?api_key=•••••• instead of GET /alive.')
})

test('what cannot be decided is said to be unknown', async () => {
  const [sentence = '', ...lines] = await explained(`${head} use_backend web if { lua.x() }\n${tail}`, `${head} use_backend web if { lua.y() }\n${tail}`, silent)
  assert.match(sentence, /^Whether the config did it cannot be told: /)
  assert.deepEqual(lines, [])
})

test('requests that something not modelled takes now may be the missing ones, also where the comparison leaves nothing open', async () => {
  const config = (cached: number): string => `events {}
http {
  split_clients $remote_addr $kept { ${cached}% cached; * fresh; }
  upstream web { server 10.0.0.1:80; }
  server { listen 80; location / { set $memcached_key $uri; if ($kept = cached) { memcached_pass 10.0.0.9:11211; } proxy_pass http://web; } }
}
`
  const [sentence, ...lines] = await explained(config(10), config(100), silent, viewOf(''), 'nginx')
  assert.equal(sentence, 'Whether the config did it cannot be told: what this handler answers is not modelled.')
  assert.deepEqual(lines, [])
})

test('the same config explains nothing, nor does one that nobody compared', async () => {
  assert.deepEqual(await explained(`${head}${tail}`, `${head}\n# a comment\n${tail}`, silent), [''])
  const causes = new AlertCauses(ports.clock)
  await causes.use(null, await load(`${head}${tail}`))
  assert.equal(causes.explain([alertOf(silent)], viewOf(''))[0]?.sentence, 'It is so.')
})

test('a later pair takes the place of one that is still being compared', async () => {
  const [good, bad] = drill('coffee-break')
  const causes = new AlertCauses({ ...ports.clock, milliseconds: (() => { let now = 0; return () => { now += 100; return now } })() })
  const first = causes.use(await load(good), await load(bad))
  await causes.use(await load(good), await load(good))
  await first
  assert.deepEqual(causes.explain([alertOf({ ...silent, pool: 'api' })], viewOf(''))[0]?.causes, [])
})

test('a comparison that takes too long leaves it unknown', async () => {
  const [good, bad] = drill('coffee-break')
  const causes = new AlertCauses({ ...ports.clock, milliseconds: (() => { let now = 0; return () => { now += 20_000; return now } })() })
  await causes.use(await load(good), await load(bad))
  assert.match(causes.explain([alertOf({ ...silent, pool: 'api' })], viewOf(''))[0]?.sentence ?? '', /cannot be told/)
})
