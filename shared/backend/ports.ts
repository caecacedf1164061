import type { Result } from '#shared/diagnostics/failure.ts'
import type { PdfFonts } from '#shared/render/pdf-font.ts'
import type { Emit } from '#shared/rpc/events.ts'
import type { AppSettings, ConfigInput, RecentEntry, Snapshot, SourceSummary } from '#shared/rpc/payloads.ts'
import type { TextEncodingName } from '#shared/text/source-file.ts'
import type { BalancerPort } from './balancer-port.ts'
import type { LivePort, RecordingPort, WebhookPort } from './live-ports.ts'

/** Bytes of one file. `resolved` is the absolute path without symbolic links. */
export interface FileBytes {
  readonly bytes: Uint8Array
  readonly resolved: string
}

export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
}

/** The file system. Nothing here throws for what the world refuses. */
export interface FilePort {
  /** Absolute form of `path`; relative paths start at the working directory. */
  readonly absolute: (path: string) => string
  readonly isAbsolute: (path: string) => boolean
  readonly join: (...parts: readonly string[]) => string
  readonly folderOf: (path: string) => string
  readonly nameOf: (path: string) => string
  readonly kindOf: (path: string) => Promise<Result<'file' | 'folder' | 'other'>>
  /** The whole file, or `too-large` before a byte is read. */
  readonly read: (path: string, limitBytes: number) => Promise<Result<FileBytes>>
  /** Entries in byte order of their names. */
  readonly list: (folder: string) => Promise<Result<readonly FolderEntry[]>>
  /** Absolute path without symbolic links; `loop` when they lead in a circle. */
  readonly resolve: (path: string) => Promise<Result<string>>
}

/** How text stood in its bytes. */
export interface DecodedText {
  readonly text: string
  readonly encoding: TextEncodingName
}

/** Bytes and text. */
export interface BytesPort {
  readonly decode: (bytes: Uint8Array) => DecodedText
  readonly fromBase64: (base64: string) => Uint8Array
  readonly toBase64: (bytes: Uint8Array) => string
  readonly fromText: (text: string) => Uint8Array
  /** Lower-case hex. */
  readonly sha256: (parts: readonly Uint8Array[]) => string
}

/** Files of a repository at a commit. */
export interface GitPort {
  /** Bytes of `path` (as the user wrote it, relative to the working directory) at `ref`. */
  readonly read: (ref: string, path: string, limitBytes: number) => Promise<Result<Uint8Array>>
  /** Names directly under the folder `path` at `ref`, or null when `path` is a file there. */
  readonly list: (ref: string, path: string) => Promise<Result<readonly FolderEntry[] | null>>
}

export interface ClockPort {
  /** ISO 8601 with zone. */
  readonly now: () => string
  /** Name of the zone of this machine, as in `Europe/Berlin`. */
  readonly zone: () => string
  /** Milliseconds for measuring, from any start. */
  readonly milliseconds: () => number
  /** Ends after the queued messages of this thread were taken in; long work calls it between steps. */
  readonly breathe: () => Promise<void>
  /** Calls once after so many milliseconds. Returns a function that calls it off. Keeps no process alive. */
  readonly after: (milliseconds: number, act: () => void) => () => void
  /** Milliseconds since 1970, as the clock on the wall has it. */
  readonly wallMs: () => number
}

/** One file of a snapshot. */
export interface StoredFile {
  /** Name within the config. */
  readonly path: string
  readonly role: string
  /** Where it stood on disk, absolute; null when it did not come from disk. */
  readonly diskPath: string | null
  readonly bytes: Uint8Array
}

export interface NewSnapshot {
  readonly source: string
  readonly title: string
  readonly takenAt: string
  readonly author: string
  readonly note: string
  readonly dialect: string
  readonly hash: string
  readonly files: readonly StoredFile[]
}

/** Snapshots of configs by source. Everything that returned `ok` is on disk. */
export interface HistoryPort {
  readonly sources: () => Promise<Result<readonly SourceSummary[]>>
  /** Newest first. */
  readonly list: (source: string) => Promise<Result<readonly Snapshot[]>>
  readonly find: (snapshotId: string) => Promise<Result<Snapshot>>
  readonly files: (snapshotId: string) => Promise<Result<readonly StoredFile[]>>
  /** A snapshot with the same contents as the newest one of its source is not stored twice: that one is returned, with the note added. */
  readonly add: (snapshot: NewSnapshot, keep: number) => Promise<Result<Snapshot>>
  readonly approve: (snapshotId: string, approval: { readonly at: string; readonly by: string; readonly note: string }) => Promise<Result<Snapshot>>
  readonly knownGood: (source: string) => Promise<Result<Snapshot | null>>
}

export interface PlannedWrite {
  readonly path: string
  /** Folder that must not be left: no part of the path below it may be a symbolic link. */
  readonly within: string
  readonly bytes: Uint8Array
}

/** Writes files back as they were, never through a symbolic link. */
export interface RestorePort {
  /** What stands at `path` now: its bytes, null when nothing does, or why it cannot be replaced. */
  readonly current: (file: Pick<PlannedWrite, 'path' | 'within'>, limitBytes: number) => Promise<Result<Uint8Array | null>>
  /** Copies what stands there to a new folder called `backupFolder` (or with a number after it), then replaces each file in one step. Stops at the first that is refused. Gives the folder. */
  readonly write: (writes: readonly PlannedWrite[], backupFolder: string) => Promise<Result<string>>
}

export interface WatchPort {
  /** A path that ends in `/` stands for every entry of that folder. Calls `changed` with the paths that changed, gathered over a moment. Returns a function that ends it. */
  readonly watch: (paths: readonly string[], changed: (paths: readonly string[]) => void) => () => void
}

export interface RasterPort {
  /** Fonts that are embedded into a PDF. */
  readonly fonts: () => Promise<Result<PdfFonts>>
  /** Compresses what goes into a PDF, zlib format. */
  readonly deflate: (bytes: Uint8Array) => Uint8Array
  /** PNG bytes of an SVG at `scale` times its own size. */
  readonly png: (svg: string, scale: number) => Promise<Result<{ readonly bytes: Uint8Array; readonly width: number; readonly height: number }>>
}

export interface SettingsPort {
  readonly load: () => Promise<Result<AppSettings>>
  readonly save: (settings: AppSettings) => Promise<Result<AppSettings>>
  readonly recent: () => Promise<Result<readonly RecentEntry[]>>
  readonly remember: (entry: RecentEntry) => Promise<Result<null>>
  /** Findings ticked as reviewed for one pair of configs; none for a pair that is not known (any more). */
  readonly ticks: (pair: string) => Promise<Result<readonly string[]>>
  readonly saveTicks: (pair: string, ids: readonly string[]) => Promise<Result<null>>
}

/** Native dialogs of the host. */
export interface DialogPort {
  readonly chooseFiles: (options: { readonly title: string; readonly folders: boolean; readonly many: boolean }) => Promise<Result<readonly string[]>>
  /** Null: the user gave up. */
  readonly saveFile: (name: string, bytes: Uint8Array, reveal: boolean) => Promise<Result<string | null>>
}

/** What the host knows about itself. */
export interface HostFacts {
  readonly version: string
  readonly host: 'desktop' | 'browser'
  readonly platform: string
  readonly dialogs: boolean
  readonly open: readonly ConfigInput[]
  readonly dataFolder: string
  /** Folder of the bundled sample, with `before/` and `after/`. */
  readonly sampleFolder: string
}

export interface Ports {
  readonly files: FilePort
  readonly bytes: BytesPort
  readonly git: GitPort
  readonly clock: ClockPort
  readonly history: HistoryPort
  readonly restore: RestorePort
  readonly watch: WatchPort
  readonly raster: RasterPort
  readonly balancer: BalancerPort
  readonly live: LivePort
  readonly webhook: WebhookPort
  readonly recordings: RecordingPort
  readonly settings: SettingsPort
  readonly dialogs: DialogPort
  readonly host: HostFacts
  readonly emit: Emit
}
