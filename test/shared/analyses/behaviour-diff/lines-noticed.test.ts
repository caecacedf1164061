import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

/**
 * Each of these lines, put into a small config or taken out of it, changes what some request meets: the answer may say
 * that requests differ, or that it cannot tell and which line is the reason. It must never say that nothing differs.
 */
const bearing: Readonly<Record<string, readonly string[]>> = {
  global: [
    'default-path parent', 'tune.bufsize 16384', 'tune.http.maxhdr 50', 'tune.vars.txn-max-size 100', 'set-var proc.x str(a)', 'set-var-fmt proc.x "a"', 'ssl-default-bind-options ssl-min-ver TLSv1.2', 'ssl-server-verify none', 'server-state-file /x',
    'h1-case-adjust a A', 'noreuseport', 'lua-load /x.lua',
  ],
  'userlist other': ['user tiger password $6$abc', 'group g users tiger'],
  'resolvers r': ['nameserver a 10.0.0.1:53', 'hold valid 10s'],
  'peers p': ['peer a 10.0.0.1:10000'],
  'http-errors e': ['errorfile 503 /x'],
  'cache c': ['max-age 10'],
  defaults: ['option forwardfor', 'errorfile 503 /x', 'errorloc302 503 http://a/', 'retries 4', 'option redispatch 2', 'source 10.0.0.1'],
  frontend: [
    'option forwardfor header X-A', 'option originalto', 'option http-restrict-req-hdr-names delete', 'option accept-invalid-http-request', 'option http-buffer-request', 'errorfile 503 /x', 'errorfiles e', 'http-error status 503 content-type text/plain string a',
    'monitor-uri /m', 'monitor-net 10.0.0.0/8', 'unique-id-header X-U', 'stats uri /s', 'stats auth a:b', 'stats admin if TRUE', 'http-response set-status 500', 'http-response return status 200', 'http-response redirect location /a', 'http-response deny if { status 500 }',
    'http-response silent-drop', 'http-response lua.x', 'http-response set-map(/m) %[src] a', 'http-after-response set-status 500', 'tcp-response content reject if { src 10.0.0.1 }', 'http-request set-map(/m) %[path] %[path]', 'http-request do-resolve(txn.a,r) hdr(host)',
    'http-request cache-use c', 'http-request lua.x', 'http-request use-service lua.x', 'http-request use-service prometheus-exporter if { path /m }', 'http-request send-spoe-group a b', 'http-request normalize-uri path-merge-slashes', 'http-request set-src hdr(x)',
    'http-request set-dst-port int(81)', 'http-request set-method PUT', 'http-request set-uri /a', 'http-request replace-pathq /a(.*) /b\\1', 'http-request replace-value x ^a b', 'http-request tarpit if { path /x }', 'http-request auth realm a if { path /x }',
    'tcp-request connection expect-proxy layer4', 'tcp-request connection set-src src,ipmask(24)', 'tcp-request connection reject if { src 10.0.0.1 }', 'tcp-request content reject if { src 10.0.0.1 }', 'tcp-request session reject if { src 10.0.0.1 }', 'filter spoe engine a config /x', 'filter cache c',
    'disabled', 'bind :81 accept-proxy', 'bind :82 interface eth0', 'bind :83 v6only', 'redirect scheme https', 'use_backend api if { rand(100) lt 5 }', 'use_backend api if { nbsrv(site) lt 1 }',
  ],
  backend: [
    'option forwardfor', 'option prefer-last-server', 'option persist', 'option transparent', 'dynamic-cookie-key a', 'cookie SRV insert', 'cookie SRV insert dynamic', 'stick-table type ip size 1m expire 30m', 'stick on src', 'stick store-response src', 'force-persist if { path /x }',
    'ignore-persist if { path /x }', 'http-send-name-header X-S', 'dispatch 10.0.0.9:80', 'load-server-state-from-file global', 'server-state-file-name x', 'use-server s1 if { path /x }', 'balance source', 'balance hdr(x)', 'balance url_param a', 'balance random', 'balance first',
    'retry-on all-retryable-errors', 'external-check command /x', 'option external-check', 'tcp-check connect port 90', 'option httpchk GET /', 'http-check send-state', 'http-check disable-on-404', 'server s3 10.0.0.3:80', 'server s3 10.0.0.3:80 backup', 'server-template t 3 10.0.0.3:80',
    'http-request deny if { path /y }', 'http-request set-header X-A b', 'tcp-request content reject if { src 10.0.0.1 }', 'http-response deny if { status 500 }',
  ],
}

/** Options of a server: each changes what its requests meet. */
const serverOptions: readonly string[] = [
  'weight 5', 'sni str(x)', 'ssl verify none', 'ssl verify required ca-file x', 'send-proxy', 'send-proxy-v2', 'redir http://a', 'source 10.0.0.1', 'proto h2', 'disabled', 'backup', 'maxconn 1', 'slowstart 10s', 'track s2', 'namespace x', 'socks4 10.0.0.1:1080', 'check port 90',
  'on-error mark-down observe layer7', 'cookie c', 'id 7', 'resolvers r', 'init-addr none', 'alpn h2', 'ws h1', 'hash-key addr', 'set-proxy-v2-tlv-fmt(0x20) %[path]',
]

/** Lines that change no request: logs, limits, statistics, speed, headers of answers. */
const inert: Readonly<Record<string, readonly string[]>> = {
  global: ['maxconn 100', 'nbthread 2', 'log 127.0.0.1 local0', 'stats socket /x', 'user haproxy', 'daemon', 'tune.comp.maxlevel 2'],
  defaults: ['timeout tunnel 10s', 'timeout client 5s', 'log global', 'option httplog', 'option dontlognull', 'maxconn 10'],
  frontend: [
    'capture request header Host len 10', 'http-request capture hdr(host) len 10', 'log-format %ci', 'compression algo gzip', 'filter compression', 'rate-limit sessions 10', 'http-request set-nice 1', 'http-request set-timeout server 10s', 'http-request wait-for-body time 10s',
    'http-request set-log-level silent', 'http-request track-sc0 src', 'http-response set-header A b', 'http-response del-header Server', 'http-after-response set-header A b', 'tcp-request inspect-delay 5s', 'http-request set-var(txn.unread) str(a)', 'http-response set-var(txn.unread) str(a)',
    'acl unused path /a', 'description x',
  ],
  backend: ['fullconn 100', 'http-reuse always', 'timeout server 5s', 'option http-server-close', 'hash-balance-factor 150', 'http-check expect status 200'],
  'mailers m': ['mailer a 10.0.0.1:25'],
  'ring l': ['size 100000'],
}

const config = (section: string, line: string, option = ''): string => {
  const put = (kind: string): string => (section === kind && line !== '' ? `  ${line}\n` : '')
  const proxies = ['global', 'defaults', 'frontend', 'backend']
  return [
    `global\n${put('global')}userlist ul\n  user x insecure-password y\n${proxies.includes(section) || section === '' ? '' : `${section}\n${line === '' ? '' : `  ${line}\n`}`}`,
    `defaults\n  mode http\n${put('defaults')}frontend web\n  bind :80\n${put('frontend')}  default_backend site\n`,
    `backend site\n  server s1 10.0.0.1:80 check cookie a ${option}\n  server s2 10.0.0.2:80 check cookie b\n${put('backend')}backend api\n  server a1 10.0.1.1:80\n`,
  ].join('')
}

/** What the comparison says. */
function said(before: string, after: string): readonly string[] {
  const [one, other] = [before, after].map((text) => {
    const { model, diagnostics } = compileConfig(text, new Map())
    // What would not start says nothing about being noticed.
    assert.deepEqual(diagnostics.filter((each) => each.severity === 'error').map((each) => each.message), [], text)
    return model
  }) as [RoutingModel, RoutingModel]
  const { diff } = compareBehaviour(one, other, {
    judge: { before: (request) => routeRequest(one, request), after: (request) => routeRequest(other, request) },
    changedPools: diffTopology(one, other).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
  })
  return [...diff.differs.map((one) => one.summary), ...diff.unknown.map((region) => region.because)]
}

for (const [section, lines] of Object.entries(bearing)) {
  test(`every line of ${section} that bears on requests is noticed when it comes and when it goes`, () => {
    for (const line of lines) {
      assert.notDeepEqual(said(config(section, ''), config(section, line)), [], `new: ${line}`)
      assert.notDeepEqual(said(config(section, line), config(section, '')), [], `gone: ${line}`)
    }
  })
}

test('every option of a server that bears on its requests is noticed when it comes and when it goes', () => {
  for (const option of serverOptions) {
    assert.notDeepEqual(said(config('', ''), config('', '', option)), [], `new: ${option}`)
    assert.notDeepEqual(said(config('', '', option), config('', '')), [], `gone: ${option}`)
  }
})

for (const [section, lines] of Object.entries(inert)) {
  test(`no line of ${section} that no request notices is called a change`, () => {
    for (const line of lines) assert.deepEqual(said(config(section, ''), config(section, line)), [], line)
  })
}
