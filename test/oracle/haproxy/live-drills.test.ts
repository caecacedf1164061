import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { balancersRequired, findHaproxy, openWorkshop } from './harness.ts'
import { drillLoads, startDrill, type DrillLoad } from './live-drill.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
/** With 60 and more every drill runs; else those that need no time to learn what is usual. */
const campaign = Number(process.env['STEELYARD_LIVE_SECONDS'] ?? '8') >= 60
const pollMs = 1000

interface Drill {
  readonly load: DrillLoad
  /** Seconds under the good config before the change. */
  readonly before: number
  /** Servers that go away with the change. */
  readonly gone: readonly string[]
  /** First alert: words of it, the servers that it names, a piece of the line that it is told at, and of the lines that brought it about. */
  readonly first: { readonly key: string; readonly words: RegExp; readonly servers: readonly string[]; readonly line: RegExp; readonly causes: readonly RegExp[]; readonly withinSeconds: number }
  /** Other alerts that are true as well. */
  readonly also: RegExp
}

const all: readonly Drill[] = [
  {
    load: drillLoads['auth-bottleneck'], before: 5, gone: [], also: /^$/,
    first: {
      key: 'share:auth', words: /auth\/auth-1 took 9\d %.*expected 17 %.*it gets 95 % of the pool instead of 17 % since line 56/, servers: ['auth-1'], line: /default-server maxconn 250 inter 3s check/,
      causes: [/^running: default-server maxconn 250/, /^known-good: default-server weight 100/], withinSeconds: 10,
    },
  },
  {
    load: drillLoads['one-hot-server'], before: 5, gone: [], also: /^$/,
    first: {
      key: 'share:booking', words: /booking\/booking-3 took 100 %.*expected 20 %.*picks it before.*since line 64/, servers: ['booking-3'], line: /use-server booking-3 unless/,
      causes: [/^running: use-server booking-3 unless/], withinSeconds: 10,
    },
  },
  {
    load: drillLoads['stale-servers'], before: 5, gone: ['192.0.2.54', '192.0.2.55', '192.0.2.56'], also: /^retries:web$/,
    first: {
      key: 'health:web', words: /3 of 6 servers of pool web can take requests\. 3 are DOWN \(L4CON.*\): web-4, web-5, web-6\..*and 2 more moved.*stayed as they were/, servers: ['web-4', 'web-5', 'web-6'], line: /server web-4 /,
      causes: [/^running: server web-4/, /^running: server web-5/, /^running: server web-6/], withinSeconds: 10,
    },
  },
  {
    load: drillLoads['coffee-break'], before: 35, gone: [], also: /^(silent:orders|mix:(web|api|orders))$/,
    first: {
      key: 'silent:api', words: /Pool api has received nothing.*Requests for api\.cafe\.example go to pool web instead of api since line 36/, servers: [], line: /acl is_web hdr\(host\),field\(1,:\) -m end -i \.cafe\.example/,
      causes: [/^running: acl is_web .* -m end/], withinSeconds: 15,
    },
  },
  {
    load: drillLoads['routing-rules'], before: 125, gone: [], also: /^mix:(checkout|catalogue)$/,
    first: {
      key: 'mix:catalogue', words: /Pool catalogue got \d+ %.*usual are 20 %.*go to pool catalogue instead of checkout since line 47.*Line 46 decides them now/, servers: [], line: /use_backend checkout if host_api is_checkout/,
      causes: [/^running: use_backend checkout if host_api/, /^known-good: use_backend checkout if host_api/], withinSeconds: 10,
    },
  },
]

/** Alerts that an operator is woken for. */
const waking = (alerts: readonly Alert[]): readonly Alert[] => alerts.filter((one) => one.severity !== 'info' && one.mutedBy === null && one.rule !== 'reload')

const workshop = openWorkshop()
const nodePorts = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: workshop.folder }, () => undefined)

async function load(text: string): Promise<LoadedConfig> {
  const input = { kind: 'files', title: 'haproxy.cfg', files: [{ path: 'haproxy.cfg', base64: Buffer.from(text).toString('base64') }] } as const
  const loaded = await loadConfig(nodePorts, input, { dialect: 'haproxy', root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}

async function runDrill({ load: { name }, load: traffic, before, gone, first, also }: Drill, block: number): Promise<string> {
  const running = await startDrill(traffic, block)
  try {
    await sleep(1000)
    running.startLoad()
    const [good, changedConfig] = [await load(running.before), await load(running.after)]
    const poller = createPoller(nodeLive, { kind: 'socket', surface: 'haproxy', path: running.socket, title: running.socket }, 4000)
    const session = new LiveSession(good.model, pollMs, good.model)
    const causes = new AlertCauses(nodePorts.clock)
    const look = async (): Promise<readonly Alert[]> => {
      await sleep(pollMs)
      const polled = await poller.poll()
      assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
      const { view, alerts } = session.add(polled.value)
      return waking(causes.explain(alerts, view))
    }
    for (let second = 0; second < before; second += 1) assert.deepEqual((await look()).map((one) => one.sentence), [], `under the good config, second ${second}`)
    for (const ip of gone) running.stopServer(ip)
    running.change()
    session.useConfig(changedConfig.model, good.model)
    const changed = performance.now()
    void causes.use(good, changedConfig)
    const seen = new Map<string, { readonly alert: Alert; readonly seconds: number }>()
    while ((performance.now() - changed) / 1000 < first.withinSeconds) {
      for (const alert of await look()) if (!seen.has(alert.key)) seen.set(alert.key, { alert, seconds: (performance.now() - changed) / 1000 })
    }
    const told = seen.get(first.key)
    assert.ok(told !== undefined, `${name}: ${[...seen.keys()].join(', ') || 'nothing was told'}`)
    assert.match(told.alert.sentence, first.words)
    assert.deepEqual(told.alert.servers, first.servers)
    assert.match(running.after.slice(told.alert.at?.start, told.alert.at?.end), first.line)
    assert.equal(told.alert.causes.length, first.causes.length)
    told.alert.causes.forEach((cause, index) => { assert.match(`${cause.side}: ${(cause.side === 'running' ? running.after : running.before).slice(cause.at.start, cause.at.end)}`, first.causes[index] as RegExp) })
    for (const key of seen.keys()) if (key !== first.key) assert.match(key, also, `${name}: ${seen.get(key)?.alert.sentence}`)
    return `${name}: after ${told.seconds.toFixed(1)} s at line ${running.after.slice(0, told.alert.at?.start).split('\n').length}: ${told.alert.sentence}${seen.size > 1 ? ` (also ${[...seen.keys()].filter((key) => key !== first.key).join(', ')})` : ''}`
  } finally {
    await running.dispose()
  }
}

test('the drills, live on real HAProxy: the first alert comes in time, names pool, servers and the line that did it, and nothing else is told', { skip, timeout: 300_000 }, async () => {
  const chosen = all.filter((drill) => campaign || drill.before <= 5)
  const settled = await Promise.allSettled(chosen.map((drill, index) => runDrill(drill, 200 + (process.pid % 8) * 5 + index)))
  workshop.dispose()
  console.log(settled.map((one) => `  ${one.status === 'fulfilled' ? one.value : String(one.reason)}`).join('\n'))
  for (const one of settled) if (one.status === 'rejected') throw one.reason
})
