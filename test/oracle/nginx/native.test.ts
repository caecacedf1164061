import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { runNative } from '#cli/native.ts'
import { run } from '#test/cli/run-cli.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { findNginx } from './harness.ts'
import { inHttp, loadNginx } from './prove-support.ts'

const server = findNginx()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false
const options = { skip, timeout: 60_000 }
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-nginx-native-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly at: { readonly file: string; readonly line: number }
}

async function native(args: readonly string[], input = ''): Promise<readonly Finding[]> {
  const answer = await run(['check', ...args, '--native', '--format', 'json'], { input })
  assert.equal(answer.err, '')
  assert.ok(!answer.out.includes('steelyard-native-'), 'no temporary name leaks')
  return (JSON.parse(answer.out) as { readonly findings: readonly Finding[] }).findings.filter((one) => one.code.startsWith('native/'))
}

const brief = (findings: readonly Finding[]): readonly (readonly [string, string, number, string])[] => findings.filter((one) => one.code === 'native/nginx').map((one) => [one.severity, path.basename(one.at.file), one.at.line, one.message])

const never = path.join(scratch, 'never')

/** Everything that test mode would open, make, look up or listen on. */
const main = `user nobody-of-that-name;
pid ${never}/nginx.pid;
lock_file ${never}/lock;
error_log ${never}/error.log;
events { }
http {
  access_log ${never}/access.log; access_log syslog:server=log.internal.test;
  proxy_cache_path ${never}/cache keys_zone=c:1m; proxy_temp_path ${never}/temp;
  resolver dns.internal.test valid=5s; set_real_ip_from proxy.internal.test;
  upstream app { server app.internal.test:8080 weight=2; server 192.0.2.9; }
  include conf.d/*.conf;
}
`
const site = `server {
  listen 192.0.2.1:443 ssl http2 reuseport ipv6only=off; server_name a.test;
  ssl_certificate /etc/ssl/never.pem; ssl_certificate_key /etc/ssl/never.key; ssl_dhparam /etc/ssl/never-dh.pem; ssl_stapling on;
  location / { proxy_pass http://app; }
  location /o { proxy_pass https://other.internal.test/o; }
  location /f { fastcgi_pass php.internal.test:9000; }
}
server { server_name c.test; return 204; }
`

function folder(name: string, siteText: string): string {
  const made = path.join(scratch, name)
  mkdirSync(path.join(made, 'conf.d'), { recursive: true })
  mkdirSync(path.join(made, 'sites'), { recursive: true })
  writeFileSync(path.join(made, 'nginx.conf'), main)
  writeFileSync(path.join(made, 'sites/a.conf'), siteText)
  symlinkSync('../sites/a.conf', path.join(made, 'conf.d/a.conf'))
  return made
}

const good = folder('good', site)
const bad = folder('bad', site.replace('return 204;', 'retrn 204;'))

test('a config that nginx takes gets no finding but what was replaced', options, async () => {
  const findings = await native([good])
  assert.deepEqual(brief(findings), [])
  assert.deepEqual(findings.map((one) => one.code), ['native/replaced'])
  for (const words of ['No address is listened on', 'No log is opened', 'stand in a folder of the run', 'Host names are not looked up', 'a self-made one stands for all', 'Whether the user exists']) assert.ok(findings[0]?.message.includes(words), words)
  assert.equal(existsSync(never), false)
})

test('what nginx refuses is a finding at its line of the included file: folder, git, dump and standard input', options, async () => {
  const expected = [['error', 'a.conf', 8, 'unknown directive "retrn"']]
  assert.deepEqual(brief(await native([bad])), expected)
  const git = (...words: readonly string[]): string => execFileSync('git', ['-C', bad, '-c', 'user.name=t', '-c', 'user.email=t@t.test', ...words], { encoding: 'utf8' })
  git('init', '-q')
  rmSync(path.join(bad, 'conf.d/a.conf'))
  writeFileSync(path.join(bad, 'conf.d/a.conf'), site.replace('return 204;', 'retrn 204;'))
  git('add', '.')
  git('commit', '-qm', 'one')
  const before = process.cwd()
  process.chdir(bad)
  try {
    assert.deepEqual(brief(await native(['git:HEAD:nginx.conf'])), expected)
  } finally {
    process.chdir(before)
  }
  const dump = `# configuration file /etc/nginx/nginx.conf:\n${main}\n# configuration file /etc/nginx/conf.d/a.conf:\n${site.replace('return 204;', 'retrn 204;')}`
  const line = dump.split('\n').findIndex((one) => one.includes('retrn')) + 1
  assert.deepEqual(brief(await native(['-', '--dialect', 'nginx'], dump)).map(([severity, , at, message]) => [severity, at, message]), [['error', line, 'unknown directive "retrn"']])
  assert.deepEqual(brief(await native(['-', '--dialect', 'nginx'], 'server {\n  listen 80;\n  location / {\n    proxy_pass http://a.internal.test;\n    proxy_pass http://b;\n  }\n}\n')).map(([, , at, message]) => [at, message]), [[5, '"proxy_pass" directive is duplicate']])
})

for (const [name, http, line, message] of [
  ['an address twice', 'server { listen 8080;\n listen *:8080; }', 4, 'a duplicate listen 8080'], ['two default servers', 'server { listen 80 default_server; }\nserver { listen 80 default_server; }', 4, 'a duplicate default server for 80'],
  ['TLS without a certificate', 'server { listen 443 ssl; }', 3, 'no "ssl_certificate" is defined for the "listen ... ssl" directive'], ['an unknown variable', 'server { return 200 $nothing; }', 1, 'unknown "nothing" variable'],
  ['a group twice', 'upstream a { server b.internal.test; }\nupstream a { server c.internal.test; }', 4, 'duplicate upstream "a"'],
] as const) {
  test(`the words of nginx name what the config names: ${name}`, options, async () => {
    const config = await loadNginx(inHttp(http))
    const found = (await runNative(config)).filter((one) => one.code === 'native/nginx')
    assert.equal(found.length, 1, JSON.stringify(found))
    assert.ok(found[0]?.message.startsWith(message), found[0]?.message)
    assert.equal(config.files[0]?.source.text.slice(0, found[0]?.at.start).split('\n').length, line)
  })
}

for (const [name, text] of [['Lua', 'init_by_lua_block { os.exit() }'], ['JavaScript', 'js_import /x.js;'], ['Perl', 'perl_require x.pl;']] as const) {
  test(`test mode would run ${name}, so it is not asked`, options, async () => {
    const config = await loadNginx(inHttp(`${text}\nserver { listen 80; }`))
    const [only, ...more] = await runNative(config)
    assert.equal(more.length, 0)
    assert.deepEqual([only?.code, only?.severity], ['native/not-run', 'info'])
    assert.equal(config.files[0]?.source.text.slice(only?.at.start, only?.at.end), text)
  })
}

test('a module from elsewhere is not loaded', options, async () => {
  const config = await loadNginx(`load_module ${scratch}/evil.so;\n${inHttp('server { listen 80; }')}`)
  assert.deepEqual((await runNative(config)).map((one) => one.code), ['native/not-run'])
})

test('nginx that is not installed is a remark', options, async () => {
  const config = await loadNginx(inHttp('server { listen 80; }'))
  const { validator } = config.dialect
  assert.ok(validator !== undefined)
  const [only] = await runNative({ ...config, dialect: { ...config.dialect, validator: { ...validator, command: 'steelyard-no-such-nginx' } } })
  assert.deepEqual([only?.code, only?.severity], ['native/not-run', 'info'])
  assert.match(only?.message ?? '', /not installed here/)
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

test('system calls: nothing is connected, bound or written outside the folder of the run', { ...options, skip: skip === false && !hasStrace ? 'NOT RUN: strace is not installed' : skip }, async () => {
  const tools = path.join(scratch, 'tools')
  mkdirSync(tools)
  chmodSync(scratch, 0o755)
  chmodSync(tools, 0o777)
  const log = path.join(tools, 'log')
  const real = spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v nginx'], { encoding: 'utf8' }).stdout.trim()
  writeFileSync(path.join(tools, 'nginx'), `#!/bin/sh\nexec strace -f -qq -e trace=%network,openat,open,creat,mkdir,unlink,chown,execve -o ${log}.$$ ${real} "$@"\n`, { mode: 0o755 })
  const before = process.env['PATH']
  process.env['PATH'] = `${tools}:${before ?? ''}`
  try {
    assert.deepEqual(brief(await native([good])), [])
  } finally {
    process.env['PATH'] = before
  }
  const calls = readdirSync(tools).filter((name) => name.startsWith('log.')).flatMap((name) => readFileSync(path.join(tools, name), 'utf8').split('\n'))
  assert.ok(calls.some((line) => line.includes('bind(')), calls.join('\n'))
  for (const line of calls.filter((one) => /\b(?:bind|connect|sendto|sendmsg)\(/.test(one) && one.includes('sa_family'))) assert.match(line, /sa_family=AF_UNIX, sun_path="l\d+"/, line)
  for (const line of calls.filter((one) => /O_WRONLY|O_RDWR|O_CREAT|\bmkdir\(|\bcreat\(|\bchown\(/.test(one))) assert.match(line, /"(?:[^"]*\/steelyard-native-[^"]*|\/dev\/null)"/, line)
})
