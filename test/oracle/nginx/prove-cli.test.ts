import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { run } from '#test/cli/run-cli.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { findNginx } from './harness.ts'

const server = findNginx()
const options = { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false, timeout: 60_000 }
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-nginx-cli-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

interface Diff {
  readonly verdict: string
  readonly behaviour: { readonly differs: readonly { readonly id: string; readonly kind: string }[] }
  readonly proof: {
    readonly state: string; readonly sentence: string; readonly product: string; readonly replaced: readonly string[]; readonly refusals: readonly { readonly side: string; readonly reason: string; readonly file: string }[]
    readonly witnesses: readonly { readonly id: string; readonly agrees: boolean | null; readonly before: { readonly observed: string; readonly expected: { readonly action: string } }; readonly after: { readonly observed: string } }[]
  }
}

/** A folder with nginx.conf and a site; every host in it is somewhere else. */
function config(name: string, locations: string): string {
  const folder = path.join(scratch, name)
  mkdirSync(path.join(folder, 'conf.d'), { recursive: true })
  writeFileSync(path.join(folder, 'nginx.conf'), 'user www-data;\nevents {}\nhttp {\n  resolver 192.0.2.53;\n  include conf.d/*.conf;\n}\n')
  writeFileSync(path.join(folder, 'conf.d/shop.conf'), `upstream web { server web1.internal:8080; server 198.51.100.7:8080; }
upstream auth { server auth.internal:9000; }
server {
  listen 192.0.2.10:443 ssl; server_name shop.example; ssl_certificate /etc/ssl/shop.pem; ssl_certificate_key /etc/ssl/shop.key;
  location / { proxy_pass http://web; }
${locations}
}
`)
  return folder
}

const before = config('before', '  location /auth/ { proxy_pass http://auth; }')

async function diff(after: string): Promise<{ readonly code: number; readonly out: Diff }> {
  const answer = await run(['diff', before, after, '--prove', '--format', 'json'])
  assert.equal(answer.err, '')
  return { code: answer.code, out: JSON.parse(answer.out) as Diff }
}

test('diff --prove: a misroute is found, and nginx itself confirms it', options, async () => {
  const changed = config('changed', '  location /auth/ { proxy_pass http://auth; }\n  location ~ ^/auth/.*\\.js$ { proxy_pass http://web; }')
  const { code, out } = await diff(changed)
  assert.equal(code, 1)
  assert.equal(out.verdict, 'changed')
  assert.deepEqual(out.behaviour.differs.map((one) => one.kind), ['misroute'])
  assert.equal(out.proof.state, 'proved', out.proof.sentence)
  assert.match(out.proof.product, /^nginx 1\./)
  const [witness] = out.proof.witnesses
  assert.equal(witness?.id, out.behaviour.differs[0]?.id)
  assert.match(witness?.before.observed ?? '', /^pool auth, server auth\.internal:9000, path \/auth\/.*\.js$/)
  assert.match(witness?.after.observed ?? '', /^pool web, server (?:web1\.internal|198\.51\.100\.7):8080, path \/auth\/.*\.js$/)
  assert.ok(out.proof.replaced.includes('Servers are replaced by stand-ins that say which server they are; no name is looked up.'))
  const text = await run(['diff', before, changed, '--prove'])
  assert.equal(text.code, 1)
  assert.match(text.out, /Asked the real balancer\n.*nginx 1\.\S+ answers the witness as computed, before and after\./)
})

test('diff --prove: what changes nothing has nothing to replay, and exits with 0', options, async () => {
  const { code, out } = await diff(config('same', '  # moved\n  location ^~ /auth/ { proxy_pass http://auth; }'))
  assert.deepEqual([code, out.verdict, out.proof.state], [0, 'identical', 'partly'])
})

test('diff --prove: a config that runs code is refused with its line, and nothing is started', options, async () => {
  const { code, out } = await diff(config('lua', '  location /auth/ { access_by_lua_block { ngx.exit(403) } proxy_pass http://auth; }'))
  assert.equal(code, 1)
  assert.equal(out.proof.state, 'refused')
  assert.deepEqual(out.proof.refusals.map((one) => [one.side, path.basename(one.file)]), [['after', 'shop.conf']])
  assert.match(out.proof.refusals[0]?.reason ?? '', /^Line 6 of .*shop\.conf \(.*access_by_lua_block.*holds code in another language/)
})
