import type { ListenAddress, Listener, ListenerConflict, ListenerTls } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { addGap, lineSpanOf, refuse, report, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { expandServerAddress } from './server-addresses.ts'
import { readEntries } from './tables.ts'
import { parseAddress, parseInteger } from './values.ts'

/** One `bind` line. */
export interface BindDraft {
  readonly text: string
  readonly addresses: readonly ListenAddress[]
  readonly name: string | null
  readonly number: number | null
  readonly tls: ListenerTls | null
  readonly acceptProxy: boolean
  readonly settings: Readonly<Record<string, string>>
  readonly origin: Span
}

const flags = new Set([
  'accept-proxy', 'allow-0rtt', 'defer-accept', 'expose-fd', 'force-sslv3', 'force-tlsv10', 'force-tlsv11', 'force-tlsv12', 'force-tlsv13', 'force-strict-sni', 'generate-certificates',
  'no-ca-names', 'no-sslv3', 'no-strict-sni', 'no-tls-tickets', 'no-tlsv10', 'no-tlsv11', 'no-tlsv12', 'no-tlsv13', 'prefer-client-ciphers', 'quic-force-retry', 'ssl',
  'strict-sni', 'tfo', 'tls-tickets', 'transparent', 'v4v6', 'v6only', 'no-alpn', 'default-crt-none', 'ktls',
])

const valued = new Set([
  'accept-netscaler-cip', 'alpn', 'backlog', 'ca-file', 'ca-ignore-err', 'ca-sign-file', 'ca-sign-pass', 'ca-verify-file', 'ciphers', 'ciphersuites', 'client-sigalgs', 'crl-file', 'crt', 'crt-ignore-err',
  'crt-list', 'curves', 'default-crt', 'ech', 'ecdhe', 'gid', 'group', 'guid-prefix', 'id', 'idle-ping', 'interface', 'label', 'level', 'maxconn', 'mode', 'mss', 'name', 'namespace', 'nbconn', 'nice', 'npn',
  'ocsp-update', 'process', 'proto', 'quic-cc-algo', 'quic-socket', 'severity-output', 'shards', 'sigalgs', 'ssl-max-ver', 'ssl-min-ver', 'tcp-md5sig', 'tcp-ss', 'tcp-ut', 'thread', 'tls-ticket-keys', 'uid',
  'user', 'verify', 'cc', 'tls-tickets',
])

/** `bind ADDRESS[,ADDRESS…] OPTIONS…`. Null: nothing to listen on. */
export function compileBind(state: CompileState, ref: LineRef): BindDraft | null {
  const { values } = ref
  const written = values[1]
  if (written === undefined) {
    refuse(state, ref, 0, 'haproxy/bad-bind', "'bind' needs an address.", 'HAProxy configuration manual, section 4.2')
    return null
  }
  const text = expandServerAddress(state, written, ref.environment)
  const addresses: ListenAddress[] = []
  for (const part of text.split(',')) {
    const parts = parseAddress(part)
    if (parts.socket === null && parts.port === null) {
      refuse(state, ref, 1, 'haproxy/bad-bind', `The address '${part}' of this bind line has no port, so HAProxy refuses to start.`, 'HAProxy configuration manual, section 4.2', [part])
      continue
    }
    const any = parts.host === '*' || parts.host === ''
    addresses.push({
      text: part, ip: parts.socket !== null || any ? '' : parts.host, fromPort: parts.port ?? 0, toPort: parts.lastPort ?? 0, socket: parts.socket,
    })
  }
  const settings: Record<string, string> = {}
  const certificates: string[] = []
  const names: string[] = []
  let ssl = false
  let strictSni = false
  let alpn: readonly string[] | null = null
  for (let at = 2; at < values.length; at += 1) {
    const word = values[at] as string
    const takesValue = valued.has(word) && !(word === 'tls-tickets')
    if (!takesValue && !flags.has(word)) {
      refuse(state, ref, at, 'haproxy/unknown-bind-option', `HAProxy does not know the bind option '${word}' and refuses to start.`, 'HAProxy configuration manual, section 5.1', [word])
      addGap(state, 'unknown-keyword', word, 'The bind option is not known.', wordSpanOf(ref, at))
      continue
    }
    const value = takesValue ? values[at + 1] : ''
    if (value === undefined) {
      refuse(state, ref, at, 'haproxy/missing-value', `The bind option '${word}' needs a value.`, 'HAProxy configuration manual, section 5.1', [word])
      break
    }
    if (takesValue) at += 1
    switch (word) {
      case 'ssl': ssl = true; break
      case 'strict-sni': case 'force-strict-sni': strictSni = true; break
      case 'no-strict-sni': strictSni = false; break
      case 'alpn': case 'npn': alpn = value.split(',').filter((part) => part !== ''); break
      case 'no-alpn': alpn = []; break
      case 'crt': case 'default-crt': certificates.push(value); break
      case 'crt-list':
        certificates.push(value)
        names.push(...crtListNames(state, ref, at, value))
        break
      default: settings[word] = value
    }
  }
  const number = parseInteger(settings['id'])
  if (ssl && certificates.length === 0 && settings['generate-certificates'] === undefined) {
    refuse(state, ref, 1, 'haproxy/bind-without-certificate', `The bind line ${text} asks for TLS but names no certificate, so HAProxy refuses to start.`, 'HAProxy configuration manual, section 5.1', [text])
  }
  const name = settings['name'] ?? null
  delete settings['name']
  delete settings['id']
  const acceptProxy = settings['accept-proxy'] !== undefined
  delete settings['accept-proxy']
  // TLS listeners offer HTTP/2 on their own from 2.8 on (H-H2-2).
  const offered = alpn ?? (ssl && state.release >= 208 ? ['h2', 'http/1.1'] : [])
  return {
    text, addresses, name, number, acceptProxy, settings, origin: lineSpanOf(ref),
    tls: ssl ? { names, certificates, strictSni, alpn: offered } : null,
  }
}

/** Server names the filters of a crt-list give; certificates without filters keep the names inside them, which are not read. */
function crtListNames(state: CompileState, ref: LineRef, at: number, path: string): readonly string[] {
  const file = state.options.sideFiles.get(path)
  if (file === undefined) {
    report(state, {
      code: 'haproxy/missing-file', severity: 'warning', at: wordSpanOf(ref, at), source: 'H-CRT-2', names: [path],
      message: `The list of certificates ${path} could not be read here, so the names this listener serves are not known.`,
    })
    return []
  }
  const names: string[] = []
  for (const entry of readEntries(file, false)) {
    const words = entry.key.replace(/\[[^\]]*\]/, ' ').trim().split(/\s+/)
    for (const filter of words.slice(1)) if (!filter.startsWith('!') && !filter.startsWith('#')) names.push(filter)
  }
  return names
}

/** What a listener needs to know about its proxy. */
export interface BindOwner {
  readonly name: string
  readonly kind: string
  readonly protocol: 'http' | 'tcp'
  readonly enabled: boolean
  readonly entry: string
  readonly origin: readonly Span[]
  readonly binds: readonly BindDraft[]
  readonly expectProxy: boolean
  /** Settings of the proxy that are compared with each listener. */
  readonly settings: Readonly<Record<string, string>>
}

export function toListeners(owner: BindOwner): Listener[] {
  const taken = new Set(owner.binds.map((bind) => bind.number).filter((number) => number !== null))
  const ids = new Map<string, number>()
  let next = 1
  return owner.binds.map((bind) => {
    const base = `listener:${owner.name}@${bind.text}`
    const count = (ids.get(base) ?? 0) + 1
    ids.set(base, count)
    let number = bind.number
    if (number === null) {
      while (taken.has(next)) next += 1
      number = next
      // Each port of each address is a socket of its own with its own number.
      for (const address of bind.addresses) next += Math.max(1, address.toPort - address.fromPort + 1)
    }
    return {
      id: count === 1 ? base : `${base}#${count}`, group: owner.name, name: bind.name, number, addresses: bind.addresses, protocol: owner.protocol,
      tls: bind.tls, acceptProxy: bind.acceptProxy || owner.expectProxy, enabled: owner.enabled, entry: owner.entry, kind: owner.kind,
      settings: Object.keys(bind.settings).length === 0 ? owner.settings : { ...owner.settings, ...bind.settings },
      origin: [bind.origin, ...owner.origin],
    }
  })
}

interface Claim {
  readonly listener: string
  readonly ip: string
  readonly text: string
}

/**
 * Listeners of one address: the kernel spreads connections (H-BND-1), or the narrower address wins (H-BND-2).
 */
export function findConflicts(listeners: readonly Listener[]): readonly ListenerConflict[] {
  const byPort = new Map<string, Claim[]>()
  for (const listener of listeners) {
    if (!listener.enabled) continue
    for (const address of listener.addresses) {
      const claim = (key: string, text: string): void => {
        const list = byPort.get(key)
        const entry = { listener: listener.id, ip: isAny(address.ip) ? '' : address.ip, text }
        if (list === undefined) byPort.set(key, [entry])
        else list.push(entry)
      }
      if (address.socket !== null) claim(`socket ${address.socket}`, address.socket)
      else for (let port = address.fromPort; port <= address.toPort && port - address.fromPort < 65_536; port += 1) claim(String(port), `${address.ip}:${port}`)
    }
  }
  const conflicts = new Map<string, ListenerConflict>()
  for (const claims of byPort.values()) {
    if (claims.length < 2) continue
    const byIp = new Map<string, Claim[]>()
    for (const claim of claims) {
      const same = byIp.get(claim.ip)
      if (same === undefined) byIp.set(claim.ip, [claim])
      else same.push(claim)
    }
    for (const same of byIp.values()) if (same.length > 1) addConflict(conflicts, same, 'kernel')
    const wide = byIp.get('')
    if (wide === undefined) continue
    for (const [ip, narrow] of byIp) if (ip !== '') addConflict(conflicts, [...narrow, ...wide], 'specificity')
  }
  return [...conflicts.values()]
}

function addConflict(conflicts: Map<string, ListenerConflict>, claims: readonly Claim[], decidedBy: ListenerConflict['decidedBy']): void {
  const listeners = [...new Set(claims.map((claim) => claim.listener))]
  if (listeners.length < 2 && decidedBy === 'specificity') return
  const address = claims[0]?.text ?? ''
  conflicts.set(`${decidedBy} ${address} ${listeners.join(' ')}`, { address, listeners, decidedBy })
}

function isAny(ip: string): boolean {
  return ip === '' || ip === '0.0.0.0' || ip === '::' || ip === '*'
}
