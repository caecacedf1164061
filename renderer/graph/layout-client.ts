import type { LayoutPositions } from '#shared/layout/layout.ts'
import type { LayoutJob } from './layout.worker.ts'

export interface LayoutResult {
  readonly positions: LayoutPositions
  /** Inside the worker, without the way there and back. */
  readonly milliseconds: number
}

interface LayoutReply extends LayoutResult {
  readonly job: number
}

/**
 * One layout worker for the life of the window, started with the module so that it is warm when the first view comes.
 * Jobs are answered in order; a caller that lost interest drops the answer.
 */
let worker: Worker | null = null
let lastJob = 0
const waiting = new Map<number, { resolve: (result: LayoutResult) => void; reject: (reason: Error) => void }>()

function startWorker(): Worker {
  const started = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'layout' })
  started.addEventListener('message', (event: MessageEvent<LayoutReply>) => {
    const call = waiting.get(event.data.job)
    waiting.delete(event.data.job)
    call?.resolve(event.data)
  })
  started.addEventListener('error', (event) => {
    const reason = new Error(`The layout worker stopped: ${event.message}`)
    for (const call of waiting.values()) call.reject(reason)
    waiting.clear()
    worker = null
  })
  return started
}

/** Starts the worker ahead of the first job. */
export function warmLayout(): void {
  worker ??= startWorker()
}

/** Places of all boxes. The arrays of `graph` are copied on the way, because they are needed here too. */
export function layoutInWorker(what: Omit<LayoutJob, 'job'>): Promise<LayoutResult> {
  worker ??= startWorker()
  const target = worker
  const job = (lastJob += 1)
  return new Promise((resolve, reject) => {
    waiting.set(job, { resolve, reject })
    const message: LayoutJob = { job, ...what }
    target.postMessage(message)
  })
}
