const window = 512
const leastRequests = 50

/** Mean response time of the requests between two polls, with what rounding can have done to it. */
export interface ResponseTime {
  readonly ms: number
  readonly errorMs: number
}

/**
 * Undoes the smoothing of HAProxy's `rtime`: mean over the requests between two readings of it.
 *
 * Each request moves the smoothed value by 1/512 of the way, so after k requests the old value counts (1 − 1/512)^k. The
 * reading is rounded to whole milliseconds, which the inversion magnifies when few requests came.
 * Source: HAProxy source, `swrate_add` over TIME_STATS_SAMPLES (512); shared/live/README.md, "Alerts".
 */
export function meanResponse(before: number, after: number, requests: number): ResponseTime {
  const kept = (1 - 1 / window) ** requests
  return { ms: (after - kept * before) / (1 - kept), errorMs: 0.5 * (1 + kept) / (1 - kept) }
}

/** Whether enough requests came for the mean to mean something, of this interval and in all. */
export function isTellingResponse(requests: number, total: number): boolean {
  return requests >= leastRequests && total > window
}
