import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { run, type CliResult } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-webhook-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
const servers: net.Server[] = []
after(() => {
  for (const server of servers) server.close()
  rmSync(scratch, { recursive: true, force: true })
})

let made = 0
function configFile(more: { readonly rule?: string; readonly check?: string } = {}): string {
  const file = path.join(scratch, `haproxy${made += 1}.cfg`)
  writeFileSync(file, `userlist u
  user a insecure-password hunter2
defaults
  mode http
frontend web
  bind :8080
  stats auth admin:hunter2
${more.rule === undefined ? '' : `  ${more.rule}\n`}  use_backend api if { path_beg /api/ }
  default_backend other
backend api
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${more.check ?? '/alive'} hdr Authorization "Bearer hunter2hunter2"
  server a 10.0.0.1:80 check
  server b 10.0.0.2:80 check
backend other
  server c 10.0.0.3:80
`)
  return file
}

/** Statistics of poll number `poll`, with every server of pool api down or all of them up, and so many requests that wait. */
function statistics(poll: number, { down = false, queued = 0 }: { readonly down?: boolean; readonly queued?: number }): string {
  const server = (pool: string, name: string, isDown: boolean): string => `${pool},${name},0,1,0,,${isDown ? 'DOWN' : 'UP'},1,1,0,2,http,${80 * poll},0,${80 * poll},,${2 * poll},,4,1,${isDown ? 'L7STS' : 'L7OK'},,60,-,`
  const pool = (name: string, isDown: boolean, waiting: number): string => `${name},BACKEND,${waiting},2,0,0,${isDown ? 'DOWN' : 'UP'},2,2,0,1,http,${160 * poll},0,${160 * poll},,${4 * poll},,4,2,,,60,-,`
  return [
    '# pxname,svname,qcur,scur,stot,dreq,status,weight,act,bck,type,mode,lbtot,hrsp_5xx,req_tot,conn_tot,connect,throttle,rtime,uweight,check_status,last_chk,lastchg,-,',
    `web,FRONTEND,,1,${9 * poll},0,OPEN,,,,0,http,,0,${240 * poll},${9 * poll},,,,,,,,-,`,
    server('api', 'a', down), server('api', 'b', down), pool('api', down, queued), server('other', 'c', false), pool('other', false, 0), '',
  ].join('\n')
}

type Poll = (poll: number) => Parameters<typeof statistics>[1]

/** A stats socket of a balancer. */
async function balancer(state: Poll): Promise<string> {
  const file = path.join(scratch, `s${made += 1}.sock`)
  let poll = 0
  const server = net.createServer((socket) => {
    socket.on('data', () => {
      poll += 1
      socket.end(`\nName: HAProxy\nVersion: 2.6.12\nPid: 100\nUptime_sec: ${60 + poll}\nStopping: 0\nStart_time_sec: 1700000000\n\n${statistics(poll, state(poll))}\n1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_iweight srv_fqdn srv_port srvrecord\n3 api 1 a 10.0.0.1 2 0 1 - 80 -\n\n`)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(file, resolve) })
  return file
}

async function listen(answer: http.RequestListener): Promise<number> {
  const server = http.createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as net.AddressInfo).port
}

/** The same as its statistics page, which wants a user and password. */
async function statisticsPage(state: Poll): Promise<string> {
  let poll = 0
  const port = await listen((request, response) => {
    const known = request.headers.authorization === `Basic ${Buffer.from('ops:hunter2').toString('base64')}`
    response.writeHead(known ? 200 : 401).end(known ? statistics(poll += 1, state(poll)) : '')
  })
  return `http://ops:hunter2@127.0.0.1:${port}/stats`
}

interface Posted {
  readonly request: string
  readonly type: string | undefined
  readonly body: string
}

/** A webhook that answers its posts with these statuses, the last one again and again. Its path is a secret. */
async function webhook(...statuses: readonly number[]): Promise<{ readonly title: string; readonly url: string; readonly posted: readonly Posted[] }> {
  const posted: Posted[] = []
  const port = await listen((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() })
    request.on('end', () => {
      posted.push({ request: `${request.method} ${request.url}`, type: request.headers['content-type'], body })
      response.writeHead(statuses[Math.min(posted.length, statuses.length) - 1] ?? 204).end('hunter2')
    })
  })
  return { title: `http://127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/hooks/T0KEN`, posted }
}

const eventOf = ({ body }: Posted): string => {
  const { event, alert } = JSON.parse(body) as { readonly event: string; readonly alert: { readonly key: string } }
  return `${event} ${alert.key}`
}

/** Watches for six polls: at the second one pool api goes down, from the fourth one on it is up again. */
const downAndUp: Poll = (poll) => ({ down: poll === 2 || poll === 3 })
const watch = (source: string, ...more: readonly string[]): Promise<CliResult> => run(['live', source, '--interval', '1', '--count', '6', '--json', '--alerts', ...more])
const noSecret = (text: string): void => { assert.doesNotMatch(text, /hunter2|T0KEN/) }

describe('live --webhook', { concurrency: true }, () => {
  test('an alert that begins and ends is posted as it is shown, once each, without a password of the config or of the source', async () => {
    const hook = await webhook(204)
    const running = configFile({ check: '/health?api_key=hunter2hunter2' })
    const knownGood = configFile()
    const { code, out, err } = await watch(await statisticsPage(downAndUp), '--config', running, '--known-good', knownGood, '--webhook', hook.url)
    assert.deepEqual([code, err], [0, ''])
    assert.deepEqual(hook.posted.map((one) => [one.request, one.type]), Array.from({ length: 2 }, () => ['POST /hooks/T0KEN', 'application/json']))
    const lines = out.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly source: string; readonly alerts: readonly { readonly key: string; readonly severity: string; readonly sentence: string }[] })
    const shown = lines.flatMap((line) => line.alerts.filter((alert) => alert.key === 'health:api'))
    const bodies = hook.posted.map(({ body }) => JSON.parse(body) as { readonly schemaVersion: number; readonly at: string; readonly event: string; readonly source: string; readonly alert: object })
    assert.deepEqual(bodies.map(({ at: _, ...body }) => body), [
      { schemaVersion: 1, event: 'start', source: lines[0]?.source, alert: shown[0] }, { schemaVersion: 1, event: 'end', source: lines[0]?.source, alert: shown.at(-1) },
    ])
    for (const { at } of bodies) assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/)
    assert.equal(shown[0]?.severity, 'critical')
    assert.match(shown[0]?.sentence ?? '', /^0 of 2 servers of pool api can take requests\. .* health is checked with GET \/health\?api_key=•+ instead of GET \/alive\.$/)
    for (const { body } of hook.posted) noSecret(body)
    noSecret(out)
  })

  test('a webhook that refuses is said once, the watching goes on, and what comes later is posted', async () => {
    const hook = await webhook(500, 204)
    const { code, out, err } = await watch(await balancer(downAndUp), '--webhook', hook.url)
    assert.deepEqual([code, err, out.trimEnd().split('\n').length], [0, `An alert was not posted: ${hook.title} answered with status 500.\n`, 6])
    assert.deepEqual(hook.posted.map(eventOf), ['start health:api', 'end health:api'])
  })

  test('the same refusal is not said again, and another one is', async () => {
    const same = await webhook(500)
    const other = await webhook(500, 302)
    const [one, two] = await Promise.all([watch(await balancer(downAndUp), '--webhook', same.url), watch(await balancer(downAndUp), '--webhook', other.url)])
    assert.deepEqual([same.posted.length, one.err], [2, `An alert was not posted: ${same.title} answered with status 500.\n`])
    assert.deepEqual([other.posted.length, two.err], [2, `An alert was not posted: ${other.title} answered with status 500.\nAn alert was not posted: ${other.title} answered with status 302, which is not followed.\n`])
  })

  test('a webhook that nobody answers at costs a sentence and nothing else', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const { port } = server.address() as net.AddressInfo
    await new Promise((resolve) => { server.close(resolve) })
    const { code, out, err } = await watch(await balancer(downAndUp), '--webhook', `http://127.0.0.1:${port}/hooks/T0KEN`)
    assert.deepEqual([code, err, out.trimEnd().split('\n').length], [0, `An alert was not posted: http://127.0.0.1:${port} could not be reached (ECONNREFUSED).\n`, 6])
  })

  test('a rule with a token in it is named without the token', async () => {
    const hook = await webhook(204)
    const running = configFile({ rule: 'use_backend api if { req.hdr(authorization) -m str "Bearer hunter2hunter2" }' })
    const { code } = await run(['live', await balancer((poll) => ({ queued: poll > 2 ? 50 : 0 })), '--config', running, '--known-good', configFile(), '--interval', '1', '--count', '5', '--alerts', '--webhook', hook.url])
    assert.deepEqual([code, hook.posted.map(eventOf)], [1, ['start queue:api']])
    assert.match(hook.posted[0]?.body ?? '', /go to pool api instead of other since line/)
    for (const { body } of hook.posted) noSecret(body)
  })
})

test('without --webhook nothing is posted to anybody', async () => {
  const asked: unknown[] = []
  const note = (message: unknown): void => { asked.push(message) }
  subscribe('http.client.request.start', note)
  const { code, out } = await run(['live', await balancer((poll) => ({ down: poll > 1 })), '--once', '--json', '--alerts'])
  unsubscribe('http.client.request.start', note)
  assert.equal(code, 1)
  assert.match(out, /"key":"health:api"/)
  assert.deepEqual(asked, [])
})
