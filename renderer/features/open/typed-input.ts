import type { ConfigInput } from '#shared/rpc/payloads.ts'

/**
 * What a person typed where a path is asked for, in the words of the command line: a file or folder, `git:REF:PATH`, or
 * `known-good:SOURCE`. A REF may hold no colon, so the first one after it ends it. Anything else is a path.
 */
export function toTypedInput(text: string): ConfigInput {
  const git = /^git:([^:]+):(.+)$/.exec(text)
  if (git?.[1] !== undefined && git[2] !== undefined) return { kind: 'git', ref: git[1], path: git[2] }
  const good = /^known-good:(.+)$/.exec(text)?.[1]
  return good === undefined ? { kind: 'path', path: text } : { kind: 'known-good', source: good }
}
