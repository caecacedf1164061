import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { nodeRestore } from '#shared/node/restore.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-restore-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
let next = 0
function place(): { readonly within: string; readonly outside: string; readonly backup: string } {
  const base = path.join(scratch, String(++next))
  const within = path.join(base, 'target')
  const outside = path.join(base, 'outside')
  mkdirSync(within, { recursive: true })
  mkdirSync(outside)
  writeFileSync(path.join(outside, 'victim.cfg'), 'precious')
  return { within, outside, backup: path.join(base, 'data', 'backups', 'b') }
}
const bytes = new Uint8Array(Buffer.from('restored'))

test('a restored file replaces the old one in one step and the old one is in the backup folder', async () => {
  const { within, backup } = place()
  const file = path.join(within, 'haproxy.cfg')
  writeFileSync(file, 'what stood there')
  chmodSync(file, 0o640)
  assert.deepEqual(await nodeRestore.write([{ path: file, within, bytes }], backup), { ok: true, value: backup })
  assert.deepEqual(await nodeRestore.write([{ path: file, within, bytes }], backup), { ok: true, value: `${backup}-2` }, 'a second one within the same second')
  assert.equal(readFileSync(file, 'utf8'), 'restored')
  assert.equal(statSync(file).mode & 0o777, 0o640, 'permissions stay')
  assert.equal(readFileSync(path.join(backup, '001-haproxy.cfg'), 'utf8'), 'what stood there')
  assert.deepEqual(readdirSync(within), ['haproxy.cfg'], 'no temporary file is left')
})

test('missing folders below the target are created', async () => {
  const { within, backup } = place()
  const file = path.join(within, 'etc', 'haproxy', 'maps', 'hosts.map')
  assert.equal((await nodeRestore.write([{ path: file, within, bytes }], backup)).ok, true)
  assert.equal(readFileSync(file, 'utf8'), 'restored')
})

const attacks: readonly (readonly [string, (where: ReturnType<typeof place>) => string])[] = [
  ['the file itself is a link that leads out', ({ within, outside }) => {
    symlinkSync(path.join(outside, 'victim.cfg'), path.join(within, 'haproxy.cfg'))
    return path.join(within, 'haproxy.cfg')
  }],
  ['its folder is a link that leads out', ({ within, outside }) => {
    symlinkSync(outside, path.join(within, 'maps'))
    return path.join(within, 'maps', 'victim.cfg')
  }],
  ['a folder further up is a link that leads out', ({ within, outside }) => {
    mkdirSync(path.join(outside, 'deep'))
    symlinkSync(outside, path.join(within, 'etc'))
    return path.join(within, 'etc', 'deep', 'new.cfg')
  }],
  ['the link leads nowhere yet', ({ within, outside }) => {
    symlinkSync(path.join(outside, 'created-by-attack'), path.join(within, 'haproxy.cfg'))
    return path.join(within, 'haproxy.cfg')
  }],
  ['the path climbs out', ({ within }) => path.join(within, '..', 'outside', 'victim.cfg')],
]
for (const [name, arrange] of attacks) {
  test(`nothing is written when ${name}`, async () => {
    const where = place()
    const file = arrange(where)
    const current = await nodeRestore.current({ path: file, within: where.within }, 1000)
    assert.equal(current.ok && name !== 'a folder further up is a link that leads out', false)
    const result = await nodeRestore.write([{ path: file, within: where.within, bytes }], where.backup)
    assert.equal(!result.ok && result.failure.code, 'not-permitted')
    assert.equal(readFileSync(path.join(where.outside, 'victim.cfg'), 'utf8'), 'precious')
    assert.deepEqual(readdirSync(where.outside).filter((one) => one !== 'deep'), ['victim.cfg'])
    if (readdirSync(where.outside).includes('deep')) assert.deepEqual(readdirSync(path.join(where.outside, 'deep')), [])
  })
}

test('a folder or a pipe where the file should go is refused', async () => {
  const { within, backup } = place()
  mkdirSync(path.join(within, 'haproxy.cfg'))
  const result = await nodeRestore.write([{ path: path.join(within, 'haproxy.cfg'), within, bytes }], backup)
  assert.equal(!result.ok && result.failure.code, 'not-a-file')
})
