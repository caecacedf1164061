import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { filesMatching, namesMatching } from '#shared/backend/patterns.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-included-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })
const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(scratch, 'data') }, () => undefined)
const folder = path.join(scratch, 'root/etc/nginx')
cpSync(path.join(import.meta.dirname, '../../fixtures/nginx/distribution'), folder, { recursive: true, verbatimSymlinks: true })
const included = ['mime.types', 'conf.d/10-upstreams.conf', 'conf.d/9-maps.conf', 'sites-enabled/app', 'sites-enabled/default', 'conf.d/app.servers', 'conf.d/hosts.map', 'snippets/proxy.conf']

async function load(input: ConfigInput, root: string | null = null): Promise<LoadedConfig> {
  const loaded = await loadConfig(ports, input, { dialect: null, root, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  return loaded.value
}

const pathsOf = (config: LoadedConfig): readonly string[] => config.files.filter((file) => file.source.role === 'included').map((file) => file.source.path)

test('a folder of nginx is read from its main file on, links followed, hidden and other names left out', async () => {
  const config = await load({ kind: 'path', path: folder })
  assert.equal(config.dialect.id, 'nginx')
  assert.deepEqual(pathsOf(config), included)
  assert.deepEqual(config.summary.diagnostics.filter((one) => one.severity === 'error'), [])
  assert.ok(config.model.pools.some((pool) => pool.name === 'app'))
})

test('absolute includes are looked up below the root', async () => {
  const main = path.join(folder, 'absolute.conf')
  writeFileSync(main, readFileSync(path.join(folder, 'nginx.conf'), 'utf8').replaceAll(/include (?=mime|conf\.d|sites)/g, 'include /etc/nginx/'))
  const config = await load({ kind: 'path', path: main }, path.join(scratch, 'root'))
  assert.deepEqual(pathsOf(config).slice(0, 3), ['/etc/nginx/mime.types', '/etc/nginx/conf.d/10-upstreams.conf', '/etc/nginx/conf.d/9-maps.conf'])
  rmSync(main)
})

test('absolute includes lead to the files of this machine', async () => {
  const main = path.join(folder, 'absolute.conf')
  writeFileSync(main, readFileSync(path.join(folder, 'nginx.conf'), 'utf8').replaceAll(/include (?=mime|conf\.d|sites)/g, `include ${folder}/`))
  const config = await load({ kind: 'path', path: main })
  assert.deepEqual(pathsOf(config).slice(0, 3), ['mime.types', 'conf.d/10-upstreams.conf', 'conf.d/9-maps.conf'].map((name) => path.join(folder, name)))
  assert.ok(config.model.pools.some((pool) => pool.name === 'app'))
  rmSync(main)
})

test('dropped files find each other by folder and name', async () => {
  const file = (name: string): { readonly path: string; readonly base64: string } => ({ path: `nginx/${name}`, base64: readFileSync(path.join(folder, name)).toString('base64') })
  const config = await load({ kind: 'files', title: 'dropped', files: ['nginx.conf', ...included].map(file) })
  assert.deepEqual(config.summary.diagnostics.filter((one) => one.severity === 'error').map((one) => one.message), [])
  assert.ok(config.model.pools.some((pool) => pool.name === 'app'))
})

test('a config from git includes what stands in that version', async () => {
  const repository = path.join(scratch, 'git')
  mkdirSync(repository)
  const git = (...words: readonly string[]): void => { execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.test', ...words], { cwd: repository, stdio: 'pipe' }) }
  git('init', '-q')
  mkdirSync(path.join(repository, 'conf.d'))
  writeFileSync(path.join(repository, 'nginx.conf'), 'events {}\nhttp { include conf.d/*.conf; }\n')
  writeFileSync(path.join(repository, 'conf.d/a.conf'), 'server { listen 8080; return 204; }\n')
  git('add', '.')
  git('commit', '-qm', 'x')
  writeFileSync(path.join(repository, 'conf.d/b.conf'), 'server { listen 8081; return 204; }\n')
  const config = await load({ kind: 'git', ref: 'HEAD', path: path.join(repository, 'nginx.conf') })
  assert.deepEqual(pathsOf(config), ['conf.d/a.conf'])
})

test('files that include each other, and links in a circle, come to an end', async () => {
  const loop = path.join(scratch, 'loop')
  mkdirSync(path.join(loop, 'd'), { recursive: true })
  symlinkSync('..', path.join(loop, 'd/up'))
  symlinkSync('self.conf', path.join(loop, 'self.conf'))
  writeFileSync(path.join(loop, 'nginx.conf'), 'events {}\ninclude d/*.conf;\ninclude d/*/*.conf;\ninclude self.conf;\n')
  writeFileSync(path.join(loop, 'd/a.conf'), 'include nginx.conf;\n')
  const codes = (await load({ kind: 'path', path: path.join(loop, 'nginx.conf') })).summary.diagnostics.map((one) => one.code)
  assert.ok(codes.includes('nginx/include-loop'))
})

test('patterns of several parts go into folders', async () => {
  const tree: Readonly<Record<string, readonly string[]>> = { '/a': ['x/', 'y/', 'z'], '/a/x': ['1.conf', '.2.conf'], '/a/y': ['3.conf', '10.conf'] }
  const list = async (at: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'folder' }[]> => (
    (tree[at] ?? []).map((name) => ({ name: name.replace('/', ''), kind: name.endsWith('/') ? 'folder' : 'file' }))
  )
  assert.deepEqual(await filesMatching('/a/*/*.conf', list), ['/a/x/1.conf', '/a/y/10.conf', '/a/y/3.conf'])
  assert.deepEqual(await filesMatching('/a/[!x]/?.conf', list), ['/a/y/3.conf'])
  assert.deepEqual(namesMatching('/etc/nginx/conf.d/*.conf', ['n/conf.d/b.conf', 'n/conf.d/a.conf', 'n/a.conf']), [])
  assert.deepEqual(namesMatching('conf.d/*.conf', ['n/conf.d/b.conf', 'n/conf.d/a.conf', 'n/a.conf']), ['n/conf.d/a.conf', 'n/conf.d/b.conf'])
})
