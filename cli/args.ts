import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './io.ts'

/** One option of a command. `value`: name of its value in the help; null: a switch. */
export interface OptionSpec {
  readonly name: string
  readonly short?: string
  readonly value: string | null
  readonly repeat?: boolean
  readonly help: string
}

export interface Parsed {
  readonly positionals: readonly string[]
  /** Last value of an option, or null. */
  readonly value: (name: string) => string | null
  readonly values: (name: string) => readonly string[]
  readonly has: (name: string) => boolean
}

export const outputOptions: readonly OptionSpec[] = [
  { name: 'format', value: 'F', help: 'form of the output' },
  { name: 'output', short: 'o', value: 'FILE', help: 'write there instead of standard output' },
  { name: 'no-color', value: null, help: 'never colour the output' },
  { name: 'quiet', short: 'q', value: null, help: 'only what was asked for, no remarks' },
]

/** Options of every command that reads a config. */
export const readingOptions: readonly OptionSpec[] = [
  { name: 'dialect', value: 'ID', help: 'product of the config; otherwise it is detected' },
  { name: 'root', value: 'DIR', help: 'look absolute paths of maps, lists and includes up under DIR first' },
  { name: 'define', short: 'D', value: 'NAME=VALUE', repeat: true, help: 'environment of the config' },
  { name: 'product-version', value: 'V', help: 'version of the product to read the config as, e.g. 2.6' },
  ...outputOptions,
]

/** Reads `argv` by `specs`. Throws `UsageError` naming what is wrong. */
export function readArgs(argv: readonly string[], specs: readonly OptionSpec[]): Parsed {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const spec of specs) {
    options[spec.name] = { type: spec.value === null ? 'boolean' : 'string', multiple: true, ...(spec.short === undefined ? {} : { short: spec.short }) }
  }
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    const message = (error as Error).message.split('. ')[0] ?? ''
    throw new UsageError(`${message.replace(/'/g, '"')}.`)
  }
  const valuesOf = (name: string): readonly string[] => (parsed.values[name] as readonly string[] | undefined) ?? []
  for (const spec of specs) {
    if (spec.repeat !== true && spec.value !== null && valuesOf(spec.name).length > 1) throw new UsageError(`--${spec.name} stands more than once.`)
  }
  return {
    positionals: parsed.positionals,
    value: (name) => valuesOf(name)[0] ?? null,
    values: valuesOf,
    has: (name) => parsed.values[name] !== undefined,
  }
}

/** The value of `--name` if it is one of `known`, `fallback` when it is not given. */
export function choiceOf<const T extends string>(args: Parsed, name: string, known: readonly T[], fallback: NoInfer<T>): T {
  const given = args.value(name)
  if (given === null) return fallback
  const found = known.find((one) => one === given)
  if (found === undefined) throw new UsageError(`--${name} takes ${known.join(', ')}; "${given}" is none of them.`)
  return found
}

export function numberOf(args: Parsed, name: string, from: number, to: number, fallback: number): number {
  const given = args.value(name)
  if (given === null) return fallback
  const number = Number(given)
  if (!Number.isFinite(number) || given.trim() === '' || number < from || number > to) throw new UsageError(`--${name} takes a number from ${from} to ${to}; "${given}" is not one.`)
  return number
}

export function expectPositionals(args: Parsed, least: number, most: number, names: string): readonly string[] {
  if (args.positionals.length < least) throw new UsageError(`Something is missing: ${names}.`)
  if (args.positionals.length > most) throw new UsageError(`"${args.positionals[most]}" is one argument too many; expected ${names}.`)
  return args.positionals
}

/** Help of one command as plain text. */
export function renderHelp(usage: string, summary: string, specs: readonly OptionSpec[], remarks: readonly string[] = []): string {
  const left = specs.map((spec) => `  ${spec.short === undefined ? '' : `-${spec.short}, `}--${spec.name}${spec.value === null ? '' : ` ${spec.value}`}`)
  const width = Math.max(0, ...left.map((text) => text.length))
  const lines = specs.map((spec, index) => `${(left[index] as string).padEnd(width)}  ${spec.help}`)
  return [`Usage: steelyard ${usage}`, '', summary, ...(lines.length === 0 ? [] : ['', ...lines]), ...(remarks.length === 0 ? [] : ['', ...remarks]), ''].join('\n')
}
