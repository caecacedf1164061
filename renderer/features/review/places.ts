import { LineIndex } from '#shared/text/line-index.ts'
import type { Span } from '#shared/text/span.ts'
import type { AppState, FileText, Side } from '#renderer/state/app-state.ts'
import { textKey } from '#renderer/state/app-state.ts'

const indexes = new WeakMap<FileText, LineIndex>()

/** Line starts of a loaded text, counted once. */
export function lineIndexOf(text: FileText): LineIndex {
  const known = indexes.get(text)
  if (known !== undefined) return known
  const made = new LineIndex(text.text)
  indexes.set(text, made)
  return made
}

export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

export function textOf(state: Pick<AppState, 'before' | 'after' | 'texts'>, side: Side, path: string): FileText | null {
  const config = state[side].value
  return config === null ? null : (state.texts.get(textKey(config.summary.configId, path))?.value ?? null)
}

/** One-based line of an offset, or null while the text is not loaded. */
export function lineAt(text: FileText | null, offset: number): number | null {
  return text === null ? null : lineIndexOf(text).lineOf(offset) + 1
}

/** `line 45`, `lines 45–47`, or the file's name while its text is not loaded. */
export function toPlace(text: FileText | null, span: Span): string {
  if (text === null) return fileName(span.file)
  const index = lineIndexOf(text)
  const first = index.lineOf(span.start) + 1
  const last = index.lineOf(Math.max(span.start, span.end - 1)) + 1
  return first === last ? `line ${first}` : `lines ${first}–${last}`
}

/** Places of both sides as a reader says them: `line 45 → 46`, `line 45`, `baseline line 12`. */
export function toPlaces(state: Pick<AppState, 'before' | 'after' | 'texts'>, before: readonly Span[], after: readonly Span[]): string | null {
  const was = before[0]
  const now = after[0]
  if (now === undefined && was === undefined) return null
  if (now === undefined) return was === undefined ? null : `baseline ${toPlace(textOf(state, 'before', was.file), was)}`
  const place = toPlace(textOf(state, 'after', now.file), now)
  if (was === undefined) return place
  const wasPlace = toPlace(textOf(state, 'before', was.file), was)
  return wasPlace === place ? place : `${wasPlace} → ${place.replace(/^lines? /, '')}`
}

/** Index of the file pair that holds `file` on `side`; the present one when the comparison does not list it. */
export function drawerFileOf(state: Pick<AppState, 'comparison' | 'after' | 'drawerFile'>, side: Side, file: string): number {
  const pairs = state.comparison.value?.files ?? []
  const at = pairs.findIndex((pair) => pair[side] === file)
  if (at !== -1) return at
  const alone = state.after.value?.summary.files.findIndex((each) => each.path === file) ?? -1
  return pairs.length === 0 && alone !== -1 ? alone : state.drawerFile
}
