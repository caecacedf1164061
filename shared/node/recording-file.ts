import { close, closeSync, constants, fdatasync, fstatSync, ftruncate, open, openSync, readSync, write } from 'node:fs'
import type { RecordingFile, RecordingSource } from '#shared/backend/live-ports.ts'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { systemFailure } from './failures.ts'

/** Pieces this close together are read with what is between them. */
const spanBytes = 8 * 1024 * 1024

type Done = (error: NodeJS.ErrnoException | null) => void

/** A call with a callback as a promise. Each poll makes one, so they go without the file handles that promises come with. */
function done(call: (callback: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error === null) resolve()
      else reject(error)
    })
  })
}

/** Creates a recording. Never opens a file that is there, and never follows a link. */
export async function createRecordingFile(path: string): Promise<Result<RecordingFile>> {
  try {
    const file = await new Promise<number>((resolve, reject) => {
      open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600, (error, opened) => {
        if (error === null) resolve(opened)
        else reject(error)
      })
    })
    return ok(new WrittenFile(file, path))
  } catch (error) {
    return writeFailure(error, path)
  }
}

class WrittenFile implements RecordingFile {
  readonly #file: number
  readonly #path: string
  length = 0

  constructor(file: number, path: string) {
    this.#file = file
    this.#path = path
  }

  async append(bytes: Uint8Array): Promise<Result<null>> {
    try {
      for (let written = 0; written < bytes.length;) {
        await done((callback) => {
          write(this.#file, bytes, written, bytes.length - written, this.length + written, (error, count) => {
            written += count
            callback(error)
          })
        })
      }
      this.length += bytes.length
      return fstatSync(this.#file).nlink === 0 ? failed('not-found', `${this.#path} was removed while it was written.`, this.#path) : ok(null)
    } catch (error) {
      const failure = writeFailure(error, this.#path)
      // A part of an entry would only take up the space that is missing.
      await done((callback) => { ftruncate(this.#file, this.length, callback) }).catch(() => undefined)
      return failure
    }
  }

  async sync(): Promise<Result<null>> {
    try {
      await done((callback) => { fdatasync(this.#file, callback) })
      return ok(null)
    } catch (error) {
      return writeFailure(error, this.#path)
    }
  }

  async close(): Promise<void> {
    // Everything that could be lost was told by append and sync.
    await done((callback) => { close(this.#file, callback) }).catch(() => undefined)
  }
}

export function openRecordingFile(path: string): Result<RecordingSource> {
  try {
    const file = openSync(path, constants.O_RDONLY)
    const stat = fstatSync(file)
    if (!stat.isFile()) {
      closeSync(file)
      return failed('not-a-file', `${path} is no file.`, path)
    }
    let room = new Uint8Array(0)
    const read = (into: Uint8Array, at: number): number => {
      let done = 0
      for (let more = 1; more > 0 && done < into.length; done += more) more = readSync(file, into, done, into.length - done, at + done)
      return done
    }
    return ok({
      size: stat.size,
      pieces(places) {
        try {
          const [first, last] = [places[0]?.[0] ?? 0, places.at(-1)]
          const span = last === undefined ? 0 : last[0] + last[1] - first
          if (places.length < 4 || span <= 0 || span > spanBytes) {
            return ok(places.map(([at, length]) => {
              const bytes = new Uint8Array(length)
              return bytes.subarray(0, read(bytes, at))
            }))
          }
          // One long read costs less than many short ones.
          if (room.length < span) room = new Uint8Array(span)
          const end = read(room.subarray(0, span), first)
          return ok(places.map(([at, length]) => room.subarray(Math.min(at - first, end), Math.min(at - first + length, end))))
        } catch (error) {
          return systemFailure(error, path)
        }
      },
      close: () => { closeSync(file) },
    })
  } catch (error) {
    return systemFailure(error, path)
  }
}

/** Sentence for what stops us from writing. */
function writeFailure(error: unknown, path: string): ReturnType<typeof systemFailure> {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST': return failed('exists', `${path} exists already; a recording never replaces a file.`, path)
    case 'EACCES': case 'EPERM': case 'EROFS': return failed('not-permitted', `${path} may not be written by this user.`, path)
    case 'ENOENT': return failed('not-found', `There is no folder for ${path}.`, path)
    case 'ENOSPC': case 'EDQUOT': return failed('io', `There is no space left for ${path}.`, path)
    case 'EFBIG': return failed('io', `${path} has reached the size that this system allows.`, path)
    default: return systemFailure(error, path)
  }
}
