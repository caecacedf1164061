import type { Gap, RoutingModel, SurroundingLine } from '#shared/model/routing-model.ts'
import type { Definition } from '#shared/model/decision-space/definitions.ts'
import type { Flag } from '#shared/model/decision-space/space.ts'
import type { UnknownRegion } from './answer.ts'
import type { ListenerDiff } from './listener-diff.ts'
import { shortened } from './phrases.ts'
import { describePredicate } from '#shared/model/describe.ts'

/** What lies outside the files that were read: equal words on both sides prove nothing about it. */
function isOutside(text: string, reason: string): boolean {
  return /\blua[.\s-]|\.lua\b|^lua/i.test(text) || /\b(?:script|filter|agent|service decides|FastCGI|written by an earlier process|could not be read)/i.test(reason)
}

/** Gaps that rules of the decision lists carry themselves: a change of theirs shows as a changed rule. */
const carried: ReadonlySet<Gap['kind']> = new Set(['opaque-condition', 'opaque-action', 'opaque-effect'])

/**
 * Regions that are unknown whatever the rules say: code outside the config, files that were not read, and statements
 * that stand on one side only and are not understood. What both sides say alike and what a config holds itself is the
 * same on both (assumption: equal text is equal behaviour).
 */
export function unmodelledRegions(before: RoutingModel, after: RoutingModel, diffs: readonly ListenerDiff[]): readonly UnknownRegion[] {
  const regions = new Map<string, UnknownRegion>()
  const add = (region: UnknownRegion): void => {
    const key = `${region.because} ${region.side === 'after' ? 'after' : 'before'} ${region.at.file} ${region.at.start}`
    if (!regions.has(key)) regions.set(key, region)
  }
  for (const diff of diffs) {
    for (const side of ['after', 'before'] as const) {
      for (const effect of diff.lists[side].opaque) {
        if (!isOutside(effect.text, effect.reason) || (side === 'before' && diff.lists.after.opaque.some((other) => other.text === effect.text))) continue
        add({ listener: diff.arrival.listener.group, when: effect.condition.kind === 'true' ? 'any request that gets to this line' : describePredicate(effect.condition), because: notModelled(effect), side, at: effect.at })
      }
    }
  }
  const keys = { before: new Set(before.gaps.map(gapKey)), after: new Set(after.gaps.map(gapKey)) }
  for (const [side, model, other] of [['after', after, keys.before], ['before', before, keys.after]] as const) {
    for (const gap of model.gaps) {
      const outside = isOutside(gap.text, gap.reason) || gap.kind === 'missing-file'
      const both = other.has(gapKey(gap))
      if (outside ? side === 'before' && both : both || carried.has(gap.kind) || gap.text.includes('%[')) continue
      if ([...regions.values()].some((region) => region.at.file === gap.at.file && region.at.start === gap.at.start)) continue
      add({ listener: null, when: 'requests that depend on this line', because: notModelled(gap), side, at: gap.at })
    }
  }
  return [...regions.values()]
}

function gapKey(gap: Gap): string {
  return `${gap.kind}|${gap.text}|${gap.reason}`
}

function notModelled({ text, reason }: { readonly text: string; readonly reason: string }): string {
  return `Not modelled: ${text} (${reason.replace(/\.$/, '')}).`
}

/** Lines around the rules that stand on one side only, or in another order. */
export function surroundingRegions(before: RoutingModel, after: RoutingModel, outside: readonly Definition[]): readonly UnknownRegion[] {
  if (before.dialect !== after.dialect) return []
  const owners = { before: byOwner(before.surroundings.lines), after: byOwner(after.surroundings.lines.map((line) => readAs(line, outside))) }
  const regions: UnknownRegion[] = []
  for (const owner of new Set([...owners.before.keys(), ...owners.after.keys()])) {
    const [one, other] = [owners.before.get(owner) ?? [], owners.after.get(owner) ?? []]
    const gone = [...onlyIn(one, other)]
    const add = (line: SurroundingLine, side: 'before' | 'after', says: string): void => {
      regions.push({ listener: null, when: line.bears, because: `Not followed: ${owner} ${says}.`, side, at: line.at })
    }
    const come = onlyIn(other, one)
    for (const line of come) {
      const at = gone.findIndex((old) => firstWord(old.text) === firstWord(line.text))
      const [old] = at === -1 ? [] : gone.splice(at, 1)
      add(line, 'after', old === undefined ? `has ${shown(line)}` : old.shown === line.shown ? `has another ${shown(line)}` : `has ${shown(line)} instead of ${shown(old)}`)
    }
    for (const line of gone) add(line, 'before', `has ${shown(line)} no more`)
    if (come.length + gone.length === 0) {
      const moved = other.find((line, index) => line.text !== one[index]?.text && firstWord(line.text) === firstWord(one[index]?.text ?? ''))
      if (moved !== undefined && isOrdered(owner)) add(moved, 'after', `has ${shown(moved)} at another place among its like`)
    }
  }
  return regions
}

/** The line with what it reads outside the config and differs there. */
function readAs(line: SurroundingLine, outside: readonly Definition[]): SurroundingLine {
  const read = outside.filter((one) => one.readBy.test(line.text)).map((one) => one.text)
  return read.length === 0 ? line : { ...line, text: [line.text, ...read].join(' ') }
}

const firstWord = (text: string): string => text.split(' ', 1)[0] as string
const shown = (line: SurroundingLine): string => shortened(line.shown, 120)
/** Lists in which the order of lines says nothing. */
const isOrdered = (owner: string): boolean => !/^(?:userlist|peers|resolvers|http-errors|crt-store) /.test(owner)

function byOwner(lines: readonly SurroundingLine[]): ReadonlyMap<string, readonly SurroundingLine[]> {
  const owners = new Map<string, SurroundingLine[]>()
  for (const line of lines) {
    const list = owners.get(line.owner)
    if (list === undefined) owners.set(line.owner, [line])
    else list.push(line)
  }
  return owners
}

/** Lines of `lines` that `others` does not have, or has fewer times. */
function onlyIn(lines: readonly SurroundingLine[], others: readonly SurroundingLine[]): readonly SurroundingLine[] {
  const left = new Map<string, number>()
  for (const { text } of others) left.set(text, (left.get(text) ?? 0) + 1)
  return lines.filter(({ text }) => {
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count <= 0
  })
}

/** Fetches that look at how many servers of a pool are up or busy. */
const aboutPools = /\b(?:nbsrv|connslots|avg_queue|queue|be_[a-z_]+|srv_[a-z_]+)\(([^)/,]+)/

/** Conditions on the state of a pool whose servers or checks differ: the same words may be true at other times now. */
export function stateRegions(flags: Iterable<Flag>, changedPools: ReadonlySet<string>): readonly UnknownRegion[] {
  const regions: UnknownRegion[] = []
  for (const flag of flags) {
    const pool = aboutPools.exec(flag.text)?.[1]
    if (pool === undefined || !changedPools.has(pool)) continue
    regions.push({ listener: null, when: `requests for which it matters whether ${flag.text}`, because: `The condition looks at pool ${pool}, whose servers or checks differ, so it may hold at other times.`, side: flag.side, at: flag.at })
  }
  return regions
}
