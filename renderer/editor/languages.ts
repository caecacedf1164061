import { languages, type editor, type Position } from 'monaco-editor/editor'
import type { LanguageDefinition, SupportEntry, SupportState } from '#shared/dialects/dialect.ts'

const stateWords: Readonly<Record<SupportState, string>> = {
  modelled: 'Modelled exactly.',
  inert: 'Cannot change where a request goes.',
  approximate: 'Modelled with a stated difference.',
  unsupported: 'Known, not modelled: what depends on it is shown as unknown.',
}

/** State of the tokenizer between two lines, as the dialect hands it over. */
interface LineState extends languages.IState {
  readonly value: string | null
}

function lineState(value: string | null): LineState {
  return {
    value,
    clone: () => lineState(value),
    equals: (other) => 'value' in other && other.value === value,
  }
}

/** Says whether a line opens a section; asks the dialect once for each first word. */
export function sectionFinder(language: Pick<LanguageDefinition, 'tokenizeLine'>): (line: string) => string | null {
  const known = new Map<string, boolean>()
  return (line) => {
    const word = /^\s*([A-Za-z][\w-]*)/.exec(line)?.[1]
    if (word === undefined) return null
    let opens = known.get(word)
    if (opens === undefined) known.set(word, (opens = language.tokenizeLine(word, null).tokens[0]?.class === 'section'))
    return opens ? word : null
  }
}

/** Section a line stands in, at most 50 000 lines up; null before the first. */
export function sectionAt(model: Pick<editor.ITextModel, 'getLineContent'>, lineNumber: number, sectionOf: (line: string) => string | null): string | null {
  for (let line = lineNumber; line >= 1 && line > lineNumber - 50_000; line -= 1) {
    const section = sectionOf(model.getLineContent(line))
    if (section !== null) return section
  }
  return null
}

/** What is known about a keyword, as Markdown. */
export function describeKeyword(word: string, entry: SupportEntry | null): string {
  if (entry === null) return `**${word}**\n\nNot in the table of known keywords. What depends on it is shown as unknown.`
  const versions = [entry.since === null ? '' : `since ${entry.since}`, entry.until === null ? '' : `until ${entry.until}`].filter((part) => part !== '').join(', ')
  return `**${word}**${versions === '' ? '' : ` (${versions})`}\n\n${entry.summary}\n\n*${stateWords[entry.state]}*`
}

/** Turns a dialect's language data into Monaco's calls. */
export function registerLanguage(language: LanguageDefinition): void {
  const sectionOf = sectionFinder(language)
  languages.register({ id: language.id, aliases: [language.title], extensions: [...language.extensions] })
  languages.setLanguageConfiguration(language.id, { comments: { lineComment: '#' } })
  languages.setTokensProvider(language.id, {
    getInitialState: () => lineState(null),
    tokenize(line, state) {
      const { tokens, state: next } = language.tokenizeLine(line, (state as LineState).value)
      return { tokens: tokens.map((token) => ({ startIndex: token.start, scopes: token.class === 'text' ? '' : token.class })), endState: lineState(next) }
    },
  })
  languages.registerHoverProvider(language.id, {
    provideHover(model: editor.ITextModel, position: Position) {
      const found = language.hover(model.getLineContent(position.lineNumber), position.column - 1, sectionAt(model, position.lineNumber, sectionOf))
      if (found === null) return null
      return {
        range: { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: found.start + 1, endColumn: found.end + 1 },
        contents: [{ value: describeKeyword(found.word, found.entry) }],
      }
    },
  })
  languages.registerFoldingRangeProvider(language.id, {
    provideFoldingRanges(model) {
      const ranges: languages.FoldingRange[] = []
      let start = 0
      let last = 0
      const count = model.getLineCount()
      for (let line = 1; line <= count + 1; line += 1) {
        const text = line <= count ? model.getLineContent(line) : ''
        if (line > count || sectionOf(text) !== null) {
          if (start > 0 && last > start) ranges.push({ start, end: last })
          start = line
        }
        if (text.trim() !== '' && !text.startsWith('#')) last = line
      }
      return ranges
    },
  })
}
