import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import type { Level } from './levels.ts'
import type { CompileState } from './state.ts'
import { argument, childrenOf, headOf, nameOf, wordsOf } from './words.ts'
import { patternOf } from './patterns.ts'

/** What all parts of one server share. */
export interface ServerContext {
  readonly state: CompileState
  readonly level: Level
  readonly directive: Directive
  /** How the server is called in ids and titles. */
  readonly key: string
  /** First server name; empty: none. */
  readonly name: string
  /** Variables of `set`, lower case. */
  readonly setVariables: ReadonlySet<string>
  /** Named groups of regular expressions, lower case. */
  readonly groupNames: ReadonlySet<string>
  /** Numbers of groups that something reads. */
  readonly groups: readonly number[]
  /** Statuses that `error_page` keeps for what the error page answers. */
  readonly keptStatuses: readonly number[]
  /** The client address comes from a header. */
  readonly hidesSource: boolean
  /** Some rule changes the URI or its arguments. */
  readonly rewrites: boolean
  /** Scopes of named locations by name with `@`. */
  readonly namedScopes: Map<string, string>
  readonly at: Span
}

/** Every directive below, in order. */
export function allDirectives(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((directive) => [directive, ...allDirectives(childrenOf(directive))])
}

export function serverContext(state: CompileState, directive: Directive, parent: Level, key: string, name: string): ServerContext {
  const all = allDirectives([directive])
  const level = { directives: childrenOf(directive), parent }
  const outside = outerDirectives(parent)
  const text = [...all, ...outside, ...state.lookups.values()].map(wordsOf).join('\n')
  const errorPages = [...all, ...outside].filter((one) => nameOf(one) === 'error_page')
  return {
    state, level, directive, key, name, at: headOf(directive),
    setVariables: new Set(all.filter((one) => nameOf(one) === 'set').map((one) => argument(one, 0).replace(/^\$/, '').toLowerCase())),
    groupNames: new Set(all.flatMap((one) => one.args.flatMap(({ value }) => (/\(\?P?[<']/.test(value) ? patternOf(value, false).names.map(([group]) => group.toLowerCase()) : [])))),
    groups: [...new Set([...text.matchAll(/\$\{?([1-9])/g)].map((match) => Number(match[1])))].sort((a, b) => a - b),
    keptStatuses: [...new Set(errorPages.flatMap(statusesOf))].sort((a, b) => a - b),
    hidesSource: [...all, ...outside].some((one) => nameOf(one) === 'set_real_ip_from'),
    rewrites: all.some((one) => ['rewrite', 'try_files', 'error_page', 'index'].includes(nameOf(one))) || outside.some((one) => nameOf(one) === 'error_page'),
    namedScopes: new Map(),
  }
}

/** Statuses that an error page can keep: those it stands for, or the one it sets. */
function statusesOf(errorPage: Directive): readonly number[] {
  const words = errorPage.args.slice(0, -1).map(({ value }) => value)
  const set = words.find((word) => word.startsWith('='))
  const codes = set === undefined ? words : [set.slice(1)]
  return codes.map(Number).filter((status) => Number.isInteger(status) && status > 0)
}

/** Directives of the levels around, without the blocks that stand there. */
function outerDirectives(level: Level | null): readonly Directive[] {
  return level === null ? [] : [...level.directives.filter((one) => one.block === null), ...outerDirectives(level.parent)]
}
