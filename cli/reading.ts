import { createNodePorts } from '#shared/node/node-ports.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { LoadOptions } from '#shared/rpc/payloads.ts'
import type { Parsed } from './args.ts'
import { InputError, UsageError, type Io } from './io.ts'
import { toConfigInput } from './reading-input.ts'

/** Ports of one command run. Progress goes to standard error when that is a terminal. */
export function cliPorts(io: Io, quiet: boolean): Ports {
  return createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: null }, (event, payload) => {
    if (event === 'progress' && io.errIsTerminal && !quiet) io.err(`${(payload as { readonly text: string }).text}\n`)
  })
}

export function loadOptionsOf(args: Parsed): LoadOptions {
  const environment: Record<string, string> = {}
  for (const definition of args.values('define')) {
    const equals = definition.indexOf('=')
    if (equals < 1) throw new UsageError(`--define takes NAME=VALUE; "${definition}" is not of that form.`)
    environment[definition.slice(0, equals)] = definition.slice(equals + 1)
  }
  return { dialect: args.value('dialect'), root: args.value('root'), environment, version: args.value('product-version') }
}

/** Reads one config, or ends the command with exit code 3. Says which dialect was detected unless told to be quiet. */
export async function readConfig(ports: Ports, argument: string, args: Parsed, io: Io): Promise<LoadedConfig> {
  const options = loadOptionsOf(args)
  if (options.dialect !== null) {
    const { dialectById, dialects } = await import('#shared/dialects/registry.ts')
    if (dialectById(options.dialect) === undefined) throw new UsageError(`There is no dialect "${options.dialect}"; there are: ${dialects.map((one) => one.id).join(', ')}.`)
  }
  const loaded = await loadConfig(ports, await toConfigInput(argument, io), options, { cancelled: () => false })
  if (!loaded.ok) throw new InputError(loaded.failure.message)
  if (loaded.value.summary.dialectBy === 'detected' && !args.has('quiet') && io.errIsTerminal) io.err(`${argument}: read as ${loaded.value.summary.product} ${loaded.value.summary.version}\n`)
  return loaded.value
}

/** Hands the result to `--output`, or to standard output. */
export async function deliver(text: string, args: Parsed, io: Io): Promise<void> {
  const file = args.value('output')
  if (file === null) io.out(text)
  else await io.writeFile(file, Buffer.from(text))
}
