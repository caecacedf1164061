import assert from 'node:assert/strict'
import http from 'node:http'
import type net from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { balancersRequired, findHaproxy, openWorkshop } from './harness.ts'
import { sourceOf, startLoad, useLab, waitForFile } from '../live/lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
const pollMs = 500

const workshop = openWorkshop()
after(() => { workshop.dispose() })
const nodePorts = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: workshop.folder }, () => undefined)

async function load(text: string): Promise<LoadedConfig> {
  const input = { kind: 'files', title: 'haproxy.cfg', files: [{ path: 'haproxy.cfg', base64: Buffer.from(text).toString('base64') }] } as const
  const loaded = await loadConfig(nodePorts, input, { dialect: 'haproxy', root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}

interface Given { readonly port: number; readonly servers: readonly [number, number, number]; readonly timeoutMs: number; readonly also?: string }

const configOf = (socket: string, { port, servers, timeoutMs, also = '' }: Given): string => `global
    stats socket ${socket} mode 600 level admin
    hard-stop-after 2s
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server ${timeoutMs}ms
frontend web
    bind 127.0.0.1:${port}
    default_backend site
backend site
    balance roundrobin
${also}    server s1 127.0.0.1:${servers[0]}
    server s2 127.0.0.1:${servers[1]}
    server s3 127.0.0.1:${servers[2]}
`

/** Answers every third request late. */
async function startSlowServer(): Promise<number> {
  let count = 0
  const server = http.createServer((_, response) => {
    count += 1
    if (count % 3 === 0) setTimeout(() => response.end('ok'), 150)
    else response.end('ok')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  after(() => { server.closeAllConnections(); server.close() })
  return (server.address() as net.AddressInfo).port
}

// The second port is one where nobody listens.
const lab = useLab(skip, { ports: 2, servers: 2, begin: () => Promise.resolve() })

interface Told extends Pick<Alert, 'key' | 'servers' | 'sentence' | 'evidence'> { readonly lines: readonly string[] }

/** What is told of a config that runs, against the last known good one: each alert as it was first told with the lines behind it. */
async function watch(name: string, goodText: string, runningText: string, port: number, seconds: number): Promise<ReadonlyMap<string, Told>> {
  lab.write(`${name}.cfg`, runningText)
  const balancer = lab.start('haproxy', ['-db', '-f', `${name}.cfg`])
  try {
    await waitForFile(lab.file(`${name}.sock`), balancer)
    const [good, running] = [await load(goodText), await load(runningText)]
    const causes = new AlertCauses(nodePorts.clock)
    await causes.use(good, running)
    const poller = createPoller(nodeLive, sourceOf(lab.file(`${name}.sock`)), 4000)
    const session = new LiveSession(running.model, pollMs, good.model)
    const traffic = startLoad(port, 60, (count) => `/${count}`)
    const told = new Map<string, Told>()
    for (let poll = 0; poll < seconds * 1000 / pollMs; poll += 1) {
      await sleep(pollMs)
      const polled = await poller.poll()
      if (!polled.ok) assert.fail(polled.failure.message)
      const { view, alerts } = session.add(polled.value)
      for (const { key, servers, sentence, evidence, causes: lines } of causes.explain(alerts, view)) {
        told.set(key, { key, servers, sentence, evidence, lines: lines.map(({ side, at }) => `${side}: ${(side === 'running' ? runningText : goodText).slice(at.start, at.end).replace(/\d{4,5}$/, 'PORT')}`) })
      }
    }
    await traffic.stop()
    await poller.close()
    return told
  } finally {
    await balancer.stop()
  }
}

const address = ['running: server s2 127.0.0.1:PORT', 'known-good: server s2 127.0.0.1:PORT']
const timeout = ['running: timeout server 50ms', 'known-good: timeout server 5000ms']

test('a port where nobody listens and a timeout that is too short are named by every alert that they cause, and by no other', { skip, timeout: 60_000 }, async () => {
  const slow = await startSlowServer()
  const [port, dead] = [lab.port(0), lab.port(1)]
  const [one, two] = lab.serverPorts as [number, number]
  const of = (given: Omit<Given, 'port'>): string => configOf(lab.file('both.sock'), { port, ...given })
  const told = await watch('both', of({ servers: [one, two, slow], timeoutMs: 5000 }), of({ servers: [one, dead, slow], timeoutMs: 50 }), port, 10)
  const errors = told.get('errors:site')
  assert.deepEqual(errors?.servers, ['s2', 's3'], [...told.values()].map((alert) => alert.sentence).join('\n'))
  assert.match(errors.sentence, /Connections to s2 fail \(\d+ in \d+ s\)\. Answers of s3 do not come in time or break off \(\d+ in \d+ s\)\. Against the last known good config: server s2 is at \S+ instead of \S+ since line 15: .*; timeout server is 50 ms instead of 5000 ms since line 8: /)
  assert.deepEqual(errors.lines, [address[0], timeout[0], address[1], timeout[1]])
  assert.ok(errors.evidence.includes('No check looks at 2 of these servers, so they go on getting requests.'), errors.evidence.join('\n'))
  const retries = told.get('retries:site')
  assert.deepEqual([retries?.servers, retries?.lines], [['s2'], address])
  assert.match(retries?.sentence ?? '', /^Tries at servers of pool site failed \d+ times and were made again; .* They failed at s2 \(\d+\)\./)
  const share = told.get('share:site')
  assert.ok(share !== undefined && share.lines.includes(address[0] as string), share?.sentence)
  for (const alert of told.values()) assert.doesNotMatch([alert.sentence, ...alert.evidence].join('\n'), /does not explain it|stick to servers/)
})

test('what differs elsewhere is not named: the timeout alone, and nothing where a server was dead before', { skip, timeout: 60_000 }, async () => {
  const slow = await startSlowServer()
  const [port, dead] = [lab.port(0), lab.port(1)]
  const [one, two] = lab.serverPorts as [number, number]
  const of = (name: string, given: Omit<Given, 'port'>): string => configOf(lab.file(`${name}.sock`), { port, ...given })
  const late = await watch('late', of('late', { servers: [one, two, slow], timeoutMs: 5000, also: '    option redispatch\n' }), of('late', { servers: [one, two, slow], timeoutMs: 50, also: '    option redispatch\n    option http-ignore-probes\n' }), port, 6)
  assert.deepEqual([late.get('errors:site')?.servers, late.get('errors:site')?.lines], [['s3'], timeout])
  assert.deepEqual([...late.keys()].filter((key) => key.startsWith('retries')), [])
  const old = await watch('old', of('old', { servers: [one, dead, two], timeoutMs: 5000 }), of('old', { servers: [one, dead, two], timeoutMs: 4000 }), port, 6)
  assert.deepEqual([old.get('errors:site')?.servers, old.get('errors:site')?.lines, old.get('retries:site')?.lines], [['s2'], [], []])
})
