import type { Sentence, Tone } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'
import type { Step } from '#shared/model/routing-model.ts'
import type { TopologyView } from './topology-view.ts'

/** A sentence with its weight: lower comes first. */
export interface Ranked {
  readonly rank: number
  readonly sentence: Sentence
}

export interface SentenceParts {
  readonly rank: number
  readonly id: string
  readonly tone: Tone
  readonly text: string
  readonly details?: readonly string[]
  readonly highlights?: readonly string[]
  readonly before?: readonly Span[]
  readonly after?: readonly Span[]
}

export function say(parts: SentenceParts): Ranked {
  return {
    rank: parts.rank,
    sentence: { id: parts.id, tone: parts.tone, text: parts.text, details: parts.details ?? [], highlights: parts.highlights ?? [], before: parts.before ?? [], after: parts.after ?? [] },
  }
}

/** `a`, `a and b`, `a, b, c and 4 more`. */
export function list(names: readonly string[], most = 4): string {
  if (names.length <= 1) return names[0] ?? ''
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] as string}`
}

/** Route nodes by the line of their rule, per side. */
export function routeIdsByPlace(view: TopologyView): (step: Step | null, side: 'before' | 'after') => string | null {
  const index = { before: new Map<string, string>(), after: new Map<string, string>() }
  for (const node of view.nodes) {
    if (node.column !== 'route') continue
    for (const side of ['before', 'after'] as const) for (const at of node[side]) index[side].set(`${at.file}:${at.start}`, node.id)
  }
  return (step, side) => {
    const at = step?.origin[0]
    return at === undefined ? null : (index[side].get(`${at.file}:${at.start}`) ?? null)
  }
}

export function firstSpan(step: Step | null): readonly Span[] {
  return step === null ? [] : step.origin.slice(0, 1)
}
