import type { ConfigInput } from '#shared/rpc/payloads.ts'
import { connect } from '#renderer/transport/connect.ts'
import { toStoppable } from '#renderer/transport/stoppable.ts'
import { initialState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { partRecordings } from '#renderer/features/live/source-text.ts'
import { createActions } from './actions.ts'
import type { App } from './context.ts'
import { runCommand } from './commands.ts'
import { followSystemLook } from './theme.ts'

/** Connects to the engine of this host, makes the state, and begins with what there is to show. */
export function start(): App {
  const store = createStore(initialState)
  const { client, stop } = toStoppable(connect((connected) => store.update({ connected })))
  const actions = createActions(store, client, stop)
  const app: App = { store, client, actions, run: (command) => runCommand(app, command) }
  followSystemLook(store)

  client.subscribe('config.changed', ({ configId, paths }) => void actions.configChanged(configId, paths))
  client.subscribe('progress', ({ text, fraction }) => store.update({ progress: fraction === 1 || text === '' ? null : text }))
  client.subscribe('menu.command', ({ command }) => app.run(command))
  client.subscribe('live.sample', ({ sessionId, sample, marks }) => actions.takeSample(sessionId, sample, marks))
  client.subscribe('live.ended', ({ sessionId, reason }) => actions.liveEnded(sessionId, reason))
  client.subscribe('open.requested', ({ inputs }) => void openRequested(app, inputs))
  void begin(app)
  return app
}

async function openRequested(app: App, inputs: readonly ConfigInput[]): Promise<void> {
  const { configs: [first, second], recordings } = partRecordings(inputs)
  if (first !== undefined && second !== undefined) await app.actions.openPair(first, second)
  else if (first !== undefined) await app.actions.openOne(first)
  openLast(app, recordings)
}

/** Of several recordings the last one is shown, after the configs. */
function openLast({ actions }: App, recordings: readonly string[]): void {
  const path = recordings.at(-1)
  if (path !== undefined) void actions.openRecording({ kind: 'path', path })
}

async function begin(app: App): Promise<void> {
  const { client, store, actions } = app
  const [info, settings, recent] = await Promise.all([client.call('app.info', {}), client.call('app.settings', {}), client.call('app.recent', {})])
  if (!info.ok) {
    store.update({ after: { state: 'failed', value: null, failure: info.failure } })
    return
  }
  const { configs, recordings } = partRecordings(info.value.open)
  store.update({ info: { ...info.value, open: configs }, ...(settings.ok ? { settings: settings.value } : {}), ...(recent.ok ? { recent: recent.value } : {}) })
  if (!settings.ok) actions.notify(`The settings could not be read, so defaults are used: ${settings.failure.message}`, 'problem')
  await actions.resumeLive()
  await actions.openFirst()
  openLast(app, recordings)
}
