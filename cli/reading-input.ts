import type { ConfigInput } from '#shared/rpc/payloads.ts'
import { UsageError, type Io } from './io.ts'

/**
 * A config argument: a file or folder, `-`, `git:REF:PATH`, or `known-good:SOURCE`.
 * A REF may hold no colon, so the first one after it ends it.
 */
export async function toConfigInput(argument: string, io: Io): Promise<ConfigInput> {
  if (argument === '-') {
    return { kind: 'files', title: 'standard input', files: [{ path: 'standard-input.cfg', base64: Buffer.from(await io.readInput()).toString('base64') }] }
  }
  if (argument.startsWith('git:')) {
    const colon = argument.indexOf(':', 4)
    if (colon === -1 || colon === 4 || colon === argument.length - 1) throw new UsageError(`"${argument}" is not of the form git:REF:PATH.`)
    return { kind: 'git', ref: argument.slice(4, colon), path: argument.slice(colon + 1) }
  }
  if (argument.startsWith('known-good:')) {
    if (argument.length === 'known-good:'.length) throw new UsageError('known-good: needs the name of a source, e.g. known-good:/etc/haproxy/haproxy.cfg.')
    return { kind: 'known-good', source: argument.slice('known-good:'.length) }
  }
  if (/^\/(dev\/(stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/.test(argument)) {
    // Process substitution of a shell: a pipe, which is read to its end here.
    return { kind: 'files', title: argument, files: [{ path: argument, base64: Buffer.from(await io.readPipe(argument)).toString('base64') }] }
  }
  if (argument === '') throw new UsageError('A config argument is empty.')
  return { kind: 'path', path: argument }
}
