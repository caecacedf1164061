import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { startEngine } from '#shared/node/engine-client.ts'
import { rendererFolder } from '#shared/node/folders.ts'
import { numberOf, type OptionSpec, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, type ExitCode, type Io } from '#cli/io.ts'
import { startHttpHost, type HttpHost } from '#cli/serve/http-host.ts'
import { toOpenInputs } from '#cli/serve/inputs.ts'

export const serveOptions: readonly OptionSpec[] = [
  { name: 'port', value: 'N', help: 'port on 127.0.0.1 (default: any free one)' },
  { name: 'open', value: null, help: 'also open the address in the default browser' },
  { name: 'no-color', value: null, help: 'never colour the output' },
  { name: 'quiet', short: 'q', value: null, help: 'print the address and nothing else' },
]

export const command: Command = {
  usage: 'serve [CONFIG…] [--port N] [--open]',
  summary: 'The whole app in a browser. Listens on 127.0.0.1 only and prints an address that works once.',
  options: serveOptions,
  remarks: ['With two configs the first is the baseline and the second the candidate. Ctrl+C ends it.'],
  run: runServe,
}

/** Serves until a signal ends it. Enter on a terminal prints a fresh address. */
export async function runServe(args: Parsed, io: Io): Promise<ExitCode> {
  const port = numberOf(args, 'port', 0, 65535, 0)
  const open = await toOpenInputs(args.positionals, io)
  const engine = startEngine({ host: { host: 'browser', dialogs: false, open }, dataFolder: null, validateResults: false }, (text) => io.err(`steelyard: a fault in Steelyard: ${text}\n`))
  let host: HttpHost
  try {
    host = await startHttpHost({ engine: engine.transport, rendererFolder: rendererFolder(), port })
  } catch (error) {
    await engine.dispose()
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') throw new InputError(`Port ${port} is taken; leave --port out for a free one.`)
    if (code === 'EACCES') throw new InputError(`Port ${port} may not be used by this user.`)
    throw error
  }
  const address = host.address()
  io.out(`${address}\n`)
  if (!args.has('quiet')) io.err('Steelyard runs at this address, for this machine only. The address works once; press Enter for another, Ctrl+C to end.\n')
  if (args.has('open')) openBrowser(address)
  const lines = process.stdin.isTTY ? createInterface({ input: process.stdin }) : null
  lines?.on('line', () => io.out(`${host.address()}\n`))
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  lines?.close()
  await host.dispose()
  await engine.dispose()
  return exitCodes.clean
}

/** The address carries a token, so it is handed over as an argument of our own child, never through a shell. */
function openBrowser(address: string): void {
  const [program, ...args] = process.platform === 'darwin' ? ['open', address] : process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', address] : ['xdg-open', address]
  const child = spawn(program as string, args, { stdio: 'ignore', detached: true })
  // No browser to be found: the address stands on the terminal anyway.
  child.on('error', () => undefined)
  child.unref()
}
