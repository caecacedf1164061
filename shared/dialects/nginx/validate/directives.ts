import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { nearest } from '#shared/text/nearest.ts'
import type { Span } from '#shared/text/span.ts'
import { directiveNames, factsOf } from '../support.ts'
import type { Context, DirectiveFacts } from '../support/row.ts'
import type { Directive, Word } from '../tree.ts'
import { argCount } from '../words.ts'
import { contextName } from './contexts.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'
import { isValue, valueHint } from './values.ts'

/**
 * Directives that nginx does not know, that stand in the wrong place, or whose arguments it refuses.
 *
 * `hasForeignModule`: the config loads a module nobody here knows, so that an unknown directive may be its own.
 * Source: the directive tables in the 1.22.1 binary; N-SRV-12b, N-NEST-2, N-LEX-8.
 */
export function checkLevel(level: Level, hasForeignModule: boolean, findings: Diagnostic[]): void {
  let first: Map<string, Directive> | null = null
  for (const directive of level.telling) {
    const name = directive.name.value
    const known = factsOf(name)
    if (known.length === 0) {
      findings.push(unknown(directive, hasForeignModule, findings.length < mostHints))
      continue
    }
    const facts = factsIn(known, level.context)
    if (facts === undefined) {
      wrongPlace(directive, known, level, findings)
      continue
    }
    checkShape(directive, facts, findings)
    if (facts.once) checkOnce(directive, first ??= new Map<string, Directive>(), findings)
  }
}

function factsIn(known: readonly DirectiveFacts[], context: Context): DirectiveFacts | undefined {
  for (const facts of known) if (facts.contexts === null || facts.contexts.has(context)) return facts
  return undefined
}

/** Findings after which no similar name is looked for: it takes long, and helps nobody. */
const mostHints = 500

function unknown(directive: Directive, hasForeignModule: boolean, hints: boolean): Diagnostic {
  const name = directive.name.value
  const at = directive.name.span
  const meant = hints && name.length > 3 && name.length < 100 ? nearest(name.toLowerCase(), directiveNames, name.length > 7 ? 2 : 1) : null
  const hint = meant === null ? '' : `; did you mean '${meant}'`
  const sure = !hasForeignModule || meant !== null
  return diagnostic({
    code: 'nginx/unknown-directive', severity: sure ? 'error' : 'warning', at, names: [name], source: 'nginx -t of 1.22.1',
    message: sure ? `nginx will not start: it knows no directive '${name}'${hint}.` : `The directive '${name}' belongs to no module known here; what it does to traffic cannot be told.`,
    fix: meant === null ? null : { title: `Write '${meant}'`, edits: [{ at, text: meant }] },
  })
}

function wrongPlace(directive: Directive, known: readonly DirectiveFacts[], level: Level, findings: Diagnostic[]): void {
  const name = directive.name.value
  const places = [...new Set(known.flatMap((facts) => [...(facts.contexts ?? [])]).map((context) => contextName(context)))]
  refuse(findings, { code: 'nginx/wrong-context', why: `'${name}' is not allowed in ${contextName(level.context)}; it belongs in ${places.join(', ')}`, at: directive.name.span, names: [name, level.context], source: 'N-SRV-12b, N-NEST-2' })
}

function checkShape(directive: Directive, facts: DirectiveFacts, findings: Diagnostic[]): void {
  const { name, block, opaque } = directive
  const hasBlock = block !== null || opaque !== null
  if (facts.most === Infinity && facts.least === 0 && facts.contexts === null && facts.name !== 'include') return
  if (facts.block && !hasBlock) {
    refuse(findings, { code: 'nginx/block-missing', why: `'${name.value}' must have a block in braces`, at: directive.span, names: [name.value] })
    return
  }
  if (!facts.block && hasBlock) {
    refuse(findings, { code: 'nginx/block-unexpected', why: `'${name.value}' has no block; it must end with ';' before '{'`, at: block === null ? name.span : { ...block.open, start: name.span.start }, names: [name.value], source: 'N-LEX-2' })
    return
  }
  const count = argCount(directive)
  if (count < facts.least || count > facts.most) {
    wrongCount(directive, facts, findings)
    return
  }
  if (facts.value === null) return
  const value = directive.args[0]
  // Since 1.11.2 a flag, number or time may not be a variable; nginx reads it once, at start.
  if (value !== undefined && !isValue(facts.value, value.value)) {
    refuse(findings, { code: 'nginx/invalid-value', why: `'${value.value}' is no value for ${name.value}: ${valueHint(facts.value)}`, at: value.span, names: [name.value, value.value] })
  }
}

function wrongCount(directive: Directive, facts: DirectiveFacts, findings: Diagnostic[]): void {
  const { name, args } = directive
  const swallowed = args.length > facts.most ? swallowedAt(directive) : null
  const wanted = facts.least === facts.most ? String(facts.least) : facts.most === Infinity ? `at least ${String(facts.least)}` : `${String(facts.least)} to ${String(facts.most)}`
  const why = swallowed === null
    ? `'${name.value}' has ${String(args.length)} argument${args.length === 1 ? '' : 's'}, and takes ${wanted}`
    : `a ';' is missing after '${swallowed.before.raw}', so '${swallowed.word.value}' became an argument of ${name.value}`
  refuse(findings, {
    code: swallowed === null ? 'nginx/argument-count' : 'nginx/missing-semicolon', why, at: directive.span, names: [name.value], source: 'N-LEX-7',
    fix: swallowed === null ? null : { title: "Add ';'", edits: [{ at: endOf(swallowed.before), text: ';' }] },
  })
}

function endOf(word: Word): Span {
  const { file, end } = word.span
  return { file, start: end, end }
}

/** The first argument that is the name of a directive, with the word before it; null: none is. */
export function swallowedAt(directive: Directive): { readonly word: Word; readonly before: Word } | null {
  for (const [index, word] of directive.args.entries()) {
    if (word.quote === null && /^[a-z][a-z0-9_]{3,}$/.test(word.value) && factsOf(word.value).length > 0) return { word, before: directive.args[index - 1] ?? directive.name }
  }
  return null
}

function checkOnce(directive: Directive, first: Map<string, Directive>, findings: Diagnostic[]): void {
  const name = directive.name.value
  const earlier = first.get(name)
  if (earlier === undefined) {
    first.set(name, directive)
    return
  }
  refuse(findings, {
    code: 'nginx/duplicate-directive', why: `'${name}' stands twice in the same block`, at: directive.span, names: [name, ...directive.args.map((word) => word.value)], source: 'N-LEX-8',
    related: [{ at: earlier.span, message: `First ${name}` }],
  })
}
