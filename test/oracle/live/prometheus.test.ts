import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPast } from '#shared/backend/live/past.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { LiveWatch, type LiveView } from '#shared/live/live-watch.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from '#test/oracle/haproxy/harness.ts'
import { sourceOf, startLoad, twoPools, useLab, waitForPage, type CountingServer, type Program } from './lab.ts'

const found = findHaproxy()
const prometheus = spawnSync('prometheus', ['--version'], { encoding: 'utf8' })
const hasPrometheus = prometheus.error === undefined && prometheus.status === 0
const skip = (found.found && hasPrometheus) || balancersRequired ? false : `NOT RUN: ${found.found ? 'prometheus' : 'haproxy'} is not installed`
/** 60 for the campaign; a few seconds in every run. */
const seconds = Number(process.env['STEELYARD_LIVE_SECONDS'] ?? '10')
const scrapeMs = 1000
const servers = [['app', 'a', 0], ['app', 'b', 1], ['app', 'c', 2], ['few', 'a', 0], ['few', 'd', 3]] as const

let haproxy: Program
let config = ''

const lab = useLab(skip, {
  ports: 3, servers: 4,
  async begin() {
    const [web, page, api] = lab.ports as readonly [number, number, number]
    config = twoPools({
      port: web, servers: lab.serverPorts, few: 'roundrobin',
      more: `frontend page
    bind 127.0.0.1:${page}
    http-request use-service prometheus-exporter if { path /metrics }
    http-after-response set-header Connection close
`,
    })
    lab.write('haproxy.cfg', config)
    lab.write('prometheus.yml', `global:
  scrape_interval: ${scrapeMs}ms
  scrape_timeout: ${scrapeMs}ms
scrape_configs:
  - job_name: haproxy
    static_configs: [{ targets: ['127.0.0.1:${page}'], labels: { env: lab } }]
  - job_name: itself
    static_configs: [{ targets: ['127.0.0.1:${api}'] }]
  - job_name: gone
    static_configs: [{ targets: ['127.0.0.1:1'] }]
`)
    haproxy = lab.start('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'])
    await waitForPage(page, '/metrics', haproxy)
    const scraper = lab.start('prometheus', ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${api}`, '--log.level=error'])
    await waitForPage(api, '/-/ready', scraper)
    // Targets get their first scrape at a time of their own.
    const first = createPoller(nodeLive, sourceOf(addressOf('job=haproxy')), 4000)
    for (let tries = 0; tries < 100 && !(await first.poll()).ok; tries += 1) await sleep(200)
  },
})

const addressOf = (labels: string): string => `prometheus:http://127.0.0.1:${lab.port(2)}/?${labels}`

interface Tally { live: number; backends: number; milliseconds: number; apart: number }

/** What the backends had counted, every few milliseconds, because a scrape happens when Prometheus wants it. */
function watchBackends(): { at(wallMs: number): readonly number[]; stop(): void } {
  const counts = (): readonly number[] => servers.map(([pool, , index]) => (lab.servers[index] as CountingServer).counts.get(pool === 'few' ? 'few' : '') ?? 0)
  const seen: { readonly wallMs: number; readonly counts: readonly number[] }[] = [{ wallMs: Date.now(), counts: counts() }]
  const timer = setInterval(() => { seen.push({ wallMs: Date.now(), counts: counts() }) }, 5)
  return { at: (wallMs) => (seen.findLast((one) => one.wallMs <= wallMs) ?? seen[0])?.counts ?? [], stop: () => { clearInterval(timer) } }
}

test(`rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(addressOf('job=haproxy&env=lab')), 4000)
  const watch = new LiveWatch(compileConfig(config, new Map()).model, scrapeMs)
  const tallies = new Map<string, Tally>(servers.map(([pool, name]) => [`${pool}/${name}`, { live: 0, backends: 0, milliseconds: 0, apart: 0 }]))
  const load = startLoad(lab.port(0), 300, (count) => (count % 8 === 0 ? '/few' : '/'))
  const counted = watchBackends()
  context.after(async () => { counted.stop(); await load.stop() })
  const startedMs = Date.now()
  await sleep(1.2 * scrapeMs)
  let earlier: readonly number[] | null = null
  let takenMs = 0
  let scrapes = 0
  let polls = 0
  let failures = 0
  let restarts = 0
  let resets = 0
  let reloaded = false
  let last: LiveView | null = null
  while (Date.now() - startedMs < seconds * 1000) {
    await sleep(scrapeMs / 3)
    if (!reloaded && Date.now() - startedMs > seconds * 500) {
      reloaded = true
      haproxy.process.kill('SIGUSR2')
    }
    const polled = await poller.poll()
    polls += 1
    if (!polled.ok) {
      failures += 1
      console.log(polled.failure.message)
      continue
    }
    if (polled.value.taken.wallMs === takenMs || polled.value.taken.wallMs < startedMs) continue
    takenMs = polled.value.taken.wallMs
    scrapes += 1
    last = watch.add(polled.value)
    const now = counted.at(takenMs)
    if (last.restarted) restarts += 1
    for (const [index, [pool, name]] of servers.entries()) {
      const interval = last.pools.find((one) => one.name === pool)?.servers.find((one) => one.member?.name === name)?.live?.interval
      const delta = interval?.deltas.requests ?? null
      const tally = tallies.get(`${pool}/${name}`) as Tally
      if (interval?.marks.includes('reset') === true) resets += 1
      if (interval === null || interval === undefined || delta === null || earlier === null) continue
      tally.live += delta
      tally.backends += (now[index] as number) - (earlier[index] as number)
      tally.milliseconds += interval.durationMs
    }
    earlier = now
  }
  const { sent, failed } = await load.stop()
  const lines: string[] = []
  for (const [name, tally] of tallies) {
    const live = tally.live / (tally.milliseconds / 1000)
    const real = tally.backends / (tally.milliseconds / 1000)
    tally.apart = Math.abs(live - real) / real
    lines.push(`${name}: ${live.toFixed(2)} requests/s against ${real.toFixed(2)} counted, ${(tally.apart * 100).toFixed(2)} % apart, over ${(tally.milliseconds / 1000).toFixed(1)} s`)
  }
  console.log(`prometheus ${/version (\S+)/.exec(prometheus.stdout)?.[1] ?? ''}, haproxy ${found.found ? found.version : ''}: ${sent} requests sent, ${failed} failed, ${polls} polls, ${failures} failed, ${scrapes} scrapes, ${restarts} restart seen, ${resets} intervals without a rate\n  ${lines.join('\n  ')}`)
  assert.equal(restarts, 1)
  assert.ok(resets >= servers.length)
  // What is under way at the ends of a short run weighs more than 2 % in a pool with few requests.
  for (const [name, tally] of tallies) assert.ok(tally.apart <= 0.02 || (seconds < 60 && Math.abs(tally.live - tally.backends) <= 4), `${name} is ${tally.apart} apart\n${lines.join('\n')}`)
  assert.deepEqual(last?.drift, [])

  // The same time once more, from what the server keeps.
  const fromMs = startedMs + 2 * scrapeMs
  const past = await readPast(poller, takenMs - fromMs, scrapeMs, 1e9)
  assert.ok(past.ok, past.ok ? '' : past.failure.message)
  const again = new LiveWatch(null, scrapeMs)
  const views: LiveView[] = []
  for await (const part of past.value.parts()) views.push(...part.map((snapshot) => again.add(snapshot)))
  assert.equal(past.value.problem(), null)
  const ofPool = (wallMs: number): number => counted.at(wallMs).slice(0, 3).reduce((sum, one) => sum + one, 0)
  let live = 0
  let real = 0
  for (const [index, view] of views.entries()) {
    const delta = view.pools.find((one) => one.name === 'app')?.live?.interval?.deltas.requests ?? null
    if (delta === null) continue
    live += delta
    real += ofPool(view.snapshot.taken.wallMs) - ofPool((views[index - 1] as LiveView).snapshot.taken.wallMs)
  }
  const restartsSeen = views.filter((view) => view.restarted).length
  console.log(`  history: ${views.length} steps, ${restartsSeen} restart seen, pool app ${live} requests against ${real} counted`)
  assert.equal(restartsSeen, 1)
  assert.ok(Math.abs(live - real) / real < (seconds < 60 ? 0.1 : 0.03), `${live} against ${real}`)
})

test('a server that has no balancer, a target that is gone and a wrong label are told', { skip }, async () => {
  const message = async (labels: string): Promise<string> => {
    const polled = await createPoller(nodeLive, sourceOf(addressOf(labels)), 4000).poll()
    return polled.ok ? 'ok' : polled.failure.message
  }
  assert.match(await message('job=none'), /no metrics of a balancer that Steelyard knows/)
  assert.match(await message('job=itself'), /no metrics of a balancer that Steelyard knows/)
  assert.match(await message('job=gone'), /no metrics of a balancer/)
  assert.match(await message('job=~('), /refuses the question: .*missing closing/)
  assert.equal(await message('job=~hap.*'), 'ok')
  const other = await createPoller(nodeLive, sourceOf(`prometheus:http://127.0.0.1:${lab.port(1)}/`), 4000).poll()
  assert.match(other.ok ? '' : other.failure.message, /503|not from the HTTP API|web page/)
})
