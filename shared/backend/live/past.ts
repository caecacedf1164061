import { ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { answerLimitBytes, type Poller } from './poller.ts'
import type { PastReader } from './read-prometheus.ts'

/** What is asked for at once: other work waits while it is read. Labels come once in each part, and must not be most of it. */
const usualPartBytes = 16 * 1024 * 1024
/** Well below what an answer may have: nobody knows how many servers there were then. */
const mostPartBytes = answerLimitBytes * 3 / 4
/** The server refuses more than 11 000. */
const mostStepsOfPart = 5000
const partLimitMs = 30_000
/** A server that does not answer is not waited for again and again. */
const mostFailuresInTurn = 2

/** What a source knew when the watching began. */
export interface Past {
  readonly newest: LiveSnapshot
  /** Whether the source keeps what was before. */
  readonly isKept: boolean
  /** What was before the newest moment, oldest first, in parts that are asked for one after another; may be gone through once. */
  readonly parts: () => AsyncIterable<readonly LiveSnapshot[]>
  /** What of it is missing, as a sentence, as far as it was asked for; null: nothing. */
  readonly problem: () => string | null
}

/** How a span is asked for in parts that fit into an answer. Times in milliseconds since 1970. */
export interface PastPlan {
  readonly fromMs: number
  readonly stepsOfPart: number
  /** The whole span would be more than may be read: it begins later. */
  readonly isShortened: boolean
}

/**
 * The first poll, and where the source is a server that keeps what it scraped, what was before it, in steps of whole
 * scrapes. `pastMs`: how far back. `mostBytes`: of answers, about, that may be read for it.
 *
 * Errors: those of the first poll. What of the past cannot be had is a problem, and the watching begins without it.
 */
export async function readPast(poller: Poller, pastMs: number, intervalMs: number, mostBytes: number): Promise<Result<Past>> {
  const newest = await poller.poll()
  if (!newest.ok) return newest
  const { past } = poller
  const scrapeMs = past?.scrapeMs() ?? null
  if (past === null || scrapeMs === null) return ok({ newest: newest.value, isKept: false, parts: nothing, problem: () => null })
  const stepMs = Math.ceil(Math.max(intervalMs, scrapeMs) / scrapeMs) * scrapeMs
  const untilMs = newest.value.taken.wallMs - stepMs
  return ok(keptPast(past, newest.value, planPast(past.size(), untilMs, Math.max(pastMs, 2 * stepMs), stepMs, mostBytes), untilMs, stepMs))
}

async function* nothing(): AsyncGenerator<readonly LiveSnapshot[]> {
  // A source that keeps nothing has no parts.
}

/** `size`: of an answer, by what the newest moment took. */
export function planPast(size: ReturnType<PastReader['size']>, untilMs: number, pastMs: number, stepMs: number, mostBytes: number): PastPlan {
  const bytesOfSteps = Math.max(1, size.stepBytes)
  const partBytes = Math.min(mostPartBytes, Math.max(usualPartBytes, 2 * size.labelBytes))
  const stepsOfPart = Math.max(1, Math.min(mostStepsOfPart, Math.floor((partBytes - size.labelBytes) / bytesOfSteps)))
  const affordable = Math.max(2, Math.floor(mostBytes / (size.labelBytes / stepsOfPart + bytesOfSteps)))
  const wanted = Math.floor(pastMs / stepMs) + 1
  return { fromMs: untilMs - (Math.min(wanted, affordable) - 1) * stepMs, stepsOfPart, isShortened: affordable < wanted }
}

function keptPast(reader: PastReader, newest: LiveSnapshot, plan: PastPlan, untilMs: number, stepMs: number): Past {
  let problem = plan.isShortened ? `What was before ${timeOf(plan.fromMs)} is not shown: so many servers make more data than is read at once.` : null
  const failedAt = (fromMs: number, toMs: number | null, failure: Failure): void => {
    problem ??= `What was ${toMs === null ? `from ${timeOf(fromMs)} on, before watching began,` : `from ${timeOf(fromMs)} to ${timeOf(toMs)}`} is missing. ${failure.message}`
  }
  async function* parts(): AsyncGenerator<readonly LiveSnapshot[]> {
    let steps = plan.stepsOfPart
    let failures = 0
    for (let fromMs = plan.fromMs; fromMs <= untilMs;) {
      const toMs = Math.min(untilMs, fromMs + (steps - 1) * stepMs)
      const read = await reader.history(fromMs, toMs, stepMs, partLimitMs, answerLimitBytes)
      if (read.ok) {
        failures = 0
        yield read.value
      } else if (read.failure.code === 'too-large' && toMs > fromMs) {
        steps = Math.max(1, Math.floor(Math.min(steps, (toMs - fromMs) / stepMs + 1) / 2))
        continue
      } else {
        failures += 1
        failedAt(fromMs, failures < mostFailuresInTurn ? toMs : null, read.failure)
        if (failures === mostFailuresInTurn) return
      }
      fromMs = toMs + stepMs
    }
  }
  return { newest, isKept: true, parts, problem: () => problem }
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
