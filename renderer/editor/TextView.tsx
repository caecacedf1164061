import { useEffect, useMemo, useRef, useState } from 'react'
import type { editor } from 'monaco-editor/editor'
import './editor.css'
import { markProblems, noMarks, toDecorations, toMarkDecorations } from './marks.ts'
import type { TextViewProps } from './props.ts'
import { createTextPlaces, lineNumbersFrom, toEditorText } from './text-places.ts'
import { useMonaco } from './use-monaco.ts'

/** One file, read only, with its findings. */
export function TextView(props: TextViewProps) {
  const { text, reveal, problems, labels, theme, ariaLabel } = props
  const marks = props.marks ?? noMarks
  const { monaco, failure } = useMonaco()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<editor.IStandaloneCodeEditor | null>(null)
  const [model, setModel] = useState<editor.ITextModel | null>(null)
  const revealed = useRef<editor.IEditorDecorationsCollection | null>(null)
  const lastPath = useRef('')
  const places = useMemo(() => createTextPlaces(text.text), [text.text])
  const calls = useRef({ props, places })
  calls.current = { props, places }

  useEffect(() => {
    if (monaco === null || host.current === null) return
    const made = monaco.editor.create(host.current, { ...monaco.commonOptions, ariaLabel, model: null })
    made.onDidChangeCursorPosition((event) => {
      if (event.source !== 'mouse' && event.source !== 'keyboard') return
      calls.current.props.onCursor?.('after', calls.current.places.toOffset(event.position.lineNumber, event.position.column))
    })
    setView(made)
    return () => {
      setView(null)
      revealed.current = null
      made.dispose()
    }
  }, [monaco])

  useEffect(() => {
    if (monaco !== null && host.current !== null) monaco.applyTheme(theme, host.current)
  }, [monaco, theme])

  useEffect(() => {
    if (monaco === null || view === null) return
    const name = `${text.path}\n${text.firstLine ?? 0}`
    const state = lastPath.current === name ? view.saveViewState() : null
    lastPath.current = name
    view.updateOptions({ lineNumbers: lineNumbersFrom(text.firstLine) })
    const made = monaco.createTextModel(toEditorText(text.text), text.text.length > monaco.plainFrom ? 'plaintext' : text.language)
    monaco.attachQuickly([made], () => view.setModel(made))
    if (state !== null) view.restoreViewState(state)
    setModel(made)
    return () => {
      made.dispose()
    }
  }, [monaco, view, text])

  useEffect(() => {
    view?.updateOptions({ ariaLabel })
  }, [view, ariaLabel])

  useEffect(() => {
    if (view === null || model === null || model.isDisposed() || reveal === null) return
    const start = places.toPosition(reveal.start)
    const end = places.toPosition(reveal.end)
    const range = { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column }
    view.setPosition(start, 'api')
    view.revealRangeInCenter(range)
    revealed.current?.clear()
    revealed.current = view.createDecorationsCollection([{ range, options: { isWholeLine: true, className: 'text-revealed' } }])
  }, [view, model, reveal, places])

  useEffect(() => {
    if (monaco === null || view === null || model === null || model.isDisposed()) return
    markProblems(monaco, model, places, problems, 'after')
    const drawn = view.createDecorationsCollection(toDecorations(places, problems, labels, 'after'))
    return () => drawn.clear()
  }, [monaco, view, model, problems, labels, places])

  useEffect(() => {
    if (view === null || model === null || model.isDisposed() || marks.length === 0) return
    const drawn = view.createDecorationsCollection(toMarkDecorations(places, marks, 'after'))
    return () => drawn.clear()
  }, [view, model, marks, places])

  return (
    <div className="text-editor" role="group" aria-label={ariaLabel}>
      <div ref={host} className="text-editor-host" />
      {failure === null ? (view === null ? <div className="text-note">Opening the text…</div> : null) : <div className="text-note" role="alert">The text cannot be shown. {failure}</div>}
    </div>
  )
}
