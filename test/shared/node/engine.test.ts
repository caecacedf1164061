import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { startEngine } from '#shared/node/engine-client.ts'
import { createClient } from '#shared/rpc/client.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-engine-'))
const engines: ReturnType<typeof startEngine>[] = []
after(async () => {
  // Also those of a test that failed half way: a thread that lives on would keep this process.
  for (const engine of engines) await engine.dispose()
  rmSync(scratch, { recursive: true, force: true })
})
const options = { dialect: null, root: null, environment: {}, version: null }
function start(report: (text: string) => void = (text) => assert.fail(text), memoryMegabytes: number | null = null): ReturnType<typeof startEngine> {
  const engine = startEngine({ host: { host: 'desktop', dialogs: true, open: [] }, dataFolder: path.join(scratch, 'data'), validateResults: true }, report, memoryMegabytes)
  engines.push(engine)
  return engine
}

/** A config whose load takes long enough to be interrupted and to notice a blocked thread. */
function large(pools = 20_000): string {
  const file = path.join(scratch, `large-${pools}.cfg`)
  const out = ['frontend web', '    mode http', '    bind :80', '    default_backend b0']
  for (let pool = 0; pool < pools; pool += 1) out.push(`backend b${pool}`, '    mode http', ...[1, 2, 3, 4, 5].map((server) => `    server s${server} 10.0.0.${server}:80 check`))
  writeFileSync(file, `${out.join('\n')}\n`)
  return file
}

test('while the engine works, its host stays responsive, and a call that is given up ends', { timeout: 60_000 }, async () => {
  const engine = start()
  await engine.ready
  const client = createClient(engine.transport)
  const file = large()
  let beats = 0
  const beat = setInterval(() => { beats += 1 }, 5)
  const loaded = await client.call('config.load', { input: { kind: 'path', path: file }, options })
  clearInterval(beat)
  assert.ok(loaded.ok)
  // On the engine's own thread there would be two or three: compiling alone takes longer than twenty.
  assert.ok(beats >= 10, `${beats} beats while loading took ${loaded.value.parseMs.toFixed(0)} ms`)
  const abort = new AbortController()
  const given = client.call('config.load', { input: { kind: 'path', path: file }, options: { ...options, version: '2.8' } }, abort.signal)
  abort.abort()
  const result = await given
  assert.equal(!result.ok && result.failure.code, 'cancelled')
})

test('calls made before the engine is ready wait, and after its end they are answered at once', async () => {
  const engine = start()
  const early = await createClient(engine.transport).call('app.info', {})
  assert.ok(early.ok && early.value.dialogs)
  await engine.dispose()
  const late = await createClient(engine.transport).call('app.info', {})
  assert.equal(!late.ok && late.failure.code, 'cancelled')
})

test('an engine that runs out of memory is reported, and the next call finds a new one', { timeout: 60_000 }, async () => {
  const reports: string[] = []
  const engine = start((text) => void reports.push(text), 64)
  const client = createClient(engine.transport)
  assert.ok((await client.call('app.info', {})).ok)
  // Old enough not to count as stillborn.
  await new Promise((resolve) => setTimeout(resolve, 2100))
  const loaded = await client.call('config.load', { input: { kind: 'path', path: large(150_000) }, options })
  assert.equal(!loaded.ok && loaded.failure.code, 'our-fault')
  assert.match(reports.join(), /memory/)
  assert.ok((await client.call('app.info', {})).ok)
  await engine.dispose()
})

test('a file that changes on disk is told to the host', { timeout: 20_000 }, async () => {
  const engine = start()
  const client = createClient(engine.transport)
  const file = path.join(scratch, 'watched.cfg')
  const text = 'frontend web\n    mode http\n    bind :80\n    default_backend api\nbackend api\n    mode http\n    server a 10.0.0.1:80\n'
  writeFileSync(file, text)
  const loaded = await client.call('config.load', { input: { kind: 'path', path: file }, options })
  assert.ok(loaded.ok)
  const changed = new Promise<unknown>((resolve) => client.subscribe('config.changed', resolve))
  await client.call('config.watch', { configId: loaded.value.configId, watch: true })
  writeFileSync(file, text.replace('10.0.0.1', '10.0.0.2'))
  assert.deepEqual(await changed, { configId: loaded.value.configId, paths: [file] })
  await engine.dispose()
})
