import assert from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from '../haproxy/harness.ts'
import { everyEighth, requestsPerSecond, seconds, sourceOf, startLoad, twoPools, useLab, waitForPage, type CountingServer, type Program } from './lab.ts'
import { isClose, measure, type Watched } from './measure.ts'

const found = findHaproxy()
const skip = found.found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'

let master: Program
let config = ''

const lab = useLab(skip, {
  ports: 1, servers: 4, answerMs: 5,
  async begin() {
    config = twoPools({ port: lab.port(0), servers: lab.serverPorts, few: 'leastconn', global: ['log stdout format raw local0 info'], defaults: ['log global', 'option httplog'] })
    lab.write('haproxy.cfg', config)
    const stdout = openSync(lab.file('haproxy.log'), 'a')
    master = lab.start('haproxy', ['-W', '-db', '-f', 'haproxy.cfg', '-p', 'pid'], { stdout })
    closeSync(stdout)
    await waitForPage(lab.port(0), '/none', master)
  },
})

test(`haproxy’s log: rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`haproxy-log:${lab.file('haproxy.log')}`), 1000)
  context.after(() => poller.close())
  const [a, b, c, d] = lab.servers as [CountingServer, CountingServer, CountingServer, CountingServer]
  const servers: readonly Watched[] = [['app', 'a', a], ['app', 'b', b], ['app', 'c', c], ['few', 'a', a], ['few', 'd', d]].map(([pool, server, backend]) => ({ pool, server, path: pool, backend }) as Watched)
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/app', '/few'))
  context.after(() => load.stop())
  await sleep(500)
  const outcome = await measure(poller, compileConfig(config, new Map()).model, servers, 'requests', () => { master.process.kill('SIGUSR2') })
  const { sent, failed } = await load.stop()
  console.log(`haproxy ${found.found ? found.version : ''}, log: ${sent} requests sent, ${failed} failed, ${outcome.failures} polls failed, ${outcome.resets} intervals without a rate\n  ${outcome.lines.join('\n  ')}\n  verdicts: ${outcome.verdicts.join(', ')}`)
  assert.deepEqual([outcome.failures, outcome.resets], [0, 0])
  for (const tally of outcome.tallies) assert.ok(isClose(tally), outcome.lines.join('\n'))
  assert.ok(outcome.verdicts.every((verdict) => /as-expected|few$/.test(verdict)), outcome.verdicts.join())
  assert.deepEqual(outcome.last?.drift, [])
})
