import { Activity, GitCompareArrows, History, ListChecks, Route, Settings } from 'lucide-react'
import type { ComponentType } from 'react'
import { workspaces, type Workspace } from '#renderer/state/app-state.ts'
import { Hint } from '#renderer/ui/primitives.tsx'
import { useApp, useAppState } from './context.ts'

const entries: Readonly<Record<Workspace, { readonly title: string; readonly icon: ComponentType<{ size?: number }> }>> = {
  review: { title: 'Review', icon: GitCompareArrows },
  live: { title: 'Live', icon: Activity },
  trace: { title: 'Trace', icon: Route },
  checks: { title: 'Checks', icon: ListChecks },
  history: { title: 'History', icon: History },
  settings: { title: 'Settings', icon: Settings },
}

export function Rail() {
  const { actions } = useApp()
  const present = useAppState((state) => state.workspace)
  return (
    <nav className="rail" aria-label="Workspaces">
      {workspaces.map((workspace, index) => {
        const { title, icon: Icon } = entries[workspace]
        return (
          <Hint key={workspace} text={title} keys={String(index + 1)} side="right">
            <button type="button" className={`rail-item ${workspace}`} aria-label={title} aria-current={present === workspace ? 'page' : undefined} onClick={() => actions.goTo(workspace)}>
              <Icon size={18} />
            </button>
          </Hint>
        )
      })}
    </nav>
  )
}
