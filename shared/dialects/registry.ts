import type { SourceFile } from '#shared/text/source-file.ts'
import type { Confidence, Dialect, DialectId } from './dialect.ts'

/** Every dialect, in the order in which equal guesses are decided. A new one is one line here. */
export const dialects: readonly Dialect[] = []

export function dialectById(id: DialectId): Dialect | undefined {
  return dialects.find((dialect) => dialect.id === id)
}

/** The dialect that is surest that `file` is its own; null when none is. */
export function detectDialect(file: SourceFile): { readonly dialect: Dialect; readonly confidence: Confidence } | null {
  let best: { readonly dialect: Dialect; readonly confidence: Confidence } | null = null
  for (const dialect of dialects) {
    const confidence = dialect.detect(file)
    if (confidence > 0 && (best === null || confidence > best.confidence)) best = { dialect, confidence }
  }
  return best
}
