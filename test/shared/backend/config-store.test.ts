import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createConfigStore } from '#shared/backend/config-store.ts'
import { findConfigs } from '#shared/backend/find-configs.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { sameText } from '#shared/backend/same-text.ts'
import type { ConfigInput, LoadOptions } from '#shared/rpc/payloads.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { mkdirSync, symlinkSync } from 'node:fs'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-backend-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(scratch, 'data') }, () => undefined)
const context = { cancelled: () => false }
const options: LoadOptions = { dialect: null, root: null, environment: {}, version: null }
const given = (text: string, ...more: readonly (readonly [string, string])[]): ConfigInput => ({
  kind: 'files', title: 'given', files: [['haproxy.cfg', text] as const, ...more].map(([name, content]) => ({ path: name, base64: Buffer.from(content).toString('base64') })),
})
async function load(input: ConfigInput, changes: Partial<LoadOptions> = {}): Promise<LoadedConfig> {
  const loaded = await loadConfig(ports, input, { ...options, ...changes }, context)
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}
const text = (port: number, map = '/maps/a.map'): string => `frontend web\n    mode http\n    bind :${port}\n    use_backend %[path,map(${map},api)]\nbackend api\n    mode http\n    server a 10.0.0.1:80\n`

test('the same contents and options give the same id, anything else another', async () => {
  const first = await load(given(text(80)))
  assert.equal((await load(given(text(80)))).configId, first.configId)
  const others = [await load(given(text(81))), await load(given(text(80)), { environment: { A: '1' } }), await load(given(text(80)), { version: '2.8' }), await load(given(text(80), ['a.map', '/x api\n']))]
  assert.equal(new Set([first, ...others].map((one) => one.configId)).size, 5)
})

test('old configs are compiled again when asked for, the oldest are forgotten with a sentence', async () => {
  const store = createConfigStore()
  const loaded: LoadedConfig[] = []
  for (let port = 1000; port < 1070; port += 1) {
    loaded.push(await load(given(text(port))))
    store.put(loaded.at(-1) as LoadedConfig)
  }
  const recompiled = store.get((loaded[20] as LoadedConfig).configId)
  assert.ok(recompiled.ok)
  assert.notEqual(recompiled.value.model, loaded[20]?.model, 'it had been dropped')
  assert.deepEqual(recompiled.value.model, loaded[20]?.model, 'and is the same again')
  const newest = store.get((loaded[69] as LoadedConfig).configId)
  assert.equal(newest.ok && newest.value.model, loaded[69]?.model)
  const oldest = store.get((loaded[0] as LoadedConfig).configId)
  assert.equal(!oldest.ok && oldest.failure.code, 'unknown-config')
})

test('dropped files find each other by name, wherever they stood', async () => {
  const config = await load(given(text(80, '/etc/haproxy/maps/a.map'), ['haproxy/maps/a.map', '/x api\n']))
  assert.deepEqual(config.summary.files.map((file) => [file.path, file.role]), [['haproxy.cfg', 'config'], ['/etc/haproxy/maps/a.map', 'map']])
  assert.deepEqual(config.summary.diagnostics.filter((one) => one.severity === 'error'), [])
})

test('among dropped files without the usual ending, those that look like configs are the config, in the order of their names', async () => {
  const files = [['z.conf', 'backend api\n    mode http\n    server a 10.0.0.1:80\n'], ['maps/a.map', '/x api\n'], ['a.conf', `${text(80, 'maps/a.map').split('\nbackend')[0] as string}\n`]] as const
  const config = await load({ kind: 'files', title: 'dropped', files: files.map(([name, content]) => ({ path: name, base64: Buffer.from(content).toString('base64') })) })
  assert.deepEqual(config.summary.files.map((file) => [file.path, file.role]), [['a.conf', 'config'], ['z.conf', 'config'], ['maps/a.map', 'map']])
})

test('words decide whether two texts are the same: comments and blanks do not, quotes, order, maps and environment do', async () => {
  const base = text(80)
  const cases: readonly (readonly [ConfigInput, boolean, Partial<LoadOptions>?])[] = [
    [given(`# hello\n\n${base.replace('bind :80', 'bind\t:80  # here')}`), true],
    [given(base.replace(/\n/g, '\r\n')), true],
    [given(base.replace('bind :80', 'bind ":80"')), false],
    [given(base.replace('mode http\n    bind :80', 'bind :80\n    mode http')), false],
    [given(base, ['a.map', '/x api\n']), false],
    [given(base), false, { version: '2.8' }],
    [given(base.trimEnd()), false],
    [given(`\ufeff${base}`), false],
  ]
  const before = await load(given(base))
  for (const [input, same, changes] of cases) assert.equal(sameText(before, await load(input, changes)), same, JSON.stringify(input))
})

test('blanks inside quotes, escapes and joined lines are part of a word', async () => {
  const line = (written: string): string => text(80).replace('mode http\n    bind', `mode http\n    ${written}\n    bind`)
  const pairs: readonly (readonly [string, string, boolean])[] = [
    ['acl a path "$X "', 'acl a path "$X"', false],
    ["acl a path 'a  b'", "acl a path 'a b'", false],
    ['acl a path a\\ b', 'acl a path a b', false],
    ['acl a path a\\\n    b', 'acl a path a\\\n b', false],
    ['acl a path "x" # note', 'acl a path "x"', false],
    ['  acl a path "x"', 'acl a path "x"', true],
    ["# don't\n  acl a path /x", 'acl a path /x', true],
    ['# note \\\\\n    acl a path /x', 'acl a path /x', false],
    ['acl a path /x#y', 'acl a path /x', true],
    ['acl a path /x  /y', 'acl a path /x /y # z', true],
  ]
  for (const [one, other, same] of pairs) assert.equal(sameText(await load(given(line(one))), await load(given(line(other)))), same, `${one} | ${other}`)
})

test('a load that is given up answers cancelled', async () => {
  const loaded = await loadConfig(ports, given(text(80)), options, { cancelled: () => true })
  assert.equal(!loaded.ok && loaded.failure.code, 'cancelled')
})

test('configs in a folder are found best first, through links but never twice, and hidden ones are passed over', async () => {
  const folder = path.join(scratch, 'tree')
  mkdirSync(path.join(folder, 'lb', '.git'), { recursive: true })
  writeFileSync(path.join(folder, 'lb', 'haproxy.cfg'), text(80))
  writeFileSync(path.join(folder, 'lb', '.git', 'x.cfg'), text(80))
  writeFileSync(path.join(folder, 'readme.md'), text(80))
  writeFileSync(path.join(folder, 'other.conf'), 'nothing that anybody knows\n')
  symlinkSync('..', path.join(folder, 'lb', 'up'))
  symlinkSync('lb', path.join(folder, 'link'))
  const found = await findConfigs(ports, folder, context)
  assert.deepEqual(found.ok && found.value.map((one) => one.path), [path.join(folder, 'lb', 'haproxy.cfg')])
  const missing = await findConfigs(ports, path.join(scratch, 'nowhere'), context)
  assert.equal(!missing.ok && missing.failure.code, 'not-found')
})
