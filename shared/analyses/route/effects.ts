import type { Effect } from '#shared/model/routing-model.ts'
import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import { headerElements, splitTarget, withoutUserInfo } from '#shared/requests/http-values.ts'
import { normalizeUri } from '#shared/requests/normalize-uri.ts'
import { compileRegex, expandReplacement, type Regex } from '#shared/requests/regex.ts'
import type { RouteDependency } from './answer.ts'
import { pathAndQueryOf, type Header, type RequestState } from './request-state.ts'
import { isUnknown, sampleInteger, sampleIp, type Unknown } from './sample.ts'
import { shownText, templateText } from './templates.ts'
import { viewValue, type Surroundings } from './transforms.ts'

export interface Applied {
  readonly state: RequestState
  /** What the request became, in words; null: nothing changed. */
  readonly became: string | null
  /** The effect refuses the request instead (strict normalisation). */
  readonly refused: number | null
  /** An unmodelled part of the effect that may change anything from here on. */
  readonly depends: RouteDependency | null
}

/** The next version of the request. */
export function applyEffect(effect: Effect, around: Surroundings): Applied {
  const state = around.state
  const same: Applied = { state, became: null, refused: null, depends: null }
  switch (effect.kind) {
    case 'note': return same
    case 'opaque-effect': return { ...same, depends: { text: effect.text, reason: effect.reason, at: around.at } }
    case 'set-path': case 'set-path-and-query': case 'set-query': case 'set-target': return withTarget(state, rewriteTarget(effect.kind, state, templateText(effect.value, around)), effect.kind === 'set-target')
    case 'send-target': {
      const target = templateText(effect.value, around)
      return { ...same, state: { ...state, target, pseudoHeaders: false }, became: `the server gets ${shownText(target)}` }
    }
    case 'replace': return replaceTarget(effect, around)
    case 'set-method': {
      const method = templateText(effect.value, around)
      return { ...same, state: { ...state, method }, became: `the method is now ${shownText(method)}` }
    }
    case 'set-header': case 'add-header': {
      const name = effect.name.toLowerCase()
      const value = templateText(effect.value, around)
      const kept = effect.kind === 'set-header' ? state.headers.filter(header => header.name !== name) : state.headers
      const next = withHeaders(state, [...kept, { name, value }])
      return { ...same, state: next, became: `header ${effect.name} is now ${shownText(value)}` }
    }
    case 'delete-header': {
      const matches = headerNameTest(effect.match, effect.name)
      if (matches === null) return { ...same, depends: { text: effect.name, reason: 'the pattern for header names cannot be modelled', at: around.at } }
      const kept = state.headers.filter(header => !matches(header.name))
      return kept.length === state.headers.length ? same : { ...same, state: withHeaders(state, kept), became: `header ${effect.name} is gone` }
    }
    case 'replace-header': return replaceHeader(effect, around)
    case 'set-variable': {
      const value = 'parts' in effect.value ? templateText(effect.value, around) : viewValue(effect.value, around)
      // An absent value leaves the variable as it was.
      if (value === null) return same
      const variables = new Map(state.variables)
      variables.set(effect.name, value)
      return { ...same, state: { ...state, variables }, became: `variable ${effect.name} is now ${typeof value === 'object' ? 'set' : String(value)}` }
    }
    case 'unset-variable': {
      if (!state.variables.has(effect.name)) return same
      const variables = new Map(state.variables)
      variables.delete(effect.name)
      return { ...same, state: { ...state, variables }, became: `variable ${effect.name} is gone` }
    }
    case 'normalize-uri': return normalize(effect, around)
    case 'set-source': case 'set-destination': {
      const value = viewValue(effect.value, around)
      if (value === null) return same
      const ip = isUnknown(value) ? value : sampleIp(value)
      if (ip === null) return same
      return { ...same, state: effect.kind === 'set-source' ? { ...state, sourceIp: ip } : { ...state, localIp: ip }, became: effect.kind === 'set-source' ? 'the source address is replaced' : 'the destination address is replaced' }
    }
    case 'set-source-port': case 'set-destination-port': {
      const value = viewValue(effect.value, around)
      if (value === null) return same
      const port = isUnknown(value) ? value : sampleInteger(value)
      if (port === null) return same
      return { ...same, state: effect.kind === 'set-source-port' ? { ...state, sourcePort: port } : { ...state, localPort: port }, became: effect.kind === 'set-source-port' ? 'the source port is replaced' : 'the destination port is replaced' }
    }
  }
}

function rewriteTarget(kind: 'set-path' | 'set-path-and-query' | 'set-query' | 'set-target', state: RequestState, value: string | Unknown): string | Unknown {
  const target = state.target
  if (typeof target !== 'string') return target
  if (typeof value !== 'string') return value
  switch (kind) {
    case 'set-target': return value
    case 'set-path': return withPart(target, value, false)
    case 'set-path-and-query': return withPart(target, value, true)
    case 'set-query': {
      const mark = target.indexOf('?')
      if (mark === -1) return value === '' ? target : `${target}?${value}`
      return target.slice(0, mark + 1) + value
    }
  }
}

/** Puts `value` in the place of the path (and query); the authority of an absolute target stays. */
function withPart(target: string, value: string, withQuery: boolean): string {
  const at = Math.max(0, splitTarget(target).pathAt)
  if (withQuery) return target.slice(0, at) + value
  const mark = target.indexOf('?', at)
  return target.slice(0, at) + value + (mark === -1 ? '' : target.slice(mark))
}

function withTarget(state: RequestState, target: string | Unknown, movesHost: boolean): Applied {
  let next: RequestState = { ...state, target }
  if (movesHost && typeof target === 'string') {
    const parts = splitTarget(target)
    next = { ...next, pseudoHeaders: false }
    if (parts.authority !== null) {
      // The authority of the new target replaces the Host header where there is one (H-RW-1).
      const authority = withoutUserInfo(parts.authority)
      next = { ...next, headers: state.headers.map(header => (header.name === 'host' ? { name: 'host', value: authority } : header)) }
    }
  }
  if (target === state.target) return { state: next, became: null, refused: null, depends: null }
  const shown = typeof target === 'string' ? (pathAndQueryOf(target) ?? target) : shownText(target)
  return { state: next, became: `the path is now ${shown}`, refused: null, depends: null }
}

/** New headers; a Host that changes also changes the authority of an absolute target. */
function withHeaders(state: RequestState, headers: readonly Header[]): RequestState {
  const next: RequestState = { ...state, headers }
  if (typeof state.target !== 'string') return next
  const parts = splitTarget(state.target)
  if (parts.form !== 'absolute' || parts.authority === null) return next
  const hosts = headers.filter(header => header.name === 'host')
  const host = hosts[hosts.length - 1]
  if (host === undefined || typeof host.value !== 'string' || state.headers.includes(host)) return next
  const start = state.target.indexOf('://') + 3
  return { ...next, target: state.target.slice(0, start) + host.value + state.target.slice(start + parts.authority.length) }
}

function usable(pattern: string, subject: string, replacement: string): { readonly regex: Regex } | { readonly reason: string } {
  const compiled = compileRegex(toBytes(pattern), { ignoreCase: false, dialect: 'pcre' })
  if (!compiled.ok) return { reason: `the pattern ${pattern} cannot be modelled: ${compiled.reason}` }
  if (!compiled.regex.decides(subject)) return { reason: 'the value has a line end and the pattern ends in $' }
  if (/\\[1-9]/.test(replacement) && !compiled.regex.capturesReliable) return { reason: `what the groups of ${pattern} capture may differ between engines` }
  return { regex: compiled.regex }
}

function replaceTarget(effect: Extract<Effect, { readonly kind: 'replace' }>, around: Surroundings): Applied {
  const state = around.state
  const unchanged: Applied = { state, became: null, refused: null, depends: null }
  if (typeof state.target !== 'string') return unchanged
  const target = state.target
  const pathAndQuery = pathAndQueryOf(target)
  const subject = effect.part === 'target' ? target : effect.part === 'path-and-query' ? pathAndQuery : pathAndQuery === null ? null : (pathAndQuery.split('?', 1)[0] ?? '')
  if (subject === null) return unchanged
  const template = templateText(effect.replacement, around)
  const regex = usable(effect.pattern, subject, typeof template === 'string' ? template : '')
  if ('reason' in regex) return { ...unchanged, state: { ...state, target: { unknown: { text: effect.pattern, reason: regex.reason, at: around.at } } } }
  const match = regex.regex.exec(subject)
  if (match === null) return unchanged
  if (typeof template !== 'string') return withTarget(state, template, false)
  const value = expandReplacement(template, match.groups)
  return effect.part === 'target' ? withTarget(state, value, true) : withTarget(state, withPart(target, value, effect.part === 'path-and-query'), false)
}

function replaceHeader(effect: Extract<Effect, { readonly kind: 'replace-header' }>, around: Surroundings): Applied {
  const state = around.state
  const name = effect.name.toLowerCase()
  const template = templateText(effect.replacement, around)
  let changed = false
  const rewrite = (value: string): string | Unknown => {
    const regex = usable(effect.pattern, value, typeof template === 'string' ? template : '')
    if ('reason' in regex) return { unknown: { text: effect.pattern, reason: regex.reason, at: around.at } }
    const match = regex.regex.exec(value)
    if (match === null) return value
    return typeof template === 'string' ? expandReplacement(template, match.groups) : template
  }
  const headers = state.headers.map(header => {
    if (header.name !== name || typeof header.value !== 'string') return header
    let value: string | Unknown
    if (effect.each === 'line') value = rewrite(header.value)
    else {
      const parts = headerElements(header.value).map(element => ({ element, value: rewrite(element) }))
      const unknown = parts.find(part => typeof part.value !== 'string')
      value = unknown !== undefined ? unknown.value : rejoin(header.value, parts.map(part => ({ from: part.element, to: part.value as string })))
    }
    if (value === header.value) return header
    changed = true
    return { name, value }
  })
  if (!changed) return { state, became: null, refused: null, depends: null }
  const shown = headers.filter(header => header.name === name).map(header => shownText(header.value)).join(', ')
  return { state: withHeaders(state, headers), became: `header ${effect.name} is now ${shown}`, refused: null, depends: null }
}

/** Elements replaced in place; commas and blanks between them stay. */
function rejoin(line: string, parts: readonly { readonly from: string; readonly to: string }[]): string {
  let output = ''
  let at = 0
  for (const part of parts) {
    const start = line.indexOf(part.from, at)
    output += line.slice(at, start) + part.to
    at = start + part.from.length
  }
  return output + line.slice(at)
}

function headerNameTest(match: Extract<Effect, { readonly kind: 'delete-header' }>['match'], pattern: string): ((name: string) => boolean) | null {
  const text = asciiLower(toBytes(pattern))
  switch (match) {
    case 'exact': return name => name === text
    case 'prefix': return name => name.startsWith(text)
    case 'suffix': return name => name.endsWith(text)
    case 'substring': return name => name.includes(text)
    case 'regex': {
      const compiled = compileRegex(toBytes(pattern), { ignoreCase: false, dialect: 'pcre' })
      return compiled.ok ? name => compiled.regex.test(name) : null
    }
  }
}

function normalize(effect: Extract<Effect, { readonly kind: 'normalize-uri' }>, around: Surroundings): Applied {
  const state = around.state
  const unchanged: Applied = { state, became: null, refused: null, depends: null }
  if (typeof state.target !== 'string') return unchanged
  const pathAndQuery = pathAndQueryOf(state.target)
  if (pathAndQuery === null) return unchanged
  const normalized = normalizeUri(pathAndQuery, effect.normalizer, effect.argument)
  switch (normalized.kind) {
    case 'invalid': return { ...unchanged, refused: 400 }
    case 'unknown': return { ...unchanged, state: { ...state, target: { unknown: { text: `normalize-uri ${effect.normalizer}`, reason: 'this normalizer is not modelled', at: around.at } } } }
    case 'ok': return normalized.text === pathAndQuery ? unchanged : withTarget(state, withPart(state.target, normalized.text, true), false)
  }
}
