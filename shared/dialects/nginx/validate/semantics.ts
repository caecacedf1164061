import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { parseNetwork } from '#shared/requests/ip.ts'
import { plainNetwork } from '../network.ts'
import { readCondition } from '../condition.ts'
import { isRegex, locationHead } from '../location.ts'
import type { Directive, Word } from '../tree.ts'
import { isUpstream } from './contexts.ts'
import type { Level } from './contexts.ts'
import { patternFault } from './patterns.ts'
import { refuse } from './report.ts'

type Check = (directive: Directive, level: Level, findings: Diagnostic[]) => void

const methods = new Set('GET HEAD POST PUT DELETE MKCOL COPY MOVE OPTIONS PROPFIND PROPPATCH LOCK UNLOCK PATCH'.split(' '))
const rewriteFlags = new Set(['last', 'break', 'redirect', 'permanent'])

/** Values that a directive takes; nginx refuses all others. */
const enumerations: ReadonlyMap<string, readonly string[]> = new Map(Object.entries({
  satisfy: ['all', 'any'], proxy_http_version: ['1.0', '1.1', '2'], autoindex_format: ['html', 'json', 'jsonp', 'xml'], if_modified_since: ['off', 'exact', 'before'],
  server_tokens: ['on', 'off', 'build'], gzip_static: ['off', 'on', 'always'], gzip_http_version: ['1.0', '1.1'], ssl_verify_client: ['off', 'on', 'optional', 'optional_no_ca'], lingering_close: ['off', 'on', 'always'],
}))
const upstreamFailures = 'error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 updating off'.split(' ')

/** What single directives insist on, beyond the number of their arguments. Source: `nginx -t` of 1.22.1 for each. */
export function checkSemantics(level: Level, findings: Diagnostic[]): void {
  if (isUpstream(level)) return
  const isStream = level.context.startsWith('stream')
  for (const directive of level.directives) {
    const name = directive.name.value
    if (!isStream) httpChecks.get(name)?.(directive, level, findings)
    if (name === 'allow' || name === 'deny') checkAddress(directive, findings)
    const allowed = enumerations.get(name)
    const value = allowed === undefined ? undefined : directive.args[0]
    if (allowed !== undefined && value !== undefined && !allowed.includes(value.value.toLowerCase())) invalid(directive, value, `it must be ${allowed.join(', ')}`, findings)
    if (name.endsWith('_next_upstream') && !isStream) for (const word of directive.args) if (!upstreamFailures.includes(word.value)) invalid(directive, word, `it must be among ${upstreamFailures.join(', ')}`, findings)
  }
}

function invalid(directive: Directive, word: Word, hint: string, findings: Diagnostic[], source?: string): void {
  const { value } = directive.name
  refuse(findings, { code: 'nginx/invalid-value', why: `'${word.value}' is no value for ${value}: ${hint}`, at: word.span, names: [value, word.value], ...(source === undefined ? {} : { source }) })
}

const httpChecks: ReadonlyMap<string, Check> = new Map(Object.entries<Check>({
  return: checkReturn,
  rewrite: checkRewrite,
  if: checkIf,
  error_page: checkErrorPage,
  proxy_pass: checkProxyPass,
  limit_except: (directive, _level, findings) => { for (const word of directive.args) if (!methods.has(word.value.toUpperCase())) invalid(directive, word, 'it must be a method of HTTP', findings) },
  server_name: checkServerName,
  location: checkLocation,
  alias: checkAlias,
  root: checkAlias,
  ssl_certificate: checkCertificateKey,
  add_header: checkAlways,
  add_trailer: checkAlways,
}))

function checkAddress(directive: Directive, findings: Diagnostic[]): void {
  const [word] = directive.args
  if (word === undefined || word.value === 'all' || word.value === 'unix:') return
  const network = plainNetwork(word.value)
  if ((network.includes(':') || /^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(network)) && parseNetwork(network) !== null) return
  invalid(directive, word, 'it must be an address, a network such as 10.0.0.0/8, unix: or all', findings)
}

function checkReturn(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const [code] = directive.args
  if (code === undefined || (/^\d+$/.test(code.value) && Number(code.value) <= 999)) return
  if (directive.args.length === 1 && /^(?:http:\/\/|https:\/\/|\$scheme)/.test(code.value)) return
  invalid(directive, code, 'it must be a status, or an address that starts with http://, https:// or $scheme', findings)
}

function checkRewrite(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const [pattern, , flag] = directive.args
  if (flag !== undefined && !rewriteFlags.has(flag.value)) invalid(directive, flag, 'the flag must be last, break, redirect or permanent', findings)
  if (pattern !== undefined) checkPattern(pattern, pattern.value, findings)
}

function checkPattern(word: Word, pattern: string, findings: Diagnostic[]): void {
  const fault = patternFault(pattern)
  if (fault !== null) refuse(findings, { code: 'nginx/pattern', why: `the regular expression ${word.raw} cannot be compiled, as ${fault}`, at: word.span, names: [pattern] })
}

function checkIf(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const condition = readCondition(directive.args)
  if (condition?.kind === 'matches') checkPattern(condition.pattern, condition.pattern.value, findings)
  if (condition !== null || directive.args.length === 0) return
  const first = directive.args[0] as Word
  refuse(findings, {
    code: 'nginx/condition', at: { ...first.span, end: (directive.args.at(-1) as Word).span.end }, names: directive.args.map((word) => word.value), source: 'N-IF-3',
    why: "this condition cannot be read; an 'if' takes ($variable), ($variable = text), ($variable ~ pattern) or (-f path), and has no 'and' or 'or'",
  })
}

function checkErrorPage(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const codes = directive.args.slice(0, -1)
  for (const [index, word] of codes.entries()) {
    const overwrite = word.value.startsWith('=')
    if (overwrite && index > 0 && index === codes.length - 1 && /^=\d*$/.test(word.value)) continue
    const code = /^\d+$/.test(word.value) ? Number(word.value) : 0
    if (code < 300 || code > 599 || code === 499) invalid(directive, word, 'it must be a status from 300 to 599', findings, 'N-ERR-1')
  }
}

function checkProxyPass(directive: Directive, level: Level, findings: Diagnostic[]): void {
  const [target] = directive.args
  if (target === undefined || target.value.includes('$')) return
  const found = /^https?:\/\/(unix:[^:]*:?|[^/?]*)(.*)$/is.exec(target.value)
  if (found === null) {
    invalid(directive, target, 'it must start with http:// or https://', findings)
    return
  }
  const [, host = '', uri = ''] = found
  if (host === '') invalid(directive, target, 'it names no host', findings)
  if (uri === '') return
  const where = withoutText(level)
  if (where === null) return
  refuse(findings, {
    code: 'nginx/proxy-uri', why: `'${uri}' behind the host of proxy_pass has no text to replace in ${where}`, at: target.span, names: [target.value], source: 'N-PP-3, N-PP-5',
    related: level.owner === null ? [] : [{ at: level.owner.name.span, message: 'In this block' }],
  })
}

/** What kind of block it is if it has no text that a path starts with; null: it has one. */
function withoutText(level: Level): string | null {
  if (level.context === 'if in location') return "an 'if'"
  if (level.context === 'limit_except') return 'a limit_except'
  const head = level.owner?.name.value === 'location' ? locationHead(level.owner) : null
  if (head === null) return null
  return head.kind === 'named' ? 'a named location' : isRegex(head.kind) ? 'a location with a regular expression' : null
}

function checkServerName(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  for (const word of directive.args) {
    const { value } = word
    if (value.startsWith('~')) {
      if (value === '~') invalid(directive, word, 'the regular expression is empty', findings)
      else checkPattern(word, value.slice(1), findings)
    } else if (value === '.' || /^\*(?!\..)/.test(value)) invalid(directive, word, 'a wildcard must be the whole first or last label, as in *.example.com or www.example.*', findings, 'N-SRV-8')
  }
}

function checkLocation(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const head = locationHead(directive)
  const word = directive.args.at(-1)
  if (head !== null && word !== undefined && isRegex(head.kind)) checkPattern(word, head.text, findings)
}

function checkAlways(directive: Directive, _level: Level, findings: Diagnostic[]): void {
  const third = directive.args[2]
  if (third !== undefined && third.value !== 'always') invalid(directive, third, "the third word can only be 'always'", findings)
}

/** Keys belong to the certificates of the same server, or of the same outer block, in order. */
function checkCertificateKey(directive: Directive, level: Level, findings: Diagnostic[]): void {
  const count = (at: Level, name: string): number => at.directives.filter((one) => one.name.value === name).length
  if (level.context !== 'server') return
  let keys = 0
  for (let at: Level | null = level; at !== null && keys === 0; at = at.outer) keys = count(at, 'ssl_certificate_key')
  const place = level.directives.filter((one) => one.name.value === 'ssl_certificate').indexOf(directive)
  if (place < keys) return
  refuse(findings, { code: 'nginx/certificate-key-missing', why: `the certificate '${directive.args[0]?.value ?? ''}' has no ssl_certificate_key`, at: directive.span, names: [directive.args[0]?.value ?? ''] })
}

/** `root` and `alias` exclude each other, and a named location has no text that `alias` could stand for. */
function checkAlias(directive: Directive, level: Level, findings: Diagnostic[]): void {
  const name = directive.name.value
  const other = level.directives.find((one) => one.name.value === (name === 'root' ? 'alias' : 'root'))
  if (other !== undefined && other.name.span.start < directive.name.span.start) {
    refuse(findings, { code: 'nginx/duplicate-directive', why: `root and alias stand in the same block, and exclude each other`, at: directive.span, names: ['root', 'alias'], related: [{ at: other.span, message: 'The other one' }] })
  }
  const head = level.owner?.name.value === 'location' ? locationHead(level.owner) : null
  if (name === 'alias' && head?.kind === 'named') refuse(findings, { code: 'nginx/wrong-context', why: "'alias' cannot be used in a named location", at: directive.span, names: ['alias', head.text] })
}
