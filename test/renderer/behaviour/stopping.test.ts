import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import { createBehaviourActions } from '#renderer/features/behaviour/behaviour-actions.ts'
import { toTraffic } from '#renderer/features/behaviour/verdict.ts'
import { createReviewActions } from '#renderer/features/review/review-actions.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { failed } from '#shared/diagnostics/failure.ts'

const config = (configId: string): AppState['after'] => ({ state: 'ready', value: { summary: { configId, source: `${configId}.cfg`, dialect: 'haproxy', files: [] } } }) as unknown as AppState['after']

/** Two configs, and a host that ends each call when it is told to. */
function slowPair() {
  const asked: { readonly method: string; stop(): Promise<void> }[] = []
  const call = (method: string): Promise<unknown> => new Promise((resolve) => {
    asked.push({
      method,
      async stop() {
        resolve(failed('cancelled', 'The call was cancelled.'))
        await new Promise((done) => setTimeout(done, 5))
      },
    })
  })
  const store = createStore<AppState>({ ...initialState, before: config('a'), after: config('b') })
  const tools = { store, client: { call } as unknown as SteelyardClient, notify: () => undefined, saveSettings: () => Promise.reject(new Error('not asked here')) }
  const behaviour = createBehaviourActions(tools)
  const methods = (): readonly string[] => asked.map(({ method }) => method).filter((method) => method !== 'app.ticks')
  return { asked, store, behaviour, review: createReviewActions(tools, behaviour), methods, traffic: () => toTraffic(store.get()).state }
}

test('a comparison of traffic that is stopped before its turn does not begin, until it is asked for again', async () => {
  const { behaviour, methods, traffic } = slowPair()
  const turn = behaviour.queueBehaviour()
  assert.equal(traffic(), 'working')
  behaviour.stopBehaviour()
  assert.equal(traffic(), 'failed')
  await turn()
  assert.deepEqual(methods(), [])
  void behaviour.compareBehaviour()
  assert.deepEqual(methods(), ['behaviour.compare'])
  assert.equal(traffic(), 'working')
})

test('a stop counts for what waits then, not for what is queued afterwards', () => {
  const { behaviour, methods } = slowPair()
  behaviour.stopBehaviour()
  void behaviour.queueBehaviour()()
  assert.deepEqual(methods(), ['behaviour.compare'])
})

test('stopping the picture stops what would have followed, and each part says so', async () => {
  const { asked, store, review, methods, traffic } = slowPair()
  const analysis = review.analyse()
  assert.deepEqual(methods(), ['topology.view'])
  await asked.find(({ method }) => method === 'topology.view')?.stop()
  await analysis
  assert.deepEqual(methods(), ['topology.view'])
  assert.deepEqual([store.get().topology.state, store.get().comparison.state, store.get().checks.state, traffic()], ['failed', 'failed', 'failed', 'failed'])
})

test('a stop while the pair before is still being compared stops the one that is shown, and says so', async () => {
  const { asked, store, behaviour, methods, traffic } = slowPair()
  void behaviour.compareBehaviour()
  store.update({ after: config('c') })
  const turn = behaviour.queueBehaviour()
  behaviour.stopBehaviour()
  await asked[0]?.stop()
  await turn()
  assert.deepEqual([methods(), traffic()], [['behaviour.compare'], 'failed'])
})

test('a stop while the shown pair is compared is told by its own answer', async () => {
  const { asked, behaviour, traffic } = slowPair()
  void behaviour.compareBehaviour()
  behaviour.stopBehaviour()
  assert.equal(traffic(), 'working')
  await asked[0]?.stop()
  assert.equal(traffic(), 'failed')
})
