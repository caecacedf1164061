import type { Algorithm, AlgorithmName, Persistence } from '#shared/model/pool.ts'
import type { View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { compileGuard } from './conditions.ts'
import { appended } from './proxy.ts'
import type { ProxyDraft } from './proxy.ts'
import { addGap, lineSpanOf, refuse } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { compileValue } from './templates.ts'
import { restOf } from './values.ts'

const noSpans: readonly Span[] = []
const manual = 'HAProxy configuration manual, section 4.2'

function view(field: View['field'], type: View['type'] = 'string', pick: View['pick'] = 'last'): View {
  return { field, transforms: [], type, pick, absentAs: 'nothing' }
}

/** `balance ALGORITHM {PARAMETER}`. */
export function compileBalance(state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  const { values } = ref
  if (proxy.kind === 'frontend') return
  const word = values[1] ?? 'roundrobin'
  const call = word.includes('(') ? /^([a-z0-9_-]+)\((.*)\)$/.exec(word) : null
  const name = call?.[1] ?? word
  const argument = call?.[2] ?? null
  const parameters: Record<string, string> = {}
  let algorithm: AlgorithmName = 'unknown'
  let key: View | null = null
  switch (name) {
    case 'roundrobin': case 'static-rr': case 'leastconn': case 'first': algorithm = name; break
    case 'random':
      algorithm = name
      parameters['draws'] = argument ?? '2'
      break
    case 'source':
      algorithm = name
      key = view({ kind: 'source-ip' }, 'ip')
      break
    case 'uri': {
      algorithm = name
      let whole = false
      for (let at = 2; at < values.length; at += 1) {
        const option = values[at] as string
        if (option === 'len' || option === 'depth') {
          at += 1
          parameters[option] = values[at] ?? ''
        } else if (option === 'whole' || option === 'path-only') {
          parameters[option] = ''
          whole ||= option === 'whole'
        } else refuse(state, ref, at, 'haproxy/bad-value', `'${option}' is not a parameter of 'balance uri'.`, manual, [proxy.name])
      }
      key = view({ kind: whole ? 'path-and-query' : 'path' })
      break
    }
    case 'url_param':
      algorithm = name
      key = view({ kind: 'query-parameter', name: values[2] ?? '', delimiter: '?' }, 'string', 'first')
      if (values[3] !== undefined) parameters[values[3]] = values[4] ?? ''
      break
    case 'hdr':
      algorithm = name
      key = view({ kind: 'header', name: (argument ?? '').toLowerCase(), split: 'comma', occurrence: null })
      if (values[2] !== undefined) parameters[values[2]] = ''
      break
    case 'rdp-cookie':
      algorithm = name
      parameters['cookie'] = argument ?? 'msts'
      break
    case 'hash':
      if (state.release < 206) break
      algorithm = name
      key = compileValue(state, ref, 2)
      break
    case 'log-hash': case 'sticky': algorithm = name; break
  }
  if (algorithm === 'unknown') {
    refuse(state, ref, 1, 'haproxy/unknown-algorithm', `HAProxy ${state.version} does not know the balance algorithm '${word}'.`, manual, [proxy.name, word])
    addGap(state, 'unknown-value', restOf(values, 0), 'The balance algorithm is not known.', lineSpanOf(ref))
  }
  proxy.settings.balance = {
    words: values,
    algorithm: { name: algorithm, text: restOf(values, Math.min(1, values.length - 1)), explicit: true, key, hash: null, parameters, origin: noSpans },
  }
  proxy.balanceAt = lineSpanOf(ref)
}

/** `hash-type METHOD [FUNCTION [MODIFIER]]`. */
export function compileHashType(state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  const [, method, fn, modifier] = ref.values
  if (method !== 'map-based' && method !== 'consistent') {
    refuse(state, ref, 1, 'haproxy/bad-value', `'${method ?? ''}' is not a hash type.`, manual, [proxy.name])
    return
  }
  proxy.settings.hashType = { method, fn: fn ?? 'sdbm', modifier: modifier ?? (fn === undefined && method === 'consistent' ? 'avalanche' : null) }
  proxy.hashTypeAt = lineSpanOf(ref)
}

const hashing = new Set<AlgorithmName>(['source', 'uri', 'url_param', 'hdr', 'hash', 'rdp-cookie', 'random'])

/** The algorithm of a pool once its sections are read: the default depends on the version (H-BAL-0). */
export function settledAlgorithm(state: CompileState, proxy: ProxyDraft): Algorithm {
  const { balance, hashType, hashBalanceFactor } = proxy.settings
  if (balance === null) return state.release >= 303 ? defaultRandom : defaultRoundRobin
  const { name, text, explicit, key, parameters } = balance.algorithm
  const origin = proxy.balanceAt === null ? noSpans : [proxy.balanceAt]
  if (!hashing.has(name) || name === 'random') return { name, text, explicit, key, hash: null, parameters, origin }
  const hash = { method: hashType?.method ?? ('map-based' as const), fn: hashType?.fn ?? 'sdbm', modifier: hashType?.modifier ?? null, balanceFactor: hashBalanceFactor }
  return { name, text, explicit, key, hash, parameters, origin: proxy.hashTypeAt === null ? origin : [...origin, proxy.hashTypeAt] }
}

const defaultRoundRobin: Algorithm = { name: 'roundrobin', text: 'roundrobin', explicit: false, key: null, hash: null, parameters: {}, origin: [] }
const defaultRandom: Algorithm = { name: 'random', text: 'random(2)', explicit: false, key: null, hash: null, parameters: { draws: '2' }, origin: [] }

const cookieModes = new Set(['insert', 'prefix', 'rewrite'])
const valuedCookieOptions = new Set(['domain', 'maxidle', 'maxlife', 'attr'])

/** `cookie NAME [MODE] {OPTION}`. */
export function compileCookie(state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  const { values } = ref
  const name = values[1]
  if (name === undefined) {
    refuse(state, ref, 0, 'haproxy/missing-value', "'cookie' needs a name.", manual, [proxy.name])
    return
  }
  let mode: 'insert' | 'prefix' | 'rewrite' | 'passive' = 'passive'
  const flags: string[] = []
  for (let at = 2; at < values.length; at += 1) {
    const word = values[at] as string
    if (cookieModes.has(word)) mode = word as 'insert' | 'prefix' | 'rewrite'
    else if (valuedCookieOptions.has(word)) {
      at += 1
      flags.push(`${word} ${values[at] ?? ''}`)
    } else flags.push(word)
  }
  proxy.settings.cookie = { kind: 'cookie', name, mode, flags, origin: noSpans }
  proxy.cookieAt = lineSpanOf(ref)
}

/** `stick on|match|store-request|store-response EXPRESSION [table NAME] [if …]`. */
export function compileStick(state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  const { values } = ref
  if (proxy.kind === 'defaults' || proxy.kind === 'frontend') {
    refuse(state, ref, 0, 'haproxy/not-in-defaults', `'stick' may not stand in a ${proxy.kind} section.`, manual)
    return
  }
  const uses = { on: 'both', match: 'match', 'store-request': 'store-request', 'store-response': 'store-response' } as const
  const word = values[1] ?? ''
  if (!Object.hasOwn(uses, word) || values[2] === undefined) {
    refuse(state, ref, 1, 'haproxy/bad-rule', "'stick' is followed by 'on', 'match', 'store-request' or 'store-response' and an expression.", manual, [proxy.name])
    return
  }
  const use = uses[word as keyof typeof uses]
  const table = values[3] === 'table' ? (values[4] ?? proxy.name) : proxy.name
  const when = compileGuard(state, proxy, ref, values[3] === 'table' ? 5 : 3)
  const key = use === 'store-response'
    ? { field: { kind: 'opaque' as const, text: values[2], reason: 'Values of answers are not modelled.' }, transforms: [], type: 'string' as const, pick: 'last' as const, absentAs: 'nothing' as const }
    : compileValue(state, ref, 2)
  proxy.persistence = appended(proxy.persistence, { kind: 'stick', key, table, use, when, origin: [lineSpanOf(ref)] })
}

/** Cookie first, then stick rules in their order, as HAProxy asks them (H-PER-7). */
export function settledPersistence(proxy: ProxyDraft): readonly Persistence[] {
  const { rdpCookie } = proxy.settings
  const cookie = proxy.settings.cookie === null ? null : { ...proxy.settings.cookie, origin: proxy.cookieAt === null ? noSpans : [proxy.cookieAt] }
  if (cookie === null && rdpCookie === null) return proxy.persistence
  return [...(cookie === null || proxy.settings.mode !== 'http' ? [] : [cookie]), ...proxy.persistence, ...(rdpCookie === null ? [] : [rdpCookie])]
}
