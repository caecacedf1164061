import { test } from 'node:test'
import assert from 'node:assert/strict'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { compileNginx } from '#shared/dialects/nginx/compile/compile.ts'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compared } from './compared.ts'
import { expansionOf, parsedOf, shown } from './tree-of.ts'

const options = { environment: {}, version: null, sideFiles: new Map() }
const inServer = (text: string): string => `events { }\nhttp {\nserver { listen 127.0.0.1:8080;\n${text}\n}\n}\n`

function read(text: string): { readonly model: RoutingModel; readonly findings: readonly Diagnostic[] } {
  const file = { path: 'nginx.conf', text, role: 'config', encoding: 'utf-8' } as const
  const { tree, diagnostics } = parseNginx(file)
  const { model, diagnostics: found } = compileNginx([{ file, tree }], options)
  return { model, findings: [...diagnostics, ...found] }
}

/** Processor time in milliseconds, which a busy machine does not stretch. */
function timed(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const used = process.threadCpuUsage(before)
  return (used.user + used.system) / 1000
}

const many = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** Texts by their size; the larger one has eight times the lines and may take that much longer, and not its square. */
const growing: readonly (readonly [name: string, lines: number, text: (lines: number) => string])[] = [
  ['comments', 125_000, (lines) => `${inServer('return 204;')}${'# x\n'.repeat(lines)}`],
  ['a word', 125_000, (lines) => inServer(`server_name ${'a'.repeat(lines)};`)],
  ['a comment on one line', 600_000, (lines) => `# ${'x'.repeat(lines)}\n${inServer('return 204;')}`],
  ['words of one line', 15_000, (lines) => inServer(`server_name ${'abc.test '.repeat(lines)};`)],
  ['open braces', 1_250, (lines) => 'a{'.repeat(lines)],
  ['locations inside each other', 1_250, (lines) => inServer(`${'location / {'.repeat(lines)}${'}'.repeat(lines)}`)],
  ['quotes that are never closed', 20_000, (lines) => inServer(`return 200 ${'"a" '.repeat(lines)}"`)],
  ['Lua blocks that are never closed', 10_000, (lines) => inServer('content_by_lua_block { --[==[ \n'.repeat(lines))],
  ['variables that are never closed', 12_500, (lines) => inServer(`return 200 ${'${'.repeat(lines)};`)],
  ['lines of a map', 6_000, (lines) => `events { }\nhttp { map $uri $a {\n${many(lines, (index) => `/p${index} v${index};`)}\n}\nserver { listen 8080; return 200 $a; } }`],
  ['networks of a geo', 4_000, (lines) => `events { }\nhttp { geo $a {\n${many(lines, (index) => `10.${index >> 8 & 255}.${index & 255}.0/24 v${index};`)}\n}\nserver { listen 8080; return 200 $a; } }`],
  ['directives that nobody knows', 2_500, (lines) => inServer(many(lines, (index) => `foo${index} bar;`))],
  ['headings of a dump', 5_000, (lines) => `${'# configuration file /etc/nginx/nginx.conf:\n'.repeat(lines)}events { }\n`],
]
for (const [name, lines, text] of growing) {
  test(`${name}: time grows as the text does`, () => {
    const run = (count: number): number => {
      const whole = text(count)
      return Math.min(...[0, 1].map(() => timed(() => { read(whole) })))
    }
    run(Math.floor(lines / 10))
    const [one, eight] = [run(lines), run(lines * 8)]
    assert.ok(eight <= Math.max(200, one * 24), `${one.toFixed(0)} ms, and ${eight.toFixed(0)} ms for eight times as much`)
  })
}

test('lists of thousands of rules are gone through', () => {
  for (const rule of [(index: number) => `rewrite ^/a${index}$ /b${index};`, (index: number) => `if ($uri = /a${index}) { set $x ${index}; }`, (index: number) => `rewrite ^/a${index}$ /b${index} permanent;`]) {
    const { model } = read(inServer(`set $x 0;\n${many(3_000, rule)}\nreturn 204;`))
    assert.deepEqual(routeRequest(model, { ...defaultRequest, listener: '127.0.0.1:8080', path: '/none' }).outcome, { action: 'respond', status: 204 })
  }
})

test('a value that doubles at each line ends in an open answer', () => {
  const { model } = read(inServer(`set $a x$uri;\n${'set $a $a$a;\n'.repeat(60)}return 302 $a;`))
  const answer = routeRequest(model, { ...defaultRequest, listener: '127.0.0.1:8080', path: '/none' })
  assert.equal(answer.certain, false)
})

test('lines that nobody knows do not double the time of a comparison, and stay told apart', () => {
  const lines = (count: number, word: string): string => `${many(count, (index) => `foo${index} ${word};`)}\nreturn 204;`
  const same = compared(lines(60, 'a'), lines(60, 'a'))
  assert.deepEqual([same.diff.differs.length, same.diff.unknown.length], [0, 0])
  const other = compared(lines(60, 'a'), lines(60, 'a').replace('foo59 a', 'foo59 b'))
  assert.ok(!other.diff.complete, 'another line behind the first thirty is not the same')
})

test('what lies deeper than blocks are kept is open, not lost', () => {
  const deep = (status: number): string => `${many(150, (index) => `location /${'a/'.repeat(index)} {`)} return ${status}; ${'}'.repeat(150)}`
  const { findings, model } = read(inServer(deep(204)))
  assert.deepEqual(findings.map((one) => [one.code, one.severity]), [['nginx/too-deep', 'warning']])
  assert.equal(routeRequest(model, { ...defaultRequest, listener: '127.0.0.1:8080', path: `/${'a/'.repeat(149)}` }).certain, false)
  assert.ok(!compared(deep(204), deep(205)).diff.complete, 'a difference in there is not called the same')
})

test('messages and fingerprints stay short whatever the words are', () => {
  const word = 'w'.repeat(100_000)
  for (const text of [inServer(`${word} on;`), inServer(`return 200 "$${word}";`), inServer(`return 200 "\${${word}";`), `${inServer('')}${word}`, `${word} {`, inServer(`listen ${word};`), inServer(`gzip ${word};`)]) {
    const { findings } = read(text)
    assert.ok(findings.length > 0)
    for (const one of findings) assert.ok(one.message.length <= 1_000 && one.fingerprint.length <= 2_000, one.code)
  }
})

test('a chain of includes ten files deep reads like the flat text', () => {
  const files: Record<string, string> = { 'nginx.conf': 'events { }\nhttp { include 1.conf; }' }
  for (let step = 1; step < 10; step += 1) files[`${step}.conf`] = `upstream u${step} { server 127.0.0.1:${step}; }\ninclude ${step % 2 === 0 ? step + 1 : `${step + 1}.c*f`}${step % 2 === 0 ? '.conf' : ''};`
  files['10.conf'] = 'server { listen 127.0.0.1:8080; include 11.conf; }'
  files['11.conf'] = 'location / { proxy_pass http://u9; }'
  const flat = `events { }\nhttp { ${many(9, (index) => `upstream u${index + 1} { server 127.0.0.1:${index + 1}; }`)}\nserver { listen 127.0.0.1:8080; location / { proxy_pass http://u9; } } }`
  const nested = expansionOf(files)
  assert.deepEqual(nested.diagnostics, [])
  assert.deepEqual(shown(nested.directives), shown(expandIncludes([parsedOf(flat)]).directives))
  const plain = (model: RoutingModel): string => JSON.stringify(model, (key, value: unknown) => (key === 'origin' || key === 'at' || key === 'otherwiseAt' ? undefined : value instanceof Map ? [...value] : value))
  assert.equal(plain(compileNginx(Object.entries(files).map(([path, text]) => parsedOf(text, path)), options).model), plain(read(flat).model))
})

test('a nest deeper than files are followed is named at its include, and what it would say is open', () => {
  const files: Record<string, string> = { 'nginx.conf': 'events { }\nhttp { server { listen 127.0.0.1:8080; include 1.conf; return 204; } }' }
  for (let step = 1; step < 80; step += 1) files[`${step}.conf`] = `include ${step + 1}.conf;`
  files['80.conf'] = 'return 205;'
  const expansion = expansionOf(files)
  assert.deepEqual(expansion.diagnostics.filter((one) => one.severity === 'error').map((one) => [one.code, one.at.file]), [['nginx/include-depth', '63.conf']])
  const { model } = compileNginx(Object.entries(files).map(([path, text]) => parsedOf(text, path)), options)
  assert.equal(routeRequest(model, { ...defaultRequest, listener: '127.0.0.1:8080' }).certain, false)
})

const dumpOf = (...parts: readonly (readonly [path: string, text: string])[]): string => parts.map(([path, text]) => `# configuration file ${path}:\n${text}\n\n`).join('')
const main = 'events { }\nhttp { include /etc/nginx/conf.d/*.conf; include /etc/nginx/mime.types; }'
const site = 'server { listen 8080; return 204; }'

test('a dump that breaks off, repeats a heading or comes from two machines is read as far as it goes', () => {
  const whole = dumpOf(['/etc/nginx/nginx.conf', main], ['/etc/nginx/conf.d/a.conf', site], ['/etc/nginx/mime.types', 'types { a/b c; }'])
  const codes = (text: string): readonly string[] => read(text).findings.map((one) => one.code)
  assert.deepEqual(codes(whole), [])
  assert.deepEqual(codes(whole.slice(0, whole.indexOf('# configuration file /etc/nginx/mime'))), ['nginx/include-missing'])
  assert.deepEqual(codes(whole.slice(0, whole.indexOf('return 204') + 6)), ['nginx/unclosed-block', 'nginx/missing-semicolon', 'nginx/include-missing', 'nginx/argument-count'])
  for (let end = 0; end <= whole.length; end += 1) read(whole.slice(0, end))
  assert.deepEqual(codes(whole.replace('# configuration file /etc/nginx/conf.d/a.conf:\n', (heading) => heading.repeat(2))), ['nginx/file-not-loaded'])
  const twice = read(whole + dumpOf(['/etc/nginx/nginx.conf', main.replace('http', 'stream')], ['/etc/nginx/conf.d/a.conf', 'server { listen 9; proxy_pass 127.0.0.1:9; }']))
  assert.ok(twice.findings.length > 0, 'the second machine is not passed over in silence')
  assert.deepEqual(twice.model.listeners.map((listener) => listener.protocol), ['http'])
})
