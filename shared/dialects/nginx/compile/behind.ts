import type { Directive } from '../tree.ts'
import { canonicalLines, canonicalWords } from './canonical.ts'
import type { ServerContext } from './context.ts'
import { locationName, locationsOf, type Location } from './location-order.ts'
import { addSurrounding, type CompileState } from './state.ts'
import { argument, childrenOf, headOf, named, nameOf, values } from './words.ts'

/**
 * Locations that requests get to behind the rules: what `error_page` does about failed servers, subrequests of
 * `auth_request` and `mirror`, `X-Accel-Redirect`. Those ways are not followed, so each such location is compared as it is
 * written, with everything that it depends on.
 */
export function addLocationsBehind(state: CompileState, http: readonly Directive[], servers: readonly ServerContext[]): void {
  let known: { readonly outside: readonly string[]; readonly definitions: Definitions } | null = null
  for (const server of servers) {
    const locations = withNested(locationsOf(childrenOf(server.directive))).filter((location) => location.kind === 'named' || location.isInternal).sort((one, other) => (locationName(one) < locationName(other) ? -1 : 1))
    if (locations.length === 0) continue
    // Most configs have no such location, and big ones have many groups.
    known ??= { outside: canonicalLines(http.filter((directive) => directive.block === null), 'http'), definitions: definitionsOf(http) }
    const { outside, definitions } = known
    const own = linesOfServer(server.directive)
    // Written out for each of many locations, what they have in common would fill the memory; then it is a line of its own.
    const common = [...own, ...outside]
    const size = common.reduce((sum, text) => sum + text.length, 0) + definitions.size
    const apart = locations.length * size > mostCommonText
    const bears = 'requests that an error, another request or an answer of a server leads to'
    if (apart) {
      const text = [...common, ...definitionsIn(common.join('\n'), definitions)].join('\n')
      addSurrounding(state, server.key, `${bears} internal and named locations of ${server.key}`, { text, shown: `internal and named locations of ${server.key} or what they depend on`, at: server.at })
    }
    for (const location of locations) {
      const around = [canonicalWords(location.directive), ...(apart ? [] : common)]
      const text = [...around, ...definitionsIn(around.join('\n'), definitions, apart)].join('\n')
      addSurrounding(state, server.key, `${bears} ${locationName(location)}`, { text, shown: `${locationName(location)} or what it depends on`, at: headOf(location.directive) })
    }
  }
}

/** Code units that may be repeated for the locations of one server. */
const mostCommonText = 20_000_000

/** What a server says besides its locations; its names as one line. */
function linesOfServer(server: Directive): readonly string[] {
  const names = named(childrenOf(server), 'server_name').flatMap(values)
  return [`server_name ${names.join(' ')}`, ...canonicalLines(childrenOf(server).filter((directive) => !['location', 'server_name'].includes(nameOf(directive))), 'server')]
}

function withNested(locations: readonly Location[]): readonly Location[] {
  return locations.flatMap((location) => [location, ...withNested(location.nested)])
}

interface Definition {
  readonly text: string
  /** Definitions that the text names; null: not looked for yet. */
  inside: readonly Definition[] | null
}

interface Definitions {
  /** By name, lower case; several may share one. */
  readonly byName: ReadonlyMap<string, readonly Definition[]>
  /** Those of groups, whose names a variable may hold. */
  readonly groups: readonly Definition[]
  readonly lengths: readonly number[]
  /** Code units of all texts. */
  readonly size: number
}

/** Groups and lookups by what others call them: the name of a group, the variable of a lookup. */
function definitionsOf(http: readonly Directive[]): Definitions {
  const groups: Definition[] = []
  const byName = new Map<string, Definition[]>()
  let size = 0
  for (const directive of http) {
    if (!['upstream', 'map', 'geo', 'split_clients'].includes(nameOf(directive))) continue
    const last = argument(directive, directive.args.length - 1)
    const name = (nameOf(directive) === 'upstream' ? last : last.replace(/^\$/, '')).toLowerCase()
    const definition: Definition = { text: canonicalWords(directive), inside: null }
    size += definition.text.length
    if (nameOf(directive) === 'upstream') groups.push(definition)
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [definition])
    else known.push(definition)
  }
  return { groups, byName, lengths: [...new Set([...byName.keys()].map((name) => name.length))], size }
}

/** Definitions whose names stand anywhere in the text, as parts of words as well. One look for each place and length of a name, however many names there are. */
function namedIn(text: string, { byName, lengths }: Definitions): readonly Definition[] {
  const lower = text.toLowerCase()
  const found = new Set<Definition>()
  for (const length of lengths) {
    for (let at = 0; at + length <= lower.length; at += 1) for (const definition of byName.get(lower.slice(at, at + length)) ?? []) found.add(definition)
  }
  return [...found]
}

/** Texts of the definitions that a text names, and of those that these name. `onlyNamed`: variables may hold any name, and somebody else has looked at that. */
function definitionsIn(text: string, definitions: Definitions, onlyNamed = false): readonly string[] {
  const found = new Set<Definition>()
  // A stack of its own, as definitions may name each other in long chains.
  const open: { readonly list: readonly Definition[]; next: number }[] = []
  const visit = (from: string, named: readonly Definition[]): void => { open.push({ list: !onlyNamed && readsAnyGroup(from) ? [...named, ...definitions.groups] : named, next: 0 }) }
  visit(text, namedIn(text, definitions))
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const definition = top.list[top.next]
    top.next += 1
    if (definition === undefined) open.pop()
    else if (!found.has(definition)) {
      found.add(definition)
      visit(definition.text, definition.inside ??= namedIn(definition.text, definitions))
    }
  }
  return [...found].map((definition) => definition.text).sort()
}

/** A variable may hold the name of any group. */
function readsAnyGroup(text: string): boolean {
  return /_pass [^;\n}]*\$/.test(text)
}
