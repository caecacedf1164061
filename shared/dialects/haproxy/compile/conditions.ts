import { always, never } from '#shared/model/predicate.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { compileExpression } from './expressions.ts'
import type { MatchMethod } from './fetches.ts'
import { matchPatterns, matchWithoutPatterns } from './matchers.ts'
import type { PatternGroup } from './matchers.ts'
import { addGap, lineSpanOf, report, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { patternFile } from './tables.ts'

/** A named condition under construction: every `acl` line of the name adds to it, also lines below its uses (H-ACL-1). */
export interface AclDraft {
  readonly name: string
  readonly parts: Predicate[]
  /** The node rules refer to; `of` is settled when the proxy ends. */
  readonly node: { readonly kind: 'named'; readonly name: string; of: Predicate }
}

export interface AclScope {
  acls: Map<string, AclDraft>
}

/** Shared by every proxy without conditions of its own; never changed. */
export const noAcls = new Map<string, AclDraft>()

/** Settles what each name means. */
export function settleAcls(scope: AclScope): void {
  for (const acl of scope.acls.values()) {
    acl.node.of = acl.parts.length === 1 ? (acl.parts[0] as Predicate) : { kind: 'or', of: acl.parts }
  }
}

const namePattern = /^[A-Za-z0-9_.:-]+$/
const reserved = new Set(['or', 'if', 'unless'])

/** `acl NAME EXPR {FLAG} {PATTERN}`. */
export function compileAcl(state: CompileState, scope: AclScope, ref: LineRef): void {
  const { values } = ref
  const name = values[1]
  if (name === undefined || values[2] === undefined) {
    fault(state, ref, 0, 'An acl line needs a name and a test.')
    return
  }
  if (!namePattern.test(name) || reserved.has(name)) fault(state, ref, 1, `'${name}' cannot be the name of an acl.`)
  const predicate = compileTest(state, ref, values, 2, values.length)
  const known = scope.acls.get(name)
  if (known !== undefined) {
    known.parts.push(predicate)
    return
  }
  if (scope.acls === noAcls) scope.acls = new Map()
  scope.acls.set(name, { name, parts: [predicate], node: { kind: 'named', name, of: predicate } })
}

const methods = new Set<string>(['found', 'bool', 'int', 'ip', 'bin', 'len', 'str', 'beg', 'sub', 'dir', 'dom', 'end', 'reg'])
const noPatterns: readonly string[] = []

/**
 * One test: expression, flags, patterns, from word `from` up to `to` exclusive.
 * Flags count only before the first pattern; `-i` counts for what follows it (H-ACL-6, H-ACL-14, H-ACL-15, H-ACL-17).
 */
export function compileTest(state: CompileState, ref: LineRef, values: readonly string[], from: number, to: number): Predicate {
  const text = values[from] ?? ''
  const origin = lineSpanOf(ref)
  const expression = compileExpression(state, text, state.expressions.has(text) ? origin : wordSpanOf(ref, from))
  let method: MatchMethod | null = expression.implied
  let ignoreCase = false
  let explicitMethod = false
  let asMap = false
  let missing = false
  let groups: PatternGroup[] | null = null
  let at = from + 1
  flags: while (at < to) {
    const flag = values[at] as string
    if (flag.charCodeAt(0) !== 45) break
    switch (flag) {
      case '-i': ignoreCase = true; break
      case '-n': break
      case '-M': asMap = true; break
      case '-u': at += 1; break
      case '-m': {
        const name = values[at + 1]
        if (name === undefined || !methods.has(name)) {
          fault(state, ref, at, name === undefined ? "The matching method after '-m' is missing." : `'${name}' is not a matching method.`)
          return opaque(state, ref, values, from, to, 'The matching method is not known.', expression.level)
        }
        if (groups !== null) fault(state, ref, at, "'-m' must stand before the pattern files.")
        method = name as MatchMethod
        explicitMethod = true
        at += 1
        break
      }
      case '-f': {
        const path = values[at + 1]
        if (path === undefined || at + 1 >= to) {
          fault(state, ref, at, "The file name after '-f' is missing.")
          break flags
        }
        const patterns = patternFile(state, path, asMap, wordSpanOf(ref, at + 1))
        if (patterns === null) missing = true
        groups ??= []
        groups.push({ patterns: patterns ?? noPatterns, ignoreCase })
        at += 1
        break
      }
      case '--': at += 1; break flags
      default:
        fault(state, ref, at, `'${flag}' is not a flag of an acl; write '--' before patterns that start with '-'.`)
        return opaque(state, ref, values, from, to, 'The flags cannot be read.', expression.level)
    }
    at += 1
  }
  if (at < to) {
    const patterns = at === to - 1 ? [values[at] as string] : values.slice(at, to)
    if (groups === null) groups = [{ patterns, ignoreCase }]
    else groups.push({ patterns, ignoreCase })
  }
  if (expression.chanceOf !== null) {
    const share = chanceShare(expression.chanceOf, groups, method)
    if (share !== null) return { kind: 'chance', share, origin }
  }
  if (expression.opaque !== null) return opaque(state, ref, values, from, to, expression.opaque, expression.level)
  if (missing) return opaque(state, ref, values, from, to, 'A pattern file could not be read.', 'request')
  if (expression.needsMethod && !explicitMethod) {
    fault(state, ref, from, `A matching method must be given with '-m' for ${text}.`, 'H-ACL-21')
    return opaque(state, ref, values, from, to, 'The matching method is missing.', 'request')
  }
  const matched = groups === null ? matchWithoutPatterns(expression.view, method, origin) : matchPatterns(expression.view, method, groups, origin)
  switch (matched.kind) {
    case 'predicate': return matched.predicate
    case 'opaque': return opaque(state, ref, values, from, to, matched.reason, expression.level)
    case 'fault':
      fault(state, ref, at, `HAProxy refuses this test: ${matched.message}`)
      return opaque(state, ref, values, from, to, matched.message, expression.level)
  }
}

function fault(state: CompileState, ref: LineRef, word: number, message: string, source = 'HAProxy configuration manual, section 7'): void {
  report(state, { code: 'haproxy/bad-condition', severity: 'error', message, at: wordSpanOf(ref, word), source, names: [ref.values.join(' ')] })
}

function opaque(state: CompileState, ref: LineRef, values: readonly string[], from: number, to: number, reason: string, level: string): Predicate {
  const text = values.slice(from, to).join(' ')
  const origin = lineSpanOf(ref)
  addGap(state, 'opaque-condition', text, reason, origin)
  return { kind: 'opaque', text, reason, dependsOn: level === 'state' ? 'state' : level === 'hello' ? 'timing' : 'request', origin }
}

/** Share of the values 0 to n-1 that the patterns of `rand(n)` take; null: cannot be computed. */
function chanceShare(range: number, groups: readonly PatternGroup[] | null, method: MatchMethod | null): number | null {
  if (method !== null && method !== 'int') return null
  if (groups === null) return (range - 1) / range
  const result = matchPatterns({ field: { kind: 'source-port' }, transforms: [], type: 'integer', pick: 'any', absentAs: 'nothing' }, 'int', groups, { file: '', start: 0, end: 0 })
  if (result.kind !== 'predicate' || result.predicate.kind !== 'test' || result.predicate.matcher.kind !== 'integer') return null
  const { ranges } = result.predicate.matcher
  const parts = ranges.map(([from, to]) => [Math.max(0, from ?? 0), Math.min(range - 1, to ?? range - 1)] as const).filter(([from, to]) => from <= to)
  parts.sort((a, b) => a[0] - b[0])
  let taken = 0
  let next = 0
  for (const [from, to] of parts) {
    const start = Math.max(from, next)
    if (to >= start) {
      taken += to - start + 1
      next = to + 1
    }
  }
  return taken / range
}

/** Names every proxy knows; declaring one replaces it (H-ACL-12, H-ACL-13). */
const predefined: Readonly<Record<string, readonly string[]>> = {
  FALSE: ['always_false'], TRUE: ['always_true'], HTTP: ['req.proto_http'], 'HTTP_1.0': ['req.ver', '1.0'], 'HTTP_1.1': ['req.ver', '1.1'],
  'HTTP_2.0': ['req.ver', '2.0'], 'HTTP_3.0': ['req.ver', '3.0'], HTTP_CONTENT: ['req.hdr_val(content-length)', 'gt', '0'],
  HTTP_URL_ABS: ['url_reg', '^[^/:]*://'], HTTP_URL_SLASH: ['url_beg', '/'], HTTP_URL_STAR: ['url', '*'], LOCALHOST: ['src', '127.0.0.1/8', '::1'],
  METH_CONNECT: ['method', 'CONNECT'], METH_DELETE: ['method', 'DELETE'], METH_GET: ['method', 'GET', 'HEAD'], METH_HEAD: ['method', 'HEAD'],
  METH_OPTIONS: ['method', 'OPTIONS'], METH_POST: ['method', 'POST'], METH_PUT: ['method', 'PUT'], METH_TRACE: ['method', 'TRACE'],
  RDP_COOKIE: ['req.rdp_cookie_cnt', 'gt', '0'], REQ_CONTENT: ['req.len', 'gt', '0'], WAIT_END: ['wait_end'],
}

function lookUp(state: CompileState, scope: AclScope, ref: LineRef, name: string, word: number): Predicate {
  const own = scope.acls.get(name)
  if (own !== undefined) return own.node
  const words = Object.hasOwn(predefined, name) ? predefined[name] : undefined
  if (words !== undefined) return { kind: 'named', name, of: compileTest(state, ref, words, 0, words.length) }
  fault(state, ref, word, `There is no acl named '${name}' above this line, so HAProxy refuses to start.`, 'H-ACL-2')
  return opaque(state, ref, ref.values, word, word + 1, `The acl '${name}' is not declared.`, 'request')
}

/**
 * Condition from word `from` (the one after `if` or `unless`) to the end of the line.
 * Words side by side are AND and bind tighter than `or`; `!` negates one term (H-ACL-3 to H-ACL-5).
 */
export function compileCondition(state: CompileState, scope: AclScope, ref: LineRef, from: number): Predicate {
  const { values } = ref
  if (from === values.length - 1) {
    const only = scope.acls.get(values[from] as string)
    if (only !== undefined) return only.node
  }
  const suites: Predicate[][] = [[]]
  let negated = false
  for (let at = from; at < values.length; at += 1) {
    let word = values[at] as string
    if (word === 'or' || word === '||') {
      suites.push([])
      negated = false
      continue
    }
    while (word.startsWith('!')) {
      negated = !negated
      word = word.slice(1)
    }
    if (word === '') continue
    let term: Predicate
    if (word === '{') {
      const close = values.indexOf('}', at + 1)
      if (close === -1) {
        fault(state, ref, at, "The closing '}' of this condition is missing.", 'H-LEX-9')
        term = opaque(state, ref, values, at, values.length, "The closing '}' is missing.", 'request')
        at = values.length
      } else {
        term = compileTest(state, ref, values, at + 1, close)
        at = close
      }
    } else {
      term = lookUp(state, scope, ref, word, at)
    }
    suites[suites.length - 1]?.push(negated ? { kind: 'not', of: term } : term)
    negated = false
  }
  const parts = suites.map((suite) => (suite.length === 1 ? (suite[0] as Predicate) : suite.length === 0 ? always : { kind: 'and' as const, of: suite }))
  if (from >= values.length) {
    fault(state, ref, from - 1, 'The condition is missing.')
    return never
  }
  return parts.length === 1 ? (parts[0] as Predicate) : { kind: 'or', of: parts }
}

/** Condition that starts with `if` or `unless` at word `at`; always when the line ends there. */
export function compileGuard(state: CompileState, scope: AclScope, ref: LineRef, at: number): Predicate {
  const word = ref.values[at]
  if (word === undefined) return always
  if (word === 'if') return compileCondition(state, scope, ref, at + 1)
  if (word === 'unless') return { kind: 'not', of: compileCondition(state, scope, ref, at + 1) }
  fault(state, ref, at, `HAProxy expects 'if' or 'unless' here and reads '${word}'.`)
  addGap(state, 'opaque-condition', ref.values.slice(at).join(' '), 'The condition cannot be read.', lineSpanOf(ref))
  return { kind: 'opaque', text: ref.values.slice(at).join(' '), reason: 'The condition cannot be read.', dependsOn: 'request', origin: lineSpanOf(ref) }
}

/** First word at or after `from` that starts the condition, or the number of words. */
export function guardAt(values: readonly string[], from: number): number {
  for (let at = from; at < values.length; at += 1) if (values[at] === 'if' || values[at] === 'unless') return at
  return values.length
}

