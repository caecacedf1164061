import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './compared.ts'

/** Edits after which the same rules and groups take every request, and yet other lines count for some. */
const moves: readonly (readonly [name: string, before: string, after: string, says: string])[] = [
  ['a nested location leaves the one around it', 'location /api/ { add_header X y; proxy_pass http://api; location /api/n/ { proxy_pass http://api; } }', 'location /api/ { add_header X y; proxy_pass http://api; } location /api/n/ { proxy_pass http://api; }', 'add_header X y counts no more'],
  ['two patterns change places', 'location ~ a { proxy_read_timeout 3s; proxy_pass http://api; } location ~ b { proxy_read_timeout 5s; proxy_pass http://api; }', 'location ~ b { proxy_read_timeout 5s; proxy_pass http://api; } location ~ a { proxy_read_timeout 3s; proxy_pass http://api; }', 'proxy_read_timeout 5s counts instead of proxy_read_timeout 3s'],
  ['a name goes to another server', 'server { listen 80; server_name a b; proxy_read_timeout 3s; location / { proxy_pass http://site; } } server { listen 80; server_name c; location / { proxy_pass http://site; } }', 'server { listen 80; server_name a; proxy_read_timeout 3s; location / { proxy_pass http://site; } } server { listen 80; server_name c b; location / { proxy_pass http://site; } }', 'proxy_read_timeout 3s counts no more'],
  ['another server becomes the default', 'server { listen 80; server_name a; location / { proxy_pass http://site; } } server { listen 80; server_name c; client_max_body_size 3k; location / { proxy_pass http://site; } }', 'server { listen 80; server_name a; location / { proxy_pass http://site; } } server { listen 80 default_server; server_name c; client_max_body_size 3k; location / { proxy_pass http://site; } }', 'client_max_body_size 3k counts'],
  ['a name with a redirect goes to another server', 'server { listen 80; server_name a b; add_header X y; return 301 http://z/; } server { listen 80; server_name c; return 301 http://z/; }', 'server { listen 80; server_name a; add_header X y; return 301 http://z/; } server { listen 80; server_name c b; return 301 http://z/; }', 'add_header X y counts no more'],
  ['two blocks change places', 'location / { if ($http_x) { add_header X a; } if ($http_y) { add_header X b; } proxy_pass http://site; }', 'location / { if ($http_y) { add_header X b; } if ($http_x) { add_header X a; } proxy_pass http://site; }', 'add_header X a counts instead of add_header X b'],
  ['what a rewritten URI gets to', 'location /a/ { expires 1h; rewrite ^ /b/ last; } location /b/ { proxy_pass http://site; } location /c/ { expires 1d; proxy_pass http://site; rewrite ^ /b/ break; }', 'location /a/ { expires 1h; rewrite ^ /c/ last; } location /b/ { proxy_pass http://site; } location /c/ { expires 1d; proxy_pass http://site; rewrite ^ /b/ break; }', 'expires 1d counts'],
]

for (const [name, before, after, says] of moves) {
  test(`other settings are named: ${name}`, () => {
    for (const [one, other] of [[before, after], [after, before]] as const) {
      const { reasons } = compared(one, other)
      assert.ok(reasons.some((reason) => reason.includes('another place takes these requests')), `${one}\n${other}\n${reasons.join('\n')}`)
    }
    assert.ok(compared(before, after).reasons.some((reason) => reason.includes(says)), compared(before, after).reasons.join('\n'))
  })
}

/** Edits of a line show as that line, once, and not as other settings of all that it counts for. */
const lines: readonly (readonly [name: string, before: string, after: string, reasons: readonly string[]])[] = [
  ['a line of a server', 'client_max_body_size 1k; location / { proxy_pass http://site; } location /b { proxy_pass http://api; }', 'client_max_body_size 2k; location / { proxy_pass http://site; } location /b { proxy_pass http://api; }', ['Not followed: server a.test on 80 has client_max_body_size 2k instead of client_max_body_size 1k.']],
  ['the first line of a location', 'location / { proxy_pass http://site; } location /b { proxy_pass http://api; }', 'location / { proxy_pass http://site; } location /b { proxy_read_timeout 3s; proxy_pass http://api; }', ['Not followed: server a.test on 80 location /b has proxy_read_timeout 3s.']],
  ['a line that goes to the other of two servers with one name', 'server { listen 80; server_name a b; expires 1h; location / { proxy_pass http://site; } } server { listen 80; server_name a c; location / { proxy_pass http://site; } }', 'server { listen 80; server_name a b; location / { proxy_pass http://site; } } server { listen 80; server_name a c; expires 1h; location / { proxy_pass http://site; } }', ['Not followed: server a on 80 has expires 1h no more.', 'Not followed: server a on 80 (2) has expires 1h.']],
]

for (const [name, before, after, reasons] of lines) {
  test(`a line is named once: ${name}`, () => {
    assert.deepEqual(compared(before, after).reasons, reasons)
  })
}

test('places that say the same in another order are the same', () => {
  const before = 'location / { proxy_pass http://site; } location /b { proxy_read_timeout 3s; expires 1h; proxy_pass http://api; } location /c { proxy_pass http://api; add_header A b; }'
  const after = 'location /c { add_header A b; proxy_pass http://api; } location / { proxy_pass http://site; } location /b { expires 1h; proxy_pass http://api; proxy_read_timeout 3s; }'
  const { summaries, reasons } = compared(before, after)
  assert.deepEqual([...summaries, ...reasons], [])
})
