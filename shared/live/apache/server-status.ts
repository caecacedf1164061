import { blankCounters, blankGauges } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { toBalancerRows, type ApacheBalancer } from './balancer.ts'

/** Lines of `server-status?auto`, by name. */
export type ServerStatus = ReadonlyMap<string, string>

/**
 * The status page for machines: `Name: value` lines behind the name of the host.
 *
 * Errors: none; null when the text is no such page.
 * Source: Apache HTTP Server 2.4, mod_status, "Machine Readable Status File".
 */
export function parseServerStatus(text: string): ServerStatus | null {
  const lines = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 2))
  }
  // The scoreboard stands behind all totals: without it the page is not whole.
  return lines.has('ServerUptimeSeconds') && lines.has('Scoreboard') ? lines : null
}

/** One listener called `apache` with the totals, and the balancers where `ProxyStatus` shows them. A graceful restart keeps the totals and starts the balancers again. */
export function toServerStatusSnapshot(status: ServerStatus, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot {
  const number = (name: string): number | null => numberOf(status.get(name))
  const started = status.get('RestartTime') ?? ''
  const generation = status.get('ParentServerConfigGeneration') ?? ''
  const accesses = number('Total Accesses')
  const kilobytes = number('Total kBytes')
  const durationMs = number('Total Duration')
  const balancers = balancersOf(status)
  const notes = [
    ...(accesses === null ? ['Apache counts no requests: it needs "ExtendedStatus On".'] : []),
    ...(balancers.length === 0 ? ['Apache shows no balancers here: "ProxyStatus On" adds them, and the balancer manager tells more.'] : []),
  ]
  return {
    product: 'Apache', version: /^Apache\/(\S+)/.exec(status.get('ServerVersion') ?? '')?.[1] ?? null, ...poll, epoch: cleanText(started), generation: cleanText(generation), uptimeSeconds: number('ServerUptimeSeconds'), stopping: false, notes,
    rows: [{
      kind: 'listener', owner: 'apache', protocol: 'http', gauges: { ...blankGauges, sessions: number('BusyWorkers') },
      counters: { ...blankCounters, requests: accesses, bytesOut: kilobytes === null ? null : kilobytes * 1024, responseMsTotal: durationMs, responsesTimed: durationMs === null ? null : accesses },
    }, ...toBalancerRows(balancers, cleanText(`${started} ${generation}`))],
  }
}

function balancersOf(status: ServerStatus): readonly ApacheBalancer[] {
  const balancers: ApacheBalancer[] = []
  for (let index = 0; status.has(`ProxyBalancer[${index}]Name`); index += 1) {
    const workers: ApacheBalancer['workers'][number][] = []
    for (let at = 0; ; at += 1) {
      const of = (name: string): string | undefined => status.get(`ProxyBalancer[${index}]Worker[${at}]${name}`)
      const name = of('Name')
      if (name === undefined) break
      // Traffic is told in K here, which is too rough for rates.
      workers.push({ name, status: of('Status') ?? '', elected: numberOf(of('Elected')), busy: numberOf(of('Busy')), sent: null, received: null, loadFactor: null, set: 0 })
    }
    balancers.push({ name: status.get(`ProxyBalancer[${index}]Name`) ?? '', method: null, workers })
  }
  return balancers
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : null
}
