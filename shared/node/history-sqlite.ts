import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** Values that SQLite takes and gives. */
export type Cell = string | number | Uint8Array | null
export type Row = Readonly<Record<string, Cell>>

/**
 * The only place that knows which SQLite library is used.
 *
 * Everything is synchronous. `transaction` is all or nothing, and once it returns its writes are on disk: with
 * `synchronous = FULL` the write-ahead log is flushed at every commit.
 * Source: SQLite documentation, "Write-Ahead Logging" and pragma "synchronous".
 */
export interface Database {
  readonly all: (sql: string, ...values: readonly Cell[]) => readonly Row[]
  readonly one: (sql: string, ...values: readonly Cell[]) => Row | null
  readonly run: (sql: string, ...values: readonly Cell[]) => void
  readonly transaction: <T>(work: () => T) => T
  readonly close: () => void
}

/** SQLite says that the file is no database, or that its pages contradict each other. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase'
}

const corrupt = 11
const notADatabase = 26
const busyTimeoutMs = 5000
const checkedBytes = 64 * 1024 * 1024

function rethrow(error: unknown): never {
  const code = (error as { errcode?: unknown }).errcode
  // Extended result codes keep the primary one in their low byte.
  if (typeof code === 'number' && ((code & 0xff) === corrupt || (code & 0xff) === notADatabase)) throw new DamagedDatabase((error as Error).message)
  throw error
}

/**
 * Opens `file`, creating it if needed, and brings its schema up to `migrations.length` by running those it has not seen.
 * Throws `DamagedDatabase` when the file is not usable, and an ordinary error when it was written by a newer version.
 */
export function openDatabase(file: string, migrations: readonly string[]): Database {
  let database: DatabaseSync
  try {
    database = new DatabaseSync(file)
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    // A quick look at every page catches what a crash of the disk or a stray copy left behind. A large store is only
    // opened; damage in it shows when the page is read.
    const size = database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()').get() as Record<string, unknown> | undefined
    const verdict = Number(size?.['bytes'] ?? 0) > checkedBytes ? undefined : (database.prepare('PRAGMA quick_check(1)').get() as Record<string, unknown> | undefined)
    if (verdict !== undefined && verdict['quick_check'] !== 'ok') {
      database.close()
      throw new DamagedDatabase(String(verdict['quick_check']))
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  } catch (error) {
    return rethrow(error)
  }
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, known)
    return known
  }
  function guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      return rethrow(error)
    }
  }
  const self: Database = {
    all: (sql, ...values) => guarded(() => prepared(sql).all(...values) as readonly Row[]),
    one: (sql, ...values) => guarded(() => (prepared(sql).get(...values) as Row | undefined) ?? null),
    run: (sql, ...values) => guarded(() => { prepared(sql).run(...values) }),
    transaction(work) {
      return guarded(() => {
        database.exec('BEGIN IMMEDIATE')
        try {
          const value = work()
          database.exec('COMMIT')
          return value
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK')
          throw error
        }
      })
    },
    close: () => database.close(),
  }
  self.transaction(() => {
    const version = Number(self.one('PRAGMA user_version')?.['user_version'] ?? 0)
    if (version > migrations.length) throw new Error(`The history in ${file} was written by a newer version of Steelyard (schema ${version}, known up to ${migrations.length}).`)
    for (let next = version; next < migrations.length; next += 1) database.exec(migrations[next] as string)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
  return self
}
