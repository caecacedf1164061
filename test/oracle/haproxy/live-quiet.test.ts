import assert from 'node:assert/strict'
import { createReadStream, createWriteStream, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { createPoller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { nodeLive } from '#shared/node/live.ts'
import { balancersRequired, compileConfig, findHaproxy } from './harness.ts'
import { drillLoads, startDrill, type DrillLoad } from './live-drill.ts'

/** Minutes of watching the good configs of all drills side by side; `STEELYARD_LIVE_MINUTES=30` is the campaign. */
const written = process.env['STEELYARD_LIVE_MINUTES']
const minutes = Number(written ?? '0.25')
/** In a short run beside other tests answers may truly become slower: a latency alert then says so. */
const isCampaign = written !== undefined
/** Folder that keeps what was polled, or from which it is taken again without waiting. */
const keep = process.env['STEELYARD_LIVE_KEEP']
const replayed = process.env['STEELYARD_LIVE_REPLAY']
const skip = replayed !== undefined || findHaproxy().found || balancersRequired ? false : 'NOT RUN: haproxy is not installed'
const pollMs = 1000

interface Told { readonly polls: number; readonly misses: number; readonly alerts: readonly string[] }
/** A line that is kept: a poll, or why there was none. */
type Kept = LiveSnapshot | { readonly miss: Failure; readonly wallMs: number }

/** Counts every alert, those that only inform as well. */
function countAlerts(config: string): { add(kept: Kept): void; told(): Told } {
  const model = compileConfig(config, new Map()).model
  const session = new LiveSession(model, pollMs, model)
  const told: string[] = []
  let firing = new Set<string>()
  let polls = 0
  let misses = 0
  return {
    add(kept) {
      if ('miss' in kept) misses += 1
      const now = 'miss' in kept ? session.miss(kept.miss, kept.wallMs) : session.add(kept).alerts
      for (const one of now) if (!firing.has(one.key)) told.push(`poll ${polls}: ${one.key}: ${one.sentence}`)
      firing = new Set(now.map((one) => one.key))
      polls += 1
    },
    told: () => ({ polls, misses, alerts: told }),
  }
}

async function watchGood(load: DrillLoad, block: number): Promise<Told> {
  const drill = await startDrill(load, block)
  const zip = keep === undefined ? null : createGzip()
  if (zip !== null) {
    mkdirSync(keep as string, { recursive: true })
    zip.pipe(createWriteStream(path.join(keep as string, `${load.name}.jsonl.gz`)))
    zip.write(`${JSON.stringify({ config: drill.before })}\n`)
  }
  try {
    await sleep(1000)
    drill.startLoad()
    const poller = createPoller(nodeLive, { kind: 'socket', surface: 'haproxy', path: drill.socket, title: drill.socket }, 4000)
    const count = countAlerts(drill.before)
    const started = performance.now()
    for (let next = pollMs; next <= minutes * 60_000; next += pollMs) {
      await sleep(Math.max(0, started + next - performance.now()))
      const polled = await poller.poll()
      // A machine that is busy with other things misses a poll now and then.
      const kept: Kept = polled.ok ? polled.value : { miss: polled.failure, wallMs: Date.now() }
      count.add(kept)
      zip?.write(`${JSON.stringify(kept)}\n`)
    }
    return count.told()
  } finally {
    zip?.end()
    await drill.dispose()
  }
}

async function replayGood(file: string): Promise<Told> {
  let count: ReturnType<typeof countAlerts> | null = null
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    if (count === null) count = countAlerts((JSON.parse(line) as { config: string }).config)
    else count.add(JSON.parse(line) as Kept)
  }
  return count?.told() ?? { polls: 0, misses: 0, alerts: [] }
}

test('the good configs of all drills under load raise no alert', { skip, timeout: 7_200_000 }, async () => {
  const names = replayed === undefined ? Object.keys(drillLoads) : readdirSync(replayed).filter((name) => name.endsWith('.jsonl.gz'))
  const settled = await Promise.allSettled(names.map((name, index) => (replayed === undefined ? watchGood(drillLoads[name as keyof typeof drillLoads], 160 + (process.pid % 8) * 5 + index) : replayGood(path.join(replayed, name)))))
  settled.forEach((one, index) => { console.log(`  ${names[index]}: ${one.status === 'fulfilled' ? `${one.value.polls} polls, ${one.value.misses} of them failed, ${one.value.alerts.length} alerts${one.value.alerts.map((text) => `\n    ${text}`).join('')}` : String(one.reason)}`) })
  for (const one of settled) {
    if (one.status === 'rejected') throw one.reason
    assert.deepEqual(one.value.alerts.filter((text) => isCampaign || replayed !== undefined || !/^poll \d+: latency:/.test(text)), [])
  }
})
