import { asciiLower, asciiUpper } from '#shared/requests/bytes.ts'
import type { Literals } from '#shared/requests/space/world.ts'
import { transformText } from './concrete.ts'
import type { Matching } from './matching.ts'
import type { Term, TermTransform } from './term.ts'

/** What a text behind `text` has to be like so that the whole is one of the literals. `any`: it is in any case. */
export function literalsBehind(text: string, { kind, values, ignoreCase }: Literals): Literals | 'any' {
  const fold = (one: string): string => (ignoreCase ? asciiLower(one) : one)
  const start = fold(text)
  if (kind === 'prefix' && values.some((value) => start.startsWith(fold(value)))) return 'any'
  return { kind, ignoreCase, values: [...new Set(values.flatMap((value) => (fold(value).startsWith(start) ? [value.slice(text.length)] : [])))].sort() }
}

/** What is left of the literals before a transformation: every value that passes starts with one of them. */
export function literalsThrough(transform: TermTransform, { literals }: Matching): Literals | null {
  if (literals === null) return null
  switch (transform.kind) {
    case 'lower': case 'upper': return { ...literals, ignoreCase: true }
    case 'host-only': return { ...literals, kind: 'prefix', ignoreCase: true }
    case 'field': return transform.index === 1 ? { ...literals, kind: 'prefix' } : null
    default: return null
  }
}

/** Is everything that is like `literalsThrough` let through, too? */
export function isExactThrough(transform: TermTransform, { literals, onlyNarrows }: Matching): boolean {
  if (literals === null || onlyNarrows === true || (transform.kind !== 'lower' && transform.kind !== 'upper')) return false
  const kept = (value: string): boolean => (transform.kind === 'lower' ? asciiLower(value) : asciiUpper(value)) === value
  return literals.ignoreCase || literals.values.every(kept)
}

/** Stands for each value of a list in turn. */
export function isEachOf(term: Term): boolean {
  return term.kind === 'read' ? term.variable.shape === 'list' && term.facet.kind === 'any' : term.kind === 'apply' && isEachOf(term.of)
}

/** Transformations after which a value may be gone; later values of a list are then not looked at (route: README). */
export function mayDrop(transform: TermTransform): boolean {
  return ((transform.kind === 'field') && transform.index !== 1) || transform.kind === 'url-decode' || transform.kind === 'string-compare'
}

export function isAddress(term: Term): boolean {
  return term.kind === 'read' ? term.variable.encoding === 'address' : term.kind === 'apply' && term.transform.kind === 'ip-mask' && isAddress(term.of)
}

export function isComputable(term: Term): boolean {
  switch (term.kind) {
    case 'unknown': return false
    case 'concat': return term.parts.every(isComputable)
    case 'choose': return isComputable(term.then) && isComputable(term.otherwise)
    case 'apply': return isComputable(term.of) && transformText(term.transform, '/x') !== undefined
    case 'read': return term.facet.kind !== 'any' || term.variable.shape === 'single'
    default: return true
  }
}

/** A part of a request as people call it. */
export function variableWords(key: string): string {
  const colon = key.indexOf(':')
  const name = key.slice(colon + 1)
  switch (colon === -1 ? key : key.slice(0, colon)) {
    case 'header': return `header ${name.replace(/ as lines$/, '')}`
    case 'cookie': return `cookie ${name}`
    case 'parameter': case 'argument': return `query parameter ${name}`
    case 'sni': return 'TLS server name'
    case 'alpn': return 'TLS protocol'
    case 'local-port': return 'destination port'
    case 'source-ip': return 'source address'
    default: return key.replace('-', ' ')
  }
}
