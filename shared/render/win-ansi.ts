/** Characters 0x80–0x9f of the Windows code page 1252; 0 where it has none (PDF 1.7, annex D.2). */
const upper = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
  0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
]
/** What common signs are spelled as when the base fonts do not have them. */
const spelled: Readonly<Record<string, string>> = { '→': '->', '←': '<-', '−': '-', '≤': '<=', '≥': '>=', '≈': '~', '▲': '^', '●': '•', '✕': 'x', '▸': '>', '✓': 'v' }

/** Text in hex for a font with WinAnsi encoding; what it cannot show becomes `?`. */
export function toWinAnsi(text: string): string {
  let hex = ''
  for (const character of text) for (const one of spelled[character] ?? character) hex += byteOf(one.codePointAt(0) as number).toString(16).padStart(2, '0')
  return hex
}

function byteOf(code: number): number {
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) return code
  const at = upper.indexOf(code)
  return at === -1 || code === 0 ? 0x3f : 0x80 + at
}
