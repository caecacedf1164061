/** What a command may touch of the process; tests hand in their own. */
export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Resolves when what was written so far has been taken, so that long output does not pile up. */
  readonly drained: () => Promise<void>
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  readonly readInput: () => Promise<Uint8Array>
  /** All of a pipe of this process, e.g. `/dev/fd/63`. */
  readonly readPipe: (path: string) => Promise<Uint8Array>
  readonly inputLines: (file: string | null) => AsyncIterable<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>
}

/** Exit codes of the published contract. */
export const exitCodes = { clean: 0, found: 1, usage: 2, input: 3, fault: 4 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The command line is wrong: exit 2 with this sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An input cannot be read or parsed at all, or the world refused: exit 3 with this sentence. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
