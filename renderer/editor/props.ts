import type { Ref } from 'react'
import type { Severity } from '#shared/diagnostics/diagnostic.ts'
import type { Tone } from '#shared/presentation/presentation.ts'

export type Side = 'before' | 'after'

/** One text as the editor shows it. `language`: a dialect id of the registry, or `plaintext`. */
export interface EditorText {
  readonly path: string
  readonly text: string
  readonly language: string
  /** Zero-based line of the file that `text` begins with, where it is a part of it; default 0. Offsets stay those of `text`. */
  readonly firstLine?: number
}

/** A place in one text, UTF-16 code units. `serial`: raise it to go to the same place once more. */
export interface Reveal {
  readonly side: Side
  readonly start: number
  readonly end: number
  readonly serial: number
}

/** A finding shown as marker and gutter glyph. */
export interface EditorProblem {
  readonly side: Side
  readonly start: number
  readonly end: number
  readonly severity: Severity
  readonly message: string
  readonly code: string
}

/** Short words at the end of a line: `never reached`, `33 → 98 %`. */
export interface EditorLabel {
  readonly side: Side
  /** Any offset in the line. */
  readonly offset: number
  readonly text: string
  readonly tone: 'critical' | 'warning' | 'notice' | 'muted'
}

/** A piece of one text that is marked because something that speaks of it was chosen. */
export interface EditorMark {
  readonly side: Side
  readonly start: number
  readonly end: number
}

/**
 * Words above a changed stretch: `no effect on routing`, `2 classes`. Lines are zero-based lines of the shown texts before
 * which the row stands; `side` carries the words. `key`: what a click picks; null: nothing.
 */
export interface EditorHunkRow {
  readonly beforeLine: number
  readonly afterLine: number
  readonly side: Side
  readonly text: string
  readonly detail: string
  readonly tone: Tone
  readonly key: string | null
}

export interface TextDiffHandle {
  nextChange(): void
  previousChange(): void
  /** Opens the editor's own find box. */
  find(): void
  focus(): void
}

/** Two versions of one file. A side that is null does not exist and is shown empty. */
export interface TextDiffProps {
  readonly before: EditorText | null
  readonly after: EditorText | null
  readonly layout: 'side-by-side' | 'inline'
  /** Folds unchanged lines; above 1 000 changes it stays off whatever is asked (Monaco freezes for seconds). */
  readonly foldUnchanged: boolean
  readonly reveal: Reveal | null
  readonly problems: readonly EditorProblem[]
  readonly labels: readonly EditorLabel[]
  readonly marks?: readonly EditorMark[]
  readonly hunkRows?: readonly EditorHunkRow[]
  readonly theme: 'dark' | 'light'
  readonly ariaLabel: string
  /** A row above a changed stretch was clicked. */
  readonly onHunk?: (key: string) => void
  /** The caret was moved by the user. */
  readonly onCursor?: (side: Side, offset: number) => void
  /** After the difference was computed. */
  readonly onDiff?: (result: { readonly hunks: number; readonly added: number; readonly removed: number; readonly milliseconds: number }) => void
  readonly ref?: Ref<TextDiffHandle>
}

/** One file, read only. Places and findings carry a side, of which only `after` is looked at. */
export interface TextViewProps {
  readonly text: EditorText
  readonly reveal: Reveal | null
  readonly problems: readonly EditorProblem[]
  readonly labels: readonly EditorLabel[]
  readonly marks?: readonly EditorMark[]
  readonly theme: 'dark' | 'light'
  readonly ariaLabel: string
  readonly onCursor?: (side: Side, offset: number) => void
}
