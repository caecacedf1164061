import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { detectDialect, dialects } from '#shared/dialects/registry.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import { fileCountLimit, tooLarge } from './limits.ts'
import { filesMatching, namesMatching } from './patterns.ts'
import type { FolderEntry, Ports } from './ports.ts'

/** A file as it was found. `diskPath`: absolute, or null when it did not come from this machine's disk as it stands now. */
export interface FoundFile {
  /** Name under which everything speaks of it; unique within one config. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly diskPath: string | null
}

/** The config files of one input in load order, and how files that they name are found. */
export interface Gathered {
  readonly title: string
  readonly source: string
  readonly files: readonly FoundFile[]
  /** `path` as the config writes it. */
  readonly readSide: (path: string, limitBytes: number) => Promise<Result<FoundFile>>
  /** Whether a file or folder of that name exists, for files that are never opened (certificates). */
  readonly sideExists: (path: string) => Promise<boolean>
  /** What matches a glob(3) pattern, as the config would write it, in byte order: files, and also what cannot be read as one. */
  readonly matching: (pattern: string) => Promise<readonly string[]>
  /** Folder or file that stands for the whole input on disk, to be watched; null when there is none. */
  readonly watched: string | null
}

/** Reads the config files that `input` names. `root`: absolute side-file paths are looked up under it first. */
export async function gather(ports: Ports, input: ConfigInput, root: string | null): Promise<Result<Gathered>> {
  switch (input.kind) {
    case 'path': return gatherPath(ports, input.path, root)
    case 'git': return gatherGit(ports, input.ref, input.path, root)
    case 'known-good': return gatherKnownGood(ports, input.source)
    case 'snapshot': return gatherSnapshot(ports, input.snapshotId)
    case 'files': return gatherGiven(ports, input.title, input.files, root)
    case 'sample': return gatherSample(ports, input.side, input.product ?? 'haproxy')
  }
}

const mainFiles: readonly string[] = dialects.flatMap((dialect) => dialect.mainFile ?? [])
const mainFileHint = mainFiles.map((name) => ` and no ${name}`).join('')

/**
 * Files of a folder that are loaded: those HAProxy loads (names ending in `.cfg`, hidden ones skipped, in byte order), else the one
 * file another product starts with. Source: HAProxy management guide, option `-f`.
 */
function configNames(entries: readonly { readonly name: string; readonly kind: string }[]): readonly string[] {
  const files = entries.filter((entry) => entry.kind === 'file').map((entry) => entry.name)
  const listed = files.filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
  return listed.length > 0 ? listed : mainFiles.filter((name) => files.includes(name)).slice(0, 1)
}

async function gatherPath(ports: Ports, path: string, root: string | null): Promise<Result<Gathered>> {
  const { files } = ports
  const kind = await files.kindOf(path)
  if (!kind.ok) return kind
  const absolute = files.absolute(path)
  const folder = kind.value === 'folder' ? absolute : files.folderOf(absolute)
  const names: { readonly shown: string; readonly disk: string }[] = []
  if (kind.value === 'folder') {
    const entries = await files.list(path)
    if (!entries.ok) return entries
    for (const name of configNames(entries.value)) names.push({ shown: files.join(path, name), disk: files.join(absolute, name) })
    if (names.length === 0) return failed('not-found', `The folder ${path} holds no file ending in .cfg${mainFileHint}.`, path)
    if (names.length > fileCountLimit) return failed('too-large', `The folder ${path} holds ${names.length} config files; at most ${fileCountLimit} are read.`, path)
  } else {
    names.push({ shown: path, disk: absolute })
  }
  const found: FoundFile[] = []
  for (const name of names) {
    const read = await files.read(name.disk, configLimitBytes)
    if (!read.ok) return { ok: false, failure: { ...read.failure, path: name.shown } }
    found.push({ path: name.shown, bytes: read.value.bytes, diskPath: name.disk })
  }
  return ok({ title: files.nameOf(absolute), source: absolute, files: found, ...onDisk(ports, [folder, files.absolute('.')], root), watched: absolute })
}

/** Side files on disk: absolute ones under `root` first, relative ones beside the config and then in the working directory. */
function onDisk(ports: Ports, folders: readonly string[], root: string | null): Pick<Gathered, 'readSide' | 'sideExists' | 'matching'> {
  const { files } = ports
  const candidates = (path: string): readonly string[] =>
    files.isAbsolute(path) ? [...(root === null ? [] : [files.join(root, path)]), path] : folders.map((folder) => files.join(folder, path))
  return {
    async readSide(path, limitBytes) {
      let answer: Result<FoundFile> = failed('not-found', `There is no file ${path}.`, path)
      for (const candidate of candidates(path)) {
        const read = await files.read(candidate, limitBytes)
        if (read.ok) return ok({ path, bytes: read.value.bytes, diskPath: files.absolute(candidate) })
        if (read.failure.code !== 'not-found') return read
        answer = read
      }
      return answer
    },
    async sideExists(path) {
      for (const candidate of candidates(path)) if ((await files.kindOf(candidate)).ok) return true
      return false
    },
    matching: (pattern) => filesMatching(pattern, async (folder) => firstListing(candidates(folder), files.list)),
  }
}

/** Entries of the first folder that can be listed; none if there is none. */
async function firstListing(folders: readonly string[], list: (folder: string) => Promise<Result<readonly FolderEntry[] | null>>): Promise<readonly FolderEntry[]> {
  for (const folder of folders) {
    const listed = await list(folder)
    if (listed.ok && listed.value !== null) return listed.value
  }
  return []
}

async function gatherGit(ports: Ports, ref: string, path: string, root: string | null): Promise<Result<Gathered>> {
  const { git, files } = ports
  const listed = await git.list(ref, path)
  if (!listed.ok) return listed
  const paths = listed.value === null ? [path] : configNames(listed.value).map((name) => files.join(path, name))
  if (paths.length === 0) return failed('not-found', `The folder ${path} holds no file ending in .cfg${mainFileHint} at ${ref}.`, path)
  const found: FoundFile[] = []
  for (const name of paths) {
    const read = await git.read(ref, name, configLimitBytes)
    if (!read.ok) return read
    found.push({ path: name, bytes: read.value, diskPath: null })
  }
  const folder = listed.value === null ? files.folderOf(path) : path
  const candidates = (side: string): readonly string[] => {
    if (!files.isAbsolute(side)) return [files.join(folder, side), side]
    return root === null ? [] : [files.join(root, side)]
  }
  return ok({
    title: `${files.nameOf(path)} at ${ref}`, source: files.absolute(path), files: found, watched: null,
    async readSide(side, limitBytes) {
      for (const candidate of candidates(side)) {
        const read = await git.read(ref, candidate, limitBytes)
        if (read.ok) return ok({ path: side, bytes: read.value, diskPath: null })
        if (read.failure.code !== 'not-found') return read
      }
      return failed('not-found', `There is no file ${side} at ${ref}.`, side)
    },
    async sideExists(side) {
      for (const candidate of candidates(side)) if ((await git.list(ref, candidate)).ok) return true
      return false
    },
    matching: (pattern) => filesMatching(pattern, async (below) => firstListing(candidates(below), (candidate) => git.list(ref, candidate))),
  })
}

async function gatherKnownGood(ports: Ports, source: string): Promise<Result<Gathered>> {
  let good = await ports.history.knownGood(source)
  if (good.ok && good.value === null) good = await ports.history.knownGood(ports.files.absolute(source))
  if (!good.ok) return good
  if (good.value === null) return failed('unknown-snapshot', `No version of ${source} has been approved as known good yet.`)
  return gatherSnapshot(ports, good.value.snapshotId)
}

async function gatherSnapshot(ports: Ports, snapshotId: string): Promise<Result<Gathered>> {
  const snapshot = await ports.history.find(snapshotId)
  if (!snapshot.ok) return snapshot
  const stored = await ports.history.files(snapshotId)
  if (!stored.ok) return stored
  const toFound = (file: { readonly path: string; readonly bytes: Uint8Array }): FoundFile => ({ path: file.path, bytes: file.bytes, diskPath: null })
  const sides = new Map(stored.value.filter((file) => file.role !== 'config').map((file) => [file.path, toFound(file)]))
  return ok({
    title: `${ports.files.nameOf(snapshot.value.source)} of ${snapshot.value.takenAt.slice(0, 16).replace('T', ' ')}`, source: snapshot.value.source, watched: null,
    files: stored.value.filter((file) => file.role === 'config').map(toFound),
    ...amongFound(sides),
  })
}

function amongFound(sides: ReadonlyMap<string, FoundFile>): Pick<Gathered, 'readSide' | 'sideExists' | 'matching'> {
  return {
    async readSide(path) {
      const file = sides.get(path)
      return file === undefined ? failed('not-found', `There is no file ${path}.`, path) : ok({ ...file, path })
    },
    async sideExists(path) {
      return sides.has(path)
    },
    async matching(pattern) {
      return namesMatching(pattern, [...sides.keys()])
    },
  }
}

/** Dropped or pasted files: those that look like configs are the config, the rest are what it may name. */
async function gatherGiven(ports: Ports, title: string, given: readonly { readonly path: string; readonly base64: string }[], root: string | null): Promise<Result<Gathered>> {
  if (given.length === 0) return failed('not-found', 'No file was given.')
  if (given.length > fileCountLimit) return failed('too-large', `${given.length} files were given; at most ${fileCountLimit} are read.`)
  const all: FoundFile[] = []
  for (const file of given) {
    if (file.base64.length / 4 * 3 > configLimitBytes) return tooLarge(file.path, Math.floor(file.base64.length / 4 * 3), configLimitBytes)
    all.push({ path: file.path, bytes: ports.bytes.fromBase64(file.base64), diskPath: null })
  }
  const named = all.filter((file) => file.path.endsWith('.cfg') && !ports.files.nameOf(file.path).startsWith('.'))
  const configs = [...(all.length === 1 ? all : named.length > 0 ? named : recognised(ports, all))].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const rest = all.filter((file) => !configs.includes(file))
  const disk = onDisk(ports, [], root)
  const match = (path: string): FoundFile | undefined =>
    rest.find((file) => file.path === path) ?? rest.find((file) => file.path.endsWith(`/${path}`) || path.endsWith(`/${file.path}`))
    ?? rest.find((file) => ports.files.nameOf(file.path) === ports.files.nameOf(path))
  return ok({
    title, source: title, files: configs, watched: null,
    async readSide(path, limitBytes) {
      const file = match(path)
      if (file !== undefined) return file.bytes.length > limitBytes ? tooLarge(path, file.bytes.length, limitBytes) : ok({ ...file, path })
      return root !== null && ports.files.isAbsolute(path) ? disk.readSide(path, limitBytes) : failed('not-found', `There is no file ${path} among those given.`, path)
    },
    async sideExists(path) {
      return match(path) !== undefined || (root !== null && ports.files.isAbsolute(path) && (await disk.sideExists(path)))
    },
    async matching(pattern) {
      const given = namesMatching(pattern, rest.map((file) => file.path))
      return given.length > 0 || root === null || !ports.files.isAbsolute(pattern) ? given : disk.matching(pattern)
    },
  })
}

const sampleFiles = { haproxy: 'haproxy.cfg', nginx: 'nginx.conf' } as const

async function gatherSample(ports: Ports, side: 'before' | 'after', product: keyof typeof sampleFiles): Promise<Result<Gathered>> {
  const name = sampleFiles[product]
  const folder = ports.files.join(ports.host.sampleFolder, side)
  const read = await ports.files.read(ports.files.join(folder, name), configLimitBytes)
  if (!read.ok) return read
  return ok({
    title: `sample incident, ${side}`, source: 'sample incident', watched: null,
    files: [{ path: name, bytes: read.value.bytes, diskPath: null }],
    ...onDisk(ports, [folder], folder),
  })
}

/** The files that some dialect takes for its own; all of them when none does, so that the reason can be said. */
function recognised(ports: Ports, files: readonly FoundFile[]): readonly FoundFile[] {
  const sure = files.filter((file) => {
    const decoded = ports.bytes.decode(file.bytes)
    return (detectDialect({ path: file.path, text: decoded.text, role: 'config', encoding: decoded.encoding })?.confidence ?? 0) >= 0.5
  })
  return sure.length > 0 ? sure : files
}
