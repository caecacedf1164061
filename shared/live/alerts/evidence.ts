import type { LiveView, WatchedPool } from '#shared/live/live-watch.ts'
import { isEligible } from '#shared/live/snapshot.ts'
import type { Alert } from './alert-book.ts'
import type { RuleId } from './evaluation.ts'
import { NewClients } from './new-clients.ts'
import { percentText } from './percent-text.ts'

const errorWindowMs = 60_000
const changeWindowMs = 600_000
/** From this part of the answers on 5xx are worth a word. */
const noticeable = 0.005
const leastRequests = 20
/** Rules that are about what happens to requests. Others say all there is. */
const aboutTraffic: ReadonlySet<RuleId> = new Set(['silent', 'mix', 'share', 'errors', 'budget', 'queue', 'latency', 'retries', 'health', 'backups'])

const mostDigits = 9

/** How likely chance alone does it, from the exponent that the test reached: `Chance that it is random: below 1 in 10,000.` */
export function chanceWords(exponent: number): string {
  const digits = Math.min(mostDigits, Math.max(1, Math.floor(exponent / Math.LN10)))
  return `Chance that it is random: ${digits === mostDigits ? 'practically none, ' : ''}below 1 in ${(10 ** digits).toLocaleString('en')}.`
}

interface Answers {
  readonly wallMs: number
  readonly monotonicMs: number
  readonly pools: ReadonlyMap<string, readonly [errors: number, requests: number]>
}

/**
 * What the data says besides an alert, and what it rules out: errors here and elsewhere, the state of the servers, the
 * queue, new client addresses where a log tells them, and whether the config changed shortly before, where that is known. The same polls give the same sentences.
 */
export class EvidenceBook {
  #recent: Answers[] = []
  #firstMs: number | null = null
  #changedMs: number | null = null
  #tellsReloads = true
  readonly #clients = new NewClients()

  /** Every poll, before its alerts are asked about. */
  note(view: LiveView): void {
    const { wallMs, monotonicMs } = view.snapshot.taken
    this.#firstMs ??= wallMs
    if (view.restarted) this.#changedMs = wallMs
    this.#tellsReloads = view.tellsReloads
    this.#clients.note(view)
    const pools = new Map(view.pools.flatMap(({ name, live }) => {
      const errors = live?.interval?.deltas.status5xx ?? null
      const requests = live?.interval?.deltas.requests ?? null
      return errors === null || requests === null ? [] : [[name, [errors, Math.max(errors, requests)]] as const]
    }))
    this.#recent.push({ wallMs, monotonicMs, pools })
    this.#recent = this.#recent.filter((one) => one.monotonicMs > monotonicMs - errorWindowMs)
  }

  /** Short sentences about one alert, most telling first. Empty for rules that say all there is. */
  about(alert: Alert, view: LiveView): readonly string[] {
    if (!aboutTraffic.has(alert.rule) || alert.pool === null) return []
    const joined = view.pools.find((one) => one.name === alert.pool)
    return [
      ...this.#change(alert),
      ...this.#errors(alert.pool),
      ...this.#clients.words(alert.sinceMs),
      ...(joined === undefined ? [] : [...serverWords(alert, joined, view.snapshot.fromTraffic === true), ...queueWords(alert, joined)]),
    ]
  }

  #change({ sinceMs }: Alert): readonly string[] {
    if (this.#changedMs !== null && this.#changedMs <= sinceMs && sinceMs - this.#changedMs <= changeWindowMs) return [`The balancer was reloaded or restarted ${ago(sinceMs - this.#changedMs)} before this began.`]
    if (!this.#tellsReloads) return ['Whether the balancer was reloaded is not known from this source.']
    const watchedMs = sinceMs - (this.#firstMs ?? sinceMs)
    return [watchedMs >= changeWindowMs ? 'The balancer was not reloaded in the 10 minutes before.' : `The balancer was not reloaded since watching began, ${ago(watchedMs)} before.`]
  }

  #errors(pool: string): readonly string[] {
    let here: readonly [number, number] = [0, 0]
    let elsewhere: readonly [number, number] = [0, 0]
    const others = new Set<string>()
    for (const { pools } of this.#recent) {
      for (const [name, [errors, requests]] of pools) {
        if (name === pool) here = [here[0] + errors, here[1] + requests]
        else {
          elsewhere = [elsewhere[0] + errors, elsewhere[1] + requests]
          if (requests > 0) others.add(name)
        }
      }
    }
    const part = ([errors, requests]: readonly [number, number]): number | null => (requests < leastRequests ? null : errors / requests)
    const [ours, theirs] = [part(here), part(elsewhere)]
    if (ours === null && theirs === null) return []
    if ((ours ?? 0) < noticeable && (theirs ?? 0) < noticeable) return ['Hardly any answer is a 5xx, in this pool or another: the servers that are asked do their work.']
    if (ours !== null && ours >= noticeable) {
      if (theirs === null) return others.size === 0 ? [`${percentText(ours)} of its answers are 5xx; no other pool has traffic to compare with.`] : []
      if (theirs < noticeable) return [`Only this pool answers with 5xx (${percentText(ours)}); the others do not (${percentText(theirs)}).`]
      return [theirs * 3 >= ours ? `Other pools answer with 5xx as well (${percentText(theirs)}; this one ${percentText(ours)}): it is not this pool alone.` : `This pool answers with 5xx more than others (${percentText(ours)}; the others ${percentText(theirs)}).`]
    }
    return [`Other pools answer with 5xx (${percentText(theirs ?? 0)}); this one does not.`]
  }
}

/** `fromTraffic`: the source tells no states of servers. */
function serverWords(alert: Alert, joined: WatchedPool, fromTraffic: boolean): readonly string[] {
  if (alert.rule === 'health' || fromTraffic) return []
  const live = joined.servers.flatMap((one) => (one.live === null ? [] : [{ name: one.member?.name ?? one.live.row.name, state: one.live.row.state, isUnchecked: one.member !== null && one.member.options.check === null && one.member.options.observed !== true && one.live.row.state.health === 'unchecked' }]))
  if (live.length === 0) return []
  const unchecked = alert.trouble === undefined || alert.server !== null || alert.rule === 'share' ? [] : live.filter((one) => alert.servers.includes(one.name) && one.isUnchecked)
  if (unchecked.length > 0) return [unchecked.length === 1 ? `No check looks at ${unchecked[0]?.name ?? ''}, so it goes on getting requests.` : `No check looks at ${unchecked.length} of these servers, so they go on getting requests.`]
  const named = alert.servers.length === 1 ? live.find((one) => one.name === alert.servers[0]) : undefined
  if (named !== undefined) {
    if (named.isUnchecked) return [`Server ${named.name} is not checked.`]
    const { text, check } = named.state
    return [`Server ${named.name} is ${text}${check === null ? '' : `; its check says ${check}`}.`]
  }
  if (live.every((one) => one.state.health === 'unknown')) return []
  const able = live.filter((one) => isEligible(one.state)).length
  return [able === live.length ? (able === 1 ? 'Its server can take requests.' : able === 2 ? 'Both servers can take requests.' : `All ${able} servers can take requests.`) : `${able} of ${live.length} servers can take requests.`]
}

function queueWords(alert: Alert, joined: WatchedPool): readonly string[] {
  if (alert.rule === 'queue') return []
  const counts = [joined.live?.row.gauges.queued ?? null, ...joined.servers.map((one) => one.live?.row.gauges.queued ?? null)].filter((one) => one !== null)
  if (counts.length === 0) return []
  const waiting = counts.reduce((sum, one) => sum + one, 0)
  return [waiting === 0 ? 'Nothing waits in its queue.' : `${waiting} ${waiting === 1 ? 'request waits' : 'requests wait'} in its queue.`]
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
