import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exportFontFiles } from '#shared/node/export-fonts.ts'
import { characterMap, glyphAdvances, openFont } from '#shared/render/truetype.ts'
import { fitText, textWidth, type Face } from '#shared/layout/measure.ts'

const faces: readonly Face[] = ['ui', 'uiBold', 'mono']

test('the width table agrees with the bundled font files, character by character', () => {
  exportFontFiles().forEach((file, index) => {
    const font = openFont(new Uint8Array(readFileSync(file)))
    const advances = glyphAdvances(font)
    const map = characterMap(font)
    assert.ok(map.size > 800)
    for (const [code, glyph] of map) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const expected = ((advances[glyph] as number) / font.unitsPerEm) * 10
      assert.ok(Math.abs(textWidth(String.fromCharCode(code), faces[index] as Face, 10) - expected) < 1e-4, `U+${code.toString(16)} in ${file}`)
    }
  })
})

test('signs used in labels have a width: arrow, minus, middle dot, ellipsis', () => {
  for (const sign of ['→', '−', '·', '…', '▸', '≈']) assert.ok(textWidth(sign, 'ui', 10) > 1)
})

const rows: readonly (readonly [name: string, text: string, room: number, expected: string])[] = [
  ['a text that fits stays whole', 'api', 100, 'api'],
  ['a text that does not fit ends in an ellipsis', 'a-very-long-name-of-a-pool', 80, 'a-very-long…'],
  ['no room leaves the ellipsis', 'abc', 0, '…'],
  ['a pair of surrogates is never split', '😀😀😀', 30, '😀😀…'],
]
for (const [name, text, room, expected] of rows) {
  test(`fitting: ${name}`, () => {
    const fitted = fitText(text, 'mono', 11, room)
    assert.equal(fitted, expected)
    if (room > 0) assert.ok(textWidth(fitted, 'mono', 11) <= room)
  })
}
