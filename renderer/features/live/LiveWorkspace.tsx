import { useAppState } from '#renderer/app/context.ts'
import { SplitPane } from '#renderer/ui/SplitPane.tsx'
import { AlertsPanel } from './AlertsPanel.tsx'
import { LiveDrawer } from './LiveDrawer.tsx'
import { LivePicture } from './LivePicture.tsx'
import { LiveStart } from './LiveStart.tsx'

/** Where traffic goes now, against where the config sends it. */
export function LiveWorkspace() {
  const isOpen = useAppState((state) => state.live.session !== null)
  if (!isOpen) return <LiveStart />
  return (
    <SplitPane id="live-side" label="Width of the panel" direction="columns" initial={400} minimum={280} keep={480}>
      <SplitPane id="live-drawer" label="Height of the drawer" direction="rows" initial={Math.round(Math.min(260, window.innerHeight * 0.3))} minimum={150} keep={220}>
        <LivePicture />
        <LiveDrawer />
      </SplitPane>
      <AlertsPanel />
    </SplitPane>
  )
}
