import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from '../haproxy/harness.ts'
import { seconds, sourceOf, startLoad, useLab, waitForFile } from './lab.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
/** What is usual in the mix is known after two minutes; without a campaign only silence is looked at. */
const learnSeconds = seconds >= 60 ? 130 : 36

let config = ''
const lab = useLab(skip, {
  ports: 2, servers: 2, answerMs: 1,
  async begin() {
    const [a, b] = lab.serverPorts as readonly [number, number]
    config = `global
    stats socket ${lab.file('stats.sock')} mode 600 level user
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${lab.port(0)}
    default_backend app
frontend other
    bind 127.0.0.1:${lab.port(1)}
    http-request return status 404 if { path_beg /lost }
    default_backend extra
backend app
    server a 127.0.0.1:${a}
backend extra
    server b 127.0.0.1:${b}
`
    lab.write('haproxy.cfg', config)
    await waitForFile(lab.file('stats.sock'), lab.start('haproxy', ['-db', '-f', 'haproxy.cfg']))
  },
})

test('haproxy: what happens at one listener says nothing of a pool that only another one reaches', { skip, timeout: 300_000 }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(lab.file('stats.sock')), 1000)
  context.after(() => poller.close())
  const model = compileConfig(config, new Map()).model
  const session = new LiveSession(model, 1000, model)
  const told = new Map<string, string>()
  const watch = async (polls: number): Promise<void> => {
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(1000)
      const polled = await poller.poll()
      assert.ok(polled.ok, polled.ok ? '' : polled.failure.message)
      for (const alert of session.add(polled.value).alerts) if (['mix', 'silent'].includes(alert.rule)) told.set(alert.key, [alert.sentence, ...alert.evidence].join(' '))
    }
  }
  const web = startLoad(lab.port(0), 40, () => '/')
  let path = '/'
  let other = startLoad(lab.port(1), 20, () => path)
  context.after(async () => { await Promise.all([web.stop(), other.stop()]) })
  await watch(learnSeconds)
  const more = startLoad(lab.port(0), 160, () => '/')
  context.after(() => more.stop())
  await watch(15)
  assert.deepEqual([...told.values()], [], 'five times the requests at the other listener')
  await other.stop()
  await watch(8)
  assert.deepEqual([...told.values()], [], 'no client of its own listener')
  other = startLoad(lab.port(1), 20, () => path)
  await watch(4)
  path = '/lost'
  await watch(5)
  console.log(`  ${[...told.values()].join('; ')}`)
  assert.deepEqual([...told.keys()], ['silent:extra'])
  assert.match(told.get('silent:extra') ?? '', /while its listener other still gets traffic\..* Its listener other gets \d+ requests\/s/)
})
