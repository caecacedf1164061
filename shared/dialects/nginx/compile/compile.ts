import type { Compiled, CompileOptions, Parsed } from '#shared/dialects/dialect.ts'
import { expandIncludes, type Expansion } from '../expand.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { diagnoseNginx } from '../validate.ts'
import { addLocationsBehind } from './behind.ts'
import type { Level } from './levels.ts'
import { conflictsOf } from './listens.ts'
import { collectReadings } from './opaque.ts'
import { compileUpstream } from './pools.ts'
import { compileServers } from './servers.ts'
import { createState, streamState, type CompileState } from './state.ts'
import { compileStream } from './stream.ts'
import { readSurroundings, surroundingsOf } from './surroundings.ts'
import { addVariablesBehind } from './variables-behind.ts'
import { argument, childrenOf, nameOf, named } from './words.ts'

/** The version whose behaviour the model has; later ones differ as the README says. */
export const referenceVersion = '1.22'

/**
 * Routing model of the config in `files`, includes followed.
 *
 * Errors: none thrown for any input; what nginx refuses is a finding of the syntax half.
 * Source: reference section 12. Oracle: test/oracle/nginx.
 */
export function compileNginx(files: readonly Parsed<NginxTree>[], options: CompileOptions): Compiled {
  const expansion = expandIncludes(files, options.unread)
  const { main, http, stream } = contextsOf(expansion)
  const state = createState(options, seesV6(http))
  for (const include of expansion.includes) {
    if (include.missing) state.gaps.push({ kind: 'missing-file', text: `include ${include.path}`, reason: 'A file is not among those that were read.', at: include.at })
  }
  readLookups(state, http)
  collectReadings(state, http)
  for (const upstream of named(http, 'upstream')) compileUpstream(state, upstream, 'http')
  const level: Level = { directives: http, parent: { directives: main, parent: null } }
  const { listeners, contexts } = compileServers(state, level, named(http, 'server'))
  const inStream: CompileState = { ...streamState(state, seesV6(stream)), readings: [] }
  readLookups(inStream, stream)
  collectReadings(inStream, stream)
  for (const upstream of named(stream, 'upstream')) compileUpstream(inStream, upstream, 'tcp')
  const streams = compileStream(inStream, { directives: stream, parent: { directives: main, parent: null } }, named(stream, 'server'), listeners.length + 1)
  readSurroundings(state, expansion.directives)
  addLocationsBehind(state, http, contexts)
  const readLater = addVariablesBehind(state, expansion.directives)
  const all = [...listeners, ...streams]
  return {
    model: {
      dialect: 'nginx', product: 'nginx', version: options.version ?? referenceVersion, requests: 'normalised', listeners: all, conflicts: conflictsOf(all), scopes: state.scopes, pools: [...state.pools.values()],
      tables: state.tables, gaps: state.gaps, surroundings: surroundingsOf(state, readLater), environment: new Map(),
    },
    diagnostics: [...expansion.diagnostics, ...diagnoseNginx(expansion)],
  }
}

/** What stands in http and stream; blocks of one name count together. */
function contextsOf({ directives, context }: Expansion): { readonly main: readonly Directive[]; readonly http: readonly Directive[]; readonly stream: readonly Directive[] } {
  if (context === 'http') return { main: [], http: directives, stream: [] }
  if (context === 'stream') return { main: [], http: [], stream: directives }
  const inside = (name: string): readonly Directive[] => named(directives, name).flatMap(childrenOf)
  return { main: directives.filter((directive) => directive.block === null), http: inside('http'), stream: inside('stream') }
}

/** May a socket take connections over IPv6? Names may stand for such addresses. */
function seesV6(directives: readonly Directive[]): boolean {
  return named(directives, 'server').some((server) => named(childrenOf(server), 'listen').some((listen) => /^(?:\[|(?!unix:)[a-z])/i.test(argument(listen, 0))))
}

function readLookups(state: CompileState, directives: readonly Directive[]): void {
  for (const directive of directives) {
    if (!['map', 'geo', 'split_clients'].includes(nameOf(directive))) continue
    const name = argument(directive, directive.args.length - 1).replace(/^\$/, '').toLowerCase()
    // The last one of a name counts (oracle lookups).
    state.lookups.set(name, directive)
  }
}
