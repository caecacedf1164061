import type { RequestClass } from '#shared/analyses/behaviour-diff/index.ts'
import { expectedShares } from '#shared/analyses/distribution/index.ts'
import type { Alert, AlertCause } from '#shared/live/alerts/alert-book.ts'
import type { RuleId } from '#shared/live/alerts/evaluation.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import type { PoolChange } from '#shared/live/pool-changes.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { Member, Pool } from '#shared/model/pool.ts'
import { toLineLookup, type LineLookup } from '#shared/text/line-lookup.ts'
import type { Span } from '#shared/text/span.ts'
import { ChangedLines } from './changed-lines.ts'
import { changesBehind, changesOf } from './pool-causes.ts'
import { compareInSteps } from '#shared/backend/behaviour.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import { toPair } from '#shared/backend/pairs.ts'
import type { ClockPort } from '#shared/backend/ports.ts'
import { refusedRegions } from '#shared/backend/refused.ts'
import { sameText } from '#shared/backend/same-text.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'

/** Time for one comparison; what it leaves open is said to be unknown. */
const limitMs = 10_000
const lineLength = 160
/** Shares below this differ by rounding only. */
const shareTolerance = 1e-9

/** What is known of two configs that differ. */
interface Compared {
  readonly before: LoadedConfig
  readonly after: LoadedConfig
  readonly classes: readonly RequestClass[]
  /** First thing that was left open; null: everything is decided. */
  readonly open: string | null
  /** Name of a running pool under the last known good config. */
  readonly alias: (pool: string) => string
  readonly lines: Readonly<Record<AlertCause['side'], LineLookup>>
  readonly changed: ChangedLines
  /** What differs in a running pool. */
  readonly changesOf: (name: string) => readonly PoolChange[]
}

/** What one alert gains. */
interface Explanation {
  readonly sentence: string
  readonly causes: readonly AlertCause[]
}

const routed: ReadonlySet<RuleId> = new Set(['silent', 'mix', 'queue'])
/** Rules about what requests suffer in the pool that they are in. */
const suffered: ReadonlySet<RuleId> = new Set(['share', 'errors', 'budget', 'queue', 'latency', 'retries', 'flapping'])
const toldChanges = 3
const toldCauses = 24

/**
 * Names the lines behind alerts: what differs between the last known good config and the one that runs.
 *
 * The comparison runs once per pair of configs, in small steps between other work and for ten seconds at most. Until it is
 * done alerts stay as they are. Where both configs are the same, nothing is added.
 */
export class AlertCauses {
  readonly #clock: ClockPort
  #compared: Compared | null = null
  #problem: string | null = null
  #runs = 0
  #settled: Promise<void> = Promise.resolve()

  constructor(clock: ClockPort) {
    this.#clock = clock
  }

  /** Compares another pair; ends when it is done, or when a later call took its place. Null: there is no such config. */
  use(knownGood: LoadedConfig | null, running: LoadedConfig | null): Promise<void> {
    this.#settled = this.#compare(knownGood, running)
    return this.#settled
  }

  /** Ends when the newest pair is compared. */
  get settled(): Promise<void> {
    return this.#settled
  }

  async #compare(knownGood: LoadedConfig | null, running: LoadedConfig | null): Promise<void> {
    const run = this.#runs += 1
    this.#compared = null
    this.#problem = null
    if (knownGood === null || running === null || knownGood === running || knownGood.dialect.id !== running.dialect.id || sameText(knownGood, running)) return
    try {
      const pair = toPair(knownGood, running)
      const found = await compareInSteps(this.#clock, pair, limitMs, () => run !== this.#runs)
      if (found === null || run !== this.#runs) return
      const open = [...found.diff.unknown, ...refusedRegions(knownGood, running)][0]
      const { alias } = found.comparison
      this.#compared = {
        before: knownGood, after: running, classes: found.diff.differs, open: open?.because ?? null, alias, changesOf: changesOf(knownGood, running, alias),
        lines: { 'known-good': lookup(knownGood), 'running': lookup(running) }, changed: new ChangedLines(knownGood, running),
      }
    } catch (error) {
      // Watching goes on; the alerts say that this part failed.
      if (run === this.#runs) this.#problem = error instanceof Error ? error.message : String(error)
    }
  }

  /** The alerts with the lines that explain them; secrets of the configs are masked, because alerts leave this machine. */
  explain(alerts: readonly Alert[], view: LiveView): readonly Alert[] {
    const compared = this.#compared
    const problem = this.#problem
    if (problem !== null) return alerts.map((alert) => (routed.has(alert.rule) || suffered.has(alert.rule) ? { ...alert, sentence: `${alert.sentence} Comparing with the last known good config failed: ${problem}` } : alert))
    if (compared === null) return alerts
    return alerts.map((alert) => {
      const found = explainOne(compared, alert, view)
      if (found === null) return alert
      const at = found.causes.find((one) => one.side === 'running')?.at ?? alert.at
      return { ...alert, sentence: `${alert.sentence} ${maskSecrets(found.sentence)}`, at, causes: found.causes }
    })
  }
}

const lookup = (config: LoadedConfig): LineLookup => toLineLookup(config.files.map((file) => file.source))

function explainOne(compared: Compared, alert: Alert, view: LiveView): Explanation | null {
  if (alert.pool === null) return null
  const routes = routed.has(alert.rule) && alert.traffic !== null ? explainRoute(compared, alert, alert.pool, view.tellsReloads) : null
  if (routes !== null) return routes
  const shares = alert.rule === 'share' && alert.servers[0] !== undefined ? explainShare(compared, alert, alert.pool, alert.servers[0]) : null
  if (shares !== null) return shares
  if (suffered.has(alert.rule)) return explainSuffering(compared, alert, alert.pool, view)
  if (alert.rule === 'health' || alert.rule === 'backups') return explainServers(compared, alert, alert.pool, view)
  return null
}

/** What differs in the pool and can have brought it about. */
function explainSuffering(compared: Compared, alert: Alert, name: string, view: LiveView): Explanation | null {
  const pool = poolsOf(compared, name)[1]
  const changes = pool === null ? [] : changesBehind(compared.changesOf(name), alert, pool, view)
  if (changes.length === 0) return null
  const told = changes.map((one) => ({ ...one, causes: linesOf(compared, pool as Pool, one) }))
  // One line may say the same of many servers.
  const alike = new Map<string, (typeof told)[number][]>()
  for (const one of told) {
    const key = one.server === null || one.causes.length === 0 ? one.text : `${one.word ?? ''} ${one.causes.map(keyOf).join()}`
    alike.set(key, [...alike.get(key) ?? [], one])
  }
  const groups = [...alike.values()]
  const words = groups.slice(0, toldChanges).map((group) => {
    const [{ text, causes }] = group as [(typeof told)[number]]
    const others = group.length - 1
    return `${text}${others === 0 ? '' : `, and ${others} more ${others === 1 ? 'server' : 'servers'} likewise`}${since(compared, causes)}`
  })
  const more = groups.length - words.length
  const causes = distinctCauses(told.flatMap((one) => one.causes)).slice(0, toldCauses)
  return { sentence: `Against the last known good config: ${[...words, ...(more > 0 ? [`and ${more} more ${more === 1 ? 'change' : 'changes'}`] : [])].join('; ')}.`, causes: [...causes.filter((one) => one.side === 'running'), ...causes.filter((one) => one.side === 'known-good')] }
}

/** The lines of a change; where the own one of a server does not differ, those that say it for several. */
function linesOf(compared: Compared, pool: Pool, { lines, word }: PoolChange): readonly AlertCause[] {
  const { changed } = compared
  const own = causesOf(compared, lines)
  if (word === null || own.some(({ side, at }) => changed.has(side, at))) return own
  const shared = changed.within('running', pool, word)
  return shared.length > 0 ? shared : own
}

function distinctCauses(causes: readonly AlertCause[]): readonly AlertCause[] {
  return [...new Map(causes.map((one) => [keyOf(one), one])).values()]
}

const keyOf = ({ side, at }: AlertCause): string => `${side} ${at.file} ${at.start}`

/** Requests that another rule takes now. `tellsReloads`: a config that was loaded since would show. */
function explainRoute(compared: Compared, alert: Alert, pool: string, tellsReloads: boolean): Explanation | null {
  const moved = compared.classes.filter((one) => {
    if (one.about === 'pools' || one.before.outcome.action === 'unmodelled' || one.after.outcome.action === 'unmodelled') return false
    const change = partOf(one.after.outcome, pool) - partOf(one.before.outcome, compared.alias(pool))
    return alert.traffic === 'more' ? change > shareTolerance : change < -shareTolerance
  })
  const first = moved[0]
  if (first === undefined) {
    if (alert.rule === 'queue') return null
    // A request that ends in something that is not modelled may have come from this pool, or go there.
    const blind = compared.classes.flatMap(({ before, after }) => [before.outcome, after.outcome]).find((outcome) => outcome.action === 'unmodelled')
    if (blind?.action === 'unmodelled') return { sentence: `Whether the config did it cannot be told: ${blind.reason.replace(/\.$/, '')}.`, causes: [] }
    if (compared.open !== null) return { sentence: `Whether the config did it cannot be told: ${compared.open}`, causes: [] }
    if (!tellsReloads) return { sentence: 'Whether the config did it cannot be told: as it was read it sends the same requests there as the last known good one, and this source does not tell whether another one was loaded since.', causes: [] }
    return { sentence: 'The config does not explain it: by its rules the last known good one sends the same requests there.', causes: [] }
  }
  const causes = causesOf(compared, first.cause)
  const decider = first.after.rule
  const takes = decider === null || causes.some((one) => one.side === 'running' && one.at.file === decider.file && one.at.start === decider.start) ? '' : ` ${capital(placeOf(compared, 'running', decider))} decides them now.`
  const more = moved.length === 1 ? '' : ` ${moved.length - 1} more ${moved.length === 2 ? 'kind' : 'kinds'} of requests moved as well.`
  return { sentence: `${first.summary.replace(/\.$/, '')}${since(compared, causes)}.${takes}${more}`, causes }
}

/** Part (0–1) of the requests with this outcome that a pool gets. */
function partOf(outcome: Outcome, pool: string): number {
  if (outcome.action === 'forward') return outcome.pool === pool ? 1 : 0
  if (outcome.action === 'split') return outcome.pools.reduce((sum, one) => sum + (one.pool === pool ? one.share : 0), 0)
  return 0
}

/** A server of a pool is picked more or less often: by a rule, or by what its line says. */
function explainShare(compared: Compared, alert: Alert, name: string, server: string): Explanation | null {
  const [before, after] = poolsOf(compared, name)
  if (before === null || after === null) return null
  const more = alert.traffic === 'more'
  const picked = compared.classes.find((one) => {
    const change = serverPart(one.after.outcome, name, server) - serverPart(one.before.outcome, before.name, server)
    return one.about === 'rules' && (more ? change > shareTolerance : change < -shareTolerance) && one.after.outcome.action === 'forward' && one.before.outcome.action === 'forward' && one.before.outcome.pool === before.name && one.after.outcome.pool === name
  })
  if (picked !== undefined) {
    const causes = causesOf(compared, picked.cause)
    return { sentence: `${picked.summary.replace(/\.$/, '')}${since(compared, causes)}.`, causes }
  }
  const shareIn = (pool: Pool): number => expectedShares(pool).find((one) => one.name === server)?.share ?? 0
  const change = shareIn(after) - shareIn(before)
  if (more ? change <= shareTolerance : change >= -shareTolerance) return null
  const old = before.members.find((one) => one.name === server)
  const now = after.members.find((one) => one.name === server)
  if (now !== undefined && old !== undefined && now.options.weight !== old.options.weight && now.origin[0] !== undefined && compared.changed.has('running', now.origin[0])) {
    const causes = causesOf(compared, { before: old.origin.slice(0, 1), after: now.origin.slice(0, 1) })
    return { sentence: `Its weight is ${now.options.weight} instead of ${old.options.weight}${since(compared, causes)}.`, causes }
  }
  const lines = sharingLines(before, after)
  const own = [...lines.after.map((at) => compared.changed.has('running', at)), ...lines.before.map((at) => compared.changed.has('known-good', at))].some((one) => one)
  // Where no line of a server differs, one that stands for several of them does.
  const shared = own ? [] : compared.changed.within('running', after, 'weight')
  const causes = shared.length > 0 ? shared : causesOf(compared, lines)
  return { sentence: `By the config it gets ${percent(shareIn(after))} of the pool instead of ${percent(shareIn(before))}${since(compared, causes)}.`, causes }
}

const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`

function serverPart(outcome: Outcome, pool: string, server: string): number {
  return outcome.action === 'forward' && outcome.pool === pool ? outcome.servers.find((one) => one.name === server)?.share ?? 0 : 0
}

/** Lines of a pool that decide how its servers share work, where they differ. */
function sharingLines(before: Pool, after: Pool): RequestClass['cause'] {
  const differs = (one: Member, other: Member | undefined): boolean => other === undefined || other.options.weight !== one.options.weight || other.options.level !== one.options.level || other.options.state !== one.options.state
  const lines = (pool: Pool, other: Pool): readonly Span[] => {
    const others = new Map(other.members.map((one) => [one.name, one]))
    return [...(pool.algorithm.text === other.algorithm.text ? [] : pool.algorithm.origin.slice(0, 1)), ...pool.members.filter((one) => differs(one, others.get(one.name))).flatMap((one) => one.origin.slice(0, 1))]
  }
  return { before: lines(before, after), after: lines(after, before) }
}

/** Servers that are out: their own lines where they changed, else the check, else that others of the pool changed and they did not. */
function explainServers(compared: Compared, alert: Alert, name: string, view: LiveView): Explanation | null {
  const [before, after] = poolsOf(compared, name)
  if (before === null || after === null) return null
  const changes = compared.classes.find((one) => one.about === 'pools' && one.before.outcome.action === 'forward' && one.before.outcome.pool === before.name && one.after.outcome.action === 'forward' && one.after.outcome.pool === name)
  if (changes === undefined) return null
  const old = new Map(before.members.map((one) => [one.name, one]))
  const moved = after.members.filter((one) => alert.servers.includes(one.name) && old.get(one.name)?.address !== one.address)
  const check = before.check?.uri !== after.check?.uri || before.check?.expect !== after.check?.expect || before.check?.kind !== after.check?.kind || before.check?.host !== after.check?.host
  const told = `Against the last known good config: ${lower(changes.summary.replace(/^Requests for pool \S+: /, ''))}`
  if (moved.length > 0) {
    const causes = causesOf(compared, { before: moved.flatMap((one) => old.get(one.name)?.origin.slice(0, 1) ?? []), after: moved.flatMap((one) => one.origin.slice(0, 1)) })
    return { sentence: told, causes }
  }
  const answersWrong = view.pools.some((pool) => pool.name === name && pool.servers.some(({ live }) => live !== null && live.row.state.health === 'down' && live.row.state.check?.startsWith('L7') === true))
  if (check && after.check !== null && answersWrong) return { sentence: told, causes: causesOf(compared, { before: before.check?.origin.slice(0, 1) ?? [], after: after.check.origin.slice(0, 1) }) }
  const still = after.members.filter((one) => alert.servers.includes(one.name))
  return { sentence: `${told} The lines of ${listOf(still.map((one) => one.name))} stayed as they were.`, causes: still.flatMap((one) => one.origin.slice(0, 1)).map((at) => ({ side: 'running', at })) }
}

function poolsOf(compared: Compared, name: string): readonly [Pool | null, Pool | null] {
  const find = (config: LoadedConfig, wanted: string): Pool | null => config.model.pools.find((one) => one.name === wanted) ?? null
  return [find(compared.before, compared.alias(name)), find(compared.after, name)]
}

/** The lines whose text differs, moved ones as well; where there are none, all of them. Those that run come first. */
function causesOf(compared: Compared, lines: RequestClass['cause']): readonly AlertCause[] {
  const all = [...lines.after.map((at): AlertCause => ({ side: 'running', at })), ...lines.before.map((at): AlertCause => ({ side: 'known-good', at }))]
  const own = all.filter(({ side, at }) => compared.changed.has(side, at))
  return own.length > 0 ? own : all
}

/** ` since line 36: acl …`, or that lines are gone. */
function since(compared: Compared, causes: readonly AlertCause[]): string {
  const [now, was] = (['running', 'known-good'] as const).map((side) => causes.find((one) => one.side === side))
  if (now === undefined && was === undefined) return ''
  if (now === undefined) return ` since ${placeOf(compared, 'known-good', (was as AlertCause).at)} of the last known good config is gone: ${textOf(compared, was as AlertCause)}`
  const before = was === undefined ? '' : ` (before: ${placeOf(compared, 'known-good', was.at)}${textOf(compared, was) === textOf(compared, now) ? '' : `, ${textOf(compared, was)}`})`
  return ` since ${placeOf(compared, 'running', now.at)}: ${textOf(compared, now)}${before}`
}

function placeOf(compared: Compared, side: AlertCause['side'], at: Span): string {
  const config = side === 'running' ? compared.after : compared.before
  const place = compared.lines[side](at)
  const line = `line ${place?.line ?? '?'}`
  return config.files.filter((file) => file.source.role === 'config').length > 1 ? `${line} of ${at.file}` : line
}

function textOf(compared: Compared, { side, at }: AlertCause): string {
  const text = maskSecrets(compared.lines[side](at)?.text ?? '')
  return text.length > lineLength ? `${text.slice(0, lineLength)}…` : text
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const listOf = (names: readonly string[]): string => (names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', '))
