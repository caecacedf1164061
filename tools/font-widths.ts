// Writes shared/layout/font-widths.ts from the fonts in assets/fonts: `node tools/font-widths.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { characterMap, glyphAdvances, openFont } from '#shared/render/truetype.ts'

const fonts = [['ui', 'Inter-Regular'], ['uiBold', 'Inter-SemiBold'], ['mono', 'JetBrainsMono-Regular']] as const
const folder = new URL('../assets/fonts/', import.meta.url)

/** Runs of neighbouring characters: `start:width,width,…` in base 36, a width repeated n times as `width*n`. */
function encode(advances: ReadonlyMap<number, number>): string {
  const runs: string[] = []
  const codes = [...advances.keys()].sort((a, b) => a - b)
  let index = 0
  while (index < codes.length) {
    const start = codes[index] as number
    const widths: string[] = []
    let code = start
    while (codes[index] === code) {
      const width = advances.get(code) as number
      let times = 0
      while (codes[index] === code && advances.get(code) === width) {
        index += 1
        code += 1
        times += 1
      }
      widths.push(times === 1 ? width.toString(36) : `${width.toString(36)}*${times.toString(36)}`)
    }
    runs.push(`${start.toString(36)}:${widths.join(',')}`)
  }
  return runs.join(' ')
}

const entries = fonts.map(([name, file]) => {
  const font = openFont(new Uint8Array(readFileSync(new URL(`${file}.ttf`, folder))))
  const advances = glyphAdvances(font)
  const widths = new Map<number, number>()
  for (const [code, glyph] of characterMap(font)) widths.set(code, advances[glyph] as number)
  return `  ${name}: { unitsPerEm: ${font.unitsPerEm}, runs: '${encode(widths)}' },`
})
writeFileSync(new URL('../shared/layout/font-widths.ts', import.meta.url), `/**
 * Advance widths of the bundled fonts, made by \`node tools/font-widths.ts\`; do not edit.
 *
 * \`runs\`: stretches of neighbouring characters, \`start:width,width,…\` in base 36; \`width*n\` stands n times.
 */
export const fontWidths = {
${entries.join('\n')}
} as const
`)
