import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './compared.ts'

const base = 'location / { proxy_pass http://site; }\nlocation /api/ { proxy_pass http://api; }\nlocation /img/ { proxy_pass http://img; }'
const png = '\nlocation ~ \\.png$ { proxy_pass http://site; }'
const group = (servers: string): string => `upstream site { ${servers} }\nserver { listen 80; location / { proxy_pass http://site; } }`
const two = (first: string, second: string): string => `server { listen 80; ${first} location / { proxy_pass http://site; } }\nserver { listen 80; ${second} location / { proxy_pass http://api; } }`
const byMap = (entries: string): string => `map $http_x_v $be { ${entries} }\nserver { listen 80; location / { proxy_pass http://$be; } }`
const a = 'server_name a.test;'
const b = 'server_name b.test;'

/** Edits that have to be named; the text is part of one of the summaries. */
const edits: readonly (readonly [name: string, before: string, after: string, says: string])[] = [
  ['a pattern takes paths from a prefix', base, base + png, 'go to pool site instead of img'],
  ['a prefix loses its ^~', base.replace('/img/', '^~ /img/') + png, base + png, 'go to pool site instead of img'],
  ['an exact location becomes a prefix', `${base}\nlocation = /x { proxy_pass http://img; }`, `${base}\nlocation /x { proxy_pass http://img; }`, 'go to pool img instead of site'],
  ['a pattern ignores case', `${base}\nlocation ~ ^/foo { proxy_pass http://img; }`, `${base}\nlocation ~* ^/foo { proxy_pass http://img; }`, 'go to pool img instead of site'],
  ['a location is gone', base, base.split('\n').slice(0, 2).join('\n'), 'go to pool site instead of img'],
  ['a prefix is widened', base, base.replace('/api/', '/ap'), 'go to pool api instead of site'],
  ['proxy_pass gets a URI', base, base.replace('http://api;', 'http://api/;'), 'reach pool api as / instead of /api/'],
  ['a server name is misspelled', two(a, b), two(a, 'server_name bb.test;'), 'go to pool site instead of api'],
  ['a server name stands twice', two(a, b), two(a, a), 'go to pool site instead of api'],
  ['another server becomes the default', two(a, b), two(a, b).replace('80; server_name b', '80 default_server; server_name b'), 'go to pool api instead of site'],
  ['the default of a map is gone', byMap('default site; v2 api;'), byMap('v2 api;'), 'answered with 500 instead of going to pool site'],
  ['a weight changes', group('server 10.0.0.1 weight=3; server 10.0.0.2;'), group('server 10.0.0.1; server 10.0.0.2;'), 'gets 50 % of new requests instead of 75 %'],
  ['a server becomes a backup', group('server 10.0.0.1; server 10.0.0.2;'), group('server 10.0.0.1; server 10.0.0.2 backup;'), 'gets 100 % of new requests instead of 50 %'],
  ['a server is down', group('server 10.0.0.1; server 10.0.0.2;'), group('server 10.0.0.1; server 10.0.0.2 down;'), 'gets 100 % of new requests instead of 50 %'],
  ['a server is left out for longer', group('server 10.0.0.1 fail_timeout=5s; server 10.0.0.2;'), group('server 10.0.0.1 fail_timeout=50s; server 10.0.0.2;'), 'server 10.0.0.1 has another fail_timeout'],
  ['Host is passed on', base, base.replace('http://api;', 'http://api; proxy_set_header Host $host;'), 'reach pool api with Host'],
  ['two patterns swap places', `${base}\nlocation ~ ^/a { proxy_pass http://img; }\nlocation ~ b$ { proxy_pass http://api; }`, `${base}\nlocation ~ b$ { proxy_pass http://api; }\nlocation ~ ^/a { proxy_pass http://img; }`, 'go to pool api instead of img'],
  ['a rewrite leads elsewhere', `rewrite ^/old/(.*)$ /api/$1 last;\n${base}`, `rewrite ^/old/(.*)$ /img/$1 last;\n${base}`, 'go to pool img instead of api'],
  ['a redirect loses what was sent', 'return 301 https://$host$request_uri;', 'return 301 https://$host$uri;', 'are redirected (301)'],
  ['addresses are kept out', base, base.replace('/api/ {', '/api/ { deny 10.0.0.0/8; allow all;'), 'denied with 403 instead of going to pool api'],
]

for (const [name, before, after, says] of edits) {
  test(`named: ${name}`, () => {
    const { summaries, reasons, diff } = compared(before, after)
    const found = diff.differs.filter(({ summary }) => summary.includes(says))
    assert.ok(found.length > 0, `${summaries.join('\n')}\nunknown: ${reasons.join('\n')}`)
    for (const { cause, members } of found) {
      assert.ok(cause.before.length + cause.after.length > 0, 'a line is the cause')
      assert.ok(members.length > 0, 'a request shows it')
    }
  })
}

const neutral: readonly (readonly [name: string, before: string, after: string])[] = [
  ['other blanks and comments', base, `# a comment\n${base.replaceAll('{ ', '{\n\n    ').replaceAll('; }', ' ;  }')}`],
  ['prefix locations in another order', base, base.split('\n').reverse().join('\n')],
  ['quotes around words', base, base.replace('location /api/', 'location "/api/"').replace('http://img', '"http://img"')],
  ['server names in another order', two('server_name a.test c.test;', b), two('server_name c.test a.test;', b).replace('server_name c.test a.test', 'server_name a.test; server_name c.test')],
  ['a second server of a name that is taken', two(a, b), `${two(a, b)}\nserver { listen 80; server_name a.test; location / { proxy_pass http://img; } }`],
  ['a location that a rule of the server never lets be found', `return 403;\n${base}`, `return 403;\n${base.replace('http://api', 'http://img')}`],
  ['an application with one page', 'location / { try_files $uri $uri/ /index.html; }', 'location / { try_files $uri $uri/ /index.html; } # same'],
  ['another log', base, `access_log off;\n${base}`],
]

for (const [name, before, after] of neutral) {
  test(`identical: ${name}`, () => {
    const { summaries, reasons } = compared(before, after)
    assert.deepEqual([...summaries, ...reasons], [])
  })
}

/** Edits that somebody may notice and that are not followed: never identical. */
const open: readonly (readonly [name: string, before: string, after: string, says: string])[] = [
  ['a header in answers', base, `add_header X y;\n${base}`, 'add_header X y'],
  ['another protocol to the server', base, base.replace('http://api;', 'https://api;'), 'upstream protocol'],
  ['code in another language', base, `${base}\nlocation /lua { content_by_lua_block { ngx.say("1") } }`, ''],
  ['raw or decoded targets', base, base.replace('http://site;', 'http://site/;'), ''],
  ['what an error page is for', `error_page 502 /sorry;\n${base}`, `error_page 504 /sorry;\n${base}`, 'error_page 504'],
  ['slashes that stay', base, `merge_slashes off;\n${base}`, 'merge_slashes off'],
  ['a location that another one asks', `${base}\nlocation /x { auth_request /q; proxy_pass http://api; } location = /q { internal; proxy_pass http://site; }`, `${base}\nlocation /x { auth_request /q; proxy_pass http://api; } location = /q { internal; proxy_pass http://img; }`, 'auth_request'],
  ['where requests go when servers fail', `error_page 502 @sorry;\nlocation @sorry { proxy_pass http://img; }\n${base}`, `error_page 502 @sorry;\nlocation @sorry { proxy_pass http://site; }\n${base}`, '@sorry'],
  ['servers that only a subrequest gets to', `upstream q { server 10.0.0.9; }\nserver { listen 80; location / { auth_request /q; return 200 x; } location = /q { internal; proxy_pass http://q; } }`, `upstream q { server 10.0.0.8; }\nserver { listen 80; location / { auth_request /q; return 200 x; } location = /q { internal; proxy_pass http://q; } }`, ''],
  ['passwords in another file', `auth_basic x; auth_basic_user_file a;\n${base}`, `auth_basic x; auth_basic_user_file b;\n${base}`, 'user'],
]

for (const [name, before, after, says] of open) {
  test(`not called identical: ${name}`, () => {
    const { summaries, reasons } = compared(before, after)
    assert.ok(summaries.length + reasons.length > 0)
    assert.ok([...summaries, ...reasons].some((text) => text.includes(says)), [...summaries, ...reasons].join('\n'))
  })
}
