/**
 * Byte strings: every character is one byte (U+0000–U+00FF). Balancers compare bytes, not code points, so text from
 * configs and requests is turned into byte strings before it is compared and back into text when people see it.
 */

const onlyAscii = /^[\x00-\x7f]*$/

/** UTF-8 bytes of `text`. Lone surrogates become U+FFFD. */
export function toBytes(text: string): string {
  if (onlyAscii.test(text)) return text
  let bytes = ''
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) bytes += String.fromCharCode(code)
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes += String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

/** Text of UTF-8 `bytes`; bytes that are not valid UTF-8 stay as they are (read as Latin-1). */
export function fromBytes(bytes: string): string {
  if (onlyAscii.test(bytes)) return bytes
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const first = bytes.charCodeAt(at)
    const length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0
    let code = length === 1 ? first : first & (0x7f >> length)
    let valid = length > 0 && at + length <= bytes.length
    for (let next = 1; valid && next < length; next += 1) {
      const byte = bytes.charCodeAt(at + next)
      valid = (byte & 0xc0) === 0x80
      code = (code << 6) | (byte & 63)
    }
    const shortest = length === 3 ? 0x800 : length === 4 ? 0x10000 : 0
    if (!valid || code < shortest || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return bytes
    text += String.fromCodePoint(code)
    at += length
  }
  return text
}

/** ASCII letters to lower case; other bytes stay. */
export function asciiLower(text: string): string {
  return onlyAscii.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, part => part.toLowerCase())
}

/** Bytes of `text`, ASCII letters in lower case; most texts of configs are that already. */
export function lowerBytes(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127 || (code >= 65 && code <= 90)) return asciiLower(toBytes(text))
  }
  return text
}

/** ASCII letters to upper case; other bytes stay. */
export function asciiUpper(text: string): string {
  return onlyAscii.test(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, part => part.toUpperCase())
}
