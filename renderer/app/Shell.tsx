import { lazy, Suspense } from 'react'
import { ChecksWorkspace } from '#renderer/features/checks/ChecksWorkspace.tsx'
import { PrintPicture } from '#renderer/features/export/PrintPicture.tsx'
import { HistoryWorkspace } from '#renderer/features/history/HistoryWorkspace.tsx'
import { LiveTopBar } from '#renderer/features/live/LiveTopBar.tsx'
import { useAlertNotifications } from '#renderer/features/live/use-notifications.ts'
import { DropZone } from '#renderer/features/open/DropZone.tsx'
import { SettingsWorkspace } from '#renderer/features/settings/SettingsWorkspace.tsx'
import type { Workspace } from '#renderer/state/app-state.ts'
import { FailureNote, Working } from '#renderer/ui/primitives.tsx'
import { useApp, useAppState } from './context.ts'
import { Dialogs } from './Dialogs.tsx'
import { Keyboard } from './Keyboard.tsx'
import { Announcer, Notices } from './Notices.tsx'
import { Rail } from './Rail.tsx'
import { StatusBar } from './StatusBar.tsx'
import { TopBar } from './TopBar.tsx'

const ReviewWorkspace = lazy(async () => ({ default: (await import('#renderer/features/review/ReviewWorkspace.tsx')).ReviewWorkspace }))
const LiveWorkspace = lazy(async () => ({ default: (await import('#renderer/features/live/LiveWorkspace.tsx')).LiveWorkspace }))
const TraceWorkspace = lazy(async () => ({ default: (await import('#renderer/features/trace/TraceWorkspace.tsx')).TraceWorkspace }))

const screens: Readonly<Record<Workspace, React.ComponentType>> = {
  review: ReviewWorkspace, live: LiveWorkspace, trace: TraceWorkspace, checks: ChecksWorkspace, history: HistoryWorkspace, settings: SettingsWorkspace,
}

export const workspaceTitles: Readonly<Record<Workspace, string>> = {
  review: 'Review', live: 'Live', trace: 'Trace', checks: 'Checks', history: 'History', settings: 'Settings',
}

export function Shell() {
  const workspace = useAppState((state) => state.workspace)
  const isLive = useAppState((state) => state.workspace === 'live' && state.live.session !== null)
  useAlertNotifications()
  const Screen = screens[workspace]
  return (
    <div className="app">
      <nav className="skip" aria-label="Skip">
        <a href="#workspace" onClick={focusOn('workspace')}>Skip to the workspace</a>
        {workspace === 'review' && <a href="#findings" onClick={focusOn('findings')}>Skip to what changes</a>}
        {isLive && <a href="#alerts" onClick={focusOn('alerts')}>Skip to the alerts</a>}
        {isLive && <a href="#live-drawer" onClick={focusOn('live-drawer')}>Skip to the timeline</a>}
        {workspace === 'review' && <a href="#drawer" onClick={focusOn('drawer')}>Skip to the text</a>}
      </nav>
      {isLive ? <LiveTopBar /> : <TopBar />}
      <Rail />
      <PrintPicture />
      <main id="workspace" className={`workspace ${workspace}`} tabIndex={-1} aria-label={workspaceTitles[workspace]}>
        <LoadProblem />
        <Suspense fallback={<Working text="Opening…" />}>
          <Screen />
        </Suspense>
      </main>
      <StatusBar />
      <Dialogs />
      <Notices />
      <Announcer />
      <Keyboard />
      <DropZone />
    </div>
  )
}

/** A config that could not be opened, over what stays on the screen. */
function LoadProblem() {
  const { actions, store } = useApp()
  const problem = useAppState((state) => state.loadProblem)
  if (problem === null) return null
  const { side, input } = problem
  return (
    <div className="load-problem">
      <FailureNote failure={problem.failure} {...(input === null ? {} : { onRetry: () => void actions.openOn(side, input) })} onDismiss={() => store.update({ loadProblem: null })} />
    </div>
  )
}

/** Moves the keyboard without touching the address, which some hosts use for themselves. */
function focusOn(id: string) {
  return (event: React.MouseEvent): void => {
    event.preventDefault()
    document.getElementById(id)?.focus()
  }
}
