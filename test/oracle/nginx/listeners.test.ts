import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { defaultRequest } from '#shared/model/request.ts'
import { freePorts, openWorkshop, releasePorts, type Running, type Workshop } from '../haproxy/harness.ts'
import { compileConfig, findNginx, startNginx } from './harness.ts'

const server = findNginx()
const skip = !server.found && process.env['STEELYARD_REQUIRE_BALANCERS'] !== '1' ? `NOT RUN: ${server.reason}` : false
const options = { skip, timeout: 60_000 }

let workshop: Workshop | null = null
let running: Running | null = null
let ports: readonly number[] = []
let config = ''

before(async () => {
  if (skip !== false) return
  workshop = openWorkshop()
  ports = await freePorts(4)
  const [web, first, second, passing] = ports as readonly [number, number, number, number]
  const pem = path.join(workshop.folder, 'all.pem')
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=a.test', '-keyout', `${pem}.key`, '-out', pem], { stdio: 'ignore' })
  const certificate = `ssl_certificate ${pem}; ssl_certificate_key ${pem}.key;`
  config = `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid nginx.pid; error_log stderr emerg;
events { worker_connections 256; }
http {
access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; ${certificate}
server { listen 127.0.0.1:${web} ssl; server_name a.test; return 211; }
server { listen 127.0.0.1:${web} ssl default_server; server_name d.test; return 212; }
server { listen 127.0.0.1:${web}; server_name *.b.test; return 213; }
server { listen 127.0.0.1:${web} ssl; server_name refused.test; ssl_reject_handshake on; return 214; }
server { listen 127.0.0.2:${web} ssl; server_name other.test; ssl_reject_handshake on; return 215; }
server { listen 127.0.0.2:${web} ssl; server_name a.test .b.test ~unk; return 216; }
server { listen 127.0.0.1:${first} ssl; return 221; }
server { listen 127.0.0.1:${second} ssl; return 222; }
}
stream {
upstream one { server 127.0.0.1:${first}; }
upstream two { server 127.0.0.1:${second}; }
map $ssl_preread_server_name $to { hostnames; a.test one; *.b.test two; default two; .c.test nosuch; d.test ""; }
server { listen 127.0.0.1:${passing}; ssl_preread on; proxy_pass $to; }
server { listen 127.0.0.2:${passing}; proxy_pass $to; }
}
`
  running = await startNginx(workshop, config, [{ host: '127.0.0.1', port: web }])
})
after(async () => {
  await running?.stop()
  releasePorts(ports)
  workshop?.dispose()
})

/** Status of one request over TLS; null: no answer. */
function ask(host: string, port: number, sni: string, name: string): Promise<number | null> {
  return new Promise((resolve) => {
    let words = ''
    const socket = tls.connect({ host, port, ...(sni === '' ? {} : { servername: sni }), rejectUnauthorized: false }, () => { socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`) })
    const end = (): void => { resolve(/^HTTP\/1\.1 (\d+)/.exec(words) === null ? null : Number(words.slice(9, 12))) }
    socket.setTimeout(3000, () => { socket.destroy() })
    socket.on('data', (chunk: Buffer) => { words += chunk.toString('latin1') })
    socket.on('close', end)
    socket.on('error', () => undefined)
  })
}

const names = ['a.test', 'A.Test', 'd.test', 'x.b.test', 'b.test', 'x.y.b.test', 'c.test', 'x.c.test', 'unknown.test', '']

test('servers behind TLS are chosen by Host, whatever the server name of the handshake', options, async () => {
  const router = prepareRouter(compileConfig(config).model)
  const [web] = ports as readonly [number]
  let asked = 0
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    for (const sni of ['a.test', 'x.b.test', 'unknown.test', 'refused.test', '']) {
      for (const host of names.filter((name) => name !== '')) {
        const answer = router.route({ ...defaultRequest, listener: `${address}:${web}`, destinationIp: address, scheme: 'https', host, sni: sni === '' ? null : sni }, { explain: false })
        assert.equal(answer.certain, true)
        const status = await ask(address, web, sni, host)
        assert.deepEqual(answer.outcome, status === null ? { action: 'close' } : { action: 'respond', status }, `${address} ${sni} ${host}`)
        asked += 1
      }
    }
  }
  console.log(`TLS servers: asked=${asked}`)
})

test('connections are passed on by the server name of the handshake', options, async () => {
  const router = prepareRouter(compileConfig(config).model)
  const [, , , passing] = ports as readonly [number, number, number, number]
  const expected = new Map<string, number | null>([['stream one', 221], ['stream two', 222]])
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    for (const sni of names) {
      const answer = router.route({ ...defaultRequest, listener: `${address}:${passing}`, destinationIp: address, scheme: 'https', host: 'h.test', sni: sni === '' ? null : sni }, { explain: false })
      const real = await ask(address, passing, sni, 'h.test')
      assert.equal(answer.certain, true)
      if (answer.outcome.action === 'forward') assert.equal(real, expected.get(answer.outcome.pool), `${address} ${sni} ${JSON.stringify(answer.outcome)}`)
      else assert.deepEqual([answer.outcome.action, real], ['close', null], `${address} ${sni} ${JSON.stringify(answer.outcome)}`)
    }
  }
  console.log(`connections passed on: asked=${names.length * 2}`)
})
