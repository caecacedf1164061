import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiLower } from '#shared/requests/bytes.ts'
import { containsPart, domainDelimiters, leadingInteger, pathDelimiters } from '#shared/requests/http-values.ts'
import { formatIp, inNetwork, otherFamily, parseIp, parseNetwork, type IpNetwork } from '#shared/requests/ip.ts'
import { addressLanguage, addressTextLanguage, addressWord, anyAddress, wordAddress } from '#shared/requests/languages/addresses.ts'
import { contains, type LiteralKind } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { integerLanguage, lengthLanguage } from '#shared/requests/languages/numbers.ts'
import { brokenPromise, seededRandom } from './samples.ts'

const comparisons: Readonly<Record<LiteralKind, (text: string, value: string) => boolean>> = {
  exact: (text, value) => text === value,
  prefix: (text, value) => text.startsWith(value),
  suffix: (text, value) => text.endsWith(value),
  substring: (text, value) => text.includes(value),
  'path-part': (text, value) => containsPart(text, value, pathDelimiters),
  'domain-part': (text, value) => containsPart(text, value, domainDelimiters),
}

for (const [kind, compare] of Object.entries(comparisons) as [LiteralKind, (text: string, value: string) => boolean][]) {
  test(`${kind} literals hold the same texts as the comparison itself`, () => {
    const random = seededRandom(kind.length)
    let members = 0
    for (let round = 0; round < 3000; round += 1) {
      const ignoreCase = random.chance(0.5)
      const alphabet = random.pick(['ab', 'ab/', 'aA/?', 'a.:/b', 'ab\xe4'])
      const values = Array.from({ length: random.int(5) }, () => random.text(alphabet, 4))
      const language = literalLanguage(kind, values, ignoreCase)
      const fold = (text: string): string => (ignoreCase ? asciiLower(text) : text)
      if (round % 50 === 0) assert.equal(brokenPromise(language, 20), null)
      for (let count = 0; count < 20; count += 1) {
        const text = random.text(`${alphabet}B`, 9)
        const expected = values.some(value => compare(fold(text), fold(value)))
        if (expected) members += 1
        assert.equal(contains(language, text), expected, `${JSON.stringify(text)} ${kind} ${JSON.stringify(values)} ignoring case ${ignoreCase}`)
      }
    }
    assert.ok(members > 1000)
  })
}

test('ten thousand literals make an automaton quickly', context => {
  const values = Array.from({ length: 10_000 }, (_, index) => `/service-${index}/api/v${index % 7}/resource`)
  for (const kind of Object.keys(comparisons) as LiteralKind[]) {
    const started = process.hrtime.bigint()
    const language = literalLanguage(kind, values, false)
    const milliseconds = Number(process.hrtime.bigint() - started) / 1e6
    context.diagnostic(`${kind}: ${milliseconds.toFixed(1)} ms`)
    assert.equal(contains(language, values[77] ?? ''), true)
    assert.equal(contains(language, '/service-10001/api'), false)
  }
})

test('lengths are counted in bytes', () => {
  const language = lengthLanguage([[2, 3], [6, null]])
  assert.deepEqual(Array.from({ length: 10 }, (_, length) => contains(language, 'x'.repeat(length))), [false, false, true, true, false, false, true, true, true, true])
  assert.equal(contains(lengthLanguage([]), ''), false)
  assert.equal(contains(lengthLanguage([[null, 0]]), ''), true)
})

test('integers are read from the start of a text as the product reads them', () => {
  const random = seededRandom(5)
  const bound = (): number | null => (random.chance(0.15) ? null : (random.chance(0.3) ? -1 : 1) * random.int(10 ** random.int(6)))
  for (let round = 0; round < 4000; round += 1) {
    const ranges = Array.from({ length: random.int(4) }, () => [bound(), bound()] as const)
    const language = integerLanguage(ranges)
    if (round % 100 === 0) assert.equal(brokenPromise(language, 20), null)
    const edges = ranges.flat().filter(value => value !== null)
    for (let count = 0; count < 20; count += 1) {
      const text = random.chance(0.5) && edges.length > 0
        ? `${random.pick(['', '', '0', '+', '00'])}${random.pick(edges) + random.int(3) - 1}${random.pick(['', 'x', '.5', ' 1'])}`
        : `${random.pick(['', '-', '+', '--'])}${random.text('0019', 7)}${random.pick(['', 'x', '1', '-'])}`
      const value = leadingInteger(text)
      const expected = text !== '' && ranges.some(([from, to]) => (from === null || value >= from) && (to === null || value <= to))
      assert.equal(contains(language, text), expected, `${JSON.stringify(text)} in ${JSON.stringify(ranges)}`)
    }
  }
})

test('addresses lie in networks of either notation as the router sees it', () => {
  const random = seededRandom(6)
  const networks = ['10.0.0.0/8', '10.1.2.3', '192.168.0.0/17', '0.0.0.0/0', '::/0', '::ffff:0:0/96', '::ffff:10.0.0.0/104', '2002::/16', '2002:0a01::/32', '2001:db8::/33', '::/96', 'fe80::1', '::ffff:0:0/90', '10.1.2.0/23', '127.0']
    .map(parseNetwork).filter((network): network is IpNetwork => network !== null)
  const addresses = ['10.0.0.1', '10.1.2.3', '11.0.0.1', '192.168.127.1', '192.168.128.1', '::1', '::10.1.2.3', '::ffff:10.1.2.3', '2002:0a01:203::1', '2001:db8::1', '2001:db8:8000::1', 'fe80::1', 'fe80::2', '127.0.0.0', '1.2.3.4', '::ffff:c0a8:7f01', '::fffe:1.2.3.4']
    .map(text => parseIp(text)).filter(ip => ip !== null)
  for (let round = 0; round < 2000; round += 1) {
    const chosen = networks.filter(() => random.chance(0.2))
    const language = addressLanguage(chosen)
    for (const ip of addresses) {
      const bytes = random.chance(0.5) ? ip.bytes : ip.bytes.map(byte => (random.chance(0.1) ? random.int(256) : byte))
      const changed = { family: ip.family, bytes }
      const other = otherFamily(changed)
      const expected = chosen.some(network => inNetwork(changed, network) || (other !== null && inNetwork(other, network)))
      assert.equal(contains(language, addressWord(changed)), expected, `${changed.bytes.join('.')} in ${JSON.stringify(chosen)}`)
      assert.deepEqual(wordAddress(addressWord(changed)), changed)
      assert.equal(contains(anyAddress, addressWord(changed)), true)
    }
    if (round % 200 === 0) assert.equal(brokenPromise(language, 40), null)
  }
  for (const word of ['', '\x04abc', '\x04abcde', '\x06abcd', 'abcde']) {
    assert.equal(contains(anyAddress, word), false)
    assert.equal(wordAddress(word), null)
  }
})

test('texts are read as addresses before they are looked up', context => {
  const random = seededRandom(8)
  const networks = ['10.0.0.0/8', '10.1.2.3', '192.168.0.0/17', '0.0.0.0/0', '::/0', '::ffff:0:0/96', '2002::/16', '2001:db8::/33', 'fe80::1', '10.1.2.0/23', '64:ff9b::/96']
    .map(parseNetwork).filter((network): network is IpNetwork => network !== null)
  const group = (): string => random.pick(['0', '1', 'a', '10', 'ffff', 'FfFf', '0a01', '2001', '2002', 'db8', '0db8', '8000', 'fe80', '00000', '64', 'ff9b'])
  const dotted = (): string => Array.from({ length: random.chance(0.9) ? 4 : 3 }, () => random.pick(['10', '1', '2', '3', '001', '192', '168', '255', '256', '127', '0', '0010'])).join('.')
  const half = (): string => [...Array.from({ length: random.int(6) }, group), ...(random.chance(0.25) ? [dotted()] : [])].join(':')
  const texts = ['', ':', '::', ':::', '1::', '::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:1.2.3.4', '::1:2:3:4:5:6:7:8', '1::2:3:4:5:6:7:8', '::2:3:4:5:6:7:8', '1.2.3.4::', '1.2.3.4:1::', '10.0.0.1', '10.0.0.1:80', '[::1]', '::ffff:10.1.2.3', ':1::', '1::1::1']
  while (texts.length < 4000) texts.push(random.pick([
    dotted, () => `${half()}::${half()}`, () => Array.from({ length: 8 }, group).join(':'), () => `${Array.from({ length: 6 }, group).join(':')}:${dotted()}`, () => formatIp({ family: 6, bytes: Array.from({ length: 16 }, () => random.int(3) * 127) }),
    () => `::ffff:${dotted()}`, () => `${half()}:`, () => random.text('1:.af', 9),
  ])())
  let members = 0
  let addresses = 0
  for (const chosen of [...networks.map(network => [network]), ...Array.from({ length: 15 }, () => networks.filter(() => random.chance(0.3))), []]) {
    const language = addressTextLanguage(chosen)
    for (const text of texts) {
      const ip = parseIp(text)
      const other = ip === null ? null : otherFamily(ip)
      const expected = ip !== null && chosen.some(network => inNetwork(ip, network) || (other !== null && inNetwork(other, network)))
      if (ip !== null) addresses += 1
      if (expected) members += 1
      assert.equal(contains(language, text), expected, `${text} in ${JSON.stringify(chosen)}`)
    }
    assert.equal(brokenPromise(language, 40), null)
  }
  context.diagnostic(`${texts.length} texts, ${addresses} addresses, ${members} members`)
  assert.ok(members > 1000)
})
