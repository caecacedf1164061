// G11: one poll of a HAProxy with very many servers, as comma-separated values, against papaparse and against reading the
// file. Both are also measured up to the snapshot that everything after it works with.
//   --rows 50000   --repetitions 9
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import papaparse from 'papaparse'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import { cellTable, type StatTable } from '#shared/live/haproxy/stat-table.ts'
import { describe, figure, interleave, load, median, readFlags, verdict } from './measure.ts'

const flags = readFlags()
const wantedRows = flags.number('rows', 50_000)
const captured = readFileSync(path.resolve(import.meta.dirname, '../fixtures/live/haproxy/healthy.show-stat.csv'), 'utf8').trimEnd().split('\n')
const [header = '', ...rows] = captured
const server = (rows.find((row) => row.startsWith('be_web,s1,')) ?? '').split(',')
const position = new Map(header.slice(2).split(',').map((name, index) => [name, index]))

/** The captured row of one server, as many times as wanted, with names and counters of its own. */
function statistics(count: number): string {
  const lines = [header]
  for (let index = 0; index < count; index += 1) {
    const cells = [...server]
    const set = (name: string, value: string): void => { cells[position.get(name) as number] = value }
    set('pxname', `be_pool_${Math.floor(index / 50)}`)
    set('svname', `server-${index % 50}`)
    for (const name of ['stot', 'req_tot', 'hrsp_2xx', 'lbtot']) set(name, String(1_000_000 + index * 37))
    for (const name of ['bin', 'bout']) set(name, String(5_000_000_000 + index * 4099))
    if (index % 100 === 0) set('last_chk', '"Layer7 check passed, ""fine"""')
    lines.push(cells.join(','))
  }
  return `${lines.join('\n')}\n\n`
}

const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-stats-'))
try {
  const file = path.join(folder, 'stat.csv')
  writeFileSync(file, statistics(wantedRows))
  const poll = { taken: { monotonicMs: 0, wallMs: 0 }, readMs: 0, bytes: 0 }
  const snapshotOf = (stat: StatTable): number => toHaproxySnapshot({ stat, info: null, serversState: null }, poll).rows.length
  let text = readFileSync(file, 'utf8')
  const counts = { own: 0, papaparse: 0, ownPoll: 0, papaparsePoll: 0 }
  const parsed = (): StatTable => {
    const result = parseStatCsv(text)
    if (!result.ok) throw new Error(result.failure.message)
    return result.value
  }
  const theirs = (): string[][] => papaparse.parse<string[]>(text, { skipEmptyLines: true }).data
  const samples = await interleave(flags.number('repetitions', 9), [
    { name: 'read', run: () => { text = readFileSync(file, 'utf8') } },
    { name: 'own', run: () => { counts.own = parsed().size } },
    { name: 'papaparse', run: () => { counts.papaparse = theirs().length - 1 } },
    { name: 'own poll', run: () => { counts.ownPoll = snapshotOf(parsed()) } },
    { name: 'papaparse poll', run: () => { counts.papaparsePoll = snapshotOf(cellTable(position, theirs().slice(1))) } },
  ])
  const [read, own, papa, ownPoll, papaPoll] = samples.map((sample) => median(sample.times)) as [number, number, number, number, number]
  console.log(`${wantedRows} rows of ${position.size} columns, ${figure(Buffer.byteLength(text) / 1e6)} MB; ${load()}`)
  for (const sample of samples) console.log(`  ${sample.name}: ${describe(sample.times)}`)
  console.log(`  rows: ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}`)
  verdict('at least 4 times as fast as papaparse', `${figure(papa / own)} times; up to the snapshot ${figure(papaPoll / ownPoll)} times (papaparse alone against our snapshot: ${figure(papa / ownPoll)})`, papa / own >= 4)
  verdict('at most 5 times as long as reading the file', `${figure(own / read)} times; up to the snapshot ${figure(ownPoll / read)} times`, own / read <= 5)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
