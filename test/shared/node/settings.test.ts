import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createSettings, defaultSettings } from '#shared/node/settings.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-settings-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

test('settings start with defaults, are kept, and only their owner can read them', async () => {
  const folder = path.join(scratch, 'new', 'deep')
  const port = createSettings(folder)
  assert.deepEqual(await port.load(), { ok: true, value: defaultSettings() })
  const changed = { ...defaultSettings(), theme: 'dark', root: '/srv/copy' } as const
  assert.equal((await port.save(changed)).ok, true)
  assert.deepEqual(await createSettings(folder).load(), { ok: true, value: changed })
  assert.equal(statSync(path.join(folder, 'settings.json')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['settings.json'])
})

test('settings of an older version get the defaults of what they lack', async () => {
  const folder = mkdtempSync(path.join(scratch, 'old-'))
  writeFileSync(path.join(folder, 'settings.json'), '{"theme":"light"}')
  assert.deepEqual(await createSettings(folder).load(), { ok: true, value: { ...defaultSettings(), theme: 'light' } })
})

test('settings that cannot be read are set aside, not lost', async () => {
  const folder = mkdtempSync(path.join(scratch, 'damaged-'))
  writeFileSync(path.join(folder, 'settings.json'), '{"theme":')
  assert.deepEqual(await createSettings(folder).load(), { ok: true, value: defaultSettings() })
  assert.equal(readFileSync(path.join(folder, 'settings.json.unreadable'), 'utf8'), '{"theme":')
})

test('limits of recordings are kept, and ones that cannot be are not taken from the file', async () => {
  const folder = mkdtempSync(path.join(scratch, 'limits-'))
  const file = path.join(folder, 'settings.json')
  await createSettings(folder).save({ ...defaultSettings(), liveRecordingLimits: { megabytes: 64, hours: 0.5 } })
  const kept = await createSettings(folder).load()
  assert.deepEqual(kept.ok && kept.value.liveRecordingLimits, { megabytes: 64, hours: 0.5 })
  writeFileSync(file, readFileSync(file, 'utf8').replace('0.5', '-1'))
  assert.deepEqual(await createSettings(folder).load(), { ok: true, value: defaultSettings() })
})

test('the recent list keeps the newest twenty, each once', async () => {
  const port = createSettings(mkdtempSync(path.join(scratch, 'recent-')))
  for (let index = 0; index < 25; index += 1) await port.remember({ title: String(index), before: null, after: { kind: 'path', path: `/c${index % 22}` }, at: '2026-11-20T10:00:00Z' })
  const recent = await port.recent()
  assert.deepEqual(recent.ok && [recent.value.length, recent.value[0]?.title, recent.value.filter((one) => one.after.kind === 'path' && one.after.path === '/c2').length], [20, '24', 1])
})

test('two saves at once leave one of the two, whole', async () => {
  const folder = mkdtempSync(path.join(scratch, 'race-'))
  const port = createSettings(folder)
  await Promise.all([port.save({ ...defaultSettings(), author: 'a'.repeat(5000) }), port.save({ ...defaultSettings(), author: 'b' })])
  const loaded = await port.load()
  assert.equal(loaded.ok && loaded.value.author, 'b')
})

test('ticks are kept per pair, the pairs ticked longest ago are forgotten, and another process finds them', async () => {
  const folder = mkdtempSync(path.join(scratch, 'ticks-'))
  const port = createSettings(folder)
  for (let pair = 0; pair < 70; pair += 1) await port.saveTicks(`pair ${pair}`, ['a', `b${pair}`])
  const other = createSettings(folder)
  assert.deepEqual(await other.ticks('pair 69'), { ok: true, value: ['a', 'b69'] })
  assert.deepEqual(await other.ticks('pair 0'), { ok: true, value: [] })
  await port.saveTicks('pair 69', [])
  assert.deepEqual(await other.ticks('pair 69'), { ok: true, value: [] })
})

test('several ticks at once are all kept', async () => {
  const port = createSettings(mkdtempSync(path.join(scratch, 'ticks-')))
  await Promise.all([port.saveTicks('one', ['a']), port.saveTicks('two', ['b']), port.saveTicks('one', ['a', 'c'])])
  assert.deepEqual([await port.ticks('one'), await port.ticks('two')], [{ ok: true, value: ['a', 'c'] }, { ok: true, value: ['b'] }])
})
