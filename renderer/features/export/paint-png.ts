import type { Face } from '#shared/layout/measure.ts'
import { paintDrawing } from '#shared/render/canvas.ts'
import type { Drawing } from '#shared/render/drawing.ts'
import type { Picture, PictureMarks } from '#shared/rpc/payloads.ts'

/** The engine's own limits of a canvas lie above; beyond these the engine refuses with a sentence that says what fits. */
const mostPixels = 67_000_000
const longestSide = 32_767

const fonts: Readonly<Record<Face, string>> = { ui: '400 12px Inter', uiBold: '600 12px Inter', mono: '400 12px "JetBrains Mono"' }

/**
 * PNG of a picture, painted in the window: several times sooner than the engine draws it from SVG. Null where it cannot
 * be (too large, or a font is not there); the engine is asked then.
 */
export async function paintPng({ name, drawing }: PictureMarks, scale: number): Promise<Picture | null> {
  const width = Math.round(drawing.width * scale)
  const height = Math.round(drawing.height * scale)
  if (!(width > 0 && height > 0) || width * height > mostPixels || Math.max(width, height) > longestSide) return null
  try {
    if (!(await loadFonts(drawing))) return null
    const canvas = new OffscreenCanvas(width, height)
    const painter = canvas.getContext('2d', { alpha: false })
    if (painter === null) return null
    paintDrawing(drawing, painter, scale)
    const blob = await canvas.convertToBlob({ type: 'image/png' })
    return { name: `${name}.png`, mime: 'image/png', base64: await toBase64(blob), width, height }
  } catch {
    // Out of memory and the like: the engine may still manage.
    return null
  }
}

/** Loads the parts of the fonts that hold the characters of the picture; a canvas does not wait for them. */
async function loadFonts(drawing: Drawing): Promise<boolean> {
  const characters: Record<Face, Set<string>> = { ui: new Set(), uiBold: new Set(), mono: new Set() }
  for (const mark of drawing.marks) {
    if (mark.kind === 'text') for (const character of mark.text) characters[mark.face].add(character)
  }
  const faces = Object.keys(fonts) as Face[]
  const loaded = await Promise.all(faces.map((face) => document.fonts.load(fonts[face], ['a', ...characters[face]].join(''))))
  return loaded.every((list) => list.length > 0)
}

async function toBase64(blob: Blob): Promise<string> {
  const address = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('The picture could not be read.'))
    reader.readAsDataURL(blob)
  })
  return address.slice(address.indexOf(',') + 1)
}
