import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { toPair } from '#shared/backend/pairs.ts'
import { provePair } from '#shared/backend/prove.ts'
import { balancersRequired } from '../haproxy/harness.ts'
import { isOurs, ports, prove, request, witness } from '../haproxy/prove-support.ts'
import { findNginx } from './harness.ts'
import { loadNginx } from './prove-support.ts'

const server = findNginx()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : process.platform === 'linux' ? false : 'NOT RUN: these tests look into /proc'
const options = { skip, timeout: 150_000 }
const prefix = 'steelyard-prove-'

/** A config that reaches out in every way it can without running anything. */
const talkative = `user nobody; daemon on; pid /tmp/never.pid; error_log /tmp/never-error.log; worker_processes 2;
load_module modules/ngx_stream_module.so;
events { worker_connections 64; }
http {
  access_log /tmp/never-access.log; error_log syslog:server=192.0.2.250:514 debug;
  access_log syslog:server=log.internal.test;
  resolver 192.0.2.53 8.8.8.8 valid=1s;
  proxy_cache_path /tmp/never-cache keys_zone=c:1m; proxy_temp_path /tmp/never-temp; client_body_temp_path /tmp/never-body;
  proxy_bind 192.0.2.9; proxy_store /tmp/never-store$uri;
  set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For;
  ssl_stapling on; ssl_stapling_responder http://ocsp.internal.test/;
  map $arg_to $to { default app; a 192.0.2.7:80; b metadata.internal.test; }
  upstream app { server app.internal.test:8080; server 192.0.2.2:80 backup; }
  server {
    listen 80; listen unix:/tmp/never.sock; listen 192.0.2.1:443 ssl; server_name a.test;
    ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.key;
    root /etc; mirror /mirror;
    location / { proxy_pass http://app; }
    location /by/ { proxy_pass http://$to$request_uri; }
    location /host/ { proxy_pass http://$host:8080$request_uri; }
    location /any { set $any http://192.0.2.66/; proxy_pass $any; }
    location = /mirror { internal; proxy_pass https://mirror.internal.test; }
    location /php { fastcgi_pass 192.0.2.12:9000; }
    location /files { alias /etc/; }
    location /put { dav_methods PUT; }
  }
}
stream { server { listen 5432; proxy_pass db.internal.test:5432; } }
mail { auth_http 192.0.2.3/auth; server { listen 25; protocol smtp; } }
`

const asked = ['/', '/by/?to=a', '/by/?to=b', '/by/?to=c', '/host/', '/any', '/php', '/files/passwd', '/put', '/mirror'].map((where) => request({ path: where }))
const never = ['pid', '-error.log', '-access.log', '-cache', '-temp', '-body', '-store'].map((name) => `/tmp/never${name.startsWith('-') ? name : `.${name}`}`).concat('/tmp/never.sock')

test('the started nginx has no network, no rights, and nothing open but sockets in its folder', options, async () => {
  const config = await loadNginx(talkative)
  const seen = new Set(readdirSync('/proc'))
  const looks: { readonly devices: string; readonly sockets: string; readonly uid: string; readonly files: readonly string[] }[] = []
  const look = (): boolean => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !seen.has(name))) {
      try {
        const folder = readlinkSync(`/proc/${pid}/cwd`)
        if (!path.basename(folder).startsWith(prefix) || readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'nginx' || !isOurs(pid)) continue
        const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
        looks.push({
          devices: read('net/dev').split('\n').slice(2).map((line) => line.split(':')[0]?.trim() ?? '').filter((name) => name !== '').join(' '),
          sockets: ['tcp', 'tcp6', 'udp', 'udp6'].map((kind) => read(`net/${kind}`).trim().split('\n').slice(1).join('')).join(''),
          uid: /^Uid:\s+(\d+)/m.exec(read('status'))?.[1] ?? '', files: readdirSync(folder),
        })
      } catch {
        // It has ended meanwhile, or belongs to somebody else.
        continue
      }
    }
    return false
  }
  const answer = await provePair(ports, toPair(config, config), asked.map((one) => witness(config, config, one.path, one)), { cancelled: look })
  assert.ok(answer.ok)
  assert.equal(answer.value.witnesses.filter((one) => one.agrees === false).length, 0, JSON.stringify(answer.value.witnesses))
  assert.ok(answer.value.witnesses.filter((one) => one.agrees === true).length >= 4, JSON.stringify(answer.value))
  assert.ok(looks.length > 0, 'the process was seen')
  const isolated = answer.value.replaced.some((one) => one.includes('network namespace of its own, which has no way out'))
  for (const one of looks) {
    assert.notEqual(one.uid, '0')
    if (isolated) assert.deepEqual([one.devices, one.sockets], ['lo', ''])
  }
  // A look may fall between two sockets while one of the two servers starts or ends: what was seen at any time counts.
  assert.deepEqual([...new Set(looks.flatMap((one) => one.files.filter((name) => name.startsWith('l'))))].sort(), ['l0', 'l1', 'l2', 'lr'])
  for (const name of never) assert.equal(existsSync(name), false, name)
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

test('system calls: everything that is bound or connected is a socket in the folder, and no file outside is written', { ...options, skip: skip === false && !hasStrace ? 'NOT RUN: strace is not installed' : skip }, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steelyard-strace-'))
  const log = path.join(folder, 'log')
  const real = spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v nginx'], { encoding: 'utf8' }).stdout.trim()
  chmodSync(folder, 0o777)
  writeFileSync(path.join(folder, 'nginx'), `#!/bin/sh\nexec strace -f -qq -e trace=%network,openat,open,creat,mkdir,execve -o ${log}.$$ ${real} "$@"\n`, { mode: 0o755 })
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before ?? ''}`
  try {
    const config = await loadNginx(talkative)
    const report = await prove(config, config, asked.map((one) => witness(config, config, one.path, one)))
    assert.ok(report.witnesses.some((one) => one.agrees === true), report.sentence)
    const calls = readdirSync(folder).filter((name) => name.startsWith('log.')).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    const addressed = calls.filter((line) => /\b(?:bind|connect|sendto|sendmsg)\(/.test(line) && /sa_family/.test(line))
    assert.ok(addressed.some((line) => line.includes('bind(')) && addressed.some((line) => line.includes('connect(')), calls.join('\n'))
    for (const line of addressed) assert.match(line, /sa_family=AF_UNIX, sun_path="[ls](?:\d+|r|u)"/, line)
    assert.equal(calls.filter((line) => /\bexecve\(/.test(line)).length, calls.filter((line) => line.includes(`execve("${real}"`)).length)
    // What is written or made stands in the folder of the run, which is the working directory.
    for (const line of calls.filter((one) => /\b(?:openat|open|creat|mkdir)\(/.test(one) && /O_WRONLY|O_RDWR|O_CREAT|mkdir\(/.test(one))) assert.match(line, /"(?:\.\/|\/dev\/null)/, line)
    for (const line of calls.filter((one) => one.includes('/etc/passwd'))) assert.fail(line)
  } finally {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true, force: true })
  }
})
