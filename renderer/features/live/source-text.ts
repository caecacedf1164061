import type { ConfigInput } from '#shared/rpc/payloads.ts'

/** A source as it is remembered: without user and password. */
export function withoutPassword(source: string): string {
  return source.replace(/^((?:[a-z-]+:)?https?:\/\/)[^/@]*@/i, '$1')
}

/** What was asked to be opened, recordings apart from configs. */
export function partRecordings(inputs: readonly ConfigInput[]): { readonly configs: readonly ConfigInput[]; readonly recordings: readonly string[] } {
  const recordings = inputs.flatMap((input) => (input.kind === 'path' && input.path.endsWith('.lbrec') ? [input.path] : []))
  return { configs: inputs.filter((input) => input.kind !== 'path' || !input.path.endsWith('.lbrec')), recordings }
}

/** User and password as they stand in an address; null: there are none. */
export function credentialsOf(source: string): string | null {
  return /^(?:[a-z-]+:)?https?:\/\/([^/@]*)@/i.exec(source)?.[1] ?? null
}

/** An address without user and password, with those that were kept. */
export function withCredentials(source: string, credentials: string | null): string {
  return credentials === null ? source : source.replace(/^((?:[a-z-]+:)?https?:\/\/)/i, (scheme) => `${scheme}${credentials}@`)
}

/** Where a recording of a source begins, named after it and the moment. */
export function recordingPath(folder: string, source: string, at: Date): string {
  const name = source.replace(/^[a-z-]+:(?=https?:)|^https?:\/\//gi, '').replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(-60)
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return `${folder.replace(/[/\\]$/, '')}/${name === '' ? 'balancer' : name}-${time}.lbrec`
}
