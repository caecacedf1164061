import type { Severity } from '#shared/diagnostics/diagnostic.ts'
import type { FilePath, Span } from '#shared/text/span.ts'
import type { CompileOptions, Parsed } from './dialect.ts'

/** One file that is handed to a product's own validator, in a folder of its own. */
export interface ValidatorFile {
  readonly name: string
  /** The config file it is a copy of, line for line; null: no file of the config. */
  readonly path: FilePath | null
  /** Null: the bytes of that file as they are. */
  readonly text: string | null
}

/** A config ready to be handed over. With a `refusal` nobody is asked. */
export interface PreparedValidation {
  readonly refusal: { readonly reason: string; readonly at: Span } | null
  readonly files: readonly ValidatorFile[]
  /** Name under which a self-made certificate with its key is written; null: none is needed. */
  readonly certificate: string | null
  readonly arguments: readonly string[]
  /** What is not as in the config, as sentences. */
  readonly replaced: readonly string[]
  /** Texts that messages may hold and what the config says in their place, longest first. */
  readonly inMessages: readonly (readonly [written: string, original: string])[]
}

/** What the validator said; `file` is a name of `PreparedValidation.files`, `line` counts from 1. */
export interface ValidatorMessage {
  readonly severity: Severity
  readonly message: string
  readonly file: string | null
  readonly line: number | null
}

/** How a product's own check mode is asked about a config. Text in, text out. */
export interface Validator<Tree = unknown> {
  /** Name of the program on the PATH. */
  readonly command: string
  /** Command line as people know it: the source of its messages. */
  readonly title: string
  /** Arguments with which the program says how it was built; null: nobody needs to know. */
  readonly aboutArguments: readonly string[] | null
  /** Where it runs. `config`: beside the config, so that relative paths lead where they do. `copies`: in the folder of the copies, without rights and without a network where the system allows it. */
  readonly runsIn: 'config' | 'copies'
  /** `about`: what the program said; `folder`: absolute path of the folder of the copies. */
  prepare(files: readonly Parsed<Tree>[], options: CompileOptions, about: string, folder: string): PreparedValidation
  messagesIn(words: string, folder: string): readonly ValidatorMessage[]
}
