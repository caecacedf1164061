import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { haproxyReads } from '#shared/live/haproxy/reads.ts'
import { LiveWatch, type LiveView, type WatchedPool } from '#shared/live/live-watch.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from './harness.ts'
import { everyEighth, pollMs, requestsPerSecond, seconds, sourceOf, startLoad, twoPools, useLab, waitForFile, type CountingServer, type Program } from '../live/lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

let master: Program
let config = ''
let sent: readonly string[] = []

const lab = useLab(skip, {
  ports: 1, servers: 4,
  async begin() {
    config = twoPools({ port: lab.port(0), servers: lab.serverPorts, few: 'leastconn', global: [`stats socket ${lab.file('stats.sock')} mode 600 level admin`], web: ['stats enable', 'stats uri /stats'] })
    lab.write('haproxy.cfg', config)
    master = lab.start('haproxy', ['-W', '-db', '-f', 'haproxy.cfg', '-p', 'pid'])
    await waitForFile(lab.file('stats.sock'), master)
    sent = await lab.relay('relay.sock', 'stats.sock')
    await sleep(300)
  },
})

const poolOf = (view: LiveView, name: string): WatchedPool => {
  const pool = view.pools.find((one) => one.name === name)
  assert.ok(pool !== undefined)
  return pool
}

interface Tally { live: number; backends: number; milliseconds: number; apart: number }

test(`rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(lab.file('relay.sock')), pollMs)
  const watch = new LiveWatch(compileConfig(config, new Map()).model, pollMs)
  const servers = [['app', 'a', 0], ['app', 'b', 1], ['app', 'c', 2], ['few', 'a', 0], ['few', 'd', 3]] as const
  const tallies = new Map<string, Tally>(servers.map(([pool, name]) => [`${pool}/${name}`, { live: 0, backends: 0, milliseconds: 0, apart: 0 }]))
  const counts = (): readonly number[] => servers.map(([pool, , index]) => (lab.servers[index] as CountingServer).counts.get(pool === 'few' ? 'few' : '') ?? 0)
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/', '/few'))
  context.after(() => load.stop())
  await sleep(500)
  let earlier = counts()
  let resets = 0
  let restarts = 0
  let failures = 0
  let last: LiveView | null = null
  const verdicts = new Set<string>()
  const polls = Math.round(seconds * 1000 / pollMs)
  const started = performance.now()
  for (let poll = 0; poll <= polls; poll += 1) {
    await sleep(Math.max(0, started + poll * pollMs - performance.now()))
    if (poll === Math.floor(polls / 2)) master.process.kill('SIGUSR2')
    const polled = await poller.poll()
    const now = counts()
    if (!polled.ok) {
      failures += 1
      continue
    }
    last = watch.add(polled.value)
    if (last.restarted) restarts += 1
    for (const [index, [pool, name]] of servers.entries()) {
      const interval = poolOf(last, pool).servers.find((one) => one.member?.name === name)?.live?.interval
      const delta = interval?.deltas.requests ?? null
      const tally = tallies.get(`${pool}/${name}`) as Tally
      if (interval?.marks.includes('reset') === true) resets += 1
      if (interval === null || interval === undefined || delta === null) continue
      tally.live += delta
      tally.backends += (now[index] as number) - (earlier[index] as number)
      tally.milliseconds += interval.durationMs
    }
    earlier = now
    for (const pool of last.pools) verdicts.add(`${pool.name} ${pool.shares.verdict}`)
  }
  const { sent, failed } = await load.stop()
  const lines: string[] = []
  for (const [name, tally] of tallies) {
    const live = tally.live / (tally.milliseconds / 1000)
    const counted = tally.backends / (tally.milliseconds / 1000)
    tally.apart = Math.abs(live - counted) / counted
    lines.push(`${name}: ${live.toFixed(2)} requests/s against ${counted.toFixed(2)} counted, ${(tally.apart * 100).toFixed(2)} % apart, over ${(tally.milliseconds / 1000).toFixed(1)} s`)
  }
  console.log(`haproxy ${found.found ? found.version : ''}: ${sent} requests sent, ${failed} failed, ${polls + 1} polls, ${failures} failed, ${restarts} restart seen, ${resets} intervals without a rate\n  ${lines.join('\n  ')}\n  verdicts: ${[...verdicts].sort().join(', ')}`)
  assert.equal(restarts, 1)
  assert.ok(resets >= servers.length)
  // What is under way at the ends of a short run weighs more than 2 % in a pool with few requests.
  for (const [name, tally] of tallies) assert.ok(tally.apart <= 0.02 || (seconds < 60 && Math.abs(tally.live - tally.backends) <= 4), `${name} is ${tally.apart} apart\n${lines.join('\n')}`)
  assert.ok([...verdicts].every((verdict) => /as-expected|few$/.test(verdict)), [...verdicts].join())
  assert.deepEqual(last?.drift, [])
})

test('every byte that reached the socket is one line of reads', { skip }, () => {
  assert.ok(sent.length > 5)
  for (const bytes of sent) assert.equal(bytes, `${haproxyReads.join(';')}\n`)
})

/** What an operator types into the socket while we watch. */
function operate(line: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(lab.file('stats.sock'), () => socket.write(`${line}\n`))
    socket.on('data', (chunk: Buffer) => { text += chunk.toString() })
    socket.on('close', () => { resolve(text) })
  })
}

test('a weight that is typed wrong at run time is seen at once, in the config’s terms', { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(lab.file('stats.sock')), pollMs)
  const watch = new LiveWatch(compileConfig(config, new Map()).model, pollMs)
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/', '/few'))
  context.after(() => load.stop())
  await operate('set server app/c weight 100')
  await operate('set server few/d state maint')
  const startedMs = performance.now()
  let view: LiveView | null = null
  let toldMs = 0
  for (let poll = 0; poll < 12 && toldMs === 0; poll += 1) {
    const polled = await poller.poll()
    assert.ok(polled.ok)
    view = watch.add(polled.value)
    if (poolOf(view, 'app').shares.verdict === 'drift') toldMs = performance.now() - startedMs
    await sleep(pollMs)
  }
  await load.stop()
  await operate('set server app/c weight 10')
  await operate('set server few/d state ready')
  assert.ok(view !== null && toldMs > 0, view === null ? '' : poolOf(view, 'app').shares.sentence)
  console.log(`weight typo told after ${(toldMs / 1000).toFixed(1)} s: ${poolOf(view, 'app').shares.sentence}`)
  assert.deepEqual(view.drift.map((one) => `${one.kind} ${one.pool}/${one.server ?? ''} ${one.config ?? ''} → ${one.running ?? ''}`), ['weight app/c 10 → 100', 'state few/d enabled → MAINT'])
})

test('the statistics page gives the same servers as the socket', { skip }, async () => {
  const socket = await createPoller(nodeLive, sourceOf(lab.file('stats.sock')), 4000).poll()
  const page = await createPoller(nodeLive, sourceOf(`http://127.0.0.1:${lab.port(0)}/stats`), 4000).poll()
  assert.ok(socket.ok && page.ok)
  const shape = (rows: typeof socket.value.rows): readonly string[] => rows.map((row) => `${row.kind} ${row.owner} ${row.kind === 'server' ? `${row.name} ${row.state.text} ${row.state.weight ?? ''}` : ''}`)
  assert.deepEqual(shape(page.value.rows), shape(socket.value.rows))
})
