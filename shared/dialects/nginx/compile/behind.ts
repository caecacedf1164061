import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import { locationName, locationsOf, type Location } from './location-order.ts'
import { addSurrounding, type CompileState } from './state.ts'
import { argument, childrenOf, headOf, nameOf, wordsOf } from './words.ts'

/**
 * Locations that requests get to behind the rules: what `error_page` does about failed servers, subrequests of
 * `auth_request` and `mirror`, `X-Accel-Redirect`. Those ways are not followed, so each such location is compared as it is
 * written, with everything that it depends on.
 */
export function addLocationsBehind(state: CompileState, http: readonly Directive[], servers: readonly ServerContext[]): void {
  const outside = http.filter((directive) => directive.block === null).map(wordsOf)
  const definitions = http.flatMap((directive) => (['upstream', 'map', 'geo', 'split_clients'].includes(nameOf(directive)) ? [{ names: namesOf(directive), text: wordsOf(directive) }] : []))
  for (const server of servers) {
    const locations = withNested(locationsOf(childrenOf(server.directive))).filter((location) => location.kind === 'named' || location.isInternal)
    if (locations.length === 0) continue
    const own = childrenOf(server.directive).filter((directive) => nameOf(directive) !== 'location').map(wordsOf)
    for (const location of locations) {
      const around = [wordsOf(location.directive), ...own, ...outside]
      const text = [...around, ...definitionsIn(around.join('\n'), definitions)].join('\n')
      addSurrounding(state, server.key, `requests that an error, another request or an answer of a server leads to ${locationName(location)}`, { text, shown: `${locationName(location)} or what it depends on`, at: headOf(location.directive) })
    }
  }
}

function withNested(locations: readonly Location[]): readonly Location[] {
  return locations.flatMap((location) => [location, ...withNested(location.nested)])
}

interface Definition {
  readonly names: readonly string[]
  readonly text: string
}

/** What others call it: the name of a group, the variables of a lookup. */
function namesOf(directive: Directive): readonly string[] {
  const last = argument(directive, directive.args.length - 1)
  return [nameOf(directive) === 'upstream' ? last : last.replace(/^\$/, '')]
}

/** Definitions that a text names, and those that these name. */
function definitionsIn(text: string, definitions: readonly Definition[], found = new Set<Definition>()): readonly string[] {
  const lower = text.toLowerCase()
  // A variable may hold the name of any group.
  const dynamic = /_pass [^;\n}]*\$/.test(text)
  for (const definition of definitions) {
    if (found.has(definition) || !(dynamic || definition.names.some((name) => lower.includes(name.toLowerCase())))) continue
    found.add(definition)
    definitionsIn(definition.text, definitions, found)
  }
  return [...found].map((definition) => definition.text)
}
