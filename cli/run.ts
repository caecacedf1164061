import type { Command } from './command.ts'
import { readArgs, renderHelp } from './args.ts'
import { exitCodes, InputError, UsageError, type ExitCode, type Io } from './io.ts'

/** Commands in the order of the help, with the line that lists them. Loading one loads nothing of the others. */
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> }>> = {
  inspect: { summary: 'the routing model: listeners, rules in decision order, pools, servers, expected shares', load: () => import('./commands/inspect.ts') },
  check: { summary: 'every check of one config', load: () => import('./commands/check.ts') },
  diff: { summary: 'what differs between two configs', load: () => import('./commands/diff.ts') },
  route: { summary: 'where one request goes and why', load: () => import('./commands/route.ts') },
  live: { summary: 'where the traffic of a running balancer goes, against what its config says', load: () => import('./commands/live.ts') },
  report: { summary: 'an incident report from a recording', load: () => import('./commands/report.ts') },
  export: { summary: 'the topology as a picture', load: () => import('./commands/export.ts') },
  history: { summary: 'snapshots, approvals, last known good', load: () => import('./commands/history.ts') },
  serve: { summary: 'the whole app in a browser, on this machine only', load: () => import('./commands/serve.ts') },
  open: { summary: 'the desktop app', load: () => import('./commands/open.ts') },
}
/** Named by the contract, not built yet. */
const planned: Readonly<Record<string, string>> = {
  test: 'routing unit tests',
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  return [
    'Usage: steelyard COMMAND …', '', 'See what a load balancer config does, and what a change to it changes.', '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`), '',
    'A config is a file, a folder, - for standard input, git:REF:PATH, or known-good:SOURCE.',
    'steelyard COMMAND --help says more about one command.', '',
    'Exit codes: 0 nothing found, 1 something found, 2 the command line is wrong, 3 an input cannot be read, 4 a fault of ours.', '',
  ].join('\n')
}

/** Runs one command line. Never throws: everything ends in an exit code and a sentence. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = argv
  try {
    if (name === undefined) {
      io.err(overview())
      return exitCodes.usage
    }
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      io.out(overview())
      return exitCodes.clean
    }
    if (name === '--version' || name === '-V') {
      const { productVersion } = await import('#shared/node/folders.ts')
      io.out(`steelyard ${productVersion()}\n`)
      return exitCodes.clean
    }
    const wanted = name === 'help' ? (rest[0] as string) : name
    const entry = Object.hasOwn(commands, wanted) ? commands[wanted] : undefined
    if (entry === undefined) {
      if (Object.hasOwn(planned, wanted)) throw new UsageError(`"${wanted}" (${planned[wanted]}) is not built yet.`)
      throw new UsageError(`There is no command "${wanted}". There are: ${Object.keys(commands).join(', ')}.`)
    }
    const { command } = await entry.load()
    if (name === 'help' || rest.includes('--help') || rest.includes('-h')) {
      io.out(renderHelp(command.usage, command.summary, command.options, command.remarks))
      return exitCodes.clean
    }
    const code = await command.run(readArgs(rest, command.options), io)
    await io.drained()
    return code
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`steelyard: ${error.message}\n`)
      return exitCodes.usage
    }
    if (error instanceof InputError) {
      io.err(`steelyard: ${error.message}\n`)
      return exitCodes.input
    }
    io.err(`steelyard: This is a fault in Steelyard, not in your config.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nPlease report it with this command line: steelyard ${argv.join(' ')}\n`)
    return exitCodes.fault
  }
}
