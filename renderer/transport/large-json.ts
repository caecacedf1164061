/** From this size on an answer is parsed in a worker: 1 MB takes about 10 ms, more would be felt while scrolling. */
export const largeAnswerBytes = 1_000_000

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Parses JSON bytes, in the worker when they are many. The worker starts with the first large answer. */
export function createJsonParser(startWorker: () => Worker): (bytes: ArrayBuffer) => Promise<unknown> {
  let worker: Worker | null = null
  let next = 0
  const waiting = new Map<number, Waiting>()

  const start = (): Worker => {
    const started = startWorker()
    started.onmessage = (message: MessageEvent<{ readonly id: number; readonly value?: unknown; readonly error?: string }>) => {
      const call = waiting.get(message.data.id)
      waiting.delete(message.data.id)
      if (message.data.error === undefined) call?.resolve(message.data.value)
      else call?.reject(new Error(message.data.error))
    }
    started.onerror = () => {
      for (const call of waiting.values()) call.reject(new Error('The worker that reads large answers stopped.'))
      waiting.clear()
      worker = null
    }
    return started
  }

  return (bytes) => {
    if (bytes.byteLength < largeAnswerBytes) return Promise.resolve(JSON.parse(new TextDecoder().decode(bytes)) as unknown)
    worker ??= start()
    const running = worker
    const id = ++next
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      running.postMessage({ id, bytes }, [bytes])
    })
  }
}
