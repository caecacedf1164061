import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { decode } from '#shared/node/bytes.ts'
import { dataFolder } from '#shared/node/folders.ts'
import { nodeFiles } from '#shared/node/files.ts'
import { nodeGit } from '#shared/node/git.ts'
import { isoWithZone } from '#shared/node/clock.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-files-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const limit = 1024 * 1024
const at = (name: string): string => path.join(scratch, name)

const encodings: readonly (readonly [string, Uint8Array, string, string])[] = [
  ['UTF-8', Buffer.from('größe'), 'größe', 'utf-8'],
  ['UTF-8 with a byte order mark, which stays', Buffer.from('\ufeffglobal'), '\ufeffglobal', 'utf-8-bom'],
  ['UTF-16 little endian with a mark', Buffer.from('\ufeffglobal\n', 'utf16le'), '\ufeffglobal\n', 'utf-16le'],
  ['UTF-16 little endian without a mark', Buffer.from('global\n  daemon\n', 'utf16le'), 'global\n  daemon\n', 'utf-16le'],
  ['UTF-16 big endian without a mark', Buffer.from('global\n  daemon\n', 'utf16le').swap16(), 'global\n  daemon\n', 'utf-16be'],
  ['Latin-1, byte for byte', Uint8Array.from([0x67, 0xf6, 0xdf, 0x80]), 'g\u00f6\u00df\u0080', 'latin-1'],
  ['NUL bytes inside text', Buffer.from('a\0b'), 'a\0b', 'utf-8'],
  ['nothing', new Uint8Array(0), '', 'utf-8'],
]
for (const [name, bytes, text, encoding] of encodings) {
  test(`decodes ${name}`, () => assert.deepEqual(decode(new Uint8Array(bytes)), { text, encoding }))
}

async function refusal(name: string): Promise<string> {
  const read = await nodeFiles.read(name, limit)
  return read.ok ? 'read' : read.failure.code
}

test('what cannot be read is a plain failure, never an exception', async () => {
  writeFileSync(at('large'), '')
  truncateSync(at('large'), 200 * 1024 * 1024)
  symlinkSync(at('circle-b'), at('circle-a'))
  symlinkSync(at('circle-a'), at('circle-b'))
  mkdirSync(at('folder'))
  writeFileSync(at('secret'), 'x')
  chmodSync(at('secret'), 0)
  execFileSync('mkfifo', [at('pipe')])
  assert.equal(await refusal(at('missing')), 'not-found')
  assert.equal(await refusal(at('large')), 'too-large')
  assert.equal(await refusal(at('circle-a')), 'loop')
  assert.equal(await refusal(at('folder')), 'not-a-file')
  assert.equal(await refusal(at('pipe')), 'not-a-file', 'a pipe without a writer would block for ever')
  assert.equal(await refusal(at('large/below')), 'not-found')
  assert.equal(await refusal('/dev/zero'), 'not-a-file')
  // The superuser may read everything.
  assert.equal(await refusal(at('secret')), process.getuid?.() === 0 ? 'read' : 'not-permitted')
})

test('folders are listed in byte order, links count as what they lead to', async () => {
  const folder = at('listing')
  mkdirSync(folder)
  for (const name of ['b.cfg', 'B.cfg', 'ä.cfg', 'a.cfg']) writeFileSync(path.join(folder, name), '')
  symlinkSync('a.cfg', path.join(folder, 'link.cfg'))
  symlinkSync('.', path.join(folder, 'self'))
  symlinkSync('nowhere', path.join(folder, 'dead'))
  const listed = await nodeFiles.list(folder)
  assert.deepEqual(listed.ok && listed.value.map((entry) => `${entry.name}:${entry.kind}`), ['B.cfg:file', 'a.cfg:file', 'b.cfg:file', 'dead:other', 'link.cfg:file', 'self:folder', 'ä.cfg:file'])
})

test('a file of any commit is read, and what git refuses is a sentence', async () => {
  const repository = at('repository')
  mkdirSync(path.join(repository, 'conf'), { recursive: true })
  const git = (...args: readonly string[]): void => { execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: repository, stdio: 'pipe' }) }
  git('init', '-q')
  writeFileSync(path.join(repository, 'conf', 'haproxy.cfg'), 'old')
  symlinkSync('haproxy.cfg', path.join(repository, 'conf', 'link.cfg'))
  symlinkSync('/etc/passwd', path.join(repository, 'conf', 'out.cfg'))
  git('add', '.')
  git('commit', '-qm', 'one')
  writeFileSync(path.join(repository, 'conf', 'haproxy.cfg'), 'new')
  const file = path.join(repository, 'conf', 'haproxy.cfg')
  const read = await nodeGit.read('HEAD', file, limit)
  assert.equal(read.ok && Buffer.from(read.value).toString(), 'old')
  const listed = await nodeGit.list('HEAD', path.join(repository, 'conf'))
  assert.deepEqual(listed, { ok: true, value: ['haproxy.cfg', 'link.cfg', 'out.cfg'].map((name) => ({ name, kind: 'file' })) })
  const linked = await nodeGit.read('HEAD', path.join(repository, 'conf', 'link.cfg'), limit)
  assert.equal(linked.ok && Buffer.from(linked.value).toString(), 'old', 'a link of the commit leads to the file of the commit')
  const out = await nodeGit.read('HEAD', path.join(repository, 'conf', 'out.cfg'), limit)
  assert.equal(!out.ok && out.failure.code, 'not-found')
  assert.deepEqual(await nodeGit.list('HEAD', file), { ok: true, value: null })
  for (const [ref, name, code] of [['HEAD', path.join(repository, 'conf', 'gone.cfg'), 'not-found'], ['no-such-branch', file, 'git-failed'], ['--output=/tmp/x', file, 'git-failed'], ['HEAD', path.join(scratch, 'large'), 'git-failed']] as const) {
    const refused = await nodeGit.read(ref, name, limit)
    assert.equal(refused.ok ? 'read' : refused.failure.code, code, `${ref}:${name}`)
  }
  const large = await nodeGit.read('HEAD', file, 2)
  assert.equal(!large.ok && large.failure.code, 'too-large')
})

test('the data folder follows the platform and can be set', () => {
  assert.equal(dataFolder({ STEELYARD_DATA: '/srv/data' }, 'linux', '/home/a'), '/srv/data')
  assert.equal(dataFolder({ XDG_DATA_HOME: '/xdg' }, 'linux', '/home/a'), '/xdg/steelyard')
  assert.equal(dataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/a'), '/home/a/.local/share/steelyard')
  assert.equal(dataFolder({}, 'darwin', '/Users/a'), '/Users/a/Library/Application Support/Steelyard')
})

test('times carry their zone', () => assert.match(isoWithZone(new Date()), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/))
