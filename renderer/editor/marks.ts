import type { editor } from 'monaco-editor/editor'
import type { Severity } from '#shared/diagnostics/diagnostic.ts'
import type { EditorLabel, EditorMark, EditorProblem, Side } from './props.ts'
import type { TextPlaces } from './text-places.ts'
import type { Monaco } from './use-monaco.ts'

const owner = 'steelyard'
const severityWord: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', info: 'Note' }

/** Findings as markers (underlined, spoken, in the ruler), most severe last so that it lies on top. */
export function markProblems(monaco: Monaco, model: editor.ITextModel, places: TextPlaces, problems: readonly EditorProblem[], side: Side): void {
  const severity = { error: monaco.MarkerSeverity.Error, warning: monaco.MarkerSeverity.Warning, info: monaco.MarkerSeverity.Info }
  monaco.editor.setModelMarkers(model, owner, problems.filter((problem) => problem.side === side).map((problem) => {
    const start = places.toPosition(problem.start)
    const end = places.toPosition(Math.max(problem.end, problem.start + 1))
    return {
      severity: severity[problem.severity], message: problem.message, code: problem.code, source: 'Steelyard',
      startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column,
    }
  }))
}

export const noMarks: readonly EditorMark[] = []

/** Whole lines that belong to what was chosen. */
export function toMarkDecorations(places: TextPlaces, marks: readonly EditorMark[], side: Side): editor.IModelDeltaDecoration[] {
  return marks.filter((mark) => mark.side === side).map((mark) => ({
    range: { startLineNumber: places.toPosition(mark.start).lineNumber, endLineNumber: places.toPosition(Math.max(mark.start, mark.end - 1)).lineNumber, startColumn: 1, endColumn: 1 },
    options: { isWholeLine: true, className: 'text-chosen', marginClassName: 'text-chosen-margin' },
  }))
}

/** Glyphs in the gutter, one a line, and words at line ends. */
export function toDecorations(places: TextPlaces, problems: readonly EditorProblem[], labels: readonly EditorLabel[], side: Side): editor.IModelDeltaDecoration[] {
  const byLine = new Map<number, EditorProblem[]>()
  for (const problem of problems) {
    if (problem.side !== side) continue
    const { lineNumber } = places.toPosition(problem.start)
    const list = byLine.get(lineNumber) ?? []
    if (list.length === 0) byLine.set(lineNumber, list)
    list.push(problem)
  }
  const decorations: editor.IModelDeltaDecoration[] = []
  for (const [line, list] of byLine) {
    const worst = list.some((each) => each.severity === 'error') ? 'error' : list.some((each) => each.severity === 'warning') ? 'warning' : 'info'
    decorations.push({
      range: { startLineNumber: line, endLineNumber: line, startColumn: 1, endColumn: 1 },
      options: {
        glyphMarginClassName: `text-sign text-sign-${worst}`,
        glyphMarginHoverMessage: list.map((each) => ({ value: `${severityWord[each.severity]}: ${each.message}` })),
      },
    })
  }
  for (const label of labels) {
    if (label.side !== side) continue
    const { lineNumber } = places.toPosition(label.offset)
    decorations.push({
      range: { startLineNumber: lineNumber, endLineNumber: lineNumber, startColumn: 100_000, endColumn: 100_000 },
      options: { after: { content: `   ${label.text}`, inlineClassName: `text-label text-label-${label.tone}` }, showIfCollapsed: true },
    })
  }
  return decorations
}
