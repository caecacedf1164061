import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { LiveSnapshot, ServerRow } from '#shared/live/snapshot.ts'

const folder = path.resolve(import.meta.dirname, '../../fixtures/live')

/** A captured answer as text; names that end in `.gz` are unpacked. */
export function captured(name: string): string {
  const bytes = readFileSync(path.join(folder, name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export function vectors<T>(name: string): T {
  return JSON.parse(captured(`vectors/${name}.json`)) as T
}

/** The poll that was captured as `haproxy/<name>`, as if read at `atMs`. */
export function capturedPoll(name: string, atMs = 0): LiveSnapshot {
  const stat = parseStatCsv(captured(`haproxy/${name}.show-stat.csv`))
  if (!stat.ok) throw new Error(stat.failure.message)
  const answers = { stat: stat.value, info: captured(`haproxy/${name}.show-info.txt`), serversState: captured(`haproxy/${name}.show-servers-state.txt`) }
  return toHaproxySnapshot(answers, { taken: { monotonicMs: atMs, wallMs: 1_700_000_000_000 + atMs }, readMs: 1, bytes: 0 })
}

export function serverOf(snapshot: LiveSnapshot, pool: string, name: string): ServerRow {
  const found = snapshot.rows.find((row): row is ServerRow => row.kind === 'server' && row.owner === pool && row.name === name)
  if (found === undefined) throw new Error(`no server ${pool}/${name}`)
  return found
}
