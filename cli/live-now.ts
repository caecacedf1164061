import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller } from '#shared/backend/live/poller.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { InputError, UsageError } from '#cli/io.ts'
import { expectSameProduct } from '#cli/same-product.ts'

const pauseMs = 1000
/** A single look may take its time. */
const pollLimitMs = 4000

/** What runs now: a rate needs two polls. `source` as it is written on the command line. */
export async function trafficNow(ports: Ports, written: string, model: RoutingModel): Promise<{ readonly moment: LiveMoment; readonly source: string; readonly timeText: string }> {
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  expectSameProduct(source, model, 'The config')
  const poller = createPoller(ports.live, source, pollLimitMs)
  const session = new LiveSession(model, pauseMs, null)
  const look = async (): Promise<LiveMoment> => {
    const polled = await poller.poll()
    if (!polled.ok) throw new InputError(polled.failure.message)
    return session.add(polled.value)
  }
  try {
    await look()
    await sleep(pauseMs)
    return { moment: await look(), source: source.title, timeText: ports.clock.now() }
  } finally {
    await poller.close()
  }
}
