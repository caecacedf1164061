import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBackend } from '#shared/backend/create-backend.ts'
import { usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import { readRecording } from '#shared/live/recording/read-recording.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import { configOfPools, startFakeBalancer, type FakeBalancer } from '#test/support/fake-balancer.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-watched-'))
const balancers: FakeBalancer[] = []
after(async () => {
  for (const one of balancers) await one.close()
  rmSync(scratch, { recursive: true, force: true })
})
const backend = createBackend(createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(scratch, 'data') }, () => undefined))
const call = { cancelled: () => false }
const options = { dialect: null, root: null, environment: {}, version: null }
const pools = [{ name: 'api', rates: [30, 30] }]

interface Watched {
  readonly balancer: FakeBalancer
  readonly sessionId: string
  readonly record: string
  /** Asks until the session is as wanted. */
  readonly until: (is: (info: LiveSessionInfo) => boolean) => Promise<LiveSessionInfo>
}

async function watch(name: string, config: string | null, hours: number): Promise<Watched> {
  const [socket, record] = [path.join(scratch, `${name}.sock`), path.join(scratch, `${name}.lbrec`)]
  const balancer = await startFakeBalancer(socket, pools)
  balancers.push(balancer)
  const loaded = config === null ? null : await backend['config.load']({ input: { kind: 'path', path: config }, options }, call)
  const started = await backend['live.start']({ source: socket, configId: loaded?.ok === true ? loaded.value.configId : null, knownGoodId: null, intervalMs: 500, pastMinutes: 0, options, alerts: '', record: { path: record, limits: { ...usualRecordingLimits, hours } } }, call)
  assert.ok(started.ok, started.ok ? '' : started.failure.message)
  const { sessionId } = started.value as LiveSessionInfo
  const until: Watched['until'] = async (is) => {
    for (const endMs = Date.now() + 20_000; ;) {
      const info = await backend['live.session']({ sessionId }, call)
      assert.ok(info.ok)
      if (is(info.value)) return info.value
      assert.ok(Date.now() < endMs, JSON.stringify(info.value))
      await sleep(50)
    }
  }
  return { balancer, sessionId, record, until }
}

test('a recording of the app ends at the limit that was set, and the watching goes on', async () => {
  const { sessionId, until } = await watch('short', null, 0.0001)
  const full = await until((info) => (info.recording?.problem ?? null) !== null)
  assert.match(full.recording?.problem ?? '', /short\.lbrec reached its limit of .*: nothing more is recorded\./)
  const nextAfter = (one: LiveSessionInfo): Promise<LiveSessionInfo> => until((info) => (info.range?.toMs ?? 0) > (one.range?.toMs ?? 0))
  // The end of the file is written meanwhile.
  const later = await nextAfter(full)
  assert.equal((await nextAfter(later)).recording?.bytes, later.recording?.bytes)
  await backend['live.stop']({ sessionId }, call)
})

test('after a reload the config of then counts, in the recording as well; one that cannot be read changes nothing and is said', async () => {
  const config = path.join(scratch, 'haproxy.cfg')
  writeFileSync(config, configOfPools(pools))
  const { balancer, sessionId, record, until } = await watch('reloaded', config, 168)
  const first = await until((info) => info.running !== null)
  writeFileSync(config, `${configOfPools(pools)}    server s3 192.0.2.3:8000 check\n`)
  balancer.restart()
  const second = await until((info) => info.running?.hash !== first.running?.hash)
  assert.deepEqual([second.running?.counts.servers, second.problems], [3, []])
  unlinkSync(config)
  balancer.restart()
  const third = await until((info) => info.problems.length > 0)
  assert.equal(third.running?.hash, second.running?.hash)
  assert.match(third.problems[0] ?? '', /haproxy\.cfg.* What was read before the reload still counts\.$/)
  await backend['live.stop']({ sessionId }, call)
  await sleep(200)
  const recording = readRecording(readFileSync(record))
  assert.ok(recording.ok)
  assert.deepEqual(recording.value.configs.map((one) => [one.role, one.hash]), [['running', first.running?.hash], ['known-good', first.running?.hash], ['running', second.running?.hash]])
})
