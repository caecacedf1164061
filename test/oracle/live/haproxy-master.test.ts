import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { isMasterRead } from '#shared/live/haproxy/master.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { LiveWatch, type LiveView } from '#shared/live/live-watch.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from '#test/oracle/haproxy/harness.ts'
import { pollMs, requestsPerSecond, seconds, sourceOf, startLoad, useLab, waitForFile, type Program } from './lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

let program: Program
let config = ''
let sent: readonly string[] = []

const lab = useLab(skip, {
  ports: 1, servers: 2,
  async begin() {
    const [a, b] = lab.serverPorts as readonly [number, number]
    config = `global
    stats socket ${lab.file('stats.sock')} mode 600
    hard-stop-after 30s
defaults
    mode http
    timeout connect 1s
    timeout client 20s
    timeout server 20s
frontend web
    bind 127.0.0.1:${lab.port(0)}
    default_backend app
backend app
    balance roundrobin
    server a 127.0.0.1:${a} weight 20
    server b 127.0.0.1:${b} weight 10
`
    lab.write('haproxy.cfg', config)
    program = lab.start('haproxy', ['-W', '-db', '-f', 'haproxy.cfg', '-S', lab.file('master.sock')])
    await waitForFile(lab.file('master.sock'), program)
    sent = await lab.relay('relay.sock', 'master.sock')
    await sleep(500)
  },
})

test(`behind the master a reload leaves no gap: ${seconds} s, every interval has its rate`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`haproxy-master:${lab.file('relay.sock')}`), 4000)
  const watch = new LiveWatch(compileConfig(config, new Map()).model, pollMs)
  const counts = (): readonly number[] => lab.servers.map((server) => (server.counts.get('') ?? 0) + (server.counts.get('slow') ?? 0))
  const load = startLoad(lab.port(0), requestsPerSecond, () => '/')
  context.after(() => load.stop())
  await sleep(500)
  const tallies = [0, 0]
  let first: readonly number[] | null = null
  let last: readonly number[] = []
  let intervals = 0
  let resets = 0
  let restarts = 0
  let older = 0
  let view: LiveView | null = null
  const polls = Math.round(seconds * 1000 / pollMs)
  const started = performance.now()
  for (let poll = 0; poll <= polls; poll += 1) {
    await sleep(Math.max(0, started + poll * pollMs - performance.now()))
    if (poll === Math.floor(polls / 2)) {
      // What keeps the old process alive until the next poll.
      http.get({ host: '127.0.0.1', port: lab.port(0), path: '/slow?slow=4000', agent: false }, (response) => { response.resume() }).on('error', () => undefined)
      await sleep(50)
      program.process.kill('SIGUSR2')
    }
    const polled = await poller.poll()
    const now = counts()
    if (!polled.ok) {
      console.log(polled.failure.message)
      continue
    }
    view = watch.add(polled.value)
    if (view.restarted) restarts += 1
    if (polled.value.notes !== undefined) older += 1
    first ??= now
    last = now
    for (const [index, name] of ['a', 'b'].entries()) {
      const interval = view.pools[0]?.servers.find((one) => one.member?.name === name)?.live?.interval ?? null
      if (interval === null) continue
      intervals += 1
      if (interval.deltas.requests === null) resets += 1
      else tallies[index] = (tallies[index] as number) + interval.deltas.requests
    }
  }
  const { sent: requests, failed } = await load.stop()
  const lines = ['a', 'b'].map((name, index) => {
    const real = (last[index] as number) - ((first ?? [])[index] as number)
    return { name, live: tallies[index] as number, real, apart: Math.abs((tallies[index] as number) - real) / real }
  })
  console.log(`haproxy ${found.found ? found.version : ''} behind its master: ${requests} requests sent, ${failed} failed, ${polls + 1} polls, ${restarts} reload seen, ${older} polls with an older process, ${resets} of ${intervals} intervals without a rate\n  ${lines.map(({ name, live, real, apart }) => `${name}: ${live} requests against ${real} counted, ${(apart * 100).toFixed(2)} % apart`).join('\n  ')}`)
  assert.deepEqual([restarts, resets], [1, 0])
  for (const { name, live, real, apart } of lines) assert.ok(apart <= 0.02 || Math.abs(live - real) <= 12, `${name}: ${live} against ${real}`)
  assert.deepEqual(view?.drift, [])
  // A connection that a reload cut off may have sent nothing.
  const told = sent.filter((bytes) => bytes !== '')
  assert.ok(told.length > 4 && told.every(isMasterRead), told.find((line) => !isMasterRead(line)))
})

test('connections that an old process keeps are told until they end, and a reload without them is not', { skip, timeout: 60_000 }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`haproxy-master:${lab.file('relay.sock')}`), 4000)
  const model = compileConfig(config, new Map()).model
  const session = new LiveSession(model, pollMs, model)
  const load = startLoad(lab.port(0), 50, () => '/')
  context.after(() => load.stop())
  const hold = async (requests: number): Promise<void> => {
    for (let request = 0; request < requests; request += 1) http.get({ host: '127.0.0.1', port: lab.port(0), path: '/slow?slow=14000', agent: false }, (response) => { response.resume() }).on('error', () => undefined)
    await sleep(200)
    program.process.kill('SIGUSR2')
  }
  const began = performance.now()
  const told: { readonly seconds: number; readonly alert: Alert | null; readonly older: boolean }[] = []
  const watch = async (forMs: number): Promise<void> => {
    for (const until = performance.now() + forMs; performance.now() < until; await sleep(pollMs)) {
      const polled = await poller.poll()
      if (!polled.ok) continue
      const alert = session.add(polled.value).alerts.find((one) => one.rule === 'lingering') ?? null
      told.push({ seconds: (performance.now() - began) / 1000, alert, older: polled.value.older !== undefined })
    }
  }
  await watch(1000)
  await hold(0)
  await watch(2000)
  await hold(6)
  await watch(18_000)
  const firing = told.filter((one) => one.alert !== null)
  const first = firing[0]?.alert
  console.log(`six connections held for 14 s over a reload after 3.4 s: told from ${firing[0]?.seconds.toFixed(1) ?? '-'} to ${firing.at(-1)?.seconds.toFixed(1) ?? '-'} s; ${first?.sentence ?? ''} ${first?.evidence.join(' ') ?? ''}`)
  assert.match(first?.sentence ?? '', /^An older process still serves 6 of \d+ connections \(\d+ %\), 1\d s after the last reload\./)
  assert.match(first?.evidence[0] ?? '', /^Process \d+, up \d+ s, has 6 of them\.$/)
  assert.equal(first?.severity, 'warning')
  const last = told.at(-1)
  assert.deepEqual([last?.alert ?? null, last?.older], [null, false])
})

test('a stats socket is not taken for one of a master', { skip }, async () => {
  const polled = await createPoller(nodeLive, sourceOf(`haproxy-master:${lab.file('stats.sock')}`), 4000).poll()
  assert.match(polled.ok ? '' : polled.failure.message, /not the socket of a HAProxy master/)
})
