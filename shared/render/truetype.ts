import { invariant } from '#shared/diagnostics/invariant.ts'

/** A TrueType file with the places of its tables. Only the bundled fonts are read: damage is our own fault. */
export interface TrueTypeFont {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly tables: ReadonlyMap<string, { readonly at: number; readonly length: number }>
  readonly unitsPerEm: number
  readonly glyphCount: number
  readonly ascent: number
  readonly descent: number
  readonly box: readonly [number, number, number, number]
}

/** Source: OpenType specification 1.9, "Font file" and the tables named below. */
export function openFont(bytes: Uint8Array): TrueTypeFont {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  invariant(view.getUint32(0) === 0x00010000, 'the bundled font is not a TrueType file')
  const tables = new Map<string, { at: number; length: number }>()
  const count = view.getUint16(4)
  for (let index = 0; index < count; index += 1) {
    const at = 12 + index * 16
    const tag = String.fromCharCode(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number)
    tables.set(tag, { at: view.getUint32(at + 8), length: view.getUint32(at + 12) })
  }
  const head = tableAt(tables, 'head')
  const hhea = tableAt(tables, 'hhea')
  return {
    bytes, view, tables,
    unitsPerEm: view.getUint16(head + 18),
    glyphCount: view.getUint16(tableAt(tables, 'maxp') + 4),
    ascent: view.getInt16(hhea + 4),
    descent: view.getInt16(hhea + 6),
    box: [view.getInt16(head + 36), view.getInt16(head + 38), view.getInt16(head + 40), view.getInt16(head + 42)],
  }
}

function tableAt(tables: ReadonlyMap<string, { readonly at: number }>, tag: string): number {
  const table = tables.get(tag)
  invariant(table !== undefined, `the bundled font has no table ${tag}`)
  return table.at
}

/** Advance width of every glyph in font units ("hmtx"). */
export function glyphAdvances(font: TrueTypeFont): Uint16Array {
  const measured = font.view.getUint16(tableAt(font.tables, 'hhea') + 34)
  const at = tableAt(font.tables, 'hmtx')
  const advances = new Uint16Array(font.glyphCount)
  for (let glyph = 0; glyph < font.glyphCount; glyph += 1) advances[glyph] = font.view.getUint16(at + 4 * Math.min(glyph, measured - 1))
  return advances
}

export function leftBearing(font: TrueTypeFont, glyph: number): number {
  const measured = font.view.getUint16(tableAt(font.tables, 'hhea') + 34)
  const at = tableAt(font.tables, 'hmtx')
  return font.view.getInt16(glyph < measured ? at + 4 * glyph + 2 : at + 4 * measured + 2 * (glyph - measured))
}

/** Glyph of each character of the basic plane ("cmap", format 4). */
export function characterMap(font: TrueTypeFont): ReadonlyMap<number, number> {
  const { view } = font
  const cmap = tableAt(font.tables, 'cmap')
  const count = view.getUint16(cmap + 2)
  const map = new Map<number, number>()
  for (let index = 0; index < count; index += 1) {
    const at = cmap + view.getUint32(cmap + 4 + index * 8 + 4)
    if (view.getUint16(at) !== 4) continue
    const segments = view.getUint16(at + 6) / 2
    for (let segment = 0; segment < segments; segment += 1) {
      const end = view.getUint16(at + 14 + segment * 2)
      const start = view.getUint16(at + 16 + (segments + segment) * 2)
      const delta = view.getUint16(at + 16 + (2 * segments + segment) * 2)
      const rangeAt = at + 16 + (3 * segments + segment) * 2
      const range = view.getUint16(rangeAt)
      for (let code = start; code <= end && code !== 0xffff; code += 1) {
        const raw = range === 0 ? code : view.getUint16(rangeAt + range + (code - start) * 2)
        const glyph = raw === 0 ? 0 : (raw + delta) & 0xffff
        if (glyph !== 0) map.set(code, glyph)
      }
    }
    break
  }
  return map
}

/** Outline of a glyph, empty for blanks ("loca", "glyf"). */
export function glyphOutline(font: TrueTypeFont, glyph: number): Uint8Array {
  const isLong = font.view.getInt16(tableAt(font.tables, 'head') + 50) === 1
  const loca = tableAt(font.tables, 'loca')
  const glyf = tableAt(font.tables, 'glyf')
  const from = isLong ? font.view.getUint32(loca + glyph * 4) : font.view.getUint16(loca + glyph * 2) * 2
  const to = isLong ? font.view.getUint32(loca + glyph * 4 + 4) : font.view.getUint16(loca + glyph * 2 + 2) * 2
  return font.bytes.subarray(glyf + from, glyf + to)
}

/** Offsets, within the outline of a composite glyph, of the two-byte numbers of its parts. */
export function partOffsets(outline: Uint8Array): readonly number[] {
  if (outline.length < 10) return []
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength)
  if (view.getInt16(0) >= 0) return []
  const offsets: number[] = []
  let at = 10
  for (;;) {
    const flags = view.getUint16(at)
    offsets.push(at + 2)
    at += 4 + ((flags & 0x0001) !== 0 ? 4 : 2)
    if ((flags & 0x0008) !== 0) at += 2
    else if ((flags & 0x0040) !== 0) at += 4
    else if ((flags & 0x0080) !== 0) at += 8
    if ((flags & 0x0020) === 0) return offsets
  }
}
