/** Counts of one poll, one per server, with the share each was expected to get; `low` and `high` differ where load decides. */
export interface SharePoll {
  readonly counts: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

export interface ShareTestOptions {
  /** Exponent of chance: a deviation counts when chance brings it about less often than e^-threshold, with many servers less often still. */
  readonly threshold: number
  /** A share counts as wrong from this many times the expected one on, and from one over it down. */
  readonly ratio: number
  /** How much more than chance the counts scatter by nature, per server and window; 1 and up. */
  readonly scatter?: (server: number, polls: number) => number
  /** Servers whose share may be lower than expected: they warm up, or take no more. */
  readonly mayBeLow?: ReadonlySet<number>
  /** Servers whose share may be higher: they get what others do not take. */
  readonly mayBeHigh?: ReadonlySet<number>
}

export const exactOptions: ShareTestOptions = { threshold: 16, ratio: 1.25 }

/** A server that gets clearly more or less than it should. */
export interface ShareShift {
  readonly server: number
  readonly direction: 'high' | 'low'
  /** Window in polls, the units counted in it, and the share of the server. */
  readonly polls: number
  readonly units: number
  readonly share: number
  readonly expected: number
  /** Exponent of chance that was reached. */
  readonly strength: number
}

export const windows: readonly number[] = [1, 2, 4, 8, 16, 32, 64]
const windowSet: ReadonlySet<number> = new Set(windows)

/** The strongest deviation in windows that end with the newest poll; null: there is none. */
export function findShareShift(history: readonly SharePoll[], options: ShareTestOptions): ShareShift | null {
  return findShareShifts(history, options).reduce<ShareShift | null>((best, one) => (best === null || one.strength > best.strength ? one : best), null)
}

/**
 * The strongest deviation of each server in windows that end with the newest poll.
 *
 * Method: over n units with share f where p is expected, n·KL(f‖p) bounds how unlikely the deviation is. It has to reach
 * the threshold, the share has to be outside the band around p, and the newest quarter of the window has to be outside
 * it as well, so that something that is over is not reported. A window with too little in it cannot reach the threshold.
 * Source: Chernoff bound for a binomial; shared/live/README.md, "Distribution" has the measured rates of false alarms.
 */
export function findShareShifts(history: readonly SharePoll[], options: ShareTestOptions): readonly ShareShift[] {
  const best = new Map<number, ShareShift>()
  const threshold = thresholdFor(options.threshold, history[0]?.counts.length ?? 0)
  // Quarters of windows are windows, too.
  const sums = sumsOf(history, windowSet)
  for (const polls of windows) {
    if (polls > history.length) break
    for (const shift of outside(sums, polls, options)) {
      const strength = shift.strength / (options.scatter?.(shift.server, polls) ?? 1)
      if (strength >= threshold && strength > (best.get(shift.server)?.strength ?? 0)) best.set(shift.server, { ...shift, strength })
    }
  }
  return [...best.values()]
}

/** Up to this many servers the threshold keeps false alarms away by itself, as measured. */
const fewServers = 10

/** Each server is one more chance to be outside by chance (Bonferroni), so a pool of many has to reach more. */
function thresholdFor(threshold: number, servers: number): number {
  return threshold + Math.log(Math.max(1, servers / fewServers))
}

/** Whether a share is this many times the expected one or more, or one over it or less. */
export function isBeyond({ direction, share, expected }: Pick<ShareShift, 'direction' | 'share' | 'expected'>, ratio: number): boolean {
  return direction === 'high' ? share >= ratio * expected : share <= expected / ratio
}

/** Servers whose share over the last `polls` and over the newest quarter of them is outside the band, however few the units. */
export function outsideBand(history: readonly SharePoll[], polls: number, options: ShareTestOptions): readonly ShareShift[] {
  return outside(sumsOf(history, new Set([polls, quarterOf(polls)])), polls, options)
}

function quarterOf(polls: number): number {
  return Math.max(1, Math.floor(polls / 4))
}

function outside(sums: ReadonlyMap<number, Sums>, polls: number, options: ShareTestOptions): readonly ShareShift[] {
  const whole = sums.get(polls)
  const newest = sums.get(quarterOf(polls))
  if (whole === undefined || newest === undefined || whole.units === 0 || newest.units === 0) return []
  const found: ShareShift[] = []
  for (let server = 0; server < whole.counts.length; server += 1) {
    const share = (whole.counts[server] as number) / whole.units
    const recent = (newest.counts[server] as number) / newest.units
    const low = (whole.low[server] as number) / whole.units
    const high = (whole.high[server] as number) / whole.units
    const isHigh = share > 0 && options.mayBeHigh?.has(server) !== true && share >= options.ratio * high && recent >= options.ratio * ((newest.high[server] as number) / newest.units)
    const isLow = !isHigh && low > 0 && options.mayBeLow?.has(server) !== true && share <= low / options.ratio && recent <= (newest.low[server] as number) / newest.units / options.ratio
    if (!isHigh && !isLow) continue
    const expected = isHigh ? high : low
    found.push({ server, direction: isHigh ? 'high' : 'low', polls, units: whole.units, share, expected, strength: whole.units * divergence(share, expected) })
  }
  return found
}

interface Sums {
  units: number
  readonly counts: number[]
  /** Expected counts: the shares may change from poll to poll. */
  readonly low: number[]
  readonly high: number[]
}

/** Sums over the newest polls, for each of the lengths, in one pass from the newest back. */
function sumsOf(history: readonly SharePoll[], lengths: ReadonlySet<number>): ReadonlyMap<number, Sums> {
  const servers = history[0]?.counts.length ?? 0
  const zeros = (): number[] => new Array<number>(servers).fill(0)
  const running: Sums = { units: 0, counts: zeros(), low: zeros(), high: zeros() }
  const found = new Map<number, Sums>()
  for (let length = 1; length <= history.length && found.size < lengths.size; length += 1) {
    const poll = history[history.length - length] as SharePoll
    let units = 0
    for (let server = 0; server < servers; server += 1) units += poll.counts[server] as number
    for (let server = 0; server < servers; server += 1) {
      running.counts[server] = (running.counts[server] as number) + (poll.counts[server] as number)
      running.low[server] = (running.low[server] as number) + units * (poll.low[server] as number)
      running.high[server] = (running.high[server] as number) + units * (poll.high[server] as number)
    }
    running.units += units
    if (lengths.has(length)) found.set(length, { units: running.units, counts: [...running.counts], low: [...running.low], high: [...running.high] })
  }
  return found
}

/** Kullback–Leibler divergence of two coins, in nats. Shares that nothing is expected of count as one in 10⁹. */
export function divergence(share: number, expected: number): number {
  const p = Math.min(Math.max(expected, 1e-9), 1 - 1e-9)
  return (share > 0 ? share * Math.log(share / p) : 0) + (share < 1 ? (1 - share) * Math.log((1 - share) / (1 - p)) : 0)
}

/** Units from which on the test can see that a server of `servers` equal ones gets nothing. */
export function unitsNeeded(servers: number, threshold: number): number {
  return servers < 2 ? 0 : Math.ceil(thresholdFor(threshold, servers) / -Math.log(1 - 1 / servers))
}
