import type { EditorMark, EditorProblem } from '#renderer/editor/props.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Selection, Side } from '#renderer/state/app-state.ts'

/** Findings that stand in one file, as marks of the editor. */
export function toProblems(diagnostics: readonly Diagnostic[], side: Side, file: string | null): readonly EditorProblem[] {
  if (file === null) return []
  return diagnostics
    .filter((each) => each.at.file === file)
    .map((each) => ({ side, start: each.at.start, end: each.at.end, severity: each.severity, message: each.message, code: each.code }))
}

/** Lines of what is chosen, on both sides of one file pair. */
export function toMarks(selection: Pick<Selection, Side>, file: Pick<DrawerFile, Side>): readonly EditorMark[] {
  return (['before', 'after'] as const).flatMap((side) => selection[side].filter((span) => span.file === file[side]).map(({ start, end }) => ({ side, start, end })))
}

export interface DrawerFile {
  readonly before: string | null
  readonly after: string | null
  readonly title: string
}

/** Files the drawer can show: pairs of a comparison, else the files of the candidate that have text. */
export function toDrawerFiles(pairs: readonly { readonly before: string | null; readonly after: string | null; readonly added: number; readonly removed: number }[], files: readonly { readonly path: string; readonly role: string }[]): readonly DrawerFile[] {
  if (pairs.length > 0) {
    return pairs.map((pair) => ({ before: pair.before, after: pair.after, title: `${pair.after ?? pair.before ?? ''}${pair.added + pair.removed === 0 ? ' (same)' : ` (+${pair.added} −${pair.removed})`}` }))
  }
  return files.filter((file) => file.role !== 'certificate').map((file) => ({ before: null, after: file.path, title: file.path }))
}
