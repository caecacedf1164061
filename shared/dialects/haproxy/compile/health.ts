import type { HealthCheck } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'
import { setSetting } from './proxy.ts'
import type { ProxyDraft } from './proxy.ts'
import { addGap, lineSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { restOf } from './values.ts'

const noSpans: readonly Span[] = []

const checkOptions: Readonly<Record<string, HealthCheck['kind']>> = {
  httpchk: 'http', 'tcp-check': 'tcp', 'ssl-hello-chk': 'ssl-hello', 'mysql-check': 'mysql', 'pgsql-check': 'pgsql', 'redis-check': 'redis', smtpchk: 'smtp', 'ldap-check': 'ldap',
  'external-check': 'external', 'spop-check': 'spop',
}

/** `option NAME …`, `no option NAME`, `default option NAME`; `words` starts at `option`. */
export function compileOption(state: CompileState, proxy: ProxyDraft, ref: LineRef, words: readonly string[], negated: boolean): void {
  const name = words[1]
  if (name === undefined) return
  const { settings } = proxy
  const kind = Object.hasOwn(checkOptions, name) ? checkOptions[name] : undefined
  if (kind !== undefined) {
    settings.check = negated ? null : checkOf(kind, words)
    proxy.checkAt = negated ? null : lineSpanOf(ref)
    return
  }
  if (name === 'redispatch') {
    settings.redispatch = !negated && words[2] !== '0'
    return
  }
  if (name === 'allbackups') {
    settings.allBackups = !negated
    return
  }
  if (!negated && (name === 'transparent' || name === 'http_proxy' || name === 'httpproxy')) {
    addGap(state, 'approximate', restOf(words, 0), 'The destination comes from the request; this is not modelled.', lineSpanOf(ref))
  }
  const value = negated ? 'no' : restOf(words, 2)
  if (negated && settings.settings[`option ${name}`] === undefined) return
  setSetting(settings, `option ${name}`, value)
}

/** `option httpchk [METHOD] URI [VERSION [more]]`, older form with headers behind the version. */
function checkOf(kind: HealthCheck['kind'], words: readonly string[]): HealthCheck {
  if (kind !== 'http') return { kind, method: null, uri: null, httpVersion: null, host: null, expect: null, origin: noSpans }
  const rest = words.slice(2)
  const method = rest.length > 1 ? (rest[0] as string) : 'OPTIONS'
  const uri = rest.length > 1 ? (rest[1] as string) : (rest[0] ?? '/')
  const version = rest[2] ?? 'HTTP/1.0'
  const host = /host:\s*([^\r\n]+)/i.exec(rest.slice(2).join(' '))?.[1]?.trim() ?? null
  return { kind, method, uri, httpVersion: version.split(/[\r\n]/, 1)[0] ?? version, host, expect: null, origin: noSpans }
}

/** `http-check` and `tcp-check` lines: what they say about the request and the expectation; the rest is compared as text. */
export function compileHttpCheck(_state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  const { values } = ref
  const { settings } = proxy
  const word = values[1]
  if (values[0] === 'http-check' && word === 'send') {
    let method: string | null = null
    let uri: string | null = null
    let version: string | null = null
    let host: string | null = null
    for (let at = 2; at < values.length; at += 1) {
      if (values[at] === 'meth') method = values[++at] ?? null
      else if (values[at] === 'uri' || values[at] === 'uri-lf') uri = values[++at] ?? null
      else if (values[at] === 'ver') version = values[++at] ?? null
      else if (values[at] === 'hdr') {
        if ((values[at + 1] ?? '').toLowerCase() === 'host') host = values[at + 2] ?? null
        at += 2
      }
    }
    settings.checkSend = { method, uri, version, host }
    return
  }
  if (values[0] === 'http-check' && word === 'expect') {
    settings.checkExpect = restOf(values, 2)
    return
  }
  const key = `${values[0] as string} ${word ?? ''}`
  const before = settings.settings[key]
  const value = restOf(values, 2)
  setSetting(settings, key, before === undefined || before === value ? value : `${before}; ${value}`)
}

/** The check of a pool once its sections are read. `http-check` lines count only with `option httpchk` (H-CK-3d). */
export function settledCheck(proxy: ProxyDraft): HealthCheck | null {
  const { check, checkSend, checkExpect } = proxy.settings
  if (check === null) return null
  const { kind } = check
  const send = kind === 'http' ? checkSend : null
  return {
    kind, method: send?.method ?? check.method, uri: send?.uri ?? check.uri, httpVersion: send?.version ?? check.httpVersion, host: send?.host ?? check.host,
    expect: (kind === 'http' ? checkExpect : null) ?? check.expect, origin: proxy.checkAt === null ? noSpans : [proxy.checkAt],
  }
}
