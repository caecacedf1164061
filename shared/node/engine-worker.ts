import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { invariant } from '#shared/diagnostics/invariant.ts'
import { createBackend } from '#shared/backend/create-backend.ts'
import { contract } from '#shared/rpc/contract.ts'
import { createDispatcher } from '#shared/rpc/dispatcher.ts'
import { createEventHub } from '#shared/rpc/events.ts'
import type { EngineOptions, FromEngine, ToEngine } from './engine-messages.ts'
import { createNodePorts } from './node-ports.ts'

/** The engine in its own thread, so that a host's window or socket never waits for an analysis. */
function run(): void {
  invariant(parentPort !== null, 'engine-worker runs as a worker thread only')
  const port: MessagePort = parentPort
  const { options, cancellations } = workerData as { options: EngineOptions; cancellations: MessagePort }
  const post = (message: FromEngine): void => port.postMessage(message)
  const hub = createEventHub()
  hub.listen((event, payload) => post({ kind: 'event', event, payload }))
  const dispatcher = createDispatcher(contract, createBackend(createNodePorts(options, hub.emit)), {
    report: (error, method) => post({ kind: 'fault', method, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    validateResults: options.validateResults,
    // A busy thread does not get its messages; this port is read by hand while it works.
    arrivedCancellations() {
      const arrived: string[] = []
      for (let message = receiveMessageOnPort(cancellations); message !== undefined; message = receiveMessageOnPort(cancellations)) arrived.push(String(message.message))
      return arrived
    },
  })
  port.on('message', (message: ToEngine) => {
    if (message.kind === 'cancel') dispatcher.cancel(message.callId)
    else void dispatcher.call(message.callId, message.method, message.params).then((result) => post({ kind: 'answer', callId: message.callId, result }))
  })
  post({ kind: 'ready' })
}

run()
