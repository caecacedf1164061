import type { FilePath } from './span.ts'

/** What a file is to the config that names it. `included`: text of the same product that a config puts in its own place. */
export type FileRole = 'config' | 'included' | 'map' | 'pattern-list' | 'crt-list' | 'certificate' | 'other'

/** How the bytes were turned into text. A lossy decoding is reported as a diagnostic by whoever loaded the file. */
export type TextEncodingName = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'latin-1'

export interface SourceFile {
  readonly path: FilePath
  readonly text: string
  readonly role: FileRole
  readonly encoding: TextEncodingName
}
