/** Path of a source file as the user named it; unique inside one loaded config. */
export type FilePath = string

/**
 * A piece of a source file.
 *
 * Shape: `start` inclusive, `end` exclusive.
 * Units: UTF-16 code units from the start of the file, zero-based; byte order mark and CR are counted.
 */
export interface Span {
  readonly file: FilePath
  readonly start: number
  readonly end: number
}

/** Replace the text under `at` by `text`. */
export interface TextEdit {
  readonly at: Span
  readonly text: string
}
