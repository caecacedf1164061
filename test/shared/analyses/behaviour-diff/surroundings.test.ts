import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './support.ts'

/** What rules do not say and what changes answers, or what servers receive, all the same. */
const web = (first: string, rules: string): string => `${first}\nfrontend web\n  mode http\n  bind :80\n${rules}\nbackend site\n  mode http\n  server site-1 10.0.0.1:80\nbackend api\n  mode http\n  server api-1 10.0.0.2:80\n`
const onApi = '  use_backend api if { var(proc.a) -m str x }\n  default_backend site'
const authApi = '  use_backend api if { http_auth(u) }\n  default_backend site'

type Row = readonly [name: string, before: string, after: string, said: readonly string[]]

const unfollowed: readonly Row[] = [
  ['a process variable', web('global\n  set-var proc.a str(x)', onApi), web('global\n  set-var proc.a str(y)', onApi), ['global has set-var proc.a str(y) instead of set-var proc.a str(x)']],
  ['process variables that build on each other, the other way round', web('global\n  set-var proc.a int(1)\n  set-var proc.a int(2)', onApi), web('global\n  set-var proc.a int(2)\n  set-var proc.a int(1)', onApi), ['global has set-var proc.a int(2) at another place among its like']],
  ['a password, which is never shown', web('userlist u\n  user a insecure-password b', authApi), web('userlist u\n  user a insecure-password c', authApi), ['userlist u has another user a insecure-password …']],
  ['a password of the statistics page', web('', '  stats uri /s\n  stats auth a:b\n  default_backend site'), web('', '  stats uri /s\n  stats auth a:c\n  default_backend site'), ['frontend web has another stats auth a:…']],
  ['a refusal of answers', 'default_backend site', 'http-response deny if { status 500 }\ndefault_backend site', ['frontend web has http-response deny if { status 500 }']],
  ['the condition of a refusal of answers', 'acl bad status 500\nhttp-response deny if bad\ndefault_backend site', 'acl bad status 501\nhttp-response deny if bad\ndefault_backend site', ['frontend web has another http-response deny if bad']],
  ['a global keyword that is not known', web('global\n  no-such-thing 1', authApi), web('global\n  no-such-thing 2', authApi), ['global has no-such-thing 2 instead of no-such-thing 1']],
]
for (const [name, before, after, said] of unfollowed) {
  test(`${name} is unknown, with its line`, () => {
    const { diff } = compared(before, after)
    assert.deepEqual(diff.differs, [])
    assert.deepEqual(diff.unknown.map((region) => region.because), said.map((text) => `Not followed: ${text}.`))
    assert(diff.unknown.every((region) => region.at.end > region.at.start), 'every region names its line')
  })
}

const behindRules: readonly Row[] = [
  ['a variable that a rule on answers reads', 'http-request set-var(txn.b) bool(true) if { path /x }\nhttp-response deny if { var(txn.b) -m bool }\ndefault_backend site', 'http-request set-var(txn.b) bool(true) if { path /y }\nhttp-response deny if { var(txn.b) -m bool }\ndefault_backend site', ['The variable txn.b is set to something else, and what reads it behind the rules is not followed.']],
  ['the address of the client', 'http-request set-src hdr(x)\ndefault_backend site', 'http-request set-src hdr(y)\ndefault_backend site', ['Rules set the addresses of the connection to something else, and what servers make of that is not followed.']],
]
for (const [name, before, after, reasons] of behindRules) {
  test(`${name} is unknown where it is set differently`, () => {
    const result = compared(before, after)
    assert.deepEqual(result.summaries, [])
    assert.deepEqual(result.reasons, reasons)
  })
}

const tcp = (rules: string): string => `frontend web\n  mode tcp\n  bind :80\n${rules}\n  default_backend site\nbackend site\n  mode tcp\n  server s 10.0.0.1:80\nbackend api\n  mode tcp\n  server s 10.0.0.2:80\n`
const readCapture = 'use_backend api if { capture.req.hdr(0) a }\ndefault_backend site'
const readBody = 'use_backend api if { req.body -m sub a }\ndefault_backend site'
const firstByte = '  use_backend api if { req.payload(0,1) -m str a }'

/** Equal words that mean something else because what they read is defined elsewhere, and differs. */
const redefined: readonly (readonly [name: string, before: string, after: string])[] = [
  ['a captured header', `capture request header Host len 10\n${readCapture}`, `capture request header X len 10\n${readCapture}`],
  ['the length of a captured header', `capture request header Host len 10\n${readCapture}`, `capture request header Host len 20\n${readCapture}`],
  ['the first of two captured headers', `capture request header A len 10\ncapture request header B len 10\n${readCapture}`, `capture request header C len 10\ncapture request header B len 10\n${readCapture}`],
  ['what a rule captures', `http-request capture hdr(a) len 10\n${readCapture}`, `http-request capture hdr(b) len 10\n${readCapture}`],
  ['when a rule captures', `http-request capture hdr(a) len 10 if { path /a }\n${readCapture}`, `http-request capture hdr(a) len 10 if { path /b }\n${readCapture}`],
  ['waiting for the body', readBody, `http-request wait-for-body time 1s\n${readBody}`],
  ['waiting for the first bytes', tcp(`  tcp-request inspect-delay 5s\n  tcp-request content accept if { req.len gt 5 }\n${firstByte}`), tcp(`  tcp-request content accept if { req.len gt 5 }\n${firstByte}`)],
]
for (const [name, before, after] of redefined) {
  test(`${name} differs: conditions that read it are unknown`, () => {
    const result = compared(before, after)
    assert.deepEqual(result.summaries, [])
    assert(result.reasons.length > 0 && result.reasons.every((reason) => reason.startsWith('Not modelled:')), result.reasons.join('\n'))
    assert.deepEqual(compared(before, before).reasons, [], 'where nothing differs, nothing is unknown')
  })
}

const classes: readonly Row[] = [
  ['the body of an answer', 'http-request return status 200 content-type text/plain string "a" if { path /x }', 'http-request return status 200 content-type text/plain string "b" if { path /x }',
    ['notice policy: Requests for /x are answered with 200 as before, but the answer differs: content-type text/plain string b instead of content-type text/plain string a.']],
  ['a variable inside the body of an answer', 'http-request set-var(txn.a) str(1)\nhttp-request return content-type text/plain lf-string "%[var(txn.a)]" if { path /x }', 'http-request set-var(txn.a) str(2)\nhttp-request return content-type text/plain lf-string "%[var(txn.a)]" if { path /x }',
    ['notice policy: Requests for /x are answered with 200 as before, but the answer differs: content-type text/plain lf-string 2 instead of content-type text/plain lf-string 1.']],
  ['the page of a refusal', 'http-request deny if { path /x }', 'http-request deny content-type text/plain string no if { path /x }', ["notice policy: Requests for /x are denied with 403 as before, but the answer differs: content-type text/plain string no instead of the product's own."]],
  ['the way a connection ends', 'http-request silent-drop if { path /x }', 'http-request reject if { path /x }', ['notice policy: Requests for /x have their connection closed as before, but with reject instead of silent-drop.']],
  ['a refusal that waits', 'http-request tarpit deny_status 403 if { path /x }', 'http-request deny deny_status 403 if { path /x }', ["notice policy: Requests for /x are denied with 403 as before, but the answer differs: the product's own instead of tarpit."]],
  ['the realm of a password', 'http-request auth realm a if { path /x }', 'http-request auth realm b if { path /x }', ['notice policy: Requests for /x are answered with 401 as before, but the answer differs: realm b instead of realm a.']],
  ['a cookie of a redirect', 'http-request redirect location /y set-cookie A=1 if { path /x }', 'http-request redirect location /y set-cookie A=2 if { path /x }', ['notice policy: Requests for /x are redirected (302) to /y as before, but the answer differs: set-cookie A=2 instead of set-cookie A=1.']],
  ['a header that an option adds', 'option forwardfor\ndefault_backend site', 'option forwardfor except 127.0.0.0/8\ndefault_backend site', ['warning policy: Requests through web: option forwardfor is except 127.0.0.0/8 instead of set.']],
  ['a redirect instead of errors', 'default_backend site', 'errorloc 503 http://x/\ndefault_backend site', ['warning policy: Requests through web: errorloc 503 is http://x/ instead of not set.']],
  ['more tries', web('defaults\n  retries 3', '  default_backend site'), web('defaults\n  retries 5', '  default_backend site'), ['notice policy: Requests for pool site: requests that fail are tried 5 more times instead of tried 3 more times.']],
  ['a certificate', 'frontend web\n mode http\n bind :443 ssl crt a.pem strict-sni\n default_backend site\n', 'frontend web\n mode http\n bind :443 ssl crt b.pem strict-sni\n default_backend site\n', ['warning policy: Requests through web: certificate file is b.pem instead of a.pem.']],
  ['a target that starts with an asterisk', 'use_backend api if { url_beg *x }', 'use_backend img if { url_beg *x }', ['critical misroute: Requests where request target starts with *x go to pool img instead of api.']],
  ['a URL with another scheme', 'use_backend api if { url_beg ftp://a.example/ }', 'use_backend img if { url_beg ftp://a.example/ }', ['critical misroute: Requests where request target starts with ftp://a.example/ go to pool img instead of api.']],
  ['a URL without a path', 'use_backend api if { url http://a.example }', 'use_backend img if { url http://a.example }', ['critical misroute: Requests where request target is http://a.example go to pool img instead of api.']],
]
for (const [name, before, after, summaries] of classes) {
  test(`${name} is a class`, () => {
    const result = compared(before, after)
    assert.deepEqual(result.summaries, summaries)
    assert.deepEqual(result.reasons, [])
  })
}

const nothing: readonly (readonly [name: string, before: string, after: string])[] = [
  ['a condition of a rule on answers with another name', 'acl bad status 500\nhttp-response deny if bad\ndefault_backend site', 'acl worse status 500\nhttp-response deny if worse\ndefault_backend site'],
  ['users in another order', web('userlist u\n  user a insecure-password b\n  user c insecure-password d', authApi), web('userlist u\n  user c insecure-password d\n  user a insecure-password b', authApi)],
  ['logs, limits and timeouts', web('global\n  maxconn 10\n  log 127.0.0.1 local0', '  maxconn 5\n  timeout client 3s\n  default_backend site'), web('global\n  maxconn 20\n  nbthread 2', '  option httplog\n  log global\n  maxconn 7\n  timeout client 4s\n  default_backend site')],
  ['an option that is switched off where it never was on', 'default_backend site', 'no option forwardfor\ndefault_backend site'],
  ['a variable that nothing reads behind the rules', 'http-request set-var(txn.b) str(x)\ndefault_backend site', 'http-request set-var(txn.b) str(y)\ndefault_backend site'],
  ['a variable that only prepares rules on answers', 'http-response set-var(txn.r) str(a)\ndefault_backend site', 'http-response set-var(txn.r) str(b)\ndefault_backend site'],
]
for (const [name, before, after] of nothing) {
  test(`${name} is no change`, () => {
    const result = compared(before, after)
    assert.deepEqual([result.summaries, result.reasons], [[], []])
  })
}

const inherited = (defaults: string, backends: string): string => `defaults\n  mode http\n${defaults}\nfrontend web\n  bind :80\n  use_backend api if { path /a }\n  use_backend img if { path /i }\n  default_backend site\n${['site', 'api', 'img'].map((name) => `backend ${name}\n${backends}\n  server s 10.0.0.1:80\n`).join('')}`

test('a setting that every listener and pool inherits is told once, with the line that says it', () => {
  const before = inherited('  option forwardfor', '')
  const after = inherited('  option forwardfor except 10.0.0.0/8', '')
  const { summaries, diff } = compared(before, after)
  assert.deepEqual(summaries, ['warning policy: Requests through web: option forwardfor is except 10.0.0.0/8 instead of set.'])
  assert.deepEqual(diff.differs.map((one) => [one.cause.before.map((at) => before.slice(at.start, at.end)), one.cause.after.map((at) => after.slice(at.start, at.end))]), [[['option forwardfor'], ['option forwardfor except 10.0.0.0/8']]])
})

test('pools that differ in the same way are one class that counts and lists them', () => {
  const { summaries, diff } = compared(inherited('', ''), inherited('', '  option prefer-last-server'))
  assert.deepEqual(summaries, ['notice policy: Requests for 3 pools (site, api and img): option prefer-last-server is set instead of not set.'])
  assert.deepEqual(diff.differs.map((one) => [one.count, one.members.map((member) => member.when)]), [[3, ['site', 'api', 'img'].map((pool) => `the request goes to pool ${pool}`)]])
})

test('listeners that differ in the same way are one class that counts and lists them', () => {
  const two = (line: string): string => ['web', 'admin'].map((name, index) => `frontend ${name}\n  mode http\n  bind :${80 + index}\n${line}\n  default_backend site\n`).join('') + 'backend site\n  mode http\n  server s 10.0.0.1:80\n'
  const { summaries, diff } = compared(two(''), two('  option originalto'))
  assert.deepEqual(summaries, ['warning policy: Requests through 2 listeners (web and admin): option originalto is set instead of not set.'])
  assert.deepEqual(diff.differs.map((one) => [one.count, one.members.map((member) => member.witness.listener)]), [[2, [':80', ':81']]])
})

const spread = (how: string, servers: readonly number[]): string => `frontend web\n  mode http\n  bind :80\n  default_backend site\nbackend site\n  mode http\n  ${how}\n${servers.map((one) => `  server s${one} 10.0.0.${one}:80\n`).join('')}`

for (const how of ['balance source', 'balance hdr(x)', 'balance source\n  hash-type consistent']) {
  test(`servers in another order under ${how.replace(/\s+/g, ' ')} get other keys`, () => {
    assert.deepEqual(compared(spread(how, [1, 2]), spread(how, [2, 1])).summaries, ['warning policy: Requests for pool site: servers stand at other places, so most requests with the same key get another server.'])
  })
}
for (const how of ['balance roundrobin', 'balance random', 'balance leastconn', 'cookie S insert']) {
  test(`servers in another order under ${how} are no change`, () => {
    assert.deepEqual(compared(spread(how, [1, 2]), spread(how, [2, 1])).summaries, [])
  })
}
