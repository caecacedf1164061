import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import { createLiveTimeActions } from '#renderer/features/live/live-time-actions.ts'
import { createLiveTools } from '#renderer/features/live/live-tools.ts'
import { createLiveViewActions } from '#renderer/features/live/live-view-actions.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { LiveAlert, LiveSample } from '#shared/view/live-sample.ts'

const alert = (key: string, sinceMs: number): LiveAlert => ({ key, sinceMs, severity: 'critical', pool: key, server: null, servers: [], waived: null, mutedBy: null, lines: [] }) as unknown as LiveAlert
const session = (sessionId: string): LiveSessionInfo => ({ sessionId, kind: 'recording', intervalMs: 1000, range: { fromMs: 0, toMs: 60_000 }, running: null }) as unknown as LiveSessionInfo
/** `auth` is silent from second 4 on, `web` from second 30 to 40. */
const sampleAt = (atMs: number): LiveSample => ({
  atMs, configId: null, pools: [], alerts: [...(atMs >= 30_000 && atMs < 40_000 ? [alert('web', 30_000)] : []), ...(atMs >= 4000 ? [alert('auth', 4000)] : [])],
}) as unknown as LiveSample

/** A recording of one minute whose moments come when they are told to. */
function slowRecording() {
  const asked: { readonly atMs: number; answer(): Promise<void> }[] = []
  const call = (method: string, { atMs }: { readonly atMs: number }): Promise<unknown> => {
    assert.equal(method, 'live.at')
    return new Promise((resolve) => {
      asked.push({
        atMs,
        async answer() {
          resolve(ok(sampleAt(atMs)))
          await new Promise((done) => setTimeout(done, 2))
        },
      })
    })
  }
  const store = createStore<AppState>({ ...initialState, live: { ...initialState.live, session: session('a'), shown: sampleAt(0), newest: sampleAt(60_000), cursor: { kind: 'past', atMs: 0, isPlaying: false } } })
  const tools = createLiveTools({ store, client: { call } as unknown as SteelyardClient, notify: () => undefined, saveSettings: () => Promise.reject(new Error('not asked here')) })
  const time = createLiveTimeActions(tools)
  return { asked, store, time, view: createLiveViewActions(tools, time), live: () => store.get().live }
}

test('the next alert is one of the moment that was asked for, though keys come faster than moments', async () => {
  const { asked, time, view, live } = slowRecording()
  time.seekLive(20_000)
  view.stepAlert(1)
  view.rewindToAlert()
  assert.equal(live().alert, null)
  await asked[0]?.answer()
  assert.equal(live().alert?.key, 'auth')
  assert.deepEqual(live().cursor, { kind: 'past', atMs: 4000, isPlaying: false })
  await asked[1]?.answer()
  assert.equal(live().shown?.atMs, 4000)
  assert.deepEqual(asked.map(({ atMs }) => atMs), [20_000, 4000])
})

test('what is asked after a key that goes elsewhere is about the moment there', async () => {
  const { asked, time, view, live } = slowRecording()
  time.seekLive(35_000)
  view.rewindToAlert()
  view.stepAlert(1)
  await asked[0]?.answer()
  assert.equal(live().alert?.key, 'web')
  assert.equal(asked[1]?.atMs, 30_000)
  await asked[1]?.answer()
  assert.equal(live().alert?.key, 'auth')
})

test('only the last of many moments has to come before the next alert is chosen', async () => {
  const { asked, time, view, live } = slowRecording()
  time.seekLive(2000)
  time.seekLive(1000)
  time.seekLive(50_000)
  view.stepAlert(1)
  await asked[0]?.answer()
  assert.deepEqual([live().shown?.atMs, live().alert], [2000, null])
  await asked[1]?.answer()
  assert.deepEqual([live().shown?.atMs, live().alert?.key], [50_000, 'auth'])
  assert.equal(asked.length, 2)
})

test('a mark of an alert chooses it, although the moment on the screen does not have it', async () => {
  const { asked, view, live } = slowRecording()
  view.goToMark({ atMs: 30_000, key: 'web' })
  await asked[0]?.answer()
  assert.equal(live().alert?.key, 'web')
  assert.equal(live().shown?.atMs, 30_000)
})

test('one comes back to when the chosen alert began from a moment before it', async () => {
  const { asked, time, view, live } = slowRecording()
  view.goToMark({ atMs: 30_000, key: 'web' })
  await asked[0]?.answer()
  time.seekLive(1000)
  await asked[1]?.answer()
  assert.equal(live().shown?.alerts.length, 0)
  view.rewindToAlert()
  assert.equal(asked[2]?.atMs, 30_000)
})

test('with nothing chosen and nothing wrong, the key for when it began goes nowhere', () => {
  const { asked, view, live } = slowRecording()
  view.rewindToAlert()
  assert.deepEqual(live().cursor, { kind: 'past', atMs: 0, isPlaying: false })
  assert.equal(asked.length, 0)
})

test('a moment of a recording that was closed meanwhile is not shown in the next one', async () => {
  const { asked, store, time, live } = slowRecording()
  time.seekLive(20_000)
  store.update((state) => ({ live: { ...state.live, session: session('b'), shown: sampleAt(0) } }))
  time.seekLive(10_000)
  await asked[0]?.answer()
  assert.equal(live().shown?.atMs, 0)
  assert.equal(asked[1]?.atMs, 10_000)
  await asked[1]?.answer()
  assert.equal(live().shown?.atMs, 10_000)
})
