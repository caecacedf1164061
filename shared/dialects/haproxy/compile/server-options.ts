import type { MemberCheck, MemberOptions } from '#shared/model/pool.ts'
import { addGap, refuse, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { parseInteger, parseTimeMs } from './values.ts'

/** Server options as they accumulate; `settings` holds what is only compared. */
export interface OptionDraft {
  weight: number
  backup: boolean
  disabled: boolean
  check: boolean
  agent: boolean
  observe: boolean
  track: string | null
  intervalMs: number
  agentIntervalMs: number
  fall: number
  rise: number
  checkPort: number | null
  checkAddress: string | null
  maxConnections: number | null
  tls: boolean
  sendProxy: boolean
  cookie: string | null
  number: number | null
  settings: Record<string, string>
}

/** Options of a server of which nothing is said. */
export const builtInOptions: OptionDraft = {
  weight: 1, backup: false, disabled: false, check: false, agent: false, observe: false, track: null, intervalMs: 2000, agentIntervalMs: 2000, fall: 3, rise: 2,
  checkPort: null, checkAddress: null, maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {},
}

/** Options that are a word by themselves. */
const flags = new Set([
  'allow-0rtt', 'agent-check', 'backup', 'check', 'check-send-proxy', 'check-ssl', 'check-via-socks4', 'check-reuse-pool', 'disabled', 'enabled',
  'force-sslv3', 'force-tlsv10', 'force-tlsv11', 'force-tlsv12', 'force-tlsv13', 'no-agent-check', 'no-backup', 'no-check', 'no-check-reuse-pool', 'no-check-send-proxy',
  'no-check-ssl', 'no-send-proxy', 'no-send-proxy-v2', 'no-send-proxy-v2-ssl', 'no-send-proxy-v2-ssl-cn', 'no-ssl', 'no-ssl-reuse', 'no-sslv3', 'no-sni-auto',
  'no-tls-tickets', 'no-tlsv10', 'no-tlsv11', 'no-tlsv12', 'no-tlsv13', 'no-verifyhost', 'no-tfo', 'no-renegotiate', 'no-strict-maxconn', 'renegotiate', 'non-stick', 'send-proxy', 'send-proxy-v2',
  'send-proxy-v2-ssl', 'send-proxy-v2-ssl-cn', 'ssl', 'ssl-reuse', 'stick', 'strict-maxconn', 'tfo', 'tls-tickets', 'sni-auto', 'ktls', 'no-check-sni-auto',
])

/** Options followed by one value. */
const valued = new Set([
  'addr', 'agent-addr', 'agent-inter', 'agent-port', 'agent-send', 'alpn', 'ca-file', 'check-alpn', 'check-proto', 'check-sni', 'check-sni-auto', 'check-pool-conn-name', 'ciphers',
  'ciphersuites', 'client-sigalgs', 'cookie', 'crl-file', 'crt', 'curves', 'downinter', 'ech', 'error-limit', 'fall', 'fastinter', 'guid', 'hash-key', 'healthcheck', 'id', 'idle-ping', 'init-addr', 'init-state',
  'inter', 'log-bufsize', 'log-proto', 'max-reuse', 'maxconn', 'maxqueue', 'minconn', 'namespace', 'npn', 'observe', 'on-error', 'on-marked-down', 'on-marked-up',
  'pool-conn-name', 'pool-idle-timeout', 'pool-low-conn', 'pool-max-conn', 'pool-purge-delay', 'cc', 'quic-cc-algo', 'port', 'proto', 'proxy-v2-options', 'redir', 'resolve-net', 'resolve-opts', 'resolve-prefer', 'resolvers', 'rise',
  'shard', 'sigalgs', 'slowstart', 'sni', 'socks4', 'ssl-max-ver', 'ssl-min-ver', 'tcp-md5sig', 'tcp-ut', 'track', 'usesrc', 'verify', 'verifyhost', 'weight', 'ws',
])

export function copyDraft(draft: OptionDraft): OptionDraft {
  return { ...draft, settings: { ...draft.settings } }
}

/** Applies the option words `from` … of a `server`, `server-template` or `default-server` line. */
export function applyOptions(state: CompileState, ref: LineRef, from: number, draft: OptionDraft): void {
  const { values } = ref
  for (let at = from; at < values.length; at += 1) {
    const word = values[at] as string
    if (word === 'source') {
      at = applySource(ref, at, draft)
      continue
    }
    if (flags.has(word)) {
      applyFlag(word, draft)
      continue
    }
    const isTlv = word.startsWith('set-proxy-v2-tlv-fmt(')
    if (!valued.has(word) && !isTlv) {
      refuse(state, ref, at, 'haproxy/unknown-server-option', `HAProxy does not know the server option '${word}' and refuses to start.`, 'HAProxy configuration manual, section 5.2', [word])
      addGap(state, 'unknown-keyword', word, 'The server option is not known.', wordSpanOf(ref, at))
      continue
    }
    const value = values[at + 1]
    if (value === undefined) {
      refuse(state, ref, at, 'haproxy/missing-value', `The server option '${word}' needs a value.`, 'HAProxy configuration manual, section 5.2', [word])
      return
    }
    at += 1
    applyValue(state, ref, at, word, value, draft)
  }
}

function applySource(ref: LineRef, at: number, draft: OptionDraft): number {
  let last = at + 1
  while (ref.values[last + 1] === 'usesrc' || ref.values[last + 1] === 'interface') last += 2
  draft.settings['source'] = ref.values.slice(at + 1, last + 1).join(' ')
  return Math.min(last, ref.values.length - 1)
}

function applyFlag(word: string, draft: OptionDraft): void {
  switch (word) {
    case 'check': draft.check = true; return
    case 'no-check': draft.check = false; return
    case 'agent-check': draft.agent = true; return
    case 'no-agent-check': draft.agent = false; return
    case 'backup': draft.backup = true; return
    case 'no-backup': draft.backup = false; return
    case 'disabled': draft.disabled = true; return
    case 'enabled': draft.disabled = false; return
    case 'ssl': draft.tls = true; return
    case 'no-ssl': draft.tls = false; return
    case 'send-proxy': case 'send-proxy-v2': case 'send-proxy-v2-ssl': case 'send-proxy-v2-ssl-cn':
      draft.sendProxy = true
      draft.settings['send-proxy'] = word
      return
    case 'no-send-proxy': case 'no-send-proxy-v2': case 'no-send-proxy-v2-ssl': case 'no-send-proxy-v2-ssl-cn':
      draft.sendProxy = false
      delete draft.settings['send-proxy']
      return
    default: {
      const negated = word.startsWith('no-') ? word.slice(3) : null
      if (negated !== null && flags.has(negated)) delete draft.settings[negated]
      else draft.settings[word] = ''
    }
  }
}

function applyValue(state: CompileState, ref: LineRef, at: number, word: string, value: string, draft: OptionDraft): void {
  const bad = (): void => {
    refuse(state, ref, at, 'haproxy/bad-value', `'${value}' is not a value that '${word}' can take.`, 'HAProxy configuration manual, section 5.2', [word, value])
  }
  const number = (): number | null => {
    const parsed = parseInteger(value)
    if (parsed === null) bad()
    return parsed
  }
  const time = (): number | null => {
    const parsed = parseTimeMs(value)
    if (parsed === null) bad()
    return parsed
  }
  switch (word) {
    case 'weight': {
      const weight = number()
      if (weight === null) return
      if (weight < 0 || weight > 256) {
        refuse(state, ref, at, 'haproxy/weight-out-of-range', `The weight ${value} is not between 0 and 256, so HAProxy refuses to start.`, 'H-BAL-1c', [value])
        addGap(state, 'unknown-value', `weight ${value}`, 'The weight is out of range.', wordSpanOf(ref, at))
        return
      }
      draft.weight = weight
      return
    }
    case 'cookie': draft.cookie = value; return
    case 'maxconn': {
      const most = number()
      if (most !== null) draft.maxConnections = most === 0 ? null : most
      return
    }
    case 'id': draft.number = number(); return
    case 'inter': draft.intervalMs = time() ?? draft.intervalMs; return
    case 'agent-inter': draft.agentIntervalMs = time() ?? draft.agentIntervalMs; return
    case 'fall': draft.fall = number() ?? draft.fall; return
    case 'rise': draft.rise = number() ?? draft.rise; return
    case 'port': draft.checkPort = number(); return
    case 'addr': draft.checkAddress = value; return
    case 'track': draft.track = value; return
    case 'observe':
      draft.observe = true
      draft.settings['observe'] = value
      return
    case 'fastinter': case 'downinter': case 'slowstart': case 'pool-purge-delay':
      time()
      draft.settings[word] = value
      return
    case 'redir':
      draft.settings['redir'] = value
      addGap(state, 'approximate', `redir ${value}`, 'GET and HEAD requests for this server are redirected, which is not modelled.', wordSpanOf(ref, at))
      return
    default:
      if (value.includes('var(')) state.laterTexts.add(value)
      draft.settings[word] = value
  }
}

const noSettings: Readonly<Record<string, string>> = Object.freeze({})

/** The options a member is given. */
export function finishOptions(draft: OptionDraft): MemberOptions {
  return {
    weight: draft.weight,
    level: draft.backup ? 1 : 0,
    state: draft.disabled ? 'disabled' : 'enabled',
    check: checkOf(draft),
    maxConnections: draft.maxConnections,
    tls: draft.tls,
    sendProxy: draft.sendProxy,
    cookie: draft.cookie,
    number: draft.number,
    settings: Object.keys(draft.settings).length === 0 ? noSettings : draft.settings,
  }
}

function checkOf(draft: OptionDraft): MemberCheck | null {
  const by = draft.track !== null ? 'track' : draft.check ? 'check' : draft.agent ? 'agent' : draft.observe ? 'observe' : null
  if (by === null) return null
  return {
    intervalMs: by === 'agent' ? draft.agentIntervalMs : draft.intervalMs, fall: draft.fall, rise: draft.rise,
    port: draft.checkPort, address: draft.checkAddress, by, track: draft.track,
  }
}
