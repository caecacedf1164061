import { fontWidths } from './font-widths.ts'

/** Faces of the picture: Inter 400 and 600, JetBrains Mono 400. */
export type Face = 'ui' | 'uiBold' | 'mono'

/** Characters below it are looked up in a table, the rest in a map. */
const tableSize = 0x500
const ellipsis = '…'

interface Metrics {
  readonly table: Float32Array
  readonly others: ReadonlyMap<number, number>
}

const metrics: Readonly<Record<Face, Metrics>> = { ui: readMetrics('ui'), uiBold: readMetrics('uiBold'), mono: readMetrics('mono') }

function readMetrics(face: Face): Metrics {
  const { unitsPerEm, runs } = fontWidths[face]
  const table = new Float32Array(tableSize).fill(0.6)
  const others = new Map<number, number>()
  for (const run of runs.split(' ')) {
    const colon = run.indexOf(':')
    let code = parseInt(run.slice(0, colon), 36)
    for (const item of run.slice(colon + 1).split(',')) {
      const star = item.indexOf('*')
      const width = parseInt(star === -1 ? item : item.slice(0, star), 36) / unitsPerEm
      const times = star === -1 ? 1 : parseInt(item.slice(star + 1), 36)
      for (let time = 0; time < times; time += 1, code += 1) {
        if (code < tableSize) table[code] = width
        else others.set(code, width)
      }
    }
  }
  return { table, others }
}

/** Width of a character outside the table: another bundled font stands in, then the usual width of its script. */
function rareWidth(face: Face, code: number): number {
  return metrics[face].others.get(code) ?? metrics.mono.others.get(code) ?? (code >= 0x1100 ? 1 : 0.6)
}

/**
 * Width of one line of text in pixels: the sum of the advance widths in the bundled fonts. The same on every machine.
 * Characters the fonts do not have count as wide as they usually are (East Asian ones a full square).
 */
export function textWidth(text: string, face: Face, size: number): number {
  const { table } = metrics[face]
  let em = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < tableSize) em += table[code] as number
    else if (code >= 0xdc00 && code <= 0xdfff) continue
    else em += rareWidth(face, code)
  }
  return em * size
}

/** The text, or as much of its start as fits into `room` pixels followed by an ellipsis. Never splits a character. */
export function fitText(text: string, face: Face, size: number, room: number): string {
  if (textWidth(text, face, size) <= room) return text
  const left = room - textWidth(ellipsis, face, size)
  const { table } = metrics[face]
  let width = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const step = code >= 0xd800 && code <= 0xdbff ? 2 : 1
    width += (code < tableSize ? (table[code] as number) : rareWidth(face, code)) * size
    if (width > left) break
    at += step
  }
  return `${text.slice(0, at).trimEnd()}${ellipsis}`
}
