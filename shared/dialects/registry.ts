import type { SourceFile } from '#shared/text/source-file.ts'
import type { Dialect, DialectId } from './dialect.ts'
import { haproxy } from './haproxy/index.ts'

/** Every balancer product this build knows. One line per dialect. */
export const dialects: readonly Dialect[] = [
  haproxy as Dialect,
]

/** Null: no such dialect. */
export function dialectById(id: DialectId): Dialect | null {
  return dialects.find((dialect) => dialect.id === id) ?? null
}

/** The dialect most sure of the config files; null: none takes any of them. The mean over the files decides, ties go to the first. */
export function detectDialect(files: readonly SourceFile[]): Dialect | null {
  const configs = files.filter((file) => file.role === 'config')
  let best: Dialect | null = null
  let most = 0
  for (const dialect of dialects) {
    let sum = 0
    for (const file of configs) sum += dialect.detect(file)
    if (sum > most) {
      most = sum
      best = dialect
    }
  }
  return best
}
