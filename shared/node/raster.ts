import { deflateSync } from 'node:zlib'
import { ok } from '#shared/diagnostics/failure.ts'
import type { RasterPort } from '#shared/backend/ports.ts'

/** The rasterizer is a native module of some megabytes; it is loaded with the first picture, and so are the fonts. */
export const nodeRaster: RasterPort = {
  deflate: (bytes) => deflateSync(bytes),
  async png(svg, scale) {
    const { rasterizePng } = await import('./rasterize.ts')
    return rasterizePng(svg, scale)
  },
  async fonts() {
    const { loadExportFonts } = await import('./export-fonts.ts')
    return ok(loadExportFonts())
  },
}
