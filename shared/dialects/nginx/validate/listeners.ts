import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { hasOption, listenAddress } from '../listen.ts'
import { nginxSupport } from '../support.ts'
import type { Directive } from '../tree.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'

interface Listener {
  /** Null: the server names no address, and listens on port 80. */
  readonly listen: Directive | null
  readonly server: Level
}

/** Addresses that nginx refuses: malformed, claimed twice, two default servers, TLS without a certificate. Source: N-SRV-6, N-STR-2, N-TLS-3. */
export function checkListeners(levels: readonly Level[], findings: Diagnostic[]): void {
  const http = new Map<string, Listener[]>()
  const stream = new Map<string, Listener[]>()
  const named = new Set<Level>()
  for (const level of levels) {
    if (level.context !== 'server' && level.context !== 'stream server') continue
    const isStream = level.context === 'stream server'
    let listens = 0
    for (const listen of level.directives) {
      const [address] = listen.args
      if (listen.name.value !== 'listen' || address === undefined) continue
      listens += 1
      checkOptions(listen, findings)
      const parsed = listenAddress(address.value)
      if (parsed === null) refuse(findings, { code: 'nginx/listen-address', why: `'${address.value}' is no address to listen on`, at: address.span, names: [address.value] })
      else remember(isStream ? stream : http, `${parsed.key}${hasOption(listen, 'udp') ? '/udp' : ''}${hasOption(listen, 'quic') ? '/quic' : ''}`, { listen, server: level })
    }
    if (isStream) checkStreamServer(level, listens, findings)
    else if (listens === 0) remember(http, '0.0.0.0:80', { listen: null, server: level })
  }
  for (const listeners of http.values()) {
    reportTwice(listeners, findings)
    reportDefaults(listeners, findings)
    reportTls(listeners, findings)
    if (listeners.length > 1) for (const { server } of listeners) named.add(server)
  }
  for (const listeners of stream.values()) {
    reportStream(listeners, findings)
    reportTls(listeners, findings)
  }
  for (const server of named) reportNames(server, findings)
}

function remember(map: Map<string, Listener[]>, key: string, one: Listener): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [one])
  else known.push(one)
}

function checkOptions(listen: Directive, findings: Diagnostic[]): void {
  for (const option of listen.args.slice(1)) {
    const key = option.value.split('=')[0] ?? ''
    if (nginxSupport.entries.has(`listen-option ${key}`)) continue
    refuse(findings, { code: 'nginx/listen-option', why: `'${option.value}' is no option of listen`, at: option.span, names: [option.value] })
  }
}

function reportTwice(listeners: readonly Listener[], findings: Diagnostic[]): void {
  const first = new Map<Level, Directive>()
  for (const { listen, server } of listeners) {
    if (listen === null) continue
    const earlier = first.get(server)
    if (earlier === undefined) first.set(server, listen)
    else twice(listen, earlier, `the server listens on '${listen.args[0]?.value ?? ''}' twice`, findings)
  }
}

function twice(listen: Directive, earlier: Directive, why: string, findings: Diagnostic[]): void {
  refuse(findings, { code: 'nginx/duplicate-listen', why, at: listen.span, names: [listen.args[0]?.value ?? ''], source: 'N-STR-2', related: [{ at: earlier.span, message: 'First listen' }] })
}

/** Names are only looked up, and looked at, where an address has more than one server. */
function reportNames(server: Level, findings: Diagnostic[]): void {
  for (const directive of server.directives) {
    if (directive.name.value !== 'server_name') continue
    for (const { value, span } of directive.args) {
      if (value.startsWith('~') || isPlainName(value)) continue
      refuse(findings, { code: 'nginx/server-name', why: `'${value}' is no name of a server: a wildcard must be the whole first or last label, as in *.example.com or www.example.*`, at: span, names: [value], source: 'N-SRV-8' })
    }
  }
}

function isPlainName(name: string): boolean {
  if (name.includes('..')) return false
  const stars = name.split('*').length - 1
  if (stars === 0) return true
  return stars === 1 && !name.startsWith('.') && (name.startsWith('*.') || (name.endsWith('.*') && name.length > 2))
}

function isDefault(listen: Directive | null): boolean {
  if (listen === null) return false
  return hasOption(listen, 'default_server') || hasOption(listen, 'default')
}

function reportDefaults(listeners: readonly Listener[], findings: Diagnostic[]): void {
  const [first, ...others] = listeners.filter(({ listen }) => isDefault(listen))
  for (const { listen } of others) {
    if (listen === null) continue
    refuse(findings, {
      code: 'nginx/duplicate-default-server', why: `two servers are the default server of ${listen.args[0]?.value ?? ''}`, at: listen.span, names: [listen.args[0]?.value ?? ''], source: 'N-SRV-6',
      related: first?.listen === undefined || first.listen === null ? [] : [{ at: first.listen.span, message: 'First default server' }],
    })
  }
}

/** The first setting of `name` in the server or around it. */
function setting(server: Level, name: string): Directive | null {
  for (let level: Level | null = server; level !== null; level = level.outer) {
    const found = level.directives.find((directive) => directive.name.value === name)
    if (found !== undefined) return found
  }
  return null
}

/** TLS on an address needs a certificate in its default server; one that refuses handshakes leaves that to all the others. */
function reportTls(listeners: readonly Listener[], findings: Diagnostic[]): void {
  if (!listeners.some(({ listen }) => listen !== null && hasOption(listen, 'ssl'))) return
  const main = (listeners.find(({ listen }) => isDefault(listen)) ?? listeners[0]) as Listener
  const rejects = (server: Level): boolean => setting(server, 'ssl_reject_handshake')?.args[0]?.value.toLowerCase() === 'on'
  const asked = setting(main.server, 'ssl_certificate') !== null ? [] : rejects(main.server) ? listeners : [main]
  for (const { listen, server } of asked) {
    const at = server.owner?.name.span
    if (at === undefined || setting(server, 'ssl_certificate') !== null || rejects(server)) continue
    refuse(findings, { code: 'nginx/certificate-missing', why: `the server has TLS on ${listen?.args[0]?.value ?? 'port 80'}, and no ssl_certificate`, at, names: [listen?.args[0]?.value ?? ''], source: 'N-TLS-3', related: listen === null ? [] : [{ at: listen.span, message: 'This address speaks TLS' }] })
  }
}

function checkStreamServer(level: Level, listens: number, findings: Diagnostic[]): void {
  const at = level.owner?.name.span
  if (at === undefined) return
  if (listens === 0) refuse(findings, { code: 'nginx/listen-missing', why: 'a server of stream must have a listen', at, names: [] })
  const handlers = new Set(['proxy_pass', 'return', 'pass', 'js_preread', 'content_by_lua_block', 'content_by_lua_file'])
  if (!level.directives.some((directive) => handlers.has(directive.name.value))) refuse(findings, { code: 'nginx/handler-missing', why: 'a server of stream must have a proxy_pass or a return', at, names: [] })
}

/** Up to 1.25.4 an address of stream has one server; from 1.25.5 on there are names. */
function reportStream(listeners: readonly Listener[], findings: Diagnostic[]): void {
  if (listeners.some(({ server }) => server.directives.some((directive) => directive.name.value === 'server_name'))) return
  const [first, ...others] = listeners
  for (const { listen } of others) if (listen !== null && first?.listen !== undefined && first.listen !== null) twice(listen, first.listen, `two servers of stream listen on ${listen.args[0]?.value ?? ''}`, findings)
}
