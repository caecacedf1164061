import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'

/** A file that came into the window by dropping or choosing. `reread` gives its present contents, where the browser may look again. */
export interface HeldFile {
  readonly path: string
  readonly file: File
  readonly reread: (() => Promise<File>) | null
}

/** One dropped thing: a file, or a folder with what is in it. */
export type Dropped =
  | { readonly kind: 'file'; readonly title: string; readonly file: HeldFile }
  | { readonly kind: 'folder'; readonly title: string; readonly files: readonly HeldFile[]; readonly leftOut: number }

const folderLimits = { files: 500, bytes: 64 * 1024 * 1024, depth: 6 }

const unreadable = (path: string): string => `${path} cannot be read: it is gone, leads nowhere, or this user may not read it.`

/** Base64 of a file, read and encoded by the browser off this thread. */
export function toBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => {
      const url = reader.result as string
      resolve(url.slice(url.indexOf(',') + 1))
    }
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'))
    reader.readAsDataURL(file)
  })
}

/** The input a set of held files makes, with their present contents. A file over the limit is refused before a byte of it is read. */
export async function toFilesInput(title: string, files: readonly HeldFile[]): Promise<Result<ConfigInput>> {
  const large = files.find((held) => held.file.size > configLimitBytes)
  if (large !== undefined) {
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`
    return failed('too-large', `${large.path} is ${megabytes(large.file.size)}; at most ${megabytes(configLimitBytes)} are read.`, large.path)
  }
  const contents: { readonly path: string; readonly base64: string }[] = []
  for (const held of files) {
    const base64 = await toBase64(held.file).catch(() => null)
    if (base64 === null) return failed('not-permitted', unreadable(held.path), held.path)
    contents.push({ path: held.path, base64 })
  }
  return ok({ kind: 'files', title, files: contents })
}

/** Files of a folder that can be a config or a file that a config names: hidden ones, keys and very large ones are left out. */
export function isWorthReading(path: string, bytes: number): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !name.startsWith('.') && !/\.(pem|key|crt|p12|pfx|png|jpe?g|gif|zip|gz|tgz|exe|bin|sock)$/i.test(name) && bytes <= folderLimits.bytes
}

/** Walks a folder in name order; a bounded number of files, levels and bytes. */
export async function readFolder(handle: FileSystemDirectoryHandle): Promise<Dropped & { readonly kind: 'folder' }> {
  const files: HeldFile[] = []
  let leftOut = 0
  let bytes = 0
  const walk = async (folder: FileSystemDirectoryHandle, prefix: string, depth: number): Promise<void> => {
    const entries: (FileSystemFileHandle | FileSystemDirectoryHandle)[] = []
    for await (const entry of folder.values()) entries.push(entry)
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const path = `${prefix}${entry.name}`
      if (entry.kind === 'directory') {
        if (depth < folderLimits.depth) await walk(entry, `${path}/`, depth + 1)
        else leftOut += 1
        continue
      }
      // A link that leads nowhere, or a file this user may not read: the rest of the folder is still of use.
      const file = await entry.getFile().catch(() => null)
      if (file === null) {
        leftOut += 1
        continue
      }
      if (!isWorthReading(path, file.size)) continue
      if (files.length >= folderLimits.files || bytes + file.size > folderLimits.bytes) {
        leftOut += 1
        continue
      }
      bytes += file.size
      files.push({ path, file, reread: () => entry.getFile() })
    }
  }
  await walk(handle, '', 0)
  return { kind: 'folder', title: handle.name, files, leftOut }
}

interface ItemWithHandle extends DataTransferItem {
  getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>
}

/** Takes what was dropped. Must be called in the drop event itself: the browser empties the transfer right after it. */
export async function readDropped(transfer: DataTransfer): Promise<readonly Dropped[]> {
  const taken = [...transfer.items].filter((item) => item.kind === 'file').map((item) => ({ file: item.getAsFile(), handle: (item as ItemWithHandle).getAsFileSystemHandle?.() ?? null }))
  const dropped: Dropped[] = []
  for (const each of taken) {
    const handle = await (each.handle ?? Promise.resolve(null)).catch(() => null)
    if (handle?.kind === 'directory') dropped.push(await readFolder(handle as FileSystemDirectoryHandle))
    else if (handle !== null) dropped.push(await ofHandle(handle as FileSystemFileHandle))
    else if (each.file !== null) dropped.push(ofFile(each.file))
  }
  return dropped
}

/** Throws a sentence that names the file when it cannot be read. */
export async function ofHandle(handle: FileSystemFileHandle): Promise<Dropped> {
  const file = await handle.getFile().catch(() => { throw new Error(unreadable(handle.name)) })
  return { kind: 'file', title: handle.name, file: { path: handle.name, file, reread: () => handle.getFile() } }
}

/** A file without a handle: its contents stay as they were when it was chosen. */
export function ofFile(file: File): Dropped {
  return { kind: 'file', title: file.name, file: { path: file.name, file, reread: null } }
}

/** Files of a folder input: the browser gives each its path inside the folder. */
export function ofFolderInput(list: readonly File[]): Dropped {
  const relative = (file: File): string => (file.webkitRelativePath === '' ? file.name : file.webkitRelativePath)
  const title = list[0] === undefined ? 'folder' : (relative(list[0]).split('/')[0] ?? 'folder')
  const all = list.map((file) => ({ path: relative(file).slice(title.length + 1), file, reread: null })).filter((held) => isWorthReading(held.path, held.file.size))
  return { kind: 'folder', title, files: all.slice(0, folderLimits.files), leftOut: Math.max(0, all.length - folderLimits.files) }
}


/** Looks at held files once a second and tells when one was saved again. Returns a function that ends it. */
export function watchHeld(files: readonly HeldFile[], changed: (files: readonly HeldFile[]) => void, everyMs = 1000): () => void {
  if (files.every((held) => held.reread === null)) return () => undefined
  let current = files
  let ended = false
  let timer: ReturnType<typeof setTimeout>
  const look = async (): Promise<void> => {
    let differs = false
    const now: HeldFile[] = []
    for (const held of current) {
      const file = held.reread === null ? held.file : await held.reread().catch(() => held.file)
      if (file.lastModified !== held.file.lastModified || file.size !== held.file.size) differs = true
      now.push({ ...held, file })
    }
    if (ended) return
    if (differs) {
      current = now
      changed(now)
    }
    timer = setTimeout(() => void look(), everyMs)
  }
  timer = setTimeout(() => void look(), everyMs)
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
