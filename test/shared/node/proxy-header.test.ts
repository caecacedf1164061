import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyHeader } from '#shared/node/proxy-header.ts'

const signature = '0d0a0d0a000d0a515549540a'

/** Bytes behind the signature, as in the specification: version and command, family, length, addresses, ports. */
const rows: readonly (readonly [name: string, source: string, destination: string | null, hex: string | null])[] = [
  ['both of the fourth version', '192.0.2.1', '198.51.100.2', `21 11 000c c0000201 c6336402 9c40 01bb`],
  ['no destination', '192.0.2.1', null, `21 11 000c c0000201 7f000001 9c40 01bb`],
  ['both of the sixth version', '2001:db8::1', '2001:db8::2', `21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 9c40 01bb`],
  ['no destination of the sixth version', '::1', null, `21 21 0024 00000000000000000000000000000001 00000000000000000000000000000001 9c40 01bb`],
  ['one of each', '192.0.2.1', '2001:db8::2', `21 21 0024 00000000000000000000ffffc0000201 20010db8000000000000000000000002 9c40 01bb`],
  ['no address', 'somewhere', null, null],
  ['no address to go to', '192.0.2.1', 'somewhere', null],
]

for (const [name, sourceIp, destinationIp, hex] of rows) {
  test(`PROXY header: ${name}`, () => {
    const header = proxyHeader({ sourceIp, sourcePort: 40_000, destinationIp, destinationPort: 443 })
    assert.equal(header === null ? null : header.toString('hex'), hex === null ? null : signature + hex.replaceAll(' ', ''))
  })
}
