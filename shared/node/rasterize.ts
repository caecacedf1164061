import { Resvg } from '@resvg/resvg-js'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { exportFontFiles } from './export-fonts.ts'

export interface Raster {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

/** About 8 192 × 8 192; drawing it takes some 1.5 GB of memory. */
export const mostPixels = 67_000_000

/**
 * PNG of an SVG written by `renderSvg`, at `scale` times its size in pixels.
 *
 * Text is drawn with the bundled fonts only, so the picture is the same on every machine. A picture of more than
 * `mostPixels` is refused with a sentence that says which scale would fit.
 */
export function rasterizePng(svg: string, scale: number): Result<Raster> {
  const size = /<svg [^>]*width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"/.exec(svg)
  const width = Number(size?.[1] ?? 0)
  const height = Number(size?.[2] ?? 0)
  if (!(width > 0 && height > 0)) return failed('unsupported', 'This is not a picture with a size, so it cannot be drawn as PNG.')
  if (!(scale > 0 && scale <= 8)) return failed('bad-params', 'The scale of a PNG must lie between 0 and 8.')
  if (width * height * scale * scale > mostPixels) {
    const fitting = Math.floor(Math.sqrt(mostPixels / (width * height)) * 10) / 10
    const advice = fitting >= 0.1 ? `A scale of ${fitting} would fit; SVG and PDF have no limit.` : 'SVG and PDF have no such limit.'
    return failed('too-large', `A PNG of ${Math.round(width * scale)} × ${Math.round(height * scale)} pixels is more than can be drawn safely. ${advice}`)
  }
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: [...exportFontFiles()], defaultFontFamily: 'Inter', sansSerifFamily: 'Inter', monospaceFamily: 'JetBrains Mono' },
  }).render()
  return ok({ bytes: new Uint8Array(picture.asPng()), width: picture.width, height: picture.height })
}
