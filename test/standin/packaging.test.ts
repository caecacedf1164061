import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createPackage, listPackage } from '@electron/asar'

// Packs with a dummy dist in place of Electron, which shows what goes into the package, not that Electron runs it.
const projectRoot = path.resolve(import.meta.dirname, '..', '..')
const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-pack-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let names: readonly string[] = []

before(async () => {
  assert.ok(existsSync(path.join(projectRoot, 'build', 'electron', 'main.js')), 'run "npm run build" first')
  const dist = path.join(folder, 'dist')
  mkdirSync(path.join(dist, 'resources'), { recursive: true })
  writeFileSync(path.join(dist, 'electron'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(path.join(dist, 'version'), '45.4.1')
  writeFileSync(path.join(dist, 'LICENSE'), '')
  const empty = path.join(folder, 'default-app')
  mkdirSync(empty)
  writeFileSync(path.join(empty, 'package.json'), '{"name":"default","main":"main.js"}')
  writeFileSync(path.join(empty, 'main.js'), '')
  await createPackage(empty, path.join(dist, 'resources', 'default_app.asar'))
  // The fuses need the genuine binary; everything else of the configuration stays.
  const yml = readFileSync(path.join(projectRoot, 'electron-builder.yml'), 'utf8').replace(/^electronFuses:\n(?: {2}.*\n)+/m, '')
  const configFile = path.join(folder, 'builder.yml')
  writeFileSync(configFile, yml.replace('output: out', `output: ${path.join(folder, 'out')}`))
  const run = spawnSync(process.execPath, [path.join(projectRoot, 'node_modules/electron-builder/cli.js'), '--dir', '--linux', '--x64', '--config', configFile, `-c.electronDist=${dist}`], { cwd: projectRoot, encoding: 'utf8', timeout: 120_000 })
  const asar = path.join(folder, 'out', 'linux-unpacked', 'resources', 'app.asar')
  assert.ok(existsSync(asar), `electron-builder made no app.asar:\n${run.stdout}\n${run.stderr}`)
  names = listPackage(asar, { isPack: false }).map((name) => name.replaceAll('\\', '/'))
  cpSync(asar, path.join(folder, 'app.asar'))
})

for (const name of ['/package.json', '/build/electron/main.js', '/build/electron/preload.cjs', '/build/electron/engine-worker.js', '/build/renderer/index.html', '/build/assets/sample-incident/before/haproxy.cfg', '/LICENSE']) {
  test(`the package holds ${name}`, () => assert.ok(names.includes(name), names.slice(0, 60).join('\n')))
}

test('tests, sources, tools and secrets stay out of the package', () => {
  const unwanted = names.filter((name) => /\.tsx?$|^\/(test|tools|shared|renderer|electron|cli|docs|\.ci|\.github)(\/|$)|\.npmrc$|\.env|\.pem$|\.map$/.test(name) && !name.startsWith('/node_modules/'))
  assert.deepEqual(unwanted, [])
})

test('of the packages only the one with a native binary is inside', () => {
  const packages = new Set(names.filter((name) => name.startsWith('/node_modules/')).map((name) => name.split('/')[2]))
  packages.delete(undefined)
  assert.deepEqual([...packages], ['@resvg'])
})
