import { createHash } from 'node:crypto'
import type { BytesPort, DecodedText } from '#shared/backend/ports.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Text of a file, whatever its encoding.
 *
 * UTF-16 is recognised by its byte order mark, or, without one, by every second byte of the beginning being zero.
 * What is not UTF-8 is read as Latin-1, one character a byte, so that nothing is lost. A byte order mark stays in the text.
 */
export function decode(bytes: Uint8Array): DecodedText {
  const utf16 = utf16Of(bytes)
  if (utf16 !== null) return { text: new TextDecoder(utf16, { ignoreBOM: true }).decode(bytes), encoding: utf16 }
  try {
    const text = utf8.decode(bytes)
    return { text, encoding: text.charCodeAt(0) === 0xfeff ? 'utf-8-bom' : 'utf-8' }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), encoding: 'latin-1' }
  }
}

function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes.length < 2) return null
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const looked = Math.min(bytes.length, 512) & ~1
  let even = 0
  let odd = 0
  for (let index = 0; index < looked; index += 2) {
    if (bytes[index] === 0) even += 1
    if (bytes[index + 1] === 0) odd += 1
  }
  const pairs = looked / 2
  if (pairs >= 4 && odd > pairs * 0.7 && even < pairs * 0.1) return 'utf-16le'
  if (pairs >= 4 && even > pairs * 0.7 && odd < pairs * 0.1) return 'utf-16be'
  return null
}

export const nodeBytes: BytesPort = {
  decode,
  fromBase64: (base64) => new Uint8Array(Buffer.from(base64, 'base64')),
  toBase64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  fromText: (text) => new Uint8Array(Buffer.from(text, 'utf8')),
  sha256(parts) {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest('hex')
  },
}
