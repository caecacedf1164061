import type { CompileState, LineRef } from './state.ts'
import { addGap, lineRest, lineSpanOf, refuse, report, wordEndOf, wordStartOf } from './state.ts'
import { standsAlone } from './stands-alone.ts'
import { compileAcl, compileGuard } from './conditions.ts'
import { compileBind } from './binds.ts'
import { compileBalance, compileCookie, compileHashType, compileStick } from './distribution.ts'
import { compileHttpCheck, compileOption } from './health.ts'
import { addRule, appended, isEntryKind, isPoolKind, setSetting } from './proxy.ts'
import type { ProxyDraft } from './proxy.ts'
import { compileHttpRule, compileRedirectRule, compileTcpRule } from './rules.ts'
import { withDefaultServer } from './server-defaults.ts'
import { addServer } from './servers.ts'
import { compileTemplate } from './templates.ts'
import { addAnswerRule, addStatsLine, isAnswerRule } from './surroundings.ts'
import { parseInteger, parseTimeMs, restOf } from './values.ts'

const manual = 'HAProxy configuration manual, section 4'

export type Handler = (state: CompileState, proxy: ProxyDraft, ref: LineRef) => void

/** Handlers by keyword; a Map keeps the dispatch at one lookup per line. */
export const handlers = new Map<string, Handler>()

function on(keywords: readonly string[], handler: Handler): void {
  for (const keyword of keywords) handlers.set(keyword, handler)
}

on(['mode'], (state, proxy, ref) => {
  const mode = ref.values[1]
  const known = mode === 'http' || mode === 'tcp'
  if (!known && mode !== 'log' && mode !== 'health' && mode !== 'spop' && mode !== 'haterm') {
    refuse(state, ref, 1, 'haproxy/bad-value', `'${mode ?? ''}' is not a mode.`, manual, [proxy.name])
  } else if (!known) addGap(state, 'approximate', `mode ${mode}`, 'Only the modes http and tcp are modelled.', lineSpanOf(ref))
  proxy.settings.mode = known ? mode : 'other'
  proxy.modeAt = lineSpanOf(ref)
})

on(['disabled', 'enabled'], (_state, proxy, ref) => {
  proxy.settings.enabled = ref.values[0] === 'enabled'
  proxy.settings.disabledAt = lineSpanOf(ref)
})

on(['default_backend'], (state, proxy, ref) => {
  const name = ref.values[1]
  if (name === undefined) {
    refuse(state, ref, 0, 'haproxy/missing-value', "'default_backend' needs the name of a backend.", manual, [proxy.name])
    return
  }
  if (proxy.kind === 'backend') {
    ignored(state, proxy, ref, 'has no listeners')
    return
  }
  proxy.settings.defaultBackend = { name, at: lineSpanOf(ref) }
})

on(['use_backend'], (state, proxy, ref) => {
  const name = ref.values[1]
  if (proxy.kind === 'defaults') {
    notInDefaults(state, ref)
    return
  }
  if (!isEntryKind(proxy.kind)) {
    ignored(state, proxy, ref, 'has no listeners')
    return
  }
  if (name === undefined) {
    refuse(state, ref, 0, 'haproxy/missing-value', "'use_backend' needs the name of a backend.", manual, [proxy.name])
    return
  }
  const when = compileGuard(state, proxy, ref, 2)
  const target = name.includes('%') ? compileTemplate(state, ref, 1) : name
  proxy.switching = appended(proxy.switching, { text: lineRest(ref), standsAlone: standsAlone(ref, 2), when, target, targetStart: wordStartOf(ref, 1), targetEnd: wordEndOf(ref, 1), origin: lineSpanOf(ref) })
})

on(['acl'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults' && !rulesAllowed(state, proxy, ref)) return
  compileAcl(state, proxy, ref)
})

on(['bind'], (state, proxy, ref) => {
  if (!isEntryKind(proxy.kind)) {
    if (proxy.kind === 'defaults') notInDefaults(state, ref)
    else ignored(state, proxy, ref, 'is a backend')
    return
  }
  const bind = compileBind(state, ref)
  if (bind !== null) proxy.binds = appended(proxy.binds, bind)
})

on(['server', 'server-template'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults') notInDefaults(state, ref)
  else if (!isPoolKind(proxy.kind)) ignored(state, proxy, ref, 'is a frontend')
  else addServer(state, proxy, ref, proxy.settings.serverDefaults)
})

on(['default-server'], (state, proxy, ref) => {
  if (proxy.kind === 'frontend') {
    ignored(state, proxy, ref, 'is a frontend')
    return
  }
  proxy.settings.serverDefaults = withDefaultServer(state, ref, proxy.settings.serverDefaults)
  if (proxy.kind === 'defaults') proxy.settings.origin = [...proxy.settings.origin, lineSpanOf(ref)]
})

on(['http-request'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults' && !rulesAllowed(state, proxy, ref)) return
  const rule = compileHttpRule(state, proxy, ref)
  if (rule !== null) addRule(proxy, 'http-request', rule)
})

on(['redirect'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults') {
    notInDefaults(state, ref)
    return
  }
  const rule = compileRedirectRule(state, proxy, ref)
  if (rule !== null) addRule(proxy, 'redirect', rule)
})

on(['tcp-request'], (state, proxy, ref) => {
  const list = ref.values[1]
  if (list === 'inspect-delay') {
    const delay = parseTimeMs(ref.values[2] ?? '')
    if (delay === null) refuse(state, ref, 2, 'haproxy/bad-value', `'${ref.values[2] ?? ''}' is not a time.`, manual, [proxy.name])
    else proxy.inspectDelayMs = delay
    return
  }
  if (proxy.kind === 'defaults' && !rulesAllowed(state, proxy, ref)) return
  if (list !== 'connection' && list !== 'session' && list !== 'content') {
    refuse(state, ref, 1, 'haproxy/unknown-keyword', `'tcp-request ${list ?? ''}' is not known.`, manual, [proxy.name])
    addGap(state, 'unknown-keyword', restOf(ref.values, 0), 'The rule list is not known.', lineSpanOf(ref))
    return
  }
  if (proxy.kind === 'backend' && list !== 'content') {
    ignored(state, proxy, ref, 'has no listeners')
    return
  }
  const rule = compileTcpRule(state, proxy, ref)
  if (rule !== null) addRule(proxy, `tcp-${list}`, rule)
})

on(['monitor-uri'], (_state, proxy, ref) => {
  proxy.settings.monitorUri = ref.values[1] === undefined ? null : { name: ref.values[1], at: lineSpanOf(ref) }
})

on(['monitor'], (state, proxy, ref) => {
  if (ref.values[1] !== 'fail') {
    refuse(state, ref, 1, 'haproxy/unknown-keyword', "'monitor' is followed by 'fail'.", manual, [proxy.name])
    return
  }
  const when = compileGuard(state, proxy, ref, 2)
  proxy.monitorFail = appended(proxy.monitorFail, { keyword: 'monitor', text: restOf(ref.values, 1), when, does: { kind: 'respond', status: 503, why: 'monitor fail' }, origin: [lineSpanOf(ref)] })
})

on(['stats'], (state, proxy, ref) => {
  const word = ref.values[1]
  const before = proxy.settings.stats
  const uri = word === 'uri' ? (ref.values[2] ?? '/haproxy?stats') : (before?.uri ?? '/haproxy?stats')
  proxy.settings.stats = { uri, auth: (before?.auth ?? false) || word === 'auth', origin: word === 'uri' || before === null ? lineSpanOf(ref) : before.origin }
  addStatsLine(state, proxy, ref)
  if (word === 'http-request') addGap(state, 'approximate', restOf(ref.values, 0), 'Rules of the statistics page are not modelled.', lineSpanOf(ref))
})

on(['use-server'], (state, proxy, ref) => {
  const server = ref.values[1]
  if (!isPoolKind(proxy.kind) || server === undefined) {
    if (proxy.kind === 'defaults') notInDefaults(state, ref)
    else ignored(state, proxy, ref, 'has no servers')
    return
  }
  const when = compileGuard(state, proxy, ref, 2)
  proxy.selectors = appended(proxy.selectors, { kind: 'use-server', when, server: server.includes('%') ? compileTemplate(state, ref, 1) : server, origin: [lineSpanOf(ref)] })
})

on(['force-persist', 'ignore-persist'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults') {
    notInDefaults(state, ref)
    return
  }
  const when = compileGuard(state, proxy, ref, 1)
  proxy.persistence = appended(proxy.persistence, { kind: ref.values[0] === 'force-persist' ? 'force-persist' : 'ignore-persist', when, origin: [lineSpanOf(ref)] })
})

on(['balance'], (state, proxy, ref) => { compileBalance(state, proxy, ref) })
on(['hash-type'], (state, proxy, ref) => { compileHashType(state, proxy, ref) })
on(['cookie'], (state, proxy, ref) => { compileCookie(state, proxy, ref) })
on(['stick'], (state, proxy, ref) => { compileStick(state, proxy, ref) })
on(['option'], (state, proxy, ref) => { compileOption(state, proxy, ref, ref.values, false) })
on(['http-check', 'tcp-check'], (state, proxy, ref) => { compileHttpCheck(state, proxy, ref) })

on(['no', 'default'], (state, proxy, ref) => {
  const negative = ref.values[0] === 'no'
  const rest = ref.values.slice(1)
  if (rest[0] === 'option') compileOption(state, proxy, ref, rest, true)
  else if (negative && rest[0] === 'log') setSetting(proxy.settings, 'log', 'no')
  else refuse(state, ref, 1, 'haproxy/unknown-keyword', `'${ref.values[0] as string}' cannot stand before '${rest[0] ?? ''}'.`, manual, [proxy.name])
})

on(['hash-balance-factor'], (state, proxy, ref) => {
  const factor = parseInteger(ref.values[1])
  if (factor === null || (factor !== 0 && factor <= 100)) refuse(state, ref, 1, 'haproxy/bad-value', `'${ref.values[1] ?? ''}' is not a balance factor above 100.`, manual, [proxy.name])
  else proxy.settings.hashBalanceFactor = factor === 0 ? null : factor
})

on(['retries'], (state, proxy, ref) => {
  const count = parseInteger(ref.values[1])
  if (count === null || count < 0) refuse(state, ref, 1, 'haproxy/bad-value', `'${ref.values[1] ?? ''}' is not a number of retries.`, manual, [proxy.name])
  else proxy.settings.retries = count
})

on(['retry-on'], (_state, proxy, ref) => {
  const words = ref.values.slice(1)
  proxy.settings.retryOn = words[0] === 'none' ? [] : words
})

on(['timeout'], (state, proxy, ref) => {
  const name = ref.values[1]
  const value = parseTimeMs(ref.values[2] ?? '')
  if (name === undefined || value === null) {
    refuse(state, ref, name === undefined ? 0 : 2, 'haproxy/bad-value', `'${ref.values[2] ?? ''}' is not a time.`, manual, [proxy.name, name ?? ''])
    return
  }
  if (proxy.settings.timeoutsMs[name] === value) return
  proxy.settings.timeoutsMs = { ...proxy.settings.timeoutsMs, [name]: value }
})

on(['dispatch'], (state, proxy, ref) => {
  proxy.dispatchAt = lineSpanOf(ref)
  addGap(state, 'approximate', restOf(ref.values, 0), "'dispatch' sends everything to one address; its destination is not modelled.", lineSpanOf(ref))
  setSetting(proxy.settings, 'dispatch', restOf(ref.values, 1))
})

on(['filter'], (state, proxy, ref) => {
  if (proxy.kind === 'defaults') {
    notInDefaults(state, ref)
    return
  }
  const name = ref.values[1] ?? ''
  setSetting(proxy.settings, `filter ${name}`, restOf(ref.values, 2))
  if (name === 'compression' || name === 'trace' || name === 'cache' || name === 'bwlim-in' || name === 'bwlim-out' || name === 'fcgi-app' || name === 'opentracing') return
  addGap(state, 'opaque-effect', restOf(ref.values, 0), 'A filter may change the request or answer it.', lineSpanOf(ref))
})

on(['redispatch'], (_state, proxy) => { proxy.settings.redispatch = true })

on(['monitor-net', 'quic-initial', 'transparent', 'force-be-switch', 'http-send-name-header'], (state, proxy, ref) => {
  addGap(state, 'approximate', restOf(ref.values, 0), `'${ref.values[0] as string}' is not modelled.`, lineSpanOf(ref))
  setSetting(proxy.settings, ref.values[0] as string, restOf(ref.values, 1))
})

/** Settings that are compared but cannot change where a request goes. */
const compared = [
  'maxconn', 'fullconn', 'backlog', 'http-reuse', 'source', 'load-server-state-from-file', 'server-state-file-name', 'max-keep-alive-queue', 'max-session-srv-conns', 'id', 'guid', 'description',
  'log', 'log-format', 'log-format-sd', 'log-tag', 'log-steps', 'unique-id-format', 'unique-id-header', 'error-log-format', 'errorfile', 'errorfiles', 'errorloc', 'errorloc302', 'errorloc303', 'http-error',
  'compression', 'email-alert', 'rate-limit', 'capture', 'declare', 'external-check', 'grace', 'bind-process', 'persist', 'stick-table', 'tcp-response', 'http-response', 'http-after-response', 'rate-limit',
  'use-fcgi-app', 'clitcpka-cnt', 'clitcpka-idle', 'clitcpka-intvl', 'srvtcpka-cnt', 'srvtcpka-idle', 'srvtcpka-intvl', 'ssl-f-use', 'publish', 'unpublish', 'hash-preserve-affinity', 'crt', 'use-small-buffers', 'dynamic-cookie-key', 'clitimeout', 'contimeout', 'srvtimeout',
]

/** Keywords whose second word is part of the name of the setting. */
const twoWords = new Set(['errorfile', 'errorloc', 'errorloc302', 'errorloc303', 'http-error', 'capture', 'email-alert', 'compression', 'rate-limit'])
/** Keywords that may repeat; their lines are joined. */
const repeated = new Set(['tcp-response', 'http-response', 'http-after-response', 'log', 'capture', 'declare'])

on(compared, (state, proxy, ref) => {
  const { values } = ref
  const word = values[0] as string
  if (proxy.kind === 'defaults' && (word === 'http-response' || word === 'http-after-response' || word === 'tcp-response') && !rulesAllowed(state, proxy, ref)) return
  if (isAnswerRule(values)) addAnswerRule(proxy, ref)
  if (word === 'persist' && values[1] !== undefined) {
    const name = /^rdp-cookie(?:\((.*)\))?$/.exec(values[1])
    if (name !== null) proxy.settings.rdpCookie = { kind: 'rdp-cookie', name: name[1] ?? 'msts', origin: [lineSpanOf(ref)] }
  }
  if (word === 'load-server-state-from-file' && values[1] !== undefined && values[1] !== 'none') {
    addGap(state, 'approximate', restOf(values, 0), 'A file written by an earlier process may change states, weights and ports of servers (H-STATE-3).', lineSpanOf(ref))
  }
  if (word === 'use-fcgi-app') addGap(state, 'approximate', restOf(values, 0), 'FastCGI applications are not modelled.', lineSpanOf(ref))
  if (word === 'http-response' && values[1] === 'return') addGap(state, 'approximate', restOf(values, 0), 'Rules on answers are not modelled.', lineSpanOf(ref))
  const key = twoWords.has(word) && values[1] !== undefined ? `${word} ${values[1]}` : word
  const value = restOf(values, key === word ? 1 : 2)
  const before = proxy.settings.settings[key]
  setSetting(proxy.settings, key, repeated.has(word) && before !== undefined && before !== value ? `${before}; ${value}` : value)
})

/** Rules in `defaults` need a name and 2.6 or later (H-DEF-4). */
function rulesAllowed(state: CompileState, proxy: ProxyDraft, ref: LineRef): boolean {
  if (proxy.name !== '' && state.release >= 205) return true
  refuse(state, ref, 0, 'haproxy/rule-in-defaults', `'${ref.values[0] as string}' may not stand in ${proxy.name === '' ? 'a defaults section without a name' : `defaults of HAProxy ${state.version}`}.`, 'H-DEF-4')
  return false
}

function notInDefaults(state: CompileState, ref: LineRef): void {
  refuse(state, ref, 0, 'haproxy/not-in-defaults', `'${ref.values[0] as string}' may not stand in a defaults section.`, manual, [ref.values[0] as string])
}

function ignored(state: CompileState, proxy: ProxyDraft, ref: LineRef, why: string): void {
  report(state, {
    code: 'haproxy/ignored-line', severity: 'warning', at: lineSpanOf(ref), source: 'H-ORD-15', names: [proxy.name, ref.values[0] as string],
    message: `'${ref.values[0] as string}' is ignored because ${proxy.kind} '${proxy.name}' ${why}.`,
  })
}

