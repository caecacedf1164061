import { inflateSync } from 'node:zlib'

/**
 * Text of a PDF written by `renderPdf`, read from the bytes alone: the shown glyph numbers, turned into characters by
 * each font's ToUnicode table. One line per text object.
 */
export function readPdfText(pdf: Uint8Array): string {
  const file = Buffer.from(pdf).toString('latin1')
  const objects = new Map<number, string>()
  for (const match of file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj\n/g)) objects.set(Number(match[1]), plainStream(match[2] as string))
  const page = [...objects.values()].find((body) => body.includes('/Type /Page /Parent')) as string
  const tables = new Map<string, ReadonlyMap<string, string> | null>()
  for (const [, name, number] of page.matchAll(/\/(F\d) (\d+) 0 R/g)) {
    const reference = /\/ToUnicode (\d+) 0 R/.exec(objects.get(Number(number)) as string)
    tables.set(name as string, reference === null ? null : charactersOf(objects.get(Number(reference[1])) as string))
  }
  const content = objects.get(Number((/\/Contents (\d+) 0 R/.exec(page) as RegExpExecArray)[1])) as string
  const lines: string[] = []
  for (const [, body] of content.matchAll(/BT (.*?) ET/g)) {
    let line = ''
    let font = ''
    for (const [, name, hex] of (body as string).matchAll(/\/(F\d) [\d.]+ Tf|<([0-9a-f]*)> Tj/g)) {
      if (name !== undefined) font = name
      else {
        const table = tables.get(font) ?? null
        const digits = table === null ? 2 : 4
        for (let at = 0; at < (hex as string).length; at += digits) {
          const code = (hex as string).slice(at, at + digits)
          line += table === null ? String.fromCharCode(parseInt(code, 16)) : (table.get(code) ?? '\ufffd')
        }
      }
    }
    lines.push(line)
  }
  return lines.join('\n')
}

/** An object with its stream, if it has a compressed one, in plain. */
function plainStream(body: string): string {
  if (!body.includes('/Filter /FlateDecode')) return body
  const start = body.indexOf('\nstream\n') + 8
  return body.slice(0, start) + inflateSync(Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1')).toString('latin1')
}

function charactersOf(table: string): ReadonlyMap<string, string> {
  const characters = new Map<string, string>()
  for (const [, glyph, hex] of table.matchAll(/<([0-9a-f]{4})> <([0-9a-f]+)>\n/g)) {
    let text = ''
    for (let at = 0; at < (hex as string).length; at += 4) text += String.fromCharCode(parseInt((hex as string).slice(at, at + 4), 16))
    characters.set(glyph as string, text)
  }
  return characters
}
