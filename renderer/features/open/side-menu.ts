import type { ConfigInput, RecentEntry } from '#shared/rpc/payloads.ts'

export interface RecentChoice {
  readonly key: string
  readonly title: string
  readonly detail: string
  readonly entry: RecentEntry
}

/** The latest pairs, each once, at most six. */
export function toRecentGroups(recent: readonly RecentEntry[]): readonly RecentChoice[] {
  const seen = new Map<string, RecentChoice>()
  for (const entry of recent) {
    const key = JSON.stringify([entry.before, entry.after])
    if (!seen.has(key)) seen.set(key, { key, title: entry.title, detail: `${entry.before === null ? 'no baseline' : describeInput(entry.before)} → ${describeInput(entry.after)}`, entry })
  }
  return [...seen.values()].slice(0, 6)
}

/** An input in few words. */
export function describeInput(input: ConfigInput): string {
  switch (input.kind) {
    case 'path': return input.path
    case 'git': return `${input.path} at ${input.ref}`
    case 'known-good': return `known good of ${input.source}`
    case 'snapshot': return `snapshot ${input.snapshotId.slice(0, 8)}`
    case 'files': return input.title
    case 'sample': return `sample, ${input.side}`
  }
}
