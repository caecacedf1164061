import { constants, type Dirent } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { FilePort } from '#shared/backend/ports.ts'
import { tooLarge } from '#shared/backend/limits.ts'
import { systemFailure } from './failures.ts'

const byteOrder = (a: { readonly name: string }, b: { readonly name: string }): number => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))

/** The real file system. Only regular files are read: a pipe or a device could block or never end. */
export const nodeFiles: FilePort = {
  absolute: (name) => path.resolve(name),
  isAbsolute: (name) => path.isAbsolute(name),
  join: (...parts) => path.join(...parts),
  folderOf: (name) => path.dirname(name),
  nameOf: (name) => path.basename(name),
  async kindOf(name) {
    try {
      const found = await stat(name)
      return ok(found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other')
    } catch (error) {
      return systemFailure(error, name)
    }
  },
  async read(name, limitBytes) {
    try {
      const kind = await stat(name)
      if (kind.isDirectory()) return failed('not-a-file', `${name} is a folder.`, name)
      if (!kind.isFile()) return failed('not-a-file', `${name} is not a regular file.`, name)
      if (kind.size > limitBytes) return tooLarge(name, kind.size, limitBytes)
      const handle = await open(name, constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        // The file may grow between the two looks; what is over the limit by then is refused as well.
        const bytes = await handle.readFile()
        if (bytes.length > limitBytes) return tooLarge(name, bytes.length, limitBytes)
        return ok({ bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), resolved: await realpath(name) })
      } finally {
        await handle.close()
      }
    } catch (error) {
      return systemFailure(error, name)
    }
  },
  async list(folder) {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      const listed = await Promise.all(entries.map(async (entry) => ({ name: entry.name, kind: await kindOfEntry(folder, entry) })))
      return ok(listed.sort(byteOrder))
    } catch (error) {
      return systemFailure(error, folder)
    }
  },
  async resolve(name) {
    try {
      return ok(await realpath(name))
    } catch (error) {
      return systemFailure(error, name)
    }
  },
}

/** A link counts as what it leads to; one that leads nowhere or in a circle counts as `other`. */
async function kindOfEntry(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  if (!entry.isSymbolicLink()) return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other'
  const kind = await nodeFiles.kindOf(path.join(folder, entry.name))
  return kind.ok ? kind.value : 'other'
}
