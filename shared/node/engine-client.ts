import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import { failed, type Result } from '#shared/diagnostics/failure.ts'
import { ourFault } from '#shared/rpc/dispatcher.ts'
import { createEventHub } from '#shared/rpc/events.ts'
import type { Transport } from '#shared/rpc/client.ts'
import type { EngineOptions, FromEngine, ToEngine } from './engine-messages.ts'
import { fromSources } from './folders.ts'

/** The engine's thread as seen from a host. */
export interface Engine {
  readonly transport: Transport
  /** Resolves once the engine takes calls; calls made earlier wait. */
  readonly ready: Promise<void>
  readonly dispose: () => Promise<void>
}

/** A thread that dies younger than this is not started again: it would only die once more. */
const youngestDeathMs = 2000

interface Running {
  readonly worker: Worker
  readonly cancellations: MessagePort
  readonly bornAt: number
}

/**
 * Starts the engine in a worker thread.
 *
 * `report` is told about faults of our own. If the thread dies (out of memory, a fault), every call in flight answers
 * `our-fault` and the next call starts a new thread, which knows no loaded config: screens load theirs again. The host
 * stays up. `memoryMegabytes` bounds the thread's heap; null: what the runtime gives.
 */
export function startEngine(options: EngineOptions, report: (text: string) => void, memoryMegabytes: number | null = null): Engine {
  // Bundled code has the worker beside it, whatever file this function ended up in.
  const file = new URL(fromSources ? './engine-worker.ts' : './engine-worker.js', import.meta.url)
  const waiting = new Map<string, (result: Result<unknown>) => void>()
  const hub = createEventHub()
  let ended: Result<unknown> | null = null
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => { markReady = resolve })
  let running: Running | null = start()

  function start(): Running {
    const channel = new MessageChannel()
    const worker = new Worker(file, {
      workerData: { options, cancellations: channel.port1 }, transferList: [channel.port1], name: 'steelyard-engine',
      ...(memoryMegabytes === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } }),
    })
    channel.port2.unref()
    const mine: Running = { worker, cancellations: channel.port2, bornAt: performance.now() }
    worker.on('message', (message: FromEngine) => {
      switch (message.kind) {
        case 'ready': markReady(); break
        case 'answer': {
          waiting.get(message.callId)?.(message.result)
          waiting.delete(message.callId)
          break
        }
        case 'event': hub.emit(message.event as never, message.payload as never); break
        case 'fault': report(`${message.method}: ${message.text}`); break
      }
    })
    worker.on('error', (error) => {
      report(error instanceof Error ? (error.stack ?? error.message) : String(error))
      died(mine, ourFault(error))
    })
    worker.on('exit', () => died(mine, ourFault(new Error('the engine ended'))))
    return mine
  }

  function died(which: Running, result: Result<unknown>): void {
    if (running !== which) return
    running = null
    which.cancellations.close()
    if (performance.now() - which.bornAt < youngestDeathMs) ended ??= result
    for (const answer of waiting.values()) answer(ended ?? result)
    waiting.clear()
    markReady()
  }

  return {
    ready,
    transport: {
      send(callId, method, params) {
        if (ended !== null) return Promise.resolve(ended)
        running ??= start()
        const { worker } = running
        return new Promise((resolve) => {
          waiting.set(callId, resolve)
          worker.postMessage({ kind: 'call', callId, method, params } satisfies ToEngine)
        })
      },
      cancel(callId) {
        running?.cancellations.postMessage(callId)
        running?.worker.postMessage({ kind: 'cancel', callId } satisfies ToEngine)
      },
      listen: hub.listen,
    },
    async dispose() {
      ended = failed('cancelled', 'The engine has ended.')
      await running?.worker.terminate()
    },
  }
}
