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
    readInput: () => readAll(process.stdin, 'Standard input'),
    readPipe: (path) => readAll(createReadStream(path), path),
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

async function readAll(stream: AsyncIterable<unknown>, name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      length += (chunk as Buffer).length
      if (length > inputLimitBytes) throw new InputError(`${name} holds more than ${inputLimitBytes / 1024 / 1024} MB.`)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${name} could not be read: ${(error as Error).message}.`)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
