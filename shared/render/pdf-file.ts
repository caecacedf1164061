/** Bytes in the zlib format (RFC 1950). */
export type Deflate = (bytes: Uint8Array) => Uint8Array

/** The file around the objects of a PDF: numbers them, writes them in order, then the table of where they stand. */
export class PdfFile {
  readonly #objects: (readonly Uint8Array[] | null)[] = []
  readonly #deflate: Deflate | null

  constructor(deflate: Deflate | null) {
    this.#deflate = deflate
  }

  /** A number for an object that is written later with `set`. */
  reserve(): number {
    return this.#objects.push(null)
  }

  set(number: number, body: string): void {
    this.#objects[number - 1] = [ascii(body)]
  }

  add(body: string): number {
    return this.#objects.push([ascii(body)])
  }

  /** `entries`: dictionary entries besides the length. */
  addStream(entries: string, data: Uint8Array): number {
    const stored = this.#deflate === null ? data : this.#deflate(data)
    const filter = this.#deflate === null ? '' : '/Filter /FlateDecode '
    return this.#objects.push([ascii(`<< ${entries} ${filter}/Length ${stored.length} >>\nstream\n`), stored, ascii('\nendstream')])
  }

  /** Source: PDF 1.7 (ISO 32000-1) §7.5. The second line marks the file as binary for programs that guess. */
  finish(catalog: number, info: number): Uint8Array {
    const parts: Uint8Array[] = [ascii('%PDF-1.7\n'), Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a)]
    let length = 15
    const push = (bytes: Uint8Array): void => {
      parts.push(bytes)
      length += bytes.length
    }
    const places: number[] = []
    this.#objects.forEach((chunks, index) => {
      places.push(length)
      push(ascii(`${index + 1} 0 obj\n`))
      for (const chunk of chunks ?? [ascii('null')]) push(chunk)
      push(ascii('\nendobj\n'))
    })
    const table = length
    const rows = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
    push(ascii(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${places.length + 1} /Root ${catalog} 0 R /Info ${info} 0 R >>\nstartxref\n${table}\n%%EOF\n`))
    const out = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}
