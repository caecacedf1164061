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

interface Prepared {
  readonly modified: editor.ITextModel
  readonly answer: Promise<DiffReply>
  /** The first screen has been handed over, or is not wanted ahead of the rest. */
  isStarted: boolean
}

/** Answers that are being computed for models about to be shown, by the model of the side before. */
const prepared = new WeakMap<editor.ITextModel, Prepared>()

/** Above this many hunks the first screen comes ahead of the rest: their zones and colours take Monaco a third of a second. */
const atOnceUpTo = 400
/** Lines from the first change on that count as the first screen. */
const firstScreenLines = 300

/** Keeps an answer for the moment the editor asks for it. `wholeAtOnce`: no first screen ahead, a place further down is shown. */
export function prepareDiff(original: editor.ITextModel, modified: editor.ITextModel, answer: Promise<DiffReply>, wholeAtOnce: boolean): void {
  prepared.set(original, { modified, answer, isStarted: wholeAtOnce })
}

/**
 * Our line difference in place of Monaco's own.
 *
 * The service only counts when the standalone services start with it, before the first language is registered; given
 * to `createDiffEditor` it is silently ignored. Of very many changes it first gives those of the first screen, and all
 * of them when that screen has been painted.
 */
export const diffProviderFactory = {
  createDiffProvider() {
    const changed = new Emitter<void>()
    return {
      onDidChange: changed.event,
      async computeDiff(original: editor.ITextModel, modified: editor.ITextModel): Promise<Difference> {
        const known = prepared.get(original)
        if (known?.modified !== modified) {
          const reply = await diffInWorker(original.getValue(), modified.getValue())
          return toDifference(reply, reply.hunks.length / 4)
        }
        const reply = await known.answer.catch(() => null)
        // The view tells why there is none.
        if (reply === null) return { identical: false, quitEarly: true, changes: [], moves: [] }
        const count = reply.hunks.length / 4
        if (known.isStarted || count <= atOnceUpTo) return toDifference(reply, count)
        known.isStarted = true
        afterPaint(() => changed.fire())
        return toDifference(reply, hunksOfFirstScreen(reply.hunks))
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

function hunksOfFirstScreen(hunks: Int32Array): number {
  const end = (hunks[0] ?? 0) + firstScreenLines
  let count = 0
  while (count * 4 < hunks.length && (hunks[count * 4] as number) < end) count += 1
  return count
}

/** After the next frame; windows that are not painted have no frames, so a moment later at the latest. */
function afterPaint(act: () => void): void {
  let isDone = false
  const once = (): void => {
    if (isDone) return
    isDone = true
    act()
  }
  requestAnimationFrame(() => setTimeout(once, 0))
  setTimeout(once, 500)
}

/** The first `count` hunks as the editor wants them. */
function toDifference(reply: DiffReply, count: number): Difference {
  const { hunks, inner } = reply
  const changes: DetailedLineRangeMapping[] = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
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
