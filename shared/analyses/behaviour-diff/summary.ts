import { describePredicate } from '#shared/model/describe.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Term } from '#shared/model/decision-space/term.ts'
import { always, never, type Formula, type World } from '#shared/requests/space/world.ts'
import type { ClassKind } from './answer.ts'
import type { Proved } from './classes.ts'
import { percent, shortened } from './phrases.ts'
import { plainly } from './plainly.ts'
import { namesInCommon } from './severity.ts'
import { formulaWords, insteadWords, outcomeWords, subjectOf } from './words.ts'

export interface Described {
  readonly when: string
  readonly summary: string
}

/** Exceptions that are written out. */
const listedExceptions = 3

/** Which requests, and what happens to them, in one sentence each. */
export function describeClass(world: World, alias: (pool: string) => string, kind: ClassKind, pairs: readonly Proved[]): Described {
  const first = pairs[0] as Proved
  const common = commonRegion(world, pairs)
  const region = common === null ? null : plainly(world, common)
  const written = region === null ? null : writtenWords(world, pairs)
  const told = (detailed: boolean): string =>
    region === null ? severalWhen(world, pairs) : `${clearer(formulaWords(world, region, null, detailed), written)}${pairs.length === 1 ? exceptionWords(world, first, detailed) : sharedExceptions(world, pairs, detailed)}`
  // "host is a.example, except where host is a.example" says nothing: how case counts has to be told.
  const plain = told(false)
  const when = repeatsItself(plain) ? told(true) : plain
  const subject = region === null ? null : subjectOf(world, region)
  const spelled = when === plain ? '' : ' in another upper or lower case'
  const who = subject?.whole === true ? `Requests for ${subject.text}${spelled}`
    : region === always ? 'Requests that no other rule takes'
      : region !== null && when.length <= 160 ? `Requests where ${when}`
        : `${someRequests(pairs)}${subject === null ? ruleWords(pairs) : ` for ${subject.text}`}`
  return { when, summary: `${who} ${whatHappens(alias, kind, pairs)}` }
}

/** The requests of one pair, or the condition of the one rule that all pairs share. */
function commonRegion(world: World, pairs: readonly Proved[]): Formula | null {
  const first = pairs[0] as Proved
  if (pairs.length === 1 || pairs.every((pair) => pair.both === first.both)) return narrowed(world, first)
  // What a product answers by itself has as many reasons as pairs.
  if (pairs.every((pair) => pair.after.at === null) || pairs.every((pair) => pair.before.at === null)) return null
  for (const side of ['after', 'before'] as const) {
    if (first.changed[side] && pairs.every((pair) => pair[side].formula === first[side].formula)) return first[side].formula
  }
  return null
}

/** Where only part of a pair differs, that part. */
function narrowed(world: World, pair: Proved): Formula {
  const differ = world.any(pair.differences.map((difference) => difference.when))
  return world.and(pair.both, differ)
}

function severalWhen(world: World, pairs: readonly Proved[]): string {
  const texts = [...new Set(pairs.slice(0, 20).map((pair) => formulaWords(world, plainly(world, pair.both))))]
  const shown = texts.slice(0, 3).join('; or ')
  return pairs.length > 3 ? `${shown}; or ${pairs.length - Math.min(3, texts.length)} more of this kind` : shown
}

function repeatsItself(text: string): boolean {
  const [region, exceptions] = text.replaceAll(' (in any case)', '').split(', except where ')
  return exceptions !== undefined && region !== undefined && exceptions.split(' or where ').some((one) => region.split(' and ').includes(one.replace(/ \(and what .*$/, '')))
}

function exceptionWords(world: World, pair: Proved, detailed: boolean): string {
  const exceptions = pair.exceptions()
  if (exceptions.length === 0) return ''
  const both = plainly(world, pair.both)
  const own = new Set(world.partsOf(both))
  const told = [...new Set(exceptions.map((formula) => plainly(world, formula)))].filter((formula) => world.and(formula, both) !== never)
  const texts = told.map((formula) => {
    // What the exception shares with the class goes without saying.
    const parts = (formula & 1) === 0 && world.atomOf(formula) === null ? world.partsOf(formula).filter((part) => !own.has(part) && part !== both) : [formula]
    return formulaWords(world, world.all(parts), 'or', detailed)
  })
  // What takes nearly the same requests tells most.
  const said = new Set(formulaWords(world, both, null, detailed).replaceAll(' (in any case)', '').split(' and '))
  const closest = (text: string): number => (said.has(text.replace(' (in this case only)', '').replaceAll(' (in any case)', '')) ? 0 : 1)
  const listed = [...new Set(texts)].sort((a, b) => closest(a) - closest(b)).slice(0, listedExceptions)
  const more = texts.length - listed.length
  return `, except where ${listed.join(' or where ')}${more > 0 ? ` (and what ${more} more earlier ${more === 1 ? 'rule takes' : 'rules take'})` : ''}`
}

function sharedExceptions(world: World, pairs: readonly Proved[], detailed: boolean): string {
  if (pairs.length > 3) return ', as far as earlier rules leave them'
  for (const pair of pairs) {
    const text = exceptionWords(world, pair, detailed)
    if (text !== '') return text
  }
  return ''
}

function someRequests(pairs: readonly Proved[]): string {
  return pairs.length === 1 ? 'Some requests' : `${pairs.length} kinds of requests`
}

/** Longest condition that is worked out for people; behind it they read what the rules say. */
const readable = 240

function clearer(worked: string, written: string | null): string {
  return written !== null && (worked.length > readable || worked.includes('a combination of conditions holds')) ? written : worked
}

/** The conditions of both rules as they are written, where they are all of it; null: they are not. */
function writtenWords(world: World, pairs: readonly Proved[]): string | null {
  const first = pairs[0] as Proved
  // After a rewrite the words of a rule are not about the request that arrived.
  const rewritten = [first.before, first.after].some(({ state }) => state.path.kind !== 'read' || state.query.kind !== 'read' || state.headers.length > 0)
  if (pairs.length > 1 || rewritten || narrowed(world, first) !== first.both) return null
  const texts = [first.before, first.after].flatMap((rule) => (rule.at === null ? [] : rule.conditions.map(describePredicate))).filter((text) => text !== 'always')
  const text = [...new Set(texts)].join(' and ')
  return text === '' || text.length > readable ? null : text
}

/** The condition of the one rule that all pairs share, as it is written, where it is short. */
function ruleWords(pairs: readonly Proved[]): string {
  const first = pairs[0] as Proved
  const side = first.changed.before && !first.changed.after ? 'before' : 'after'
  const rule = first[side]
  if (rule.at === null || !pairs.every((pair) => pair[side].formula === rule.formula)) return ''
  const text = rule.conditions.map(describePredicate).filter((words) => words !== 'always').join(' and ')
  return text === '' || text.length > 120 ? '' : ` where ${text}`
}

function whatHappens(alias: (pool: string) => string, kind: ClassKind, pairs: readonly Proved[]): string {
  const first = pairs[0] as Proved
  const { before, after } = { before: first.judged.before.outcome, after: first.judged.after.outcome }
  if (kind === 'rewrite') return rewriteWords(alias, pairs, before, after)
  if (kind === 'policy' && first.differences.every((difference) => difference.aspect === 'contents')) return contentsWords(first)
  if (kind === 'policy') return serverWords(before, after)
  const was = poolNames(pairs.map((pair) => pair.judged.before.outcome))
  const is = poolNames(pairs.map((pair) => pair.judged.after.outcome))
  const now = is === null ? outcomeWords(after) : `go to ${counted(is)}`
  const then = was === null ? insteadWords(before) : is === null ? `going to ${counted(was)}` : was.length === 1 && is.length === 1 ? (was[0] as string) : counted(was)
  return `${now} instead of ${then}.`
}

/** The same answer that holds something else. */
function contentsWords({ before, after, judged }: Proved): string {
  const says = ({ destination }: DecidingRule): string => ('contents' in destination ? shortened(termWords(destination.contents), 60) : '')
  const own = (text: string): string => (text === '' ? "the product's own" : text)
  if (judged.after.outcome.action === 'close') return `have their connection closed as before, but with ${own(says(after))} instead of ${own(says(before))}.`
  return `${outcomeWords(judged.after.outcome)} as before, but the answer differs: ${own(says(after))} instead of ${own(says(before))}.`
}

/** A term as people read it; what depends on the request is left open. */
function termWords(term: Term): string {
  switch (term.kind) {
    case 'text': return term.text
    case 'concat': return term.parts.map(termWords).join('')
    case 'absent': return ''
    default: return '…'
  }
}

/** Same pool, other servers: the one whose part changes most. */
function serverWords(before: Outcome, after: Outcome): string {
  if (before.action !== 'forward' || after.action !== 'forward') return 'get other servers.'
  const [old, now] = namesInCommon(before.servers, after.servers)
  const was = new Map(old.map((server) => [server.name, server.share]))
  const changed = now.map((server) => ({ name: server.name, was: was.get(server.name) ?? 0, is: server.share })).sort((a, b) => Math.abs(b.is - b.was) - Math.abs(a.is - a.was))[0]
  if (changed === undefined || changed.is === changed.was) return `stay in pool ${after.pool} and get other servers.`
  return `stay in pool ${after.pool}, and server ${changed.name} gets ${percent(changed.is)} of them instead of ${percent(changed.was)}.`
}

/** Names of the pools; null: not all of the outcomes are pools. */
function poolNames(outcomes: readonly Outcome[]): readonly string[] | null {
  const names = new Set<string>()
  for (const outcome of outcomes) {
    if (outcome.action !== 'forward') return null
    names.add(outcome.pool)
  }
  return [...names]
}

function counted(names: readonly string[]): string {
  if (names.length === 1) return `pool ${names[0] as string}`
  return `pools ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
}

function rewriteWords(alias: (pool: string) => string, pairs: readonly Proved[], before: Outcome, after: Outcome): string {
  const first = pairs[0] as Proved
  const pools = new Set(pairs.map((pair) => (pair.judged.after.outcome.action === 'forward' ? alias(pair.judged.after.outcome.pool) : '')))
  const where = pools.size === 1 ? `pool ${[...pools][0] as string}` : `${pools.size} pools`
  const aspects = first.differences.map((difference) => difference.aspect)
  if ('path' in before && 'path' in after && before.path !== after.path) return `reach ${where} as ${after.path} instead of ${before.path} (for the example).`
  const { received: was } = first.judged.before
  const { received: is } = first.judged.after
  if (aspects.includes('host') && was.host !== is.host) return `reach ${where} with Host ${is.host ?? 'missing'} instead of ${was.host ?? 'missing'} (for the example).`
  if (aspects.includes('method')) return `reach ${where} with method ${first.judged.after.received.method} instead of ${first.judged.before.received.method}.`
  const names = [...new Set(first.differences.flatMap((difference) => (difference.name === null || (difference.name === 'host' && was.host === is.host) ? [] : [difference.name])))]
  return `reach ${where} with ${names.length === 0 ? 'other headers' : `another header ${names.slice(0, 3).join(', ')}`}.`
}
