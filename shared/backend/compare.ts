import { areTwoProducts, comparedPools } from '#shared/analyses/behaviour-diff/index.ts'
import { expectedShares } from '#shared/analyses/distribution/index.ts'
import type { PoolPairs } from '#shared/analyses/equivalence/index.ts'
import type { TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { Gap } from '#shared/model/routing-model.ts'
import type { Sentence } from '#shared/presentation/presentation.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { Comparison, DistributionRow, FilePair } from '#shared/rpc/payloads.ts'
import { countChanges, diffLines, diffTerminatedLines } from '#shared/text/line-diff.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { toSentences } from '#shared/view/sentences.ts'
import { allFindings, checksOf, onlyIn } from './checks.ts'
import type { KeptFile, LoadedConfig } from './load-config.ts'
import type { Pair, PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'

export function compareHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'compare.run'> {
  return {
    async 'compare.run'({ before, after }, context) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      // Parts that are kept, one by one, so that a call that was given up ends soon.
      const parts = pair.value.before === null ? [] : [pair.value.difference, pair.value.sketch, () => checksOf(pair.value.after, ports.clock), () => checksOf(pair.value.before ?? pair.value.after, ports.clock)]
      for (const part of parts) {
        part()
        await ports.clock.breathe()
        if (context.cancelled()) return failed('cancelled', 'Comparing was cancelled.')
      }
      return ok(comparePair(ports, pair.value))
    },
  }
}

const known = new WeakMap<Pair, Comparison>()

/** Everything that differs between the two configs of a pair, except behaviour. With one config: nothing differs. */
export function comparePair(ports: Ports, pair: Pair): Comparison {
  const found = known.get(pair)
  if (found !== undefined) return found
  const started = ports.clock.milliseconds()
  const { after } = pair
  const before = pair.before ?? after
  const files = pairFiles(before, after)
  const areTwo = areTwoProducts(before.model, after.model)
  // Between two products every setting has another name; what they mean for requests is what is compared.
  const difference = areTwo ? null : pair.difference()
  const comparison: Comparison = {
    files, text: files.reduce((sum, file) => ({ added: sum.added + file.added, removed: sum.removed + file.removed }), { added: 0, removed: 0 }),
    sentences: difference === null ? [] : toSentences(before.model, after.model, pair.sketch(), difference),
    distribution: areTwo ? distributionBetween(before, after, pair.poolNames) : distributionOf(difference),
    pools: areTwo ? poolsBetween(before, after, pair.poolNames) : poolsOf(difference),
    checks: pair.before === null ? { introduced: [], resolved: [] } : { introduced: onlyIn(allFindings(after, ports.clock), allFindings(before, ports.clock)), resolved: onlyIn(allFindings(before, ports.clock), allFindings(after, ports.clock)) },
    notModelled: notModelled(before, after),
    milliseconds: ports.clock.milliseconds() - started,
  }
  known.set(pair, comparison)
  return comparison
}

/**
 * Which file of one side belongs to which of the other: the same name, else the same file name, else, with one config
 * file on each side, those two. Certificates are never read and never compared.
 */
export function filePartners(before: LoadedConfig, after: LoadedConfig): readonly (readonly [KeptFile | null, KeptFile | null])[] {
  const readable = (config: LoadedConfig): KeptFile[] => config.files.filter((file) => file.source.role !== 'certificate')
  const left = readable(before)
  const partners = new Map<KeptFile, KeptFile>()
  const take = (file: KeptFile, fits: (other: KeptFile) => boolean): void => {
    if (partners.has(file)) return
    const index = left.findIndex((other) => other.source.role === file.source.role && fits(other))
    if (index !== -1) partners.set(file, left.splice(index, 1)[0] as KeptFile)
  }
  const right = readable(after)
  for (const file of right) take(file, (other) => other.source.path === file.source.path)
  for (const file of right) take(file, (other) => nameOf(other.source.path) === nameOf(file.source.path))
  const alone = (files: readonly KeptFile[]): boolean => files.filter((file) => file.source.role === 'config').length === 1
  if (alone(right) && alone(readable(before))) for (const file of right) if (file.source.role === 'config') take(file, () => true)
  return [...right.map((file) => [partners.get(file) ?? null, file] as const), ...left.map((file) => [file, null] as const)]
}

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

function pairFiles(before: LoadedConfig, after: LoadedConfig): readonly FilePair[] {
  return filePartners(before, after).map(([was, is]) => {
    const texts = [was?.source.text ?? '', is?.source.text ?? ''] as const
    const hunks = diffLines(...texts)
    // The empty line after the last line end is no line of a file that appears or goes.
    const counted = was === null || is === null ? diffTerminatedLines(...texts) : hunks
    return { before: was?.source.path ?? null, after: is?.source.path ?? null, ...countChanges(counted), hunks }
  })
}

/** Shares below this differ by rounding only. */
const shareTolerance = 1e-9

/** Servers whose expected share differs, pool by pool; null where a side does not have the server. */
function distributionOf(difference: TopologyDifference | null): readonly DistributionRow[] {
  if (difference === null) return []
  const rows: DistributionRow[] = []
  for (const change of difference.pools) {
    const was = sharesOf(change.before)
    const is = sharesOf(change.after)
    for (const [server, share] of is) {
      const old = was.get(server) ?? null
      if (old === null || Math.abs(old - share) > shareTolerance) rows.push({ pool: (change.after as Pool).name, server, before: old, after: share })
    }
    for (const [server, share] of was) if (!is.has(server)) rows.push({ pool: (change.before as Pool).name, server, before: share, after: null })
  }
  return rows
}

/** The same between two products, with servers told by their addresses. */
function distributionBetween(before: LoadedConfig, after: LoadedConfig, names: PoolPairs): readonly DistributionRow[] {
  return [...comparedPools(before.model, after.model, names)].flatMap(([pool, sides]) => {
    const [was, is] = [sharesOf(sides.before), sharesOf(sides.after)]
    return [...new Set([...was.keys(), ...is.keys()])].flatMap((server): readonly DistributionRow[] => {
      const [old, now] = [was.get(server) ?? null, is.get(server) ?? null]
      return old !== null && now !== null && Math.abs(old - now) <= shareTolerance ? [] : [{ pool, server, before: old, after: now }]
    })
  })
}

function poolsBetween(before: LoadedConfig, after: LoadedConfig, names: PoolPairs): Comparison['pools'] {
  const compared = comparedPools(before.model, after.model, names)
  const taken = new Set([...compared.values()].map((sides) => sides.before.name))
  return {
    added: after.model.pools.flatMap((pool) => (compared.has(pool.name) ? [] : [pool.name])), removed: before.model.pools.flatMap((pool) => (taken.has(pool.name) ? [] : [pool.name])), changed: [],
    renamed: [...compared].flatMap(([name, sides]) => (sides.before.name === name ? [] : [{ before: sides.before.name, after: name }])),
  }
}

function sharesOf(pool: Pool | null): ReadonlyMap<string, number> {
  return new Map(pool === null ? [] : expectedShares(pool).map((server) => [server.name, server.share]))
}

function poolsOf(difference: TopologyDifference | null): Comparison['pools'] {
  const named = (kind: string): readonly string[] => difference?.pools.filter((change) => change.kind === kind).map((change) => ((change.after ?? change.before) as Pool).name) ?? []
  return {
    added: named('added'), removed: named('removed'), changed: named('changed'),
    renamed: difference?.pools.flatMap((change) => (change.kind === 'renamed' && change.before !== null && change.after !== null ? [{ before: change.before.name, after: change.after.name }] : [])) ?? [],
  }
}

/** What neither picture nor sentences can speak for, said once for both sides where it stands in both. */
function notModelled(before: LoadedConfig, after: LoadedConfig): readonly Sentence[] {
  const lines = { before: toLineLookup(before.files.map((file) => file.source)), after: toLineLookup(after.files.map((file) => file.source)) }
  const found = new Map<string, { readonly gap: Gap; readonly before: Gap['at'][]; readonly after: Gap['at'][] }>()
  for (const side of ['before', 'after'] as const) {
    for (const gap of (side === 'before' ? before : after).model.gaps) {
      const key = `${gap.kind}|${gap.text}|${gap.reason}`
      const entry = found.get(key) ?? { gap, before: [], after: [] }
      entry[side].push(gap.at)
      found.set(key, entry)
    }
  }
  return [...found.values()].map((entry, index) => {
    const side = entry.after.length > 0 ? 'after' : 'before'
    const place = lines[side](entry[side][0] as Gap['at'])
    return {
      id: `not-modelled-${index}`, tone: 'unknown', text: `Not modelled: ${entry.gap.text} (${entry.gap.reason})${place === null ? '' : `, ${place.file} line ${place.line}`}.`,
      details: [], highlights: [], before: entry.before, after: entry.after,
    }
  })
}
