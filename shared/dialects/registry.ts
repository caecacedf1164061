import type { SourceFile } from '#shared/text/source-file.ts'
import type { Confidence, Dialect, DialectId } from './dialect.ts'
import { haproxy } from './haproxy/index.ts'
import { nginx } from './nginx/index.ts'

/** Every balancer product this build knows. One line per dialect. */
export const dialects: readonly Dialect[] = [
  haproxy as Dialect,
  nginx as Dialect,
]

export function dialectById(id: DialectId): Dialect | undefined {
  return dialects.find((dialect) => dialect.id === id)
}

/** The dialect most sure that the file is its own, and how sure; ties go to the first. Null: none takes it. */
export function detectDialect(file: SourceFile): { readonly dialect: Dialect; readonly confidence: Confidence } | null {
  let best: { readonly dialect: Dialect; readonly confidence: Confidence } | null = null
  for (const dialect of dialects) {
    const confidence = dialect.detect(file)
    if (confidence > (best?.confidence ?? 0)) best = { dialect, confidence }
  }
  return best
}
