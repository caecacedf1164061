import type { OptionSpec, Parsed } from './args.ts'
import type { ExitCode, Io } from './io.ts'

/** One command: its file is loaded only when it is asked for. */
export interface Command {
  readonly usage: string
  readonly summary: string
  readonly options: readonly OptionSpec[]
  readonly remarks?: readonly string[]
  readonly run: (args: Parsed, io: Io) => Promise<ExitCode>
}
