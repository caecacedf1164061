import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { diagnoseElectron } from '#tools/electron-doctor.ts'
import { provideElectron } from '#tools/electron-provide.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-electron-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A package folder as npm lays it out, and a zip with a file called `electron` in it. */
function scratch(name: string): { readonly packageFolder: string; readonly zip: string } {
  const packageFolder = path.join(folder, name)
  mkdirSync(path.join(packageFolder, 'in'), { recursive: true })
  writeFileSync(path.join(packageFolder, 'in', 'electron'), '#!/bin/sh\necho v9.9.9\n', { mode: 0o755 })
  writeFileSync(path.join(packageFolder, 'in', 'version'), '9.9.9')
  const zip = path.join(packageFolder, 'electron.zip')
  execFileSync('python3', ['-c', 'import sys,zipfile,os\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n in ("electron","version"): z.write(os.path.join(sys.argv[2],n),n)\nz.close()', zip, path.join(packageFolder, 'in')])
  const hash = createHash('sha256').update(readFileSync(zip)).digest('hex')
  writeFileSync(path.join(packageFolder, 'package.json'), JSON.stringify({ version: '9.9.9' }))
  writeFileSync(path.join(packageFolder, 'checksums.json'), JSON.stringify({ 'electron-v9.9.9-linux-x64.zip': hash }))
  return { packageFolder, zip }
}

test('a zip with the right hash is unpacked and registered without a line end', async () => {
  const { packageFolder, zip } = scratch('right')
  const result = await provideElectron({ zip, folder: packageFolder, platform: 'linux', arch: 'x64' })
  assert.deepEqual(result, { executable: path.join(packageFolder, 'dist', 'electron') })
  assert.equal(readFileSync(path.join(packageFolder, 'path.txt'), 'utf8'), 'electron')
  assert.ok(existsSync(path.join(packageFolder, 'dist', 'electron')))
  assert.ok(diagnoseElectron(packageFolder, {}).includes('dist: 9.9.9'))
})

test('a zip with another hash changes nothing', async () => {
  const { packageFolder, zip } = scratch('wrong')
  writeFileSync(zip, 'tampered')
  const result = await provideElectron({ zip, folder: packageFolder, platform: 'linux', arch: 'x64' })
  assert.match('problem' in result ? result.problem : '', /Nothing was changed/)
  assert.ok(!existsSync(path.join(packageFolder, 'dist')))
  assert.ok(!existsSync(path.join(packageFolder, 'path.txt')))
})

test('a platform without a build is named', async () => {
  const { packageFolder, zip } = scratch('platform')
  const result = await provideElectron({ zip, folder: packageFolder, platform: 'aix', arch: 'ppc64' })
  assert.match('problem' in result ? result.problem : '', /not published for aix ppc64/)
})

test('the doctor names a missing binary and the settings in force', () => {
  const { packageFolder } = scratch('doctor')
  const lines = diagnoseElectron(packageFolder, { ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' })
  assert.ok(lines.includes('dist: missing'))
  assert.ok(lines.some((line) => line.startsWith('ELECTRON_OVERRIDE_DIST_PATH=/nowhere')))
  assert.match(lines.at(-1) ?? '', /opens the browser instead/)
})
