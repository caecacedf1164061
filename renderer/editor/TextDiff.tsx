import { useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { editor } from 'monaco-editor/editor'
import { diffInWorker, warmDiff } from './diff-client.ts'
import type { DiffReply } from './diff.worker.ts'
import './editor.css'
import { showHunkRows } from './hunk-rows.ts'
import { markProblems, noMarks, toDecorations, toMarkDecorations } from './marks.ts'
import { placeAcross } from './place-across.ts'
import type { EditorHunkRow, Side, TextDiffProps } from './props.ts'
import { createTextPlaces, lineNumbersFrom, toEditorText } from './text-places.ts'
import { useMonaco, type Monaco } from './use-monaco.ts'

warmDiff()

/** Up to here the line of the section stays at the top while scrolling; beyond, finding the sections would delay the first picture. */
const stickyUpToCharacters = 1_500_000
/** Above this many changes folding would freeze the window for seconds. */
const foldUpTo = 1000

/** Editors whose window part is gone; their last effects must not touch them. */
const disposed = new WeakSet<editor.IStandaloneDiffEditor>()

const noRows: readonly EditorHunkRow[] = []

interface Shown {
  readonly original: editor.ITextModel
  readonly modified: editor.ITextModel
  readonly reply: DiffReply
}

/** Two versions of one file, side by side or inline, compared by our own line difference in a worker. */
export function TextDiff(props: TextDiffProps) {
  const { before, after, layout, foldUnchanged, reveal, problems, labels, theme, ariaLabel, ref } = props
  const marks = props.marks ?? noMarks
  const hunkRows = props.hunkRows ?? noRows
  const { monaco, failure } = useMonaco()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<editor.IStandaloneDiffEditor | null>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const [broken, setBroken] = useState<string | null>(null)
  const revealed = useRef<editor.IEditorDecorationsCollection | null>(null)
  const lastName = useRef('')
  const lastState = useRef<editor.IDiffEditorViewState | null>(null)
  const calls = useRef(props)
  calls.current = props
  const places = useMemo(() => ({ before: createTextPlaces(before?.text ?? ''), after: createTextPlaces(after?.text ?? '') }), [before?.text, after?.text])
  const hunkCount = shown === null ? 0 : shown.reply.hunks.length / 4
  const isFolded = foldUnchanged && hunkCount > 0 && hunkCount <= foldUpTo

  useEffect(() => {
    if (monaco === null || host.current === null) return
    const made = monaco.editor.createDiffEditor(host.current, {
      ...monaco.commonOptions, originalEditable: false, renderSideBySide: layout === 'side-by-side', useInlineViewWhenSpaceIsLimited: false, renderIndicators: true,
      renderMarginRevertIcon: false, renderGutterMenu: false, diffWordWrap: 'off', ignoreTrimWhitespace: false, enableSplitViewResizing: true,
      maxFileSize: 1024, maxComputationTime: 0, ariaLabel, originalAriaLabel: `${ariaLabel}, before`, modifiedAriaLabel: `${ariaLabel}, after`, accessibilityVerbose: false,
      experimental: { showMoves: false },
    })
    const follow = (side: Side, each: editor.ICodeEditor): void => {
      each.onDidChangeCursorPosition((event) => {
        if (event.source !== 'mouse' && event.source !== 'keyboard') return
        const at = calls.current[side]
        if (at !== null) calls.current.onCursor?.(side, createCachedPlaces(at.text).toOffset(event.position.lineNumber, event.position.column))
      })
    }
    follow('before', made.getOriginalEditor())
    follow('after', made.getModifiedEditor())
    setView(made)
    return () => {
      setView(null)
      revealed.current = null
      made.setModel(null)
      made.dispose()
      disposed.add(made)
    }
  }, [monaco])

  useEffect(() => {
    if (monaco !== null && host.current !== null) monaco.applyTheme(theme, host.current)
  }, [monaco, theme])

  useEffect(() => {
    view?.updateOptions({ ariaLabel, renderSideBySide: layout === 'side-by-side' })
  }, [view, layout, ariaLabel])

  useEffect(() => {
    // Unfolded, no stretch is long enough: the editor would mark thousands for nothing.
    view?.updateOptions({ ariaLabel, hideUnchangedRegions: { enabled: isFolded, minimumLineCount: isFolded ? 3 : 1 << 30, contextLineCount: 3, revealLineCount: 20 } })
  }, [view, isFolded, ariaLabel])

  // The texts are cut into lines and laid out here while the worker compares them.
  useEffect(() => {
    if (monaco === null || view === null) return
    let isCurrent = true
    const leftText = toEditorText(before?.text ?? '')
    const rightText = toEditorText(after?.text ?? '')
    setBroken(null)
    setShown(null)
    const answer = diffInWorker(leftText, rightText)
    view.updateOptions({ stickyScroll: { enabled: Math.max(leftText.length, rightText.length) <= stickyUpToCharacters, maxLineCount: 2 } })
    const original = monaco.createTextModel(leftText, languageOf(monaco, before))
    const modified = monaco.createTextModel(rightText, languageOf(monaco, after))
    // The same file seen again (it changed on disk) keeps its place.
    const name = [before, after].map((text) => `${text?.path ?? ''}\n${text?.firstLine ?? 0}`).join('\n')
    view.getOriginalEditor().updateOptions({ lineNumbers: lineNumbersFrom(before?.firstLine) })
    view.getModifiedEditor().updateOptions({ lineNumbers: lineNumbersFrom(after?.firstLine) })
    const state = lastName.current === name ? lastState.current : null
    lastName.current = name
    monaco.prepareDiff(original, modified, answer, state !== null || calls.current.reveal !== null)
    monaco.attachQuickly([original, modified], () => view.setModel({ original, modified }))
    answer.then(
      (reply) => {
        if (!isCurrent) return
        if (state !== null) view.restoreViewState(state)
        setShown({ original, modified, reply })
        calls.current.onDiff?.({ hunks: reply.hunks.length / 4, added: reply.added, removed: reply.removed, milliseconds: reply.milliseconds })
      },
      (reason: unknown) => {
        if (isCurrent) setBroken(reason instanceof Error ? reason.message : String(reason))
      },
    )
    return () => {
      isCurrent = false
      if (!disposed.has(view) && view.getModel()?.original === original) {
        lastState.current = view.saveViewState()
        view.setModel(null)
      }
      original.dispose()
      modified.dispose()
    }
  }, [monaco, view, before, after])

  const openedName = useRef('')
  useEffect(() => {
    if (view === null || shown === null) return
    if (reveal === null) {
      // Another file opens at its first change; the same one, changed on disk, keeps its place.
      if (openedName.current !== lastName.current && hunkCount > 0) view.revealFirstDiff()
      openedName.current = lastName.current
      return
    }
    openedName.current = lastName.current
    const across = layout === 'inline' && reveal.side === 'before' ? placeAcross(shown.reply.hunks, places.before.toPosition(reveal.start).lineNumber) : null
    const target = reveal.side === 'before' && across === null ? view.getOriginalEditor() : view.getModifiedEditor()
    const start = across === null ? places[reveal.side].toPosition(reveal.start) : { lineNumber: across, column: 1 }
    const end = across === null ? places[reveal.side].toPosition(reveal.end) : start
    const range = { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column }
    // Folded regions open for the line that is asked for; that happens in the next frame.
    target.setPosition(start, 'api')
    const frame = requestAnimationFrame(() => {
      target.revealRangeInCenter(range)
      target.setSelection({ ...range, endLineNumber: start.lineNumber, endColumn: start.column })
      revealed.current?.clear()
      revealed.current = target.createDecorationsCollection([{ range, options: { isWholeLine: true, className: 'text-revealed' } }])
    })
    return () => cancelAnimationFrame(frame)
  }, [view, shown, reveal, layout, places, hunkCount])

  useEffect(() => {
    if (monaco === null || view === null || shown === null) return
    markProblems(monaco, shown.original, places.before, problems, 'before')
    markProblems(monaco, shown.modified, places.after, problems, 'after')
    const left = view.getOriginalEditor().createDecorationsCollection(toDecorations(places.before, problems, labels, 'before'))
    const right = view.getModifiedEditor().createDecorationsCollection(toDecorations(places.after, problems, labels, 'after'))
    return () => {
      left.clear()
      right.clear()
    }
  }, [monaco, view, shown, problems, labels, places])

  useEffect(() => {
    if (view === null || shown === null || marks.length === 0) return
    const left = view.getOriginalEditor().createDecorationsCollection(toMarkDecorations(places.before, marks, 'before'))
    const right = view.getModifiedEditor().createDecorationsCollection(toMarkDecorations(places.after, marks, 'after'))
    return () => {
      left.clear()
      right.clear()
    }
  }, [view, shown, marks, places])

  useEffect(() => {
    if (view === null || shown === null || hunkRows.length === 0) return
    const remove = showHunkRows(view, hunkRows, layout, (key) => calls.current.onHunk?.(key))
    return () => {
      if (!disposed.has(view)) remove()
    }
  }, [view, shown, hunkRows, layout])

  useImperativeHandle(ref, () => ({
    nextChange: () => view?.goToDiff('next'),
    previousChange: () => view?.goToDiff('previous'),
    find() {
      const target = view?.getModifiedEditor()
      target?.focus()
      void target?.getAction('actions.find')?.run()
    },
    focus: () => view?.getModifiedEditor().focus(),
  }))

  const problem = failure ?? broken
  return (
    <div className="text-editor" role="group" aria-label={ariaLabel} data-hunks={shown === null ? undefined : hunkCount}>
      <div ref={host} className="text-editor-host" />
      {problem !== null ? <div className="text-note" role="alert">The text cannot be shown. {problem}</div> : shown === null ? <div className="text-note">Comparing…</div> : null}
      {foldUnchanged && hunkCount > foldUpTo ? <div className="text-hint">{hunkCount} changes: nothing is folded</div> : null}
    </div>
  )
}

let lastPlaces: { readonly text: string; readonly places: ReturnType<typeof createTextPlaces> } | null = null
function createCachedPlaces(text: string): ReturnType<typeof createTextPlaces> {
  if (lastPlaces?.text !== text) lastPlaces = { text, places: createTextPlaces(text) }
  return lastPlaces.places
}

function languageOf(monaco: Monaco, text: TextDiffProps['before']): string {
  return text === null || text.text.length > monaco.plainFrom ? 'plaintext' : text.language
}
