import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { Snapshot } from '#shared/rpc/payloads.ts'
import { countChanges, diffTerminatedLines } from '#shared/text/line-diff.ts'
import type { Ports, StoredFile } from './ports.ts'

/** Only this many of the newest snapshots are compared with the one before, and only up to this size: a list must open at once. */
const comparedSnapshots = 40
const comparedBytes = 4 * 1024 * 1024

/**
 * The snapshots of one source, newest first as given, each with how many lines it changed against the one before.
 * Units: lines, over all files of the snapshot; a file on one side only counts whole.
 */
export async function withChanges(ports: Ports, snapshots: readonly Snapshot[], cancelled: () => boolean): Promise<Result<readonly Snapshot[]>> {
  const answer: Snapshot[] = []
  let newer: readonly StoredFile[] | null = null
  for (const [at, snapshot] of snapshots.entries()) {
    const older = snapshots[at + 1]
    if (older === undefined) {
      answer.push({ ...snapshot, sinceBefore: null })
      continue
    }
    const small = sizeOf(snapshot) <= comparedBytes && sizeOf(older) <= comparedBytes
    if (at >= comparedSnapshots || !small || cancelled()) {
      answer.push(snapshot)
      newer = null
      continue
    }
    if (snapshot.hash === older.hash) {
      answer.push({ ...snapshot, sinceBefore: { added: 0, removed: 0 } })
      newer = null
      continue
    }
    const after: Result<readonly StoredFile[]> = newer === null ? await ports.history.files(snapshot.snapshotId) : ok(newer)
    const before = await ports.history.files(older.snapshotId)
    // Files that cannot be read are named when the snapshot is opened; the list stays whole.
    answer.push(after.ok && before.ok ? { ...snapshot, sinceBefore: changesOf(ports, before.value, after.value) } : snapshot)
    newer = before.ok ? before.value : null
    await ports.clock.breathe()
  }
  return ok(answer)
}

const sizeOf = (snapshot: Snapshot): number => snapshot.files.reduce((sum, file) => sum + file.bytes, 0)

function changesOf(ports: Ports, before: readonly StoredFile[], after: readonly StoredFile[]): { readonly added: number; readonly removed: number } {
  const textOf = (files: readonly StoredFile[], path: string): string => {
    const file = files.find((one) => one.path === path)
    return file === undefined ? '' : ports.bytes.decode(file.bytes).text
  }
  let added = 0
  let removed = 0
  for (const path of new Set([...before, ...after].map((file) => file.path))) {
    const change = countChanges(diffTerminatedLines(textOf(before, path), textOf(after, path)))
    added += change.added
    removed += change.removed
  }
  return { added, removed }
}
