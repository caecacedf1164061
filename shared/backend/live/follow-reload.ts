import type { Result } from '#shared/diagnostics/failure.ts'
import type { LiveSession } from '#shared/live/live-session.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'

/**
 * After a reload the balancer runs what stands in the config now: the session goes on with that. A config that cannot be
 * read changes nothing.
 *
 * `knownGood`: what shares are judged against besides the config that runs then.
 */
export async function followReload(session: LiveSession, readAgain: () => Promise<Result<LoadedConfig>>, knownGood: RoutingModel | null): Promise<Result<LoadedConfig>> {
  const config = await readAgain()
  if (config.ok) session.useConfig(config.value.model, knownGood)
  return config
}
