import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ports } from '#shared/backend/ports.ts'
import { withChanges } from '#shared/backend/history-changes.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import type { Snapshot } from '#shared/rpc/payloads.ts'
import { nodeBytes } from '#shared/node/bytes.ts'

type Files = Readonly<Record<string, string>>

/** Newest first, as the store lists them. */
function listOf(contents: readonly Files[], bytes = 10): { readonly snapshots: readonly Snapshot[]; readonly ports: Ports; readonly read: string[] } {
  const read: string[] = []
  const snapshots = contents.map((files, at): Snapshot => ({
    snapshotId: `s${at}`, source: 'lb', takenAt: '2026-11-20T09:00:00Z', author: '', note: '', hash: JSON.stringify(files), dialect: 'haproxy',
    files: Object.keys(files).map((path) => ({ path, bytes })), approvals: [], isKnownGood: false,
  }))
  const ports = {
    bytes: nodeBytes,
    clock: { breathe: () => Promise.resolve() },
    history: {
      files(snapshotId: string) {
        read.push(snapshotId)
        return Promise.resolve(ok(Object.entries(contents[Number(snapshotId.slice(1))] as Files).map(([path, text]) => ({ path, role: 'config', diskPath: null, bytes: Buffer.from(text) }))))
      },
    },
  } as unknown as Ports
  return { snapshots, ports, read }
}

const changes = async (contents: readonly Files[], bytes?: number, cancelled = false): Promise<readonly unknown[]> => {
  const { snapshots, ports } = listOf(contents, bytes)
  const listed = await withChanges(ports, snapshots, () => cancelled)
  return listed.ok ? listed.value.map((one) => ('sinceBefore' in one ? one.sinceBefore : 'not looked at')) : []
}

test('each snapshot says how many lines it changed against the one before, the first one says so', async () => {
  assert.deepEqual(await changes([{ a: 'x\ny2\nz\n' }, { a: 'x\ny\n' }]), [{ added: 2, removed: 1 }, null])
})

test('the same contents again are the same text', async () => {
  assert.deepEqual(await changes([{ a: 'x\n' }, { a: 'x\n' }, { a: 'y\n' }]), [{ added: 0, removed: 0 }, { added: 1, removed: 1 }, null])
})

test('a file that came or went counts whole', async () => {
  assert.deepEqual(await changes([{ a: 'x\n', b: '1\n2\n' }, { a: 'x\n', c: '3\n' }]), [{ added: 2, removed: 1 }, null])
})

test('large snapshots and a list nobody waits for are not looked at', async () => {
  assert.deepEqual(await changes([{ a: 'x\n' }, { a: 'y\n' }], 5_000_000), ['not looked at', null])
  assert.deepEqual(await changes([{ a: 'x\n' }, { a: 'y\n' }], 10, true), ['not looked at', null])
})

test('each snapshot is read once', async () => {
  const { snapshots, ports, read } = listOf([{ a: '1\n' }, { a: '2\n' }, { a: '3\n' }])
  await withChanges(ports, snapshots, () => false)
  assert.deepEqual(read.toSorted(), ['s0', 's1', 's2'])
})
