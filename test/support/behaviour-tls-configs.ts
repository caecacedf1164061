import { defaultRequest } from '#shared/model/request.ts'
import type { Random } from '#test/oracle/haproxy/random.ts'
import { smallHosts, smallPaths, smallPools, smallSources, type SmallConfig, type SmallOptions } from './behaviour-configs.ts'
import type { SentRequest } from './boundary-requests.ts'

const names = ['a.test', 'b.test', 'www.a.test'] as const

/** A test of what a TLS handshake shows, before it is ended or after. */
function handshakeTest(random: Random, ends: boolean): string {
  const flag = random.chance(0.5) ? '-i ' : ''
  const fetch = ends ? 'ssl_fc_sni' : 'req_ssl_sni'
  switch (random.int(8)) {
    case 0: case 1: case 2: return `${fetch} ${flag}${random.some(names, 1 + random.int(2)).join(' ')}`
    case 3: return `${fetch} -m ${random.pick(['end', 'beg', 'sub', 'dom'])} ${flag}${random.pick(['.test', 'a', 'www.', 'a.test'])}`
    case 4: return ends ? random.pick(['ssl_fc_has_sni', 'ssl_fc_alpn h2', 'ssl_fc', 'ssl_fc_alpn -m found']) : random.pick(['req.ssl_alpn h2', 'req_ssl_sni -m found', 'req_ssl_hello_type 1'])
    case 5: return `src ${random.pick(smallSources)}`
    case 6: return ends ? `hdr(host) ${flag}${random.pick(smallHosts)}` : `${fetch} ${flag}${random.pick(names)}`
    default: return ends ? `path_beg ${flag}${random.pick(smallPaths)}` : `${fetch},lower ${random.pick(names)}`
  }
}

/** A config that passes TLS through by server name, or ends it. */
export function tlsConfig(random: Random, { bindHost, bindPorts, stubPorts }: SmallOptions): SmallConfig {
  const ends = random.chance(0.5)
  const condition = (): string => `${random.chance(0.12) ? 'unless' : 'if'} ${random.chance(0.15) ? '!' : ''}{ ${handshakeTest(random, ends)} }${random.chance(0.3) ? ` { ${handshakeTest(random, ends)} }` : ''}${random.chance(0.2) ? ` or { ${handshakeTest(random, ends)} }` : ''}`
  const lines = ['global', '  maxconn 200', 'defaults', `  mode ${ends ? 'http' : 'tcp'}`, '  timeout connect 2s', 'frontend web', `  bind ${bindHost}:${bindPorts[0]}${ends ? ' ssl crt /cert.pem alpn h2,http/1.1' : ''}`]
  if (!ends) lines.push('  tcp-request inspect-delay 5s', ...(random.chance(0.4) ? [`  tcp-request content reject ${condition()}`] : []), '  tcp-request content accept if { req_ssl_hello_type 1 }')
  for (let rules = 2 + random.int(5); rules > 0; rules -= 1) lines.push(ends && random.chance(0.2) ? `  http-request ${random.pick(['deny', 'redirect location /new', 'set-path /new%[path]'])} ${condition()}` : `  use_backend ${random.pick(smallPools)} ${condition()}`)
  if (random.chance(0.8)) lines.push(`  default_backend ${random.pick(smallPools)}`)
  for (const [index, pool] of smallPools.entries()) lines.push(`backend ${pool}`, `  server s1 127.0.0.1:${stubPorts[2 * index] ?? 1}`, `  server s2 127.0.0.1:${stubPorts[2 * index + 1] ?? 1}`)
  return { lines, sideFiles: new Map() }
}

export function isTls({ lines }: SmallConfig): boolean {
  return lines.some((line) => line === '  mode tcp' || line.includes(' ssl crt '))
}

/** Handshakes and requests around the names of `tlsConfig`. */
export function handshakes(random: Random, config: SmallConfig, bindHost: string, port: number, count: number): readonly SentRequest[] {
  const ends = config.lines.some((line) => line.includes(' ssl crt '))
  return Array.from({ length: count }, (): SentRequest => {
    const tls = ends || random.chance(0.8)
    const sni = tls ? random.pick([null, 'a.test', 'A.test', 'b.test', 'www.a.test', 'wwwxa.test', 'a.testx', 'xa.test', 'a.tes', 'test', 'a']) : null
    const input = {
      ...defaultRequest, listener: `${bindHost}:${port}`, scheme: tls ? 'https' as const : 'http' as const, sni, alpn: tls ? random.pick([[], ['h2'], ['http/1.1'], ['http/1.1', 'h2'], ['spdy']]) : [],
      host: random.pick([...smallHosts, 'any.example']), path: random.pick([...smallPaths, '/']), sourceIp: random.pick(['127.0.0.1', '127.0.0.2', '127.0.0.4', '10.1.1.1', '203.0.113.7']),
    }
    return { input, port }
  })
}
