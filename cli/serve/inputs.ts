import path from 'node:path'
import type { ConfigInput } from '#shared/rpc/payloads.ts'
import type { Io } from '#cli/io.ts'
import { toConfigInput } from '#cli/reading-input.ts'

/** Config arguments as the screen opens them; paths become absolute, because the screen outlives the working directory. */
export async function toOpenInputs(names: readonly string[], io: Io): Promise<readonly ConfigInput[]> {
  const inputs: ConfigInput[] = []
  for (const name of names) {
    const input = await toConfigInput(name, io)
    inputs.push(input.kind === 'path' ? { kind: 'path', path: path.resolve(input.path) } : input)
  }
  return inputs
}
