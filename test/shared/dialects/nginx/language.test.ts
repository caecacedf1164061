import { test } from 'node:test'
import assert from 'node:assert/strict'
import { nginxLanguage } from '#shared/dialects/nginx/language.ts'
import { detectNginx, outlineNginx } from '#shared/dialects/nginx/outline.ts'
import { parsedOf } from './tree-of.ts'

/** Colours of all lines of a text, as `word=class`. */
function classes(text: string): readonly string[] {
  let state: string | null = null
  return text.split('\n').flatMap((line) => {
    const read = nginxLanguage.tokenizeLine(line, state)
    state = read.state
    return read.tokens.map((token, index) => `${line.slice(token.start, read.tokens[index + 1]?.start ?? line.length).trim()}=${token.class}`)
  })
}

const rows: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['blocks, directives and values', 'server { listen 80 default_server; # x', ['server=section', '{=operator', 'listen=keyword', '80=number', 'default_server=keyword', ';=operator', '# x=comment']],
  ['a server of a group is no section', 'upstream a {\nserver b weight=2;\n}\nserver {', ['upstream=section', 'a=name', '{=operator', 'server=keyword', 'b=text', 'weight=2=keyword', ';=operator', '}=operator', 'server=section', '{=operator']],
  ['words go on over lines', 'log_format a "$b\nc" d;', ['log_format=keyword', 'a=text', '"$b=variable', 'c"=string', 'd=text', ';=operator']],
  ['lines of a map are values', 'map $a $b {\ndefault 1;\n}', ['map=section', '$a=variable', '$b=variable', '{=operator', 'default=text', '1=number', ';=operator', '}=operator']],
  ['unknown directives', 'sever_name a;', ['sever_name=invalid', 'a=text', ';=operator']],
  ['Lua is not coloured', 'content_by_lua_block { x = {} }\nlisten 80;', ['content_by_lua_block=keyword', '{=operator', 'x = {}=text', '}=operator', 'listen=keyword', '80=number', ';=operator']],
  ['Lua over lines', 'content_by_lua_block {\n a {\n }\n}\nlisten 80;', ['content_by_lua_block=keyword', '{=operator', ' a {'.trim() + '=text', '}=text', '=text', '}=operator', 'listen=keyword', '80=number', ';=operator']],
]
for (const [name, text, expected] of rows) test(`colours: ${name}`, () => { assert.deepEqual(classes(text).filter((one) => one !== '=text'), expected.filter((one) => one !== '=text')) })

const hovers: readonly (readonly [line: string, word: string, section: string | null, key: string | null])[] = [
  ['  proxy_pass http://a;', 'proxy_pass', 'location', 'http proxy_pass'],
  ['  server 192.0.2.1 weight=2;', 'server', 'upstream', 'http-upstream server'],
  ['  server 192.0.2.1 weight=2;', 'weight', 'upstream', 'server-option weight'],
  ['server {', 'server', null, 'http server'],
  ['  listen 80 default_server;', 'default_server', 'server', 'listen-option default_server'],
  ['  rewrite a b last;', 'last', 'server', 'rewrite-flag last'],
  ['  return 200 $http_x_y;', '$http_x_y', 'server', 'variable $http_'],
  ['  return 200 ${host};', '${host}', 'server', 'variable $host'],
  ['  default 1;', 'default', 'map', 'map default'],
  ['  ssl_preread on;', 'ssl_preread', 'server', 'stream ssl_preread'],
  ['  location ^~ /a {', '^~', 'server', 'location-modifier ^~'],
  ['worker_processes 1;', 'worker_processes', null, 'main worker_processes'],
  ['  unheard_of 1;', 'unheard_of', 'server', null],
]
for (const [line, word, section, key] of hovers) {
  test(`hover over ${word} in '${line.trim()}' explains ${String(key)}`, () => {
    const found = nginxLanguage.hover(line, line.indexOf(word) + 1, section)
    assert.equal(line.slice(found?.start, found?.end), word)
    assert.equal(found?.entry?.key ?? null, key)
  })
}

test('the outline names servers by their names, groups and locations by their words', () => {
  const { tree } = parsedOf('http { upstream app { server a; } server { listen 80; server_name a.test b.test; location = /x { } } server { listen 81; } }')
  assert.deepEqual(outlineNginx(tree).map((one) => one.title), ['http', 'upstream app', 'server a.test b.test', 'location = /x', 'server 81'])
})

test('configs of nginx are told from those of others', () => {
  const sure = (text: string, path = 'x.conf'): number => detectNginx({ path, text, role: 'config', encoding: 'utf-8' })
  assert.equal(sure('events {}\nhttp {\n  server {\n    listen 80;\n  }\n}\n'), 1)
  assert.equal(sure('# configuration file /etc/nginx/nginx.conf:\nuser a;\n'), 1)
  assert.ok(sure('server_name a;\nroot /x;\n') >= 0.5)
  assert.equal(sure('frontend a\n  bind :80\n  default_backend b\nbackend b\n  server s 192.0.2.1:80\n'), 0)
  assert.ok(sure('a: b\nc:\n  - d\n') < 0.3)
  assert.ok(sure('example.com {\n  reverse_proxy localhost:80\n}\n') < 0.5)
})
