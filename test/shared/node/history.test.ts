import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NewSnapshot } from '#shared/backend/ports.ts'
import { createHistory } from '#shared/node/history.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-history-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
let next = 0
const newFolder = (): string => path.join(scratch, String(++next))

function snapshotOf(text: string, source = '/etc/haproxy/haproxy.cfg'): NewSnapshot {
  const bytes = new Uint8Array(Buffer.from(text))
  return {
    source, title: 'haproxy.cfg', takenAt: '2026-11-20T10:00:00+01:00', author: 'ada', note: '', dialect: 'haproxy', hash: createHash('sha256').update(bytes).digest('hex'),
    files: [{ path: 'haproxy.cfg', role: 'config', diskPath: source, bytes }],
  }
}

function value<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: { readonly message: string } }): T {
  if (!result.ok) assert.fail(result.failure.message)
  return result.value
}

test('a snapshot comes back byte for byte, also after the store was closed', async () => {
  const folder = newFolder()
  const store = createHistory(folder)
  const bytes = new Uint8Array([0, 255, 10, 13, 0xfe])
  const added = value(await store.add({ ...snapshotOf('x'), files: [{ path: 'a.cfg', role: 'config', diskPath: null, bytes }] }, 0))
  store.close()
  const again = createHistory(folder)
  assert.deepEqual(value(await again.files(added.snapshotId)), [{ path: 'a.cfg', role: 'config', diskPath: null, bytes }])
  assert.equal(value(await again.find(added.snapshotId.slice(0, 8))).snapshotId, added.snapshotId, 'the beginning of an id is enough')
  again.close()
})

test('the same contents twice in a row are one snapshot, and both notes stay', async () => {
  const store = createHistory(newFolder())
  const first = value(await store.add({ ...snapshotOf('a'), note: 'one' }, 0))
  const second = value(await store.add({ ...snapshotOf('a'), note: 'two' }, 0))
  assert.equal(second.snapshotId, first.snapshotId)
  assert.equal(second.note, 'one\ntwo')
  value(await store.add(snapshotOf('b'), 0))
  value(await store.add(snapshotOf('a'), 0))
  assert.equal(value(await store.list('/etc/haproxy/haproxy.cfg')).length, 3, 'going back to old contents is a change of its own')
  store.close()
})

test('the newest approval of a source makes its last known good', async () => {
  const store = createHistory(newFolder())
  const first = value(await store.add(snapshotOf('a'), 0))
  const second = value(await store.add(snapshotOf('b'), 0))
  value(await store.add(snapshotOf('c', 'other'), 0))
  assert.equal(value(await store.knownGood(first.source)), null)
  value(await store.approve(second.snapshotId, { at: '2026-11-20T11:00:00Z', by: 'ada', note: 'load test passed' }))
  value(await store.approve(first.snapshotId, { at: '2026-11-20T12:00:00Z', by: 'bob', note: 'rolled back' }))
  assert.equal(value(await store.knownGood(first.source))?.snapshotId, first.snapshotId)
  const listed = value(await store.list(first.source))
  assert.deepEqual(listed.map((one) => [one.snapshotId === first.snapshotId, one.isKnownGood, one.approvals[0]?.by]), [[false, false, 'ada'], [true, true, 'bob']])
  assert.deepEqual(value(await store.sources()).map((one) => [one.source, one.snapshots, one.knownGood]), [['other', 1, null], [first.source, 2, first.snapshotId]])
  store.close()
})

test('only the newest snapshots are kept, but approved ones always are', async () => {
  const store = createHistory(newFolder())
  const first = value(await store.add(snapshotOf('0'), 3))
  value(await store.approve(first.snapshotId, { at: '2026-11-20T11:00:00Z', by: 'ada', note: '' }))
  for (let index = 1; index <= 6; index += 1) value(await store.add(snapshotOf(String(index)), 3))
  const kept = value(await store.list(first.source))
  assert.equal(kept.length, 4)
  assert.equal(kept.at(-1)?.snapshotId, first.snapshotId)
  store.close()
})

test('a snapshot that does not exist is a plain failure', async () => {
  const store = createHistory(newFolder())
  const found = await store.find('nothing-like-this')
  assert.equal(found.ok, false)
  assert.equal(!found.ok && found.failure.code, 'unknown-snapshot')
  store.close()
})

test('a damaged store is set aside with a message, and a new one is started', async () => {
  const folder = newFolder()
  const store = createHistory(folder)
  value(await store.add(snapshotOf('a'), 0))
  store.close()
  writeFileSync(path.join(folder, 'history.sqlite'), 'this is not a database, it is a poem about one')
  const damaged = createHistory(folder)
  const answer = await damaged.sources()
  assert.equal(!answer.ok && answer.failure.code, 'store-damaged')
  assert.match(answer.ok ? '' : answer.failure.message, /set aside as history\.damaged-/)
  assert.deepEqual(value(await damaged.sources()), [])
  assert.ok(readdirSync(folder).some((name) => name.startsWith('history.damaged-')), 'the old file is still there')
  damaged.close()
})

test('a process killed in the middle of writing loses no snapshot that it had acknowledged', async () => {
  const folder = newFolder()
  const writer = fileURLToPath(new URL('./history-writer.ts', import.meta.url))
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, [writer, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      // Kill at a different moment of each round, while it goes on writing.
      if (printed.split('\n').length > 5 + round * 7) child.kill('SIGKILL')
    })
    const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)))
    assert.equal(signal, 'SIGKILL')
    const acknowledged = printed.split('\n').slice(0, -1)
    assert.ok(acknowledged.length >= 5)
    const store = createHistory(folder)
    const stored = new Set(value(await store.list(`round-${round}`)).map((one) => one.snapshotId))
    for (const id of acknowledged) {
      assert.ok(stored.has(id), `snapshot ${id} was acknowledged and is gone`)
      assert.equal(value(await store.files(id)).length, 1)
    }
    store.close()
  }
})

test('two processes that write at once both get everything in', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const writer = fileURLToPath(new URL('./history-writer.ts', import.meta.url))
  const acknowledged = await Promise.all(['left', 'right'].map(async (round) => {
    const child = spawn(process.execPath, [writer, folder, round], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      if (printed.split('\n').length > 25) child.kill('SIGKILL')
    })
    await new Promise((resolve) => child.on('close', resolve))
    return { round, ids: printed.split('\n').slice(0, -1) }
  }))
  const store = createHistory(folder)
  for (const { round, ids } of acknowledged) {
    assert.ok(ids.length >= 25)
    const stored = new Set(value(await store.list(`round-${round}`)).map((one) => one.snapshotId))
    assert.deepEqual(ids.filter((id) => !stored.has(id)), [])
  }
  store.close()
})
