import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, freePorts, openWorkshop, releasePorts, type Workshop } from '../haproxy/harness.ts'
import { isClose, measure, seconds, startBackend, startLoad, type Backend, type Watched } from './bench.ts'

const answer = spawnSync('caddy', ['version'], { encoding: 'utf8' })
const version = answer.error === undefined && answer.status === 0 ? answer.stdout.split(' ')[0]?.trim() ?? 'unknown' : null
const skip = version !== null || balancersRequired ? false : 'NOT RUN: caddy is not installed'

let workshop: Workshop
let ports: readonly number[] = []
let server: ChildProcess | null = null
let log = ''
let environment: NodeJS.ProcessEnv = {}
const backends: Backend[] = []

before(async () => {
  if (skip !== false) return
  workshop = openWorkshop()
  ports = await freePorts(2)
  for (let index = 0; index < 4; index += 1) backends.push(await startBackend(5))
  log = path.join(workshop.folder, 'access.json')
  environment = { ...process.env, HOME: workshop.folder, XDG_DATA_HOME: workshop.folder, XDG_CONFIG_HOME: workshop.folder }
  writeFileSync(path.join(workshop.folder, 'Caddyfile'), configOf('# first'))
  server = spawn('caddy', ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], { stdio: ['ignore', 'ignore', 'pipe'], cwd: workshop.folder, env: environment })
  let words = ''
  server.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) })
  server.on('error', (error) => { words = error.message })
  for (let tries = 0; tries < 500; tries += 1) {
    if (await fetch(`http://127.0.0.1:${ports[1] as number}/none`).then((response) => response.ok, () => false)) return
    await sleep(20)
  }
  assert.fail(`caddy did not start:\n${words}`)
})

after(async () => {
  if (skip !== false) return
  const ended = new Promise<void>((resolve) => { server?.once('exit', () => { resolve() }) })
  server?.kill('SIGTERM')
  await Promise.race([ended, sleep(5000)])
  server?.kill('SIGKILL')
  for (const backend of backends) backend.close()
  releasePorts(ports)
  workshop.dispose()
})

function configOf(remark: string): string {
  const [a, b, c, d] = backends.map((one) => one.port) as unknown as readonly [number, number, number, number]
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
	admin 127.0.0.1:${ports[0] as number}
	auto_https off
	storage file_system ${workshop.folder}/store
	servers {
		metrics
	}
	log default {
		output discard
	}
}
http://:${ports[1] as number} {
	bind 127.0.0.1
	header X-Remark "${remark}"
	log {
		output file ${log}
	}
${proxy('app', [a, b, c], 'round_robin')}
${proxy('few', [a, d], 'random')}
	handle {
		respond "none" 200
	}
}
`
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string', String(source))
  return source
}

/** As an operator does it, by the program itself. We only ever read. */
async function reload(): Promise<void> {
  writeFileSync(path.join(workshop.folder, 'Caddyfile'), configOf('# second'))
  const child = spawn('caddy', ['reload', '--config', 'Caddyfile', '--adapter', 'caddyfile', '--address', `127.0.0.1:${ports[0] as number}`], { stdio: 'ignore', cwd: workshop.folder, env: environment })
  const code = await new Promise<number | null>((resolve) => { child.once('exit', resolve) })
  assert.equal(code, 0)
}

test(`caddy: rates of each server are within 2 % of what the backends counted, over ${seconds} s with a reload in the middle`, { skip }, async (context) => {
  const poller = createPoller(nodeLive, sourceOf(`caddy-log:${log}`), 1000)
  context.after(() => poller.close())
  const totals = createPoller(nodeLive, sourceOf(`caddy:http://127.0.0.1:${ports[0] as number}`), 4000)
  const [a, b, c, d] = backends as [Backend, Backend, Backend, Backend]
  const watched = (pool: string, backend: Backend): Watched => ({ pool, server: `127.0.0.1:${backend.port}`, path: pool, backend })
  const load = startLoad(ports[1] as number, ['/app', '/few'])
  context.after(() => load.stop())
  await sleep(500)
  const answered = (): number => backends.reduce((sum, one) => sum + [...one.byPool.values()].reduce((total, count) => total + count, 0), 0)
  const first = await totals.poll()
  const started = answered()
  let halfway: Promise<void> | null = null
  const outcome = await measure(poller, null, [watched('app', a), watched('app', b), watched('app', c), watched('few', a), watched('few', d)], 'requests', () => { halfway = reload() }, 2000)
  await halfway
  const second = await totals.poll()
  const ended = answered()
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
  assert.deepEqual(servers, backends.map((one) => `127.0.0.1:${one.port}`).sort())
})
