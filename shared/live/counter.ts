import type { Count, PollTime } from './snapshot.ts'

/** One reading of one counter. */
export interface Reading extends PollTime {
  readonly epoch: string | null
  readonly uptimeSeconds: number | null
  readonly value: number | bigint
}

/**
 * What is special about an interval; none: nothing.
 * clock: the wall clock jumped, or the machine slept. gap: later than asked for, polls are missing. wide: much later.
 * reset: counting started again, so that the interval has no rate. preserved: another process goes on with the counts.
 */
export type IntervalMark = 'clock' | 'gap' | 'wide' | 'reset' | 'preserved'

export interface Interval {
  readonly durationMs: number
  /** Exact growth; null after a reset. */
  readonly delta: number | null
  /** Growth at the least; after a reset what the new process has counted, null where even that is not plausible. */
  readonly leastDelta: number | null
  /** Per second; null after a reset: the interval is unknown, not zero. */
  readonly rate: number | null
  readonly marks: readonly IntervalMark[]
}

const clockJumpMs = 2000
const uptimeJumpMs = 1500

/**
 * Growth of a counter between two readings. `usualRate`: smoothed rate so far, per second; null: not known yet.
 * `nominalMs`: how far apart readings are meant to be. Null: no time went by.
 *
 * Method: time is measured on the clock that only goes forward, and on the balancer's own where this machine slept. A
 * smaller value or another process means that counting started again, unless going on fits the usual rate clearly
 * better than a fresh start. What grew in such an interval is not known: the end of the old process was never read.
 * Source: shared/live/README.md, "Rates".
 */
export function growthOf(before: Reading, after: Reading, usualRate: number | null, nominalMs: number): Interval | null {
  const marks: IntervalMark[] = []
  const newEpoch = before.epoch !== after.epoch
  let durationMs = after.monotonicMs - before.monotonicMs
  if (Math.abs(after.wallMs - before.wallMs - durationMs) > clockJumpMs) {
    marks.push('clock')
    if (!newEpoch && before.uptimeSeconds !== null && after.uptimeSeconds !== null) {
      const uptimeMs = (after.uptimeSeconds - before.uptimeSeconds) * 1000
      if (Math.abs(uptimeMs - durationMs) > uptimeJumpMs) durationMs = uptimeMs
    }
  }
  if (durationMs <= 0) return null
  const shrunk = after.value < before.value
  const preserved = newEpoch && !shrunk && goesOn(before, after, durationMs, usualRate)
  if ((newEpoch || shrunk) && !preserved) {
    marks.push('reset')
    const lifeSeconds = newEpoch && after.uptimeSeconds !== null ? Math.max(after.uptimeSeconds, 1) : durationMs / 1000
    const plausible = usualRate === null || Number(after.value) / lifeSeconds <= 3 * usualRate + 10
    return { durationMs, delta: null, leastDelta: plausible ? Number(after.value) : null, rate: null, marks }
  }
  if (preserved) marks.push('preserved')
  if (durationMs > 1.5 * nominalMs) marks.push('gap')
  if (durationMs > 5 * nominalMs) marks.push('wide')
  const delta = growth(before.value, after.value)
  return { durationMs, delta, leastDelta: delta, rate: delta / (durationMs / 1000), marks }
}

/** Whether a new process took the counts of the old one over: the rate that follows is then nearer to the usual one, with a margin of 2. */
function goesOn(before: Reading, after: Reading, durationMs: number, usualRate: number | null): boolean {
  if (usualRate === null || after.uptimeSeconds === null) return false
  const distance = (rate: number): number => Math.abs(Math.log((rate + 0.5) / (usualRate + 0.5)))
  const startedAgain = Number(after.value) / Math.max(after.uptimeSeconds, 1)
  const wentOn = growth(before.value, after.value) / (durationMs / 1000)
  return distance(wentOn) + Math.log(2) < distance(startedAgain)
}

/** Smoothed rate with one more in it: newer ones count 30 %. */
export function smoothRate(usual: number | null, rate: number): number {
  return usual === null ? rate : usual + 0.3 * (rate - usual)
}

/** `after - before`, exact also where the values are not. */
export function growth(before: number | bigint, after: number | bigint): number {
  return typeof before === 'number' && typeof after === 'number' ? after - before : Number(BigInt(after) - BigInt(before))
}

/** True when a later reading is smaller. */
export function hasShrunk(before: Count, after: Count): boolean {
  return before !== null && after !== null && after < before
}
