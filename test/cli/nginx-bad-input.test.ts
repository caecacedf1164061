import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { run, type CliResult } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-nginx-bad-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })
const at = (name: string): string => path.join(scratch, name)
const write = (name: string, content: string | Buffer): string => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), content)
  return at(name)
}
const link = (to: string, name: string): void => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  symlinkSync(to, at(name))
}

const good = `events { }
http {
    upstream api { server 10.0.0.1:80; }
    server {
        listen 8080;
        location / { proxy_set_header Host $host; proxy_pass http://api; }
    }
}
`
/** The same with something more on line 3. */
const withLine = (line: string): string => good.replace('    upstream', `    ${line}\n    upstream`)
const bytes = (seed: number): Buffer => Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * seed) % 256))
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly at: { readonly file: string; readonly line: number }
}
const findingsOf = (result: CliResult): readonly Finding[] => (JSON.parse(result.out) as { readonly findings: readonly Finding[] }).findings

/** What each input gives: the exit code of `check`, and the codes and lines of its errors and warnings, or words on standard error. */
const cases: readonly (readonly [name: string, arrange: () => string, code: number, expected: readonly string[] | RegExp])[] = [
  ['an empty nginx.conf', () => write('empty/nginx.conf', ''), 1, ['input/empty 1', 'nginx/events-missing 1']],
  ['a folder with an empty nginx.conf', () => path.dirname(write('empty/nginx.conf', '')), 1, ['input/empty 1', 'nginx/events-missing 1']],
  ['nothing but comments', () => write('comments/nginx.conf', '# one\n# two'), 1, ['nginx/events-missing 1']],
  ['a file of 200 MB', () => { const file = write('large.conf', ''); truncateSync(file, 200 * 1024 * 1024); return file }, 3, /large\.conf is 200 MB; at most 128 MB are read/],
  ['UTF-16 with a mark', () => write('utf16.conf', Buffer.from(`\ufeff${good}`, 'utf16le')), 1, ['input/utf-16 1', 'nginx/byte-order-mark 1']],
  ['UTF-16 without a mark', () => write('utf16-plain.conf', Buffer.from(good, 'utf16le')), 1, ['input/utf-16 1']],
  ['UTF-16 with the other byte order', () => write('utf16be.conf', utf16be(`\ufeff${good}`)), 1, ['input/utf-16 1', 'nginx/byte-order-mark 1']],
  ['a byte order mark', () => write('mark.conf', `\ufeff${good}`), 1, ['input/byte-order-mark 1', 'nginx/byte-order-mark 1']],
  ['Latin-1', () => write('latin.conf', Buffer.from(`# caf\u00e9\n${good}`, 'latin1')), 0, []],
  ['NUL bytes', () => write('nul.conf', good.replace('listen', 'lis\0ten')), 1, ['input/nul-bytes 5', 'nginx/unknown-directive 5']],
  ['lines that end with CR and LF', () => write('crlf.conf', good.replaceAll('\n', '\r\n')), 0, []],
  ['lines that end with CR', () => write('cr.conf', good.replaceAll('\n', '\r')), 0, []],
  ['a picture instead of a config', () => write('picture.conf', bytes(7919)), 3, /picture\.conf is not text/],
  ['a file that does not exist', () => at('nothing.conf'), 3, /There is no file .*nothing\.conf/],
  ['a folder under the name of the file', () => { mkdirSync(at('folder/nginx.conf'), { recursive: true }); return at('folder') }, 3, /holds no file ending in \.cfg and no nginx\.conf/],
  ['a link that leads back to itself', () => { link('loop.conf', 'loop.conf'); return at('loop.conf') }, 3, /leads back to itself/],
  ['a folder that contains itself', () => { link('.', 'ring/again'); write('ring/nginx.conf', good); return at('ring') }, 0, []],
  ['prose', () => write('prose.conf', 'Dear diary,\ntoday I configured nothing.\n'), 3, /does not look like a config of HAProxy, nginx/],
  ['an include of a file that is not there', () => write('missing/nginx.conf', withLine('include none.conf;')), 1, ['nginx/include-missing 3']],
  ['an include of a folder', () => { mkdirSync(at('to-folder/sites'), { recursive: true }); return write('to-folder/nginx.conf', withLine('include sites;')) }, 1, ['input/side-file-unreadable 3']],
  ['a pattern that finds a folder', () => { mkdirSync(at('glob-folder/sites/old'), { recursive: true }); return write('glob-folder/nginx.conf', withLine('include sites/*;')) }, 1, ['input/side-file-unreadable 3']],
  ['a pattern that finds a link to nothing', () => { link('../gone', 'glob-gone/sites/app'); return write('glob-gone/nginx.conf', withLine('include sites/*;')) }, 1, ['input/side-file-unreadable 3']],
  ['a pattern that finds a link to itself', () => { link('app', 'glob-self/sites/app'); return write('glob-self/nginx.conf', withLine('include sites/*;')) }, 1, ['input/side-file-unreadable 3']],
  ['a pattern that finds nothing', () => write('glob-none/nginx.conf', withLine('include sites/*;')), 0, []],
  ['an include of a device', () => write('device/nginx.conf', withLine('include /dev/zero;')), 1, ['input/side-file-unreadable 3']],
  ['an include of a picture', () => { write('binary/app.inc', bytes(7919)); return write('binary/nginx.conf', withLine('include app.inc;')) }, 1, ['input/side-file-unreadable 3']],
  ['an include of 200 MB', () => { truncateSync(write('huge/app.inc', ''), 200 * 1024 * 1024); return write('huge/nginx.conf', withLine('include app.inc;')) }, 1, ['input/side-file-unreadable 3']],
  ['an included byte order mark', () => { write('inner-mark/app.inc', '\ufeffserver { listen 8081; return 204; }'); return write('inner-mark/nginx.conf', withLine('include app.inc;')) }, 1, ['nginx/byte-order-mark 1']],
  ['an included empty file', () => { write('inner-empty/app.inc', ''); return write('inner-empty/nginx.conf', withLine('include app.inc;')) }, 0, []],
  ['a file that includes itself', () => write('self/nginx.conf', withLine('include nginx.conf;')), 1, ['nginx/include-loop 3']],
  ['a file that its own pattern finds', () => write('glob-loop/nginx.conf', withLine('include *.conf;')), 1, ['nginx/include-loop 3']],
  ['two files that include each other', () => { write('pair/a.inc', 'include b.inc;'); write('pair/b.inc', '\ninclude a.inc;'); return write('pair/nginx.conf', withLine('include a.inc;')) }, 1, ['nginx/include-loop 2']],
  ['a file that includes itself under the name of a link', () => { link('nginx.conf', 'by-link/other.inc'); return write('by-link/nginx.conf', withLine('include other.inc;')) }, 1, ['nginx/include-loop 3', 'nginx/wrong-context 1', 'nginx/wrong-context 2']],
  ['a file that includes itself through a folder that contains itself', () => { link('.', 'by-folder/again'); write('by-folder/a.inc', 'include again/*.inc;'); return write('by-folder/nginx.conf', withLine('include a.inc;')) }, 1, ['nginx/include-loop 1']],
  ['a lost semicolon', () => write('semicolon.conf', good.replace('http://api; }', 'http://api }')), 1, ['nginx/missing-semicolon 6']],
  ['a lost closing brace', () => write('brace.conf', good.replace(/\}\n$/, '')), 1, ['nginx/unclosed-block 2']],
  ['a lost quote', () => write('quote.conf', good.replace('Host $host', 'Host "$host')), 1, ['nginx/missing-semicolon 6', 'nginx/unclosed-block 2', 'nginx/unclosed-block 4', 'nginx/unclosed-block 6', 'nginx/unclosed-quote 6']],
  ['a Lua block without an end', () => write('lua.conf', withLine('init_by_lua_block { local t = {{{{ 1 }')), 1, ['nginx/unclosed-block 2', 'nginx/unclosed-block 3']],
  ['an unknown block', () => write('unknown.conf', `${good}frobnicate all { thing; }\n`), 1, ['nginx/unknown-directive 9']],
]

for (const [name, arrange, code, expected] of cases) {
  test(`${name}: a plain message and exit code ${code}`, async () => {
    const result = await run(['check', arrange(), '--format', 'json'])
    assert.equal(result.code, code, `${result.out.slice(0, 2000)}${result.err}`)
    if (expected instanceof RegExp) {
      assert.match(result.err, expected)
      assert.equal(result.err.trim().split('\n').length, 1, 'one line')
    } else assert.deepEqual(findingsOf(result).filter((one) => one.severity !== 'info' && !one.code.startsWith('routing/')).map((one) => `${one.code} ${one.at.line}`).toSorted(), expected)
    assert.ok(!/at .*\.ts:\d+/.test(result.err), 'no stack trace')
  })
}

test('a file that could not be read leaves every answer open, under a name and under a pattern', async () => {
  const whole = write('open/whole.conf', good)
  truncateSync(write('open/sites/large', ''), 200 * 1024 * 1024)
  for (const line of ['include none.conf;', 'include sites/large;', 'include sites/*;', 'include part.conf;']) {
    const part = write('open/part.conf', withLine(line))
    const routed = await run(['route', part, '--requests', '-'], { input: `${JSON.stringify({ listener: '127.0.0.1:8080', method: 'GET', host: 'a', path: '/', headers: {} })}\n` })
    const answer = JSON.parse(routed.out) as { readonly certain: boolean; readonly depends: readonly unknown[] }
    assert.equal(answer.certain, false, `${line} ${routed.out}`)
    assert.ok(JSON.stringify(answer.depends).includes(line.slice(0, -1)), routed.out)
    const compared = await run(['diff', whole, part, '--format', 'json'])
    assert.equal((JSON.parse(compared.out) as { readonly verdict: string }).verdict, 'may-differ', line)
    assert.equal(compared.code, 1)
  }
})

test('files that were not read leave groups, maps and connections open where they stand', async () => {
  const route = async (name: string, text: string, listener: string): Promise<boolean> => {
    const routed = await run(['route', write(name, text), '--requests', '-'], { input: `${JSON.stringify({ listener, method: 'GET', host: 'a', path: '/', headers: {} })}\n` })
    return (JSON.parse(routed.out) as { readonly certain: boolean }).certain
  }
  const group = good.replace('server 10.0.0.1:80;', 'server 10.0.0.1:80; include more.servers;')
  const map = good.replace('http {', 'http { map $uri $to { default api; include more.map; }').replace('http://api', 'http://$to')
  const stream = 'events { }\nstream { server { listen 8080; proxy_pass 10.0.0.1:80; include more.conf; } }\n'
  for (const [name, text] of [['group.conf', group], ['map.conf', map], ['stream.conf', stream]] as const) {
    assert.equal(await route(`places/${name}`, text, '127.0.0.1:8080'), false, name)
    assert.equal(await route(`places/whole-${name}`, text.replace(/include more\.\w+;/, ''), '127.0.0.1:8080'), true, name)
  }
})

test('a config that nginx refuses is never identical to one that it takes', async () => {
  const whole = write('refused/whole.conf', good)
  for (const text of [good.replace('http://api; }', 'http://api }'), good.replace(/\}\n$/, ''), `${good}}\n`, `${good};\n`, `\ufeff${good}`, `${good}# ${'x'.repeat(5000)}\n`, withLine('gzip maybe;'), withLine('include part.conf;')]) {
    const part = write('refused/part.conf', text)
    for (const [before, later] of [[whole, part], [part, whole]] as const) {
      const compared = await run(['diff', before, later])
      assert.equal(compared.code, 1, `${text.slice(0, 200)}\n${compared.out}`)
      assert.match(compared.out, /nginx does not take this config|is not among those that were read/)
    }
  }
})

test('every command refuses the same way', async () => {
  for (const args of [['inspect', at('nothing.conf')], ['diff', at('nothing.conf'), at('nothing.conf')], ['route', at('nothing.conf'), 'http://a/'], ['export', at('nothing.conf'), '-o', at('x.svg')], ['history', 'add', at('nothing.conf')]]) {
    const result = await run(args)
    assert.equal(result.code, 3, args.join(' '))
    assert.match(result.err, /^steelyard: There is no file/)
  }
})
