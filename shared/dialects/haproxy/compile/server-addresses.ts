import { expandAddress } from '../words.ts'
import type { ConditionalEnvironment } from '../conditionals.ts'
import type { CompileState } from './state.ts'

/** The address with its environment variables replaced; those it names are noted in the state. */
export function expandServerAddress(state: CompileState, written: string, environment: ConditionalEnvironment): string {
  if (!written.includes('$')) return written
  for (const match of written.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) {
    const name = match[1] as string
    state.environment.set(name, environment.variables[name] ?? null)
  }
  return expandAddress(written, environment)
}
