import type { ActionTools } from '#renderer/app/actions.ts'
import { loading, settled } from '#renderer/state/remote.ts'
import type { LoadOptions } from '#shared/rpc/payloads.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { LiveState } from './live-state.ts'

/** What the actions of the Live workspace share: its part of the state, and showing a moment. */
export interface LiveTools extends ActionTools {
  live(): LiveState
  change(parts: Partial<LiveState>): void
  loadOptions(): LoadOptions
  /** Puts a moment on the screen, and the picture of the config that ran then. Null: nothing is known, nothing changes. */
  show(sample: LiveSample | null): void
  /** `always`: draws the picture again although its config is the same. */
  refreshPicture(always: boolean): Promise<void>
  refreshMarks(): Promise<void>
}

export function createLiveTools(tools: ActionTools): LiveTools {
  const { store, client } = tools
  let pictureRun = 0

  const live = (): LiveState => store.get().live
  const change = (parts: Partial<LiveState>): void => store.update((state) => ({ live: { ...state.live, ...parts } }))

  /** The picture follows the config of the moment shown; positions of what stays are the same. */
  async function refreshPicture(always: boolean): Promise<void> {
    const { shown, picture, topologyOptions } = live()
    const configId = shown?.configId ?? null
    if (configId === null || (!always && picture.configId === configId)) return
    const run = ++pictureRun
    change({ picture: { configId, answer: loading(picture.answer) } })
    const answer = await client.call('topology.view', { before: null, after: configId, options: { ...topologyOptions, expanded: [...topologyOptions.expanded] } })
    if (run === pictureRun) change({ picture: { configId, answer: settled(answer, live().picture.answer) } })
  }

  function show(sample: LiveSample | null): void {
    if (sample === null) return
    change({ shown: sample })
    void refreshPicture(false)
  }

  async function refreshMarks(): Promise<void> {
    const { session } = live()
    if (session === null) return
    const marks = await client.call('live.marks', { sessionId: session.sessionId })
    if (marks.ok && live().session?.sessionId === session.sessionId) change({ marks: marks.value })
  }

  return {
    ...tools, live, change, show, refreshPicture, refreshMarks,
    loadOptions: () => ({ dialect: null, root: store.get().settings.root, environment: store.get().settings.environment, version: null }),
  }
}
