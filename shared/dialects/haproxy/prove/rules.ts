import { haproxySupport } from '../support.ts'
import { parseTimeMs } from '../compile/values.ts'
import { note, refuse, type Draft, type ProofLine } from './draft.ts'
import { withCopies, withoutBodies, wordsWithCopies } from './files.ts'
import { keptActions, refusedActions } from './keywords.ts'

/** Longest wait for the first bytes; requests are sent at once, so a longer one only costs time. */
const longestInspectMs = 500

const answering = new Set(['deny', 'return', 'tarpit'])

const nameOf = (word: string): string => word.split('(', 1)[0] as string

/** Whether the support table knows the action, and whether it can touch routing. */
function stateOf(list: 'http-request' | 'tcp-request', action: string): 'unknown' | 'inert' | 'counts' {
  const entry = haproxySupport.entries.get(`${list} ${action}`)
  return entry === undefined ? 'unknown' : entry.state === 'inert' ? 'inert' : 'counts'
}

/** Null: the action may run. Else why it stops the proof. */
function refusalOf(values: readonly string[], at: number): string | null {
  const action = nameOf(values[at] ?? '')
  if (action.startsWith('lua.')) return 'runs a Lua script; scripts of a config are never run'
  if (action === 'use-service' && values[at + 1] !== 'prometheus-exporter') return `answers with the service ${values[at + 1] ?? ''}, which is not part of HAProxy itself`
  const reason = Object.hasOwn(refusedActions, action) ? refusedActions[action] : undefined
  return reason ?? null
}

/** A line of `http-request`. Null: left out, or refused. */
export function httpRequestLine(draft: Draft, at: ProofLine): string | null {
  const written = at.values[1] ?? ''
  const action = nameOf(written)
  const refusal = refusalOf(at.values, 1)
  if (refusal !== null) {
    refuse(draft, at, refusal)
    return null
  }
  if (action === 'cache-use') {
    note(draft, 'The cache is left out: nothing is ever answered from it.')
    return null
  }
  const state = stateOf('http-request', action)
  if (state === 'unknown') {
    refuse(draft, at, `has the action ${written}, of which it is not known whether it may be run`)
    return null
  }
  if (state === 'inert' && !keptActions.has(action)) return null
  if (!answering.has(action)) return withCopies(draft, at)
  return answerLine(draft, at)
}

/** A line that answers by itself: bodies from files are replaced. */
export function answerLine(draft: Draft, at: ProofLine): string | null {
  const words = wordsWithCopies(draft, at)
  if (words === null) return null
  const bare = withoutBodies(at.values, words)
  if (!bare.replaced) return withCopies(draft, at)
  note(draft, 'Bodies and error pages from files are replaced by a word; only status and headers are compared.')
  return bare.words.join(' ')
}

/** `tcp-request connection` rules see the socket, before the PROXY header; as `session` rules they see what the header says. */
const onlyConnection = new Set(['expect-proxy'])

/** A line of `tcp-request`. Null: left out, or refused. */
export function tcpRequestLine(draft: Draft, at: ProofLine): string | null {
  const [, phase = '', second = ''] = at.values
  if (phase === 'inspect-delay') {
    const delay = parseTimeMs(second)
    if (delay === null || delay <= longestInspectMs) return at.text
    note(draft, 'Waiting times for the first bytes are shortened; requests are sent at once.')
    return `tcp-request inspect-delay ${longestInspectMs}ms`
  }
  if (phase !== 'connection' && phase !== 'session' && phase !== 'content') {
    refuse(draft, at, `has the rule list ${phase}, of which it is not known whether it may be run`)
    return null
  }
  const refusal = refusalOf(at.values, 2)
  if (refusal !== null) {
    refuse(draft, at, refusal)
    return null
  }
  const action = nameOf(second)
  if (phase === 'connection' && onlyConnection.has(action)) {
    note(draft, 'A PROXY header is expected on every listener instead of by rule.')
    return null
  }
  const state = stateOf('tcp-request', action)
  if (state === 'unknown') {
    refuse(draft, at, `has the action ${second}, of which it is not known whether it may be run`)
    return null
  }
  if (state === 'inert' && !keptActions.has(action)) return null
  const text = withCopies(draft, at)
  if (phase !== 'connection' || text === null) return text
  note(draft, 'Rules on the accepted connection run just behind the PROXY header that says where it comes from.')
  return text.replace(/^(\S+\s+)\S*connection\S*/, '$1session')
}

/**
 * Moving `connection` rules behind the PROXY header keeps their meaning as long as they only turn connections away, or
 * stand alone: an `accept` would end the `session` rules as well. Says why not, or null.
 */
export function connectionRuleProblem(rules: readonly ProofLine[]): { readonly at: ProofLine; readonly reason: string } | null {
  if (!rules.some((rule) => rule.values[1] === 'session')) return null
  const at = rules.find((rule) => rule.values[1] === 'connection' && !['reject', 'silent-drop', 'expect-proxy'].includes(nameOf(rule.values[2] ?? '')))
  return at === undefined ? null : { at, reason: 'is a rule on the accepted connection beside session rules; the two cannot be told apart behind a PROXY header' }
}
