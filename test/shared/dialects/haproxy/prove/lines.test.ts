import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareText, startedText } from './prepare-text.ts'

type Kind = 'global' | 'frontend' | 'backend' | 'defaults'

/** What becomes of one line. `left out`: nothing of it is started. `refused`: nothing at all is started, with the words of the reason. */
type Fate = { readonly kept: string } | 'left out' | { readonly refused: RegExp }

const asIs = (line: string): Fate => ({ kept: line })

const rows: readonly (readonly [name: string, section: Kind, line: string, fate: Fate])[] = [
  ['a rule that chooses a pool', 'frontend', 'use_backend b if { path_beg /x }', asIs('use_backend b if { path_beg /x }')],
  ['quotes stay as they are', 'frontend', `http-request set-header X "a 'b' \\"c\\"" if { hdr(host) -i 'x y' }`, asIs(`http-request set-header X "a 'b' \\"c\\"" if { hdr(host) -i 'x y' }`)],
  ['a comment behind a line', 'frontend', 'acl a path /x # why', asIs('acl a path /x')],
  ['an environment variable is written out', 'frontend', 'acl a path "${BASE}/x y"', asIs(`acl a path '/b c/x y'`)],
  ['an address to listen on', 'frontend', 'bind 192.0.2.1:8080', asIs('bind unix@l0 id 1 accept-proxy')],
  ['addresses and a range', 'frontend', 'bind :80,[::]:81 name "two words"', asIs('bind unix@l0 name "two words" id 1 accept-proxy')],
  ['a socket to listen on gets no PROXY header', 'frontend', 'bind unix@/run/x.sock mode 600', asIs('bind unix@l0 id 1')],
  ['a socket that expects one already', 'frontend', 'bind /run/x.sock accept-proxy', asIs('bind unix@l0 id 1 accept-proxy')],
  ['TLS', 'frontend', 'bind :443 ssl crt /etc/x.pem crt-list /etc/list ca-file /etc/ca.pem verify required alpn h2 ciphers X id 7 interface eth0', asIs('bind unix@l0 ssl alpn h2 crt cert.pem id 7 accept-proxy')],
  ['QUIC', 'frontend', 'bind quic4@:443 ssl crt /x alpn h3', 'left out'],
  ['a listener from another process', 'frontend', 'bind fd@3', { refused: /handed over by another process/ }],
  ['an unknown option of a listener', 'frontend', 'bind :80 frobnicate', { refused: /frobnicate/ }],
  ['a server', 'backend', 'server s1 192.0.2.1:80 weight 3 cookie c check inter 1s maxconn 5 backup', asIs('server s1 unix@s0 weight 3 cookie c backup')],
  ['a server by name', 'backend', 'server s1 app.internal:80 resolvers dns init-addr none resolve-prefer ipv4', asIs('server s1 unix@s0')],
  ['a server with TLS', 'backend', 'server s1 192.0.2.1:443 ssl verify none sni str(x) alpn h2 send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[src]', asIs('server s1 unix@s0')],
  ['a server that is watched from outside', 'backend', 'server s1 192.0.2.1:80 agent-check agent-addr 192.0.2.9 agent-port 1 observe layer7 track b/s2 source 192.0.2.8 usesrc client', asIs('server s1 unix@s0')],
  ['a server in a namespace', 'backend', 'server s1 192.0.2.1:80 namespace blue disabled id 4', asIs('server s1 unix@s0 disabled id 4')],
  ['a template', 'backend', 'server-template w 3-4 web.internal:80 check', asIs('server w3 unix@s0')],
  ['a template of too many', 'backend', 'server-template w 900000 web.internal:80', { refused: /number of servers/ }],
  ['an unknown option of a server', 'backend', 'server s1 192.0.2.1:80 frobnicate', { refused: /frobnicate/ }],
  ['defaults of servers', 'backend', 'default-server check weight 7 inter 1s resolvers dns', asIs('default-server weight 7')],
  ['defaults of servers that only watch', 'backend', 'default-server check inter 1s', 'left out'],
  ['a pattern file', 'frontend', 'acl a src -i -f /etc/blocked.lst -f /etc/more.lst', asIs('acl a src -i -f f0 -f f1')],
  ['a map in an expression', 'frontend', 'use_backend %[req.hdr(host),lower,map_dom(/etc/sites.map,b)]', asIs('use_backend %[req.hdr(host),lower,map_dom(f0,b)]')],
  ['a map in quotes', 'frontend', `http-request set-var(txn.a) 'path,map_beg(/etc/a.map)'`, asIs(`http-request set-var(txn.a) 'path,map_beg(f0)'`)],
  ['a change of a map', 'frontend', 'http-request set-map(/etc/a.map) %[path] 1', { refused: /could not be read here/ }],
  ['a body from a file', 'frontend', 'http-request return status 200 content-type text/plain file /etc/passwd if { path /x }', asIs('http-request return status 200 content-type text/plain string file if { path /x }')],
  ['an error page from a file', 'frontend', 'http-request deny deny_status 429 errorfile /etc/429.http if { path /x }', asIs('http-request deny deny_status 429 if { path /x }')],
  ['the word file as a value', 'frontend', 'http-request return string file content-type lf-file', asIs('http-request return string file content-type lf-file')],
  ['error pages', 'frontend', 'errorfile 503 /etc/503.http', 'left out'],
  ['a log target', 'frontend', 'log 192.0.2.1:514 local0', 'left out'],
  ['no log target', 'frontend', 'no log', 'left out'],
  ['the format of the log decides what capture.req.uri holds', 'frontend', 'option httplog', asIs('option httplog')],
  ['an option switched off', 'frontend', 'no option httplog', asIs('no option httplog')],
  ['a health check', 'backend', 'option httpchk GET /', 'left out'],
  ['steps of a health check', 'backend', 'http-check connect addr 192.0.2.1 port 80', 'left out'],
  ['the address to connect from', 'backend', 'source 192.0.2.1', 'left out'],
  ['mail', 'backend', 'email-alert mailers m', 'left out'],
  ['saved states', 'backend', 'load-server-state-from-file global', 'left out'],
  ['a table that peers share', 'backend', 'stick-table type ip size 1m peers mates store gpc0', asIs('stick-table type ip size 1m store gpc0')],
  ['rules on answers', 'backend', 'http-response set-header X 1', 'left out'],
  ['timeouts', 'backend', 'timeout server 1h', 'left out'],
  ['a long wait for the first bytes', 'frontend', 'tcp-request inspect-delay 30s', asIs('tcp-request inspect-delay 500ms')],
  ['a short one', 'frontend', 'tcp-request inspect-delay 100ms', asIs('tcp-request inspect-delay 100ms')],
  ['a rule on the accepted connection', 'frontend', 'tcp-request connection reject if { src 192.0.2.0/24 }', asIs('tcp-request session reject if { src 192.0.2.0/24 }')],
  ['a PROXY header by rule', 'frontend', 'tcp-request connection expect-proxy layer4 if { src 192.0.2.0/24 }', 'left out'],
  ['counting', 'frontend', 'http-request track-sc0 src', asIs('http-request track-sc0 src')],
  ['marks on packets', 'frontend', 'http-request set-mark 1', 'left out'],
  ['the built-in service', 'frontend', 'http-request use-service prometheus-exporter if { path /metrics }', asIs('http-request use-service prometheus-exporter if { path /metrics }')],
  ['a service of a script', 'frontend', 'http-request use-service lua.hello', { refused: /lua\.hello/ }],
  ['an action of a script', 'frontend', 'http-request lua.check', { refused: /Lua script/ }],
  ['a look-up', 'frontend', 'http-request do-resolve(txn.ip,dns) hdr(host)', { refused: /DNS/ }],
  ['an agent', 'frontend', 'http-request send-spoe-group e g', { refused: /SPOE/ }],
  ['an agent as a filter', 'frontend', 'filter spoe engine e config /etc/spoe.conf', { refused: /SPOE/ }],
  ['a tracer', 'frontend', 'filter opentracing config /etc/ot.cfg', { refused: /opentracing/ }],
  ['compression', 'frontend', 'filter compression', 'left out'],
  ['a cache', 'frontend', 'http-request cache-use c', 'left out'],
  ['an unknown action', 'frontend', 'http-request frobnicate', { refused: /frobnicate/ }],
  ['an unknown line', 'frontend', 'frobnicate 192.0.2.1', { refused: /frobnicate/ }],
  ['programs that check health', 'backend', 'option external-check', { refused: /programs of a config are never run/ }],
  ['the program itself', 'backend', 'external-check command /bin/true', { refused: /programs of a config are never run/ }],
  ['connections past the servers', 'backend', 'dispatch 192.0.2.1:80', { refused: /past the servers/ }],
  ['connections to where the client wanted to go', 'backend', 'option transparent', { refused: /the address the client asked for/ }],
  ['FastCGI', 'backend', 'use-fcgi-app php', { refused: /FastCGI/ }],
  ['a mode that is not replayed', 'backend', 'mode log', { refused: /mode log/ }],
  ['the statistics page', 'frontend', 'stats uri /stats', asIs('stats uri /stats')],
  ['a script', 'global', 'lua-load /etc/x.lua', { refused: /Lua script/ }],
  ['programs in general', 'global', 'external-check', { refused: /programs/ }],
  ['a control socket', 'global', 'stats socket ipv4@0.0.0.0:9999 level admin', 'left out'],
  ['rights and folders', 'global', 'chroot /var/lib/haproxy', 'left out'],
  ['a variable of the environment', 'global', 'setenv ZONE eu', asIs('setenv ZONE eu')],
  ['a variable of the process', 'global', 'set-var proc.a str(x)', asIs('set-var proc.a str(x)')],
  ['a passphrase program', 'global', 'ssl-passphrase-cmd /bin/pass', 'left out'],
  ['a native library', 'global', 'ssl-engine rdrand', 'left out'],
  ['an unknown global line', 'global', 'frobnicate on', { refused: /frobnicate/ }],
]

for (const [name, section, line, fate] of rows) {
  test(`${name}: ${line}`, () => {
    const text = `${section === 'defaults' || section === 'global' ? section : `${section} x`}\n  ${line}\n`
    const prepared = prepareText(text, { environment: { BASE: '/b c' }, ...(line.includes('set-map') ? { sideFiles: [] } : {}) })
    if (typeof fate === 'object' && 'refused' in fate) {
      assert.match(prepared.refusals.map((one) => one.reason).join('\n'), fate.refused)
      const at = prepared.refusals[0]?.at
      assert.equal(text.slice(at?.start, at?.end), line.split(' #')[0])
      assert.equal(startedText(prepared), '')
      return
    }
    assert.deepEqual(prepared.refusals, [])
    // Behind what every started config begins with.
    const lines = startedText(prepared).split('\n').map((one) => one.trim()).filter((one) => one !== '').slice(4)
    const own = lines.filter((one) => !/^(?:timeout |global$|frontend x$|backend x$)/.test(one))
    if (fate === 'left out') assert.deepEqual(own, [])
    else assert.equal(own[0], (fate as { readonly kept: string }).kept)
  })
}

const sections: readonly (readonly [name: string, text: string, fate: 'left out' | RegExp])[] = [
  ['DNS servers', 'resolvers dns\n nameserver a 192.0.2.53:53\n parse-resolv-conf\n', 'left out'],
  ['peers', 'peers mates\n peer a 192.0.2.1:1024\n', 'left out'],
  ['a table that rules may name through peers', 'peers mates\n peer a 192.0.2.1:1024\n table t type ip size 1k\n', /shared by peers/],
  ['mail servers', 'mailers m\n mailer a 192.0.2.1:25\n', 'left out'],
  ['a buffer for logs', 'ring r\n server s 192.0.2.1:514\n', 'left out'],
  ['a log receiver', 'log-forward f\n bind :514\n log 192.0.2.1:514 local0\n', 'left out'],
  ['a program', 'program p\n command /bin/true\n', /programs of a config are never run/],
  ['a FastCGI application', 'fcgi-app php\n docroot /srv\n', /FastCGI/],
  ['an unknown section', 'frobnicate p\n  thing 1\n', /not known/],
  ['a cache', 'cache c\n total-max-size 4\n', 'left out'],
]

for (const [name, text, fate] of sections) {
  test(`section: ${name}`, () => {
    const prepared = prepareText(text)
    if (fate === 'left out') {
      assert.deepEqual(prepared.refusals, [])
      assert.equal(startedText(prepared).trim().split('\n').length, 4)
    } else assert.match(prepared.refusals[0]?.reason ?? '', fate)
  })
}

test('numbers of listeners are those HAProxy gives: a range counts as many as it has ports', () => {
  const lines = startedText(prepareText('frontend f\n bind :80,:81\n bind :90-92\n bind :99 id 4\n bind :100\n')).split('\n').filter((line) => line.includes('bind'))
  assert.deepEqual(lines.map((line) => / id (\d+)/.exec(line)?.[1]), ['1', '2', '3', '4', '6'])
})

test('a rule that accepts connections cannot be moved behind the PROXY header when session rules follow', () => {
  const prepared = prepareText('frontend f\n bind :80\n tcp-request connection accept if { src 192.0.2.1 }\n tcp-request session reject\n')
  assert.match(prepared.refusals[0]?.reason ?? '', /cannot be told apart/)
  assert.deepEqual(prepareText('frontend f\n bind :80\n tcp-request connection accept if { src 192.0.2.1 }\n tcp-request connection reject\n').refusals, [])
})

test('lines of branches that are not taken do not count', () => {
  const prepared = prepareText('.if defined(NEVER)\nglobal\n lua-load /x.lua\n.endif\nfrontend f\n bind :80\n')
  assert.deepEqual(prepared.refusals, [])
  assert.equal(startedText(prepared).includes('lua'), false)
})

test('side files are copied once each, also under several prefixes', () => {
  const prepared = prepareText('frontend f\n acl a path -f /a.lst\n acl b path -f /a.lst\n use_backend %[path,map(/b.map)]\n acl c path -f opt@/gone.lst\n', { sideFiles: ['/a.lst', '/b.map'] })
  assert.deepEqual(prepared.copies, [{ name: 'f0', path: '/a.lst' }, { name: 'f1', path: '/b.map' }, { name: 'f2', path: null }])
})

test('a file that could not be read stops the proof at the line that names it', () => {
  const text = 'frontend f\n acl a path -f /a.lst\n'
  const [refusal] = prepareText(text, { sideFiles: [] }).refusals
  assert.equal(text.slice(refusal?.at?.start, refusal?.at?.end), 'acl a path -f /a.lst')
})
