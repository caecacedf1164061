import type { Face } from '#shared/layout/measure.ts'
/** TrueType files of the three faces. */
export type PdfFonts = Readonly<Record<Face, Uint8Array>>
