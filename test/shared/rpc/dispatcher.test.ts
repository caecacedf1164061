import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { createClient, memoryTransport } from '#shared/rpc/client.ts'
import { createDispatcher, preferLocal, type Dispatcher } from '#shared/rpc/dispatcher.ts'
import { createEventHub } from '#shared/rpc/events.ts'
import { method, type Handlers } from '#shared/rpc/method.ts'
import { number, object, string } from '#shared/schema/schema.ts'

const contract = {
  double: method({ params: object({ value: number }), result: object({ value: number }) }),
  fail: method({ params: object({}), result: object({}) }),
  wait: method({ params: object({ until: string }), result: object({}) }),
  lie: method({ params: object({}), result: object({ value: number }) }),
} as const

let release: () => void = () => undefined
const handlers: Handlers<typeof contract> = {
  double: async ({ value }) => ok({ value: value * 2 }),
  fail: () => { throw new Error('the roof is on fire') },
  async wait(_params, context) {
    await new Promise<void>((resolve) => { release = resolve })
    return context.cancelled() ? ok({}) : ok({})
  },
  lie: async () => ok({ value: 'seven' } as unknown as { value: number }),
}
const reports: string[] = []
const dispatcher = createDispatcher(contract, handlers, { report: (error, name) => reports.push(`${name}: ${(error as Error).message}`), validateResults: true })
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.failure.code)

test('a call with good parameters is answered', async () => assert.deepEqual(await dispatcher.call('1', 'double', { value: 21 }), { ok: true, value: { value: 42 } }))

const malformed: readonly (readonly [string, string, unknown, string, RegExp])[] = [
  ['an unknown method', 'treble', {}, 'bad-method', /treble/],
  ['a name that every object has', 'toString', {}, 'bad-method', /toString/],
  ['a missing parameter', 'double', {}, 'bad-params', /params\.value: expected a finite number/],
  ['a parameter of the wrong kind', 'double', { value: 'x' }, 'bad-params', /params\.value/],
  ['a parameter nobody asked for', 'double', { value: 1, more: 2 }, 'bad-params', /params\.more: expected no such key/],
  ['no parameters at all', 'double', undefined, 'bad-params', /params/],
  ['an array instead of an object', 'double', [1], 'bad-params', /params/],
]
for (const [name, called, params, code, message] of malformed) {
  test(`${name} is refused with a sentence`, async () => {
    const result = await dispatcher.call('2', called, params)
    assert.equal(codeOf(result), code)
    assert.match(result.ok ? '' : result.failure.message, message)
  })
}

test('a handler that throws is our own fault, reported once and answered', async () => {
  reports.length = 0
  const result = await dispatcher.call('3', 'fail', {})
  assert.equal(codeOf(result), 'our-fault')
  assert.deepEqual(reports, ['fail: the roof is on fire'])
})

test('an answer that does not fit the contract is caught in development', async () => assert.equal(codeOf(await dispatcher.call('4', 'lie', {})), 'our-fault'))

test('a cancelled call answers cancelled, and the id is free again', async () => {
  const running = dispatcher.call('5', 'wait', { until: 'x' })
  assert.equal(codeOf(await dispatcher.call('5', 'double', { value: 1 })), 'bad-params', 'an id in flight is not taken twice')
  dispatcher.cancel('5')
  dispatcher.cancel('never-existed')
  release()
  assert.equal(codeOf(await running), 'cancelled')
  assert.equal(codeOf(await dispatcher.call('5', 'double', { value: 1 })), 'ok')
})

test('a busy thread learns of cancellations when its handler looks', async () => {
  const arrived: string[][] = [['6']]
  const busy = createDispatcher(contract, handlers, { report: () => undefined, arrivedCancellations: () => arrived.shift() ?? [] })
  const running = busy.call('6', 'wait', { until: 'x' })
  release()
  assert.equal(codeOf(await running), 'cancelled')
})

test('a host may answer some methods itself', async () => {
  const calls: string[] = []
  const recording = (name: string): Dispatcher => ({ call: (_id, called) => { calls.push(`${name}:${called}`); return Promise.resolve(ok(null)) }, cancel: (id) => { calls.push(`${name} cancel ${id}`) } })
  const both = preferLocal(recording('local'), ['host.saveFile'], recording('rest'))
  await both.call('1', 'host.saveFile', {})
  await both.call('2', 'app.info', {})
  both.cancel('2')
  assert.deepEqual(calls, ['local:host.saveFile', 'rest:app.info', 'local cancel 2', 'rest cancel 2'])
})

test('the client gives each call an id of its own and cancels by signal', async () => {
  const hub = createEventHub()
  const ids: string[] = []
  const cancelled: string[] = []
  const client = createClient(memoryTransport({ call: (id) => { ids.push(id); return Promise.resolve(ok(null)) }, cancel: (id) => cancelled.push(id) }, hub.listen), 'window1')
  const abort = new AbortController()
  await Promise.all([client.call('app.info', {}, abort.signal), client.call('app.info', {})])
  abort.abort()
  assert.equal(new Set(ids).size, 2)
  assert.deepEqual(cancelled, [ids[0]])
  assert.equal(codeOf(await client.call('app.info', {}, abort.signal)), 'cancelled')
  const heard: unknown[] = []
  const stop = client.subscribe('config.changed', (payload) => heard.push(payload.configId))
  hub.emit('config.changed', { configId: 'a', paths: [] })
  hub.emit('progress', { task: 't', fraction: null, text: '' })
  stop()
  hub.emit('config.changed', { configId: 'b', paths: [] })
  assert.deepEqual(heard, ['a'])
})
