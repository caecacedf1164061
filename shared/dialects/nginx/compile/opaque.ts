import { always, type Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { isInclude } from '../expand.ts'
import { factsOf } from '../support.ts'
import { tellingOf } from '../server-block.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import type { Level } from './levels.ts'
import { addGap, hasGap, type CompileState, type ScopeDraft } from './state.ts'
import { argument, headOf, nameOf, wordsOf } from './words.ts'

/** Directives of modules that may do anything to a request, those that nobody knows, and files that were not read. */
function isOpaque(directive: Directive): boolean {
  const known = factsOf(nameOf(directive))
  return directive.opaque !== null || known.length === 0 || known.every(({ entry }) => entry.state === 'unsupported') || isInclude(directive)
}

function reasonOf(directive: Directive): string {
  if (isInclude(directive)) return 'a file that it names was not read'
  return factsOf(nameOf(directive)).length === 0 ? 'nobody knows what this directive does' : 'what this does to a request is not modelled'
}

const none: readonly Directive[] = []
const known = new WeakMap<readonly Directive[], readonly Directive[]>()

function opaqueOf(directives: readonly Directive[]): readonly Directive[] {
  let found = known.get(directives)
  if (found === undefined) {
    found = directives.some(isOpaque) ? directives.filter(isOpaque) : none
    // Small levels are asked about once, those around them by each.
    if (directives.length > 8) known.set(directives, found)
  }
  return found
}

/** Effects of one level that are told apart; after that many nothing is left that another one could make less certain. */
const mostTold = 30

/** What is not modelled in one level and those around it, as effects that may change everything. */
export function addUnmodelled(server: ServerContext, level: Level, draft: ScopeDraft): void {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const all = opaqueOf(at.directives)
    for (const directive of all.slice(0, mostTold)) addOpaque(server, draft, directive, reasonOf(directive))
    const [next] = all.slice(mostTold)
    if (next === undefined) continue
    const text = restOf(all, () => all.slice(mostTold).map((directive) => wordsOf(directive)).join(' '))
    for (const directive of all.slice(mostTold)) noteGap(server, directive, reasonOf(directive))
    draft.add(nameOf(next), always, { kind: 'opaque-effect', text, reason: 'there are many lines that are not modelled' }, headOf(next))
  }
}

/** Does any of those levels hold something that is not modelled? */
export function isUnmodelled(level: Level): boolean {
  for (let at: Level | null = level; at !== null; at = at.parent) if (opaqueOf(at.directives).length > 0) return true
  return false
}

/** `$hostname` among the names of a server: whether a name is that of the machine that nginx runs on. */
export function isMachineName(what: string, at: Span): Predicate {
  return { kind: 'opaque', text: `${what} is the name of the machine ($hostname)`, reason: machineReason, dependsOn: 'request', origin: at }
}

export const machineReason = 'the name of the machine is not in the config'

const rests = new WeakMap<readonly Directive[], string>()

/** Made once for all the places that a level is around. */
function restOf(all: readonly Directive[], make: () => string): string {
  let text = rests.get(all)
  if (text === undefined) rests.set(all, text = make())
  return text
}

function addOpaque(server: ServerContext, draft: ScopeDraft, directive: Directive, reason: string): void {
  noteGap(server, directive, reason)
  draft.add(nameOf(directive), always, { kind: 'opaque-effect', text: wordsOf(directive), reason }, headOf(directive))
}

function noteGap({ state }: ServerContext, directive: Directive, reason: string): void {
  if (!hasGap(state, directive.span)) addGap(state, 'opaque-effect', directive, reason)
}

/** Paths are read in another way on every server that shares an address with one that says so; any may pass on to a group that is not known whole. */
export function addOtherReading(server: ServerContext, draft: ScopeDraft): void {
  for (const directive of server.state.readings) addOpaque(server, draft, directive, isInclude(directive) ? reasonOf(directive) : 'paths with several slashes in a row are not modelled then')
}

/** Keeps the directives that change how requests are read, and files of groups that were not read. */
export function collectReadings(state: CompileState, http: readonly Directive[]): void {
  for (const directive of http) {
    const name = nameOf(directive)
    if (name === 'merge_slashes' && argument(directive, 0) === 'off') state.readings.push(directive)
    else if ((name === 'underscores_in_headers' && argument(directive, 0) === 'on') || (name === 'ignore_invalid_headers' && argument(directive, 0) === 'off')) addGap(state, 'approximate', directive, 'Header names with unusual characters are taken as if they had not been sent.')
    if (name === 'upstream' && directive.block !== null) for (const line of tellingOf(directive.block)) if (isInclude(line)) state.readings.push(line)
    if (directive.block !== null) collectReadings(state, tellingOf(directive.block))
  }
}
