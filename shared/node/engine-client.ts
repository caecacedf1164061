import { MessageChannel, Worker } from 'node:worker_threads'
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

/**
 * Starts the engine in a worker thread.
 *
 * `report` is told about faults of our own. If the thread dies, every call in flight and every later one answers
 * `our-fault`; the host stays up.
 */
export function startEngine(options: EngineOptions, report: (text: string) => void): Engine {
  // Bundled code has the worker beside it, whatever file this function ended up in.
  const file = new URL(fromSources ? './engine-worker.ts' : './engine-worker.js', import.meta.url)
  const cancellations = new MessageChannel()
  const worker = new Worker(file, { workerData: { options, cancellations: cancellations.port1 }, transferList: [cancellations.port1], name: 'steelyard-engine' })
  cancellations.port2.unref()
  const waiting = new Map<string, (result: Result<unknown>) => void>()
  const hub = createEventHub()
  let dead: Result<unknown> | null = null
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => { markReady = resolve })

  const die = (result: Result<unknown>): void => {
    dead ??= result
    for (const answer of waiting.values()) answer(result)
    waiting.clear()
    markReady()
  }
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
    die(ourFault(error))
  })
  worker.on('exit', () => die(failed('cancelled', 'The engine has ended.')))
  const post = (message: ToEngine): void => worker.postMessage(message)

  return {
    ready,
    transport: {
      send(callId, method, params) {
        if (dead !== null) return Promise.resolve(dead)
        return new Promise((resolve) => {
          waiting.set(callId, resolve)
          post({ kind: 'call', callId, method, params })
        })
      },
      cancel(callId) {
        cancellations.port2.postMessage(callId)
        post({ kind: 'cancel', callId })
      },
      listen: hub.listen,
    },
    async dispose() {
      await worker.terminate()
      cancellations.port2.close()
    },
  }
}
