import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import type { Level } from './levels.ts'
import type { CompileState } from './state.ts'
import { isSetting } from './unfollowed.ts'
import { argument, childrenOf, headOf, nameOf } from './words.ts'
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
  /** Some block in the server has lines that are not followed. */
  readonly hasInnerSettings: boolean
  /** Names of directives in the server and of those around it without a block. */
  readonly uses: ReadonlySet<string>
  /** Scopes of named locations by name with `@`. */
  readonly namedScopes: Map<string, string>
  readonly at: Span
}

/** Every directive below, in order. */
export function allDirectives(directives: readonly Directive[]): readonly Directive[] {
  const found: Directive[] = []
  addDirectives(directives, found)
  return found
}

function addDirectives(directives: readonly Directive[], found: Directive[]): void {
  for (const directive of directives) {
    found.push(directive)
    if (directive.block !== null) addDirectives(directive.block.directives, found)
  }
}

export function serverContext(state: CompileState, directive: Directive, parent: Level, key: string, name: string): ServerContext {
  const all = allDirectives([directive])
  const level = { directives: childrenOf(directive), parent }
  const outside = outerDirectives(parent)
  const setVariables = new Set<string>()
  const groupNames = new Set<string>()
  const groups = new Set(groupsOfLookups(state))
  const keptStatuses = new Set<number>()
  const uses = new Set<string>()
  let hidesSource = false
  let rewrites = false
  let settings = 0
  for (const one of all) {
    uses.add(nameOf(one))
    if (isSetting(one)) settings += 1
    for (const { value } of one.args) if (value.includes('(?') && /\(\?P?[<']/.test(value)) for (const [group] of patternOf(value, false).names) groupNames.add(group.toLowerCase())
    addGroups(one, groups)
    switch (nameOf(one)) {
      case 'set': setVariables.add(argument(one, 0).replace(/^\$/, '').toLowerCase()); break
      case 'set_real_ip_from': hidesSource = true; break
      case 'rewrite': case 'try_files': case 'index': rewrites = true; break
      case 'error_page':
        rewrites = true
        for (const status of statusesOf(one)) keptStatuses.add(status)
        break
      default:
    }
  }
  for (const one of outside) {
    uses.add(nameOf(one))
    addGroups(one, groups)
    if (nameOf(one) === 'set_real_ip_from') hidesSource = true
    if (nameOf(one) !== 'error_page') continue
    rewrites = true
    for (const status of statusesOf(one)) keptStatuses.add(status)
  }
  return {
    state, level, directive, key, name, at: headOf(directive), setVariables, groupNames, hidesSource, rewrites, uses, hasInnerSettings: settings > childrenOf(directive).filter(isSetting).length,
    groups: [...groups].sort((a, b) => a - b), keptStatuses: [...keptStatuses].sort((a, b) => a - b), namedScopes: new Map(),
  }
}

/** Numbers of groups that the words of one directive read. */
function addGroups({ name, args }: Directive, found: Set<number>): void {
  addGroupsIn(name.value, found)
  for (const { value } of args) addGroupsIn(value, found)
}

function addGroupsIn(text: string, found: Set<number>): void {
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at + 1)) {
    const digit = text.charCodeAt(at + 1) === 123 ? text.charCodeAt(at + 2) : text.charCodeAt(at + 1)
    if (digit >= 49 && digit <= 57) found.add(digit - 48)
  }
}

const groupsByLookups = new WeakMap<ReadonlyMap<string, Directive>, ReadonlySet<number>>()

/** The same for all servers. */
function groupsOfLookups({ lookups }: CompileState): ReadonlySet<number> {
  let found = groupsByLookups.get(lookups)
  if (found === undefined) {
    const groups = new Set<number>()
    for (const one of allDirectives([...lookups.values()])) addGroups(one, groups)
    found = groups
    groupsByLookups.set(lookups, found)
  }
  return found
}

/** Statuses that an error page can keep: those it stands for, or the one it sets. */
function statusesOf(errorPage: Directive): readonly number[] {
  const words = errorPage.args.slice(0, -1).map(({ value }) => value)
  const set = words.find((word) => word.startsWith('='))
  const codes = set === undefined ? words : [set.slice(1)]
  return codes.map(Number).filter((status) => Number.isInteger(status) && status > 0)
}

const outer = new WeakMap<Level, readonly Directive[]>()

/** Directives of the levels around, without the blocks that stand there; every server of http asks for the same. */
function outerDirectives(level: Level): readonly Directive[] {
  let found = outer.get(level)
  if (found === undefined) {
    const directives: Directive[] = []
    for (let at: Level | null = level; at !== null; at = at.parent) for (const one of at.directives) if (one.block === null) directives.push(one)
    found = directives
    outer.set(level, found)
  }
  return found
}
