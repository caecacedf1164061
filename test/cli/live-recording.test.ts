import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import { toRecordedConfig } from '#shared/backend/live/recorded-config.ts'
import { loadConfig } from '#shared/backend/load-config.ts'
import { readRecording } from '#shared/live/recording/read-recording.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'
import { head, pollAt } from '#test/shared/node/recorded-polls.ts'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-recording-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
const servers: net.Server[] = []
after(() => {
  for (const server of servers) server.close()
  rmSync(scratch, { recursive: true, force: true })
})

const config = path.join(scratch, 'haproxy.cfg')
writeFileSync(config, 'userlist u\n  user a insecure-password hunter2\ndefaults\n  mode http\nfrontend web\n  bind :8080\n  default_backend api\nbackend api\n  balance roundrobin\n  server a 10.0.0.1:80\n  server b 10.0.0.1:80\n  server c 10.0.0.1:80\n')

let made = 0
const newFile = (): string => path.join(scratch, `r${made += 1}.lbrec`)

const header = '# pxname,svname,qcur,scur,stot,dreq,status,weight,act,bck,type,mode,lbtot,hrsp_5xx,req_tot,conn_tot,connect,throttle,rtime,uweight,check_status,last_chk,lastchg,-,'
function answer(polls: number, process = 100): string {
  const rows = [`web,FRONTEND,,1,${9 * polls},0,OPEN,,,,0,http,,0,${330 * polls},${9 * polls},,,,,,,,-,`, ...['a', 'b', 'c'].map((name) => `api,${name},0,1,0,,UP,1,1,0,2,http,${80 * polls},0,${(name === 'c' ? 240 : 80) * polls},,${2 * polls},,4,1,L4OK,,60,-,`), `api,BACKEND,1,2,0,0,UP,3,3,0,1,http,${400 * polls},${14 * polls},${400 * polls},,${8 * polls},,5,3,,,60,-,`]
  return `\nName: HAProxy\nVersion: 2.6.12\nPid: ${process}\nUptime_sec: ${60 + polls}\nStopping: 0\nStart_time_sec: 1700000000\n\n${header}\n${rows.join('\n')}\n\n1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_iweight srv_fqdn srv_port srvrecord\n3 api 1 a 10.0.0.1 2 0 1 - 80 -\n\n`
}

async function balancer(answers: (poll: number) => string): Promise<string> {
  const file = path.join(scratch, `s${made += 1}.sock`)
  let poll = 0
  const server = net.createServer((socket) => { socket.on('data', () => { socket.end(answers(poll += 1)) }) })
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(file, resolve) })
  return file
}

interface Line { readonly at: string; readonly pools?: unknown; readonly error?: unknown; readonly alerts?: readonly { readonly key: string; readonly since: string; readonly sentence: string; readonly at: unknown }[] }
const linesOf = (out: string): readonly Line[] => out.trim().split('\n').map((line) => JSON.parse(line) as Line)
/** What a line says of alerts and shares, without when it was shown. */
const told = (line: Line): unknown => ({ ...line, at: '', source: '' })

test('live --record writes what live shows again: the same samples, alerts and misses at the same times', async () => {
  const source = await balancer((poll) => (poll === 4 ? 'nonsense' : answer(poll, poll > 6 ? 101 : 100)))
  const file = newFile()
  const live = await run(['live', source, '--config', config, '--alerts', '--json', '--interval', '1', '--count', '7', '--record', file])
  assert.equal(live.code, 1)
  const replayed = await run(['live', file, '--alerts', '--json'])
  assert.deepEqual([replayed.code, replayed.err], [1, ''])
  const before = linesOf(live.out)
  const again = linesOf(replayed.out)
  assert.deepEqual(again.map(told), before.map(told))
  assert.ok(again.some((line) => line.error !== undefined), 'the poll that failed keeps its place')
  assert.ok(again.some((line) => line.alerts?.some((alert) => alert.key === 'share:api')), 'an alert fires')
  assert.ok(again.some((line) => line.alerts?.some((alert) => alert.key === 'reload:')), 'the reload is told')
  const bytes = readFileSync(file)
  assert.doesNotMatch(bytes.toString('latin1'), /hunter2/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const recording = readRecording(bytes)
  assert.ok(recording.ok)
  assert.deepEqual(recording.value.entries.flatMap((entry) => (entry.kind === 'config' ? [`config ${entry.config.role}`] : entry.kind === 'event' ? [`${entry.event.type}${'alert' in entry.event ? ` ${entry.event.alert.key}` : ''}`] : entry.kind === 'miss' ? ['miss'] : [])).filter((one) => !one.includes('errors') && !one.includes('queue')),
    ['config running', 'alert-start share:api', 'miss', 'reload', 'alert-start reload:', 'config known-good', 'config running'])
})

test('a recording exists already, cannot be begun, or has another name: the command ends with a sentence', async () => {
  const source = await balancer((poll) => answer(poll))
  const file = newFile()
  writeFileSync(file, 'precious')
  const existing = await run(['live', source, '--once', '--record', file])
  assert.deepEqual([existing.code, readFileSync(file, 'utf8')], [3, 'precious'])
  assert.match(existing.err, /exists already; a recording never replaces a file/)
  assert.equal((await run(['live', source, '--once', '--record', path.join(scratch, 'x.json')])).code, 2)
  assert.equal((await run(['live', source, '--once', '--record-limit-mb', '3'])).code, 2)
  assert.equal((await run(['live', source, '--once', '--speed', '3'])).code, 2)
  assert.equal((await run(['live', file, '--interval', '3'])).code, 2)
  const foreign = await run(['live', file])
  assert.deepEqual([foreign.code, foreign.out], [3, ''])
  assert.match(foreign.err, /no recording of Steelyard/)
  assert.equal((await run(['live', path.join(scratch, 'nothing.lbrec')])).code, 3)
})

async function recorded(polls: readonly LiveSnapshot[]): Promise<string> {
  const file = newFile()
  const started = await LiveRecorder.start(nodeRecordings, file, head)
  assert.ok(started.ok)
  const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)
  const loaded = await loadConfig(ports, { kind: 'path', path: config }, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
  assert.ok(loaded.ok)
  started.value.config(toRecordedConfig(loaded.value, 'running'), 0)
  for (const poll of polls) started.value.poll(poll)
  await started.value.close()
  return file
}

test('--once shows the end of a recording, --config replaces its config, --speed keeps its pace', async () => {
  const file = await recorded(Array.from({ length: 12 }, (_, poll) => pollAt(poll)))
  const once = await run(['live', file, '--once', '--no-color'])
  assert.equal(once.code, 0)
  assert.match(once.out, /HAProxy 2\.6\.12 at test \(recorded\), up 11 s, 2023-11-14T23:13:31\+01:00/)
  assert.match(once.out, /a {2}.*33 % +33 %/)
  const other = path.join(scratch, 'other.cfg')
  writeFileSync(other, readFileSync(config, 'utf8').replace('server a 10.0.0.1:80', 'server a 10.0.0.1:80 weight 4'))
  assert.match((await run(['live', file, '--once', '--config', other])).out, /1 \(config 4\)/)
  const started = performance.now()
  const paced = await run(['live', file, '--speed', '20', '--json'])
  const took = performance.now() - started
  assert.equal(linesOf(paced.out).length, 12)
  assert.ok(took >= 11_000 / 20, `took ${took} ms`)
})

test('a torn recording shows what is whole, and says where it ends', async () => {
  const file = await recorded(Array.from({ length: 12 }, (_, poll) => pollAt(poll)))
  const torn = newFile()
  writeFileSync(torn, readFileSync(file).subarray(0, -500))
  const { code, out, err } = await run(['live', torn, '--json'])
  assert.equal(code, 0)
  assert.ok(linesOf(out).length >= 8)
  assert.match(err, /The recording ends within an entry\. \(byte \d+\)/)
})

test('a wall clock that jumps back within a recording makes no alert and no negative rate', async () => {
  const polls = Array.from({ length: 12 }, (_, poll): LiveSnapshot => {
    const one = pollAt(poll)
    return poll < 6 ? one : { ...one, taken: { ...one.taken, wallMs: one.taken.wallMs - 3_600_000 } }
  })
  const { code, out, err } = await run(['live', await recorded(polls), '--json', '--alerts'])
  assert.deepEqual([code, err], [0, ''])
  const lines = linesOf(out) as readonly (Line & { readonly listeners: readonly { readonly requestsPerSecond: number | null; readonly marks: readonly string[] }[] })[]
  assert.deepEqual(lines.map((line) => line.listeners[0]?.requestsPerSecond), [null, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])
  assert.deepEqual(lines[6]?.listeners[0]?.marks, ['clock'])
})

const sample = path.resolve(import.meta.dirname, '../../assets/sample-incident/incident.lbrec')
function settingsFile(value: object): string {
  const file = path.join(scratch, `settings${made += 1}.json`)
  writeFileSync(file, JSON.stringify(value))
  return file
}

test('other thresholds and waivers run over an old incident, in what is shown and in the report', async () => {
  const calm = settingsFile({ rules: { silent: { minimumRate: 50 }, mix: { enabled: false } }, pools: { gone: {} }, waivers: [{ rule: 'share', pool: 'api', reason: 'known to us', until: '2999-01-01' }] })
  const usual = await run(['live', sample, '--once', '--alerts'])
  assert.deepEqual([usual.code, /▲ critical: Pool auth has received nothing/.test(usual.out)], [1, true])
  const shown = await run(['live', sample, '--once', '--alerts', '--alert-settings', calm])
  assert.deepEqual([shown.code, shown.err], [0, `${calm} speaks of pool "gone", which the config does not have.\n`])
  assert.doesNotMatch(shown.out, /Pool auth has received nothing/)
  assert.match(shown.out, /▲ critical, waived until 2999-01-01 \(known to us\): api\/api-1 took/)
  const report = (await run(['report', sample, '--alert-settings', calm])).out
  assert.match(report, /^\*\*No alert fired between /m)
  assert.match(report, /^\| Alerts \| By thresholds, severities or waivers that were set\. They speak of pool "gone", which the config does not have\. \|$/m)
  assert.match(report, /^- critical, waived until 2999-01-01 \(known to us\): api\/api-1 took/m)
  assert.match(report, /\| info \| api\/api-1 took .* Waived until 2999-01-01: known to us \|/)
  assert.doesNotMatch(report, /Pool auth has received nothing/)
})

test('a lower threshold finds what was not told then', async () => {
  const polls = Array.from({ length: 12 }, (_, poll): LiveSnapshot => {
    const one = pollAt(poll)
    return { ...one, rows: one.rows.map((row) => (row.kind === 'pool' ? { ...row, gauges: { ...row.gauges, queued: 2 } } : row)) }
  })
  const file = await recorded(polls)
  assert.equal((await run(['live', file, '--once', '--alerts'])).code, 0)
  const lower = await run(['live', file, '--once', '--alerts', '--alert-settings', settingsFile({ rules: { queue: { length: 1 } } })])
  assert.equal(lower.code, 1)
  assert.match(lower.out, /^▲ warning: 2 requests of pool api wait for a server/m)
})

const refused: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['a webhook', ['--alerts', '--webhook', 'https://hooks.example/'], 2, /--webhook posts alerts when they begin and end; those of a recording are over\./],
  ['settings of alerts that nobody asked for', ['--alert-settings', 'x.json'], 2, /needs --alerts/],
  ['settings that are not there', ['--alerts', '--alert-settings', '/nowhere/x.json'], 3, /x\.json/],
  ['another pace of polls', ['--interval', '2'], 2, /--interval has no meaning for a recording/],
]
for (const [name, args, code, words] of refused) {
  test(`a recording is refused with ${name}`, async () => {
    const result = await run(['live', sample, ...args])
    assert.equal(result.code, code)
    assert.match(result.err, words)
  })
}
