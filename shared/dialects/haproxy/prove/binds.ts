import { expandAddress } from '../words.ts'
import { parseAddress } from '../compile/values.ts'
import { statementSpan } from '../accessors.ts'
import { certificateName, note, refuse, written, type Draft, type ProofLine } from './draft.ts'

/** Options of `bind` that are kept with their values. */
const keptFlags = new Set(['ssl', 'no-alpn', 'allow-0rtt'])
const keptValued = new Set(['alpn', 'name', 'npn', 'proto'])

/** Options without a value that are left out. `no-strict-sni` and its kin have nothing to say about a self-made certificate. */
const droppedFlags = new Set([
  'defer-accept', 'expose-fd', 'force-sslv3', 'force-tlsv10', 'force-tlsv11', 'force-tlsv12', 'force-tlsv13', 'force-strict-sni', 'generate-certificates', 'ktls', 'no-ca-names', 'no-sslv3', 'no-strict-sni',
  'no-tls-tickets', 'no-tlsv10', 'no-tlsv11', 'no-tlsv12', 'no-tlsv13', 'prefer-client-ciphers', 'quic-force-retry', 'strict-sni', 'tfo', 'tls-tickets', 'transparent', 'v4v6', 'v6only', 'default-crt-none',
])
const droppedValued = new Set([
  'backlog', 'ca-file', 'ca-ignore-err', 'ca-sign-file', 'ca-sign-pass', 'ca-verify-file', 'cc', 'ciphers', 'ciphersuites', 'client-sigalgs', 'crl-file', 'crt', 'crt-ignore-err', 'crt-list', 'curves', 'default-crt',
  'ech', 'ecdhe', 'gid', 'group', 'guid-prefix', 'idle-ping', 'interface', 'label', 'level', 'maxconn', 'mode', 'mss', 'namespace', 'nbconn', 'nice', 'ocsp-update', 'process', 'quic-cc-algo', 'quic-socket',
  'severity-output', 'shards', 'sigalgs', 'ssl-max-ver', 'ssl-min-ver', 'tcp-md5sig', 'tcp-ss', 'tcp-ut', 'thread', 'tls-ticket-keys', 'uid', 'user', 'verify',
])
const certificates = new Set(['crt', 'crt-list', 'default-crt', 'ca-file', 'ca-verify-file', 'crl-file', 'verify', 'ca-sign-file'])

/** Numbers that HAProxy gives the sockets of one proxy, counted here because a range of ports becomes one socket. */
export interface Numbering {
  readonly taken: ReadonlySet<number>
  next: number
}

interface Options {
  readonly words: readonly string[]
  readonly number: number | null
  readonly acceptsProxy: boolean
}

/** `bind` lines that listen on sockets of our own, one for each address. */
export function bindLines(draft: Draft, at: ProofLine, numbering: Numbering): readonly string[] {
  const address = at.values[1]
  if (address === undefined) {
    refuse(draft, at, 'names no address')
    return []
  }
  const options = optionsOf(draft, at)
  if (options === null) return []
  const lines: string[] = []
  for (const [index, part] of expandAddress(address, at.environment).split(',').entries()) {
    if (/^(?:fd|sockpair|rhttp|rev)@/.test(part)) {
      refuse(draft, at, `listens on ${part}, which is handed over by another process and is not replaced`)
      return []
    }
    const parts = parseAddress(part)
    const count = Math.max(1, (parts.lastPort ?? 0) - (parts.port ?? 0) + 1)
    let number = options.number
    if (number === null) {
      while (numbering.taken.has(numbering.next)) numbering.next += 1
      number = numbering.next
      numbering.next += count
    }
    if (/^quic[46]@/.test(part)) {
      note(draft, 'QUIC listeners are left out: requests over HTTP/3 are not replayed.')
      continue
    }
    // A socket of the config has no addresses of its own, so nothing is added there.
    const takesProxyHeader = options.acceptsProxy || parts.socket === null
    const socket = `l${draft.listeners.length}`
    draft.listeners.push({ socket, at: statementSpan(at.tree, at.line), address: index, takesProxyHeader })
    note(draft, 'Addresses that are listened on are moved to sockets in a folder of the run.')
    lines.push(['bind', `unix@${socket}`, ...options.words, 'id', String(number), ...(takesProxyHeader ? ['accept-proxy'] : [])].join(' '))
  }
  return lines
}

function optionsOf(draft: Draft, at: ProofLine): Options | null {
  const words: string[] = []
  let number: number | null = null
  let acceptsProxy = false
  let ssl = false
  for (let index = 2; index < at.values.length; index += 1) {
    const word = at.values[index] as string
    if ((word === 'id' || keptValued.has(word) || droppedValued.has(word)) && at.values[index + 1] === undefined) {
      refuse(draft, at, `gives no value to the option ${word}`)
      return null
    }
    if (word === 'accept-proxy') acceptsProxy = true
    else if (word === 'id') {
      index += 1
      number = Number(at.values[index])
    } else if (keptFlags.has(word)) {
      if (word === 'ssl') ssl = true
      if (word !== 'allow-0rtt') words.push(word)
    } else if (keptValued.has(word)) {
      words.push(word, written(at, index + 1))
      index += 1
    } else if (droppedFlags.has(word)) {
      if (word === 'strict-sni' || word === 'force-strict-sni') note(draft, 'Names that no certificate covers are not turned away (strict-sni): certificates are replaced by a self-made one.')
    } else if (droppedValued.has(word)) {
      if (certificates.has(word)) note(draft, 'Certificates are replaced by a self-made one, and certificates of clients are not asked for.')
      index += 1
    } else {
      refuse(draft, at, `has the option ${word}, of which it is not known whether it may be used`)
      return null
    }
  }
  if (number !== null && !(Number.isInteger(number) && number > 0)) {
    refuse(draft, at, 'has a number (id) that HAProxy does not take')
    return null
  }
  if (ssl) {
    draft.usesCertificate = true
    words.push('crt', certificateName)
  }
  return { words, number, acceptsProxy }
}

/** Numbers that the bind lines of one proxy ask for themselves. */
export function numberingOf(lines: readonly ProofLine[]): Numbering {
  const taken = new Set<number>()
  for (const { values } of lines) {
    const at = values.indexOf('id', 2)
    if (at !== -1) taken.add(Number(values[at + 1]))
  }
  return { taken, next: 1 }
}
