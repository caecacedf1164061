// G12: an hour of 10 000 series at 1 Hz through the real path (snapshot → recorder → file) against row-per-sample SQLite
// (one commit a poll) in the same run. Both keep each poll when the program is killed, and both may lose seconds in a power
// cut: ours is on disk within five seconds, SQLite (write-ahead log, synchronous NORMAL) at its next checkpoint.
//   --ticks 3600   --rows 500 (20 series each)   --moving some|all
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import { readSeries } from '#shared/backend/live/recorded-series.ts'
import { openRecording } from '#shared/backend/live/replay.ts'
import type { Counters, LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { rowKey } from '#shared/live/snapshot.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'
import { seeded } from './generate-graph.ts'
import { figure, load, median, readFlags, timed, verdict } from './measure.ts'

const flags = readFlags()
const ticks = flags.number('ticks', 3600)
const rowCount = flags.number('rows', 500)
const moving = flags.text('moving', 'some')
const seriesPerRow = 20
const folder = mkdtempSync(path.join(tmpdir(), 'recording-bench-'))

/** The synthetic source: pools of nine servers with steady rates and noise. `all`: every number changes in every poll. */
function source(): () => LiveSnapshot {
  const random = seeded(7)
  const state = {
    text: 'UP', health: 'up', admin: 'ready', byAgent: false, inherited: false, weight: 100, initialWeight: 100, throttlePercent: null, backup: false, address: '10.0.0.1:8080', hostName: null, serviceRecord: null,
    check: 'L7OK', checkDetail: 'HTTP status check returned code <3C>200<3E>',
  } as const
  const rates = Array.from({ length: rowCount }, () => 1 + random(60))
  const noisy = (mean: number): number => Math.max(0, Math.round(mean * (0.8 + random(400) / 1000)))
  let rows = rates.map((_, index): LiveRow => {
    const counters: Counters = {
      requests: 0, connections: 0, selections: 0, bytesIn: 0, bytesOut: 0, status1xx: 0, status2xx: 0, status3xx: 0, status4xx: 0, status5xx: 0, statusOther: 0, failedConnections: 0, failedResponses: 0, denied: 0, retries: 0, redispatches: 0,
    }
    const common = { owner: `pool-${Math.floor(index / 10)}`, protocol: 'http', counters, gauges: { sessions: 0, queued: 0, sessionLimit: 1000, responseMs: 20 } } as const
    return index % 10 === 9 ? { kind: 'pool', ...common, algorithm: 'roundrobin', up: true, stateSeconds: 60 } : { kind: 'server', ...common, name: `server-${index}`, state }
  })
  let tick = 0
  return () => {
    tick += 1
    rows = rows.map((row, index): LiveRow => {
      const rate = noisy(rates[index] as number)
      const c = row.counters as { readonly [K in keyof Counters]-?: number }
      const seldom = moving === 'all' ? (): number => 1 + random(4) : (): number => 0
      const [some, few] = [Math.round(rate * random(10) / 100), random(50) === 0 ? 1 : 0]
      const counters: Counters = {
        requests: c.requests + rate, connections: c.connections + noisy(rate / 8) + seldom(), selections: c.selections + rate, bytesIn: c.bytesIn + noisy(rate * 700), bytesOut: c.bytesOut + noisy(rate * 9000), status1xx: c.status1xx + seldom(),
        status2xx: c.status2xx + rate - some - few, status3xx: c.status3xx + some + seldom(), status4xx: c.status4xx + few + seldom(), status5xx: c.status5xx + (random(400) === 0 ? 1 : 0) + seldom(), statusOther: c.statusOther + seldom(),
        failedConnections: c.failedConnections + seldom(), failedResponses: c.failedResponses + seldom(), denied: c.denied + seldom(), retries: c.retries + seldom(), redispatches: c.redispatches + seldom(),
      }
      const gauges = { sessions: Math.round(rate / 4) + random(3), queued: moving === 'all' ? random(9) : 0, sessionLimit: moving === 'all' ? 1000 + random(9) : 1000, responseMs: 18 + random(5) }
      return row.kind === 'pool' ? { ...row, counters, gauges, stateSeconds: 60 + tick } : { ...row, counters, gauges }
    })
    return { product: 'HAProxy', version: '2.6.12', taken: { monotonicMs: tick * 1000 + 0.123, wallMs: 1_700_000_000_000 + tick * 1000 }, readMs: 4.2, bytes: 220_000, epoch: '1@1', uptimeSeconds: 60 + tick, stopping: false, rows }
  }
}

/** CPU time in milliseconds of this process, all threads, kernel included. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function cpuOf(work: () => Promise<void> | void): Promise<number> {
  const before = cpuMs()
  await work()
  return cpuMs() - before
}

async function generateOnly(): Promise<void> {
  const next = source()
  for (let tick = 0; tick < ticks; tick += 1) {
    next()
    if (tick % 50 === 0) await new Promise(setImmediate)
  }
}

const file = path.join(folder, 'hour.lbrec')
let peak = 0
async function record(): Promise<void> {
  const next = source()
  const started = await LiveRecorder.start(nodeRecordings, file, { source: 'bench', product: 'HAProxy', version: null, startedAt: '2026-11-20T14:00:00+00:00', intervalMs: 1000, writer: 'bench', note: '' })
  if (!started.ok) throw new Error(started.failure.message)
  for (let tick = 0; tick < ticks; tick += 1) {
    started.value.poll(next())
    await started.value.drained()
    if (tick % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss)
  }
  await started.value.close()
  const { problem } = started.value.status()
  if (problem !== null) throw new Error(problem.message)
}

function numbersOf({ counters, gauges }: LiveRow): readonly number[] {
  return [...Object.values(counters), ...Object.values(gauges)] as readonly number[]
}

function openStore(name: string, key: string): DatabaseSync {
  const store = new DatabaseSync(path.join(folder, name))
  store.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE sample (time INTEGER, series INTEGER, value REAL, PRIMARY KEY (${key})) WITHOUT ROWID`)
  return store
}

async function store(into: DatabaseSync, count: number): Promise<void> {
  const next = source()
  const insert = into.prepare('INSERT INTO sample VALUES (?, ?, ?)')
  for (let tick = 0; tick < count; tick += 1) {
    const { rows, taken } = next()
    into.exec('BEGIN')
    rows.forEach((row, index) => { numbersOf(row).forEach((value, offset) => { insert.run(taken.wallMs, index * seriesPerRow + offset, value) }) })
    into.exec('COMMIT')
    if (tick % 50 === 0) await new Promise(setImmediate)
  }
}

try {
  console.log(`${rowCount * seriesPerRow} series, ${ticks} ticks, ${moving === 'all' ? 'every number moves' : 'numbers move as on a healthy balancer'}; ${load()}`)
  await generateOnly()
  globalThis.gc?.()
  const baseRss = process.memoryUsage().rss
  const generating = await cpuOf(generateOnly)
  const recording = await cpuOf(record) - generating
  const bytes = statSync(file).size
  console.log(`  recorder: CPU ${figure(recording)} ms = ${figure(recording / ticks)} ms a poll, ${(recording / ticks / 10).toFixed(3)} % of one core at 1 Hz; ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / ticks / rowCount / seriesPerRow).toFixed(2)} bytes a sample; memory +${((peak - baseRss) / 1e6).toFixed(0)} MB at most; generating the polls ${figure(generating)} ms, not counted`)

  const rows = openStore('rows.db', 'time, series')
  const storing = await cpuOf(() => store(rows, ticks)) - generating
  rows.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const rowBytes = statSync(path.join(folder, 'rows.db')).size
  console.log(`  SQLite, key (time, series): CPU ${figure(storing)} ms, ${(rowBytes / 1e6).toFixed(1)} MB`)

  const opened = await nodeRecordings.open(file)
  if (!opened.ok) throw new Error(opened.failure.message)
  const key = rowKey(source()().rows[123] as LiveRow)
  const poolKeys = source()().rows.slice(120, 130).map(rowKey)
  const ask = async (keys: readonly string[]): Promise<{ readonly first: number; readonly usual: number }> => {
    const times: number[] = []
    for (let round = 0; round < 17; round += 1) {
      times.push(await cpuOf(() => {
        const series = readSeries(opened.value, keys)
        if (!series.ok || series.value.wallMs.length !== ticks) throw new Error('the history is not whole')
      }))
    }
    // The engine compiles what it meets for the first few times.
    return { first: times[0] as number, usual: median(times.slice(10)) }
  }
  const select = async (from: number, to: number): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < 3; round += 1) times.push(await cpuOf(() => { rows.prepare('SELECT time, value FROM sample WHERE series BETWEEN ? AND ?').all(from, to) }))
    return median(times)
  }
  const [one, pool] = [await ask([key]), await ask(poolKeys)]
  const [oneRow, poolRows] = [await select(123 * seriesPerRow, 123 * seriesPerRow), await select(120 * seriesPerRow, 130 * seriesPerRow - 1)]
  console.log(`  the whole hour of one row (20 series): CPU ${figure(one.usual)} ms (the first time ${figure(one.first)}); of a pool (200 series): ${figure(pool.usual)} ms (${figure(pool.first)})`)
  console.log(`  SQLite, key (time, series): one series CPU ${figure(oneRow)} ms, a pool ${figure(poolRows)} ms`)
  rows.close()

  const few = Math.min(ticks, 60)
  const ordered = openStore('ordered.db', 'series, time')
  const ordering = (await cpuOf(() => store(ordered, few)) - generating * few / ticks) * ticks / few
  ordered.close()
  console.log(`  SQLite, key (series, time): CPU ${figure(ordering)} ms scaled from the first ${few} ticks, and it grows with the table`)

  const replay = await openRecording({ recordings: nodeRecordings }, file)
  if (!replay.ok) throw new Error(replay.failure.message)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let polls = 0
  let most = 0
  const through = await timed(() => {
    for (const entry of replay.value.entries()) {
      if (entry.kind !== 'poll') continue
      polls += 1
      if (polls % 200 === 0) most = Math.max(most, process.memoryUsage().rss)
    }
  })
  console.log(`  reading it poll by poll: ${polls} polls in ${figure(through)} ms, memory +${((most - before) / 1e6).toFixed(0)} MB at most; problems: ${replay.value.problems.length}`)
  verdict('G12 size', `1/${(rowBytes / bytes).toFixed(1)} (gate 1/10)`, bytes * 10 <= rowBytes)
  verdict('G12 write CPU', `1/${(storing / recording).toFixed(1)} (gate 1/20)`, recording * 20 <= storing)
  verdict('G12 query of one hour', `1/${(oneRow / one.usual).toFixed(1)} for one series, 1/${(poolRows / pool.usual).toFixed(1)} for a pool (gate 1/50)`, one.usual * 50 <= oneRow)
  console.log(`  ${load()}`)
} finally {
  rmSync(folder, { recursive: true })
}
