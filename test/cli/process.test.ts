import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-process-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const root = path.resolve(import.meta.dirname, '../..')
const main = path.join(root, 'cli', 'main.ts')
const sample = path.join(root, 'assets', 'sample-incident', 'after', 'haproxy.cfg')
const env = { ...process.env, STEELYARD_DATA: path.join(scratch, 'data') }

/** Prints the address of every module that is loaded. */
const spy = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
import { writeSync } from 'node:fs'
registerHooks({ load(url, context, next) { writeSync(2, 'LOADED ' + url + '\\n'); return next(url, context) } })
`)}`

function loadedBy(args: readonly string[]): readonly string[] {
  const result = spawnSync(process.execPath, ['--import', spy, main, ...args], { env, encoding: 'utf8' })
  assert.ok(result.status === 0 || result.status === 1, result.stderr.slice(-2000))
  return result.stderr.split('\n').filter((line) => line.startsWith('LOADED ')).map((line) => line.slice('LOADED '.length))
}

test('a command loads nothing that it does not need', () => {
  const heavy = /\/shared\/live\/|live-client|node:sqlite|node:http$|node:worker_threads|@resvg|\/electron\/|\/renderer\/|react|monaco|playwright|\/cli\/serve\//
  for (const args of [['--version'], ['check', sample], ['inspect', sample], ['diff', sample, sample], ['route', sample, 'https://api.shop.example/'], ['export', sample, '-o', path.join(scratch, 'a.svg')]]) {
    assert.deepEqual(loadedBy(args).filter((url) => heavy.test(url.replace(root, ''))), [], args.join(' '))
  }
  assert.ok(loadedBy(['--version']).filter((url) => url.startsWith('file:')).length < 10)
  assert.ok(loadedBy(['history', 'list']).some((url) => url === 'node:sqlite'), 'the spy sees what is loaded')
})

test('a reader that goes away ends a command quietly', async () => {
  const child = spawn(process.execPath, [main, 'inspect', sample, '--format', 'json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.deepEqual([code, err], [0, ''])
})

test('serve prints one address on standard output and ends with exit code 0 when it is told to', { timeout: 30_000 }, async () => {
  const child = spawn(process.execPath, [main, 'serve', '--quiet', sample], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  const address = await new Promise<string>((resolve) => child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.includes('\n')) resolve(out.trim())
  }))
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/)
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 303)
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGTERM')
  assert.equal(await ended, 0)
  assert.equal(out.trim().split('\n').length, 1)
})

test('serve says when its port is taken', async () => {
  const first = spawn(process.execPath, [main, 'serve', '--quiet'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const address = await new Promise<string>((resolve) => first.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
  const second = spawnSync(process.execPath, [main, 'serve', '--quiet', '--port', new URL(address.trim()).port], { env, encoding: 'utf8', timeout: 20_000 })
  const ended = new Promise((resolve) => first.on('close', resolve))
  first.kill('SIGTERM')
  await ended
  assert.equal(second.status, 3)
  assert.match(second.stderr, /Port \d+ is taken/)
})
