import { Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { createReadStream, writeFileSync } from 'node:fs'
import { runCli } from '#cli/run.ts'
import type { Io } from '#cli/io.ts'

export interface CliResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs one command line in this process, with `input` as standard input. */
export async function run(args: readonly string[], options: { readonly input?: string | Buffer; readonly terminal?: boolean; readonly environment?: Record<string, string> } = {}): Promise<CliResult> {
  let out = ''
  let err = ''
  const input = Buffer.from(options.input ?? '')
  const io: Io = {
    out: (text) => { out += text }, err: (text) => { err += text }, drained: () => Promise.resolve(),
    outIsTerminal: options.terminal ?? false, errIsTerminal: options.terminal ?? false,
    readInput: () => Promise.resolve(new Uint8Array(input)),
    readPipe: () => Promise.resolve(new Uint8Array(input)),
    inputLines: (file) => createInterface({ input: file === null ? Readable.from([input]) : createReadStream(file), crlfDelay: Infinity }),
    environment: options.environment ?? {},
    writeFile: (path, bytes) => { writeFileSync(path, bytes); return Promise.resolve() },
  }
  return { code: await runCli(args, io), out, err }
}
