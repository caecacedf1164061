import type { Dialect } from '#shared/dialects/dialect.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { LoadedConfig } from './load-config.ts'

/**
 * Whether two configs say the same word for word: only comments, blank lines and blanks between words may differ.
 *
 * Environment, product version, encodings, the number of files and their last line ends must be equal, side files to the
 * character. Without any knowledge of what the words mean, this proves that both behave the same as far as the files that
 * were read decide; scripts and state files are not read, so a caller that claims more looks at the gaps as well. It errs
 * to the other side: a line with a quote or a backslash, and one that such a line may run into, counts as it stands, apart from
 * its indentation. Configs that are not the same in this sense may still behave alike.
 */
export function sameText(before: LoadedConfig, after: LoadedConfig): boolean {
  if (before.dialect.id !== after.dialect.id || worldOf(before) !== worldOf(after)) return false
  const configs = { before: configFiles(before), after: configFiles(after) }
  return configs.before.length === configs.after.length && configs.before.every((file, index) => {
    const other = configs.after[index] as SourceFile
    return file.encoding === other.encoding && (file.text === other.text || wordsOf(before.dialect, file.text) === wordsOf(after.dialect, other.text))
  })
}

const configFiles = (config: LoadedConfig): readonly SourceFile[] => config.files.map((file) => file.source).filter((file) => file.role === 'config')

/** Everything besides the config text that the meaning of its words depends on. */
function worldOf(config: LoadedConfig): string {
  const sides = config.files.map((file) => file.source).filter((file) => file.role !== 'config').map((file) => [file.path, file.role, file.encoding, file.text])
  return JSON.stringify([config.model.version, [...config.model.environment].sort(), sides])
}

/** One text of all words, lines apart. Line ends stay visible where they matter: after a backslash, and at the end of the file. */
function wordsOf(dialect: Dialect, text: string): string {
  const out: string[] = []
  let state: string | null = null
  let runsOn = false
  // A quote that is not closed on its line may go on over the next ones, whatever the dialect.
  let quoted = false
  for (const line of text.split('\n')) {
    const coloured = dialect.language.tokenizeLine(line, state)
    const inside = runsOn || quoted
    state = coloured.state
    // A line that is all comment says nothing, unless a backslash might join the next line to it.
    if (!inside && coloured.tokens.every((token) => token.class === 'comment') && /^[ \t]*#[^\\]*$/.test(line)) continue
    const delicate = /["'\\]/.test(line)
    runsOn = /\\\r?$/.test(line)
    for (const quote of ['"', "'"]) if ((line.split(quote).length - 1) % 2 === 1) quoted = !quoted
    if (inside) out.push(line)
    else if (delicate) out.push(line.replace(/^[ \t]+/, ''))
    else {
      const comment = coloured.tokens.find((token) => token.class === 'comment')
      const words = line.slice(0, comment?.start ?? line.length).split(/[ \t\r]+/).filter((word) => word !== '')
      if (words.length > 0) out.push(words.join(' '))
    }
  }
  return `${out.join('\n')}${text.endsWith('\n') ? '\n' : ''}`
}
