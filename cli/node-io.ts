import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { InputError, type Io } from './io.ts'

const inputLimitBytes = 128 * 1024 * 1024

/** The process itself. A reader that goes away (`| head`) ends us quietly. */
export function nodeIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (text) => { process.stdout.write(text) },
    err: (text) => { process.stderr.write(text) },
    drained: () => (process.stdout.writableNeedDrain ? new Promise((resolve) => process.stdout.once('drain', resolve)) : Promise.resolve()),
    outIsTerminal: process.stdout.isTTY,
    errIsTerminal: process.stderr.isTTY,
    environment: process.env,
    async readInput() {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of process.stdin) {
        length += (chunk as Buffer).length
        if (length > inputLimitBytes) throw new InputError(`Standard input holds more than ${inputLimitBytes / 1024 / 1024} MB.`)
        chunks.push(chunk as Buffer)
      }
      return new Uint8Array(Buffer.concat(chunks))
    },
    async *inputLines(file) {
      const input = file === null ? process.stdin : createReadStream(file)
      try {
        yield* createInterface({ input, crlfDelay: Infinity })
      } catch (error) {
        throw new InputError(`${file ?? 'Standard input'} could not be read: ${(error as Error).message}.`)
      }
    },
    async writeFile(path, bytes) {
      try {
        await writeFile(path, bytes)
      } catch (error) {
        throw new InputError(`${path} could not be written: ${(error as Error).message}.`)
      }
    },
  }
}
