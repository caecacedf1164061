import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fromRecordedConfig, toRecordedConfig } from '#shared/backend/live/recorded-config.ts'
import { loadConfig } from '#shared/backend/load-config.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-recorded-config-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

const text = `global
  stats socket /run/x level admin
userlist staff
  user anna insecure-password hunter2
defaults
  mode http
frontend web
  bind :80
  use_backend %[path,map_beg(${scratch}/paths.map,app)]
backend app
  server a 10.0.0.1:80 weight 20
  server b 10.0.0.2:80 weight 10
backend api
  stats auth admin:secret99
  server c "\${API_HOST}:80"
`

test('a recorded config compiles to the same pools and rules without its files, and holds no secret', async () => {
  const file = path.join(scratch, 'haproxy.cfg')
  writeFileSync(file, text)
  writeFileSync(path.join(scratch, 'paths.map'), '/api api\n/ app\n')
  const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)
  const options = { dialect: null, root: null, environment: { API_HOST: '10.0.0.3', DB_PASSWORD: 'pw-77' }, version: null }
  const loaded = await loadConfig(ports, { kind: 'path', path: file }, options, { cancelled: () => false })
  assert.ok(loaded.ok)
  const recorded = JSON.parse(JSON.stringify(toRecordedConfig(loaded.value, 'known-good'))) as ReturnType<typeof toRecordedConfig>
  assert.doesNotMatch(JSON.stringify(recorded), /hunter2|secret99|pw-77/)
  rmSync(file)
  rmSync(path.join(scratch, 'paths.map'))
  const again = fromRecordedConfig(ports.bytes, recorded)
  assert.ok(again.ok)
  const pools = (config: typeof again.value): unknown => config.model.pools.map((pool) => [pool.name, pool.members.map((member) => [member.name, member.address, member.options.weight])])
  assert.deepEqual(pools(again.value), pools(loaded.value))
  assert.deepEqual([again.value.summary.hash, again.value.summary.counts, again.value.summary.title], [loaded.value.summary.hash, loaded.value.summary.counts, loaded.value.summary.title])
  assert.deepEqual(again.value.files.map((one) => one.source.text.split('\n').length), loaded.value.files.map((one) => one.source.text.split('\n').length))
})

test('a config that cannot be compiled here says so', () => {
  const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)
  const recorded = { role: 'running', hash: 'ab', title: 'x.cfg', source: 'x', dialect: 'haproxy', product: 'HAProxy', version: '2.6', readAs: null, environment: {}, unread: [], files: [] } as const
  for (const [config, code] of [[recorded, 'too-large'], [{ ...recorded, dialect: 'other' }, 'unsupported']] as const) {
    const again = fromRecordedConfig(ports.bytes, config)
    assert.equal(again.ok ? '' : again.failure.code, code)
  }
})
