import { Emitter, Range, type editor } from 'monaco-editor/editor'
import { LineRange } from 'monaco-editor/editor/common/core/ranges/lineRange'
import { DetailedLineRangeMapping, RangeMapping } from 'monaco-editor/editor/common/diff/rangeMapping'
import { diffInWorker } from './diff-client.ts'
import type { DiffReply } from './diff.worker.ts'

interface Difference {
  readonly identical: boolean
  readonly quitEarly: boolean
  readonly changes: readonly DetailedLineRangeMapping[]
  readonly moves: readonly never[]
}

/** Answers that were computed before their models were shown, by the model of the side before. */
const prepared = new WeakMap<editor.ITextModel, { readonly modified: editor.ITextModel; readonly reply: DiffReply }>()

/** Keeps an answer for the moment the editor asks for it, so that it decorates in its first frame. */
export function prepareDiff(original: editor.ITextModel, modified: editor.ITextModel, reply: DiffReply): void {
  prepared.set(original, { modified, reply })
}

/**
 * Our line difference in place of Monaco's own.
 *
 * The service only counts when the standalone services start with it, before the first language is registered; given
 * to `createDiffEditor` it is silently ignored.
 */
export const diffProviderFactory = {
  createDiffProvider() {
    const changed = new Emitter<void>()
    return {
      onDidChange: changed.event,
      async computeDiff(original: editor.ITextModel, modified: editor.ITextModel): Promise<Difference> {
        const known = prepared.get(original)
        const reply = known?.modified === modified ? known.reply : await diffInWorker(original.getValue(), modified.getValue())
        return toDifference(reply)
      },
      setOptions() {
        // The difference has no options: white space counts, there is no time limit to hit.
      },
      dispose() {
        changed.dispose()
      },
    }
  },
}

function toDifference(reply: DiffReply): Difference {
  const { hunks, inner } = reply
  const changes: DetailedLineRangeMapping[] = []
  let at = 0
  for (let index = 0; index * 4 < hunks.length; index += 1) {
    const [beforeStart, beforeEnd, afterStart, afterEnd] = hunks.subarray(index * 4, index * 4 + 4) as unknown as [number, number, number, number]
    // An empty list, not an absent one: whole new lines keep the pale colour of the line.
    const marks: RangeMapping[] = []
    for (; inner[at] === index; at += 6) {
      const line = inner[at + 1] as number
      const lineBefore = beforeStart + line + 1
      const lineAfter = afterStart + line + 1
      marks.push(new RangeMapping(
        new Range(lineBefore, (inner[at + 2] as number) + 1, lineBefore, (inner[at + 3] as number) + 1),
        new Range(lineAfter, (inner[at + 4] as number) + 1, lineAfter, (inner[at + 5] as number) + 1),
      ))
    }
    changes.push(new DetailedLineRangeMapping(new LineRange(beforeStart + 1, beforeEnd + 1), new LineRange(afterStart + 1, afterEnd + 1), marks))
  }
  return { identical: changes.length === 0, quitEarly: false, changes, moves: [] }
}
