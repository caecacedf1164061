import { note, quoted, refuse, written, type Draft, type ProofLine } from './draft.ts'

/** Options of `server` that decide which server takes a request. */
const keptFlags = new Set(['backup', 'no-backup', 'disabled', 'enabled', 'non-stick', 'stick'])
const keptValued = new Set(['cookie', 'hash-key', 'id', 'redir', 'weight'])

const checkWords = new Set([
  'addr', 'agent-addr', 'agent-check', 'agent-inter', 'agent-port', 'agent-send', 'check', 'check-alpn', 'check-pool-conn-name', 'check-proto', 'check-reuse-pool', 'check-send-proxy', 'check-sni', 'check-sni-auto',
  'check-ssl', 'check-via-socks4', 'downinter', 'error-limit', 'fall', 'fastinter', 'healthcheck', 'init-state', 'inter', 'no-agent-check', 'no-check', 'no-check-reuse-pool', 'no-check-send-proxy', 'no-check-sni-auto',
  'no-check-ssl', 'observe', 'on-error', 'on-marked-down', 'on-marked-up', 'port', 'rise', 'slowstart', 'track',
])
const tlsWords = new Set(['ssl', 'verify', 'ca-file', 'crt', 'sni', 'alpn', 'proto', 'verifyhost', 'send-proxy', 'send-proxy-v2', 'send-proxy-v2-ssl', 'send-proxy-v2-ssl-cn', 'socks4', 'ws'])

/** Left out, by whether a value follows. */
const droppedFlags = new Set([
  'agent-check', 'allow-0rtt', 'check', 'check-reuse-pool', 'check-send-proxy', 'check-ssl', 'check-via-socks4', 'force-sslv3', 'force-tlsv10', 'force-tlsv11', 'force-tlsv12', 'force-tlsv13', 'ktls', 'no-agent-check',
  'no-check', 'no-check-reuse-pool', 'no-check-send-proxy', 'no-check-sni-auto', 'no-check-ssl', 'no-renegotiate', 'no-send-proxy', 'no-send-proxy-v2', 'no-send-proxy-v2-ssl', 'no-send-proxy-v2-ssl-cn', 'no-sni-auto',
  'no-ssl', 'no-ssl-reuse', 'no-sslv3', 'no-strict-maxconn', 'no-tfo', 'no-tls-tickets', 'no-tlsv10', 'no-tlsv11', 'no-tlsv12', 'no-tlsv13', 'no-verifyhost', 'renegotiate', 'send-proxy', 'send-proxy-v2',
  'send-proxy-v2-ssl', 'send-proxy-v2-ssl-cn', 'sni-auto', 'ssl', 'ssl-reuse', 'strict-maxconn', 'tfo', 'tls-tickets',
])
const droppedValued = new Set([
  'addr', 'agent-addr', 'agent-inter', 'agent-port', 'agent-send', 'alpn', 'ca-file', 'cc', 'check-alpn', 'check-pool-conn-name', 'check-proto', 'check-sni', 'check-sni-auto', 'ciphers', 'ciphersuites', 'client-sigalgs', 'crl-file',
  'crt', 'curves', 'downinter', 'ech', 'error-limit', 'fall', 'fastinter', 'guid', 'healthcheck', 'idle-ping', 'init-addr', 'init-state', 'inter', 'interface', 'log-bufsize', 'log-proto', 'max-reuse', 'maxconn', 'maxqueue', 'minconn',
  'namespace', 'npn', 'observe', 'on-error', 'on-marked-down', 'on-marked-up', 'pool-conn-name', 'pool-idle-timeout', 'pool-low-conn', 'pool-max-conn', 'pool-purge-delay', 'port', 'proto', 'proxy-v2-options', 'quic-cc-algo',
  'resolve-net', 'resolve-opts', 'resolve-prefer', 'resolvers', 'rise', 'shard', 'sigalgs', 'slowstart', 'sni', 'socks4', 'source', 'ssl-max-ver', 'ssl-min-ver', 'tcp-md5sig', 'tcp-ut', 'track', 'usesrc', 'verify', 'verifyhost', 'ws',
])

/** Servers that one `server-template` line may stand for. */
const mostTemplates = 20_000

/** Options of a server line that stay. Null: the line was refused. */
function optionsOf(draft: Draft, at: ProofLine, from: number): readonly string[] | null {
  const words: string[] = []
  for (let index = from; index < at.values.length; index += 1) {
    const word = at.values[index] as string
    if ((keptValued.has(word) || droppedValued.has(word)) && at.values[index + 1] === undefined) {
      refuse(draft, at, `gives no value to the option ${word}`)
      return null
    }
    if (checkWords.has(word)) note(draft, 'Health checks are left out: every server counts as up.')
    if (tlsWords.has(word)) note(draft, 'Servers are spoken to in plain HTTP/1 without a PROXY header.')
    if (keptFlags.has(word)) words.push(word)
    else if (keptValued.has(word)) {
      words.push(word, written(at, index + 1))
      index += 1
    } else if (droppedValued.has(word) || word.startsWith('set-proxy-v2-tlv-fmt(')) index += 1
    else if (!droppedFlags.has(word)) {
      refuse(draft, at, `has the option ${word}, of which it is not known whether it may be used`)
      return null
    }
  }
  return words
}

/** `default-server` without what leads outside; null: nothing remains, or it was refused. */
export function defaultServerLine(draft: Draft, at: ProofLine): string | null {
  const words = optionsOf(draft, at, 1)
  return words === null || words.length === 0 ? null : ['default-server', ...words].join(' ')
}

/** `server` and `server-template` lines with sockets of our own instead of addresses. */
export function serverLines(draft: Draft, at: ProofLine, pool: string): readonly string[] {
  const isTemplate = at.values[0] === 'server-template'
  const addressAt = isTemplate ? 3 : 2
  const name = at.values[1]
  if (name === undefined || at.values[addressAt] === undefined) {
    refuse(draft, at, 'lacks a name or an address')
    return []
  }
  const options = optionsOf(draft, at, addressAt + 1)
  if (options === null) return []
  const names = isTemplate ? templateNames(name, at.values[2] as string) : [name]
  if (names === null) {
    refuse(draft, at, `stands for no number of servers between 1 and ${mostTemplates}`)
    return []
  }
  note(draft, 'Servers are replaced by stand-ins that say which server they are; no name is looked up.')
  return names.map((one) => ['server', quoted(one), `unix@${socketOf(draft, pool, one)}`, ...options].join(' '))
}

function templateNames(prefix: string, range: string): readonly string[] | null {
  const found = /^(\d+)(?:-(\d+))?$/.exec(range)
  if (found === null) return null
  const from = found[2] === undefined ? 1 : Number(found[1])
  const to = Number(found[2] ?? found[1])
  if (to < from || to - from >= mostTemplates) return null
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)
}

function socketOf(draft: Draft, pool: string, server: string): string {
  if (draft.shareOthers && !draft.pools.has(pool)) {
    draft.usesSharedSocket = true
    return 'sx'
  }
  const socket = `s${draft.servers.length}`
  draft.servers.push({ socket, is: { pool, server } })
  return socket
}
