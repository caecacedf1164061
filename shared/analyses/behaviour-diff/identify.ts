/** Short stable name of a list of texts (FNV-1a, 2 × 32 bits). Not for security. */
export function identify(parts: readonly string[]): string {
  const text = parts.join('\u0000')
  let low = 0x811c9dc5
  let high = 0xcbf29ce4
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    low = Math.imul(low ^ code, 0x01000193) >>> 0
    high = Math.imul(high ^ ((code << 3) | (at & 7)), 0x01000193) >>> 0
  }
  return low.toString(16).padStart(8, '0') + high.toString(16).padStart(8, '0')
}
