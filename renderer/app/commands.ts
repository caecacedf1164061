import { printWorkspace } from '#renderer/features/export/print.ts'
import { isConfigChange } from '#renderer/features/live/live-time-actions.ts'
import { themeOf, type AppState } from '#renderer/state/app-state.ts'
import type { App } from './context.ts'

/**
 * Everything that can be done, once: the palette lists it, the key map triggers it, the desktop menu sends its id.
 * `keys`: as shown on the sheet of keys; `Mod` is Cmd on a Mac and Ctrl elsewhere.
 */
export interface Command {
  readonly id: string
  readonly title: string
  readonly group: 'Go to' | 'Open' | 'Review' | 'Live' | 'Picture' | 'Text' | 'App'
  readonly keys: readonly string[]
  /** False: the command makes no sense now; it is listed on the sheet of keys but not in the palette. */
  readonly possible: (state: AppState) => boolean
  readonly run: (app: App) => void
}

const always = (): boolean => true
const hasConfig = (state: AppState): boolean => state.after.value !== null
const hasBoth = (state: AppState): boolean => state.after.value !== null && state.before.value !== null
const inLive = (state: AppState): boolean => state.workspace === 'live' && state.live.session !== null
const hasPicture = (state: AppState): boolean => hasConfig(state) || inLive(state)
const inReview = (state: AppState): boolean => hasConfig(state) && state.workspace === 'review'

/** Commands for parts of a screen that stand there only at times: the picture and the text listen for them. */
export type ViewCommand =
  | 'find' | 'find-next' | 'find-previous' | 'fit' | 'zoom-in' | 'zoom-out' | 'next-change' | 'previous-change' | 'find-in-text'

type ViewListener = (command: ViewCommand) => void
const viewListeners = new Set<ViewListener>()

export function onViewCommand(listener: ViewListener): () => void {
  viewListeners.add(listener)
  return () => viewListeners.delete(listener)
}

function toView(command: ViewCommand): void {
  for (const listener of [...viewListeners]) listener(command)
}

const go = (id: string, title: string, key: string, workspace: AppState['workspace']): Command => ({
  id, title, group: 'Go to', keys: [key], possible: always, run: ({ actions }) => actions.goTo(workspace),
})

export const commands: readonly Command[] = [
  go('workspace-review', 'Review', '1', 'review'),
  go('workspace-live', 'Live', '2', 'live'),
  go('workspace-trace', 'Trace', '3', 'trace'),
  go('workspace-checks', 'Checks', '4', 'checks'),
  go('workspace-history', 'History', '5', 'history'),
  go('workspace-settings', 'Settings', '6', 'settings'),

  { id: 'open', title: 'Open a config…', group: 'Open', keys: ['Mod+O'], possible: always, run: ({ actions }) => actions.openDialog({ kind: 'open', side: 'after' }) },
  { id: 'open-baseline', title: 'Open a baseline…', group: 'Open', keys: ['Mod+Shift+O'], possible: hasConfig, run: ({ actions }) => actions.openDialog({ kind: 'open', side: 'before' }) },
  { id: 'open-sample', title: 'Open the sample incident', group: 'Open', keys: [], possible: always, run: ({ actions }) => void actions.openSample() },
  { id: 'open-sample-recording', title: 'Play the recording of the sample incident', group: 'Open', keys: [], possible: always, run: ({ actions }) => void actions.openRecording({ kind: 'sample' }) },
  { id: 'open-sample-nginx', title: 'Open the sample incident on nginx', group: 'Open', keys: [], possible: always, run: ({ actions }) => void actions.openSample('nginx') },
  {
    id: 'baseline-known-good', title: 'Compare with known good', group: 'Open', keys: [], possible: hasConfig,
    run: ({ actions, store }) => {
      const source = store.get().after.value?.summary.source
      if (source !== undefined) void actions.openOn('before', { kind: 'known-good', source })
    },
  },
  { id: 'reload', title: 'Read the candidate again', group: 'Open', keys: [], possible: hasConfig, run: ({ actions }) => void actions.reload('after') },
  { id: 'remove-baseline', title: 'Remove the baseline', group: 'Open', keys: [], possible: hasBoth, run: ({ actions }) => actions.removeBaseline() },
  { id: 'swap-sides', title: 'Swap baseline and candidate', group: 'Open', keys: ['s'], possible: hasBoth, run: ({ actions }) => actions.swapSides() },

  { id: 'next-finding', title: 'Next finding or alert', group: 'Review', keys: ['n'], possible: (state) => inReview(state) || inLive(state), run: ({ actions, store }) => (inLive(store.get()) ? actions.stepAlert(1) : actions.stepFinding(1)) },
  { id: 'previous-finding', title: 'Previous finding or alert', group: 'Review', keys: ['p'], possible: (state) => inReview(state) || inLive(state), run: ({ actions, store }) => (inLive(store.get()) ? actions.stepAlert(-1) : actions.stepFinding(-1)) },
  { id: 'open-finding', title: 'Go to the lines of the chosen finding or alert', group: 'Review', keys: ['Enter'], possible: (state) => (inReview(state) && state.selection.sentenceId !== null) || (inLive(state) && state.live.alert !== null), run: ({ actions, store }) => (inLive(store.get()) ? actions.openAlertLine() : actions.openFinding()) },
  {
    id: 'mark-reviewed', title: 'Mark the chosen finding as reviewed', group: 'Review', keys: ['v'], possible: inReview,
    run: ({ actions, store }) => {
      const id = store.get().selection.sentenceId
      if (id !== null) actions.toggleReviewed(id)
    },
  },
  { id: 'prove', title: 'Prove every class on the installed balancer', group: 'Review', keys: [], possible: (state) => inReview(state) && (state.behaviour.value?.answer.differs.length ?? 0) > 0, run: ({ actions }) => void actions.prove(null) },
  { id: 'approve', title: 'Approve as known good…', group: 'Review', keys: ['Mod+Shift+A'], possible: hasConfig, run: ({ actions }) => actions.openDialog({ kind: 'approve', snapshotId: null }) },
  { id: 'snapshot', title: 'Keep a snapshot of the candidate…', group: 'Review', keys: [], possible: hasConfig, run: ({ actions }) => actions.openDialog({ kind: 'snapshot' }) },
  { id: 'export', title: 'Export the picture…', group: 'Review', keys: ['Mod+E'], possible: hasConfig, run: ({ actions }) => actions.openDialog({ kind: 'export' }) },

  { id: 'live-pause', title: 'Pause or play', group: 'Live', keys: ['Space'], possible: inLive, run: ({ actions }) => actions.toggleLive() },
  { id: 'live-back', title: 'One poll back', group: 'Live', keys: [','], possible: inLive, run: ({ actions }) => actions.stepLive(-1) },
  { id: 'live-on', title: 'One poll on', group: 'Live', keys: ['.'], possible: inLive, run: ({ actions }) => actions.stepLive(1) },
  { id: 'live-slower', title: 'Replay slower', group: 'Live', keys: ['<'], possible: inLive, run: ({ actions }) => actions.stepLiveSpeed(-1) },
  { id: 'live-faster', title: 'Replay faster', group: 'Live', keys: ['>'], possible: inLive, run: ({ actions }) => actions.stepLiveSpeed(1) },
  { id: 'live-mark-back', title: 'To what happened before', group: 'Live', keys: ['['], possible: inLive, run: ({ actions }) => actions.stepMark(-1) },
  { id: 'live-mark-on', title: 'To what happened next', group: 'Live', keys: [']'], possible: inLive, run: ({ actions }) => actions.stepMark(1) },
  { id: 'live-began', title: 'To when the chosen alert began', group: 'Live', keys: ['b'], possible: inLive, run: ({ actions }) => actions.rewindToAlert() },
  { id: 'live-config', title: 'To the last change of the config', group: 'Live', keys: ['r'], possible: (state) => inLive(state) && state.live.marks.some(isConfigChange), run: ({ actions }) => actions.rewindToConfig() },
  { id: 'live-now', title: 'Back to live', group: 'Live', keys: ['l'], possible: inLive, run: ({ actions }) => actions.followLive() },
  { id: 'live-compare', title: 'Compare running with known good', group: 'Live', keys: [], possible: (state) => (state.live.session?.running ?? null) !== null, run: ({ actions }) => void actions.compareRunning(null) },
  { id: 'live-report', title: 'Save the incident report', group: 'Live', keys: [], possible: (state) => state.live.session !== null, run: ({ actions }) => void actions.saveReport('html') },
  { id: 'live-note', title: 'Annotate this moment…', group: 'Live', keys: [], possible: (state) => inLive(state) && state.live.shown !== null, run: ({ actions }) => actions.openDialog({ kind: 'note' }) },
  { id: 'live-trouble', title: 'Only trouble in the picture', group: 'Live', keys: [], possible: inLive, run: ({ actions, store }) => actions.changeLive({ onlyTrouble: !store.get().live.onlyTrouble }) },
  { id: 'live-stop', title: 'Stop watching', group: 'Live', keys: [], possible: (state) => state.live.session !== null, run: ({ actions }) => void actions.stopLive() },

  { id: 'find', title: 'Find host, path, pool, server', group: 'Picture', keys: ['/', 'Mod+F'], possible: hasPicture, run: () => toView('find') },
  { id: 'find-next', title: 'Next match', group: 'Picture', keys: [], possible: hasPicture, run: () => toView('find-next') },
  { id: 'find-previous', title: 'Previous match', group: 'Picture', keys: [], possible: hasPicture, run: () => toView('find-previous') },
  { id: 'only-changed', title: 'Show only what changed', group: 'Picture', keys: ['c'], possible: hasBoth, run: ({ actions, store }) => actions.setTopologyOptions({ onlyChanged: !store.get().topologyOptions.onlyChanged }) },
  {
    id: 'group', title: 'Group servers in their pool', group: 'Picture', keys: ['g'], possible: hasPicture,
    run: ({ actions, store }) => inLive(store.get()) ? actions.setLiveTopology({ grouping: store.get().live.picture.answer.value?.grouped === true ? 'open' : 'grouped', expanded: [] }) : actions.setTopologyOptions({ grouping: store.get().topology.value?.grouped === true ? 'open' : 'grouped', expanded: [] }),
  },
  { id: 'table', title: 'Table or picture', group: 'Picture', keys: ['t'], possible: hasPicture, run: ({ actions, store }) => actions.setTable(!store.get().table) },
  { id: 'show-more', title: 'Let more boxes into the picture', group: 'Picture', keys: [], possible: (state) => (state.topology.value?.totals.hiddenByLimit ?? 0) > 0, run: ({ actions }) => actions.showMore() },
  { id: 'fit', title: 'Fit the whole picture', group: 'Picture', keys: ['0'], possible: hasPicture, run: () => toView('fit') },
  { id: 'zoom-in', title: 'Zoom in', group: 'Picture', keys: ['+', '='], possible: hasPicture, run: () => toView('zoom-in') },
  { id: 'zoom-out', title: 'Zoom out', group: 'Picture', keys: ['-'], possible: hasPicture, run: () => toView('zoom-out') },
  { id: 'mode-overlay', title: 'Picture: overlay', group: 'Picture', keys: [], possible: hasBoth, run: ({ actions }) => actions.setMode('overlay') },
  { id: 'mode-before', title: 'Picture: before', group: 'Picture', keys: [], possible: hasBoth, run: ({ actions }) => actions.setMode('before') },
  { id: 'mode-after', title: 'Picture: after', group: 'Picture', keys: [], possible: hasBoth, run: ({ actions }) => actions.setMode('after') },
  { id: 'mode-side-by-side', title: 'Picture: side by side', group: 'Picture', keys: [], possible: hasBoth, run: ({ actions }) => actions.setMode('side-by-side') },

  { id: 'next-change', title: 'Next change in the text', group: 'Text', keys: ['F7'], possible: hasConfig, run: ({ actions }) => { actions.showDrawerTab('text'); toView('next-change') } },
  { id: 'previous-change', title: 'Previous change in the text', group: 'Text', keys: ['Shift+F7'], possible: hasConfig, run: ({ actions }) => { actions.showDrawerTab('text'); toView('previous-change') } },
  { id: 'inline', title: 'Text side by side or inline', group: 'Text', keys: ['i'], possible: hasBoth, run: ({ store }) => store.update((state) => ({ diffLayout: state.diffLayout === 'inline' ? 'side-by-side' : 'inline' })) },
  { id: 'fold', title: 'Fold or show unchanged lines', group: 'Text', keys: ['u'], possible: hasBoth, run: ({ store }) => store.update((state) => ({ foldUnchanged: !state.foldUnchanged })) },
  { id: 'tab-text', title: 'Drawer: text', group: 'Text', keys: [], possible: hasConfig, run: ({ actions }) => actions.showDrawerTab('text') },
  { id: 'tab-english', title: 'Drawer: plain English', group: 'Text', keys: [], possible: hasConfig, run: ({ actions }) => actions.showDrawerTab('english') },
  { id: 'tab-checks', title: 'Drawer: checks', group: 'Text', keys: [], possible: hasConfig, run: ({ actions }) => actions.showDrawerTab('checks') },
  { id: 'tab-decisions', title: 'Drawer: decision list', group: 'Text', keys: [], possible: hasConfig, run: ({ actions }) => actions.showDrawerTab('decisions') },

  { id: 'palette', title: 'All commands', group: 'App', keys: ['Mod+K'], possible: always, run: ({ actions }) => actions.openDialog({ kind: 'palette' }) },
  { id: 'keys', title: 'Keys', group: 'App', keys: ['?'], possible: always, run: ({ actions }) => actions.openDialog({ kind: 'keys' }) },
  { id: 'print', title: 'Print…', group: 'App', keys: ['Mod+P'], possible: always, run: (app) => void printWorkspace(app) },
  { id: 'toggle-theme', title: 'Light or dark', group: 'App', keys: [], possible: always, run: ({ actions, store }) => void actions.saveSettings({ theme: themeOf(store.get()) === 'dark' ? 'light' : 'dark' }) },
  { id: 'show-hint', title: 'Show the first steps again', group: 'App', keys: [], possible: always, run: ({ actions }) => void actions.saveSettings({ hintDismissed: false }) },
]

const byId = new Map(commands.map((command) => [command.id, command]))

export function commandKeys(id: string): string {
  return byId.get(id)?.keys[0] ?? ''
}

export function runCommand(app: App, id: string): void {
  const command = byId.get(id)
  if (command?.possible(app.store.get()) === true) command.run(app)
}
