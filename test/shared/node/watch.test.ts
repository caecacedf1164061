import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { nodeWatch } from '#shared/node/watch.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-watch-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Runs `change` under a watch of `paths` and gives the calls that came within half a second of the last one. */
async function changesOf(paths: readonly string[], change: () => void | Promise<void>): Promise<readonly (readonly string[])[]> {
  const calls: (readonly string[])[] = []
  const stop = nodeWatch.watch(paths, (changed) => calls.push(changed))
  await pause(50)
  await change()
  await pause(500)
  stop()
  return calls
}

test('several writes in a row are one change', async () => {
  const file = path.join(scratch, 'a.cfg')
  writeFileSync(file, '1')
  assert.deepEqual(await changesOf([file], () => { for (const text of ['2', '3', '4']) writeFileSync(file, text) }), [[file]])
})

test('a file that another one is renamed over is seen, now and the next time', async () => {
  const file = path.join(scratch, 'b.cfg')
  writeFileSync(file, '1')
  const calls = await changesOf([file], async () => {
    for (const text of ['2', '3']) {
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
      await pause(300)
    }
  })
  assert.deepEqual(calls, [[file], [file]])
})

test('neighbours of a watched file are not reported', async () => {
  const file = path.join(scratch, 'c.cfg')
  writeFileSync(file, '1')
  assert.deepEqual(await changesOf([file], () => writeFileSync(path.join(scratch, 'other'), 'x')), [])
})

test('a watched folder reports a file that appears in it', async () => {
  const folder = path.join(scratch, 'folder')
  mkdirSync(folder)
  const calls = await changesOf([`${folder}/`], () => writeFileSync(path.join(folder, 'new.cfg'), 'x'))
  assert.deepEqual(calls, [[path.join(folder, 'new.cfg')]])
})

test('after the end nothing is reported, and a folder that does not exist does no harm', async () => {
  const file = path.join(scratch, 'd.cfg')
  writeFileSync(file, '1')
  const calls: unknown[] = []
  const stop = nodeWatch.watch([file, path.join(scratch, 'nowhere', 'x.cfg')], (changed) => calls.push(changed))
  await pause(50)
  writeFileSync(file, '2')
  stop()
  await pause(300)
  assert.deepEqual(calls, [])
})
