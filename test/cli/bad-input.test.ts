import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-bad-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const at = (name: string): string => path.join(scratch, name)
const good = 'frontend web\n    mode http\n    bind :8080\n    default_backend api\nbackend api\n    mode http\n    server a 10.0.0.1:80\n'
const write = (name: string, content: string | Buffer): string => {
  writeFileSync(at(name), content)
  return at(name)
}

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly at: { readonly line: number }
}

/** What each bad input gives: the exit code of `check`, and either a finding (code, line) or words on standard error. */
const cases: readonly (readonly [string, () => string, number, readonly [string, number] | RegExp])[] = [
  ['an empty file', () => write('empty.cfg', ''), 1, ['input/empty', 1]],
  ['a file of 200 MB', () => { const file = write('large.cfg', ''); truncateSync(file, 200 * 1024 * 1024); return file }, 3, /large\.cfg is 200 MB; at most 128 MB are read/],
  ['UTF-16 with a mark', () => write('utf16.cfg', Buffer.from(`\ufeff${good}`, 'utf16le')), 1, ['input/utf-16', 1]],
  ['UTF-16 without a mark', () => write('utf16-plain.cfg', Buffer.from(good, 'utf16le')), 1, ['input/utf-16', 1]],
  ['NUL bytes', () => write('nul.cfg', good.replace('default', 'def\0ault')), 1, ['input/nul-bytes', 4]],
  ['a byte order mark', () => write('bom.cfg', `\ufeff${good}`), 1, ['input/byte-order-mark', 1]],
  ['a picture instead of a config', () => write('picture.cfg', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256))), 3, /picture\.cfg is not text/],
  ['a disk of zeros', () => write('zeros.cfg', Buffer.alloc(100_000)), 3, /zeros\.cfg is not text/],
  ['a file that does not exist', () => at('nothing.cfg'), 3, /There is no file .*nothing\.cfg/],
  ['a link that leads back to itself', () => { symlinkSync(at('loop-b'), at('loop-a')); symlinkSync(at('loop-a'), at('loop-b')); return at('loop-a') }, 3, /leads back to itself/],
  ['a folder that contains itself', () => { mkdirSync(at('ring')); symlinkSync('.', at('ring/again')); write('ring/haproxy.cfg', good); return at('ring') }, 0, ['none', 0]],
  ['a folder without a config', () => { mkdirSync(at('bare')); return at('bare') }, 3, /holds no file ending in \.cfg/],
  ['a device', () => '/dev/zero', 3, /not a regular file/],
  ['a missing map file', () => write('map.cfg', good.replace('default_backend api', 'use_backend %[path,map(/nowhere/paths.map,api)]')), 1, ['haproxy/missing-file', 4]],
  ['an unknown section', () => write('section.cfg', `${good}frobnicate all\n    thing\n`), 1, ['haproxy/unknown-section', 8]],
  ['one line of a megabyte', () => write('line.cfg', `${good}# ${'x'.repeat(1024 * 1024)}\n`), 0, ['none', 0]],
  ['prose', () => write('prose.txt', 'Dear diary,\ntoday I configured nothing.\n'), 3, /does not look like a config of HAProxy/],
]

for (const [name, arrange, code, expected] of cases) {
  test(`${name}: a plain message and exit code ${code}`, async () => {
    const file = arrange()
    const result = await run(['check', file, '--format', 'json'])
    assert.equal(result.code, code, `${result.out.slice(0, 2000)}${result.err}`)
    if (expected instanceof RegExp) {
      assert.match(result.err, expected)
      assert.equal(result.err.trim().split('\n').length, 1, 'one line')
    } else if (expected[0] !== 'none') {
      const findings = (JSON.parse(result.out) as { findings: readonly Finding[] }).findings
      assert.ok(findings.some((finding) => finding.code === expected[0] && finding.at.line === expected[1]), JSON.stringify(findings.slice(0, 5)))
    }
    assert.ok(!/at .*\.ts:\d+/.test(result.err), 'no stack trace')
  })
}

test('a file that may not be read says so', async () => {
  const file = write('private.cfg', good)
  chmodSync(file, 0)
  const result = await run(['check', file])
  // The superuser reads everything; everybody else is told.
  if (process.getuid?.() === 0) assert.equal(result.code, 0)
  else {
    assert.equal(result.code, 3)
    assert.match(result.err, /may not be read by this user/)
  }
})

test('a map of more than 64 MB is a finding at the line that names it', async () => {
  const map = write('huge.map', '')
  truncateSync(map, 65 * 1024 * 1024)
  const file = write('huge-map.cfg', good.replace('default_backend api', `use_backend %[path,map(${map},api)]`))
  const result = await run(['check', file, '--format', 'json'])
  const finding = (JSON.parse(result.out) as { findings: readonly Finding[] }).findings.find((one) => one.code === 'input/side-file-unreadable')
  assert.deepEqual([result.code, finding?.at.line], [1, 4])
  assert.match(finding?.message ?? '', /65 MB; at most 64 MB/)
})

test('every command refuses the same way', async () => {
  for (const args of [['inspect', at('nothing.cfg')], ['diff', at('nothing.cfg'), at('nothing.cfg')], ['route', at('nothing.cfg'), 'http://a/'], ['export', at('nothing.cfg'), '-o', at('x.svg')], ['history', 'add', at('nothing.cfg')]]) {
    const result = await run(args)
    assert.equal(result.code, 3, args.join(' '))
    assert.match(result.err, /^steelyard: There is no file/)
  }
})
