import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { answersOf, everyEighth, requestsPerSecond, seconds, sourceOf, startLoad, useLab, waitForPage, type CountingServer, type Program } from './lab.ts'
import { isClose, measure, type Watched } from './measure.ts'

const modules = '/usr/lib/apache2/modules'
const answer = spawnSync('apache2', ['-v'], { encoding: 'utf8' })
const version = answer.error === undefined && answer.status === 0 && existsSync(`${modules}/mod_lbmethod_byrequests.so`) ? /Apache\/(\S+)/.exec(answer.stdout)?.[1] ?? 'unknown' : null
const skip = version !== null || balancersRequired ? false : 'NOT RUN: apache2 is not installed'

let server: Program

const lab = useLab(skip, {
  ports: 1, servers: 4, answerMs: 5,
  async begin() {
    lab.write('apache.conf', configOf(lab.serverPorts, lab.port(0), lab.folder))
    server = lab.start('apache2', ['-f', lab.file('apache.conf'), '-DFOREGROUND'])
    await waitForPage(lab.port(0), '/server-status?auto', server)
  },
})

function configOf(servers: readonly number[], port: number, folder: string): string {
  const [a, b, c, d] = servers as readonly [number, number, number, number]
  const loaded = ['mpm_event', 'authz_core', 'authz_host', 'proxy', 'proxy_http', 'proxy_balancer', 'slotmem_shm', 'lbmethod_byrequests', 'lbmethod_bybusyness', 'status']
  return `ServerRoot ${folder}
PidFile ${folder}/httpd.pid
DefaultRuntimeDir ${folder}
Listen 127.0.0.1:${port}
ServerName 127.0.0.1
${loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup\n' : ''}ErrorLog ${folder}/error.log
ExtendedStatus On
ProxyStatus On
StartServers 2
ThreadsPerChild 25
MaxRequestWorkers 100
MinSpareThreads 25
MaxSpareThreads 75
KeepAlive On
MaxKeepAliveRequests 0
<Proxy balancer://app>
  BalancerMember http://127.0.0.1:${a} loadfactor=2
  BalancerMember http://127.0.0.1:${b}
  BalancerMember http://127.0.0.1:${c}
  ProxySet lbmethod=byrequests
</Proxy>
<Proxy balancer://few>
  BalancerMember http://127.0.0.1:${a}
  BalancerMember http://127.0.0.1:${d}
  ProxySet lbmethod=bybusyness
</Proxy>
ProxyPass /app balancer://app/app
ProxyPass /few balancer://few/few
<Location /server-status>
  SetHandler server-status
  Require local
</Location>
<Location /balancer-manager>
  SetHandler balancer-manager
  Require local
</Location>
`
}

test(`apache: tries of each server are within 2 % of what the backends counted, over ${seconds} s with a graceful restart in the middle`, { skip }, async (context) => {
  const page = `http://127.0.0.1:${lab.port(0)}`
  const poller = createPoller(nodeLive, sourceOf(`apache:${page}/balancer-manager`), 1000)
  const status = createPoller(nodeLive, sourceOf(`apache-status:${page}/server-status`), 1000)
  const [a, b, c, d] = lab.servers as [CountingServer, CountingServer, CountingServer, CountingServer]
  const watched = (pool: string, backend: CountingServer): Watched => ({ pool: `balancer://${pool}`, server: `http://127.0.0.1:${backend.port}`, path: pool, backend })
  const load = startLoad(lab.port(0), requestsPerSecond, everyEighth('/app', '/few'))
  context.after(() => load.stop())
  await sleep(500)
  const first = await status.poll()
  const started = answersOf(lab.servers)
  const outcome = await measure(poller, null, [watched('app', a), watched('app', b), watched('app', c), watched('few', a), watched('few', d)], 'selections', () => { server.process.kill('SIGUSR1') })
  const second = await status.poll()
  const ended = answersOf(lab.servers)
  const { sent, failed } = await load.stop()
  console.log(`apache ${version ?? ''}: ${sent} requests sent, ${failed} failed, ${outcome.failures} polls failed, ${outcome.restarts} restart seen, ${outcome.resets} intervals without a rate\n  ${outcome.lines.join('\n  ')}\n  verdicts: ${outcome.verdicts.join(', ')}`)
  // While it restarts, Apache may let a question wait for longer than a poll may take.
  assert.ok(outcome.failures <= 2)
  assert.equal(outcome.restarts, 1)
  assert.ok(outcome.resets >= 5)
  for (const tally of outcome.tallies) assert.ok(isClose(tally), outcome.lines.join('\n'))
  assert.ok(outcome.verdicts.every((verdict) => /as-expected|few$/.test(verdict)), outcome.verdicts.join())
  assert.ok(first.ok && second.ok)
  // Totals go on over a graceful restart; the polls themselves are among them.
  const accesses = Number(second.value.rows[0]?.counters.requests) - Number(first.value.rows[0]?.counters.requests)
  console.log(`  server-status: ${accesses} requests against ${ended - started} counted, polls among them`)
  assert.ok(Math.abs(accesses - (ended - started) - seconds * 2) <= 0.02 * (ended - started) + 20, `${accesses} and ${ended - started}`)
  assert.notEqual(second.value.generation, first.value.generation)
})

test('apache: a balancer that gets nothing any more is told, though only tries are counted and no listeners', { skip, timeout: 120_000 }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`apache:http://127.0.0.1:${lab.port(0)}/balancer-manager`), 1000)
  context.after(() => poller.close())
  const session = new LiveSession(null, 1000, null)
  let most = '/app'
  const load = startLoad(lab.port(0), 40, (count) => (count % 8 === 0 ? '/few' : most))
  context.after(() => load.stop())
  const told = new Map<string, string>()
  const watch = async (polls: number): Promise<void> => {
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(1000)
      const polled = await poller.poll()
      if (!polled.ok) continue
      for (const alert of session.add(polled.value).alerts) told.set(alert.key, alert.sentence)
    }
  }
  await watch(36)
  assert.deepEqual([...told.keys()], [])
  // As if a rule for it were lost: Apache answers by itself.
  most = '/nothing-here'
  await watch(5)
  console.log(`  ${[...told.values()].join('; ')}`)
  assert.deepEqual([...told.keys()], ['silent:balancer://app'])
  assert.match(told.get('silent:balancer://app') ?? '', /has received nothing for \d s \(usual: 3\d tries\/s\), while the other pool still gets traffic\.$/)
})
