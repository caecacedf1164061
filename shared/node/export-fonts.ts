import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { invariant } from '#shared/diagnostics/invariant.ts'
import type { PdfFonts } from '#shared/render/pdf-font.ts'

const names = { ui: 'Inter-Regular.ttf', uiBold: 'Inter-SemiBold.ttf', mono: 'JetBrainsMono-Regular.ttf' } as const

/**
 * The bundled font files. They stand in `assets/fonts`, two folders up from the sources and one up from the built
 * program; inside an Electron archive the unpacked copy is meant, because native code reads them by path.
 */
export function exportFontFiles(): readonly string[] {
  const here = path.dirname(fileURLToPath(import.meta.url)).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked')
  const folder = ['../../assets/fonts', '../assets/fonts'].map((up) => path.join(here, up)).find((each) => existsSync(path.join(each, names.ui)))
  invariant(folder !== undefined, `the fonts of the exporter are missing beside ${here}`)
  return Object.values(names).map((name) => path.join(folder, name))
}

let loaded: PdfFonts | null = null

/** The fonts that go into a PDF; read once. */
export function loadExportFonts(): PdfFonts {
  if (loaded !== null) return loaded
  const [ui, uiBold, mono] = exportFontFiles().map((file) => new Uint8Array(readFileSync(file))) as [Uint8Array, Uint8Array, Uint8Array]
  loaded = { ui, uiBold, mono }
  return loaded
}
