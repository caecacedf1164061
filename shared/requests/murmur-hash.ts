const multiplier = 0x5bd1e995

/**
 * MurmurHash2 of a byte string, with 0 as its seed.
 *
 * Shape: a whole number from 0 to 2³² − 1.
 * Source: nginx `split_clients`, which hashes its key so. Oracle: test/oracle/nginx.
 */
export function murmurHash2(bytes: string): number {
  const mixed = (word: number): number => {
    const first = Math.imul(word, multiplier)
    return Math.imul(first ^ (first >>> 24), multiplier)
  }
  let hash = bytes.length
  let at = 0
  for (; bytes.length - at >= 4; at += 4) {
    const word = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)
    hash = Math.imul(hash, multiplier) ^ mixed(word)
  }
  if (at < bytes.length) {
    for (let index = bytes.length - 1; index >= at; index -= 1) hash ^= bytes.charCodeAt(index) << (8 * (index - at))
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return (hash ^ (hash >>> 15)) >>> 0
}
