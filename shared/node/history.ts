import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { HistoryPort, NewSnapshot, StoredFile } from '#shared/backend/ports.ts'
import type { Snapshot, SourceSummary } from '#shared/rpc/payloads.ts'
import { systemFailure } from './failures.ts'
import { isoWithZone } from './clock.ts'
import type { Database, Row } from './history-sqlite.ts'

const compress = promisify(gzip)

/**
 * Contents are stored once under their SHA-256, compressed; a snapshot is a list of names that point to them.
 * `sequence` orders snapshots of equal time. Only the newest approval of a source makes the last known good.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE blob (hash TEXT PRIMARY KEY, bytes INTEGER NOT NULL, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshot (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, title TEXT NOT NULL, taken_at TEXT NOT NULL,
    author TEXT NOT NULL, note TEXT NOT NULL, dialect TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX snapshot_by_source ON snapshot (source, sequence);
  CREATE TABLE snapshot_file (
    snapshot TEXT NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE, position INTEGER NOT NULL, path TEXT NOT NULL, role TEXT NOT NULL,
    disk_path TEXT, blob TEXT NOT NULL REFERENCES blob (hash), PRIMARY KEY (snapshot, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX snapshot_file_by_blob ON snapshot_file (blob);
  CREATE TABLE approval (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, snapshot TEXT NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE, at TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL
  ) STRICT;
  CREATE INDEX approval_by_snapshot ON approval (snapshot);
  `,
]

const knownGoodSql = 'SELECT approval.snapshot AS id FROM approval JOIN snapshot ON snapshot.id = approval.snapshot WHERE snapshot.source = ? ORDER BY approval.sequence DESC LIMIT 1'

/**
 * The history store of `folder`. Opened with the first use.
 *
 * Errors: a damaged store is renamed aside with the time in its name and reported once as `store-damaged`; the next
 * call starts a new one. Nothing is ever deleted because it cannot be read.
 */
export function createHistory(folder: string): HistoryPort & { readonly close: () => void } {
  const file = path.join(folder, 'history.sqlite')
  let opened: Database | null = null

  async function withDatabase<T>(work: (database: Database) => T | Promise<T>): Promise<Result<T>> {
    const { DamagedDatabase, openDatabase } = await import('./history-sqlite.ts')
    try {
      if (opened === null) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        opened = openDatabase(file, migrations)
      }
      return ok(await work(opened))
    } catch (error) {
      if (error instanceof DamagedDatabase) return setAside(error.message)
      if (error instanceof UnknownSnapshot) return failed('unknown-snapshot', error.message)
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ERR_SQLITE_ERROR') return failed('io', `The history in ${file} could not be used: ${(error as Error).message}.`, file)
      if (opened === null && code === undefined && error instanceof Error) return failed('io', error.message, file)
      return systemFailure(error, file)
    }
  }

  function setAside(reason: string): Result<never> {
    try {
      opened?.close()
    } catch {
      // It is already unusable; only its files matter now.
    }
    opened = null
    const stamp = isoWithZone(new Date()).replace(/[:+]/g, '-')
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, path.join(folder, `history.damaged-${stamp}.sqlite${suffix}`))
    return failed('store-damaged', `The history was damaged (${reason}) and has been set aside as history.damaged-${stamp}.sqlite in ${folder}. A new one is started; the old file can still be examined.`, file)
  }

  return {
    close() {
      opened?.close()
      opened = null
    },
    sources: () => withDatabase((database) =>
      database.all('SELECT source, count(*) AS snapshots, max(sequence) AS last FROM snapshot GROUP BY source ORDER BY last DESC').map((row): SourceSummary => ({
        source: String(row['source']), snapshots: Number(row['snapshots']),
        knownGood: textOrNull(database.one(knownGoodSql, String(row['source']))?.['id']),
        lastChange: String(database.one('SELECT taken_at FROM snapshot WHERE sequence = ?', Number(row['last']))?.['taken_at']),
      }))),
    list: (source) => withDatabase((database) => {
      const good = textOrNull(database.one(knownGoodSql, source)?.['id'])
      return database.all('SELECT * FROM snapshot WHERE source = ? ORDER BY sequence DESC', source).map((row) => toSnapshot(database, row, good))
    }),
    find: (snapshotId) => withDatabase((database) => findSnapshot(database, snapshotId)),
    files: (snapshotId) => withDatabase((database) => {
      findSnapshot(database, snapshotId)
      return database.all('SELECT path, role, disk_path, packed, hash FROM snapshot_file JOIN blob ON blob.hash = snapshot_file.blob WHERE snapshot = ? ORDER BY position', snapshotId).map(toStoredFile)
    }),
    async add(snapshot, keep) {
      const packed = await Promise.all(snapshot.files.map(async (one) => ({ ...one, hash: sha256(one.bytes), packed: await compress(one.bytes, { level: 5 }) })))
      return withDatabase((database) => database.transaction(() => {
        const newest = database.one('SELECT * FROM snapshot WHERE source = ? ORDER BY sequence DESC LIMIT 1', snapshot.source)
        if (newest !== null && newest['hash'] === snapshot.hash && sameNames(database, String(newest['id']), snapshot)) {
          const note = [String(newest['note']), snapshot.note].filter((line) => line !== '').join('\n')
          if (snapshot.note !== '') database.run('UPDATE snapshot SET note = ? WHERE id = ?', note, String(newest['id']))
          return findSnapshot(database, String(newest['id']))
        }
        const id = randomUUID()
        database.run('INSERT INTO snapshot (id, source, title, taken_at, author, note, dialect, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', id, snapshot.source, snapshot.title, snapshot.takenAt, snapshot.author, snapshot.note, snapshot.dialect, snapshot.hash)
        packed.forEach((one, position) => {
          database.run('INSERT INTO blob (hash, bytes, packed) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING', one.hash, one.bytes.length, one.packed)
          database.run('INSERT INTO snapshot_file (snapshot, position, path, role, disk_path, blob) VALUES (?, ?, ?, ?, ?, ?)', id, position, one.path, one.role, one.diskPath, one.hash)
        })
        forgetOldest(database, snapshot.source, keep)
        return findSnapshot(database, id)
      }))
    },
    approve: (snapshotId, approval) => withDatabase((database) => database.transaction(() => {
      findSnapshot(database, snapshotId)
      database.run('INSERT INTO approval (snapshot, at, by, note) VALUES (?, ?, ?, ?)', snapshotId, approval.at, approval.by, approval.note)
      return findSnapshot(database, snapshotId)
    })),
    knownGood: (source) => withDatabase((database) => {
      const id = textOrNull(database.one(knownGoodSql, source)?.['id'])
      return id === null ? null : findSnapshot(database, id)
    }),
  }
}

class UnknownSnapshot extends Error {
  override readonly name = 'UnknownSnapshot'
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const textOrNull = (cell: unknown): string | null => (typeof cell === 'string' ? cell : null)

/** A snapshot by its id or by the first eight or more characters of it, if they name exactly one. */
function findSnapshot(database: Database, snapshotId: string): Snapshot {
  const exact = database.one('SELECT * FROM snapshot WHERE id = ?', snapshotId)
  const rows = exact !== null ? [exact] : snapshotId.length >= 8 ? database.all('SELECT * FROM snapshot WHERE substr(id, 1, ?) = ? LIMIT 2', snapshotId.length, snapshotId) : []
  const row = rows[0]
  if (row === undefined) throw new UnknownSnapshot(`There is no snapshot ${snapshotId} in the history.`)
  if (rows.length > 1) throw new UnknownSnapshot(`${snapshotId} is the beginning of more than one snapshot id; write more of it.`)
  return toSnapshot(database, row, textOrNull(database.one(knownGoodSql, String(row['source']))?.['id']))
}

function toSnapshot(database: Database, row: Row, knownGood: string | null): Snapshot {
  const id = String(row['id'])
  return {
    snapshotId: id, source: String(row['source']), takenAt: String(row['taken_at']), author: String(row['author']), note: String(row['note']), hash: String(row['hash']),
    dialect: String(row['dialect']), isKnownGood: id === knownGood,
    files: database.all('SELECT path, bytes FROM snapshot_file JOIN blob ON blob.hash = snapshot_file.blob WHERE snapshot = ? ORDER BY position', id).map((file) => ({ path: String(file['path']), bytes: Number(file['bytes']) })),
    approvals: database.all('SELECT at, by, note FROM approval WHERE snapshot = ? ORDER BY sequence', id).map((approval) => ({ at: String(approval['at']), by: String(approval['by']), note: String(approval['note']) })),
  }
}

function toStoredFile(row: Row): StoredFile {
  const bytes = new Uint8Array(gunzipSync(row['packed'] as Uint8Array))
  return { path: String(row['path']), role: String(row['role']), diskPath: textOrNull(row['disk_path']), bytes }
}

function sameNames(database: Database, id: string, snapshot: NewSnapshot): boolean {
  const stored = database.all('SELECT path, disk_path FROM snapshot_file WHERE snapshot = ? ORDER BY position', id)
  return stored.length === snapshot.files.length && stored.every((row, index) => row['path'] === snapshot.files[index]?.path && row['disk_path'] === snapshot.files[index]?.diskPath)
}

/** Drops the oldest snapshots of a source above `keep`, but never one that was approved, and contents nobody names any more. */
function forgetOldest(database: Database, source: string, keep: number): void {
  if (keep <= 0) return
  const old = database.all(
    'SELECT id FROM snapshot WHERE source = ? AND id NOT IN (SELECT snapshot FROM approval) AND sequence NOT IN (SELECT sequence FROM snapshot WHERE source = ? ORDER BY sequence DESC LIMIT ?)',
    source, source, keep,
  )
  for (const row of old) database.run('DELETE FROM snapshot WHERE id = ?', String(row['id']))
  if (old.length > 0) database.run('DELETE FROM blob WHERE hash NOT IN (SELECT blob FROM snapshot_file)')
}
