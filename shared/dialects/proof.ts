import type { FilePath, Span } from '#shared/text/span.ts'
import type { TextEncodingName } from '#shared/text/source-file.ts'
import type { CompileOptions, Parsed } from './dialect.ts'

/** One socket of a started config that clients connect to, in place of an address the config listens on. */
export interface ProofListener {
  /** Name of a unix socket in the folder of the run. */
  readonly socket: string
  /** The line that listens. */
  readonly at: Span
  /** Which address of that line, counted from 0. */
  readonly address: number
  /** The product expects a PROXY header there, which says where a connection comes from and where it went. */
  readonly takesProxyHeader: boolean
  /** What redirects hold that the product completes with an address and port of its own. `by-path`: the path alone, since a socket has neither. Absent: `whole`. */
  readonly redirects?: 'whole' | 'by-path'
}

/** One socket that stands for a server. */
export interface ProofServer {
  readonly socket: string
  /** Null: servers that no expectation names share this socket. */
  readonly is: { readonly pool: string; readonly server: string } | null
}

/**
 * A config made safe to start: it listens and connects on unix sockets of the folder it is started in and on nothing
 * else, and runs nothing from outside. With `refusals` it must not be started and the rest is empty.
 */
export interface PreparedConfig {
  readonly refusals: readonly { readonly reason: string; readonly at: Span | null }[]
  /** What is not as in the config, as sentences. */
  readonly replaced: readonly string[]
  /** Config files in load order, to be written under these names. */
  readonly files: readonly { readonly name: string; readonly text: string; readonly encoding: TextEncodingName }[]
  /** Side files of the config and the names under which they are copied; `path` as the config writes it, null: an empty file. */
  readonly copies: readonly { readonly name: string; readonly path: FilePath | null }[]
  /** Name under which the self-made certificate with its key is written; null: none is needed. */
  readonly certificate: string | null
  /** Socket of a listener of our own that answers anything once the product is up. */
  readonly ready: string
  readonly listeners: readonly ProofListener[]
  readonly servers: readonly ProofServer[]
}

/** How one product is started to replay requests. Everything here is text in, text out. */
export interface ProofRecipe<Tree = unknown> {
  /** Name of the program on the PATH. */
  readonly command: string
  readonly versionArguments: readonly string[]
  /** Version in what the program prints for `versionArguments`; null: it is some other program. */
  versionOf(words: string): string | null
  /** Arguments that start it in the foreground with the files of `PreparedConfig.files`, in the folder they stand in. */
  startArguments(names: readonly string[]): readonly string[]
  /** `pools`: names of the pools whose servers must be told apart. */
  prepare(files: readonly Parsed<Tree>[], options: CompileOptions, pools: ReadonlySet<string>): PreparedConfig
}
