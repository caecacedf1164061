import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { FailingServer } from '#shared/live/alerts/trouble.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { poolChanges, type Effect, type PoolChange } from '#shared/live/pool-changes.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'

/** What an alert shows: something that a change has to be able to bring about, at these servers. */
interface Sign {
  readonly effect: Effect
  /** Null: any of them. */
  readonly servers: readonly string[] | null
}

/**
 * The changes of a pool that can have brought about what an alert shows. Those that do so by themselves come alone; where
 * there are none, those that can add to it. Empty: nothing that differs has to do with it.
 */
export function changesBehind(changes: readonly PoolChange[], alert: Alert, pool: Pool, view: LiveView): readonly PoolChange[] {
  const signs = signsOf(alert, pool, view)
  const fits = (effects: readonly Effect[], server: string | null): boolean =>
    signs.some((sign) => effects.includes(sign.effect) && (server === null || sign.servers === null || sign.servers.includes(server)))
  const direct = changes.filter((one) => fits(one.does, one.server))
  return direct.length > 0 ? direct : changes.filter((one) => fits(one.may, one.server))
}

function signsOf(alert: Alert, pool: Pool, view: LiveView): readonly Sign[] {
  switch (alert.rule) {
    case 'errors': return errorSigns(alert)
    case 'budget': return anyError
    case 'retries': return [{ effect: 'connect', servers: namesOf(alert.trouble?.connections ?? null) }, { effect: 'retry', servers: null }, ...(isAlsoAnswers(pool) ? signsAt('answer', alert.trouble?.responses ?? null) : [])]
    case 'latency': return [{ effect: 'slow', servers: alert.servers }, ...(isLate(alert, pool, view) ? [{ effect: 'late', servers: alert.servers } as const] : [])]
    case 'queue': return [{ effect: 'wait', servers: null }]
    case 'flapping': return [{ effect: 'check', servers: alert.servers }]
    case 'share': return shareSigns(alert, view)
    default: return []
  }
}

const anyError: readonly Sign[] = (['connect', 'answer', 'error', 'give-up', 'wait'] as const).map((effect) => ({ effect, servers: null }))

function errorSigns({ server, servers, trouble }: Alert): readonly Sign[] {
  if (trouble === undefined) return anyError
  const { connections, responses, own } = trouble
  if (server !== null) {
    // A source that does not count failures apart may count them among the answers of the server.
    const unknown = [...(connections === null ? ['connect' as const] : []), ...(responses === null ? ['answer' as const] : [])]
    return [{ effect: 'error', servers }, ...unknown.map((effect) => ({ effect, servers }))]
  }
  if (own === false) return [{ effect: 'error', servers: null }]
  if (connections === null && responses === null) return anyError
  const failing = [...signsAt('connect', connections), ...signsAt('answer', responses)]
  return failing.length > 0 ? [...failing, { effect: 'give-up', servers: null }] : [{ effect: 'wait', servers: null }]
}

/** Failures are told where they are counted; a share can also shift without any. */
function shareSigns({ pool, servers, traffic, trouble }: Alert, view: LiveView): readonly Sign[] {
  // Then the weights that were set at run time are all there is to it.
  if (view.pools.find((one) => one.name === pool)?.shares.verdict === 'drift') return []
  const failing = [...signsAt('connect', trouble?.connections ?? null), ...signsAt('answer', trouble?.responses ?? null)]
  const known = failing.filter((one) => one.servers !== null)
  if (known.length > 0) return [...known, { effect: 'give-up', servers: null }, { effect: 'retry', servers: null }]
  const shifted = traffic === 'less' ? servers : null
  return [{ effect: 'share', servers: shifted }, ...failing.map((one) => ({ ...one, servers: shifted }))]
}

function signsAt(effect: Effect, failing: readonly FailingServer[] | null): readonly Sign[] {
  return failing !== null && failing.length === 0 ? [] : [{ effect, servers: namesOf(failing) }]
}

/** Null: none of them stands out, so it can be any. */
function namesOf(failing: readonly FailingServer[] | null): readonly string[] | null {
  return failing === null || failing.length === 0 ? null : failing.map((one) => one.server)
}

const isAlsoAnswers = ({ retries }: Pool): boolean => retries.on.some((one) => one !== 'conn-failure' && one !== 'none')

/** Answers take more than half of the time after which the balancer gives up. */
function isLate({ servers, pool: name }: Alert, pool: Pool, view: LiveView): boolean {
  const limitMs = pool.timeoutsMs['server']
  const rows = view.pools.find((one) => one.name === name)?.servers ?? []
  return limitMs !== undefined && rows.some(({ member, live }) => live !== null && servers.includes(member?.name ?? live.row.name) && (live.row.gauges.responseMs ?? 0) > limitMs / 2)
}

/** What differs in a pool that runs, looked up when it is asked for, and once. `alias`: its name under the last known good config. */
export function changesOf(before: LoadedConfig, after: LoadedConfig, alias: (pool: string) => string): (pool: string) => readonly PoolChange[] {
  const known = new Map<string, readonly PoolChange[]>()
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      const [old, now] = [before.model.pools.find((one) => one.name === alias(name)), after.model.pools.find((one) => one.name === name)]
      found = old === undefined || now === undefined ? [] : poolChanges(old, now, { before: before.model, after: after.model })
      known.set(name, found)
    }
    return found
  }
}
