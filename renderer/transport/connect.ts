import { createClient, type SteelyardClient } from '#shared/rpc/client.ts'
import { electronTransport } from './electron.ts'
import { httpTransport, sharedListen } from './http.ts'
import { createJsonParser } from './large-json.ts'

/** The engine of the host this window stands in: the desktop bridge where there is one, else the server that sent the page. */
export function connect(onConnection: (connected: boolean) => void): SteelyardClient {
  const prefix = crypto.randomUUID().slice(0, 8)
  if (window.steelyard !== undefined) return createClient(sharedListen(electronTransport(window.steelyard)), prefix)
  const parse = createJsonParser(() => new Worker(new URL('./json.worker.ts', import.meta.url), { type: 'module' }))
  return createClient(sharedListen(httpTransport(parse, onConnection)), prefix)
}
