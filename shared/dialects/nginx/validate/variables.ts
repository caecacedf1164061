import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { nearest } from '#shared/text/nearest.ts'
import { readCondition } from '../condition.ts'
import { factsOf, nginxSupport } from '../support.ts'
import { isBuiltInVariable } from '../support/variables.ts'
import type { Directive, Word } from '../tree.ts'
import { namedGroups, variablesIn } from '../variable-names.ts'
import { isUpstream, moduleOf } from './contexts.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'

type Module = 'http' | 'stream'

/** Which arguments of a directive are expanded: all, the last, or the one at that place. */
const expanded = new Map<string, 'all' | 'last' | 'rest' | number>()
for (const name of 'root alias try_files return index proxy_redirect proxy_cookie_domain proxy_cookie_path sub_filter ssl_certificate ssl_certificate_key secure_link secure_link_md5 auth_basic auth_basic_user_file limit_rate limit_rate_after proxy_upload_rate proxy_download_rate'.split(' ')) expanded.set(name, 'all')
for (const name of 'error_page expires'.split(' ')) expanded.set(name, 'last')
expanded.set('log_format', 'rest')
for (const name of 'hash access_log limit_conn_zone limit_req_zone map split_clients'.split(' ')) expanded.set(name, 0)
for (const name of 'set rewrite add_header add_trailer auth_request_set'.split(' ')) expanded.set(name, 1)
for (const prefix of ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc', 'memcached']) {
  for (const suffix of ['pass', 'cache', 'cache_key', 'cache_bypass', 'no_cache', 'method', 'set_body', 'ssl_name', 'ssl_certificate', 'ssl_certificate_key', 'limit_rate']) expanded.set(`${prefix}_${suffix}`, 'all')
  for (const suffix of ['set_header', 'param']) expanded.set(`${prefix}_${suffix}`, 1)
  expanded.set(`${prefix}_bind`, 0)
}

/** Built-in variables that a config may set anew. */
const changeable = new Set(['args', 'limit_rate', 'msie', 'modern_browser', 'ancient_browser', 'memcached_key', 'invalid_referer'])
const definers: ReadonlyMap<string, number> = new Map(Object.entries({ set: 0, auth_request_set: 0, map: 1, split_clients: 1 }))

/** Variables that nothing defines, and built-in ones that a config tries to define. Source: N-LEX-5. */
export function checkVariables(levels: readonly Level[], findings: Diagnostic[]): void {
  const defined: Readonly<Record<Module, Set<string>>> = { http: new Set(), stream: new Set() }
  for (const level of levels) {
    const module = moduleOf(level.context)
    if (module !== null && !isUpstream(level)) for (const directive of level.directives) define(directive, module, defined[module], findings)
  }
  for (const level of levels) {
    const module = moduleOf(level.context)
    if (module === null) continue
    const isGroup = isUpstream(level)
    for (const directive of level.telling) if ((!isGroup || directive.name.value === 'hash') && interestOf(directive.name.value).expands) for (const word of expandedWords(directive)) checkWord(word, module, defined[module], findings)
  }
}

/** Whether directives of a name define variables, and whether their arguments have some. */
interface Interest {
  readonly defines: boolean
  readonly expands: boolean
}

const holdsPatterns = new Set(['server_name', 'location', 'if', 'rewrite', 'fastcgi_split_path_info', 'map'])
const interests = new Map<string, Interest>()

function interestOf(name: string): Interest {
  const known = interests.get(name)
  if (known !== undefined) return known
  const facts = factsOf(name)
  const defines = name === 'geo' || name === 'valid_referers' || definers.has(name) || holdsPatterns.has(name) || facts.every(({ contexts }) => contexts === null)
  const interest = { defines, expands: name === 'if' || name === 'geo' || name === 'map' || expanded.has(name) }
  // Only names of the tables are kept: there is no end to the others.
  if (facts.length > 0) interests.set(name, interest)
  return interest
}

function define(directive: Directive, module: Module, defined: Set<string>, findings: Diagnostic[]): void {
  const name = directive.name.value
  if (!interestOf(name).defines) return
  const place = name === 'geo' ? directive.args.length - 1 : definers.get(name)
  const word = place === undefined ? undefined : directive.args[place]
  if (word !== undefined) {
    const variable = word.value.slice(1).toLowerCase()
    if (!word.value.startsWith('$') || variable === '') refuse(findings, { code: 'nginx/variable-name', why: `'${word.value}' is no name of a variable; it must start with $`, at: word.span, names: [name, word.value] })
    else if (isFixed(variable, module)) refuse(findings, { code: 'nginx/variable-fixed', why: `$${variable} is a variable of nginx itself, which ${name} cannot define`, at: word.span, names: [name, variable] })
    else defined.add(variable)
  } else if (name === 'valid_referers') defined.add('invalid_referer')
  else if (definesAnything(directive)) defineOther(directive, defined)
  for (const pattern of patternsOf(directive)) for (const group of namedGroups(pattern)) defined.add(group)
}

/** Whether the directive names a variable and belongs to a module of others, which may well define it. */
function definesAnything({ name, args, block }: Directive): boolean {
  const names = args.some((word) => word.value.startsWith('$')) || (block?.directives.some((line) => line.name.value.startsWith('$')) ?? false)
  return names && factsOf(name.value).every((facts) => facts.contexts === null)
}

/** Modules of others define variables by naming them. */
function defineOther(directive: Directive, defined: Set<string>): void {
  for (const { value } of directive.args) if (value.startsWith('$')) defined.add(value.slice(1).toLowerCase())
  for (const { name } of directive.block?.directives ?? []) if (name.value.startsWith('$')) defined.add(name.value.slice(1).toLowerCase())
}

function isFixed(variable: string, module: Module): boolean {
  if (changeable.has(variable) || !isBuiltInVariable(variable, module)) return false
  const entry = nginxSupport.entries.get(`variable $${variable}`)
  return entry?.state !== 'unsupported' && entry?.since === null
}

function patternsOf({ name, args, block }: Directive): readonly string[] {
  switch (name.value) {
    case 'server_name': case 'location': case 'if': return args.map((word) => word.value)
    case 'rewrite': case 'fastcgi_split_path_info': return [args[0]?.value ?? '']
    case 'map': return (block?.directives ?? []).map((line) => line.name.value).filter((key) => key.startsWith('~'))
    default: return []
  }
}

function expandedWords(directive: Directive): readonly Word[] {
  const { name, args, block } = directive
  if (name.value === 'if') return conditionWords(args)
  const which = name.value === 'geo' && args.length === 2 ? 0 : expanded.get(name.value)
  const values = name.value === 'map' ? (block?.directives ?? []).flatMap((line) => line.args.slice(0, 1)) : []
  if (which === undefined) return values
  const picked = which === 'all' ? args : which === 'last' ? args.slice(-1) : which === 'rest' ? args.slice(1) : args.slice(which, which + 1)
  return [...picked, ...values]
}

function conditionWords(args: readonly Word[]): readonly Word[] {
  const condition = readCondition(args)
  switch (condition?.kind) {
    case 'set': case 'matches': return [condition.variable]
    case 'equals': return [condition.variable, condition.value]
    case 'file': return [condition.path]
    default: return []
  }
}

/** Findings after which no similar name is looked for, and defined names beyond which none is: it takes long, and helps nobody. */
const mostHints = 500
const mostDefined = 5_000

function checkWord(word: Word, module: Module, defined: ReadonlySet<string>, findings: Diagnostic[]): void {
  if (!word.value.includes('$')) return
  const said = new Set<string>()
  for (const { name, unclosed } of variablesIn(word.value)) {
    if (unclosed || name === '') {
      refuse(findings, { code: 'nginx/variable-name', why: unclosed ? `'\${${name}' in ${word.raw} has no '}'` : `a '$' in ${word.raw} is followed by no name of a variable`, at: word.span, names: [word.value], source: 'N-LEX-5' })
      // nginx reads no further, and what follows may be meant in many ways.
      return
    }
    if (!said.has(name) && !defined.has(name) && !isBuiltInVariable(name, module)) {
      said.add(name)
      const meant = findings.length < mostHints && defined.size < mostDefined ? nearest(name, defined, 2) : null
      refuse(findings, { code: 'nginx/unknown-variable', why: `nothing defines the variable $${name}${meant === null ? '' : `; did you mean $${meant}`}`, at: word.span, names: [name], source: 'N-LEX-5' })
    }
  }
}
