import type { Face } from '#shared/layout/measure.ts'
import { characterMap, glyphAdvances, glyphOutline, leftBearing, openFont, partOffsets, type TrueTypeFont } from './truetype.ts'

/** TrueType files of the three faces. */
export type PdfFonts = Readonly<Record<Face, Uint8Array>>

/** A bundled font opened for writing: its tables are read once. */
export interface OpenFace {
  readonly font: TrueTypeFont
  readonly glyphOf: ReadonlyMap<number, number>
  readonly advances: Uint16Array
}

const opened = new WeakMap<Uint8Array, OpenFace>()

export function openFace(bytes: Uint8Array): OpenFace {
  const known = opened.get(bytes)
  if (known !== undefined) return known
  const font = openFont(bytes)
  const face = { font, glyphOf: characterMap(font), advances: glyphAdvances(font) }
  opened.set(bytes, face)
  return face
}

/** The glyphs one document uses of one face, numbered in the order in which they were met; 0 is "no such character". */
export interface UsedGlyphs {
  readonly face: OpenFace
  /** New number by character. */
  readonly numberOf: Map<number, number>
  /** Old glyph and character by new number. */
  readonly glyphs: number[]
  readonly characters: number[]
}

export function newUsedGlyphs(face: OpenFace): UsedGlyphs {
  return { face, numberOf: new Map(), glyphs: [0], characters: [0] }
}

const hexDigits: string[] = []

/** Four hex digits. */
function hexOf(number: number): string {
  return (hexDigits[number] ??= number.toString(16).padStart(4, '0'))
}

/** A stretch of text in one face: two-byte glyph numbers in hex, and its width in ems. */
export interface GlyphRun {
  readonly face: Face
  readonly hex: string
  readonly width: number
}

/**
 * Text cut into stretches by the face that has the characters: the wished one, else JetBrains Mono, which knows more
 * signs. Characters that no face has show the wished face's box for "missing".
 */
export function encodeText(used: Readonly<Record<Face, UsedGlyphs>>, wished: Face, text: string): readonly GlyphRun[] {
  const runs: { face: Face; hex: string; width: number }[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    const face = used[wished].face.glyphOf.has(code) || !used.mono.face.glyphOf.has(code) ? wished : 'mono'
    const own = used[face]
    let number = own.numberOf.get(code)
    if (number === undefined) {
      number = own.glyphs.length
      own.glyphs.push(own.face.glyphOf.get(code) ?? 0)
      own.characters.push(code)
      own.numberOf.set(code, number)
    }
    let run = runs[runs.length - 1]
    if (run === undefined || run.face !== face) {
      run = { face, hex: '', width: 0 }
      runs.push(run)
    }
    run.hex += hexOf(number)
    run.width += (own.face.advances[own.glyphs[number] as number] as number) / own.face.font.unitsPerEm
  }
  return runs
}

/**
 * A TrueType file with only the used glyphs, renumbered, and the tables a PDF viewer needs.
 *
 * Parts of composite glyphs are added behind the used ones. Source: OpenType 1.9 "glyf", "loca"; PDF 1.7 §9.9.
 */
export function subsetFont(used: UsedGlyphs): Uint8Array {
  const { font, advances } = used.face
  const glyphs = [...used.glyphs]
  const numberOf = new Map<number, number>()
  glyphs.forEach((glyph, number) => { if (!numberOf.has(glyph)) numberOf.set(glyph, number) })
  const outlines: Uint8Array[] = []
  for (let number = 0; number < glyphs.length; number += 1) {
    const outline = glyphOutline(font, glyphs[number] as number).slice()
    const view = new DataView(outline.buffer)
    for (const offset of partOffsets(outline)) {
      const part = view.getUint16(offset)
      let target = numberOf.get(part)
      if (target === undefined) {
        target = glyphs.length
        glyphs.push(part)
        numberOf.set(part, target)
      }
      view.setUint16(offset, target)
    }
    outlines.push(outline)
  }
  const loca = new DataView(new ArrayBuffer((glyphs.length + 1) * 4))
  let length = 0
  outlines.forEach((outline, number) => {
    loca.setUint32(number * 4, length)
    length += (outline.length + 3) & ~3
  })
  loca.setUint32(glyphs.length * 4, length)
  const glyf = new Uint8Array(length)
  outlines.forEach((outline, number) => glyf.set(outline, loca.getUint32(number * 4)))
  const hmtx = new DataView(new ArrayBuffer(glyphs.length * 4))
  glyphs.forEach((glyph, number) => {
    hmtx.setUint16(number * 4, advances[glyph] as number)
    hmtx.setInt16(number * 4 + 2, leftBearing(font, glyph))
  })
  const head = tableCopy(font, 'head')
  head.setInt16(50, 1)
  head.setUint32(8, 0)
  const hhea = tableCopy(font, 'hhea')
  hhea.setUint16(34, glyphs.length)
  const maxp = tableCopy(font, 'maxp')
  maxp.setUint16(4, glyphs.length)
  return assemble([['glyf', glyf], ['head', bytesOf(head)], ['hhea', bytesOf(hhea)], ['hmtx', bytesOf(hmtx)], ['loca', bytesOf(loca)], ['maxp', bytesOf(maxp)]])
}

function tableCopy(font: TrueTypeFont, tag: string): DataView {
  const table = font.tables.get(tag) as { at: number; length: number }
  return new DataView(font.bytes.slice(table.at, table.at + table.length).buffer)
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function assemble(tables: readonly (readonly [tag: string, bytes: Uint8Array])[]): Uint8Array {
  const count = tables.length
  let size = 12 + 16 * count
  const places = tables.map(([, bytes]) => {
    const at = size
    size += (bytes.length + 3) & ~3
    return at
  })
  const out = new Uint8Array(size)
  const view = new DataView(out.buffer)
  const power = Math.floor(Math.log2(count))
  view.setUint32(0, 0x00010000)
  view.setUint16(4, count)
  view.setUint16(6, 16 << power)
  view.setUint16(8, power)
  view.setUint16(10, count * 16 - (16 << power))
  tables.forEach(([tag, bytes], index) => {
    const at = 12 + index * 16
    for (let letter = 0; letter < 4; letter += 1) view.setUint8(at + letter, tag.charCodeAt(letter))
    out.set(bytes, places[index] as number)
    view.setUint32(at + 4, checksum(view, places[index] as number, (bytes.length + 3) & ~3))
    view.setUint32(at + 8, places[index] as number)
    view.setUint32(at + 12, bytes.length)
  })
  const headAt = places[tables.findIndex(([tag]) => tag === 'head')] as number
  view.setUint32(headAt + 8, (0xb1b0afba - checksum(view, 0, size)) >>> 0)
  return out
}

function checksum(view: DataView, from: number, length: number): number {
  let sum = 0
  for (let at = from; at < from + length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  return sum
}
