import type { Action, Effect, RedirectTarget } from '#shared/model/routing-model.ts'
import type { Template } from '#shared/model/predicate.ts'
import { compileGuard, guardAt } from './conditions.ts'
import type { ProxyDraft, RuleDraft } from './proxy.ts'
import { addGap, lineSpanOf, refuse, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { answerContents, joinedTemplate } from './answer-contents.ts'
import { compileTemplate, compileValue, literal } from './templates.ts'
import { parseInteger } from './values.ts'

/** What an action word became, and where its condition may start. */
interface Read {
  readonly does: Effect | Action
  readonly next: number
}

const manual = 'HAProxy configuration manual, section 4.2'

function text(ref: LineRef, from: number): string {
  return ref.values.slice(from).join(' ')
}

/** `http-request ACTION …`. */
export function compileHttpRule(state: CompileState, proxy: ProxyDraft, ref: LineRef): RuleDraft | null {
  const action = ref.values[1]
  if (action === undefined) {
    refuse(state, ref, 0, 'haproxy/bad-rule', "'http-request' needs an action.", manual)
    return null
  }
  const read = httpAction(state, ref, action)
  if (read === null) return null
  return { keyword: 'http-request', text: text(ref, 1), when: compileGuard(state, proxy, ref, read.next), does: read.does, origin: [lineSpanOf(ref)] }
}

/** Actions that cannot change where a request goes. */
const inertActions = new Set([
  'set-log-level', 'set-nice', 'set-tos', 'set-mark', 'capture', 'sc-inc-gpc', 'sc-inc-gpc0', 'sc-inc-gpc1', 'sc-add-gpc', 'sc-set-gpt', 'sc-set-gpt0', 'track-sc0', 'track-sc1', 'track-sc2', 'track-sc',
  'disable-l7-retry', 'early-hint', 'set-timeout', 'set-priority-class', 'set-priority-offset', 'strict-mode', 'wait-for-body', 'wait-for-handshake', 'set-bandwidth-limit',
  'set-fc-mark', 'set-fc-tos', 'set-bc-mark', 'set-bc-tos', 'pause', 'set-retries', 'do-log', 'ot-group', 'otel-group',
])

function httpAction(state: CompileState, ref: LineRef, action: string): Read | null {
  const { values } = ref
  const template = (word: number): Template => compileTemplate(state, ref, word)
  const need = (count: number): boolean => {
    if (values.length > 1 + count) return true
    refuse(state, ref, 1, 'haproxy/bad-rule', `The action '${action}' needs ${count === 1 ? 'a value' : `${count} values`}.`, manual, [action])
    return false
  }
  const open = action.indexOf('(')
  const name = open === -1 ? action : action.slice(0, open)
  switch (name) {
    case 'allow': case 'accept': return { does: { kind: 'leave' }, next: 2 }
    case 'deny': return { does: { kind: 'deny', status: statusOf(state, ref, 403), ...answerContents(state, ref, '') }, next: guardAt(values, 2) }
    case 'tarpit': return { does: { kind: 'deny', status: statusOf(state, ref, 500), ...answerContents(state, ref, 'tarpit') }, next: guardAt(values, 2) }
    case 'reject': return { does: { kind: 'close', ...answerContents(state, ref, 'reject') }, next: guardAt(values, 2) }
    case 'silent-drop': return { does: { kind: 'close', ...answerContents(state, ref, 'silent-drop') }, next: guardAt(values, 2) }
    case 'auth': return { does: { kind: 'respond', status: 401, why: 'http-request auth', ...answerContents(state, ref, '') }, next: guardAt(values, 2) }
    case 'return': return { does: { kind: 'respond', status: statusOf(state, ref, 200), why: 'http-request return', ...answerContents(state, ref, '') }, next: guardAt(values, 2) }
    case 'redirect': {
      const read = compileRedirect(state, ref, 2, true)
      return read === null ? null : { does: read.action, next: read.next }
    }
    case 'use-service': {
      const service = values[2] ?? ''
      if (service === 'prometheus-exporter') return { does: { kind: 'respond', status: 200, why: service }, next: 3 }
      addGap(state, 'opaque-action', `use-service ${service}`, 'The service decides the answer.', lineSpanOf(ref))
      return { does: { kind: 'opaque', text: `use-service ${service}`, reason: 'The service decides the answer.' }, next: 3 }
    }
    case 'set-path': return need(1) ? { does: { kind: 'set-path', value: template(2) }, next: 3 } : null
    case 'set-pathq': return need(1) ? { does: { kind: 'set-path-and-query', value: template(2) }, next: 3 } : null
    case 'set-query': return need(1) ? { does: { kind: 'set-query', value: template(2) }, next: 3 } : null
    case 'set-uri': return need(1) ? { does: { kind: 'set-target', value: template(2) }, next: 3 } : null
    case 'set-method': return need(1) ? { does: { kind: 'set-method', value: template(2) }, next: 3 } : null
    case 'replace-path': return need(2) ? { does: { kind: 'replace', part: 'path', pattern: values[2] as string, replacement: template(3) }, next: 4 } : null
    case 'replace-pathq': return need(2) ? { does: { kind: 'replace', part: 'path-and-query', pattern: values[2] as string, replacement: template(3) }, next: 4 } : null
    case 'replace-uri': return need(2) ? { does: { kind: 'replace', part: 'target', pattern: values[2] as string, replacement: template(3) }, next: 4 } : null
    case 'set-header': case 'add-header':
      return need(2) ? { does: { kind: name, name: (values[2] as string).toLowerCase(), value: template(3) }, next: 4 } : null
    case 'del-header': return need(1) ? deleteHeader(state, ref) : null
    case 'replace-header': case 'replace-value':
      return need(3)
        ? { does: { kind: 'replace-header', name: (values[2] as string).toLowerCase(), each: name === 'replace-header' ? 'line' : 'value', pattern: values[3] as string, replacement: template(4) }, next: 5 }
        : null
    case 'normalize-uri': {
      if (!need(1)) return null
      const next = guardAt(values, 3)
      const written = values[2] as string
      // With a condition and without its argument, such a normalizer merges slashes instead (measured on 2.6.12).
      const slips = next === 3 && values[3] !== undefined && /^(?:path-strip-dotdot|percent-decode-unreserved|percent-to-uppercase)$/.test(written)
      return { does: { kind: 'normalize-uri', normalizer: slips ? 'path-merge-slashes' : written, argument: next > 3 ? values.slice(3, next).join(' ') : null }, next }
    }
    case 'set-var': case 'set-var-fmt': case 'unset-var': return variableAction(state, ref, name, action)
    case 'set-src': case 'set-dst': case 'set-src-port': case 'set-dst-port': {
      if (!need(1)) return null
      const kinds = { 'set-src': 'set-source', 'set-dst': 'set-destination', 'set-src-port': 'set-source-port', 'set-dst-port': 'set-destination-port' } as const
      return { does: { kind: kinds[name], value: compileValue(state, ref, 2) }, next: 3 }
    }
    case 'cache-use':
      addGap(state, 'approximate', text(ref, 1), 'Answers from the cache do not reach a server; this is not modelled.', lineSpanOf(ref))
      return { does: { kind: 'note', text: text(ref, 1) }, next: guardAt(values, 2) }
    default:
      if (/^(?:track-sc|sc-)/.test(name) && text(ref, 1).includes('var(')) state.laterTexts.add(text(ref, 1))
      if (inertActions.has(name)) return { does: { kind: 'note', text: `${values[0] as string} ${text(ref, 1)}` }, next: guardAt(values, 2) }
      return opaqueEffect(state, ref, name)
  }
}

const runtimeActions: Readonly<Record<string, string>> = {
  'set-map': 'It changes a map while HAProxy runs.', 'del-map': 'It changes a map while HAProxy runs.', 'add-acl': 'It changes a pattern list while HAProxy runs.', 'del-acl': 'It changes a pattern list while HAProxy runs.',
  'do-resolve': 'It looks a name up while the request waits.', 'send-spoe-group': 'An outside agent may change variables.', 'switch-mode': 'The connection changes to HTTP.',
  'attach-srv': 'It attaches a connection to a server.', 'add-headers-bin': 'Headers come from a binary value.', 'del-headers-bin': 'Headers come from a binary value.', 'set-headers-bin': 'Headers come from a binary value.',
}

function opaqueEffect(state: CompileState, ref: LineRef, name: string): Read {
  const known = runtimeActions[name]
  const reason = name.startsWith('lua.') ? 'A script decides what happens.' : known ?? `The action '${name}' is not known.`
  const shown = text(ref, 1)
  if (known === undefined && !name.startsWith('lua.')) {
    refuse(state, ref, 1, 'haproxy/unknown-action', `HAProxy ${state.version} is not known to have the action '${name}' for '${ref.values[0] as string}'.`, manual, [name])
  }
  addGap(state, known === undefined && !name.startsWith('lua.') ? 'unknown-keyword' : 'opaque-effect', shown, reason, lineSpanOf(ref))
  return { does: { kind: 'opaque-effect', text: shown, reason }, next: guardAt(ref.values, 2) }
}

function statusOf(state: CompileState, ref: LineRef, otherwise: number): number {
  const { values } = ref
  const end = guardAt(values, 2)
  for (let at = 2; at < end; at += 1) {
    if (values[at] !== 'deny_status' && values[at] !== 'status') continue
    const status = parseInteger(values[at + 1])
    if (status === null || status < 200 || status > 599) {
      refuse(state, ref, at + 1, 'haproxy/bad-value', `'${values[at + 1] ?? ''}' is not a status HAProxy can answer with.`, manual)
      return otherwise
    }
    return status
  }
  return otherwise
}

function deleteHeader(state: CompileState, ref: LineRef): Read {
  const { values } = ref
  const name = (values[2] as string).toLowerCase()
  if (values[3] !== '-m') return { does: { kind: 'delete-header', name, match: 'exact' }, next: 3 }
  const matches = { str: 'exact', beg: 'prefix', end: 'suffix', sub: 'substring', reg: 'regex' } as const
  const method = values[4] ?? ''
  if (!Object.hasOwn(matches, method)) {
    refuse(state, ref, 4, 'haproxy/bad-value', `'${method}' is not a matching method for header names.`, manual)
    return { does: { kind: 'delete-header', name, match: 'exact' }, next: 5 }
  }
  const match = matches[method as keyof typeof matches]
  return { does: { kind: 'delete-header', name: match === 'regex' ? (values[2] as string) : name, match }, next: 5 }
}

function variableAction(state: CompileState, ref: LineRef, name: string, action: string): Read | null {
  const variable = /^[a-z-]+\(([^,)]*)(?:,[^)]*)?\)$/.exec(action)?.[1] ?? ''
  if (variable === '') {
    refuse(state, ref, 1, 'haproxy/bad-rule', `'${action}' does not name a variable.`, manual)
    return null
  }
  if (action.includes(',') ) addGap(state, 'approximate', action, 'The condition inside the parentheses is not modelled.', wordSpanOf(ref, 1))
  if (name === 'unset-var') return { does: { kind: 'unset-variable', name: variable }, next: 2 }
  if (ref.values[2] === undefined) {
    refuse(state, ref, 1, 'haproxy/bad-rule', `'${action}' needs a value.`, manual)
    return null
  }
  const value = name === 'set-var' ? compileValue(state, ref, 2) : compileTemplate(state, ref, 2)
  return { does: { kind: 'set-variable', name: variable, value }, next: 3 }
}

/**
 * Redirect from word `from`: `location|prefix|scheme TEXT {code N | drop-query | append-slash | …}`.
 * `formatted`: log-format variables count, as in `http-request redirect`; the older `redirect` line takes the text as it stands.
 * Source: H-ORD-16.
 */
export function compileRedirect(state: CompileState, ref: LineRef, from: number, formatted: boolean): { readonly action: Action; readonly next: number } | null {
  const { values } = ref
  let kind: 'location' | 'prefix' | 'scheme' | null = null
  let target: Template = literal('')
  let status = 302
  let dropQuery = false
  let appendSlash = false
  let ignoreEmpty = false
  const cookies: Template[] = []
  let at = from
  for (; at < values.length; at += 1) {
    const word = values[at] as string
    if (word === 'if' || word === 'unless') break
    if (word === 'location' || word === 'prefix' || word === 'scheme') {
      kind = word
      at += 1
      target = formatted ? compileTemplate(state, ref, at) : literal(values[at] ?? '')
    } else if (word === 'code') {
      at += 1
      const code = parseInteger(values[at])
      if (code === null || ![301, 302, 303, 307, 308].includes(code)) {
        refuse(state, ref, at, 'haproxy/bad-value', `'${values[at] ?? ''}' is not a redirect status; HAProxy takes 301, 302, 303, 307 and 308.`, manual)
      } else status = code
    } else if (word === 'drop-query') dropQuery = true
    else if (word === 'append-slash') appendSlash = true
    else if (word === 'ignore-empty') ignoreEmpty = true
    else if (word === 'keep-query') continue
    else if (word === 'set-cookie' || word === 'set-cookie-fmt' || word === 'clear-cookie') {
      at += 1
      cookies.push(literal(word), word === 'set-cookie-fmt' ? compileTemplate(state, ref, at) : literal(values[at] ?? ''))
    }
    else {
      refuse(state, ref, at, 'haproxy/bad-rule', `'${word}' is not an option of a redirect.`, manual, [word])
      break
    }
  }
  if (kind === null) {
    refuse(state, ref, from, 'haproxy/bad-rule', "A redirect needs 'location', 'prefix' or 'scheme'.", manual)
    return null
  }
  const to: RedirectTarget = kind === 'location' ? { kind, value: target, ignoreEmpty } : { kind, value: target, dropQuery, appendSlash, ignoreEmpty }
  return { action: { kind: 'redirect', status, to, ...(cookies.length === 0 ? {} : { contents: joinedTemplate(cookies) }) }, next: at }
}

/** The older `redirect` line. */
export function compileRedirectRule(state: CompileState, proxy: ProxyDraft, ref: LineRef): RuleDraft | null {
  const read = compileRedirect(state, ref, 1, false)
  if (read === null) return null
  return { keyword: 'redirect', text: text(ref, 1), when: compileGuard(state, proxy, ref, read.next), does: read.action, origin: [lineSpanOf(ref)] }
}

/** `tcp-request connection|session|content ACTION …`; null: no rule of a request. */
export function compileTcpRule(state: CompileState, proxy: ProxyDraft, ref: LineRef): RuleDraft | null {
  const { values } = ref
  const action = values[2]
  if (action === undefined) {
    refuse(state, ref, 1, 'haproxy/bad-rule', `'tcp-request ${values[1] ?? ''}' needs an action.`, manual)
    return null
  }
  const origin = lineSpanOf(ref)
  const shifted: LineRef = { ...ref, values: values.slice(1), shift: ref.shift + 1 }
  if (action === 'expect-proxy' || action === 'expect-netscaler-cip') {
    proxy.expectProxy = action === 'expect-proxy'
    const when = compileGuard(state, proxy, ref, guardAt(values, 3))
    if (when.kind !== 'true') addGap(state, 'approximate', text(ref, 1), 'The PROXY header is taken to be expected on every connection.', origin)
    return { keyword: 'tcp-request', text: text(ref, 1), when, does: { kind: 'note', text: text(ref, 1) }, origin: [origin] }
  }
  const read = httpAction(state, shifted, action)
  if (read === null) return null
  return { keyword: 'tcp-request', text: text(ref, 1), when: compileGuard(state, proxy, ref, read.next + 1), does: read.does, origin: [origin] }
}
