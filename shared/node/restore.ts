import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { tooLarge } from '#shared/backend/limits.ts'
import type { PlannedWrite, RestorePort } from '#shared/backend/ports.ts'
import { systemFailure } from './failures.ts'
import { writeFileAtomically } from './write-file.ts'

/**
 * Writing back into folders that other users may be able to write to.
 *
 * Below `within` no part of the path may be a symbolic link, and the file itself must be a regular file or absent: a link
 * there would let a restore write anywhere this user may. New content is written beside the old one and renamed over it,
 * so a link that appears in between is replaced, never followed.
 */
export const nodeRestore: RestorePort = {
  async current(file, limitBytes) {
    const target = await realTarget(file, false)
    return target.ok ? readWithoutLinks(target.value, limitBytes) : target
  },
  async write(writes, backupFolder) {
    const backup = await newFolder(backupFolder)
    if (!backup.ok) return backup
    for (const [index, write] of writes.entries()) {
      const done = await replace(write, path.join(backup.value, `${String(index + 1).padStart(3, '0')}-${path.basename(write.path)}`))
      if (!done.ok) return done
    }
    return backup
  },
}

/** Two restores within one second each get a folder of their own. */
async function newFolder(wanted: string): Promise<Result<string>> {
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`
    try {
      await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 })
      await mkdir(folder, { mode: 0o700 })
      return ok(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === 100) return systemFailure(error, folder)
    }
  }
}

async function replace(write: PlannedWrite, backup: string): Promise<Result<null>> {
  const target = await realTarget(write, true)
  if (!target.ok) return target
  const existing = await readWithoutLinks(target.value, Number.MAX_SAFE_INTEGER)
  if (!existing.ok) return existing
  try {
    let mode = 0o644
    if (existing.value !== null) {
      mode = (await lstat(target.value)).mode & 0o777
      await writeFileAtomically(backup, existing.value, 0o600)
    }
    await writeFileAtomically(target.value, write.bytes, mode)
    return ok(null)
  } catch (error) {
    return systemFailure(error, write.path)
  }
}

/** Path of the file with `within` resolved and every part below it proved to be no link. `create`: makes missing folders. */
async function realTarget(file: Pick<PlannedWrite, 'path' | 'within'>, create: boolean): Promise<Result<string>> {
  const below = path.relative(file.within, file.path)
  if (below === '' || below.startsWith('..') || path.isAbsolute(below)) return failed('not-permitted', `${file.path} is outside ${file.within}.`, file.path)
  let folder = file.within
  try {
    if (create) await mkdir(file.within, { recursive: true, mode: 0o755 })
    folder = await realpath(file.within)
  } catch (error) {
    const failure = systemFailure(error, file.within)
    // A folder that does not exist yet holds nothing that could be replaced.
    return !create && failure.failure.code === 'not-found' ? ok(file.path) : failure
  }
  const parts = below.split(path.sep)
  for (const part of parts.slice(0, -1)) {
    folder = path.join(folder, part)
    const checked = await realFolder(folder, create)
    if (!checked.ok) return checked
  }
  return ok(path.join(folder, parts[parts.length - 1] as string))
}

async function realFolder(folder: string, create: boolean): Promise<Result<null>> {
  try {
    const found = await lstat(folder)
    if (found.isSymbolicLink()) return failed('not-permitted', `${folder} is a symbolic link; nothing is written through it.`, folder)
    return found.isDirectory() ? ok(null) : failed('not-a-file', `${folder} is not a folder.`, folder)
  } catch (error) {
    const failure = systemFailure(error, folder)
    if (failure.failure.code !== 'not-found') return failure
    if (create) return makeFolder(folder)
    return ok(null)
  }
}

async function makeFolder(folder: string): Promise<Result<null>> {
  try {
    await mkdir(folder, { mode: 0o755 })
    return ok(null)
  } catch (error) {
    return systemFailure(error, folder)
  }
}

async function readWithoutLinks(file: string, limitBytes: number): Promise<Result<Uint8Array | null>> {
  try {
    const found = await lstat(file)
    if (found.isSymbolicLink()) return failed('not-permitted', `${file} is a symbolic link; nothing is written through it.`, file)
    if (!found.isFile()) return failed('not-a-file', `${file} is not a regular file.`, file)
    if (found.size > limitBytes) return tooLarge(file, found.size, limitBytes)
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      return ok(new Uint8Array(await handle.readFile()))
    } finally {
      await handle.close()
    }
  } catch (error) {
    const failure = systemFailure(error, file)
    return failure.failure.code === 'not-found' ? ok(null) : failure
  }
}
