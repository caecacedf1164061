import { diffArrays } from 'diff'

/** A stretch of one changed line. Joining `same` and `removed` gives the line before, `same` and `added` the one after. */
export interface WordPart {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Longer lines are shown as replaced whole: word marks in them help nobody and cost time. */
const longestLine = 4000

/**
 * What changed inside one line, by words: names, numbers, runs of blanks, and every other character by itself.
 *
 * Shape: parts in reading order, removed before added, no two neighbours of one kind. Errors: none.
 */
export function diffWords(before: string, after: string): readonly WordPart[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }]
  if (before.length > longestLine || after.length > longestLine) return joined([{ kind: 'removed', text: before }, { kind: 'added', text: after }])
  const parts: WordPart[] = []
  for (const change of diffArrays(wordsOf(before), wordsOf(after))) {
    parts.push({ kind: change.added ? 'added' : change.removed ? 'removed' : 'same', text: change.value.join('') })
  }
  return joined(parts)
}

function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? []
}

/** Blanks alone between two changes count as changed: single surviving spaces make a line unreadable. */
function joined(parts: readonly WordPart[]): readonly WordPart[] {
  const result: WordPart[] = []
  let removed = ''
  let added = ''
  const flush = (): void => {
    if (removed !== '') result.push({ kind: 'removed', text: removed })
    if (added !== '') result.push({ kind: 'added', text: added })
    removed = ''
    added = ''
  }
  parts.forEach((part, index) => {
    if (part.kind === 'removed') removed += part.text
    else if (part.kind === 'added') added += part.text
    else if (removed !== '' && added !== '' && part.text.trim() === '' && index < parts.length - 1) {
      removed += part.text
      added += part.text
    } else {
      flush()
      result.push(part)
    }
  })
  flush()
  return result
}
