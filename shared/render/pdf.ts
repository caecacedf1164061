import type { Face } from '#shared/layout/measure.ts'
import type { Scene } from '#shared/layout/scene.ts'
import { drawScene } from './draw-scene.ts'
import type { Drawing, Mark, Stroke } from './drawing.ts'
import { PdfFile, type Deflate } from './pdf-file.ts'
import { encodeText, newUsedGlyphs, openFace, subsetFont, type GlyphRun, type PdfFonts, type UsedGlyphs } from './pdf-font.ts'
import { shortNumber as short } from './short-number.ts'
import type { PictureTexts } from './title-block.ts'
import { toWinAnsi } from './win-ansi.ts'

/** Points per pixel: a CSS pixel is 1/96 inch, a point 1/72. */
const pointsPerPixel = 0.75
/** Greatest side of a page, points (PDF 1.7, annex C.2); larger pictures are scaled down to it. */
const greatestSide = 14_400
/** How far control points stand from the corner of a rounded rectangle: a circle by Béziers. */
const roundness = 0.5522847498

const faces: readonly Face[] = ['ui', 'uiBold', 'mono']

/**
 * The whole scene as a one-page PDF 1.7. Same input, same bytes.
 *
 * Text stays text and can be searched and copied. With `fonts` (`loadExportFonts` of the Node room) the used glyphs of
 * Inter and JetBrains Mono are embedded, which covers Latin, Greek, Cyrillic, Vietnamese, arrows and signs. Without
 * them the base fonts Helvetica and Courier stand in: only Western European characters can be shown then, others become
 * `?`, and arrows and minus signs are spelled `->` and `-`. Scripts that none of the fonts have (for example Chinese)
 * show a "missing" box in the picture in both cases, but with `fonts` they can still be searched and copied.
 * A name shortened to fit is copied and searched whole. `deflate`: streams are compressed with it (the Node room has one),
 * and the same bytes then hold for the same library only; null leaves them plain. Errors: none.
 */
export function renderPdf(scene: Scene, texts: PictureTexts, fonts: PdfFonts | null = null, deflate: Deflate | null = null): Uint8Array {
  return drawingToPdf(drawScene(scene, texts), fonts, deflate)
}

interface Page {
  readonly height: number
  readonly used: Readonly<Record<Face, UsedGlyphs>> | null
  /** Graphics states by opacity in percent. */
  readonly opacities: Set<number>
}

function drawingToPdf(drawing: Drawing, fonts: PdfFonts | null, deflate: Deflate | null): Uint8Array {
  const used = fonts === null ? null : { ui: newUsedGlyphs(openFace(fonts.ui)), uiBold: newUsedGlyphs(openFace(fonts.uiBold)), mono: newUsedGlyphs(openFace(fonts.mono)) }
  const scale = Math.min(pointsPerPixel, greatestSide / Math.max(drawing.width, drawing.height))
  const page: Page = { height: drawing.height, used, opacities: new Set() }
  let content = `${short(scale)} 0 0 ${short(scale)} 0 0 cm\n`
  for (const mark of drawing.marks) content += markToPdf(mark, page)

  const file = new PdfFile(deflate)
  const catalog = file.reserve()
  const pages = file.reserve()
  const leaf = file.reserve()
  const fontList = faces.map((face, index) => `/F${index} ${used === null ? writeBaseFont(file, face) : writeEmbeddedFont(file, face, used[face])} 0 R`).join(' ')
  const states = [...page.opacities].sort((a, b) => a - b).map((percent) => `/G${percent} << /ca ${percent / 100} /CA ${percent / 100} >>`).join(' ')
  const stream = file.addStream('', ascii(content))
  const info = file.add(`<< /Title ${utf16(drawing.title)} /Subject ${utf16(drawing.description)} /Producer (Steelyard) >>`)
  file.set(catalog, `<< /Type /Catalog /Pages ${pages} 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>`)
  file.set(pages, `<< /Type /Pages /Kids [${leaf} 0 R] /Count 1 >>`)
  file.set(leaf, `<< /Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${short(drawing.width * scale)} ${short(drawing.height * scale)}] ` +
    `/Resources << /Font << ${fontList} >> /ExtGState << ${states} >> >> /Contents ${stream} 0 R >>`)
  return file.finish(catalog, info)
}

function markToPdf(mark: Mark, page: Page): string {
  const up = (y: number): string => short(page.height - y)
  switch (mark.kind) {
    case 'rect': {
      if (mark.opacity === 0) return ''
      return faded(mark.opacity, page, rectangle(mark.x, page.height - mark.y - mark.height, mark.width, mark.height, mark.radius, paint(mark.fill, mark.stroke, 0), operator(mark.fill, mark.stroke)))
    }
    case 'curve': {
      const bend = short((mark.x1 + mark.x2) / 2)
      const line = `${short(mark.x1)} ${up(mark.y1)} m ${bend} ${up(mark.y1)} ${bend} ${up(mark.y2)} ${short(mark.x2)} ${up(mark.y2)} c S\n`
      return faded(mark.opacity, page, `${paint(null, mark.stroke, mark.stroke.dash.length > 0 && mark.stroke.flat === undefined ? 1 : 0)}${line}`)
    }
    case 'circle': {
      return rectangle(mark.x - mark.radius, page.height - mark.y - mark.radius, mark.radius * 2, mark.radius * 2, mark.radius, paint(mark.fill, mark.stroke, 0), operator(mark.fill, mark.stroke))
    }
    case 'polygon': {
      let path = ''
      for (let at = 0; at < mark.points.length; at += 2) path += `${short(mark.points[at] as number)} ${up(mark.points[at + 1] as number)} ${at === 0 ? 'm' : 'l'} `
      return `${paint(mark.fill, mark.stroke, 1)}${path}${mark.closed ? 'h ' : ''}${operator(mark.fill, mark.stroke)}\n`
    }
    case 'text': return textToPdf(mark, page)
    case 'hatch': {
      let lines = ''
      for (let at = -mark.height; at < mark.width; at += 9.9) lines += `${short(at)} 0 m ${short(at + mark.height)} ${short(mark.height)} l `
      return `q 1 0 0 1 ${short(mark.x)} ${short(page.height - mark.y - mark.height)} cm ${outline(mark.width, mark.height, mark.radius)}W n ${colour(mark.colour, 'RG')}2 w [] 0 d ${lines}S Q\n`
    }
    case 'dots': {
      // Dots of the ground as round ends of lines of no length: one dashed line per row.
      let rows = `q 1 J 1.8 w [0 22] 0 d ${colour(mark.colour, 'RG')}`
      for (let y = 1; y < mark.height; y += 22) rows += `1 ${up(y)} m ${short(mark.width)} ${up(y)} l `
      return `${rows}S Q\n`
    }
  }
}

type TextMark = Extract<Mark, { kind: 'text' }>

function textToPdf(mark: TextMark, page: Page): string {
  const runs: readonly GlyphRun[] = page.used === null
    ? [{ face: mark.face, hex: toWinAnsi(mark.text), width: baseWidth(mark) }]
    : encodeText(page.used, mark.face, mark.text)
  const spacing = mark.spacing === 0 ? '' : `${short(mark.spacing)} Tc `
  const width = runs.reduce((sum, run) => sum + run.width, 0) * mark.size + mark.spacing * mark.text.length
  const x = mark.anchor === 'start' ? mark.x : mark.anchor === 'end' ? mark.x - width : mark.x - width / 2
  const shown = runs.map((run) => `/F${faces.indexOf(run.face)} ${short(mark.size)} Tf <${run.hex}> Tj`)
  const object = `BT ${colour(mark.colour, 'rg')}${spacing}${short(x)} ${short(page.height - mark.y)} Td ${shown.join(' ')}${spacing === '' ? '' : ' 0 Tc'} ET\n`
  return mark.whole === '' ? object : `/Span << /ActualText ${utf16(mark.whole)} >> BDC\n${object}EMC\n`
}

/** In ems; near enough for placing short labels: Helvetica's widths differ, Courier's are all 0.6. */
function baseWidth(mark: TextMark): number {
  return (toWinAnsi(mark.text).length / 2) * (mark.face === 'mono' ? 0.6 : mark.face === 'uiBold' ? 0.56 : 0.52)
}

function writeBaseFont(file: PdfFile, face: Face): number {
  const name = face === 'mono' ? 'Courier' : face === 'uiBold' ? 'Helvetica-Bold' : 'Helvetica'
  return file.add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`)
}

/** Composite font with two-byte glyph numbers and a table back to characters (PDF 1.7 §9.7, §9.10). */
function writeEmbeddedFont(file: PdfFile, face: Face, used: UsedGlyphs): number {
  const { font, advances } = used.face
  const perMille = (units: number): number => Math.round((units * 1000) / font.unitsPerEm)
  const name = `STLYRD+${face === 'mono' ? 'JetBrainsMono-Regular' : face === 'uiBold' ? 'Inter-SemiBold' : 'Inter-Regular'}`
  const program = subsetFont(used)
  const stream = file.addStream(`/Length1 ${program.length}`, program)
  const descriptor = file.add(`<< /Type /FontDescriptor /FontName /${name} /Flags ${face === 'mono' ? 33 : 32} /FontBBox [${font.box.map(perMille).join(' ')}] ` +
    `/ItalicAngle 0 /Ascent ${perMille(font.ascent)} /Descent ${perMille(font.descent)} /CapHeight ${perMille(font.ascent * 0.75)} /StemV ${face === 'uiBold' ? 110 : 80} /FontFile2 ${stream} 0 R >>`)
  const widths = used.glyphs.map((glyph) => perMille(advances[glyph] as number)).join(' ')
  const descendant = file.add(`<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ` +
    `/FontDescriptor ${descriptor} 0 R /W [0 [${widths}]] /CIDToGIDMap /Identity >>`)
  const toUnicode = file.addStream('', ascii(unicodeTable(used)))
  return file.add(`<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H /DescendantFonts [${descendant} 0 R] /ToUnicode ${toUnicode} 0 R >>`)
}

function unicodeTable(used: UsedGlyphs): string {
  const rows = used.characters.slice(1).map((code, index) => `<${hex4(index + 1)}> <${utf16Hex(String.fromCodePoint(code))}>`)
  let blocks = ''
  for (let from = 0; from < rows.length; from += 100) {
    const block = rows.slice(from, from + 100)
    blocks += `${block.length} beginbfchar\n${block.join('\n')}\nendbfchar\n`
  }
  return `/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n` +
    `/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n`
}

function faded(opacity: number, page: Page, marks: string): string {
  if (opacity === 1) return marks
  const percent = Math.round(opacity * 100)
  page.opacities.add(percent)
  return `q /G${percent} gs ${marks}Q\n`
}

/** Outlines of rounded rectangles at the origin by size: the boxes of a column share a few. */
const outlines = new Map<string, string>()

function outline(width: number, height: number, radius: number): string {
  const key = `${width} ${height} ${radius}`
  let path = outlines.get(key)
  if (path === undefined) {
    const r = Math.min(radius, width / 2, height / 2)
    const k = r * (1 - roundness)
    const curve = (...values: readonly number[]): string => `${values.map(short).join(' ')} c `
    path = `${short(r)} 0 m ${short(width - r)} 0 l ${curve(width - k, 0, width, k, width, r)}${short(width)} ${short(height - r)} l ${curve(width, height - k, width - k, height, width - r, height)}` +
      `${short(r)} ${short(height)} l ${curve(k, height, 0, height - k, 0, height - r)}0 ${short(r)} l ${curve(0, k, k, 0, r, 0)}h `
    if (outlines.size > 2000) outlines.clear()
    outlines.set(key, path)
  }
  return path
}

/** A rectangle painted with its lower left corner at (x, y). */
function rectangle(x: number, y: number, width: number, height: number, radius: number, before: string, after: string): string {
  if (radius <= 0) return `${before}${short(x)} ${short(y)} ${short(width)} ${short(height)} re ${after}\n`
  return `q 1 0 0 1 ${short(x)} ${short(y)} cm ${before}${outline(width, height, radius)}${after} Q\n`
}

function paint(fill: string | null, stroke: Stroke | null, cap: 0 | 1): string {
  const line = stroke === null ? '' : `${colour(stroke.colour, 'RG')}${short(stroke.width)} w [${stroke.dash.map(short).join(' ')}] 0 d ${cap} J ${cap} j `
  return `${fill === null ? '' : colour(fill, 'rg')}${line}`
}

function operator(fill: string | null, stroke: Stroke | null): string {
  return fill === null ? (stroke === null ? 'n' : 'S') : stroke === null ? 'f' : 'B'
}

const colours = new Map<string, string>()

function colour(hex: string, command: 'rg' | 'RG'): string {
  let numbers = colours.get(hex)
  if (numbers === undefined) {
    numbers = [1, 3, 5].map((at) => String(Math.round((parseInt(hex.slice(at, at + 2), 16) / 255) * 1000) / 1000)).join(' ')
    colours.set(hex, numbers)
  }
  return `${numbers} ${command} `
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0')
}

function utf16Hex(text: string): string {
  let hex = ''
  for (let at = 0; at < text.length; at += 1) hex += hex4(text.charCodeAt(at))
  return hex
}

function utf16(text: string): string {
  return `<feff${utf16Hex(text)}>`
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}
