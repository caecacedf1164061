import { divergence, windows } from '#shared/live/share-test.ts'

/** Errors and requests of one poll. */
export type ErrorPoll = readonly [errors: number, requests: number]

export interface ErrorBurst {
  readonly polls: number
  readonly errors: number
  readonly requests: number
  /** Part of the requests, 0–1. */
  readonly share: number
  readonly strength: number
}

const windowSet: ReadonlySet<number> = new Set(windows)
const leastErrors = 5
const threshold = 12

/** Errors count from this part of the requests on. `usual`: part that is usual, at least 0.5 %; `leastShare`: least part that counts. */
export function errorGate(usual: number, leastShare: number): number {
  return Math.max(4 * usual, leastShare)
}

/**
 * The clearest rise of errors in windows that end with the newest poll; null: there is none.
 *
 * Method: at least five errors, at least 2 % and four times the usual part, a strength n·KL of 12, and the newest quarter
 * of the window over the gate as well. A plain limit of 2 % a minute would fire about a hundred times a day at one request
 * a second.
 * Source: shared/live/README.md, "Alerts".
 */
export function findErrorBurst(history: readonly ErrorPoll[], usual: number, leastShare = 0.02): ErrorBurst | null {
  const gate = errorGate(usual, leastShare)
  let best: ErrorBurst | null = null
  let errors = 0
  let requests = 0
  // From the newest poll back; a quarter of a window was passed on the way.
  const passed = new Map<number, ErrorPoll>()
  for (let polls = 1; polls <= history.length; polls += 1) {
    const [moreErrors, moreRequests] = history[history.length - polls] as ErrorPoll
    errors += moreErrors
    requests += moreRequests
    if (!windowSet.has(polls)) continue
    passed.set(polls, [errors, requests])
    const [newErrors, newRequests] = passed.get(Math.max(1, Math.floor(polls / 4))) ?? [errors, requests]
    const share = requests === 0 ? 0 : errors / requests
    if (newRequests === 0 || errors < leastErrors || share < gate || newErrors / newRequests < gate) continue
    const strength = requests * divergence(share, usual)
    if (strength >= threshold && (best === null || strength > best.strength)) best = { polls, errors, requests, share, strength }
  }
  return best
}
