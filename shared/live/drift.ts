import type { Member, Pool } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'
import { isIpAddress, normalAddress, sameAddress } from './address.ts'
import type { JoinedPool, JoinedServer, Rated } from './join.ts'
import { unnamedPool } from './log/logged-request.ts'
import type { ServerRow } from './snapshot.ts'

export type DriftKind = 'pool-only-live' | 'pool-only-config' | 'server-only-live' | 'server-only-config' | 'name' | 'address' | 'weight' | 'state' | 'algorithm'

/** One thing that runs otherwise than the config says. Nothing statistical: the balancer shows it. */
export interface Drift {
  readonly kind: DriftKind
  readonly severity: 'warning' | 'info'
  readonly pool: string
  readonly server: string | null
  /** Both sides in the product's own words; null: there is nothing on that side. */
  readonly config: string | null
  readonly running: string | null
  /** The agent of the server may have done it. */
  readonly byAgent: boolean
  readonly sentence: string
  /** Line that says otherwise. */
  readonly at: Span | null
}

/**
 * What runs otherwise, in the order of the pools. `joined` comes from a config; without one there is nothing to compare.
 * `fromTraffic`: the source only shows where traffic went.
 */
export function findDrift(joined: readonly JoinedPool[], fromTraffic = false): readonly Drift[] {
  return joined.flatMap(fromTraffic ? trafficDrift : poolDrift)
}

/** Traffic to what the config does not have. Pools may come from variables, and host names stand for addresses that nobody wrote. */
function trafficDrift({ name, pool, servers }: JoinedPool): readonly Drift[] {
  const common = { pool: name, config: null, byAgent: false, at: null }
  if (pool === null) {
    if (name === unnamedPool) return []
    return [{ ...common, kind: 'pool-only-live', severity: 'info', server: null, running: name, sentence: `Requests go to ${name}, which the config does not name.` }]
  }
  if (pool.members.some((member) => normalAddress(member.host) !== null && !isIpAddress(member.host.replace(/^\[|\]$/g, '')))) return []
  return servers.flatMap(({ member, live }): readonly Drift[] => {
    if (member !== null || live === null) return []
    const running = live.row.name
    const busy = (live.interval?.deltas.selections ?? 0) > 0
    return [{ ...common, kind: 'server-only-live', severity: busy ? 'warning' : 'info', server: running, running, sentence: `Server ${running} of pool ${name} ${busy ? 'gets' : 'got'} traffic, and the config does not have it.` }]
  })
}

function poolDrift(joined: JoinedPool): readonly Drift[] {
  const { name, pool, live } = joined
  if (pool === null) {
    return [{ kind: 'pool-only-live', severity: 'warning', pool: name, server: null, config: null, running: name, byAgent: false, sentence: `Pool ${name} runs, and the config does not have it.`, at: null }]
  }
  const at = pool.origin[0] ?? null
  if (live === null) {
    // A disabled pool is not listed at all.
    if (!pool.enabled) return []
    return [{ kind: 'pool-only-config', severity: 'warning', pool: name, server: null, config: name, running: null, byAgent: false, sentence: `Pool ${name} is in the config, and the balancer does not run it.`, at }]
  }
  const found: Drift[] = []
  const running = live.row.algorithm
  if (running !== null && pool.algorithm.name !== 'unknown' && running !== pool.algorithm.name) {
    found.push({ kind: 'algorithm', severity: 'warning', pool: name, server: null, config: pool.algorithm.name, running, byAgent: false, sentence: `Pool ${name} runs with ${running}; the config says ${pool.algorithm.name}.`, at: pool.algorithm.origin[0] ?? at })
  }
  for (const server of joined.servers) found.push(...serverDrift(pool, server))
  return found
}

function serverDrift(pool: Pool, { member, live, slot }: JoinedServer): readonly Drift[] {
  if (member === null) {
    if (live === null) return []
    const name = live.row.name
    const busy = (live.interval?.deltas.requests ?? live.interval?.deltas.connections ?? 0) > 0
    return [{
      kind: 'server-only-live', severity: busy ? 'warning' : 'info', pool: pool.name, server: name, config: null, running: live.row.state.address ?? name, byAgent: false, at: null,
      sentence: `Server ${name} of pool ${pool.name} runs${busy ? ' and gets traffic' : ''}, and the config does not have it: a reload takes it away.`,
    }]
  }
  const at = member.origin[0] ?? null
  const common = { pool: pool.name, server: member.name, byAgent: false, at }
  if (live === null) {
    return [{ ...common, kind: 'server-only-config', severity: 'warning', config: member.address, running: null, sentence: `Server ${member.name} of pool ${pool.name} is in the config, and the balancer does not run it.` }]
  }
  const found: Drift[] = []
  const { state, name } = live.row
  if (name !== member.name) {
    found.push({ ...common, kind: 'name', severity: 'info', config: member.name, running: name, sentence: `Server ${member.name} of pool ${pool.name} runs under the name ${name}, at the same address.` })
  }
  if (state.admin !== 'unresolved' && sameAddress(member, state.address, state.hostName, state.serviceRecord) === false) {
    const running = state.address as string
    found.push({ ...common, kind: 'address', severity: slot ? 'info' : 'warning', config: member.address, running, sentence: `Server ${member.name} of pool ${pool.name} runs at ${running}; the config says ${member.address}.` })
  }
  const weight = weightDrift(pool, member, live)
  if (weight !== null) found.push({ ...common, ...weight })
  const admin = stateDrift(pool, member, live)
  if (admin !== null) found.push({ ...common, ...admin })
  return found
}

type Finding = Pick<Drift, 'kind' | 'severity' | 'config' | 'running' | 'byAgent' | 'sentence'>

function weightDrift(pool: Pool, member: Member, { row }: Rated<ServerRow>): Finding | null {
  const { weight, initialWeight, admin } = row.state
  const written = member.options.weight
  if (weight === null || weight === written || admin === 'unresolved') return null
  const head = `Server ${member.name} of pool ${pool.name} runs with weight ${weight}; the config says ${written}.`
  const agent = Object.hasOwn(member.options.settings, 'agent-port') || member.options.check?.by === 'agent' || row.state.byAgent
  const why = initialWeight === null ? '' : initialWeight !== written
    ? ` The balancer was started with ${initialWeight}: it does not run this config.`
    : agent ? ' Its agent may have set it.' : ' It was set at run time, and a reload takes it back.'
  return { kind: 'weight', severity: 'info', config: String(written), running: String(weight), byAgent: agent, sentence: `${head}${why}` }
}

function stateDrift(pool: Pool, member: Member, { row }: Rated<ServerRow>): Finding | null {
  const { admin, inherited, byAgent, text } = row.state
  if (admin === 'unresolved' || admin === 'stopping' || admin === 'weight-zero' || inherited) return null
  const written = member.options.state
  const running = admin === 'maintenance' ? 'disabled' : admin === 'drain' ? 'drain' : 'enabled'
  if (written === running) return null
  const said = { enabled: 'in use', disabled: 'disabled', drain: 'draining' }
  const why = byAgent ? ' Its agent said so.' : ' It was set at run time, and a reload takes it back.'
  return { kind: 'state', severity: 'info', config: written, running: text, byAgent, sentence: `Server ${member.name} of pool ${pool.name} is ${said[running]} (${text}); the config has it ${said[written]}.${why}` }
}
