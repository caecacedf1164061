import { useEffect, useMemo, useState, type Ref } from 'react'
import { useApp } from '#renderer/app/context.ts'
import type { EditorMark, EditorProblem, EditorText, Reveal, TextDiffHandle } from '#renderer/editor/props.ts'
import { TextDiff } from '#renderer/editor/TextDiff.tsx'
import { TextView } from '#renderer/editor/TextView.tsx'
import type { Side } from '#renderer/state/app-state.ts'
import { FailureNote, Working } from '#renderer/ui/primitives.tsx'
import type { Failure } from '#shared/diagnostics/failure.ts'
import { toHunkRows } from '#renderer/features/behaviour/hunk-rows.ts'
import type { BehaviourAnswer, FilePair, TextHunk } from '#shared/rpc/payloads.ts'
import {
  changesInside, holds, lineAcross, lineInside, linesIn, neighbourChange, partLines, problemsInside, revealInside, revealLine, windowAround, windowBefore, windowWords, type LineWindow, type ShownPart,
} from './long-text.ts'

/** One side of a long text. `lines`: how many the whole file has. */
export interface LongSide {
  readonly configId: string
  readonly path: string
  readonly lines: number
  readonly language: string
}

interface LongTextProps {
  readonly before: LongSide | null
  readonly after: LongSide | null
  /** Whether two sides are compared; one of them may still be missing. */
  readonly compared: boolean
  readonly hunks: readonly TextHunk[]
  readonly layout: 'side-by-side' | 'inline'
  readonly foldUnchanged: boolean
  readonly reveal: Reveal | null
  readonly problems: readonly EditorProblem[]
  readonly marks: readonly EditorMark[]
  /** What the changes do to traffic; null: not known (yet). */
  readonly behaviour: { readonly pair: FilePair; readonly answer: BehaviourAnswer } | null
  readonly theme: 'dark' | 'light'
  readonly title: string
  readonly onCursor: (side: Side, offset: number) => void
  readonly onHunk: (key: string) => void
  readonly handle: Ref<TextDiffHandle>
}

interface Shown {
  readonly before: ShownPart | null
  readonly after: ShownPart | null
  readonly window: LineWindow
}

const nothing: ShownPart = { text: '', startOffset: 0, startLine: 0, totalLines: 0 }
const noLabels = [] as const

/** A text too long for an editor: a part of it with true line numbers, and ways to the other parts. */
export function LongText(props: LongTextProps) {
  const { before, after, hunks, compared, reveal, problems, theme, title, onCursor } = props
  const { client } = useApp()
  const main = after ?? before
  const [place, setPlace] = useState<{ readonly line: number } | { readonly side: Side; readonly offset: number }>(() => (reveal === null ? { line: hunks[0]?.afterStart ?? 0 } : { side: reveal.side, offset: reveal.start }))
  const [shown, setShown] = useState<Shown | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [tries, setTries] = useState(0)
  /** A line that was asked for by its number. */
  const [asked, setAsked] = useState<{ readonly line: number; readonly serial: number } | null>(null)

  // A place outside the part that is shown brings its own part.
  useEffect(() => {
    setAsked(null)
    if (reveal === null) return
    const part = shown?.[reveal.side] ?? null
    if (part === null || !holds(part, reveal.start)) setPlace({ side: reveal.side, offset: reveal.start })
  }, [reveal])

  useEffect(() => {
    if (main === null) return
    let isCurrent = true
    const fetchLines = async (side: LongSide | null, lines: LineWindow): Promise<ShownPart> => {
      if (side === null || lines.end <= lines.start) return { ...nothing, totalLines: side?.lines ?? 0, startLine: lines.start }
      const count = lines.end - lines.start
      const result = await client.call('config.textPart', { configId: side.configId, path: side.path, around: { line: lines.start + Math.floor(count / 2) }, lines: count })
      if (!result.ok) throw new PartFailure(result.failure)
      return result.value
    }
    const load = async (): Promise<Shown> => {
      let line = 'line' in place ? place.line : 0
      if ('offset' in place) {
        const side = place.side === 'before' ? before : after
        if (side !== null) {
          const found = await client.call('config.textPart', { configId: side.configId, path: side.path, around: { offset: place.offset }, lines: 1 })
          if (!found.ok) throw new PartFailure(found.failure)
          line = place.side === 'before' && after !== null ? lineAcross(hunks, found.value.startLine, 'before') : found.value.startLine
        }
      }
      const lines = windowAround(line, main.lines)
      const [first, second] = await Promise.all([
        after === null ? fetchLines(before, lines) : before === null ? null : fetchLines(before, windowBefore(hunks, lines, after.lines, before.lines)),
        after === null ? null : fetchLines(after, lines),
      ])
      return { before: first, after: second, window: lines }
    }
    setFailure(null)
    load().then(
      (now) => { if (isCurrent) setShown(now) },
      (reason: unknown) => {
        if (!isCurrent) return
        if (reason instanceof PartFailure) setFailure(reason.failure)
        else throw reason
      },
    )
    return () => { isCurrent = false }
  }, [client, place, before?.configId, before?.path, after?.configId, after?.path, hunks, tries])

  const texts = useMemo(() => ({ before: toText(before, shown?.before ?? null), after: toText(after, shown?.after ?? null) }), [shown])
  const { behaviour } = props
  const pair = behaviour?.pair ?? null
  const answer = behaviour?.answer ?? null
  const chosen = useMemo(() => (shown === null ? [] : [...problemsInside(props.marks, shown.before ?? nothing, 'before'), ...problemsInside(props.marks, shown.after ?? nothing, 'after')]), [props.marks, shown])
  const rows = useMemo(() => {
    if (shown === null || pair === null || answer === null) return []
    const lines = { before: lineInside(shown.before ?? nothing), after: lineInside(shown.after ?? nothing) }
    return toHunkRows(pair, answer, (side, offset) => lines[side](offset), { before: windowOf(shown.before), after: windowOf(shown.after) })
  }, [shown, pair, answer])
  const marks = useMemo(() => (shown === null ? [] : [...problemsInside(problems, shown.before ?? nothing, 'before'), ...problemsInside(problems, shown.after ?? nothing, 'after')]), [problems, shown])
  const inside = useMemo(() => {
    if (shown === null) return null
    const side = after === null ? 'before' : 'after'
    if (asked !== null) return revealLine(shown[side] ?? nothing, asked.line, side, asked.serial)
    return reveal === null ? null : revealInside(reveal, shown[reveal.side] ?? nothing)
  }, [reveal, shown, asked])

  if (failure !== null) return <FailureNote failure={failure} onRetry={() => setTries((count) => count + 1)} />
  if (main === null || shown === null) return <Working text="Fetching the text…" />
  const part = (after === null ? shown.before : shown.after) ?? nothing
  const moved = (side: Side, offset: number): void => onCursor(side, offset + (shown[side]?.startOffset ?? 0))
  const goElsewhere = (line: number): void => {
    setAsked(null)
    go(line)
  }
  const go = (line: number): void => setPlace({ line: Math.max(0, Math.min(main.lines - 1, line)) })
  const previous = neighbourChange(hunks, shown.window, -1)
  const next = neighbourChange(hunks, shown.window, 1)
  return (
    <>
      <div className="long-text" role="group" aria-label="Part of the text">
        <span>Long file: {windowWords(part, part.text === '' ? 0 : linesIn(part.text))}</span>
        <button type="button" className="link" disabled={shown.window.start === 0} onClick={() => goElsewhere(shown.window.start - partLines / 2)}>Previous lines</button>
        <button type="button" className="link" disabled={shown.window.end >= main.lines} onClick={() => goElsewhere(shown.window.end + partLines / 2)}>Next lines</button>
        <label>
          Line <input
            className="input mono" type="number" min={1} max={main.lines} aria-label="Go to line"
            onKeyDown={(event) => {
              const line = event.currentTarget.valueAsNumber
              if (event.key !== 'Enter' || !Number.isFinite(line)) return
              const zero = Math.max(0, Math.min(main.lines - 1, Math.floor(line) - 1))
              setAsked((before) => ({ line: zero, serial: (before?.serial ?? 0) + 1 }))
              if (zero < shown.window.start || zero >= shown.window.end) go(zero)
            }}
          />
        </label>
        {compared && (
          <>
            <span className="muted">{changesInside(hunks, shown.window).toLocaleString('en')} of {hunks.length.toLocaleString('en')} changes here</span>
            {previous !== null && <button type="button" className="link" onClick={() => goElsewhere(previous)}>Earlier changes</button>}
            {next !== null && <button type="button" className="link" onClick={() => goElsewhere(next)}>Later changes</button>}
          </>
        )}
      </div>
      {!compared && texts.after !== null
        ? <TextView text={texts.after} reveal={inside} problems={marks} labels={noLabels} marks={chosen} theme={theme} ariaLabel={`Part of the text of ${main.path}`} onCursor={moved} />
        : <TextDiff ref={props.handle} before={texts.before} after={texts.after} layout={props.layout} foldUnchanged={props.foldUnchanged} reveal={inside} problems={marks} labels={noLabels} marks={chosen} hunkRows={rows} theme={theme} ariaLabel={`Part of the difference of ${title}`} onCursor={moved} onHunk={props.onHunk} />}
    </>
  )
}

/** Lines of the file that a part holds whole. */
function windowOf(part: ShownPart | null): LineWindow {
  if (part === null || part.text === '') return { start: 0, end: 0 }
  return { start: part.startLine, end: Math.min(part.totalLines, part.startLine + linesIn(part.text) - (part.text.endsWith('\n') ? 1 : 0)) }
}

class PartFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

function toText(side: LongSide | null, part: ShownPart | null): EditorText | null {
  return side === null || part === null ? null : { path: side.path, text: part.text, language: side.language, firstLine: part.startLine }
}
