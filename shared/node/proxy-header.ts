import { parseIp, type IpAddress } from '#shared/requests/ip.ts'

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

/** Address as the other family writes it. */
const asIp6 = (ip: IpAddress): readonly number[] => (ip.family === 6 ? ip.bytes : [...Array<number>(10).fill(0), 0xff, 0xff, ...ip.bytes])
const port = (number: number): readonly number[] => [(number >> 8) & 0xff, number & 0xff]

export interface Ends {
  readonly sourceIp: string
  readonly sourcePort: number
  /** Null: an address of this machine in the family of the source. */
  readonly destinationIp: string | null
  readonly destinationPort: number
}

/**
 * PROXY header of version 2 for one TCP connection; null: an address that is none.
 * Source: HAProxy PROXY protocol specification, section 2.2.
 */
export function proxyHeader(ends: Ends): Buffer | null {
  const source = parseIp(ends.sourceIp)
  const destination = parseIp(ends.destinationIp ?? (source?.family === 6 ? '::1' : '127.0.0.1'))
  if (source === null || destination === null) return null
  const isIp4 = source.family === 4 && destination.family === 4
  const addresses = isIp4 ? [...source.bytes, ...destination.bytes] : [...asIp6(source), ...asIp6(destination)]
  const body = [...addresses, ...port(ends.sourcePort), ...port(ends.destinationPort)]
  return Buffer.from([...signature, 0x21, isIp4 ? 0x11 : 0x21, ...port(body.length), ...body])
}
