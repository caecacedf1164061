import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BalancerWatch } from '#shared/backend/live/balancer-watch.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { balancersRequired, findHaproxy } from './harness.ts'
import { everyEighth, pollMs, requestsPerSecond, sourceOf, startLoad, twoPools, useLab, waitForPage, type Program } from '../live/lab.ts'

const skip = findHaproxy().found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

let master: Program

const configOf = (weight: number): string => twoPools({
  port: lab.port(0), servers: lab.serverPorts, few: 'roundrobin', defaults: ['default-server check inter 300ms fall 2 rise 1', 'option httpchk GET /check'],
  more: `frontend page\n    bind 127.0.0.1:${lab.port(1)}\n    stats enable\n    stats uri /stats\n`,
}).replace(/(server c \S+ weight) 10/, `$1 ${weight}`)

const lab = useLab(skip, {
  ports: 2, servers: 4,
  async begin() {
    lab.write('haproxy.cfg', configOf(10))
    master = lab.start('haproxy', ['-W', '-db', '-f', 'haproxy.cfg'])
    await waitForPage(lab.port(1), '/stats', master)
    await sleep(1200)
  },
})

test('over the statistics page, which names no process, a reload is told once, and pools that go down are none', { skip }, async (context) => {
  const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: lab.folder }, () => undefined)
  const read = async (weight: number): Promise<LoadedConfig> => {
    const input = { kind: 'files', title: 'given', files: [{ path: 'haproxy.cfg', base64: Buffer.from(configOf(weight)).toString('base64') }] } as const
    const loaded = await loadConfig(ports, input, { dialect: 'haproxy', root: null, environment: {}, version: null }, { cancelled: () => false })
    if (!loaded.ok) assert.fail(loaded.failure.message)
    return loaded.value
  }
  const poller = createPoller(nodeLive, sourceOf(`http://127.0.0.1:${lab.port(1)}/stats`), pollMs)
  let weight = 10
  const watch = new BalancerWatch(ports.clock, {
    nominalMs: pollMs, running: await read(10), knownGood: null, recording: null, alerts: {}, readAgain: async () => ok(await read(weight)), onConfigs: () => undefined,
  })
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/', '/few'))
  context.after(() => load.stop())
  const told: string[] = []
  let reloadedMs = Infinity
  const look = async (polls: number): Promise<readonly LiveMoment[]> => {
    const moments: LiveMoment[] = []
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(pollMs)
      const polled = await poller.poll()
      if (!polled.ok) continue
      const moment = watch.add(polled.value)
      moments.push(moment)
      told.push(...moment.alerts.filter((one) => one.sinceMs >= reloadedMs).map(({ key, sentence, evidence }) => [key, sentence, ...evidence].join(' ')))
      if (moment.view.restarted) await watch.followReload()
    }
    return moments
  }
  const restarts = (moments: readonly LiveMoment[]): number => moments.filter((one) => one.view.restarted).length

  const calm = await look(4)
  assert.deepEqual([restarts(calm), calm[0]?.view.snapshot.epoch, calm[0]?.view.tellsReloads], [0, null, true])

  weight = 100
  reloadedMs = Date.now()
  lab.write('haproxy.cfg', configOf(weight))
  master.process.kill('SIGUSR2')
  const after = await look(8)
  assert.equal(restarts(after), 1)
  assert.ok(after.slice(0, 3).some((one) => one.view.restarted))
  assert.ok(told.some((one) => one.startsWith('reload: The balancer was reloaded or restarted.')), told.join('\n'))
  assert.deepEqual(after.at(-1)?.view.drift, [])
  assert.deepEqual(told.filter((one) => one.includes('was not reloaded')), [])

  // A second one soon after.
  master.process.kill('SIGUSR2')
  assert.equal(restarts(await look(4)), 1)

  for (const server of lab.servers) server.close()
  const down = await look(8)
  assert.deepEqual([restarts(down), down.at(-1)?.view.pools.map((pool) => pool.shares.verdict)], [0, ['down', 'down']])
})
