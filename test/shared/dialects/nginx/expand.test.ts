import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { expansionOf, parsedOf, shown } from './tree-of.ts'

const folder = path.join(import.meta.dirname, '../../../fixtures/nginx/distribution')

/** Every file below the folder, links followed, by its path from there. */
function filesBelow(at: string): readonly string[] {
  return readdirSync(path.join(folder, at)).toSorted().flatMap((name) => {
    const below = path.join(at, name)
    return statSync(path.join(folder, below)).isDirectory() ? filesBelow(below) : [below]
  })
}

const texts = new Map(filesBelow('').map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))

test('includes are replaced in byte order, without hidden files and without names the pattern does not match', () => {
  const expansion = expandIncludes([...texts].map(([name, text]) => parsedOf(text, name)))
  assert.deepEqual(expansion.loaded, ['nginx.conf', 'mime.types', 'conf.d/10-upstreams.conf', 'conf.d/app.servers', 'conf.d/9-maps.conf', 'conf.d/hosts.map', 'sites-enabled/app', 'snippets/proxy.conf', 'sites-enabled/default'])
  const lines = shown(expansion.directives)
  assert.ok(!lines.some((line) => line.includes('include') || line.includes('never')))
  assert.ok(lines.includes('    server 192.0.2.1:8080;') && lines.includes('    *.a.test one;'))
  assert.deepEqual(expansion.diagnostics.filter((one) => one.severity !== 'info'), [])
})

test('a dump of nginx -T gives the same directives as the folder, with places in the dump', () => {
  const files = expandIncludes([...texts].map(([name, text]) => parsedOf(text, `/etc/nginx/${name}`)))
  const dump = `nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n${files.loaded.map((name) => `# configuration file ${name}:\n${texts.get(name.slice('/etc/nginx/'.length)) ?? ''}\n`).join('')}`
  const dumped = expandIncludes([parsedOf(dump, 'dump.txt')])
  assert.deepEqual(shown(dumped.directives), shown(files.directives))
  assert.deepEqual(dumped.loaded, files.loaded)
  assert.deepEqual(dumped.diagnostics, [])
  const server = dumped.directives.find((one) => one.name.value === 'http')?.block?.directives.find((one) => one.name.value === 'server')
  assert.equal(server?.span.file, 'dump.txt')
  assert.match(dump.slice(server.span.start, server.span.end), /^server \{[^]*\}$/)
})

test('a file missing under its name is an error, a pattern without files is none', () => {
  const expansion = expansionOf({ 'nginx.conf': 'events {}\ninclude none.conf;\ninclude none/*.conf;\n' })
  assert.deepEqual(expansion.diagnostics.map((one) => one.code), ['nginx/include-missing'])
  assert.deepEqual(expansion.includes.map((one) => one.missing), [true, false])
})

test('a file that includes itself is reported and cut', () => {
  const expansion = expansionOf({ 'nginx.conf': 'events {}\ninclude a.conf;', 'a.conf': 'user a; include b.conf;', 'b.conf': 'include a.conf; daemon off;' })
  assert.deepEqual(shown(expansion.directives), ['events {', '}', 'user a;', 'include a.conf;', 'daemon off;'])
  assert.deepEqual(expansion.diagnostics.map((one) => one.code), ['nginx/include-loop'])
})

test('files that include each other twice at each step do not take for ever', () => {
  const files: Record<string, string> = { 'nginx.conf': 'events {}\ninclude 0.conf;' }
  for (let step = 0; step < 40; step += 1) files[`${String(step)}.conf`] = `user a; include ${String(step + 1)}.conf; include ${String(step + 1)}.conf;`
  files['40.conf'] = 'user b;'
  assert.ok(expansionOf(files).diagnostics.some((one) => one.code === 'nginx/include-depth'))
})

test('names are looked up from the folder of the main file, or by their ends where files were moved', () => {
  assert.deepEqual(shown(expansionOf({ '/srv/n/nginx.conf': 'events {}\ninclude x/a.conf;', '/srv/n/x/a.conf': 'user a;', '/srv/x/a.conf': 'user b;' }).directives).at(-1), 'user a;')
  assert.deepEqual(shown(expansionOf({ 'backup/nginx.conf': 'events {}\ninclude /etc/nginx/x/*.conf;', 'backup/x/a.conf': 'user a;' }).directives).at(-1), 'user a;')
})

test('a file alone is taken for what its directives make sense in', () => {
  for (const [text, context] of [['server { listen 80; location / { } }', 'http'], ['server { listen 80; proxy_pass a:1; }', 'stream'], ['location / { }', 'server'], ['proxy_set_header A b;', 'location'], ['http { }', 'main'], ['upstream a { }', 'http']] as const) {
    assert.equal(expansionOf({ 'x.conf': text }).context, context, text)
  }
})

test('files that no include names are told apart from those that are loaded', () => {
  const expansion = expansionOf({ 'nginx.conf': 'events {}', 'other.conf': 'server { }' })
  assert.deepEqual(expansion.diagnostics.map((one) => [one.code, one.severity]), [['nginx/file-not-loaded', 'info']])
})
