import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from '../haproxy/harness.ts'
import { sourceOf, startLoad, useLab, waitForFile } from './lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

/** Each answer takes 200 ms, so a server that has room for one request at a time answers five a second. */
const lab = useLab(skip, {
  ports: 1, servers: 3, answerMs: 200,
  async begin() {
    lab.write('haproxy.cfg', config())
    await waitForFile(lab.file('stats.sock'), lab.start('haproxy', ['-db', '-f', 'haproxy.cfg']))
  },
})

function config(): string {
  const [a, b, c] = lab.serverPorts as readonly [number, number, number]
  return `global
    stats socket ${lab.file('stats.sock')} mode 600 level user
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${lab.port(0)}
    default_backend app
backend app
    balance roundrobin
    server a 127.0.0.1:${a} maxconn 1
    server b 127.0.0.1:${b}
    server c 127.0.0.1:${c}
`
}

test('haproxy: roundrobin passes over a server at its maxconn, and that is not told as a wrong share', { skip, timeout: 60_000 }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(lab.file('stats.sock')), 1000)
  context.after(() => poller.close())
  const { model } = compileConfig(config(), new Map())
  const session = new LiveSession(model, 1000, model)
  const load = startLoad(lab.port(0), 150, () => '/')
  context.after(() => load.stop())
  const verdicts: string[] = []
  let words = ''
  let share = 1
  for (let poll = 0; poll < 9; poll += 1) {
    await sleep(1000)
    const polled = await poller.poll()
    assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
    const { view, alerts } = session.add(polled.value)
    assert.deepEqual(alerts.filter((one) => one.rule === 'share').map((one) => one.sentence), [])
    const { shares } = view.pools.find((pool) => pool.name === 'app') as (typeof view.pools)[number]
    verdicts.push(shares.verdict)
    words = shares.sentence
    share = shares.servers[0]?.share ?? 1
  }
  console.log(`  a took ${Math.round(share * 100)} % instead of 33 %: ${verdicts.join(' ')}: ${words}`)
  assert.ok(share < 0.25, 'far below its share, which would be told without the limit')
  assert.equal(verdicts.at(-1), 'not-tested')
  assert.match(words, /^a of pool app stood at the limit of connections/)
})
