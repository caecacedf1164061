import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { toPair } from '#shared/backend/pairs.ts'
import { provePair } from '#shared/backend/prove.ts'
import { nodeBalancer } from '#shared/node/balancer.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'
import { balancersRequired, findHaproxy } from './harness.ts'
import { isOurs, loadText, ports, prove, request, slowConfig, witness } from './prove-support.ts'

const server = findHaproxy()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : process.platform === 'linux' ? false : 'NOT RUN: these tests look into /proc'
const options = { skip, timeout: 150_000 }
const prefix = 'steelyard-prove-'
const runner = fileURLToPath(new URL('./prove-runner.ts', import.meta.url))

interface Started {
  readonly pid: number
  readonly folder: string
  readonly name: string
}

/** Processes that stand in a folder of a run. */
function startedProcesses(): readonly Started[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name): Started[] => {
    try {
      const folder = readlinkSync(`/proc/${name}/cwd`).replace(/ \(deleted\)$/, '')
      if (!path.basename(folder).startsWith(prefix)) return []
      return [{ pid: Number(name), folder, name: readFileSync(`/proc/${name}/comm`, 'utf8').trim() }]
    } catch {
      // It has ended meanwhile.
      return []
    }
  })
}

const isAlive = (one: Started): boolean => startedProcesses().some((other) => other.pid === one.pid)

/**
 * Watches what this test starts from now on. Processes are kept by what they were when last seen: a look may fall between
 * the start of a process and its becoming the balancer.
 */
function watchRun(): { readonly runs: () => boolean; readonly met: () => readonly Started[] } {
  const before = new Set(startedProcesses().map((one) => one.pid))
  const met = new Map<number, Started>()
  return {
    runs: () => {
      for (const one of startedProcesses()) if (!before.has(one.pid) && isOurs(String(one.pid))) met.set(one.pid, one)
      return [...met.values()].some((one) => one.name === 'haproxy')
    },
    met: () => [...met.values()],
  }
}

async function until(what: string, holds: () => boolean, limitMs = 45_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!holds()) {
    assert.ok(Date.now() < deadline, `in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A config that reaches out in every way it can without running anything. */
const talkative = `global
  log 192.0.2.250:514 local0
  stats socket /tmp/never.sock mode 600
  server-state-file /var/lib/haproxy/state
  user haproxy
  chroot /var/empty
  pidfile /tmp/never.pid
resolvers dns
  nameserver one 192.0.2.53:53
  parse-resolv-conf
peers cluster
  peer lb1 192.0.2.101:10000
mailers mta
  mailer one 192.0.2.25:25
ring buffer
  format raw
  server sink 192.0.2.26:514
log-forward syslog
  dgram-bind 127.0.0.1:1514
  log 192.0.2.250:514 local0
defaults
  mode http
  log global
  option httplog
  option httpchk GET /health
  load-server-state-from-file global
  email-alert mailers mta
  source 192.0.2.9
frontend web
  bind :80
  bind unix@/tmp/never-web.sock
  log 192.0.2.251:514 local1
  stick-table type ip size 1k peers cluster
  http-request track-sc0 src
  default_backend b
backend b
  http-check connect addr 192.0.2.77 port 99
  default-server check inter 10ms agent-check agent-port 9999 agent-addr 192.0.2.78
  server one app.internal:80 resolvers dns init-addr none check addr 192.0.2.79 port 1
  server two 192.0.2.2:80 track b/one source 192.0.2.8 usesrc clientip
  server-template tpl 3 tpl.internal:80 resolvers dns
`

/** HAProxy binds a socket beside its place and moves it there (source: `sock_unix.c`, `.PID.tmp`, `.PID.bak`). */
const boundName = (name: string): string => name.replace(/\.\d+\.(?:tmp|bak)$/, '')

function whileItRuns(look: () => void): void {
  try {
    look()
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

test('the started balancer has no network, no rights, and nothing open but sockets in its folder', options, async () => {
  const config = await loadText(talkative)
  const seen = new Set(startedProcesses().map((one) => one.pid))
  const looks: { readonly devices: string; readonly sockets: string; readonly uid: string; readonly unix: readonly string[] }[] = []
  const look = (): boolean => {
    for (const one of startedProcesses().filter((other) => other.name === 'haproxy' && !seen.has(other.pid) && isOurs(String(other.pid)))) {
      const read = (file: string): string => readFileSync(`/proc/${one.pid}/${file}`, 'utf8')
      // One that ends while it is looked at tells nothing.
      whileItRuns(() => looks.push({
        devices: read('net/dev').split('\n').slice(2).map((line) => line.split(':')[0]?.trim() ?? '').filter((name) => name !== '').join(' '),
        sockets: ['tcp', 'tcp6', 'udp', 'udp6'].map((kind) => read(`net/${kind}`).trim().split('\n').slice(1).join('')).join(''),
        uid: /^Uid:\s+(\d+)/m.exec(read('status'))?.[1] ?? '',
        unix: readdirSync(one.folder).map(boundName),
      }))
    }
    return false
  }
  const answer = await provePair(ports, toPair(config, config), [1, 2, 3].map((number) => witness(config, config, `w${number}`, request({ path: `/${number}` }))), { cancelled: look })
  assert.ok(answer.ok)
  assert.equal(answer.value.state, 'proved', `${answer.value.sentence} ${JSON.stringify(answer.value.witnesses)}`)
  assert.ok(looks.length > 0, 'the process was seen')
  const isolated = answer.value.replaced.some((one) => one.includes('network namespace of its own, which has no way out'))
  for (const one of looks) {
    assert.notEqual(one.uid, '0')
    if (isolated) assert.deepEqual([one.devices, one.sockets], ['lo', ''])
  }
  // A look may fall between two sockets while one of the two servers starts or ends: what was seen at any time counts.
  assert.deepEqual([...new Set(looks.flatMap((one) => one.unix.filter((name) => name.startsWith('l'))))].sort(), ['l0', 'l1', 'lr'])
  for (const name of ['/tmp/never.sock', '/tmp/never.pid', '/tmp/never-web.sock']) assert.equal(existsSync(name), false, name)
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

test('system calls: everything that is bound or connected is a socket in the folder', { ...options, skip: skip === false && !hasStrace ? 'NOT RUN: strace is not installed' : skip }, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steelyard-strace-'))
  const log = path.join(folder, 'log')
  const real = spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v haproxy'], { encoding: 'utf8' }).stdout.trim()
  chmodSync(folder, 0o777)
  writeFileSync(path.join(folder, 'haproxy'), `#!/bin/sh\nexec strace -f -qq -e trace=%network,execve -o ${log}.$$ ${real} "$@"\n`, { mode: 0o755 })
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before ?? ''}`
  try {
    const config = await loadText(talkative)
    const report = await prove(config, config, [witness(config, config, 'one', request({ path: '/' }))])
    assert.equal(report.state, 'proved', report.sentence)
    const calls = readdirSync(folder).filter((name) => name.startsWith('log.')).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    const addressed = calls.filter((line) => /\b(?:bind|connect|sendto|sendmsg)\(/.test(line) && /sa_family/.test(line))
    assert.ok(addressed.some((line) => line.includes('bind(')) && addressed.some((line) => line.includes('connect(')), calls.join('\n'))
    for (const line of addressed) assert.match(line, /sa_family=AF_UNIX, sun_path="[ls](?:\d+|r)(?:\.\d+\.tmp)?"/, line)
    assert.equal(calls.filter((line) => /\bexecve\(/.test(line)).length, calls.filter((line) => line.includes(`execve("${real}"`)).length)
  } finally {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true, force: true })
  }
})

test('killed while it runs: no process and no folder remain', options, async () => {
  const run = watchRun()
  const child = spawn(process.execPath, [runner, 'slow'], { stdio: 'ignore', cwd: '/' })
  await until('the balancer runs', run.runs)
  // In the middle of a request that is never answered.
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(run.runs(), 'also what was started meanwhile is met')
  child.kill('SIGKILL')
  await until('everything has ended', () => run.met().every((one) => !isAlive(one)))
  await until('the folders are gone', () => run.met().every((one) => !existsSync(one.folder)))
})

test('a signal to the whole group, as from a terminal, leaves nothing either', options, async () => {
  const run = watchRun()
  const child = spawn(process.execPath, [runner, 'slow'], { stdio: 'ignore', cwd: '/', detached: true })
  await until('the balancer runs', run.runs)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await until('everything has ended', () => run.met().every((one) => !isAlive(one) && !existsSync(one.folder)))
})

test('the thread of the engine ends while it runs: nothing remains', options, async () => {
  const run = watchRun()
  const worker = new Worker(runner, { argv: ['slow'], stdout: true, stderr: true })
  await until('the balancer runs', run.runs)
  await worker.terminate()
  await until('everything has ended', () => run.met().every((one) => !isAlive(one) && !existsSync(one.folder)))
})

test('cancelled while it runs: the call ends soon, and nothing remains', options, async () => {
  const { config, slow } = await slowConfig()
  const run = watchRun()
  let since: number | null = null
  let cancelledAt = 0
  const answer = await provePair(ports, toPair(config, config), slow, {
    cancelled: () => {
      if (run.runs()) since ??= Date.now()
      if (since === null || Date.now() - since < 300) return false
      cancelledAt ||= Date.now()
      return true
    },
  })
  assert.equal(answer.ok ? 'ok' : answer.failure.code, 'cancelled')
  assert.ok(Date.now() - cancelledAt < 1000, `${Date.now() - cancelledAt} ms`)
  await until('everything has ended', () => run.met().every((one) => !isAlive(one) && !existsSync(one.folder)))
})

test('time is bounded: what does not fit is not asked, and says so', options, async () => {
  const { config, slow } = await slowConfig()
  const limited = { ...ports, balancer: { ...nodeBalancer, replay: (...[run, , cancelled]: Parameters<typeof nodeBalancer.replay>) => nodeBalancer.replay(run, 3500, cancelled) } }
  const answer = await provePair(limited, toPair(config, config), slow, { cancelled: () => false })
  assert.ok(answer.ok)
  assert.equal(answer.value.state, 'disagrees')
  assert.equal(answer.value.witnesses[0]?.before.observed, 'no answer in time')
  assert.equal(answer.value.witnesses[3]?.agrees, null)
  assert.match(answer.value.witnesses[3]?.note ?? '', /The time was over/)
})

test('works for a user without rights', { ...options, skip: skip === false && process.getuid?.() !== 0 ? 'NOT RUN: this run has no rights already' : skip }, () => {
  const done = spawnSync(process.execPath, [runner], { encoding: 'utf8', uid: 65_534, gid: 65_534, cwd: '/', env: { PATH: process.env['PATH'] ?? '' } })
  assert.equal(done.status, 0, done.stderr)
  const report = JSON.parse(done.stdout) as ProofReport
  assert.equal(report.state, 'proved', report.sentence)
})

test('without a balancer the answer says so', options, async () => {
  const config = await loadText('defaults\n mode http\nfrontend f\n bind :80\n')
  const without = { ...ports, balancer: { ...nodeBalancer, version: () => nodeBalancer.version('steelyard-no-such-balancer', ['-v']) } }
  const answer = await provePair(without, toPair(config, config), [witness(config, config, 'one', request({}))], { cancelled: () => false })
  assert.ok(answer.ok)
  assert.deepEqual([answer.value.state, answer.value.product], ['unavailable', null])
  assert.match(answer.value.sentence, /not installed here/)
})
