import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { answersOf, everyEighth, requestsPerSecond, seconds, sourceOf, startLoad, useLab, waitForPage, type CountingServer } from './lab.ts'
import { isClose, measure, type Watched } from './measure.ts'

const answer = spawnSync('caddy', ['version'], { encoding: 'utf8' })
const version = answer.error === undefined && answer.status === 0 ? answer.stdout.split(' ')[0]?.trim() ?? 'unknown' : null
const skip = version !== null || balancersRequired ? false : 'NOT RUN: caddy is not installed'

let environment: NodeJS.ProcessEnv = {}

const lab = useLab(skip, {
  ports: 2, servers: 4, answerMs: 5,
  async begin() {
    environment = { ...process.env, HOME: lab.folder, XDG_DATA_HOME: lab.folder, XDG_CONFIG_HOME: lab.folder }
    lab.write('Caddyfile', configOf('# first'))
    await waitForPage(lab.port(1), '/none', lab.start('caddy', ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], { env: environment }))
  },
})

function configOf(remark: string): string {
  const [a, b, c, d] = lab.serverPorts as readonly [number, number, number, number]
  const proxy = (name: string, servers: readonly number[], policy: string): string => `	handle /${name}* {
		reverse_proxy ${servers.map((port) => `127.0.0.1:${port}`).join(' ')} {
			lb_policy ${policy}
			header_down X-Upstream {http.reverse_proxy.upstream.hostport}
			header_down X-Up-Latency {http.reverse_proxy.upstream.latency}
			header_down X-Pool ${name}
		}
	}`
  return `${remark}
{
	admin 127.0.0.1:${lab.port(0)}
	auto_https off
	storage file_system ${lab.file('store')}
	servers {
		metrics
	}
	log default {
		output discard
	}
}
http://:${lab.port(1)} {
	bind 127.0.0.1
	header X-Remark "${remark}"
	log {
		output file ${lab.file('access.json')}
	}
${proxy('app', [a, b, c], 'round_robin')}
${proxy('few', [a, d], 'random')}
	handle {
		respond "none" 200
	}
}
`
}

/** As an operator does it, by the program itself. We only ever read. */
async function reload(): Promise<void> {
  lab.write('Caddyfile', configOf('# second'))
  const child = spawn('caddy', ['reload', '--config', 'Caddyfile', '--adapter', 'caddyfile', '--address', `127.0.0.1:${lab.port(0)}`], { stdio: 'ignore', cwd: lab.folder, env: environment })
  const code = await new Promise<number | null>((resolve) => { child.once('exit', resolve) })
  assert.equal(code, 0)
}

test(`caddy: rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`caddy-log:${lab.file('access.json')}`), 1000)
  context.after(() => poller.close())
  const totals = createPoller(nodeLive, sourceOf(`caddy:http://127.0.0.1:${lab.port(0)}`), 4000)
  const [a, b, c, d] = lab.servers as [CountingServer, CountingServer, CountingServer, CountingServer]
  const watched = (pool: string, backend: CountingServer): Watched => ({ pool, server: `127.0.0.1:${backend.port}`, path: pool, backend })
  const load = startLoad(lab.port(1), requestsPerSecond, everyEighth('/app', '/few'))
  context.after(() => load.stop())
  await sleep(500)
  const first = await totals.poll()
  const started = answersOf(lab.servers)
  let halfway: Promise<void> | null = null
  const outcome = await measure(poller, null, [watched('app', a), watched('app', b), watched('app', c), watched('few', a), watched('few', d)], 'requests', () => { halfway = reload() }, 2000)
  await halfway
  const second = await totals.poll()
  const ended = answersOf(lab.servers)
  const { sent, failed } = await load.stop()
  console.log(`caddy ${version ?? ''}: ${sent} requests sent, ${failed} failed, ${outcome.failures} polls failed, ${outcome.resets} intervals without a rate\n  ${outcome.lines.join('\n  ')}`)
  assert.deepEqual([outcome.failures, outcome.resets], [0, 0])
  for (const tally of outcome.tallies) assert.ok(isClose(tally), outcome.lines.join('\n'))
  for (const { responseMs } of outcome.tallies) assert.ok(responseMs !== null && responseMs >= 4 && responseMs < 200, String(responseMs))
  assert.ok(first.ok && second.ok)
  const requests = Number(second.value.rows[0]?.counters.requests) - Number(first.value.rows[0]?.counters.requests)
  console.log(`  metrics: ${requests} requests against ${ended - started} counted`)
  assert.ok(Math.abs(requests - (ended - started)) <= 0.02 * (ended - started) + 4, `${requests} and ${ended - started}`)
  const servers = second.value.rows.flatMap((row) => (row.kind === 'server' ? [row.name] : []))
  assert.deepEqual(servers, lab.serverPorts.map((port) => `127.0.0.1:${port}`).sort())
})
