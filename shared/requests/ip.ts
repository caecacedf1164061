/** An address as 4 or 16 bytes. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bytes: readonly number[]
}

export interface IpNetwork {
  readonly family: 4 | 6
  readonly bytes: readonly number[]
  readonly bits: number
}

/** `10.0.0.1`, `::1`, `::ffff:1.2.3.4`; null: not an address. No brackets, no zone, no shortened IPv4. */
export function parseIp(text: string): IpAddress | null {
  const bytes = text.includes(':') ? parseIp6(text) : parseIp4(text)
  return bytes === null ? null : { family: bytes.length === 4 ? 4 : 6, bytes }
}

function parseIp4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return null
  const bytes = match.slice(1).map(Number)
  return bytes.every(byte => byte <= 255) ? bytes : null
}

function parseIp6(text: string): number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const expand = (half: string): number[] | null => {
    if (half === '') return []
    const bytes: number[] = []
    const groups = half.split(':')
    for (const [index, group] of groups.entries()) {
      if (index === groups.length - 1 && group.includes('.')) {
        const tail = parseIp4(group)
        if (tail === null) return null
        bytes.push(...tail)
      } else {
        if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null
        const value = Number.parseInt(group, 16)
        bytes.push(value >> 8, value & 255)
      }
    }
    return bytes
  }
  const head = expand(halves[0] ?? '')
  const tail = halves.length === 2 ? expand(halves[1] ?? '') : []
  if (head === null || tail === null) return null
  if (halves.length === 1) return head.length === 16 ? head : null
  const zeros = 16 - head.length - tail.length
  return zeros < 2 ? null : [...head, ...Array<number>(zeros).fill(0), ...tail]
}

/** `10.0.0.0/8`, `10.0.0.1`, `2001:db8::/32`, `10.0.0.0/255.0.0.0`; shortened IPv4 is filled with zeros. Null: neither. */
export function parseNetwork(text: string): IpNetwork | null {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const ip = parseIp(address) ?? parseShortIp4(address)
  if (ip === null) return null
  const width = ip.bytes.length * 8
  let bits = width
  if (slash !== -1) {
    const mask = text.slice(slash + 1)
    if (/^\d{1,3}$/.test(mask)) bits = Number(mask)
    else {
      const dotted = parseIp4(mask)
      if (dotted === null || ip.family !== 4) return null
      bits = dotted.reduce((count, byte) => count + byte.toString(2).replaceAll('0', '').length, 0)
    }
    if (bits > width) return null
  }
  return { family: ip.family, bytes: maskBytes(ip.bytes, bits), bits }
}

/** HAProxy reads `127.0` as 127.0.0.0 (H-SRC-1). */
function parseShortIp4(text: string): IpAddress | null {
  const match = /^\d{1,3}(\.\d{1,3}){0,2}$/.exec(text)
  if (match === null) return null
  const bytes = text.split('.').map(Number)
  if (bytes.some(byte => byte > 255)) return null
  while (bytes.length < 4) bytes.push(0)
  return { family: 4, bytes }
}

export function maskBytes(bytes: readonly number[], bits: number): readonly number[] {
  return bytes.map((byte, index) => {
    const keep = Math.max(0, Math.min(8, bits - index * 8))
    return byte & (0xff00 >> keep) & 0xff
  })
}

export function inNetwork(ip: IpAddress, network: IpNetwork): boolean {
  if (ip.family !== network.family) return false
  const whole = network.bits >> 3
  for (let index = 0; index < whole; index += 1) if (ip.bytes[index] !== network.bytes[index]) return false
  const rest = network.bits & 7
  if (rest === 0) return true
  return ((ip.bytes[whole] ?? 0) & (0xff00 >> rest) & 0xff) === network.bytes[whole]
}

/** The same address in the other family, where there is one: mapped, compatible and 6to4 addresses count as IPv4. */
export function otherFamily(ip: IpAddress): IpAddress | null {
  const bytes = ip.bytes
  if (ip.family === 4) return { family: 6, bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes] }
  const leadingZeros = bytes.slice(0, 10).every(byte => byte === 0)
  if (leadingZeros && ((bytes[10] === 255 && bytes[11] === 255) || (bytes[10] === 0 && bytes[11] === 0))) return { family: 4, bytes: bytes.slice(12) }
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return { family: 4, bytes: bytes.slice(2, 6) }
  return null
}

/** The address that a mapped one stands for; any other address as it is. */
export function unmapped(ip: IpAddress): IpAddress {
  return ip.family === 6 && ip.bytes[10] === 255 && ip.bytes[11] === 255 && ip.bytes.slice(0, 10).every(byte => byte === 0) ? { family: 4, bytes: ip.bytes.slice(12) } : ip
}

/** Canonical text; IPv6 with the longest run of zero groups shortened. */
export function formatIp(ip: IpAddress): string {
  if (ip.family === 4) return ip.bytes.join('.')
  const mapped = otherFamily(ip)
  if (mapped !== null && ip.bytes[10] === 255) return `::ffff:${mapped.bytes.join('.')}`
  const groups: number[] = []
  for (let index = 0; index < 16; index += 2) groups.push(((ip.bytes[index] ?? 0) << 8) | (ip.bytes[index + 1] ?? 0))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start += 1) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length += 1
    if (length > best.length) best = { start, length }
  }
  const text = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  if (best.start === -1) return text(groups)
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`
}
