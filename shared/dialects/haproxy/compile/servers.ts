import { invariant } from '#shared/diagnostics/invariant.ts'
import type { Member, MemberCheck, MemberOptions } from '#shared/model/pool.ts'
import { lineFlags } from '../tree.ts'
import type { HaproxyTree } from '../tree.ts'
import { expandAddress } from '../words.ts'
import type { ConditionalEnvironment } from '../conditionals.ts'
import { addGap, lineSpanOf, refuse, report, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { parseAddress, parseInteger, parseTimeMs } from './values.ts'
import type { AddressParts } from './values.ts'

/** What `default-server` lines gave so far. A new object for each such line, so it can key a cache. */
export interface ServerDefaults {
  readonly base: OptionDraft
  /** Finished options by the text behind the address. */
  readonly byTail: Map<string, MemberOptions>
  /** The same by `LineTable.repeat` of one file. */
  readonly repeats: { tree: HaproxyTree | null; options: (MemberOptions | undefined)[] }
}

/** Server options as they accumulate; `settings` holds what is only compared. */
interface OptionDraft {
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

const builtIn: OptionDraft = {
  weight: 1, backup: false, disabled: false, check: false, agent: false, observe: false, track: null, intervalMs: 2000, agentIntervalMs: 2000, fall: 3, rise: 2,
  checkPort: null, checkAddress: null, maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {},
}

export function initialServerDefaults(): ServerDefaults {
  return { base: builtIn, byTail: new Map(), repeats: { tree: null, options: [] } }
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

function copy(draft: OptionDraft): OptionDraft {
  return { ...draft, settings: { ...draft.settings } }
}

/** Applies the option words `from` … of a `server`, `server-template` or `default-server` line. */
function applyOptions(state: CompileState, ref: LineRef, from: number, draft: OptionDraft): void {
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
    default: draft.settings[word] = value
  }
}

const noSettings: Readonly<Record<string, string>> = Object.freeze({})

function finish(draft: OptionDraft): MemberOptions {
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

/** `default-server` with what stood before it (H-DEF-9). */
export function withDefaultServer(state: CompileState, ref: LineRef, before: ServerDefaults): ServerDefaults {
  const base = copy(before.base)
  applyOptions(state, ref, 1, base)
  return { base, byTail: new Map(), repeats: { tree: null, options: [] } }
}

/**
 * Where the servers of one proxy go, in configuration order.
 *
 * Plain lines are kept as line numbers and their members are made when somebody asks: large files have hundreds of
 * thousands of servers that no picture shows. Everything that can be wrong with such a line is checked before.
 * The first `runCount` servers stand on the lines from `runStart` on, without gaps; the others are in `slots`.
 */
export interface MemberSource {
  readonly name: string
  readonly runStart: number
  readonly runCount: number
  readonly slots: readonly (Member | number)[]
  /** Options of plain lines come from here. */
  readonly plainDefaults: ServerDefaults | null
}

/** A source that still grows. */
export interface MemberSink extends MemberSource {
  runStart: number
  runCount: number
  slots: readonly (Member | number)[]
  plainDefaults: ServerDefaults | null
  /** Names, once there are many; null: compare one by one. */
  memberNames: Set<string> | null
}

export function memberCount(sink: MemberSource): number {
  return sink.runCount + sink.slots.length
}

function slotAt(sink: MemberSource, index: number): Member | number {
  return index < sink.runCount ? sink.runStart + index : (sink.slots[index - sink.runCount] as Member | number)
}

/** Members of the sink; plain lines stand in `tree`. */
export function settledMembers(sink: MemberSource, tree: HaproxyTree): readonly Member[] {
  const members: Member[] = []
  const count = memberCount(sink)
  for (let index = 0; index < count; index += 1) {
    const slot = slotAt(sink, index)
    members.push(typeof slot === 'number' ? plainMember(tree, slot, sink) : slot)
  }
  return members
}

/** Makes the members so far, because the options of plain lines change below (`default-server`). */
export function settleSlots(sink: MemberSink, tree: HaproxyTree): void {
  if (memberCount(sink) === 0) return
  sink.slots = settledMembers(sink, tree)
  sink.runCount = 0
}

/** Identities say what a server is called and where it stands. */
function memberId(pool: string, name: string): string {
  return `pool:${pool}/server:${name}`
}

function pushSlot(sink: MemberSink, slot: Member | number): void {
  if (sink.slots.length === 0) sink.slots = [slot]
  else (sink.slots as (Member | number)[]).push(slot)
}

function plainMember(tree: HaproxyTree, line: number, sink: MemberSource): Member {
  const { lines, file } = tree
  const { text } = file
  const first = lines.firstWord[line] as number
  const last = (lines.firstWord[line + 1] as number) - 1
  const addressEnd = lines.wordEnd[first + 2] as number
  const address = text.slice(lines.wordStart[first + 2], addressEnd)
  const colon = address.lastIndexOf(':')
  const name = text.slice(lines.wordStart[first + 1], lines.wordEnd[first + 1])
  const end = lines.wordEnd[last] as number
  const options = sink.plainDefaults === null ? undefined : knownOptions(sink.plainDefaults, tree, line, addressEnd, end)
  invariant(options !== undefined, 'options of a plain server line are known')
  return {
    id: memberId(sink.name, name), name, address, host: address.slice(0, colon), port: Number(address.slice(colon + 1)), portOffset: 0, options,
    origin: [{ file: file.path, start: lines.wordStart[first] as number, end }],
  }
}

/**
 * The common `server NAME ADDRESS:PORT OPTIONS…` line without quotes, straight from the offsets.
 * False: the line needs the general way.
 */
export function addPlainServer(sink: MemberSink, tree: HaproxyTree, line: number, defaults: ServerDefaults): boolean {
  const { lines, file } = tree
  if (((lines.flags[line] as number) & (lineFlags.cooked | lineFlags.broken)) !== 0) return false
  const first = lines.firstWord[line] as number
  const next = lines.firstWord[line + 1] as number
  if (next - first < 3) return false
  const { text } = file
  const addressStart = lines.wordStart[first + 2] as number
  const addressEnd = lines.wordEnd[first + 2] as number
  const lead = text.charCodeAt(addressStart)
  if (lead < 48 || lead > 57) return false
  let at = addressEnd - 1
  for (; at > addressStart; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === 44) return false
    if (code < 48 || code > 57) break
  }
  const digits = addressEnd - 1 - at
  if (text.charCodeAt(at) !== 58 || digits === 0 || digits > 5) return false
  const end = lines.wordEnd[next - 1] as number
  if (knownOptions(defaults, tree, line, addressEnd, end) === undefined) return false
  if (hasPlainName(sink, tree, first + 1)) return false
  if (sink.plainDefaults !== defaults) {
    if (sink.plainDefaults !== null) settleSlots(sink, tree)
    sink.plainDefaults = defaults
  }
  if (sink.slots.length > 0) pushSlot(sink, line)
  else if (sink.runCount === 0) {
    sink.runStart = line
    sink.runCount = 1
  } else if (line === sink.runStart + sink.runCount) sink.runCount += 1
  else pushSlot(sink, line)
  return true
}

/** Options by the text behind the address; undefined: that text was not read before. */
function knownOptions(defaults: ServerDefaults, tree: HaproxyTree, line: number, addressEnd: number, end: number): MemberOptions | undefined {
  const repeat = tree.lines.repeat[line] as number
  const { repeats } = defaults
  if (repeat !== 0 && repeats.tree === tree) {
    const known = repeats.options[repeat]
    if (known !== undefined) return known
  }
  const options = defaults.byTail.get(tree.file.text.slice(addressEnd, end))
  if (options !== undefined && repeat !== 0) {
    if (repeats.tree !== tree) {
      repeats.tree = tree
      repeats.options = []
    }
    repeats.options[repeat] = options
  }
  return options
}

/** Whether word `word` names a server that is there already; many servers are remembered in a set. */
function hasPlainName(sink: MemberSink, tree: HaproxyTree, word: number): boolean {
  const { lines, file } = tree
  const start = lines.wordStart[word] as number
  const end = lines.wordEnd[word] as number
  const count = memberCount(sink)
  if (sink.memberNames === null && count < 16) {
    for (let index = count - 1; index >= 0; index -= 1) {
      const slot = slotAt(sink, index)
      if (typeof slot !== 'number') {
        if (slot.name.length === end - start && file.text.startsWith(slot.name, start)) return true
        continue
      }
      const other = (lines.firstWord[slot] as number) + 1
      const from = lines.wordStart[other] as number
      if ((lines.wordEnd[other] as number) - from === end - start && sameText(file.text, from, start, end - start)) return true
    }
    return false
  }
  const names = namesOf(sink, tree)
  const name = file.text.slice(start, end)
  if (names.has(name)) return true
  names.add(name)
  return false
}

/** From the end: numbered names differ there. */
function sameText(text: string, a: number, b: number, length: number): boolean {
  for (let at = length - 1; at >= 0; at -= 1) if (text.charCodeAt(a + at) !== text.charCodeAt(b + at)) return false
  return true
}

function namesOf(sink: MemberSink, tree: HaproxyTree): Set<string> {
  if (sink.memberNames === null) {
    const names = new Set<string>()
    for (let index = memberCount(sink) - 1; index >= 0; index -= 1) {
      const slot = slotAt(sink, index)
      if (typeof slot !== 'number') {
        names.add(slot.name)
        continue
      }
      const word = (tree.lines.firstWord[slot] as number) + 1
      names.add(tree.file.text.slice(tree.lines.wordStart[word], tree.lines.wordEnd[word]))
    }
    sink.memberNames = names
  }
  return sink.memberNames
}

/** Whether the proxy has a server of that name. */
export function hasServer(sink: MemberSink, tree: HaproxyTree, name: string): boolean {
  return namesOf(sink, tree).has(name)
}

/** `server NAME ADDRESS OPTIONS…` and `server-template PREFIX COUNT ADDRESS OPTIONS…`. */
export function addServer(state: CompileState, sink: MemberSink, ref: LineRef, defaults: ServerDefaults): void {
  const { values } = ref
  const isTemplate = values[0] === 'server-template'
  const name = values[1]
  const addressAt = isTemplate ? 3 : 2
  const written = values[addressAt]
  if (name === undefined || written === undefined) {
    refuse(state, ref, 0, 'haproxy/bad-server', isTemplate ? "'server-template' needs a prefix, a count and an address." : "'server' needs a name and an address.", 'HAProxy configuration manual, section 4.2')
    return
  }
  const address = expandServerAddress(state, written, ref.environment)
  const parts = parseAddress(address)
  const options = optionsOf(state, ref, addressAt, defaults)
  if (!isTemplate) {
    pushMember(state, sink, ref, name, address, parts, options)
    return
  }
  const range = /^(\d+)(?:-(\d+))?$/.exec(values[2] as string)
  const from = range?.[2] === undefined ? 1 : Number(range[1])
  const to = range === null ? 0 : Number(range[2] ?? range[1])
  if (range === null || to < from || to - from > 100_000) {
    refuse(state, ref, 2, 'haproxy/bad-server', `'${values[2] as string}' is not a number or range of servers.`, 'HAProxy configuration manual, section 4.2')
    return
  }
  for (let number = from; number <= to; number += 1) pushMember(state, sink, ref, `${name}${number}`, address, parts, options)
}

function optionsOf(state: CompileState, ref: LineRef, addressAt: number, defaults: ServerDefaults): MemberOptions {
  if (ref.cooked !== null) {
    const draft = copy(defaults.base)
    applyOptions(state, ref, addressAt + 1, draft)
    return finish(draft)
  }
  const { lines, file } = ref.tree
  const first = lines.firstWord[ref.line] as number
  const next = lines.firstWord[ref.line + 1] as number
  const tail = file.text.slice(lines.wordEnd[first + addressAt], lines.wordEnd[next - 1])
  const known = defaults.byTail.get(tail)
  if (known !== undefined) return known
  const before = state.diagnostics.length + state.gaps.length
  const draft = copy(defaults.base)
  applyOptions(state, ref, addressAt + 1, draft)
  const options = finish(draft)
  // Lines with findings are read again, so that each of them gets its own.
  if (state.diagnostics.length + state.gaps.length === before) defaults.byTail.set(tail, options)
  return options
}

function pushMember(state: CompileState, sink: MemberSink, ref: LineRef, name: string, address: string, parts: AddressParts, options: MemberOptions): void {
  const names = namesOf(sink, ref.tree)
  if (names.has(name)) {
    const first = settledMembers(sink, ref.tree).find((member) => member.name === name)
    report(state, {
      code: 'haproxy/duplicate-server', severity: 'error', at: wordSpanOf(ref, 1), source: 'H-DEF-8', names: [sink.name, name],
      message: `HAProxy refuses to start because '${sink.name}' has two servers named '${name}'.`,
      related: first?.origin[0] === undefined ? [] : [{ at: first.origin[0], message: 'The first one stands here.' }],
    })
    return
  }
  names.add(name)
  // The set is only worth keeping for many servers: plain lines add to it only then.
  if (memberCount(sink) < 15) sink.memberNames = null
  pushSlot(sink, {
    id: memberId(sink.name, name), name, address, host: parts.socket ?? parts.host, port: parts.port, portOffset: parts.offset, options, origin: [lineSpanOf(ref)],
  })
}

export function expandServerAddress(state: CompileState, written: string, environment: ConditionalEnvironment): string {
  if (!written.includes('$')) return written
  for (const match of written.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) {
    const name = match[1] as string
    state.environment.set(name, environment.variables[name] ?? null)
  }
  return expandAddress(written, environment)
}
