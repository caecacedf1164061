import type { Snapshot } from '#shared/rpc/payloads.ts'

/** `2026-11-12 09:00` in the reader's own zone, or the text itself when it is no time. `offsetMinutes` as `Date.getTimezoneOffset` gives it. */
export function toLocalTime(iso: string, offsetMinutes: number): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  return new Date(at - offsetMinutes * 60_000).toISOString().slice(0, 16).replace('T', ' ')
}

/** Which of two snapshots is the older one: it becomes the baseline. */
export function inOrder(snapshots: readonly Snapshot[], picked: readonly string[]): readonly [before: string, after: string] | null {
  const chosen = snapshots.filter((snapshot) => picked.includes(snapshot.snapshotId))
  const [first, second] = chosen
  if (first === undefined || second === undefined || chosen.length !== 2) return null
  const firstIsOlder = Date.parse(first.takenAt) <= Date.parse(second.takenAt)
  // Same instant: the list is newest first.
  return firstIsOlder && first.takenAt !== second.takenAt ? [first.snapshotId, second.snapshotId] : [second.snapshotId, first.snapshotId]
}

/** The snapshot taken before this one, in a list that is newest first. */
export function olderThan(snapshots: readonly Snapshot[], snapshotId: string): Snapshot | null {
  const at = snapshots.findIndex((snapshot) => snapshot.snapshotId === snapshotId)
  return at === -1 ? null : (snapshots[at + 1] ?? null)
}

/** What a snapshot changed against the one before it, in a few words; empty where nobody looked. */
export function changeWords(snapshot: Snapshot): string {
  const change = snapshot.sinceBefore
  if (change === undefined) return ''
  if (change === null) return 'the first one'
  return change.added === 0 && change.removed === 0 ? 'same text' : `+${change.added} −${change.removed} lines`
}
