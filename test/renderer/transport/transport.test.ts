import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { electronTransport } from '#renderer/transport/electron.ts'
import { httpTransport, sharedListen } from '#renderer/transport/http.ts'
import { createJsonParser, largeAnswerBytes } from '#renderer/transport/large-json.ts'
import { idle, loading, settled } from '#renderer/state/remote.ts'
import { createStore } from '#renderer/state/store.ts'
import { createClient } from '#shared/rpc/client.ts'

const parse = (bytes: ArrayBuffer): Promise<unknown> => Promise.resolve(JSON.parse(new TextDecoder().decode(bytes)))

/** The page's relative addresses lead to `origin` while `act` runs. */
async function atOrigin(origin: string, act: () => Promise<void>): Promise<void> {
  const real = globalThis.fetch
  globalThis.fetch = (input, init) => real(new URL(String(input), origin), init)
  try {
    await act()
  } finally {
    globalThis.fetch = real
  }
}

test('a call posts its parameters and answers the result of the server', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() })
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${body}`)
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify({ ok: true, value: { text: 'hello', masked: false } }))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const states: boolean[] = []
  await atOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, async () => {
    const client = createClient(httpTransport(parse, (connected) => states.push(connected)))
    assert.deepEqual(await client.call('config.text', { configId: 'c', path: 'p' }), { ok: true, value: { text: 'hello', masked: false } })
  })
  assert.deepEqual(seen, ['POST /rpc/config.text {"configId":"c","path":"p"}'])
  assert.deepEqual(states, [true])
  server.close()
})

test('a server that is gone is a failure in plain words, not a throw', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await atOrigin(`http://127.0.0.1:${port}/`, async () => {
    const answer = await createClient(httpTransport(parse, () => undefined)).call('app.info', {})
    assert.equal(answer.ok, false)
    assert.match(answer.ok ? '' : answer.failure.message, /does not answer/)
  })
})

test('a cancelled call ends as cancelled', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  await atOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, async () => {
    const abort = new AbortController()
    const call = createClient(httpTransport(parse, () => undefined)).call('app.info', {}, abort.signal)
    setTimeout(() => abort.abort(), 20)
    const answer = await call
    assert.equal(answer.ok ? '' : answer.failure.code, 'cancelled')
  })
  server.closeAllConnections()
  server.close()
})

test('all subscriptions of a window share one stream, which ends with the last of them', () => {
  let open = 0
  let tell: (event: string, payload: unknown) => void = () => undefined
  const transport = sharedListen({
    send: () => Promise.resolve({ ok: true, value: null }), cancel: () => undefined,
    listen(listener) { open += 1; tell = listener; return () => { open -= 1 } },
  })
  const heard: string[] = []
  const stops = ['a', 'b'].map((name) => transport.listen((event) => heard.push(`${name}:${event}`)))
  assert.equal(open, 1)
  tell('progress', {})
  assert.deepEqual(heard, ['a:progress', 'b:progress'])
  for (const stop of stops) stop()
  assert.equal(open, 0)
})

test('the desktop bridge gets a number per call, and a cancel names the same number', async () => {
  const calls: number[] = []
  const cancelled: number[] = []
  let answer: (value: { ok: true; value: unknown }) => void = () => undefined
  const transport = electronTransport({
    call: (_method, _params, callId) => { calls.push(callId); return new Promise((resolve) => { answer = resolve }) },
    cancel: (callId) => cancelled.push(callId), subscribe: () => () => undefined, pathOfFile: () => '',
  })
  const running = transport.send('x-1', 'app.info', {})
  transport.cancel('x-1')
  transport.cancel('unknown')
  answer({ ok: true, value: 1 })
  assert.deepEqual(await running, { ok: true, value: 1 })
  assert.deepEqual(cancelled, calls)
})

test('a small answer is read in place; a large one goes to the worker, whose fault is an error', async () => {
  const posted: { id: number }[] = []
  const worker = { onmessage: null as ((message: unknown) => void) | null, onerror: null, postMessage: (message: { id: number }) => posted.push(message) }
  const read = createJsonParser(() => worker as unknown as Worker)
  assert.deepEqual(await read(new TextEncoder().encode('{"a":1}').buffer), { a: 1 })
  assert.equal(posted.length, 0)
  const large = read(new ArrayBuffer(largeAnswerBytes))
  worker.onmessage?.({ data: { id: posted[0]?.id, value: 7 } })
  assert.equal(await large, 7)
  const broken = read(new ArrayBuffer(largeAnswerBytes))
  worker.onmessage?.({ data: { id: posted[1]?.id, error: 'not JSON' } })
  await assert.rejects(broken, /not JSON/)
})

test('while something is asked again, and when that fails, the last value stays', () => {
  const ready = settled({ ok: true, value: 1 } as const, idle)
  const again = loading(ready)
  assert.deepEqual(again, { state: 'loading', value: 1 })
  assert.equal(settled({ ok: false, failure: { code: 'io', message: 'x' } }, again).value, 1)
})

test('an update that changes nothing tells nobody', () => {
  const store = createStore({ a: 1, b: 2 })
  let told = 0
  const stop = store.subscribe(() => { told += 1 })
  store.update({ a: 1 })
  assert.equal(told, 0)
  store.update((state) => ({ a: state.a + 1 }))
  assert.equal(told, 1)
  stop()
  store.update({ a: 5 })
  assert.deepEqual([told, store.get()], [1, { a: 5, b: 2 }])
})
