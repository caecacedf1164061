// Writes snapshots without end and prints each id once the store acknowledged it. Killed by history.test.ts.
import { writeSync } from 'node:fs'
import { createHistory } from '#shared/node/history.ts'

const [folder, round] = process.argv.slice(2) as [string, string]
const store = createHistory(folder)
for (let index = 0; index < 5000; index += 1) {
  const bytes = new Uint8Array(Buffer.from(`# ${round} ${index}\n`.repeat(2000)))
  const added = await store.add({
    source: `round-${round}`, title: 't', takenAt: '2026-11-20T10:00:00Z', author: 'a', note: '', dialect: 'haproxy', hash: `${round}-${index}`,
    files: [{ path: 'haproxy.cfg', role: 'config', diskPath: null, bytes }],
  }, 0)
  if (!added.ok) throw new Error(added.failure.message)
  writeSync(1, `${added.value.snapshotId}\n`)
}
