import type { ConfigSummary } from '#shared/rpc/payloads.ts'
import { fileName } from '#renderer/features/review/places.ts'

/** What a side's chip says: how the config came here, in few words. */
export function toSideTitle(summary: Pick<ConfigSummary, 'input' | 'title'>): string {
  const { input, title } = summary
  switch (input.kind) {
    case 'path': return fileName(input.path) === '' ? title : fileName(input.path)
    case 'git': return `${fileName(input.path)} at ${input.ref}`
    case 'known-good': return `known good · ${title.replace(/^.* of /, '')}`
    case 'snapshot': return `snapshot · ${title.replace(/^.* of /, '')}`
    case 'files': return input.title
    case 'sample': return input.side === 'before' ? 'sample, before' : 'sample, after'
  }
}
