import type { IpAddress, IpNetwork } from '../ip.ts'
import { beforeParseIp } from './address-texts.ts'
import { classesBy } from './byte-classes.ts'
import { dead, type Language } from './language.ts'
import { complement, intersection, nothing, union } from './set-operations.ts'

/** An address as a byte string: its family (byte 4 or 6) and its 4 or 16 bytes. */
export function addressWord(ip: IpAddress): string {
  return String.fromCharCode(ip.family, ...ip.bytes)
}

/** Null: no address. */
export function wordAddress(word: string): IpAddress | null {
  const family = word.charCodeAt(0)
  if (!(family === 4 && word.length === 5) && !(family === 6 && word.length === 17)) return null
  return { family, bytes: Array.from(word.slice(1), character => character.charCodeAt(0)) }
}

/**
 * Address words in one of the networks. An IPv4 address also counts as its mapped IPv6 address; a mapped, compatible or
 * 6to4 address also counts as its IPv4 address. `isStrict`: a mapped address counts as its IPv4 address alone, and no other as both.
 *
 * Source: `otherFamily` and `inNetwork` in shared/requests/ip.ts.
 */
export function addressLanguage(networks: readonly IpNetwork[], isStrict = false): Language {
  if (!isStrict) return wordsIn(networks.flatMap(network => [network, ...alsoIn(network)]))
  const four = networks.filter(network => network.family === 4)
  const six = networks.filter(network => network.family === 6)
  const asIpv4 = wordsIn([...four, ...four.map(({ bytes, bits }) => ({ family: 6 as const, bytes: [...mappedPrefix, ...bytes], bits: bits + 96 }))])
  return six.length === 0 ? asIpv4 : union([asIpv4, intersection([wordsIn(six), complement(wordsIn([{ family: 6, bytes: [...mappedPrefix, 0, 0, 0, 0], bits: 96 }]))])])
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] as const

/** Address words in one of the networks, notation by notation. */
function wordsIn(all: readonly IpNetwork[]): Language {
  const cuts = new Uint8Array(257)
  for (const byte of [4, 5, 6, 7]) cuts[byte] = 1
  const edges: Map<number, number>[] = []
  const node = (): number => edges.push(new Map()) - 1
  const root = node()
  /** `full[n]`: any n bytes; the state before it is `full[n - 1]`. */
  const full = Array.from({ length: 17 }, node)
  const isFull = (state: number): boolean => state > root && state <= (full[16] as number)
  for (const { family, bytes, bits } of all) {
    const width = family === 4 ? 4 : 16
    let at = root
    const go = (from: number, to: number, left: number, last: boolean): void => {
      cuts[from] = 1
      cuts[to + 1] = 1
      const out = edges[at] as Map<number, number>
      if (last) {
        for (let byte = from; byte <= to; byte += 1) out.set(byte, full[left] as number)
        return
      }
      let next = out.get(from)
      if (next === undefined) {
        next = node()
        out.set(from, next)
      }
      at = next
    }
    go(family, family, width, bits === 0)
    for (let index = 0; index * 8 < bits && !isFull(at); index += 1) {
      const byte = bytes[index] ?? 0
      const free = Math.max(0, (index + 1) * 8 - bits)
      go(byte, byte | (1 << free) - 1, width - index - 1, (index + 1) * 8 >= bits)
    }
  }
  let cut = 0
  const classes = classesBy(byte => (cut += cuts[byte] as number))
  return {
    ...classes, start: root,
    step: (state, byte) => (isFull(state) ? (state === full[0] ? dead : state - 1) : edges[state]?.get(byte) ?? dead),
    accepts: state => state === full[0],
  }
}

/** Networks of the other notation that hold addresses of `network`. */
function alsoIn({ family, bytes, bits }: IpNetwork): readonly IpNetwork[] {
  const zeros = Array<number>(10).fill(0)
  if (family === 4) {
    return [
      { family: 6, bytes: [...zeros, 255, 255, ...bytes], bits: bits + 96 },
      { family: 6, bytes: [...zeros, 0, 0, ...bytes], bits: bits + 96 },
      { family: 6, bytes: [0x20, 0x02, ...bytes, ...zeros], bits: bits + 16 },
    ]
  }
  const mapped = [...zeros, 255, 255]
  const prefix = Math.min(bits, 96)
  const isMapped = mapped.every((byte, index) => {
    const keep = Math.max(0, Math.min(8, prefix - index * 8))
    return ((byte ^ (bytes[index] ?? 0)) & (0xff00 >> keep) & 0xff) === 0
  })
  return isMapped ? [{ family: 4, bytes: bytes.slice(12), bits: Math.max(0, bits - 96) }] : []
}

/** Every well-formed address word. */
export const anyAddress: Language = addressLanguage([{ family: 4, bytes: [0, 0, 0, 0], bits: 0 }, { family: 6, bytes: Array<number>(16).fill(0), bits: 0 }])

/** Texts that read as an address in one of the networks, as `parseIp` reads them. Errors: LanguageTooLarge from `step`. */
export function addressTextLanguage(networks: readonly IpNetwork[], isStrict = false): Language {
  return networks.length === 0 ? nothing : beforeParseIp(addressLanguage(networks, isStrict))
}
