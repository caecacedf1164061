import type { Span } from '#shared/text/span.ts'

/**
 * Building blocks of a view. Colour, icon, line style and wording of a thing follow from its tone, so that screen,
 * report and exported picture agree. Types only.
 */
export type Tone =
  | 'neutral' | 'added' | 'removed' | 'changed' | 'same' | 'critical' | 'warning' | 'notice' | 'ok' | 'down' | 'maintenance' | 'unknown'

/** How an element of the after side relates to the before side. */
export type Change = 'same' | 'added' | 'removed' | 'changed' | 'moved' | 'renamed'

/** Glyphs that accompany tones, so that colour never stands alone. */
export const toneGlyph: Readonly<Record<Tone, string>> = {
  neutral: '', added: '+', removed: '−', changed: '~', same: '', critical: '▲', warning: '▲', notice: 'i', ok: '●',
  down: '✕', maintenance: '◐', unknown: '?',
}

/** One sentence about traffic in the user's own names, with what to light up when it is selected. */
export interface Sentence {
  readonly id: string
  readonly tone: Tone
  readonly text: string
  /** Short lines under the sentence: evidence, numbers. */
  readonly details: readonly string[]
  /** Topology node and edge ids. */
  readonly highlights: readonly string[]
  readonly before: readonly Span[]
  readonly after: readonly Span[]
}

export interface TableColumn {
  readonly key: string
  readonly title: string
  readonly numeric: boolean
}

export interface TableRow {
  readonly id: string
  readonly cells: Readonly<Record<string, string | number | null>>
  readonly tone: Tone
  readonly highlights: readonly string[]
}

export interface Table {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}
