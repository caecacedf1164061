import { decisionOrder, reachedOrder } from '#shared/model/decision-order.ts'
import { actionTargets } from '#shared/model/dispatch.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import { isAction, type RoutingModel } from '#shared/model/routing-model.ts'
import type { LineLookup } from '#shared/text/line-lookup.ts'
import type { Span } from '#shared/text/span.ts'
import { checkText, listenerGroups } from '#shared/analyses/topology-diff/index.ts'
import { describeAction, describePredicate } from './describe.ts'
import { percent } from './names.ts'
import { reachablePools, toRoutes } from './routes.ts'

export interface Place {
  readonly file: string
  readonly line: number
}

export interface InspectedRule {
  readonly at: Place | null
  readonly phase: string
  readonly when: string
  readonly action: string
  readonly pools: readonly string[]
}

export interface InspectedServer {
  readonly name: string
  readonly address: string
  readonly weight: number
  readonly role: 'primary' | 'backup'
  readonly state: 'enabled' | 'disabled' | 'drain'
  readonly checked: boolean
  /** 0–1. */
  readonly share: number
  readonly at: Place | null
}

/** The routing model as plain JSON, for `inspect --format json`. */
export interface Inspection {
  readonly schemaVersion: 1
  readonly dialect: string
  readonly product: string
  readonly version: string
  readonly listeners: readonly {
    readonly name: string
    readonly kind: string
    readonly addresses: readonly string[]
    readonly protocol: 'http' | 'tcp'
    readonly tls: boolean
    readonly enabled: boolean
    readonly at: Place | null
    readonly rules: readonly InspectedRule[]
  }[]
  readonly pools: readonly {
    readonly name: string
    readonly kind: string
    readonly protocol: 'http' | 'tcp'
    readonly enabled: boolean
    readonly algorithm: string
    readonly check: string | null
    /** False: no rule, default or table entry leads here. */
    readonly reachable: boolean
    /** What has to hold for the shares. */
    readonly assumption: string
    readonly rules: readonly InspectedRule[]
    readonly servers: readonly InspectedServer[]
    readonly at: Place | null
  }[]
  readonly tables: readonly { readonly path: string; readonly lookup: string; readonly entries: number; readonly missing: boolean }[]
  readonly notModelled: readonly { readonly text: string; readonly reason: string; readonly at: Place | null }[]
}

/** Everything the model says, with places as file and line. */
export function toInspection(model: RoutingModel, sources: LineLookup): Inspection {
  const place = (origin: readonly Span[]): Place | null => {
    const found = origin[0] === undefined ? null : sources(origin[0])
    return found === null ? null : { file: found.file, line: found.line }
  }
  const rules = (entry: string | null, withEnd: boolean): readonly InspectedRule[] => (withEnd ? reachedOrder(model, entry) : decisionOrder(model, entry).filter((placed) => !placed.isOtherwise)).map((placed) => ({
    at: place(placed.step.origin), phase: placed.scope.title, when: placed.isOtherwise && placed.scope.heading === undefined ? 'nothing matched' : describePredicate(placed.step.when), action: describeAction(placed.step.does),
    pools: isAction(placed.step.does) ? actionTargets(placed.step.does, model).pools.map((target) => target.pool.name) : [],
  }))
  const reached = reachablePools(toRoutes(model))
  return {
    schemaVersion: 1, dialect: model.dialect, product: model.product, version: model.version,
    listeners: listenerGroups(model).flatMap((group) => [...new Set(group.listeners.map((one) => one.entry))].map((entry) => {
      const listeners = group.listeners.filter((one) => one.entry === entry)
      const first = listeners[0]
      return {
        name: group.name, kind: first?.kind ?? 'listener', addresses: listeners.flatMap((one) => one.addresses.map((address) => address.text)), protocol: first?.protocol ?? 'tcp',
        tls: listeners.some((one) => one.tls !== null), enabled: listeners.some((one) => one.enabled), at: place(first?.origin ?? []), rules: rules(entry, true),
      }
    })),
    pools: model.pools.map((pool) => {
      const expected = expectedShares(pool)
      return {
        name: pool.name, kind: pool.kind, protocol: pool.protocol, enabled: pool.enabled, algorithm: pool.algorithm.text, check: checkText(pool.check),
        reachable: reached.open || reached.pools.has(pool.id), assumption: expected.assumption, rules: rules(pool.entry, false),
        servers: pool.members.map((member, index) => ({
          name: member.name, address: member.address, weight: member.options.weight, role: member.options.level === 0 ? 'primary' as const : 'backup' as const, state: member.options.state,
          checked: member.options.check !== null, share: expected.shares[index]?.share ?? 0, at: place(member.origin),
        })),
        at: place(pool.origin),
      }
    }),
    tables: [...model.tables.values()].map((table) => ({ path: table.path, lookup: table.lookup, entries: table.entries.length, missing: table.missing })),
    notModelled: model.gaps.map((gap) => ({ text: gap.text, reason: gap.reason, at: place([gap.at]) })),
  }
}

function at(place: Place | null): string {
  return place === null ? '' : `  (${place.file}:${place.line})`
}

function ruleLines(rules: readonly InspectedRule[]): readonly string[] {
  return rules.map((rule, index) => {
    const condition = rule.when === 'always' ? '' : rule.when === 'nothing matched' ? ' when nothing matched' : ` if ${rule.when}`
    return `  ${String(index + 1).padStart(3)}. ${rule.action}${condition}${at(rule.at)}`
  })
}

/** The routing model as text for a terminal: listeners, rules in decision order, pools, servers with expected shares. */
export function renderInspection(model: RoutingModel, sources: LineLookup): string {
  const inspection = toInspection(model, sources)
  const lines: string[] = [`${inspection.product} ${inspection.version}: ${inspection.listeners.length} listeners, ${inspection.pools.length} pools`]
  for (const listener of inspection.listeners) {
    lines.push('', `${listener.kind} ${listener.name} on ${listener.addresses.join(' ')} (${listener.protocol}${listener.tls ? ', TLS' : ''}${listener.enabled ? '' : ', disabled'})${at(listener.at)}`, ...ruleLines(listener.rules))
  }
  for (const pool of inspection.pools) {
    lines.push('', `${pool.kind} ${pool.name}: ${pool.algorithm}, ${pool.check === null ? (pool.servers.some((server) => server.checked) ? 'check TCP connect' : 'no health check') : `check ${pool.check}`}${pool.reachable ? '' : ', no rule leads here'}${pool.enabled ? '' : ', disabled'}${at(pool.at)}`)
    if (pool.rules.length > 0) lines.push(...ruleLines(pool.rules))
    const width = Math.max(0, ...pool.servers.map((server) => server.name.length))
    const addressWidth = Math.max(0, ...pool.servers.map((server) => server.address.length))
    for (const server of pool.servers) {
      const notes = [server.role === 'backup' ? 'backup' : '', server.state === 'enabled' ? '' : server.state, server.checked ? '' : 'not checked'].filter((note) => note !== '')
      lines.push(`  ${server.name.padEnd(width)}  ${server.address.padEnd(addressWidth)}  ${percent(server.share).padStart(5)}  weight ${server.weight}${notes.length === 0 ? '' : `  ${notes.join(', ')}`}`)
    }
  }
  if (inspection.notModelled.length > 0) lines.push('', 'Not modelled:', ...inspection.notModelled.map((gap) => `  ${gap.text}: ${gap.reason}${at(gap.at)}`))
  return `${lines.join('\n')}\n`
}
