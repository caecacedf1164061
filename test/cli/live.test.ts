import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { captured } from '#test/shared/live/fixtures.ts'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-live-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
const servers: net.Server[] = []
after(() => {
  for (const server of servers) server.close()
  rmSync(scratch, { recursive: true, force: true })
})

const config = path.join(scratch, 'haproxy.cfg')
writeFileSync(config, 'defaults\n  mode http\nfrontend web\n  bind :8080\n  default_backend api\nbackend api\n  balance roundrobin\n  server a 10.0.0.1:80 weight 10\n  server b 10.0.0.2:80 weight 10\n')

const header = '# pxname,svname,qcur,scur,stot,dreq,status,weight,act,bck,type,mode,lbtot,hrsp_5xx,req_tot,conn_tot,connect,throttle,rtime,uweight,check_status,last_chk,lastchg,-,'
/** One answer of a balancer that has served `polls` times as much; server b runs with weight 30. */
function answer(polls: number, process = 100): string {
  const rows = [
    `web,FRONTEND,,1,${9 * polls},0,OPEN,,,,0,http,,0,${330 * polls},${9 * polls},,,,,,,,-,`,
    `api,a,0,1,0,,UP,10,1,0,2,http,${80 * polls},0,${80 * polls},,${2 * polls},,4,10,L4OK,,60,-,`,
    `api,b,2,1,0,,UP,30,1,0,2,http,${240 * polls},${4 * polls},${240 * polls},,${6 * polls},,5,30,L7OK,"all, ""fine""",60,-,`,
    `api,BACKEND,1,2,0,0,UP,40,2,0,1,http,${320 * polls},${14 * polls},${330 * polls},,${8 * polls},,5,40,,,60,-,`,
  ]
  const state = '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_iweight srv_fqdn srv_port srvrecord\n3 api 1 a 10.0.0.1 2 0 10 - 80 -\n3 api 2 b 10.0.0.2 2 0 10 - 80 -\n'
  return `\nName: HAProxy\nVersion: 2.6.12\nPid: ${process}\nUptime_sec: ${60 + polls}\nStopping: 0\nStart_time_sec: 1700000000\n\n${header}\n${rows.join('\n')}\n\n${state}\n`
}

let made = 0
async function balancer(answers: (poll: number) => string): Promise<string> {
  const file = path.join(scratch, `s${made += 1}.sock`)
  let poll = 0
  const server = net.createServer((socket) => { socket.on('data', () => { socket.end(answers(poll += 1)) }) })
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(file, resolve) })
  return file
}

/** Rates as growth, because how far apart two polls are depends on how busy this machine is. */
function settled(text: string): unknown {
  const seconds = (JSON.parse(text) as { pools: readonly { shares: { overSeconds: number } }[] }).pools[0]?.shares.overSeconds ?? 0
  return JSON.parse(text, (key, value: unknown) => {
    if (/PerSecond$/.test(key) && value !== null) return Math.round(value as number * seconds)
    if (key === 'sentence') return (value as string).replace(/the last \d+ s/, 'the last 1 s')
    if (key === 'marks') return (value as readonly string[]).filter((mark) => mark !== 'gap' && mark !== 'wide')
    return key === 'at' && typeof value === 'string' ? 'TIME' : key === 'readMs' || key === 'overSeconds' ? 1 : value
  })
}

test('live --once --json is one line in the published shape', async () => {
  const source = await balancer((poll) => answer(poll))
  const { code, out, err } = await run(['live', source, '--config', config, '--once', '--json'])
  assert.deepEqual([code, err], [0, ''])
  assert.equal(out.split('\n').length, 2)
  assert.deepEqual(settled(out), {
    schemaVersion: 1, at: 'TIME', source, product: 'HAProxy', version: '2.6.12', process: '100@1700000000', uptimeSeconds: 62, restarted: false, stopping: false, readMs: 1, notes: [],
    listeners: [{ name: 'web', protocol: 'http', requestsPerSecond: 330, selectionsPerSecond: null, connectionsPerSecond: 9, errorsPerSecond: 0, deniedPerSecond: 0, sessions: 1, marks: [] }],
    pools: [{
      pool: 'api', running: true, inConfig: true, protocol: 'http', algorithm: 'roundrobin', up: true, onBackups: false, requests: 660, requestsPerSecond: 330, selectionsPerSecond: 320, connectionsPerSecond: 8, errorsPerSecond: 14,
      ownErrorsPerSecond: 10, sessions: 2, queued: 1, marks: [],
      shares: {
        verdict: 'drift', severity: 'warning', class: 'exact', counted: 'requests', units: 320, overSeconds: 1, misplaced: 0.25,
        sentence: 'api/a took 25 % of 320 requests in the last 1 s; expected 50 %. This follows from the weights that run, which are not those of the config.',
      },
      servers: [
        {
          server: 'a', address: '10.0.0.1:80', running: true, inConfig: true, state: 'UP', health: 'up', admin: 'ready', backup: false, weight: 10, configWeight: 10, throttlePercent: null, requests: 160,
          requestsPerSecond: 80, selectionsPerSecond: 80, connectionsPerSecond: 2, errorsPerSecond: 0, responseMs: 4, sessions: 1, queued: 0, check: 'L4OK', marks: [], share: 0.25, expected: { low: 0.5, high: 0.5 },
        },
        {
          server: 'b', address: '10.0.0.2:80', running: true, inConfig: true, state: 'UP', health: 'up', admin: 'ready', backup: false, weight: 30, configWeight: 10, throttlePercent: null, requests: 480,
          requestsPerSecond: 240, selectionsPerSecond: 240, connectionsPerSecond: 6, errorsPerSecond: 4, responseMs: 5, sessions: 1, queued: 2, check: 'L7OK', marks: [], share: 0.75, expected: { low: 0.5, high: 0.5 },
        },
      ],
    }],
    drift: [{
      kind: 'weight', severity: 'info', pool: 'api', server: 'b', config: '10', running: '30', byAgent: false, at: { file: config, line: 9 },
      sentence: 'Server b of pool api runs with weight 30; the config says 10. It was set at run time, and a reload takes it back.',
    }],
  })
})

test('live shows the same as tables, with the line that says otherwise', async () => {
  const source = await balancer((poll) => answer(poll))
  const file = path.join(scratch, 'table.txt')
  const { code, out } = await run(['live', config, '--source', source, '--once', '--output', file])
  assert.deepEqual([code, out], [0, ''])
  const shown = readFileSync(file, 'utf8')
  assert.match(shown, /^HAProxy 2\.6\.12 at .*, up 62 s/)
  assert.match(shown, /pool api · roundrobin · \d{2,3}\.?\d? requests\/s · 1 waiting · .* 5xx\/s by the balancer itself · drift/)
  assert.match(shown, /● {2}b {7}10\.0\.0\.2:80 {2}UP {5}30 \(config 10\)/)
  assert.match(shown, /· Server b of pool api runs with weight 30; the config says 10\. .*haproxy\.cfg:9\)/)
})

test('a reload between two polls leaves that interval without rates, and a failed poll is a line of its own', async () => {
  const source = await balancer((poll) => (poll === 3 ? '' : poll < 3 ? answer(poll) : answer(1, 200)))
  const { code, out } = await run(['live', source, '--config', config, '--interval', '1', '--count', '4', '--format', 'json'])
  assert.equal(code, 0)
  const lines = out.trimEnd().split('\n').map((line) => JSON.parse(line) as { restarted?: boolean; error?: { code: string }; pools?: { requestsPerSecond: number | null; marks: string[] }[] })
  assert.deepEqual(lines.map((line) => [line.restarted, line.error?.code, line.pools?.[0]?.requestsPerSecond === null, line.pools?.[0]?.marks]), [
    [false, undefined, true, []], [false, undefined, false, []], [undefined, 'bad-answer', false, undefined], [true, undefined, true, ['reset']],
  ])
})

test('a balancer that answers no more is told once, by the exit code as well, and the recording says the same', async () => {
  const answers = async (): Promise<string> => balancer((poll) => (poll < 3 ? answer(1) : ''))
  const record = path.join(scratch, 'blind.lbrec')
  const text = await run(['live', await answers(), '--interval', '1', '--count', '6', '--alerts', '--record', record])
  assert.equal(text.code, 1)
  const told = /▲ warning: The balancer cannot be watched; the last 3 polls failed\./g
  assert.deepEqual([text.err.match(told)?.length, text.err.match(/It is asked again\./g)?.length], [1, 4], text.err)
  const json = await run(['live', await answers(), '--interval', '1', '--count', '5', '--alerts', '--json'])
  const rules = json.out.trimEnd().split('\n').map((line) => (JSON.parse(line) as { readonly alerts: readonly { readonly rule: string }[] }).alerts.map((one) => one.rule).join())
  assert.deepEqual([json.code, rules], [1, ['', '', '', '', 'blind']])
  const end = await run(['live', record, '--alerts', '--once'])
  assert.equal(end.code, 1)
  assert.match(end.out, /▲ warning: The balancer cannot be watched; the last 4 polls failed\./)
  const again = await run(['live', record, '--alerts', '--json'])
  assert.deepEqual([again.code, again.out.match(/"rule":"blind"/g)?.length], [1, 2])
  const unasked = await run(['live', record, '--json'])
  assert.deepEqual([unasked.code, unasked.out.includes('"alerts"')], [0, false])
})

test('alerts end with 1, name the line, and stand first', async () => {
  const source = await balancer((poll) => answer(poll))
  const json = await run(['live', source, '--config', config, '--interval', '1', '--count', '3', '--json', '--alerts'])
  assert.equal(json.code, 1)
  const { alerts } = JSON.parse(json.out.trimEnd().split('\n').at(-1) ?? '') as { alerts: readonly { rule: string; severity: string; pool: string; since: string; at: object | null }[] }
  assert.deepEqual(alerts.map((one) => [one.rule, one.severity, one.pool]), [['drift', 'info', 'api'], ['share', 'critical', 'api'], ['errors', 'critical', 'api']])
  assert.deepEqual(alerts[1]?.at, { file: config, line: 8 })
  const calm = await run(['live', await balancer(() => answer(1)), '--config', config, '--once', '--interval', '1', '--alerts'])
  assert.equal(calm.code, 0, calm.out)
  assert.match(calm.out, /· info: Server b of pool api runs with weight 30/)
})

test('an alert names the line that differs from the last known good config', async () => {
  const running = path.join(scratch, 'hot.cfg')
  writeFileSync(running, readFileSync(config, 'utf8').replace('10.0.0.2:80 weight 10', '10.0.0.2:80 weight 30'))
  const { code, out } = await run(['live', await balancer((poll) => answer(poll)), '--config', running, '--known-good', config, '--interval', '1', '--count', '3', '--json', '--alerts'])
  assert.equal(code, 1)
  const { alerts } = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as { alerts: readonly { rule: string; servers: readonly string[]; traffic: string; sentence: string; at: object; causes: readonly object[] }[] }
  const share = alerts.find((one) => one.rule === 'share')
  assert.match(share?.sentence ?? '', / By the config it gets 25 % of the pool instead of 50 % since line 9: server b 10\.0\.0\.2:80 weight 30 \(before: line 9, /)
  assert.deepEqual([share?.servers, share?.traffic, share?.at, share?.causes], [['a'], 'less', { file: running, line: 9 }, [{ side: 'running', file: running, line: 9 }, { side: 'known-good', file: config, line: 9 }]])
})

test('a waived alert is listed with its reason and does not count', async () => {
  const settings = path.join(scratch, 'alerts.json')
  const waiver = (rule: string): object => ({ rule, reason: 'known to us', until: '2999-01-01' })
  writeFileSync(settings, JSON.stringify({ pools: { api: { errors: { enabled: false } }, gone: {} }, waivers: [waiver('share'), waiver('queue')] }))
  const { code, out, err } = await run(['live', await balancer((poll) => answer(poll)), '--config', config, '--interval', '1', '--count', '3', '--alerts', '--alert-settings', settings])
  assert.equal(code, 0, out)
  assert.match(out, /▲ critical, waived until 2999-01-01 \(known to us\): api\//)
  assert.match(err, /speaks of pool "gone", which the config does not have/)
})

test('alert settings that cannot be used are said with their place', async () => {
  const settings = path.join(scratch, 'wrong.json')
  writeFileSync(settings, '{"rules":{"queue":{"length":-1}}}')
  const { code, err } = await run(['live', '/x.sock', '--alerts', '--alert-settings', settings])
  assert.deepEqual([code, err], [3, `steelyard: The alert settings in ${settings} cannot be used: rules.queue.length: expected a number from 1 to 1000000000, got -1.\n`])
})

const endings: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['nothing to ask', ['live'], 2, /one SOURCE/],
  ['a word that is no source', ['live', 'haproxy'], 2, /not a source/],
  ['two ways to name the config', ['live', config, '--source', '/x.sock', '--config', config], 2, /leave --config out/],
  ['an interval too short', ['live', '/x.sock', '--interval', '0.1'], 2, /1 to 300/],
  ['a file for what never ends', ['live', '/x.sock', '--output', 'x'], 2, /--once/],
  ['a webhook without alerts', ['live', '/x.sock', '--webhook', 'https://hooks.example/'], 2, /needs --alerts/],
  ['a webhook in the clear', ['live', '/x.sock', '--alerts', '--webhook', 'http://hooks.example/'], 2, /needs https/],
  ['settings of alerts that nobody asked for', ['live', '/x.sock', '--alert-settings', 'x.json'], 2, /needs --alerts/],
  ['a socket that is not there', ['live', '/nowhere/x.sock', '--once'], 3, /There is no socket/],
  ['a config that is not there', ['live', '/nowhere/x.sock', '--config', '/nowhere/h.cfg'], 3, /h\.cfg/],
]
for (const [name, args, code, words] of endings) {
  test(`live ends with ${code} for ${name}`, async () => {
    const result = await run(args)
    assert.equal(result.code, code, result.err)
    assert.match(result.err, words)
  })
}

test('a config of another product is not compared with HAProxy', async () => {
  const file = path.join(scratch, 'nginx.conf')
  writeFileSync(file, 'events {}\nhttp { server { listen 80; location / { return 200; } } }\n')
  const { code, err } = await run(['live', '/x.sock', '--config', file])
  assert.equal(code, 3)
  assert.match(err, /is compared with one of HAProxy/)
})

test('the help names what is sent to a socket', async () => {
  assert.match((await run(['live', '--help'])).out, /user, show info, show stat, show servers state/)
})

test('live watches nginx through its log, against its config', async () => {
  const log = path.join(scratch, 'access.log')
  const nginx = path.join(scratch, 'nginx.conf')
  writeFileSync(nginx, 'events {}\nhttp {\n  upstream app { server 10.0.0.1:80; server 10.0.0.2:80; }\n  server { listen 80; location / { proxy_pass http://app; } }\n}\n')
  const line = (address: string): string => `${JSON.stringify({ msec: Date.now() / 1000 - 1.9, pid: 7, st: 200, bs: 10, ph: 'app', ua: address, us: '200', uct: '0.000', urt: '0.0125' })}\n`
  writeFileSync(log, line('10.0.0.1:80').replace(/"msec":\d+/, '"msec":1'))
  const writer = setInterval(() => { appendFileSync(log, line('10.0.0.1:80').repeat(20) + line('10.0.0.9:80')) }, 100)
  const { code, out, err } = await run(['live', `nginx-log:${log}`, '--config', nginx, '--once', '--json'])
  clearInterval(writer)
  assert.deepEqual([code, err], [0, ''])
  const sample = JSON.parse(out) as { product: string; pools: readonly { pool: string; servers: readonly { server: string; requests: number; responseMs: number | null; state: string; inConfig: boolean }[] }[]; drift: readonly { sentence: string }[] }
  assert.equal(sample.product, 'nginx')
  assert.deepEqual(sample.pools.map((pool) => [pool.pool, ...pool.servers.map((one) => `${one.server} ${one.state} ${String(one.responseMs)} ${one.requests > 0} ${one.inConfig}`)]), [
    ['app', '10.0.0.1:80 in the log 12.5 true true', '10.0.0.2:80 nothing seen null false true', '10.0.0.9:80 in the log 12.5 true false'],
  ])
  assert.deepEqual(sample.drift.map((one) => one.sentence), ['Server 10.0.0.9:80 of pool app gets traffic, and the config does not have it.'])
  assert.match((await run(['live', `nginx-log:${log}`, '--config', config, '--once'])).err, /is a config of HAProxy; what .*access\.log shows is compared with one of nginx/)
  assert.match((await run(['live', `nginx-log:${scratch}/none.log`, '--once'])).err, /There is no file/)
})

test('live shows the tries of Apache where it counts no requests', async () => {
  let polls = 0
  const page = captured('apache/healthy.balancer-manager.xml')
  const server = http.createServer((_, response) => {
    polls += 1
    response.end(page.replace(/<httpd:elected>(\d+)</g, (_whole, count: string) => `<httpd:elected>${Number(count) + polls * 100}<`))
  })
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { code, out } = await run(['live', `apache:http://127.0.0.1:${(server.address() as net.AddressInfo).port}/balancer-manager`, '--once'])
  assert.equal(code, 0)
  assert.match(out, /^Apache at http:.*\n {2}Apache counts tries: a request that went on/)
  assert.match(out, /pool balancer:\/\/rr · byrequests · \d+\.?\d? tries\/s/)
  assert.match(out, /● {2}http:\/\/127\.0\.0\.1:23101 {2}127\.0\.0\.1:23101 {2}Init Ok {2,}1 {2,}\d+\.?\d? /)
})

test('export --live draws what runs now, with scale, source and time', async () => {
  const source = await balancer((poll) => answer(poll))
  const output = path.join(scratch, 'now.svg')
  const { code, err } = await run(['export', config, '--live', source, '--output', output])
  assert.deepEqual([code, err], [0, ''])
  const svg = readFileSync(output, 'utf8')
  for (const text of ['width = requests per second:', 'expected share', '2/2 up', '2 waiting', `traffic of ${source}`]) assert.ok(svg.includes(text), text)
  assert.match(svg, />7[0-9] % · 5 ms</)
  assert.match(svg, /\d{4}-\d\d-\d\dT\d\d:\d\d/)
})

test('export --live refuses what it cannot draw', async () => {
  assert.equal((await run(['export', config, '--live', 'ftp://x', '--output', path.join(scratch, 'x.svg')])).code, 2)
  assert.equal((await run(['export', config, '--live', path.join(scratch, 'none.sock'), '--output', path.join(scratch, 'x.svg')])).code, 3)
  assert.equal((await run(['export', config, '--before', config, '--live', path.join(scratch, 'none.sock'), '--output', path.join(scratch, 'x.svg')])).code, 2)
})
