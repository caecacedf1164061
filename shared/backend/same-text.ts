import type { Dialect } from '#shared/dialects/dialect.ts'
import type { LoadedConfig } from './load-config.ts'

/**
 * Whether two configs say the same word for word: only comments, blank lines and blanks between words may differ.
 *
 * Side files must be equal to the byte. This proves that they behave the same on the same product version, without any
 * knowledge of what the words mean; configs that are not the same in this sense may still behave alike.
 */
export function sameText(before: LoadedConfig, after: LoadedConfig): boolean {
  if (before === after || before.summary.hash === after.summary.hash) return before.dialect.id === after.dialect.id && sameWorld(before, after)
  if (before.dialect.id !== after.dialect.id || !sameWorld(before, after)) return false
  const sides = (config: LoadedConfig): string => JSON.stringify(config.files.filter((file) => file.source.role !== 'config').map((file) => [file.source.path, file.source.role, file.source.text]))
  return sides(before) === sides(after) && wordsOf(before) === wordsOf(after)
}

/** The same environment and product version: both change what the words mean. */
function sameWorld(before: LoadedConfig, after: LoadedConfig): boolean {
  const world = (config: LoadedConfig): string => JSON.stringify([config.model.version, [...config.model.environment].sort()])
  return world(before) === world(after)
}

function wordsOf(config: LoadedConfig): string {
  const lines: string[] = []
  for (const file of config.files) if (file.source.role === 'config') linesOf(config.dialect, file.source.text, lines)
  return lines.join('\n')
}

/** Lines without comments, each as its coloured tokens with single blanks between; empty ones left out. */
function linesOf(dialect: Dialect, text: string, lines: string[]): void {
  let state: string | null = null
  for (const line of text.split(/\r?\n/)) {
    const coloured = dialect.language.tokenizeLine(line, state)
    state = coloured.state
    const words = coloured.tokens.flatMap((token, index) => {
      if (token.class === 'comment') return []
      const word = line.slice(token.start, coloured.tokens[index + 1]?.start ?? line.length).trim()
      return word === '' ? [] : [word]
    })
    if (words.length > 0) lines.push(words.join(' '))
  }
}
