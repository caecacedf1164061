import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { run } from '#test/cli/run-cli.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { ports } from '../haproxy/prove-support.ts'
import { findNginx } from './harness.ts'

const server = findNginx()
const options = { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false, timeout: 60_000 }
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-nginx-folder-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

/** A folder as distributions lay it out: everything is included by absolute names, and what is enabled is a link. */
function distribution(): string {
  const folder = path.join(scratch, 'etc/nginx')
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  cpSync(path.join(import.meta.dirname, '../../fixtures/nginx/distribution/mime.types'), path.join(folder, 'mime.types'))
  write('nginx.conf', `user www-data;
worker_processes auto;
pid ${scratch}/nginx.pid;
error_log ${scratch}/error.log;
include ${folder}/modules-enabled/*.conf;
events { worker_connections 768; }
http {
	sendfile on; tcp_nopush on; types_hash_max_size 2048; server_tokens off;
	include ${folder}/mime.types;
	default_type application/octet-stream;
	ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
	access_log ${scratch}/access.log;
	gzip on;
	include ${folder}/conf.d/*.conf;
	include ${folder}/sites-enabled/*;
}
`)
  const module = `${/--modules-path=(\S+)/.exec(spawnSync('nginx', ['-V'], { encoding: 'utf8' }).stderr)?.[1] ?? ''}/ngx_stream_module.so`
  write('modules-available/50-mod-stream.conf', existsSync(module) ? `load_module ${module};\n` : '# nothing to load\n')
  write('conf.d/00-upstreams.conf', 'upstream app { zone app 64k; server 10.20.0.11:8080 weight=3; server 10.20.0.12:8080; keepalive 16; }\nupstream auth { ip_hash; server 10.20.1.11:9000; server 10.20.1.12:9000 backup_; }\n'.replace(' backup_', ''))
  write('conf.d/10-maps.conf', `map $http_upgrade $connection_upgrade { default upgrade; '' close; }\nmap $host $tenant { hostnames; default public; include ${folder}/tenants.map; }\n`)
  write('tenants.map', '.gold.example gold;\nsilver.example silver;\n')
  write('snippets/proxy.conf', 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;\nproxy_http_version 1.1;\n')
  write('snippets/security.conf', 'location ~ /\\.(?!well-known) { deny all; }\n')
  write('sites-available/default', 'server {\n\tlisten 127.0.0.1:18081 default_server;\n\tserver_name _;\n\treturn 444;\n}\n')
  write('sites-available/shop.example', `server {
	listen 127.0.0.1:18081;
	server_name shop.example *.shop.example;
	include snippets/security.conf;
	location / { include ${folder}/snippets/proxy.conf; proxy_pass http://app; }
	location /auth/ { include snippets/proxy.conf; proxy_pass http://auth/v1/; }
	location ~* \\.(?:css|js|png)$ { expires 7d; proxy_pass http://app; }
	location = /health { return 200 "ok"; }
	rewrite ^/old/(.*)$ /new/$1 permanent;
}
`)
  write('sites-available/unused', 'server { listen 127.0.0.1:18082; return 500; }\n')
  for (const [to, target] of [['modules-enabled/50-mod-stream.conf', '../modules-available/50-mod-stream.conf'], ['sites-enabled/default', `${folder}/sites-available/default`], ['sites-enabled/shop.example', '../sites-available/shop.example']] as const) {
    mkdirSync(path.dirname(path.join(folder, to)), { recursive: true })
    symlinkSync(target, path.join(folder, to))
  }
  return folder
}

async function load(file: string): Promise<LoadedConfig> {
  const loaded = await loadConfig(ports, { kind: 'path', path: file }, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.failure.message)
  return loaded.value
}

/** A model as plain data in which each place is the text that stands there. */
function comparable(config: LoadedConfig): unknown {
  const texts = new Map(config.files.map((file) => [file.source.path, file.source.text]))
  const plain = (value: unknown): unknown => {
    if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)].map((entry) => entry.map(plain))
    if (value instanceof Set) return [...(value as ReadonlySet<unknown>)].map(plain)
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value === 'function') return null
    if (typeof value !== 'object' || value === null) return value
    const { file, start, end } = value as { readonly file?: unknown; readonly start?: unknown; readonly end?: unknown }
    if (typeof file === 'string' && typeof start === 'number' && typeof end === 'number') {
      const text = texts.get(file)
      assert.ok(text !== undefined, file)
      return text.slice(start, end)
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  return plain(config.model)
}

test('a folder as a distribution has it and its nginx -T give equal models, and diff calls them identical', options, async () => {
  const folder = distribution()
  const answer = spawnSync('nginx', ['-T', '-p', folder, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(answer.status, 0, answer.stderr)
  const fromFolder = await load(folder)
  assert.deepEqual(fromFolder.files.map((file) => path.relative(folder, path.resolve(folder, file.source.path))), [
    'nginx.conf', 'modules-enabled/50-mod-stream.conf', 'mime.types', 'conf.d/00-upstreams.conf', 'conf.d/10-maps.conf', 'sites-enabled/default', 'sites-enabled/shop.example', 'tenants.map', 'snippets/security.conf', 'snippets/proxy.conf',
  ])
  assert.deepEqual(fromFolder.model.pools.map((pool) => pool.name), ['app', 'auth'])
  assert.deepEqual(fromFolder.summary.diagnostics.filter((one) => one.severity === 'error'), [])
  for (const [name, text] of [['dump.txt', answer.stdout], ['dump-with-messages.txt', answer.stderr + answer.stdout]] as const) {
    const file = path.join(scratch, name)
    writeFileSync(file, text)
    const fromDump = await load(file)
    assert.equal(fromDump.files.length, 1)
    assert.deepEqual(comparable(fromDump), comparable(fromFolder))
    for (const pair of [[folder, file], [file, folder]]) {
      const diff = await run(['diff', ...pair, '--format', 'json'])
      const report = JSON.parse(diff.out) as { readonly verdict: string; readonly behaviour: { readonly complete: boolean; readonly differs: readonly unknown[]; readonly unknown: readonly unknown[] } }
      assert.deepEqual([diff.code, report.verdict, report.behaviour.complete, report.behaviour.differs, report.behaviour.unknown], [0, 'identical', true, [], []], diff.err)
    }
  }
})

test('a dump is told apart from the folder once that has changed', options, async () => {
  const folder = path.join(scratch, 'etc/nginx')
  const dump = path.join(scratch, 'dump.txt')
  assert.ok(existsSync(dump), 'the test above wrote it')
  const site = path.join(folder, 'sites-available/shop.example')
  writeFileSync(site, readFileSync(site, 'utf8').replace('http://auth/v1/', 'http://auth/v2/'))
  const diff = await run(['diff', dump, folder, '--format', 'json'])
  const report = JSON.parse(diff.out) as { readonly verdict: string; readonly behaviour: { readonly differs: readonly { readonly kind: string; readonly witness: { readonly path: string } }[] } }
  assert.deepEqual([diff.code, report.verdict], [1, 'changed'])
  assert.ok(report.behaviour.differs.every((one) => one.kind === 'rewrite' && one.witness.path.startsWith('/auth/')), JSON.stringify(report.behaviour.differs))
})
