import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import type { Counters } from '#shared/live/snapshot.ts'
import type { ShareVerdict } from '#shared/live/pool-watch.ts'
import { forTerminal, type Colours } from './colour.ts'
import type { Places } from './json-shapes.ts'
import type { LiveFacts } from './live-json.ts'

const verdictWords: Readonly<Record<ShareVerdict, string>> = {
  'as-expected': 'as expected', 'shifted': 'SHIFTED', 'once': 'seen once', 'drift': 'drift', 'few': 'too few to tell', 'learning': 'learning', 'not-tested': 'not tested', 'down': 'DOWN',
}

const columns = ['', 'server', 'address', 'state', 'weight', 'req/s', 'share', 'expected', '5xx/s', 'ms', 'busy', 'queue'] as const
const leftColumns = 4

/** One poll as tables for people: pools with what their shares say, then what runs otherwise than the config says. */
export function renderLive({ view, alerts, source, at, places }: LiveFacts, colours: Colours): string {
  const { snapshot } = view
  const about = [`${snapshot.product}${snapshot.version === null ? '' : ` ${snapshot.version}`} at ${source.title}`, ...(snapshot.uptimeSeconds === null ? [] : [`up ${duration(snapshot.uptimeSeconds)}`]), at]
  const out = [colours.bold(forTerminal(about.join(', ')))]
  if (view.restarted) out.push(colours.yellow('  The balancer was reloaded or restarted since the poll before: that interval has no rates.'))
  if (snapshot.stopping) out.push(colours.yellow('  This process is ending; new connections go to another one.'))
  for (const note of snapshot.notes ?? []) out.push(colours.yellow(forTerminal(`  ${note}`)))
  if (alerts !== null) out.push(...(alerts.length === 0 ? [colours.green('No alert.')] : renderAlerts(alerts, places, colours)))
  for (const { row, interval } of view.listeners) out.push(`listener ${forTerminal(row.owner)}: ${perSecondText(perSecond(interval, row.protocol === 'tcp' ? 'connections' : 'requests'))} ${row.protocol === 'tcp' ? 'connections' : 'requests'}/s`)
  for (const pool of view.pools) out.push('', ...poolLines(pool, colours))
  if (view.drift.length > 0) {
    out.push('', colours.bold('Runs otherwise than the config says:'))
    for (const drift of view.drift) {
      const place = drift.at === null || places === null ? '' : ` (${places.lineOf(drift.at).file}:${places.lineOf(drift.at).line})`
      const text = `  ${drift.severity === 'warning' ? '!' : '·'} ${forTerminal(`${drift.sentence}${place}`)}`
      out.push(drift.severity === 'warning' ? colours.yellow(text) : text)
    }
  }
  return `${out.join('\n')}\n`
}

/** Each alert with its line and its evidence, as lines. */
export function renderAlerts(alerts: readonly Alert[], places: Places | null, colours: Colours): readonly string[] {
  return alerts.flatMap((alert) => {
    const place = alert.at === null || places === null ? '' : ` (${places.lineOf(alert.at).file}:${places.lineOf(alert.at).line})`
    const text = forTerminal(`${alert.severity === 'info' ? '·' : '▲'} ${alert.severity}${alert.mutedBy === null ? '' : ', follows from the above'}${alert.waived === null ? '' : `, waived until ${alert.waived.until} (${alert.waived.reason})`}: ${alert.sentence}${place}`)
    const painted = alert.waived !== null ? colours.dim(text) : alert.severity === 'critical' ? colours.red(text) : alert.severity === 'warning' ? colours.yellow(text) : text
    return [painted, ...alert.evidence.map((one) => colours.dim(forTerminal(`    - ${one}`)))]
  })
}

function poolLines(joined: WatchedPool, colours: Colours): readonly string[] {
  const { shares, live, pool } = joined
  const unit = unitOf(live?.row.counters ?? null, (live?.row.protocol ?? pool?.protocol) === 'tcp')
  const algorithm = pool?.algorithm.text ?? live?.row.algorithm
  const rate = perSecond(live?.interval ?? null, unit)
  const facts = [
    `pool ${joined.name}`, ...(typeof algorithm === 'string' ? [algorithm] : []), `${perSecondText(rate)} ${unit === 'selections' ? 'tries' : unit}/s`, ...(shares.onBackups ? ['on backups'] : []),
    ...((live?.row.gauges.queued ?? 0) > 0 ? [`${live?.row.gauges.queued ?? 0} waiting`] : []), ...((joined.ownErrorsPerSecond ?? 0) > 0 ? [`${perSecondText(joined.ownErrorsPerSecond)} 5xx/s by the balancer itself`] : []),
  ]
  const paint = shares.severity === 'critical' ? colours.red : shares.severity === 'warning' ? colours.yellow : shares.verdict === 'as-expected' ? colours.green : colours.dim
  const out = [`${colours.bold(forTerminal(facts.join(' · ')))} · ${paint(verdictWords[shares.verdict])}`]
  if (shares.verdict !== 'as-expected') out.push(`  ${paint(forTerminal(shares.sentence))}`)
  if (joined.servers.length > 0) out.push(...table([columns, ...joined.servers.map((_, index) => serverCells(joined, index, unit))]))
  return out
}

/** What stands for requests: Apache only knows how often it tried a server. */
function unitOf(counters: Counters | null, tcp: boolean): 'connections' | 'requests' | 'selections' {
  if (tcp) return 'connections'
  return counters !== null && counters.requests === null && counters.selections !== null ? 'selections' : 'requests'
}

function serverCells(joined: WatchedPool, index: number, unit: 'connections' | 'requests' | 'selections'): readonly string[] {
  const { member, live } = joined.servers[index] as WatchedPool['servers'][number]
  const share = joined.shares.servers[index]
  const state = live?.row.state
  const weight = state?.weight ?? null
  const written = member?.options.weight ?? null
  return [
    state === undefined ? '?' : state.admin === 'maintenance' || state.admin === 'drain' ? '◐' : state.health === 'down' ? '✕' : state.health === 'unknown' ? '?' : '●',
    member?.name ?? live?.row.name ?? '', state?.address ?? member?.address ?? '', live === null ? 'not running' : `${state?.text ?? ''}${typeof state?.throttlePercent === 'number' ? ` ${state.throttlePercent} %` : ''}`,
    weight === null ? String(written ?? '') : written === null || written === weight ? String(weight) : `${weight} (config ${written})`,
    perSecondText(perSecond(live?.interval ?? null, unit)), percent(share?.share ?? null), expectedText(share?.expected ?? null),
    perSecondText(perSecond(live?.interval ?? null, 'status5xx')), responseText(live?.row.gauges.responseMs ?? null), numberText(live?.row.gauges.sessions), numberText(live?.row.gauges.queued),
  ]
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const shown = rows.map((row) => row.map(forTerminal))
  const widths = columns.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)))
  return shown.map((row) => `  ${row.map((cell, column) => (column < leftColumns ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number))).join('  ')}`.trimEnd())
}

function expectedText(expected: { readonly low: number; readonly high: number } | null): string {
  if (expected === null) return '-'
  return expected.low === expected.high ? percent(expected.low) : `${percent(expected.low)}–${percent(expected.high)}`
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
}

function perSecondText(rate: number | null): string {
  return rate === null ? '-' : rate >= 100 || rate === 0 ? rate.toFixed(0) : rate.toFixed(1)
}

function responseText(ms: number | null): string {
  return ms === null ? '' : ms >= 10 || Number.isInteger(ms) ? ms.toFixed(0) : ms.toFixed(1)
}

function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`
}
