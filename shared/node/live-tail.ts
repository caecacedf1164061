import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { LogTail, TailRead } from '#shared/backend/live-ports.ts'
import type { FileSource } from '#shared/live/live-source.ts'

type Take = (line: string, earlier: boolean) => void
type Failed = { readonly ok: false; readonly failure: Failure }

const chunkBytes = 256 * 1024
const longestLine = 64 * 1024
/** How much of what was written before the first look is read. */
const earlierBytes = 4 * 1024 * 1024
/** How long a file that was renamed may still be written to. */
const renamedMs = 60_000
/** How long a log may be missing, as between its renaming and the signal to open a new one. */
const missingMs = 10_000
const markBytes = 64
const newline = 10
/** gzip, bzip2, zstd, xz. */
const packedMagic = ['1f8b', '425a68', '28b52ffd', 'fd377a58']

/** One file, by its inode, and how far it was read. */
interface Followed {
  readonly handle: FileHandle
  readonly inode: bigint
  readonly device: bigint
  offset: number
  /** Beginning of a line whose end is not written yet. */
  partial: Buffer
  /** In the middle of a line that is too long. */
  skipping: boolean
  /** Last bytes before `offset`: other ones there later mean that the file was emptied and has grown again. */
  mark: Buffer
  replacedAtMs: number | null
}

interface Budget {
  readonly untilMs: number
  bytes: number
  dropped: number
  emptied: boolean
  read: number
  behind: number
}

/**
 * Follows a log by inode: a renamed file is read to its end, and for a minute on because workers go on writing to it, while
 * the new one at its place is read as well. A file that got smaller, or holds other bytes where reading stopped, was
 * emptied in place and is read from its beginning.
 */
export class FileTail implements LogTail {
  readonly #source: FileSource
  /** Oldest first; the last one is at the place of the log. */
  readonly #files: Followed[] = []
  #missingSinceMs: number | null = null
  #closed = false

  constructor(source: FileSource) {
    this.#source = source
  }

  async read(take: Take, limitMs: number, limitBytes: number): Promise<Result<TailRead>> {
    const started = performance.now()
    try {
      const problem = await this.#look(take, started)
      if (problem !== null) return problem
      const budget: Budget = { untilMs: started + limitMs * 0.8, bytes: limitBytes, dropped: 0, emptied: false, read: 0, behind: 0 }
      for (const file of this.#files) await drain(file, take, budget)
      await this.#forget(started)
      const monotonicMs = performance.now()
      return ok({
        bytes: budget.read, behindBytes: budget.behind, dropped: budget.dropped, emptied: budget.emptied, missing: this.#missingSinceMs !== null,
        readMs: monotonicMs - started, taken: { monotonicMs, wallMs: Date.now() },
      })
    } catch (error) {
      return refusal(error as NodeJS.ErrnoException, this.#source)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { handle } of this.#files.splice(0)) await handle.close()
  }

  /** Opens the file at the place of the log unless it is the one that is read already. */
  async #look(take: Take, nowMs: number): Promise<Failed | null> {
    const { path, title } = this.#source
    const current = this.#files.at(-1)
    const facts = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error)
    if (facts instanceof Error) {
      if (facts.code !== 'ENOENT' || current === undefined) return refusal(facts, this.#source)
      this.#missingSinceMs ??= nowMs
      return nowMs - this.#missingSinceMs < missingMs ? null : failed('not-found', `${title} is gone, and no new log came to its place.`)
    }
    this.#missingSinceMs = null
    if (current?.inode === facts.ino && current.device === facts.dev) return null
    // A pipe or a device is not even opened: that alone can have effects.
    if (!facts.isFile()) return failed('not-a-file', `${title} is ${facts.isDirectory() ? 'a folder' : facts.isFIFO() ? 'a pipe' : facts.isSocket() ? 'a socket' : 'a device'}, not a file: give the log file itself.`)
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const opened = await handle.stat({ bigint: true })
    if (!opened.isFile() || this.#closed) {
      await handle.close()
      return failed('not-a-file', `${title} is not a file any more.`)
    }
    const file: Followed = { handle, inode: opened.ino, device: opened.dev, offset: 0, partial: Buffer.alloc(0), skipping: false, mark: Buffer.alloc(0), replacedAtMs: null }
    if (current === undefined) {
      const packed = await beginNearEnd(file, Number(opened.size), take)
      if (packed) {
        await handle.close()
        return failed('not-text', `${title} is a packed file: give the log that is written now.`)
      }
    } else current.replacedAtMs = nowMs
    this.#files.push(file)
    return null
  }

  async #forget(nowMs: number): Promise<void> {
    while (this.#files.length > 1 && nowMs - (this.#files[0]?.replacedAtMs ?? nowMs) > renamedMs) await this.#files.shift()?.handle.close()
  }
}

/** Hands over the lines before the end and stands behind the last whole one. True: the file is not a log but packed. */
async function beginNearEnd(file: Followed, size: number, take: Take): Promise<boolean> {
  const magic = (await readAt(file.handle, 0, Math.min(4, size))).toString('hex')
  if (packedMagic.some((one) => magic.startsWith(one))) return true
  const from = Math.max(0, size - earlierBytes)
  const bytes = await readAt(file.handle, from, size - from)
  const end = bytes.lastIndexOf(newline) + 1
  let start = from === 0 ? 0 : bytes.indexOf(newline) + 1
  while (start < end) {
    const stop = bytes.indexOf(newline, start)
    if (stop - start <= longestLine) take(textOf(bytes, start, stop), true)
    start = stop + 1
  }
  file.offset = from + end
  file.mark = Buffer.from(bytes.subarray(Math.max(0, end - markBytes), end))
  return false
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

async function drain(file: Followed, take: Take, budget: Budget): Promise<void> {
  const { size } = await file.handle.stat()
  if (size < file.offset || await wasRewritten(file)) {
    file.offset = 0
    file.partial = Buffer.alloc(0)
    file.skipping = false
    file.mark = Buffer.alloc(0)
    budget.emptied = true
  }
  while (file.offset < size) {
    if (budget.bytes <= 0 || performance.now() >= budget.untilMs) {
      budget.behind += size - file.offset
      return
    }
    const chunk = await readAt(file.handle, file.offset, Math.min(chunkBytes, size - file.offset, budget.bytes))
    if (chunk.length === 0) return
    file.offset += chunk.length
    file.mark = Buffer.from(Buffer.concat([file.mark, chunk.subarray(-markBytes)]).subarray(-markBytes))
    budget.bytes -= chunk.length
    budget.read += chunk.length
    split(file, chunk, take, budget)
  }
}

async function wasRewritten(file: Followed): Promise<boolean> {
  if (file.mark.length === 0) return false
  return !(await readAt(file.handle, file.offset - file.mark.length, file.mark.length)).equals(file.mark)
}

function split(file: Followed, chunk: Buffer, take: Take, budget: Budget): void {
  let start = 0
  for (;;) {
    const stop = chunk.indexOf(newline, start)
    if (stop === -1) break
    const length = file.partial.length + stop - start
    if (file.skipping || length > longestLine) budget.dropped += 1
    else take(file.partial.length === 0 ? textOf(chunk, start, stop) : textOf(Buffer.concat([file.partial, chunk.subarray(start, stop)]), 0, length), false)
    file.skipping = false
    file.partial = Buffer.alloc(0)
    start = stop + 1
  }
  if (file.skipping) return
  const rest = chunk.subarray(start)
  if (file.partial.length + rest.length > longestLine) {
    file.skipping = true
    file.partial = Buffer.alloc(0)
  } else if (rest.length > 0) file.partial = Buffer.concat([file.partial, rest])
}

/** Bytes that are no UTF-8 become replacement characters: clients can put any into a log. */
function textOf(bytes: Buffer, start: number, stop: number): string {
  return bytes.toString('utf8', start, stop > start && bytes[stop - 1] === 13 ? stop - 1 : stop)
}

function refusal(error: NodeJS.ErrnoException, { title }: FileSource): Failed {
  switch (error.code) {
    case 'ENOENT': case 'ENOTDIR': return failed('not-found', `There is no file ${title}.`)
    case 'EACCES': case 'EPERM': return failed('not-permitted', `${title} may not be read by this user; logs are often kept for a group such as adm.`)
    case 'ELOOP': return failed('loop', `The links at ${title} lead in a circle.`)
    default: return failed('io', `${title} cannot be read: ${error.message}.`)
  }
}
