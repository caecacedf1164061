import type { DiffJob, DiffReply } from './diff.worker.ts'

/** One worker for the window's life; answers carry the number of their question. */
let worker: Worker | null = null
let lastJob = 0
const waiting = new Map<number, { resolve: (reply: DiffReply) => void; reject: (reason: Error) => void }>()

function startWorker(): Worker {
  const started = new Worker(new URL('./diff.worker.ts', import.meta.url), { type: 'module', name: 'text difference' })
  started.addEventListener('message', (event: MessageEvent<DiffReply>) => {
    waiting.get(event.data.job)?.resolve(event.data)
    waiting.delete(event.data.job)
  })
  started.addEventListener('error', (event) => {
    const reason = new Error(`The text difference could not be computed: ${event.message}`)
    for (const call of waiting.values()) call.reject(reason)
    waiting.clear()
    worker = null
  })
  return started
}

/** Starts the worker ahead of the first question. */
export function warmDiff(): void {
  worker ??= startWorker()
}

/** Line difference of two texts, computed beside the window's own thread. */
export function diffInWorker(before: string, after: string): Promise<DiffReply> {
  worker ??= startWorker()
  const target = worker
  const job = (lastJob += 1)
  return new Promise((resolve, reject) => {
    waiting.set(job, { resolve, reject })
    const message: DiffJob = { job, before, after }
    target.postMessage(message)
  })
}
