import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import type { PoolShares } from '#shared/live/pool-watch.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, freePorts, releasePorts } from '../haproxy/harness.ts'
import { compileConfig, findNginx } from '../nginx/harness.ts'
import { everyEighth, pollMs, requestsPerSecond, seconds, sourceOf, startLoad, useLab, waitForPage, type CountingServer, type Program } from './lab.ts'
import { isClose, measure, type Watched } from './measure.ts'

const found = findNginx()
const skip = found.found || balancersRequired ? false : 'NOT RUN: nginx is not installed'

let nginx: Program
let config = ''

const lab = useLab(skip, {
  ports: 1, servers: 4, answerMs: 5,
  async begin() {
    mkdirSync(lab.file('www'), { recursive: true })
    // Workers without rights open the log anew by its path.
    chmodSync(lab.folder, 0o755)
    config = configOf(lab.serverPorts, lab.port(0))
    lab.write('nginx.conf', config)
    nginx = lab.start('nginx', ['-p', `${lab.folder}/`, '-e', 'stderr', '-c', 'nginx.conf'])
    await waitForPage(lab.port(0), '/status', nginx)
  },
})
const logFile = (): string => lab.file('access.log')

/** One failed try on a busy machine would take a server out for ten seconds, and its share with it: nothing is taken out here. */
function configOf(servers: readonly number[], port: number): string {
  const [a, b, c, d] = servers as readonly [number, number, number, number]
  return `daemon off; master_process on; worker_processes 2; pid nginx.pid; error_log stderr emerg;
events { worker_connections 256; }
http {
  log_format steelyard escape=json '{"msec":$msec,"pid":$pid,"ra":"$remote_addr","srv":"$server_name","sport":"$server_port","st":$status,"bs":$bytes_sent,"ph":"$proxy_host","ua":"$upstream_addr","us":"$upstream_status","uct":"$upstream_connect_time","urt":"$upstream_response_time"}';
  access_log access.log steelyard;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; root www;
  proxy_http_version 1.1; proxy_set_header Connection "";
  upstream app { server 127.0.0.1:${a} weight=2 max_fails=0; server 127.0.0.1:${b} max_fails=0; server 127.0.0.1:${c} max_fails=0; keepalive 16; }
  upstream few { least_conn; server 127.0.0.1:${a}; server 127.0.0.1:${d}; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://app; }
    location /few { proxy_pass http://few; }
    location /quiet { access_log off; proxy_pass http://app; }
    location = /status { access_log off; stub_status; }
  }
}
`
}

/** Renames the log, lets the workers write on for a moment, has it opened anew, and reloads. */
async function rotateAndReload(): Promise<void> {
  renameSync(logFile(), `${logFile()}.1`)
  await sleep(200)
  nginx.process.kill('SIGUSR1')
  await sleep(200)
  nginx.process.kill('SIGHUP')
}

/**
 * Whether several workers wrote up to the reload and several soon after it. The kernel gives a connection to whoever is
 * free, so that one worker may have all of them; then the log tells a reload only after a while.
 */
function workersTookOver(): boolean {
  const read = (file: string): readonly { readonly pid: number; readonly msec: number }[] => readFileSync(file, 'utf8').split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as { pid: number; msec: number })
  const [before, after] = [read(`${logFile()}.1`), read(logFile())]
  const old = new Set(before.map(({ pid }) => pid))
  const lastOf = new Map([...before, ...after].filter(({ pid }) => old.has(pid)).map(({ pid, msec }) => [pid, msec]))
  const end = Math.max(...lastOf.values())
  const soon = new Set(after.filter(({ pid, msec }) => !old.has(pid) && msec < end + 1).map(({ pid }) => pid))
  return [...lastOf.values()].filter((msec) => end - msec < 1).length > 1 && soon.size > 1
}

test(`nginx: rates of each server are within 2 % of what the backends counted, over ${seconds} s with a rotation and a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`nginx-log:${logFile()}`), 1000)
  const status = createPoller(nodeLive, sourceOf(`nginx-status:http://127.0.0.1:${lab.port(0)}/status`), 1000)
  context.after(() => poller.close())
  const [a, b, c, d] = lab.servers as [CountingServer, CountingServer, CountingServer, CountingServer]
  const at = ({ port }: CountingServer): string => `127.0.0.1:${port}`
  const servers: readonly Watched[] = [
    { pool: 'app', server: at(a), path: 'app', backend: a }, { pool: 'app', server: at(b), path: 'app', backend: b }, { pool: 'app', server: at(c), path: 'app', backend: c },
    { pool: 'few', server: at(a), path: 'few', backend: a }, { pool: 'few', server: at(d), path: 'few', backend: d },
  ]
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/app', '/few'))
  context.after(() => load.stop())
  await sleep(500)
  const first = await status.poll()
  const outcome = await measure(poller, compileConfig(config).model, servers, 'requests', rotateAndReload, 2000)
  const { sent, failed } = await load.stop()
  const second = await status.poll()
  console.log(`nginx ${found.found ? found.version : ''}: ${sent} requests sent, ${failed} failed, ${outcome.failures} polls failed, ${outcome.restarts} reload seen, ${outcome.resets} intervals without a rate\n  ${outcome.lines.join('\n  ')}\n  verdicts: ${outcome.verdicts.join(', ')}`)
  const isCertain = seconds >= 60 || workersTookOver()
  if (!isCertain) console.log('  one worker had all connections, before the reload or after it: whether there was one is in doubt for 30 s')
  assert.deepEqual([outcome.failures, outcome.resets], [0, 0])
  assert.ok(outcome.restarts === 1 || (outcome.restarts === 0 && !isCertain), `${outcome.restarts} reloads seen`)
  for (const tally of outcome.tallies) assert.ok(isClose(tally), outcome.lines.join('\n'))
  for (const { responseMs } of outcome.tallies) assert.ok(responseMs !== null && responseMs >= 4 && responseMs < 200, String(responseMs))
  assert.ok(outcome.verdicts.every((verdict) => /as-expected|few$/.test(verdict)), outcome.verdicts.join())
  assert.deepEqual(outcome.last?.drift, [])
  // The whole load comes from one address.
  const clients = outcome.last?.snapshot.logged?.clients
  assert.ok(clients !== undefined && clients.addresses === 1 && clients.requests > 100, JSON.stringify(clients))
  // Both files together hold every request that nginx counted itself, over the reload.
  const lines = [`${logFile()}.1`, logFile()].reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1, 0)
  assert.ok(first.ok && second.ok)
  const requests = second.value.rows[0]?.counters.requests
  assert.ok(Math.abs(Number(requests) - lines) <= 10, `${String(requests)} requests, ${lines} lines`)
})

test('nginx: a log that leaves requests out is told by the count of nginx itself, and a whole one is not, over a rotation and a reload', { skip, timeout: 120_000 }, async (context) => {
  const port = lab.port(0)
  const poller = createPoller(nodeLive, sourceOf(`nginx-log:${logFile()}?counted-by=nginx-status:http://127.0.0.1:${port}/status`), 1000)
  context.after(() => poller.close())
  const model = compileConfig(config).model
  const session = new LiveSession(model, pollMs, model)
  /** Alerts about the log in so many polls under a load, each once, with the poll that began it. */
  const watch = async (paths: readonly [string, string], polls: number, halfway: () => Promise<void>): Promise<readonly string[]> => {
    const load = startLoad(port, requestsPerSecond, everyEighth(...paths))
    const told = new Map<string, string>()
    const started = performance.now()
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(Math.max(0, started + poll * pollMs - performance.now()))
      if (poll === Math.floor(polls / 2)) await halfway()
      const polled = await poller.poll()
      assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
      for (const alert of session.add(polled.value).alerts) if (alert.rule === 'incomplete' && !told.has(alert.key)) told.set(alert.key, `${alert.key} after ${(poll * pollMs / 1000).toFixed(1)} s: ${alert.sentence}`)
    }
    await load.stop()
    return [...told.values()]
  }
  // Long enough for the longest of the windows that the run has.
  const whole = await watch(['/app', '/few'], Math.round(1.5 * seconds * 1000 / pollMs), rotateAndReload)
  const holed = await watch(['/quiet', '/app'], 24, () => Promise.resolve())
  console.log(`  all requests logged: ${whole.length} alerts; one of eight logged: ${holed.join('; ')}`)
  assert.deepEqual(whole, [])
  assert.match(holed[0] ?? '', /^incomplete:#counts after .*The log has \d+ of \d+ requests that the balancer counted in the last \d+ s; [\d.]+ % are missing/)
})

test('nginx: a pool on its backup and a pool without a live server are told from the log, and nothing is said of states', { skip, timeout: 120_000 }, async (context) => {
  const [port = 0, gone = 0] = await freePorts(2)
  context.after(() => { releasePorts([port, gone]) })
  const [a, b] = lab.serverPorts as readonly [number, number]
  const text = `daemon off; master_process on; worker_processes 2; pid faults.pid; error_log stderr emerg;
events { worker_connections 256; }
http {
  log_format steelyard escape=json '{"msec":$msec,"pid":$pid,"srv":"$server_name","sport":"$server_port","st":$status,"bs":$bytes_sent,"ph":"$proxy_host","ua":"$upstream_addr","us":"$upstream_status","uct":"$upstream_connect_time","urt":"$upstream_response_time"}';
  access_log faults.log steelyard;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; root www;
  upstream u_bk { server 127.0.0.1:${gone}; server 127.0.0.1:${a} backup; }
  upstream u_dead { server 127.0.0.1:${gone}; server 127.0.0.2:${gone}; }
  upstream u_well { server 127.0.0.1:${a}; server 127.0.0.1:${b}; }
  server {
    listen 127.0.0.1:${port};
    location /bk { proxy_pass http://u_bk; }
    location /dead { proxy_pass http://u_dead; }
    location / { proxy_pass http://u_well; }
    location = /ready { access_log off; return 200; }
  }
}
`
  lab.write('faults.conf', text)
  const program = lab.start('nginx', ['-p', `${lab.folder}/`, '-e', 'stderr', '-c', 'faults.conf'])
  await waitForPage(port, '/ready', program)
  const poller = createPoller(nodeLive, sourceOf(`nginx-log:${lab.file('faults.log')}`), 1000)
  context.after(() => poller.close())
  const model = compileConfig(text).model
  const session = new LiveSession(model, 1000, model)
  const load = startLoad(port, 60, (count) => ['/bk', '/dead', '/well'][count % 3] as string)
  context.after(() => load.stop())
  const told = new Map<string, Alert>()
  let view: LiveView | null = null
  for (let poll = 0; poll < 14; poll += 1) {
    await sleep(1000)
    const polled = await poller.poll()
    assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
    const moment = session.add(polled.value)
    view = moment.view
    for (const alert of moment.alerts) if (alert.mutedBy === null && !told.has(alert.key)) told.set(alert.key, alert)
  }
  await load.stop()
  console.log([...told.values()].map((one) => `  ${one.severity} ${one.key}: ${one.sentence}\n    ${one.evidence.join('\n    ')}`).join('\n'))
  assert.deepEqual([...told.keys()].filter((key) => !/^(errors|retries):/.test(key)).sort(), ['backups:u_bk', 'health:u_dead'])
  assert.equal(told.get('health:u_dead')?.severity, 'critical')
  for (const { evidence } of told.values()) assert.ok(evidence.every((words) => !/can take requests|in the log/.test(words)), evidence.join('\n'))
  const shares = (name: string): PoolShares | undefined => view?.pools.find((one) => one.name === name)?.shares
  assert.equal(shares('u_bk')?.onBackups, true)
  assert.deepEqual(['u_bk', 'u_dead', 'u_well'].map((name) => shares(name)?.verdict), ['not-tested', 'down', 'as-expected'])
})
